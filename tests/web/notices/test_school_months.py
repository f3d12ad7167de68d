"""The papers for the notice board, as anybody opens them."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.calendars import MarketRule
from nightschool.models.teaching import SessionStatus
from tests.factories import (
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_region,
    make_school,
    make_session,
)

YEAR, TERM, MONTH = (
    f"/v/{SHIWAN}/year/2026",
    f"/v/{SHIWAN}/term/2026-10/2027-04",
    "/r/511002105/month/2026-11",
)


def sight(page: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", page[page.index("<main") :])).split())


@pytest.fixture
def busy(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "老坝村村民委员会")
        make_school(db, "511002105202")
        course = make_course(db, venue_id=cast.venue, summary="带上剪刀。")
        make_session(db, course, teachers=(cast.teacher,))
        make_session(db, course, TODAY - timedelta(days=2), status=SessionStatus.HELD)
        make_session(
            db, course, TODAY - timedelta(days=1), status=SessionStatus.CANCELLED, reason="farm_work"
        )
        make_session(db, course, TODAY + timedelta(days=1), status=SessionStatus.DRAFT, title="还没定的课")
        rule = {"region_code": "511002105000", "kind": "lunar", "numbers": [3, 6, 9], "place": ""}
        db.add(MarketRule(**rule, missing_thirtieth="skipped", is_example=True))


def test_the_year_shows_classes_days_and_what_became_of_it(busy: None, client: FlaskClient) -> None:
    seen = sight(client.get(YEAR).text)
    for told in (
        "狮湾村 农民夜校 2026年",
        "排了 3 次，上了 1 次，取消 1 次（农活忙 1 次），还没到日子的 1 次。",
        "全安镇逢场：农历逢三六九（示例，不是真的）。",
        "周日 11月22日（十月十四 节气小雪） 19:00–20:30 柑橘冬季管护",
        "柑橘冬季管护 没开成：农活忙",
        "周二 11月24日（十月十六） 逢场 19:00–20:30",
        "24 场 十六 课",
        "23 十五 停课",
        "11月 节气立冬 7日； 节气小雪 22日",
        "1月 节气小寒 5日； 节气大寒 20日； 元旦放假 1日到3日； 元旦补班 4日 没有排课",
    ):
        assert told in seen
    assert "还没定的课" not in seen
    assert "2027 年怎么调休：未公布，只标了法定的放假日。" in sight(client.get(f"/v/{SHIWAN}/year/2027").text)


def test_the_coordinator_s_year_has_the_drafts_and_nobody_else_s(
    busy: None, cast: Cast, client: FlaskClient, browser_of: Any
) -> None:
    own = f"/desk/{SHIWAN}/year/2026"
    seen = sight(browser_of(cast.chen).get(own).text)
    assert "另有 1 次还没公布。" in seen
    assert "还没定的课 还没公布" in seen
    assert client.get(own).status_code == 303
    assert browser_of(cast.luo).get(own).status_code == 404


def test_the_term_says_who_teaches_and_what_it_is_about(busy: None, client: FlaskClient) -> None:
    seen = sight(client.get(TERM).text)
    assert "狮湾村 农民夜校 2026年10月到2027年4月（小春）" in seen
    assert "柑橘冬季管护 带上剪刀。 周老师（农技站） 村活动室" in seen
    assert "2027年4月 节气清明 5日" in seen


def test_the_township_s_month_has_a_line_a_day(busy: None, client: FlaskClient) -> None:
    seen = sight(client.get(MONTH).text)
    for told in (
        "全安镇农民夜校 2026年11月 市中区 · 内江市 · 四川省",
        "这个月 1 个村有课，一共 2 次课。",
        "这个月没有排课的村：老坝村。",
        "周日 11月22日 十月十四 节气小雪 狮湾村 19:00–20:30 柑橘冬季管护",
        "周二 11月24日 十月十六 逢场 狮湾村 19:00–20:30 柑橘冬季管护",
    ):
        assert told in seen


def test_a_county_leads_to_its_towns(busy: None, client: FlaskClient) -> None:
    page = client.get("/r/511002/month/2026-11").text
    assert f'<a href="{MONTH}">全安镇</a>' in page
    assert "柑橘冬季管护" not in page


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        (f"/v/{SHIWAN}/year", YEAR),
        (f"/v/{SHIWAN}/term?first=2026.10&last=2027%E5%B9%B44%E6%9C%88", TERM),
        (f"/v/{SHIWAN}/term/2026-10/2027-4", TERM),
        (f"/r/{SHIWAN}/month/2026-11", f"/v/{SHIWAN}/term/2026-11/2026-11"),
        ("/r/511002105000/month/2026-11", MONTH),
        ("/r/511002105/month?lang=en", f"{MONTH}?lang=en"),
    ],
)
def test_other_ways_to_ask_lead_to_the_page(
    cast: Cast, client: FlaskClient, address: str, leads_to: str
) -> None:
    assert client.get(address).location == leads_to


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        (f"/v/{SHIWAN}/term/2026-04/2027-04", "从头到尾有 13 个月，一次最多看 12 个月。分成几段看。"),
        (f"/v/{SHIWAN}/term?first=2026-04&last=", "填到哪个月，这个月还算。"),
        (f"/v/{SHIWAN}/term?first=2026-04&last=2026-01", "最后一个月在第一个月前面。把两个月换过来。"),
        (f"/v/{SHIWAN}/year/1000", "这里看得到 2000 年到 2099 年。"),
        ("/r/511002105/month/2026-31", "「2026-31」不是哪一年哪一月。像 2026-04 这样写。"),
    ],
)
def test_bad_months_get_a_sentence(cast: Cast, client: FlaskClient, address: str, sentence: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, sentence in sight(answer.text)) == (422, True)
    assert ('value="2026-04"' in answer.text) == ("2026-04" in address)


def test_what_was_typed_is_kept_and_unknown_places_are_not_found(cast: Cast, client: FlaskClient) -> None:
    empty = client.get(f"/v/{SHIWAN}/term")
    assert empty.status_code == 200 and "填从哪个月" not in empty.text
    assert 'value="20260"' in client.get(f"/v/{SHIWAN}/term?first=20260&last=2026-05").text
    for address in ("/v/511002105299/year/2026", "/v/511002105299/term?first=x", "/r/510099/month/2026-11"):
        assert client.get(address).status_code == 404


@pytest.mark.both_databases
def test_whoever_has_the_paper_as_it_is_gets_no_second_one(
    busy: None, database: Database, client: FlaskClient, clock: StillClock
) -> None:
    for address in (YEAR, TERM, MONTH):
        tag = client.get(address).headers["ETag"]
        again = {"If-None-Match": tag}
        assert client.get(address, headers=again).status_code == 304
        assert client.get(f"{address}?lang=en", headers=again).status_code == 200
    # Calendars are changed without touching a village: the papers show them, so their tags know.
    with database.writing() as db:
        db.query(MarketRule).delete()
    assert client.get(YEAR, headers={"If-None-Match": client.get(TERM).headers["ETag"]}).status_code == 200
    assert client.get(MONTH, headers=again).status_code == 200
    clock.move(days=1)
    assert client.get(TERM, headers=again).status_code == 200


def test_the_year_of_a_former_village_says_so(database: Database, cast: Cast, client: FlaskClient) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "老坝村村民委员会", valid_to=TODAY - timedelta(days=30))
    seen = sight(client.get("/v/511002105202/year/2026").text)
    assert "老坝村已撤并。" in seen
    assert "还没有排课。" in seen


def test_a_region_s_code_for_cameras(cast: Cast, client: FlaskClient) -> None:
    assert client.get("/r/511002105/qr.svg").data.startswith(b"<svg")
