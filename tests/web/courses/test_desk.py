"""The desk: one screen that says what comes next, what is not recorded, and what waits for a decision."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import NightSchool, Venue
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


@pytest.fixture
def chen(cast: Cast, browser_of: Any) -> FlaskClient:
    """陈书记's browser."""
    browser: FlaskClient = browser_of(cast.chen)
    return browser


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
    assert "接下来没有课，也没有要补记的。" in chen.get(DESK).text


def test_tonight_comes_first_with_the_register_one_tap_away(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [tonight] = fill(database, cast, 0)
    page = chen.get(DESK).text
    assert "今晚 19:00–20:30 柑橘冬季管护" in page
    assert f"/sessions/{tonight}/register" in page


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
        from nightschool.models.teaching import ClassSession

        session = db.scalars(select(ClassSession).where(ClassSession.public_id == held)).one()
        make_register(db, session, cast.chen, total=31)
    page = chen.get(DESK).text
    assert "还没记的（1）" in page
    assert f"/sessions/{missing}/register" in page
    assert f"/sessions/{missing}/cancel" in page


def test_a_session_that_ended_this_evening_is_asked_for_at_once(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock
) -> None:
    fill(database, cast, 0)
    clock.move(hours=10, minutes=30)  # 20:30 in the village
    page = chen.get(DESK).text
    assert "还没记的（1）" in page
    assert "今天</h2>" not in page


def test_many_unrecorded_ones_are_counted_and_lead_to_the_whole_list(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    fill(database, cast, *range(-40, -2))
    page = chen.get(DESK).text
    assert "还没记的（38）" in page
    assert page.count("记到课") == 12  # six buttons, each with its spoken label
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
    assert chen.get("/desk").location == DESK
    assert chen.post(f"/desk/{JIANLI}/switch").location == f"/desk/{JIANLI}"
    assert chen.get("/desk").location == f"/desk/{JIANLI}"


def test_others_begin_where_they_work(cast: Cast, browser_of: Any) -> None:
    assert browser_of(cast.township_supervisor).get("/desk").location == "/overview"
    assert browser_of(cast.region_administrator).get("/desk").location == "/admin"


def test_nobody_sees_another_villages_desk(cast: Cast, browser_of: Any, client: FlaskClient) -> None:
    for path in (DESK, f"{DESK}/past"):
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
    # Login, scope, five of the desk, three of its plans.
    assert len(statements) == 11
