"""The demonstration's cohort: a farmer field school in the middle of its season, with marks of every kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions import attendance, cohorts, courses, sessions
from nightschool.actions.cohorts import Asking
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course
from nightschool.rules.access import Actor
from nightschool.rules.attendance import Sheet
from nightschool.rules.cohorts import cohort_entry
from nightschool.rules.graduation import Basis
from nightschool.rules.proposals import Proposal
from nightschool.rules.recurrence import Weekly
from nightschool.rules.slots import Now, parse_time

# A chance of its own, so that the rest of the demonstration is what it was before there was a cohort.
SEED = 20170314
# How often each mark is said of who is on the roster; of the rest nothing is said.
CHANCES = (("present", 0.74), ("late", 0.06), ("excused", 0.06), ("absent", 0.04), ("substitute", 0.05))
CALLED_OFF = 3  # of the sessions, counted from the first: it rained
SUBSTITUTES = ("王素珍", "刘明芳", "张小红", "陈建国")

When = Callable[..., Now]  # on this day, in the evening or at this time


def hold(
    db: Session, *, village: str, about: dict[str, Any], venue: str, actor: Actor, today: date, at: When
) -> None:
    """The village has this cohort: enrolled before its first day, a few waiting, held since, and going on."""
    chance = random.Random(SEED)
    first = today - timedelta(weeks=about["weeks_back"])
    while first.weekday() != 5:  # Saturdays: nobody else teaches or meets in the village then
        first += timedelta(days=1)
    before = first - timedelta(days=4)
    starts = parse_time(about["starts"]) or 0
    proposal = Proposal(
        region_code=village,
        title=about["course"]["title"],
        category_code=about["course"]["category"],
        summary=about["course"]["summary"],
        starts=starts,
        ends=starts + about["minutes"],
        recurrence=Weekly(first, (5,), until=today + timedelta(weeks=about["weeks_ahead"])),
        venue=venue,
        kind="cohort",
    )
    course = courses.schedule_course(db, proposal=proposal, publish=True, by=actor, now=at(before))
    record = db.scalars(select(Course).where(Course.public_id == course)).one()
    cohorts.set_cohort(
        db,
        course=course,
        entry=cohort_entry("cohort", about["capacity"], Basis.SESSIONS, 75),
        seen_version=record.version,
        by=actor,
        now=at(before),
    )
    roster, guest = _enrol(
        db, village, course, actor=actor, day=before, at=at, chance=chance, places=about["capacity"]
    )
    term = db.scalars(
        select(ClassSession)
        .where(ClassSession.course_id == record.id, ClassSession.day < today)
        .order_by(ClassSession.day)
    ).all()
    for number, session in enumerate(term):
        now = at(session.day)
        if number == CALLED_OFF:
            sessions.cancel_session(
                db,
                class_session=session.public_id,
                seen_revision=session.revision,
                reason="weather",
                reason_text="",
                by=actor,
                now=now,
            )
            continue
        marks = _marks(roster, chance) | ({guest: "present"} if session is term[-1] else {})
        _record(db, session, marks, actor=actor, now=now, chance=chance)
    if len(term) > CALLED_OFF + 1:
        gone = roster[0]
        day = term[-1].day
        cohorts.leave(db, course=course, learner=gone, by=actor, now=at(day))


def _enrol(
    db: Session,
    village: str,
    course: str,
    *,
    actor: Actor,
    day: date,
    at: When,
    chance: random.Random,
    places: int,
) -> tuple[list[str], str]:
    """Everybody asks but three; the public ids of those who got a place, and of one who did not ask."""
    people = list(
        db.scalars(select(Learner.public_id).where(Learner.region_code == village).order_by(Learner.id))
    )
    chance.shuffle(people)
    asking = people[:-3]
    by_proxy = asking[8:12]
    rest = tuple(one for one in asking if one not in by_proxy)
    batches = (
        Asking(rest[:12]),
        Asking(tuple(by_proxy), source="proxy", proxy_name="二组组长"),
        Asking(rest[12:]),
    )
    for number, batch in enumerate(batches):
        now = at(day, time(21, 20 * number))
        cohorts.enrol_learners(db, course=course, asking=batch, day=day, by=actor, now=now)
    return [*rest[:12], *by_proxy, *rest[12:]][:places], people[-1]


def _marks(roster: Sequence[str], chance: random.Random) -> dict[str, str]:
    """What is said of each; the last four come seldom, so that somebody has to make lessons up."""
    marks = {}
    for place, learner in enumerate(roster):
        drawn = chance.random() * 0.85 if place < len(roster) - 4 else 0.55 + chance.random() * 0.45
        for status, part in CHANCES:
            if drawn < part:
                marks[learner] = status
                break
            drawn -= part
        else:
            if chance.random() < 0.4:
                marks[learner] = "makeup"
    return marks


def _record(
    db: Session,
    session: ClassSession,
    marks: dict[str, str],
    *,
    actor: Actor,
    now: Now,
    chance: random.Random,
) -> None:
    attendance.record_sheet(
        db,
        class_session=session.public_id,
        sheet=Sheet(
            marks=marks,
            came_instead={
                learner: chance.choice(SUBSTITUTES)
                for learner, status in marks.items()
                if status == "substitute"
            },
            unnamed_guests=chance.randint(0, 2),
        ),
        submission_id=UUID(int=chance.getrandbits(128), version=4),
        device="Android",
        taken_at=now.instant,
        by=actor,
        now=now,
    )
