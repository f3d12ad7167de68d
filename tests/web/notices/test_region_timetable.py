"""What runs in a township or a county, for anybody: what the page shows, that its forms agree, and what they cost."""

import html
import json
import re
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest
from flask.testing import FlaskClient

from nightschool.actions.touching import touch_villages
from nightschool.database import Database
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.notices import region_timetable
from nightschool.web.notices import region_timetable as web
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_region,
    make_school,
    make_session,
    make_teacher,
)
from tests.formats.test_timetable_json import against

PAGE = "/r/511002105"
FORMS = (PAGE, f"{PAGE}.ics", f"{PAGE}.json")
NEIGHBOUR = "511002105202"


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@pytest.fixture
def busy(database: Database, cast: Cast) -> None:
    """Two villages of one township and one elsewhere; one class called off, one put off, one still a draft."""
    with database.writing() as db:
        make_region(db, NEIGHBOUR, "老坝村村民委员会")
        make_school(db, NEIGHBOUR)
        course = make_course(db, venue_id=cast.venue)
        make_session(db, course, ahead(0), teachers=(cast.teacher,))
        make_session(db, course, ahead(1), status=SessionStatus.CANCELLED, reason="weather")
        there = make_course(db, NEIGHBOUR, "用电安全")
        new = make_session(db, there, ahead(8))
        make_session(
            db, there, ahead(1), status=SessionStatus.POSTPONED, successor_id=new.id, reason="power_cut"
        )
        make_session(db, there, ahead(3), status=SessionStatus.DRAFT, title="还没定的课")
        make_session(db, make_course(db, JIANLI, "防诈骗"), ahead(0))


def sight(page: str) -> str:
    main = page[page.index("<main") :]
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", main)).split())


def test_a_whole_month_is_offered_where_it_is_more_than_names_of_places(
    busy: None, client: FlaskClient
) -> None:
    assert "整个月的课" in client.get(PAGE).text
    county = client.get(PAGE[:-3]).text
    assert "这周和下周的课" in county and "整个月的课" not in county


def test_the_township_sees_its_two_weeks(busy: None, client: FlaskClient) -> None:
    page = client.get(PAGE)
    assert page.status_code == 200
    seen = sight(page.text)
    assert seen.startswith("全安镇这周和下周的课 市中区 · 内江市 · 四川省")
    for told in (
        "今天 周二 11月24日（十月十六） 狮湾村 19:00–20:30 柑橘冬季管护 · 村活动室 · 周老师（农技站）",
        "19:00–20:30 柑橘冬季管护 取消：天气不好",
        "老坝村 19:00–20:30 用电安全 改到周三 12月2日（十月廿四） 19:00：停电",
        "19:00–20:30 用电安全 原定周三 11月25日（十月十七） 19:00",
    ):
        assert told in seen, told
    assert "还没定的课" not in page.text
    assert "防诈骗" not in page.text
    assert f'href="/v/{SHIWAN}"' in page.text


def test_a_county_names_the_township_and_leads_down_and_up(busy: None, client: FlaskClient) -> None:
    page = client.get("/r/511002").text
    assert "狮湾村 全安镇 19:00–20:30" in sight(page)
    assert 'href="/r/511002105"' in page and 'href="/r/5110"' in page and 'href="/r/51"' in page
    city = client.get("/r/5110?lang=en&big=1").text
    assert 'href="/r/511024?lang=en&amp;big=1"' in city
    assert "防诈骗" in city


