"""Headers on every kind of answer: what a browser may load, and what nobody may keep."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from nightschool.database import Database
from nightschool.settings import Settings
from nightschool.web.app import create_app
from nightschool.web.site.access import public
from nightschool.web.site.headers import FIXED
from tests.factories import KEYS, SHIWAN, Cast, StillClock

KINDS = [
    "page", "village", "feed", "text", "home", "static", "unchanged", "redirect", "404", "unknown village",
    "405", "413", "500", "staff", "form", "422", "login", "picture", "bad host",
]  # fmt: skip


def answer(app: Flask, browser: FlaskClient, kind: str) -> tuple[int, TestResponse]:
    """The status this kind has, and the answer."""
    match kind:
        case "page":
            return 200, browser.get("/")
        case "village":
            return 200, browser.get(f"/v/{SHIWAN}")
        case "feed":
            return 200, browser.get(f"/v/{SHIWAN}.ics")
        case "text":
            return 200, browser.get(f"/v/{SHIWAN}.txt")
        case "picture":
            return 200, browser.get(f"/v/{SHIWAN}/qr.svg")
        case "home":
            return 200, browser.get("/healthz")
        case "static":
            return 200, browser.get("/static/app.css", buffered=True)
        case "unchanged":
            tag = browser.get(f"/v/{SHIWAN}").headers["ETag"]
            return 304, browser.get(f"/v/{SHIWAN}", headers={"If-None-Match": tag})
        case "redirect":
            return 303, app.test_client().get(f"/desk/{SHIWAN}")
        case "404":
            return 404, browser.get("/nothing/here")
        case "unknown village":
            return 404, browser.get("/v/511002999999")
        case "405":
            return 405, browser.delete("/")
        case "413":
            return 413, browser.post("/login", data={"login_name": "x" * 1_100_000})
        case "500":
            return 500, browser.get("/planted")
        case "staff":
            return 200, browser.get(f"/desk/{SHIWAN}")
        case "form":
            return 200, browser.get(f"/desk/{SHIWAN}/learners/new")
        case "422":
            return 422, browser.post(f"/desk/{SHIWAN}/learners/new", data={})
        case "login":
            return 200, browser.get("/login")
        case "bad host":
            return 400, browser.get("/", headers={"Host": "evil.example"})
    raise ValueError(kind)


@pytest.fixture
def breaking(own_application: None, app: Flask) -> Flask:
    """One page of this application breaks."""

    @public
    def planted() -> str:
        raise RuntimeError("secret of the house")

    app.add_url_rule("/planted", view_func=planted)
    return app


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_carries_every_header(
    breaking: Flask, browser_of: Any, cast: Cast, kind: str
) -> None:
    status, response = answer(breaking, browser_of(cast.chen), kind)
    assert response.status_code == status
    for name, value in FIXED.items():
        assert response.headers.getlist(name) == [value], name
    assert "Server" not in response.headers or "Werkzeug" not in response.headers["Server"]


def test_no_code_from_within_pages_nor_from_elsewhere(client: FlaskClient, cast: Cast) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self';" in policy
    assert "style-src 'self' 'sha256-" in policy
    assert "require-trusted-types-for 'script'" in policy and "trusted-types 'none'" in policy
    for word in ("unsafe", "http:", "https:", "*", "data:"):
        assert word not in policy


@pytest.mark.parametrize("kind", ["staff", "form", "422", "login", "redirect", "413"])
def test_what_is_meant_for_one_person_is_kept_nowhere(
    breaking: Flask, browser_of: Any, cast: Cast, kind: str
) -> None:
    _status, response = answer(breaking, browser_of(cast.chen), kind)
    assert response.headers["Cache-Control"] == "no-store"
    assert "Cookie" in response.headers["Vary"]


@pytest.mark.parametrize(
    "kind", ["page", "village", "feed", "text", "home", "static", "unchanged", "picture", "unknown village"]
)
def test_public_answers_set_no_cookie_and_depend_on_none(
    breaking: Flask, browser_of: Any, cast: Cast, kind: str
) -> None:
    _status, response = answer(breaking, browser_of(cast.chen), kind)
    assert response.headers.getlist("Set-Cookie") == []
    assert "Cookie" not in response.headers.get("Vary", "")


def test_failure_of_ours_tells_nothing_about_the_house(
    breaking: Flask, client: FlaskClient, cast: Cast
) -> None:
    page = client.get("/planted").text
    assert "secret" not in page and "Traceback" not in page and "RuntimeError" not in page


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "localhost@evil.example",
        "evil.example:80",
        "[::1",
        "127.0.0.2",
    ],
)
def test_invented_host_gets_no_page(client: FlaskClient, cast: Cast, host: str) -> None:
    for path in ("/", "/login", f"/v/{SHIWAN}.ics", f"/desk/{SHIWAN}"):
        response = client.get(path, headers={"Host": host})
        assert response.status_code == 400, path
        assert "evil" not in response.text and "evil" not in response.headers.get("Location", "")


def test_no_header_moves_the_addresses_on_a_page(client: FlaskClient, cast: Cast) -> None:
    plain = client.get(f"/v/{SHIWAN}")
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Original-URL": "/admin"}
    answers = [client.get(f"/v/{SHIWAN}", headers=forged), client.get(f"/v/{SHIWAN}.ics", headers=forged)]
    assert answers[0].text == plain.text
    assert all("evil" not in response.text for response in answers)


def test_browsers_are_told_to_stay_with_tls_only_where_there_is_some(
    client: FlaskClient, database: Database, cast: Cast, clock: StillClock, app: Flask
) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    settings: Settings = app.extensions["nightschool"].settings
    safe = Settings(
        data_folder=settings.data_folder,
        database_url="",
        base_url="https://yexiao.example",
        listen_host="127.0.0.1",
        listen_port=8000,
        timezone="Asia/Shanghai",
        keys=KEYS,
    )
    browser = create_app(safe, database, clock=clock).test_client()
    for path in ("/", "/nothing", "/login", "/static/app.css"):
        response = browser.get(path, base_url="https://yexiao.example", buffered=True)
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_page_behind_the_login_is_not_shown_from_the_browsers_memory_after_logging_out(
    browser_of: Any, cast: Cast
) -> None:
    browser = browser_of(cast.chen)
    for path in (f"/desk/{SHIWAN}", f"/desk/{SHIWAN}/learners", "/me"):
        assert browser.get(path).headers["Cache-Control"] == "no-store"
    browser.post("/logout")
    assert browser.get("/me").status_code == 303
