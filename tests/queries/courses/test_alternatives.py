"""What a village can have instead is gathered in few statements, and whatever is offered can be had."""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import schedule_course
from nightschool.errors import CannotSchedule
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.queries.courses import alternatives, bookings
from nightschool.queries.courses.choices import on_offer
from nightschool.rules.courses.alternatives import Alternative, WantedSlot, Way
from nightschool.rules.courses.proposals import Instead, Proposal
from nightschool.rules.courses.recurrence import Weekly
from nightschool.rules.slots import Moment, Slot
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_session,
    make_teacher,
    make_venue,
)

FRIDAY = date(2026, 11, 27)
AT = Moment(TODAY, 600)
ZONE = "Asia/Shanghai"


def wanted(cast: Cast, db: Session) -> Proposal:
    """Four Friday evenings with 周老师 in the room."""
    return Proposal(
        SHIWAN,
        "柑橘冬季管护",
        "skill",
        1140,
        1230,
        Weekly(FRIDAY, (4,), times=4),
        teachers=(db.get_one(Teacher, cast.teacher).public_id,),
        venue=db.get_one(Venue, cast.venue).public_id,
    )


def schedule(db: Session, cast: Cast, proposal: Proposal) -> str:
    return schedule_course(db, proposal=proposal, publish=True, by=cast.chen_actor, now=NOW)


def offered(db: Session, proposal: Proposal) -> dict[date, tuple[Alternative, ...]]:
    choices = on_offer(db, SHIWAN)
    conflicts = bookings.proposal_conflicts(db, proposal, choices, not_before=AT)
    return alternatives.for_proposal(db, proposal, conflicts, choices, zone=ZONE)


def test_another_countys_class_takes_the_shared_teacher_and_a_colleague_stands_in(
    cast: Cast, db: Session
) -> None:
    shared = make_teacher(db, "511000000000", "王老师", kind="technician", specialities="柑橘")
    make_teacher(db, "511000000000", "李老师", kind="technician", specialities="柑橘")
    make_teacher(
        db, "511000000000", "走了的老师", kind="technician", specialities="柑橘", retired_at=NOW.instant
    )
    make_teacher(db, "511024000000", "别县的老师", kind="technician", specialities="柑橘")
    make_venue(db, name="旧屋", retired_at=NOW.instant)
    there = make_course(db, JIANLI, "柑橘嫁接", teachers=(shared.id,), venue_id=cast.other_venue)
    make_session(db, there, FRIDAY, teachers=(shared.id,))
    found = offered(db, replace(wanted(cast, db), teachers=(shared.public_id,)))
    assert list(found) == [FRIDAY]
    assert (found[FRIDAY][0].way, found[FRIDAY][0].names) == (Way.TEACHER, ("李老师",))
    names = {name for one in found[FRIDAY] for name in one.names}
    assert names == {"李老师", "周老师"}
    assert found[FRIDAY][-1].way == Way.OUT


@pytest.mark.parametrize("items", [1, 30])
def test_gathering_costs_the_same_however_many_there_are(
    cast: Cast, db: Session, statements: list[str], items: int
) -> None:
    for number in range(items):
        make_venue(db, name=f"教室{number}")
        make_teacher(db, name=f"老师{number}")
    course = make_course(db, venue_id=cast.venue)
    for number in range(min(items, 20)):
        make_session(db, course, FRIDAY + timedelta(days=7 * number))
    proposal = replace(wanted(cast, db), recurrence=Weekly(FRIDAY, (4,), times=20))
    choices = on_offer(db, SHIWAN)
    conflicts = bookings.proposal_conflicts(db, proposal, choices, not_before=AT)
    statements.clear()
    found = alternatives.for_proposal(db, proposal, conflicts, choices, zone=ZONE)
    assert len(statements) == 2
    assert len(found) == min(items, 20)