def test_forms_agree(busy: None, client: FlaskClient) -> None:
    data = json.loads(client.get(f"{PAGE}.json").data)
    events = icalendar.Calendar.from_ical(client.get(f"{PAGE}.ics").data).walk("VEVENT")
    page = client.get(PAGE).text
    assert len(data["sessions"]) == 4
    assert [str(event["UID"]).split("@")[0] for event in events] == [one["id"] for one in data["sessions"]]
    for event, one in zip(events, data["sessions"], strict=True):
        assert event.start.isoformat() == one["starts_at"]
        assert (event["STATUS"] == "CONFIRMED") == one["takes_place"]
        assert str(event["SUMMARY"]).endswith(f"{one['village']['name']}：{one['title']}")
    told = re.findall(r'<time class="nobr" datetime="([^"]+)"', page)
    assert told == [f"{one['day']}T{one['starts']}" for one in data["sessions"]]


def test_the_data_keeps_to_its_schema(busy: None, client: FlaskClient) -> None:
    for address in ("/r/511002105", "/r/511002", "/r/5110", "/r/51"):
        assert against("region", client.get(f"{address}.json").data) == []
    assert against("village", client.get(f"/v/{SHIWAN}.json").data) == []
    assert client.get(json.loads(client.get(f"{PAGE}.json").data)["schema"]).status_code == 200


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/r/511002105000", "/r/511002105"),
        ("/r/511002000000.ics?lang=en", "/r/511002.ics?lang=en"),
        ("/r/511000", "/r/5110"),
        ("/r/511002000", "/r/511002"),
        (f"/r/{SHIWAN}", f"/v/{SHIWAN}"),
        (f"/r/{SHIWAN}.json", f"/v/{SHIWAN}.json"),
    ],
)
def test_other_ways_to_write_a_code_lead_to_the_one(
    cast: Cast, client: FlaskClient, asked: str, leads: str
) -> None:
    answer = client.get(asked)
    assert (answer.status_code, answer.headers["Location"]) == (301, leads)
    assert client.get(leads).status_code == 200


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("/r/511099", "内江市"),
        ("/r/511002109", "市中区"),
        ("/r/511002109.json", "市中区"),
        ("/r/51100", "内江市"),
        ("/r/511002109999", None),
        ("/r/99", None),
        ("/r/0", None),
        ("/r/", None),
    ],
)
def test_an_unknown_code_is_a_helpful_404(
    cast: Cast, client: FlaskClient, asked: str, nearest: str | None
) -> None:
    answer = client.get(asked, follow_redirects=True)
    assert answer.status_code == 404
    assert 'name="q"' in answer.text
    if nearest:
        assert f"它应该在{nearest}。" in answer.text


@pytest.mark.parametrize(
    "since", ["x", "2026-13-01", "2026-12-07", "2026-11-25.511024100217", "2026-11-25.5", "2026-11-25."]
)
def test_a_beginning_that_makes_no_sense_is_a_404(cast: Cast, client: FlaskClient, since: str) -> None:
    assert client.get(PAGE, query_string={"from": since}).status_code == 404
    assert client.get(f"{PAGE}.json", query_string={"from": since}).status_code == 404


def test_a_long_list_goes_on_in_parts(
    busy: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "ON_A_PAGE", 2)
    first = client.get(PAGE).text
    assert "课多，这里先列 2 节，列到周三 11月25日，后面还有。" in first
    assert re.search(r'href="/r/511002105\?from=2026-11-25.511002105202">接着往后看', first)
    assert 'href="/r/511002105?from=2026-11-27">周五 11月27日' in first
    second = sight(client.get(f"{PAGE}?from=2026-11-25.{NEIGHBOUR}").text)
    assert "这一页从周三 11月25日看起。 从今天看起" in second
    assert "狮湾村" not in second
    seen, address = [], f"{PAGE}.json"
    while address:
        data = json.loads(client.get(address).data)
        seen += [one["id"] for one in data["sessions"]]
        address = data["next"]
    assert len(seen) == len(set(seen)) == 4


def test_an_old_link_to_a_day_shows_today(busy: None, client: FlaskClient) -> None:
    page = client.get(f"{PAGE}?from=2026-11-20").text
    assert "今天 周二 11月24日" in sight(page)
    assert "这一页从" not in page


