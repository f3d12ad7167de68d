"""Nothing is ever held twice: every case of an evening, two writers at one instant, and a writer who did not ask."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import lock_key
from nightschool.actions.courses.courses import schedule_course
from nightschool.database import Database
from nightschool.errors import CannotSchedule
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Listed, Once, Weekly
from nightschool.rules.resources import Resource, ResourceKind
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_session

HALF_HOURS = range(18 * 60, 22 * 60 + 1, 30)
GRID = [(starts, ends) for starts, ends in product(HALF_HOURS, HALF_HOURS) if starts < ends]
DAYS = tuple(TODAY + timedelta(days=ahead) for ahead in range(len(GRID)))


@dataclass(frozen=True)
class Needs:
    """Who and where, by public id."""

    teachers: tuple[str, ...]
    venue: str | None


def proposal(
    needs: Needs, recurrence: Any, span: tuple[int, int] = (19 * 60, 20 * 60 + 30), **more: Any
) -> Proposal:
    return Proposal(
        region_code=SHIWAN,
        title="柑橘冬季管护",
        category_code="skill",
        starts=span[0],
        ends=span[1],
        recurrence=recurrence,
        teachers=needs.teachers,
        venue=needs.venue,
        **more,
    )


def book(db: Session, cast: Cast, wanted: Proposal) -> str:
    return schedule_course(db, proposal=wanted, publish=False, by=cast.chen_actor, now=NOW)


def test_every_overlap_of_an_evening_is_decided_rightly(cast: Cast, db: Session) -> None:
    """Each day holds one interval of the half-hour grid; each interval of the grid is then wanted on all of them.

    A teacher and a venue are held by courses of their own, and wanted together: each is decided for itself.
    """
    teacher = Needs((db.get_one(Teacher, cast.teacher).public_id,), None)
    venue = Needs((), db.get_one(Venue, cast.venue).public_id)
    both = Needs(teacher.teachers, venue.venue)
    for day, held in zip(DAYS, GRID, strict=True):
        book(db, cast, proposal(teacher, Once(day), held))
        book(db, cast, proposal(venue, Once(day), held))
    decided = 0
    for wanted in GRID:
        minutes = set(range(*wanted))
        taken = {day for day, held in zip(DAYS, GRID, strict=True) if minutes & set(range(*held))}
        with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
            book(db, cast, proposal(both, Listed(DAYS), wanted))
        found = {(conflict.resource.kind, conflict.wanted.day) for conflict in refusal.value.conflicts}
        assert found == set(product((ResourceKind.TEACHER, ResourceKind.VENUE), taken))
        if taken != set(DAYS):
            with db.begin_nested() as tried:
                book(db, cast, proposal(both, Listed(DAYS), wanted, leave_out=frozenset(taken)))
                tried.rollback()
        decided += len(DAYS)
    assert decided == 1296


def race(database: Database, cast: Cast, rivals: list[Proposal]) -> list[str]:
    """What became of proposals that were all made at the same instant, each by a writer of its own."""
    start = threading.Barrier(len(rivals))

    def attempt(wanted: Proposal) -> str:
        start.wait()
        try:
            with database.writing() as db:
                book(db, cast, wanted)
        except CannotSchedule as refusal:
            return "refused" if refusal.conflicts[0].holding else "refused without a name"
        return "booked"

    with ThreadPoolExecutor(len(rivals)) as writers:
        return sorted(writers.map(attempt, rivals))


@pytest.fixture
def needs(cast: Cast, database: Database) -> Needs:
    with database.reading() as db:
        return Needs((db.get_one(Teacher, cast.teacher).public_id,), db.get_one(Venue, cast.venue).public_id)


def test_two_writers_at_one_instant_book_a_slot_exactly_once(
    database: Database, cast: Cast, needs: Needs
) -> None:
    rounds = 20
    for day in DAYS[:rounds]:
        assert race(database, cast, [proposal(needs, Once(day)), proposal(needs, Once(day))]) == [
            "booked",
            "refused",
        ]
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Booking)) == 2 * rounds


def test_rivals_for_the_same_series_never_lock_each_other_out(
    database: Database, cast: Cast, needs: Needs
) -> None:
    """One names its dates forwards, one backwards, one wants only the teacher: a deadlock would be an error."""
    first = date(2027, 1, 5)
    days = tuple(first + timedelta(days=7 * week) for week in range(12))
    for hour in range(8, 14):
        span = (hour * 60, hour * 60 + 60)
        rivals = [
            proposal(needs, Weekly(first, (1,), times=12), span),
            proposal(needs, Listed(days[::-1]), span),
            proposal(Needs(needs.teachers, None), Listed(days), span),
        ]
        assert race(database, cast, rivals) == ["booked", "refused", "refused"]


WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%booking%'"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite lets one writer in at a time
def test_a_booking_made_without_asking_is_still_a_refusal(
    database: Database, cast: Cast, needs: Needs
) -> None:
    """Another program inserts a booking past our locks and commits while ours waits: the guard's word is understood."""
    with database.writing() as other:
        course = make_course(other, title="法律讲座")
        make_session(other, course, TODAY, venue_id=cast.venue, booked=False)
    outcome: list[str] = []
    with Session(database.engine) as stranger:
        stranger.execute(
            text(
                "INSERT INTO booking (resource_kind, resource_id, day, starts, ends, class_session_id)"
                " SELECT 'venue', venue_id, day, starts, ends, id FROM class_session"
            )
        )
        ours = threading.Thread(
            target=lambda: outcome.extend(race(database, cast, [proposal(needs, Once(TODAY))]))
        )
        ours.start()
        for _attempt in range(200):
            with database.reading() as db:
                if db.scalar(text(WAITING)):
                    break
            time.sleep(0.02)
        stranger.commit()
        ours.join()
    assert outcome == ["refused"]


def test_the_lock_of_a_resource_and_day_is_the_same_in_every_process() -> None:
    key = lock_key(Resource(ResourceKind.TEACHER, 7), date(2026, 11, 27))
    assert key == lock_key(Resource(ResourceKind.TEACHER, 7), date(2026, 11, 27)) == -5691362669618068086
