"""What search engines and chats show of a page."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.places import NightSchool
from nightschool.models.teaching import SessionStatus
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session

PAGE = f"/v/{SHIWAN}"
SITE = "http://localhost"


def head(page: str) -> dict[str, str]:
    """What stands in the head of the page by its name; `alternate:` and a language for its other languages."""
    found = {}
    for tag in re.findall(r"<(?:meta|link)[^>]*>", page[: page.index("</head>")]):
        told = {name: html.unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        name = told.get("name") or told.get("property") or told.get("rel", "")
        if "hreflang" in told:
            name += ":" + told["hreflang"]
        found[name] = told.get("content") or told.get("href", "")
    found["title"] = html.unescape(re.findall("<title>(.*?)</title>", page)[0])
    return found


def fill(database: Database, cast: Cast, day: int, **columns: Any) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        make_session(db, course, TODAY + timedelta(days=day), teachers=(cast.teacher,), **columns)


def test_a_link_pasted_into_a_chat_says_what_comes_next(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 0)
    told = head(client.get(PAGE).text)
    assert told["title"] == "狮湾村 农民夜校（全安镇 · 市中区）"
    assert told["og:title"] == "狮湾村 农民夜校 · 今晚 19:00 柑橘冬季管护"
    assert (
        told["description"]
        == told["og:description"]
        == (
            "全安镇 · 市中区 · 周二 11月24日（十月十六） 19:00–20:30 柑橘冬季管护 · 村活动室 · 周老师（农技站）"
        )
    )
    assert told["og:url"] == told["canonical"] == SITE + PAGE
    assert told["og:site_name"] == "农民夜校"
    assert told["twitter:card"] == "summary"
    with client.get(told["og:image"]) as picture:
        assert picture.mimetype == "image/png"
        assert picture.data[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_class_of_tonight_that_was_called_off_is_not_announced(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    fill(database, cast, 0, status=SessionStatus.CANCELLED, reason="weather")
    fill(database, cast, 7)
    told = head(client.get(PAGE).text)
    assert told["og:title"] == "狮湾村 农民夜校 · 今晚 19:00 柑橘冬季管护（取消）"
    assert "取消：天气不好 · 周二 12月1日" in told["description"]


def test_a_village_without_plans_has_a_card_too(cast: Cast, client: FlaskClient) -> None:
    told = head(client.get(PAGE).text)
    assert told["og:title"] == told["title"] == "狮湾村 农民夜校（全安镇 · 市中区）"
    assert told["description"] == "全安镇 · 市中区 · 现在还没有排好的课。"


@pytest.mark.parametrize("address", ["/", "/?at=511002105000", PAGE, f"{PAGE}/past", "/r/511002105", "/r/51"])
def test_each_language_is_a_page_that_names_the_other(
    database: Database, cast: Cast, client: FlaskClient, address: str
) -> None:
    fill(database, cast, 1)
    join = "&" if "?" in address else "?"
    chinese, english = SITE + address, f"{SITE}{address}{join}lang=en"
    for asked, own in (
        (address, chinese),
        (f"{address}{join}big=1", chinese),
        (f"{address}{join}utm_source=x", chinese),
        (f"{address}{join}lang=en", english),
    ):
        told = head(client.get(asked).text)
        assert told["canonical"] == told["og:url"] == own
        assert told["alternate:zh-Hans"] == told["alternate:x-default"] == chinese
        assert told["alternate:en"] == english
        assert told["description"] and told["og:title"]
        assert "robots" not in told


def test_what_was_typed_stays_text(database: Database, cast: Cast, client: FlaskClient) -> None:
    fill(database, cast, 0, title='"><script>x</script>')
    page = client.get(PAGE).text
    assert "<script>" not in page
    assert head(page)["og:title"].endswith('"><script>x</script>')


def test_a_village_without_a_school_is_in_no_list_and_one_with_history_is(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    assert "robots" not in head(client.get(PAGE).text)
    with database.writing() as db:
        db.query(NightSchool).delete()
    # The school goes without an action here, so nothing has told the kept page.
    assert head(client.get(f"{PAGE}?big=1").text)["robots"] == "noindex"
    fill(database, cast, -3)
    assert "robots" not in head(client.get(f"{PAGE}?lang=en").text)


def test_what_is_for_one_person_is_in_no_list(cast: Cast, client: FlaskClient, browser_of: Any) -> None:
    desk = browser_of(cast.chen).get(f"/desk/{SHIWAN}")
    assert head(desk.text)["robots"] == "noindex"
    assert desk.headers["X-Robots-Tag"] == "noindex"
    for address in ("/login", "/desk", "/nothing/here", f"{PAGE}.txt", f"{PAGE}.json"):
        assert client.get(address).headers.getlist("X-Robots-Tag") == ["noindex"], address
    assert head(client.get("/?q=狮湾").text)["robots"] == "noindex"
    for address in ("/", PAGE, "/r/511002"):
        assert "X-Robots-Tag" not in client.get(address).headers
