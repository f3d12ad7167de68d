"""What a village announces, as one object: what comes next, how far ahead and back, and what nobody may see."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.notices import timetable
from nightschool.queries.notices.timetable import FEED_EXTENT, PAGE_EXTENT, SeenTeacher, Timetable
from nightschool.rules.slots import Moment
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_register, make_session, make_teacher

TEN = 10 * 60
SEVEN = 19 * 60
HALF_PAST_EIGHT = 20 * 60 + 30


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


def seen(
    db: Session, *, at: int = TEN, extent: timetable.Extent = PAGE_EXTENT, code: str = SHIWAN
) -> Timetable:
    db.flush()
    village = timetable.village(db, code, at=Moment(TODAY, at))
    assert village is not None
    return timetable.timetable(db, village, at=Moment(TODAY, at), extent=extent)


def days(entries: Any) -> list[int]:
    return [(entry.slot.day - TODAY).days for entry in entries]


def postponed(
    db: Session, course: Any, day: int, to: int, **successor: Any
) -> tuple[ClassSession, ClassSession]:
    new = make_session(db, course, ahead(to), booked=False, **successor)
    old = make_session(db, course, ahead(day), status=SessionStatus.POSTPONED, successor_id=new.id)
    return old, new


def test_next_is_the_first_that_takes_place_and_what_was_called_off_before_it_is_said_first(
    cast: Cast, db: Session
) -> None:
    course = make_course(db)
    make_session(db, course, TODAY, status=SessionStatus.CANCELLED)
    make_session(db, course, ahead(2))
    make_session(db, course, ahead(4), status=SessionStatus.CANCELLED)
    found = seen(db)
    assert found.next is not None
    assert days([found.next]) == [2]
    assert days(found.called_off) == [0]
    assert days(found.later) == [4]


def test_what_is_called_off_later_than_tomorrow_stays_in_the_list(cast: Cast, db: Session) -> None:
    course = make_course(db)
    make_session(db, course, ahead(2), status=SessionStatus.CANCELLED)
    make_session(db, course, ahead(3))
    found = seen(db)
    assert days(found.called_off) == []
    assert days(found.later) == [2]


@pytest.mark.parametrize(("at", "coming"), [(SEVEN, 0), (HALF_PAST_EIGHT - 1, 0), (HALF_PAST_EIGHT, 7)])
def test_a_class_is_over_at_the_minute_it_ends(cast: Cast, db: Session, at: int, coming: int) -> None:
    course = make_course(db)
    make_session(db, course, TODAY)
    make_session(db, course, ahead(7))
    found = seen(db, at=at)
    assert found.next is not None
    assert days([found.next]) == [coming]
    assert days(found.past) == ([0] if coming else [])
    assert found.village.ended_today == bool(coming)


def test_drafts_are_nobodys_business(cast: Cast, db: Session) -> None:
    course = make_course(db, published=False)
    for day in (-3, 0, 3):
        make_session(db, course, ahead(day), status=SessionStatus.DRAFT)
    for extent in (PAGE_EXTENT, FEED_EXTENT):
        found = seen(db, extent=extent)
        assert (found.ahead, found.past) == ((), ())


def test_a_page_shows_eight_weeks(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in (1, 55, 56, 90):
        make_session(db, course, ahead(day))
    found = seen(db)
    assert days(found.ahead) == [1, 55]
    assert found.are_more_ahead


def test_a_page_shows_24_sessions_at_most(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in range(1, 26):
        make_session(db, course, ahead(day))
    found = seen(db)
    assert days(found.ahead) == list(range(1, 25))
    assert found.are_more_ahead


def test_24_sessions_are_all_there_are(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in range(1, 25):
        make_session(db, course, ahead(day))
    found = seen(db)
    assert len(found.ahead) == 24
    assert not found.are_more_ahead


def test_what_is_next_is_shown_however_far_it_is(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in range(30):
        make_session(db, course, ahead(day), status=SessionStatus.CANCELLED)
    make_session(db, course, ahead(100))
    make_session(db, course, ahead(101))
    found = seen(db)
    assert found.next is not None
    assert days([found.next]) == [100]


def test_a_feed_goes_60_days_back_and_as_far_ahead_as_is_planned(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in (-61, -60, -1, 0, 56, 400):
        make_session(db, course, ahead(day))
    found = seen(db, extent=FEED_EXTENT)
    assert days(found.past) == [-1, -60]
    assert days(found.ahead) == [0, 56, 400]


def test_a_postponed_session_names_the_new_moment_and_the_new_one_the_old(cast: Cast, db: Session) -> None:
    postponed(db, make_course(db), 1, 3, starts=TEN, ends=TEN + 60)
    old, new = seen(db).ahead
    assert old.moves_to == Moment(ahead(3), TEN)
    assert new.moved_from == Moment(ahead(1), SEVEN)
    assert (old.moved_from, new.moves_to) == (None, None)


def test_a_draft_that_replaces_a_postponed_session_is_not_betrayed(cast: Cast, db: Session) -> None:
    postponed(db, make_course(db), 1, 3, status=SessionStatus.DRAFT)
    [old] = seen(db).ahead
    assert old.status == "postponed"
    assert old.moves_to is None


def test_teachers_come_in_their_order_and_without_a_name_that_is_not_public(cast: Cast, db: Session) -> None:
    shy = make_teacher(db, name="何医生", unit="卫生院", name_is_public=False)
    make_session(db, make_course(db), TODAY, teachers=(shy.id, cast.teacher))
    [entry] = seen(db).ahead
    assert entry.teachers == (SeenTeacher("", "卫生院"), SeenTeacher("周老师", "农技站"))


def test_only_what_was_held_says_how_many_came(cast: Cast, db: Session) -> None:
    course = make_course(db)
    make_register(db, make_session(db, course, ahead(-2)), cast.chen, total=31)
    make_session(db, course, ahead(-3), status=SessionStatus.CANCELLED)
    assert [entry.attendances for entry in seen(db).past] == [31, None]


def test_history_turns_its_pages_without_losing_one(cast: Cast, db: Session) -> None:
    course = make_course(db)
    for day in range(1, timetable.CHAPTER + 4):
        make_session(db, course, ahead(-day))
    first, second = (seen(db, extent=timetable.chapter(number)) for number in (1, 2))
    assert days(first.past + second.past) == [-day for day in range(1, timetable.CHAPTER + 4)]
    assert (first.are_more_past, second.are_more_past) == (True, False)
    assert first.ahead == ()


def test_a_former_village_shows_its_history_and_its_successor(cast: Cast, db: Session) -> None:
    make_region_former(db)
    course = make_course(db)
    for day in range(1, 8):
        make_session(db, course, ahead(-day))
    found = seen(db)
    assert found.village.is_former
    assert found.village.successor == timetable.Successor("511024100217", "建立村", date(2026, 11, 1))
    assert len(found.past) == 7


def make_region_former(db: Session) -> None:
    region = db.get_one(Region, SHIWAN)
    region.valid_to, region.successor_code, region.successor_day = (
        ahead(-1),
        "511024100217",
        date(2026, 11, 1),
    )


@pytest.mark.parametrize("code", ["511002105999", "511002105000", "000000000000"])
def test_what_is_no_village_has_no_timetable(cast: Cast, db: Session, code: str) -> None:
    assert timetable.village(db, code, at=Moment(TODAY, TEN)) is None


def test_another_villages_sessions_stay_there(cast: Cast, db: Session) -> None:
    make_session(db, make_course(db, "511024100217"), TODAY)
    assert seen(db).ahead == ()


def test_a_timetable_costs_two_statements_and_one_for_a_known_village(
    cast: Cast, db: Session, statements: list[str]
) -> None:
    make_session(db, make_course(db), TODAY)
    statements.clear()
    found = seen(db)
    assert len(statements) == 2
    statements.clear()
    timetable.timetable(db, found.village, at=Moment(TODAY, TEN))
    assert len(statements) == 1
