"""A form whose token is no longer good is not acted on, and what was typed is not lost."""

import html
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.people import Learner
from nightschool.models.trust import Account
from nightschool.web.app import create_app
from nightschool.web.site.context import SERVICES
from tests.factories import (
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_login,
    make_register,
    make_session,
)
from tests.web.addresses import slip_of
from tests.web.trust.test_trust import HASH, PASSWORD

NEW = f"/desk/{SHIWAN}/learners/new"
TYPED = {"name": '陈"大秀" <b>', "group_name": "三组", "household": "陈家院子"}
NEW_KEY = "another-signing-key-for-tests-only-9876543210"
FROM_HERE = {"Origin": "http://localhost"}


@pytest.fixture
def guarded(app: Flask) -> Flask:
    """Tokens are asked for, as they are in earnest."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app


@pytest.fixture
def chen(guarded: Flask, browser_of: Any, cast: Cast) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.chen)
    return browser


def learners(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Learner)) or 0


def fields_on(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def token_on(page: str) -> str:
    return re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page)[0]


def test_form_with_a_stale_token_is_shown_again_and_saved_with_one_more_tap(
    chen: FlaskClient, database: Database
) -> None:
    answer = chen.post(NEW, data={**TYPED, "csrf_token": "stale"}, headers=FROM_HERE)
    assert answer.status_code == 400 and learners(database) == 0
    again = fields_on(answer.text)
    assert {name: again[name] for name in TYPED} == TYPED
    assert f'action="{NEW}"' in answer.text and "<b>" not in answer.text
    saved = chen.post(NEW, data=again, headers=FROM_HERE)
    assert saved.status_code == 303 and learners(database) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Referer": "https://evil.example/http://localhost/"},
    ],
)
def test_form_from_elsewhere_is_not_offered_to_be_sent_again(
    chen: FlaskClient, database: Database, headers: dict[str, str]
) -> None:
    answer = chen.post(NEW, data=TYPED, headers=headers)
    assert answer.status_code == 400 and learners(database) == 0
    assert "三组" not in answer.text and "<form" not in answer.text.split("<main")[1]


def test_form_of_nobody_logged_in_is_not_offered_to_be_sent_again(guarded: Flask, cast: Cast) -> None:
    answer = guarded.test_client().post(NEW, data=TYPED, headers=FROM_HERE)
    assert answer.status_code == 400 and "三组" not in answer.text


def test_password_is_never_put_into_a_page(chen: FlaskClient) -> None:
    typed = {"password": "an old secret", "new_password": "a new secret"}
    answer = chen.post("/me/password", data=typed, headers=FROM_HERE)
    assert answer.status_code == 400 and "secret" not in answer.text


def test_answer_is_in_the_readers_language(chen: FlaskClient) -> None:
    assert 'lang="en"' in chen.post(f"{NEW}?lang=en", data=TYPED, headers=FROM_HERE).text


def test_token_of_one_browser_is_no_good_in_another(
    chen: FlaskClient, browser_of: Any, cast: Cast, database: Database
) -> None:
    stolen = token_on(browser_of(cast.luo).get("/me").text)
    chen.get(NEW)
    assert chen.post(NEW, data={**TYPED, "csrf_token": stolen}).status_code == 400
    assert learners(database) == 0


def test_logging_in_from_another_site_is_refused(guarded: Flask, cast: Cast, database: Database) -> None:
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = HASH
    client = guarded.test_client()
    assert client.post("/login", data={"login_name": "cjs", "password": PASSWORD}).status_code == 400
    assert client.get_cookie("nightschool") is None


def log_in(client: FlaskClient, name: str) -> None:
    token = token_on(client.get("/login").text)
    data = {"login_name": name, "password": PASSWORD, "csrf_token": token}
    assert client.post("/login", data=data).status_code == 303


@pytest.mark.parametrize(("next_person", "status"), [("cjs", 303), ("lzs", 400)])
def test_page_left_open_is_good_after_the_same_person_logs_in_again_and_dead_after_another(
    guarded: Flask, cast: Cast, database: Database, next_person: str, status: int
) -> None:
    with database.writing() as db:
        for account in (cast.chen, cast.luo):
            db.get_one(Account, account).password_hash = HASH
    client = guarded.test_client()
    log_in(client, "cjs")
    open_page = token_on(client.get(NEW).text)
    log_in(client, next_person)
    assert client.post(NEW, data={**TYPED, "csrf_token": open_page}).status_code == status


def test_token_that_stood_in_the_browser_before_logging_in_is_dead_afterwards(
    guarded: Flask, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = HASH
    client = guarded.test_client()
    planted = token_on(client.get("/login").text)
    log_in(client, "cjs")
    assert client.post(NEW, data={**TYPED, "csrf_token": planted}).status_code == 400


def test_form_over_tls_must_come_from_a_page_of_this_host(
    cast: Cast, database: Database, clock: Any, tmp_path: Any
) -> None:
    from tests.web.trust.test_trust import restarted

    base = "https://yexiao.example"
    app = restarted(tmp_path, database, clock, base)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    client.set_cookie(
        "__Host-nightschool", make_login(database, cast.chen), domain="yexiao.example", secure=True
    )
    token = token_on(client.get(NEW, base_url=base).text)
    for referrer, status in (("", 400), ("https://evil.example/", 400), (f"{base}{NEW}", 303)):
        headers = {"Referer": referrer} if referrer else {}
        answer = client.post(NEW, base_url=base, data={**TYPED, "csrf_token": token}, headers=headers)
        assert answer.status_code == status, referrer


def test_who_is_there_while_the_key_that_signs_is_changed_notices_nothing(
    guarded: Flask, chen: FlaskClient, database: Database, cast: Cast, clock: StillClock
) -> None:
    """Cookies, an open page and a printed evaluation slip are good beside the new key, and after the old one goes
    whoever is logged in still is.
    """
    with database.writing() as db:
        held = make_session(db, make_course(db), TODAY)
        make_register(db, held, cast.chen, total=3)
    slip = f"/e/{slip_of(held.public_id)}"
    open_page = token_on(chen.get(NEW).text)
    given = guarded.extensions[SERVICES].settings

    def later_browser(*addressing: str) -> FlaskClient:
        settings = replace(given, keys=replace(given.keys, addressing=addressing))
        browser = create_app(settings, database, clock=clock).test_client()
        for name in ("nightschool", "nightschool-form"):
            cookie = chen.get_cookie(name)
            assert cookie is not None
            browser.set_cookie(name, cookie.value)
        return browser

    both = later_browser(given.keys.signing, NEW_KEY)
    assert chen.get(slip).status_code == both.get(slip).status_code == 200
    assert both.post(NEW, data={**TYPED, "csrf_token": open_page}).status_code == 303
    # A server that has not been started again yet: one more tap, and nothing typed is gone.
    for name in ("nightschool", "nightschool-form"):
        cookie = both.get_cookie(name)
        assert cookie is not None
        chen.set_cookie(name, cookie.value)
    sent = {**TYPED, "name": "王小二", "csrf_token": token_on(both.get(NEW).text)}
    refused = chen.post(NEW, data=sent, headers=FROM_HERE)
    assert refused.status_code == 400
    assert chen.post(NEW, data=fields_on(refused.text)).status_code == 303
    assert "王小二" in both.get(f"/desk/{SHIWAN}/learners").text
    only_new = later_browser(NEW_KEY)
    assert only_new.get(slip).status_code == 404
    assert only_new.get(NEW).status_code == 200
