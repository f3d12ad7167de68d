"""What a register makes one ask its coordinator back, what is answered, and that nobody else reads it."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.attendance import AskedBackAnswer, Submission
from nightschool.models.calendars import FarmSeason, RegionPosition
from nightschool.models.places import Venue
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
)

A_WEEK = timedelta(days=7)


@pytest.fixture
def chen(browser_of: Any, cast: Cast) -> FlaskClient:
    found: FlaskClient = browser_of(cast.chen)
    return found


def weeks_held(
    database: Database, cast: Cast, *weeks: int, total: int | None = None, **columns: Any
) -> list[str]:
    """A village in which the same ten people came, so many weeks ago each."""
    with database.writing() as db:
        people = tuple(make_learner(db, name=f"陈{n}").id for n in range(10))
        course = make_course(db, expected=30)
        sessions = [make_session(db, course, TODAY - one * A_WEEK, **columns) for one in weeks]
        for one in sessions:
            make_register(db, one, cast.chen, present=people, total=total)
            submission = db.scalars(select(Submission).where(Submission.class_session_id == one.id)).one()
            submission.taken_at = submission.received_at = NOW.instant + (one.day - TODAY)
        return [one.public_id for one in sessions]


def test_an_answer_is_kept_and_a_habit_is_not_asked_about_again(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    *_before, last = weeks_held(database, cast, 4, 3, 2)
    asked = "连着三次，来的差不多就是同样的 10 个人"
    page = f"/sessions/{last}/asked-back"
    assert asked in chen.get(f"/sessions/{last}/register").text
    assert asked in chen.get(page).text
    answer = chen.post(page, data={"same_names": "都是合作社的社员", "quiet": "没有问的不记"})
    assert answer.status_code == 303
    register = chen.get(answer.location).text
    assert asked in register and "你们答的：都是合作社的社员" in register
    with database.reading() as db:
        kept = db.scalars(select(AskedBackAnswer)).all()
        assert [(one.kind, one.text, one.account_id) for one in kept] == [
            ("same_names", "都是合作社的社员", cast.chen)
        ]
    [since] = weeks_held(database, cast, 1)
    assert asked not in chen.get(f"/sessions/{since}/register").text
    assert chen.post(page, data={"same_names": ""}).status_code == 303
    with database.reading() as db:
        assert db.scalars(select(AskedBackAnswer)).all() == []


def test_round_counts_late_entry_and_harvest_are_asked_about_one_by_one(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.add(FarmSeason(region_code=SHIWAN, name="柑橘采收", first=TODAY - A_WEEK, last=TODAY, note=""))
    for week, total in ((6, 30), (5, 50), (4, 30), (1, 100)):
        [last] = weeks_held(database, cast, week, total=total, starts=9 * 60, ends=10 * 60)
    with database.writing() as db:
        for one in db.scalars(select(Submission)):
            one.taken_at = one.received_at = NOW.instant + timedelta(days=10)
    text = chen.get(f"/sessions/{last}/asked-back").text
    assert "连着三次清点是 50、30、100 人" in text
    assert "这节课过了 17 天才记" in text
    assert "那天正在柑橘采收，来的 100 人次却比前几次还多（前几次平均 36）" in text
    assert "最近一次上课" not in text


def test_a_room_with_more_than_three_times_its_seats_is_asked_about_and_answered_once(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        room = db.get(Venue, cast.venue)
        assert room
        room.seats = 20
    asked = "到了 61 人，这里能坐 20 个"
    [full] = weeks_held(database, cast, 2, total=60, venue_id=cast.venue)
    assert "这里能坐" not in chen.get(f"/sessions/{full}/register").text
    [full] = weeks_held(database, cast, 1, total=61, venue_id=cast.venue)
    register = chen.get(f"/sessions/{full}/register").text
    assert register.count(asked) == 1
    page = f"/sessions/{full}/asked-back"
    answer = chen.post(page, data={"crowded": "院坝里也站满了"})
    assert "你们答的：院坝里也站满了" in chen.get(answer.location).text
    [again] = weeks_held(database, cast, 0, total=80, venue_id=cast.venue)
    assert "这里能坐" not in chen.get(f"/sessions/{again}/register").text


@pytest.mark.both_databases
def test_a_teacher_far_away_within_the_hour(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        for code, latitude in ((SHIWAN, 29_500_000), (JIANLI, 29_900_000)):
            if db.get(RegionPosition, code) is None:
                db.add(RegionPosition(region_code=code, latitude=latitude / 1e6, longitude=105.0))
        here = make_session(db, make_course(db), TODAY - A_WEEK, teachers=(cast.teacher,))
        make_session(
            db, make_course(db, JIANLI), TODAY - A_WEEK, teachers=(cast.teacher,), starts=18 * 60, ends=18 * 60 + 20
        )  # fmt: skip
        make_register(db, here, cast.chen)
    assert "还在建立村讲，隔" in chen.get(f"/sessions/{here.public_id}/asked-back").text


@pytest.mark.both_databases
def test_a_village_without_a_class_for_long_is_asked_on_its_desk(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    [last] = weeks_held(database, cast, 9)
    assert "63 天了。农忙、没请到老师" in chen.get(f"/desk/{SHIWAN}").text
    assert chen.post(f"/sessions/{last}/asked-back", data={"quiet": "收果子"}).status_code == 303
    assert "你们答的：收果子" in chen.get(f"/desk/{SHIWAN}").text
    with database.writing() as db:
        make_session(db, make_course(db), TODAY + 3 * A_WEEK)
    assert "63 天了" not in chen.get(f"/desk/{SHIWAN}").text


def test_nobody_else_reads_what_is_asked_or_answered(
    browser_of: Any, chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast
) -> None:
    *_before, last = weeks_held(database, cast, 4, 3, 2)
    path = f"/sessions/{last}/asked-back"
    assert chen.post(path, data={"same_names": "x" * 300}).status_code == 422
    for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
        assert browser_of(account).get(path).status_code == 404
        assert browser_of(account).post(path, data={"same_names": "不"}).status_code == 404
    assert client.get(path).status_code == 303
