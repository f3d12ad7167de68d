"""How far calling off or putting off a class session can go: over its course, a day, a week, a region's evening."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.courses.series import members, members_where
from nightschool.queries.courses.sessions import LINES, SessionLine, is_over, lines
from nightschool.queries.scope import inside
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.reach import reached
from nightschool.rules.courses.series import Member, Reach, Step
from nightschool.rules.courses.statuses import HOLDING, TO_COME
from nightschool.rules.seasons.periods import week_of
from nightschool.rules.slots import Moment


@dataclass(frozen=True, slots=True)
class VillageEvening:
    """What a village has on that day, and whom to phone there."""

    contact: VillageContact
    lines: tuple[SessionLine, ...]


def reaches(
    db: Session, village: str, course: str, class_session: str, change: Change, *, at: Moment
) -> dict[Reach, tuple[Member, ...]]:
    """What a change of this class session goes on to, for each reach; `course` is its own. Cost: 4 queries."""
    own = members(db, course)
    this = next(one for one in own if one.public_id == class_session)
    week = week_of(this.state.slot.day)
    here = members_where(
        db, ClassSession.region_code == village, ClassSession.day.between(week.first, week.last)
    )
    return {
        Reach.ONE: (this,),
        Reach.FOLLOWING: reached(own, this, Reach.FOLLOWING, change, at),
        Reach.DAY: reached(here, this, Reach.DAY, change, at),
        Reach.WEEK: reached(here, this, Reach.WEEK, change, at),
    }


def meets_already(db: Session, steps: Iterable[Step]) -> frozenset[int]:
    """Which of these would meet when their course meets as it is, in a session that stays. Cost: 2 queries."""
    moved = {step.member.id: step.after.slot for step in steps}
    of_course = select(ClassSession.id, ClassSession.course_id).where(ClassSession.id.in_(moved))
    courses = {row.id: row.course_id for row in db.execute(of_course)}
    there: dict[tuple[int, date], list[tuple[int, int]]] = defaultdict(list)
    for course, day, starts, ends in db.execute(
        select(ClassSession.course_id, ClassSession.day, ClassSession.starts, ClassSession.ends).where(
            ClassSession.course_id.in_(set(courses.values())),
            ClassSession.id.not_in(moved),
            ClassSession.day.in_({slot.day for slot in moved.values()}),
            ClassSession.status.in_(HOLDING),
        )
    ):
        there[course, day].append((starts, ends))
    return frozenset(
        key
        for key, slot in moved.items()
        if any(
            starts < slot.ends and slot.starts < ends
            for starts, ends in there.get((courses[key], slot.day), ())
        )
    )


def evening(db: Session, region: str, day: date, *, at: Moment) -> tuple[VillageEvening, ...]:
    """The villages of a region with what they have on this day that may still be called off. Cost: 3 queries."""
    found = LINES.add_columns(ClassSession.region_code).where(*of_evening(region, day, at))
    rows = db.execute(found.order_by(ClassSession.region_code, ClassSession.starts, ClassSession.id)).all()
    told: dict[str, list[SessionLine]] = defaultdict(list)
    for row, line in zip(rows, lines(db, rows), strict=True):
        told[row.region_code].append(line)
    return tuple(
        VillageEvening(contact, tuple(told[code])) for code, contact in contacts(db, told.keys()).items()
    )


def of_evening(region: str, day: date, at: Moment) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the class sessions that villagers know of, are to come, and may be called off."""
    return (
        inside(ClassSession.region_code, region),
        ClassSession.day == day,
        ClassSession.status.in_(TO_COME),
        ClassSession.published_at.is_not(None),
        ~is_over(at),
    )