def test_a_sessions_own_booking_is_not_in_its_way(cast: Cast, db: Session) -> None:
    office = make_venue(db, name="村办公室")
    room = db.get_one(Venue, cast.venue)
    taken = make_course(db, title="医保怎么报销", venue_id=room.id)
    make_session(db, taken, FRIDAY)
    own = make_session(db, make_course(db, venue_id=office.id), FRIDAY)
    wants = WantedSlot(Slot(FRIDAY, 1140, 1230), "柑橘", (), room.public_id)
    proposal = replace(wanted(cast, db), recurrence=Weekly(FRIDAY, (4,), times=1), teachers=())
    conflicts = bookings.proposal_conflicts(db, proposal, on_offer(db, SHIWAN), not_before=AT)
    for but, ways in ((own.public_id, {"村办公室"}), ("", set())):
        found = alternatives.for_session(db, SHIWAN, wants, conflicts, zone=ZONE, but_session=but)
        assert {name for one in found for name in one.names} == ways


def crowd(db: Session, cast: Cast, dice: random.Random) -> None:
    """Rooms and teachers of a village, each taken here and there on the evenings of some weeks."""
    rooms = [cast.venue, *(make_venue(db, name=f"教室{number}").id for number in range(2))]
    people = [cast.teacher, *(make_teacher(db, name=f"老师{number}").id for number in range(2))]
    course = make_course(db, title="别的课")
    for day in range(28):
        for room, person in zip(rooms, people, strict=True):
            if dice.random() < 0.6:
                starts = dice.randrange(1020, 1200, 15)
                make_session(
                    db, course, FRIDAY + timedelta(days=day), venue_id=room if dice.random() < 0.7 else None,
                    teachers=(person,) if dice.random() < 0.7 else (), starts=starts, ends=starts + 90,
                )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whatever_is_offered_and_taken_is_accepted(cast: Cast, db: Session, seed: int) -> None:
    crowd(db, cast, random.Random(seed))
    proposal = wanted(cast, db)
    tried = 0
    while found := offered(db, proposal):
        clashing = {day: ways for day, ways in found.items() if ways}
        day, ways = next(iter(clashing.items()))
        for one in ways:
            # The other dates that clash are left out, so that only this choice is on trial.
            others = frozenset(clashing) - {day}
            left_out = others | {day} if one.way == Way.OUT else others
            trial = replace(proposal, leave_out=proposal.leave_out | left_out)
            if one.way != Way.OUT:
                trial = replace(trial, instead={**proposal.instead, day: one.instead})
            if not trial.dates:
                continue
            attempt = db.begin_nested()
            schedule(db, cast, trial)
            attempt.rollback()
            tried += 1
        proposal = replace(proposal, instead={**proposal.instead, day: ways[0].instead})
    assert tried >= 3
    schedule(db, cast, proposal)


def test_a_date_has_what_was_chosen_for_it_alone(cast: Cast, db: Session) -> None:
    office, li = make_venue(db, name="村办公室"), make_teacher(db, name="李老师")
    next_week = FRIDAY + timedelta(days=7)
    saturday = Slot(date(2026, 12, 12), 600, 690)
    chosen = {
        next_week: Instead(venue=office.public_id, teachers=(li.public_id,)),
        date(2026, 12, 11): Instead(slot=saturday),
    }
    proposal = replace(wanted(cast, db), instead=chosen)
    schedule(db, cast, proposal)
    with pytest.raises(CannotSchedule) as refusal:
        schedule(db, cast, proposal)
    held = {(one.holding.slot, one.holding.venue, one.holding.teachers) for one in refusal.value.conflicts}
    usual = ("村活动室", ("周老师",))
    assert held == {
        (Slot(FRIDAY, 1140, 1230), *usual),
        (Slot(next_week, 1140, 1230), "村办公室", ("李老师",)),
        (saturday, *usual),
        (Slot(date(2026, 12, 18), 1140, 1230), *usual),
    }
