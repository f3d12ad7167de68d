"""The desk: one screen that says what comes next, what is not recorded, and what waits for a decision."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import NightSchool, Venue
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Posting
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_register,
    make_session,
)

DESK = f"/desk/{SHIWAN}"


def fill(database: Database, cast: Cast, *aheads: int, **columns: Any) -> list[str]:
    """Sessions so many days from today."""
    with database.writing() as db:
        course = make_course(
            db, teachers=(cast.teacher,), venue_id=cast.venue, published=columns.get("status") != "draft"
        )
        given = {"teachers": (cast.teacher,), **columns}
        return [
            make_session(db, course, TODAY + timedelta(days=ahead), **given).public_id for ahead in aheads
        ]


def test_an_empty_desk_teaches_the_first_steps_in_their_order(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    page = chen.get(DESK).text
    assert page.index("第一步：写上场地") < page.index("第二步：排一门课") < page.index("第三步：写上学员")
    assert page.count("做好了") == 1  # the meeting room
    assert f'class="button" href="{DESK}/courses/new"' in page
    fill(database, cast, 3)
    page = chen.get(DESK).text
    assert page.count("做好了") == 2
    assert f'class="button" href="{DESK}/learners/new"' in page
    with database.writing() as db:
        make_learner(db)
    assert "第一步" not in chen.get(DESK).text


def test_each_of_the_first_steps_leads_back_to_them(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    venue = {"name": "晒坝", "kind": "courtyard"}
    learner = {"name": "陈大秀", "group_name": "一组"}
    for address, step in ((f"{DESK}/venues", venue), (f"{DESK}/learners", learner)):
        assert chen.post(f"{address}/new", data=step).location == DESK
    fill(database, cast, 3)
    venue["name"] = "村小教室"
    assert chen.post(f"{DESK}/venues/new", data=venue).location == f"{DESK}/venues"


@pytest.mark.both_databases
def test_a_village_without_a_place_begins_with_one(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
        school.usual_venue_id = None
        db.flush()
        db.delete(db.get_one(Venue, cast.venue))
    page = chen.get(DESK).text
    assert "做好了" not in page
    assert f'class="button" href="{DESK}/venues/new"' in page
    assert page.count('class="button"') == 1


def test_a_desk_with_nothing_ahead_says_so(chen: FlaskClient, database: Database, cast: Cast) -> None:
    fill(database, cast, -7, status="cancelled")
    with database.writing() as db:
        make_learner(db)
    assert "接下来没有课，要点名的也都点过了。" in chen.get(DESK).text


def test_tonight_comes_first_with_the_register_one_tap_away_once_it_opens(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock
) -> None:
    [tonight] = fill(database, cast, 0)
    page = chen.get(DESK).text
    assert '今晚 <span class="nobr">19:00–20:30</span> <span class="whole">柑橘冬季管护</span>' in page
    assert "18:00 起点名" in page and f"/sessions/{tonight}/cancel" in page
    assert f"/sessions/{tonight}/register" not in page  # nobody has come yet
    clock.move(hours=8)
    page = chen.get(DESK).text
    assert f"/sessions/{tonight}/register" in page and "起点名" not in page


def test_two_weeks_are_shown_and_no_more(chen: FlaskClient, database: Database, cast: Cast) -> None:
    fill(database, cast, 14, 15)
    page = chen.get(DESK).text
    assert "周二 12月8日（十月三十） 19:00" in page
    assert "12月9日" not in page


def test_past_sessions_without_register_or_reason_are_asked_for(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [missing] = fill(database, cast, -6)
    fill(database, cast, -7, status="cancelled")
    [held] = fill(database, cast, -8)
    with database.writing() as db:
        session = db.scalars(select(ClassSession).where(ClassSession.public_id == held)).one()
        make_register(db, session, cast.chen, total=31)
    page = chen.get(DESK).text
    assert "还没记的（1）" in page
    assert f"/sessions/{missing}/register" in page
    assert f"/sessions/{missing}/cancel" in page


def test_a_class_of_today_stays_on_top_until_it_is_recorded_and_then_says_how_many_came(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock
) -> None:
    [tonight] = fill(database, cast, 0)
    fill(database, cast, -6)
    clock.move(hours=10, minutes=30)  # 20:30 in the village: it is over
    page = chen.get(DESK).text
    assert "还没记的（1）" in page
    assert page.index(f"/sessions/{tonight}/register") < page.index("还没记的")
    assert page.count('class="button small"') == 1  # of all the buttons, its register is the solid one
    with database.writing() as db:
        session = db.scalars(select(ClassSession).where(ClassSession.public_id == tonight)).one()
        make_register(db, session, cast.chen, total=28)
    page = chen.get(DESK).text
    assert "已记 28 人次" in page
    assert page.count(f"/sessions/{tonight}/register") == 1  # to change it
    assert f"/sessions/{tonight}/cancel" not in page


def test_what_is_still_to_be_recorded_of_today_stands_before_what_is_done(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [morning] = fill(database, cast, 0, starts=8 * 60, ends=9 * 60)
    [evening] = fill(database, cast, 0)
    with database.writing() as db:
        session = db.scalars(select(ClassSession).where(ClassSession.public_id == morning)).one()
        make_register(db, session, cast.chen, total=12)
    page = chen.get(DESK).text
    assert page.index(evening) < page.index(morning)


def test_what_was_not_held_today_stays_today_with_its_reason(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    fill(database, cast, 0, status="cancelled")
    page = chen.get(DESK).text
    assert "今天（" in page
    assert "天气不好" in page


def test_many_unrecorded_ones_are_counted_and_lead_to_the_whole_list(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    fill(database, cast, *range(-40, -2))
    page = chen.get(DESK).text
    assert "还没记的（38）" in page
    assert page.count(">点名<") == 6
    assert "都列出来" in page


def test_drafts_and_sessions_without_teacher_or_place_wait_for_a_decision(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    fill(database, cast, 3, 10, status="draft")
    [lonely] = fill(database, cast, 5, teachers=(), venue_id=None)
    page = chen.get(DESK).text
    assert "2 次课还没公布 · 第一次是 周五 11月27日" in page
    assert f"/sessions/{lonely}/edit" in page
    assert "老师和地点都还没定" in page


def test_a_teacher_who_is_missing_on_several_dates_is_asked_for_once_and_found_for_all(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [first, _second] = fill(database, cast, 3, 10, teachers=())
    page = chen.get(DESK).text
    assert page.count("老师还没定") == 1
    assert "周五 11月27日" in page and "周五 12月4日" in page
    ways = chen.get(f"/sessions/{first}/edit?reach=following").text
    assert "以后都请" in page and f"/sessions/{first}/edit?reach=following" in page
    assert 'value="following" checked' in ways or 'checked type="radio" value="following"' in ways
    assert chen.get(f"/sessions/{first}/edit?reach=x").status_code == 200


def test_past_sessions_are_listed_page_by_page(chen: FlaskClient, database: Database, cast: Cast) -> None:
    fill(database, cast, *range(-60, -2))
    first, second = chen.get(f"{DESK}/past").text, chen.get(f"{DESK}/past?page=2").text
    assert "58 次" in first
    assert "第 1 页，共 2 页" in first
    assert (first.count("<li>"), second.count("<li>")) == (50, 8)
    assert "周六 11月21日" in first
    assert "第 2 页，共 2 页" in chen.get(f"{DESK}/past?page=999").text
    assert "第 1 页，共 2 页" in chen.get(f"{DESK}/past?page=x").text


def test_the_desk_opens_with_ones_own_village(chen: FlaskClient) -> None:
    assert chen.get("/desk").location == DESK


@pytest.mark.both_databases
def test_who_serves_two_villages_switches_and_is_remembered(
    cast: Cast, database: Database, browser_of: Any
) -> None:
    with database.writing() as db:
        db.add(
            Posting(
                account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=date(2020, 1, 1)
            )
        )
    chen = browser_of(cast.chen)
    assert "换到建立村" in chen.get(DESK).text
    with database.writing() as db:
        elsewhere = make_course(db, JIANLI)
        make_session(db, elsewhere, TODAY - timedelta(days=3))
    assert "建立村：1 次还没记" in chen.get(DESK).text
    assert chen.get("/desk").location == DESK
    assert chen.post(f"/desk/{JIANLI}/switch").location == f"/desk/{JIANLI}"
    assert chen.get("/desk").location == f"/desk/{JIANLI}"


def test_others_begin_where_they_work(cast: Cast, browser_of: Any) -> None:
    assert browser_of(cast.township_supervisor).get("/desk").location == "/overview"
    assert browser_of(cast.region_administrator).get("/desk").location == "/admin"


def test_nobody_sees_another_villages_desk(cast: Cast, browser_of: Any, client: FlaskClient) -> None:
    for path in (DESK, f"{DESK}/past", f"{DESK}/papers", f"{DESK}/more"):
        assert browser_of(cast.luo).get(path).status_code == 404
        assert browser_of(cast.county_supervisor).get(path).status_code == 404
        assert client.get(path).status_code == 303
    assert browser_of(cast.luo).post(f"{DESK}/switch").status_code == 404


@pytest.mark.parametrize("items", [1, 30])
def test_the_desk_costs_the_same_however_much_there_is(
    chen: FlaskClient, database: Database, cast: Cast, statements: list[str], items: int
) -> None:
    fill(database, cast, *range(-items, items))
    fill(database, cast, *range(1, items + 1), status="draft", booked=False)
    statements.clear()
    assert chen.get(DESK).status_code == 200
    # Login, scope, five of the desk, three of its plans, who is absent, what is offered, the last turnouts, which were merged, three
    # of tonight's notice.
    assert len(statements) == 19


def test_every_page_of_a_village_has_the_same_four_entries_and_leads_home(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [session] = fill(database, cast, 3)
    for path in (DESK, f"/sessions/{session}", f"/sessions/{session}/move", f"{DESK}/learners", "/me"):
        page = chen.get(path).text
        for way in ("", "/courses/new", "/learners", "/papers", "/more"):
            assert f'<a href="{DESK}{way}"' in page, (path, way)


def test_the_entries_lead_to_the_village_that_the_page_is_of(
    chen: FlaskClient, cast: Cast, database: Database, browser_of: Any
) -> None:
    with database.writing() as db:
        db.add(
            Posting(
                account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=date(2020, 1, 1)
            )
        )
    chen = browser_of(cast.chen)
    assert f"/desk/{JIANLI}/papers" in chen.get(f"/desk/{JIANLI}/learners").text
    assert f"{DESK}/papers" in chen.get(f"{DESK}/learners").text
    assert "papers" not in browser_of(cast.township_supervisor).get("/overview").text


def test_what_can_be_printed_and_where_everything_else_is_leads_somewhere(chen: FlaskClient) -> None:
    for path in (f"{DESK}/papers", f"{DESK}/more"):
        page = chen.get(path).text
        main = page[page.index("<main") : page.index("</main>")]
        addresses = re.findall(r'href="([^"]+)"', main)
        assert len(addresses) > 5
        for address in addresses:
            assert chen.get(address, follow_redirects=True).status_code == 200, address


def test_the_first_class_and_a_course_show_how_many_came_to_the_last_five(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        lectures, cohort = make_course(db), make_course(db, title="果树班", kind="cohort")
        for weeks, total in ((7, 5), (6, 11), (5, 0), (4, 31), (3, 42), (2, 53)):
            held = make_session(db, lectures, TODAY - timedelta(weeks=weeks))
            make_register(db, held, cast.chen, total=total)
        make_register(db, make_session(db, cohort, TODAY - timedelta(weeks=1)), cast.chen, total=64)
        own = lectures.public_id
        called = make_session(db, cohort, TODAY + timedelta(days=3), title="果树班").public_id
    of_course = chen.get(f"/courses/{own}").text.split('class="chart"')[1].split("</figure>")[0]
    assert re.findall(r">(\d+)</text>", of_course) == ["11", "0", "31", "42", "53"]  # its own alone
    assert 'class="chart"' not in chen.get(DESK).text  # one class of this cohort is no series yet
    with database.writing() as db:
        make_session(db, make_course(db), TODAY + timedelta(days=2))
    chart = chen.get(DESK).text.split('class="chart"')[1].split("</figure>")[0]
    assert "前 5 次来了多少人次" in chart
    told = re.search(r'aria-label="([^"]*)"', chart)
    assert told and [line.rsplit(maxsplit=1)[1] for line in told[1].split("、")] == [
        "0",
        "31",
        "42",
        "53",
        "64",
    ]
    assert re.findall(r'height="(\d+)"', chart) == ["0", "19", "26", "33", "40"]
    assert called in chen.get(DESK).text