def test_a_region_without_classes_says_so(cast: Cast, client: FlaskClient) -> None:
    assert "这周和下周还没有排好的课。" in client.get(PAGE).text


def test_a_former_township_leads_to_what_it_is_now(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        make_region(db, "511002106000", "老镇", valid_to=ahead(-9), successor_code="511002105000")
    page = client.get("/r/511002106").text
    assert "老镇已撤并，现在是全安镇。" in page
    assert 'href="/r/511002105">看全安镇的课' in page


@pytest.mark.parametrize("ending", [".ics", ".json", ".txt", ".atom", "/embed"])
def test_what_is_subscribed_to_of_a_former_township_follows_when_nothing_is_to_come_there(
    database: Database, cast: Cast, client: FlaskClient, statements: list[str], ending: str
) -> None:
    with database.writing() as db:
        make_region(db, "511002106000", "老镇", valid_to=ahead(-9), successor_code="511002105000")
        make_region(db, "511002106201", "老村村民委员会", valid_to=ahead(-9))
        left = make_session(db, make_course(db, "511002106201"), ahead(0)).id
    assert client.get(f"/r/511002106{ending}").status_code == 200
    with database.writing() as db:
        db.get_one(ClassSession, left).day = ahead(-1)
    statements.clear()
    answer = client.get(f"/r/511002106{ending}?lang=en")
    assert (answer.status_code, len(statements)) == (302, 1)
    assert answer.headers["Location"] == f"http://localhost/r/511002105{ending}?lang=en"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert client.get("/r/511002106").status_code == 200


@pytest.mark.parametrize("form", FORMS)
def test_no_learner_no_hidden_teacher_and_no_key_holder_is_public(
    database: Database, cast: Cast, client: FlaskClient, form: str
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀")
        hidden = make_teacher(db, name="李隐名", name_is_public=False, unit="卫生院")
        hidden.phone = SEALER.seal("13812345678", about=f"teacher.phone:{hidden.public_id}")
        make_session(db, make_course(db), ahead(1), teachers=(hidden.id,))
    answer = client.get(form).text.replace("\r\n ", "")
    assert "卫生院" in answer
    for secret in ("李隐名", "陈大秀", "13812345678"):
        assert secret not in answer


@pytest.mark.parametrize("form", FORMS)
def test_what_was_typed_stays_text(database: Database, cast: Cast, client: FlaskClient, form: str) -> None:
    with database.writing() as db:
        make_session(db, make_course(db), ahead(1), title="<script>x</script>&")
    answer = client.get(form)
    if answer.mimetype == "text/html":
        assert "<script" not in answer.text and "&lt;script&gt;" in answer.text


@pytest.mark.parametrize("villages", [1, 30])
@pytest.mark.parametrize("form", ["/r/511002", "/r/511002.ics", "/r/511002.json"])
def test_three_statements_anew_and_one_unchanged_whatever_the_size(
    database: Database, cast: Cast, client: FlaskClient, statements: list[str], form: str, villages: int
) -> None:
    with database.writing() as db:
        for number in range(villages):
            code = f"5110021053{number:02d}"
            make_region(db, code)
            make_school(db, code)
            for day in range(4):
                make_session(db, make_course(db, code), ahead(day), teachers=(cast.teacher,), booked=False)

    def sent(address: str, **headers: str) -> tuple[int, int]:
        statements.clear()
        answer = client.get(address, headers={name.replace("_", "-"): told for name, told in headers.items()})
        return answer.status_code, len(statements)

    assert sent(form) == (200, 3)
    assert sent(form) == (200, 1)
    tag = client.get(form).headers["ETag"]
    assert sent(form, If_None_Match=tag) == (304, 1)
    assert sent(f"{form}?utm=x", If_None_Match=tag) == (304, 1)


def test_a_full_page_stays_small(database: Database, cast: Cast, client: FlaskClient) -> None:
    with database.writing() as db:
        for number in range(region_timetable.ON_A_PAGE // 4 + 1):
            code = f"511002105{300 + number}"
            make_region(db, code)
            for day in range(4):
                make_session(db, make_course(db, code), ahead(day), teachers=(cast.teacher,), booked=False)
    answer = client.get("/r/511002", headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) <= 14 * 1024
    page = client.get("/r/511002").text
    assert "课多，这里先列 200 节" in page
    assert page.count("柑橘冬季管护 · ") == region_timetable.ON_A_PAGE
    assert "<script" not in page and "style=" not in page


@pytest.mark.parametrize("form", FORMS)
def test_a_change_in_the_region_is_seen_at_once_and_one_elsewhere_changes_nothing(
    database: Database, busy: None, client: FlaskClient, clock: StillClock, form: str
) -> None:
    tag = client.get(form).headers["ETag"]
    with database.writing() as db:
        touch_villages(db, [JIANLI], now=NOW)
    assert client.get(form, headers={"If-None-Match": tag}).status_code == 304
    with database.writing() as db:
        make_session(db, make_course(db, NEIGHBOUR), ahead(2), title="加的一课")
        touch_villages(db, [NEIGHBOUR], now=NOW)
    changed = client.get(form, headers={"If-None-Match": tag})
    assert (changed.status_code, "加的一课" in changed.text) == (200, True)
    clock.move(days=1)
    tomorrow = client.get(form, headers={"If-None-Match": changed.headers["ETag"]})
    assert tomorrow.status_code == 200


def test_one_walks_here_from_the_front_door_and_from_a_village(busy: None, client: FlaskClient) -> None:
    for at, leads in (("511002105000", "511002105"), ("511002000000", "511002"), ("511000000000", "5110")):
        assert f'href="/r/{leads}"' in client.get(f"/?at={at}").text
    assert 'href="/r/5110?lang=en"' in client.get("/?lang=en").text
    assert '<a href="/r/511002105?big=1">全安镇</a>' in client.get(f"/v/{SHIWAN}?big=1").text
    assert '<a href="/r/511002105">全安镇</a>' in client.get(f"/v/{SHIWAN}/past").text
    assert 'href="/?at=511002105000&amp;lang=en"' in client.get(f"{PAGE}?lang=en").text


def test_kept_answers_of_parts_languages_and_sizes_do_not_mix(busy: None, client: FlaskClient) -> None:
    asked = (
        PAGE,
        f"{PAGE}?lang=en",
        f"{PAGE}?big=1",
        f"{PAGE}?from=2026-11-25",
        f"{PAGE}?from=2026-11-25&lang=en",
    )
    first: list[Any] = [client.get(address).text for address in asked]
    assert [client.get(address).text for address in asked] == first
    assert len(set(first)) == len(asked)


def test_the_plain_text_says_the_same(busy: None, client: FlaskClient) -> None:
    text = client.get(f"{PAGE}.txt")
    assert text.mimetype == "text/plain"
    lines = text.text.split("\n")
    assert lines[0] == "全安镇这周和下周的课"
    at = lines.index("周二 11月24日（十月十六）")
    assert lines[at + 1] == "狮湾村 19:00–20:30 柑橘冬季管护 · 村活动室 · 周老师（农技站）"
    assert "老坝村 19:00–20:30 用电安全；改到周三 12月2日（十月廿四） 19:00：停电" in lines
    assert lines[-2:] == ["课表：http://localhost/r/511002105", ""]
    assert "狮湾村（全安镇） 19:00–20:30" in client.get("/r/511002.txt").text
    assert "\n\n\n" not in text.text


def test_a_region_without_classes_says_so_in_plain_text(cast: Cast, client: FlaskClient) -> None:
    assert client.get(f"{PAGE}.txt").text == (
        "全安镇这周和下周的课\n\n这周和下周还没有排好的课。\n课表：http://localhost/r/511002105\n"
    )
