"""Whatever stands in `next`, logging in never leads away from the site."""

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nightschool.actions.trust.hashing import hash_password
from nightschool.database import Database
from nightschool.models.trust import Account
from nightschool.web.site.redirects import LONGEST, own_path
from tests.factories import SHIWAN, Cast

PASSWORD = "秋收以后再上课"
HASH = hash_password(PASSWORD)

HOSTILE = [
    # another site
    "http://evil.example", "https://evil.example/desk", "HTTPS://EVIL.example", "//evil.example", "///evil.example",
    "////evil.example", "http:evil.example", "https:/evil.example", "http:///evil.example", "ftp://evil.example/",
    "//evil.example/desk", "//evil.example\\@localhost", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "/\\/evil.example", "/desk\\..\\..\\evil.example", "//localhost@evil.example", "http://localhost@evil.example",
    "http://localhost.evil.example/desk", "//localhost:80@evil.example/", "/%2f/evil.example", "/%2fevil.example",
    "/%5cevil.example", "/%09/evil.example", "/%0d%0aLocation:%20http://evil.example", "//evil%2eexample",
    "/.//evil.example", "/..//evil.example", "/desk//evil.example", "/desk/..//evil.example", "/;//evil.example",
    # what a browser drops or reads as something else
    "\t//evil.example", " //evil.example", "/\t/evil.example", "/\n/evil.example", "/\r/evil.example",
    "\x00//evil.example", "/\x00/evil.example", "\u3000//evil.example", "\ufeff//evil.example", "\u2028//evil.example",
    "／／evil.example", "/／evil.example", "/\u2215evil.example", "〱//evil.example", "/desk\r\nSet-Cookie: a=b",
    "/desk\nLocation: //evil.example", "/desk%0d%0aSet-Cookie:a=b", "/desk\x7f", "\x0b//evil.example",
    # what is no page at all
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox", "blob:http://localhost/x", "about:blank", "file:///etc/passwd", "mailto:a@evil.example",
    "evil.example", "desk", "", "?next=//evil.example", "#//evil.example", "@evil.example", ":80", "/nothing/here",
    "/logout", "/static/../../../etc/passwd", "/desk/../../etc/passwd", "/" + "a" * LONGEST,
]  # fmt: skip
OWN = [
    f"/desk/{SHIWAN}", f"/desk/{SHIWAN}/learners?q=cdx", "/me", "/me?lang=en&big=1", "/", f"/v/{SHIWAN}", "/desk",
    f"/desk/{SHIWAN}/courses/new?title=%E6%9F%91%E6%A9%98",
]  # fmt: skip


@pytest.fixture
def chen(database: Database, cast: Cast) -> Cast:
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = HASH
    return cast


def stays_here(location: str) -> bool:
    """True when every browser reads this as a path of ours: no host by the standard, nor by a browser's leniency."""
    lenient = "".join(c for c in location.replace("\\", "/") if c > " ")
    hosts = {urlsplit(urljoin("http://localhost/login", text)).netloc for text in (location, lenient)}
    return hosts == {"localhost"} and lenient.startswith("/") and not lenient.startswith("//")


def test_hostile_addresses_lead_to_ones_own_desk(client: FlaskClient, chen: Cast) -> None:
    assert len(HOSTILE) >= 60
    data = {"login_name": "cjs", "password": PASSWORD}
    # "/logout" is no page to look at; the others are no page of ours.
    for hostile in HOSTILE:
        response = client.post("/login", query_string={"next": hostile}, data=data)
        assert response.status_code == 303, hostile
        assert stays_here(response.location), hostile
        assert response.location == "/desk", hostile
        assert response.headers.getlist("Location") == ["/desk"]


@pytest.mark.parametrize("onward", OWN)
def test_own_addresses_are_where_it_goes_on(client: FlaskClient, chen: Cast, onward: str) -> None:
    data = {"login_name": "cjs", "password": PASSWORD}
    assert client.post("/login", query_string={"next": onward}, data=data).location == onward


def test_login_page_carries_no_hostile_address_on(client: FlaskClient, cast: Cast) -> None:
    for hostile in HOSTILE[:30]:
        page = client.get("/login", query_string={"next": hostile}).text
        assert 'href="/login/slip"' in page, hostile


def test_of_two_addresses_in_one_request_none_leads_away(client: FlaskClient, chen: Cast) -> None:
    data = {"login_name": "cjs", "password": PASSWORD, "next": "//evil.example"}
    response = client.post("/login?next=//evil.example&next=/me&next=http://evil.example", data=data)
    assert stays_here(response.location)


def test_own_path_is_what_it_was_given_or_nothing(app: Flask, cast: Cast) -> None:
    with app.test_request_context():
        assert [own_path(path) for path in OWN] == OWN
        assert {own_path(path) for path in HOSTILE} == {None}
        assert own_path(None) is None


@pytest.mark.parametrize(
    "path", ["//evil.example", "//evil.example/..", "/%5Cevil.example", "/\\evil.example/"]
)
def test_the_server_itself_sends_nobody_away_for_doubled_slashes(
    client: FlaskClient, cast: Cast, path: str
) -> None:
    response = client.get("http://localhost" + path)
    assert response.status_code in (303, 308, 404)
    if response.status_code != 404:
        assert urlsplit(response.location).netloc in ("", "localhost")
        assert stays_here(urlsplit(response.location).path)


def test_no_link_of_a_page_repeats_a_hostile_address(client: FlaskClient, chen: Cast) -> None:
    for path in [one for one in HOSTILE if one.startswith("/") and " " not in one]:
        answer = client.get(path)
        links = re.findall(r'(?:href|action|value)="([^"]*)"', answer.text)
        assert [link for link in links if "evil" in link] == []
        assert urlsplit(answer.location or "").netloc in ("", "localhost")


def test_another_language_of_a_page_that_is_not_there_is_offered_on_the_first(
    client: FlaskClient, chen: Cast
) -> None:
    for prefix in ["/%5c", "/%5C%5c", "/%2f", "/.%5c", "/%09%5c", "/%EF%BC%8F"]:
        page = client.get(f"{prefix}evil.example/login")
        assert page.status_code == 404
        assert 'href="/?lang=en"' in page.text and "evil" not in page.text


def test_another_language_of_a_page_behind_a_login_keeps_what_it_shows(chen: Cast, browser_of: Any) -> None:
    page = browser_of(chen.chen).get(f"/desk/{SHIWAN}/learners?q=cdx")
    assert f'href="/desk/{SHIWAN}/learners?q=cdx&amp;lang=en&amp;big=0"' in page.text
