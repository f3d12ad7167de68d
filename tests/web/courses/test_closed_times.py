"""Closed times in the browser: written down, taken off and put back, and met while scheduling."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import RegionSettings, Venue
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import ClassSession
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session, make_teacher

NEW = f"/desk/{SHIWAN}/courses/new"
FRIDAY = TODAY + timedelta(days=3)
AGREED = "已经说好了，照样排"


@pytest.fixture
def venue(cast: Cast, database: Database) -> str:
    with database.reading() as db:
        return db.get_one(Venue, cast.venue).public_id


def asked_for(page: str) -> str:
    """What the tick on this page is for."""
    [found] = re.findall(r'name="agreed_for" value="([0-9a-f]+)"', page)
    return found


def close_friday(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        db.add(
            ClosedTime(
                resource_kind="venue", resource_id=cast.venue, region_code=SHIWAN,
                first=FRIDAY, last=FRIDAY, weekdays=[], note="装修",
            )
        )  # fmt: skip


@pytest.mark.both_databases
def test_a_time_is_written_down_shown_taken_off_and_put_back_with_one_tap(
    chen: FlaskClient, database: Database, cast: Cast, venue: str
) -> None:
    with database.writing() as db:
        make_session(db, make_course(db, venue_id=cast.venue), FRIDAY + timedelta(days=4))
    page = f"/venues/{venue}/closed"
    typed = {"weekdays": ["1"], "starts": "18:00", "ends": "00:00", "note": "放电影"}
    answer = chen.post(page, data=typed, follow_redirects=True)
    assert "记下了：村活动室 每周二 18:00–24:00 不开：放电影。" in answer.text
    assert "已经排了 1 节课，没有动" in answer.text
    edit = chen.get(f"/venues/{venue}").text
    assert "什么时候不开" in edit and "去掉 每周二 18:00–24:00" in edit
    with database.reading() as db:
        key = db.scalars(select(ClosedTime.public_id)).one()
    answer = chen.post(f"{page}/remove", data={"closed_time": key}, follow_redirects=True)
    assert "去掉了：村活动室 每周二" in answer.text and "放回去" in answer.text
    assert "放回去" not in chen.get(page).text  # offered once
    again = {"weekdays": "1", "starts": "18:00", "ends": "00:00", "note": "放电影"}
    assert all(f'name="{name}" value="{value}"' in answer.text for name, value in again.items())
    chen.post(page, data=again)
    assert "村活动室 每周二 18:00–24:00 不开：放电影。" in chen.get(page).text
    assert "那一条已经不在了" in chen.post(
        f"{page}/remove", data={"closed_time": key}, follow_redirects=True
    ).text  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"first": "2026-12-10", "last": "2026-12-01"}, "在第一天（12月10日）前面"),
        ({"weekdays": ["1"], "starts": "12:00", "ends": "08:00"}, "到几点要在从几点的后面"),
        ({"last": "2025-12-01"}, "2025年12月1日已经过了"),
        ({"first": "十二月"}, "不是一个日期"),
        ({}, "就是一直这样，哪天都排不了课"),
    ],
)
def test_bad_input_is_answered_at_its_field_and_nothing_is_lost(
    chen: FlaskClient, database: Database, venue: str, typed: dict[str, Any], told: str
) -> None:
    answer = chen.post(f"/venues/{venue}/closed", data={**typed, "note": "装修队说的"})
    assert answer.status_code == 422 and told in answer.text
    assert 'value="装修队说的"' in answer.text
    with database.reading() as db:
        assert db.scalars(select(ClosedTime.id)).all() == []


@pytest.mark.both_databases
def test_the_preview_shows_it_on_its_date_and_the_tick_schedules_all_the_same(
    chen: FlaskClient, database: Database, cast: Cast, venue: str
) -> None:
    close_friday(database, cast)
    course = {
        "title": "柑橘管护", "category": "skill", "venue": venue, "starts": "19:00", "ends": "20:30",
        "repeat": "weekly", "weekdays": ["4"], "first": "2026-11-27", "times": "3",
    }  # fmt: skip
    look = chen.post(NEW, data={**course, "do": "look"}).text
    assert "村活动室 11月27日（十月十九） 不开：装修。" in look and AGREED in look
    refused = chen.post(NEW, data={**course, "do": "publish"})
    assert refused.status_code == 409 and AGREED in refused.text
    dropped = chen.post(NEW, data={**course, "do": "drop-look", "clash": "2026-11-27"}).text
    assert "一共 2 次" in dropped and AGREED not in dropped
    ticked = {"do": "publish", "agreed": "y", "agreed_for": asked_for(refused.text)}
    assert chen.post(NEW, data={**course, **ticked}).status_code == 303
    with database.reading() as db:
        assert len(db.scalars(select(ClassSession.id)).all()) == 3


def test_a_tick_still_holds_when_another_date_takes_what_was_offered_for_it(
    chen: FlaskClient, database: Database, cast: Cast, venue: str
) -> None:
    close_friday(database, cast)
    with database.writing() as db:
        make_session(db, make_course(db, venue_id=cast.venue), FRIDAY + timedelta(days=7))
    course = {
        "title": "柑橘管护", "category": "skill", "venue": venue, "starts": "19:00", "ends": "20:30",
        "repeat": "weekly", "weekdays": ["4"], "first": "2026-11-27", "times": "3",
    }  # fmt: skip
    refused = chen.post(NEW, data={**course, "do": "publish"})
    ticked = {**course, "agreed": "y", "agreed_for": asked_for(refused.text)}
    one_left = chen.post(NEW, data={**ticked, "do": "publish"})
    assert one_left.status_code == 409 and "装修" not in one_left.text
    [offered, *_others] = re.findall(r'name="alter" value="(2026-12-04 2026[^"]+)"', one_left.text)
    taken = chen.post(NEW, data={**ticked, "alter": offered})
    assert "装修" not in taken.text and "排不下" not in taken.text
    again = {**ticked, "instead": offered, "agreed_for": asked_for(taken.text), "do": "publish"}
    assert chen.post(NEW, data=again).status_code == 303


@pytest.mark.both_databases
def test_moving_into_a_closed_time_asks_once_and_keeps_what_was_typed(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    close_friday(database, cast)
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        session = make_session(db, course, TODAY + timedelta(days=1)).public_id
    page = f"/sessions/{session}/move"
    first = chen.get(page).text
    assert AGREED not in first
    typed = {"day": FRIDAY.isoformat(), "starts": "19:00", "ends": "20:30", "revision": "1"}
    answer = chen.post(page, data=typed)
    assert answer.status_code == 409
    assert "装修" in answer.text and AGREED in answer.text and f'value="{FRIDAY}"' in answer.text
    ticked = {**typed, "agreed": "y", "agreed_for": asked_for(answer.text)}
    # The tick was for the evening; another time is asked about anew.
    another = chen.post(page, data={**ticked, "starts": "18:00"})
    assert another.status_code == 409
    assert re.search(r'<input[^>]*name="agreed"[^>]*>', another.text)[0].find("checked") < 0  # type: ignore[index]
    assert chen.post(page, data=ticked).status_code == 303


@pytest.mark.both_databases
def test_a_teachers_weekly_limit_stands_on_the_form_and_in_the_advice(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        teacher = make_teacher(db, SHIWAN, "王老师")
        key, version = teacher.public_id, teacher.version
        make_session(db, make_course(db), TODAY, teachers=(teacher.id,))
    typed = {"name": "王老师", "kind": "local_expert", "version": str(version)}
    assert chen.post(f"/teachers/{key}", data={**typed, "weekly_limit": "0"}).status_code == 422
    assert chen.post(f"/teachers/{key}", data={**typed, "weekly_limit": "1"}).status_code == 303
    course = {
        "title": "柑橘管护", "category": "skill", "teachers": [key], "starts": "19:00", "ends": "20:30",
        "repeat": "once", "first": "2026-11-27", "do": "look",
    }  # fmt: skip
    assert "王老师这一周已经有 1 节课，说好一周最多 1 节。" in chen.post(NEW, data=course).text


def test_a_township_settles_its_speed_and_says_whose_holds_without(
    cast: Cast, database: Database, browser_of: Any
) -> None:
    with database.writing() as db:
        db.add(RegionSettings(region_code="511002000000", travel_kmh=45))
    supervisor = browser_of(cast.township_supervisor)
    page = "/settings/511002105000"
    assert "空着就照市中区的：每小时 45 公里" in supervisor.get(page).text
    assert supervisor.post(page, data={"travel_kmh": "快", "version": "0"}).status_code == 422
    sent = {"travel_kmh": "20", "approves_plans": "y", "version": "0"}
    assert supervisor.post(page, data=sent).status_code == 303
    stale = supervisor.post(page, data={"travel_kmh": "25", "version": "0"})
    assert stale.status_code == 409 and "别人也改过" in stale.text and 'value="25"' in stale.text
    assert supervisor.get("/settings/511002000000").status_code == 404
    assert '/overview/511002105000?when=2026-10"' in supervisor.get(page + "?when=2026-10").text
    assert "镇上审" not in browser_of(cast.region_administrator).get("/settings/511002000000").text
    assert browser_of(cast.chen).get(page).status_code == 404


@pytest.mark.parametrize("items", [1, 30])
def test_the_page_costs_the_same_however_many_times_and_classes_there_are(
    chen: FlaskClient, database: Database, cast: Cast, venue: str, statements: list[str], items: int
) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        for number in range(items):
            day = TODAY + timedelta(days=number + 1)
            make_session(db, course, day)
            db.add(
                ClosedTime(
                    resource_kind="venue", resource_id=cast.venue, region_code=SHIWAN, first=day, weekdays=[]
                )
            )
    statements.clear()
    assert chen.get(f"/venues/{venue}/closed").text.count("去掉 从") == items
    assert len(statements) == 6


@pytest.mark.both_databases
def test_a_course_and_a_session_called_off_ask_for_the_same_tick(
    chen: FlaskClient, database: Database, cast: Cast, venue: str
) -> None:
    close_friday(database, cast)
    with database.writing() as db:
        course = make_course(db)  # it has no place yet
        make_session(db, course, FRIDAY)
        off = make_session(
            db, make_course(db, venue_id=cast.venue), FRIDAY, status="cancelled", reason="weather"
        )
        keys = course.public_id, course.version, off.public_id, off.revision
    key, version, cancelled, revision = keys
    edit = {
        "title": "柑橘冬季管护", "category": "skill", "venue": venue, "starts": "19:00", "ends": "20:30",
        "version": str(version),
    }  # fmt: skip
    for page, typed in (
        (f"/sessions/{cancelled}/restore", {"revision": str(revision)}),
        (f"/courses/{key}/edit", {**edit, "starts": "16:00", "ends": "17:00"}),
    ):
        assert AGREED not in chen.get(page).text
        asked = chen.post(page, data=typed)
        assert asked.status_code == 409 and AGREED in asked.text and "装修" in asked.text
        ticked = {**typed, "agreed": "y", "agreed_for": asked_for(asked.text)}
        answer = chen.post(page, data=ticked)
        if answer.status_code == 200:  # what a course's sessions would become is shown first
            [seen] = re.findall(r'name="seen" value="([^"]+)"', answer.text)
            answer = chen.post(page, data={**ticked, "do": "save", "seen": seen})
        assert answer.status_code == 303
