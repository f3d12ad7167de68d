"""How far calling off or putting off a class session can go: over its course, a day, a week."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession
from nightschool.queries.courses.series import members, members_where
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.reach import reached
from nightschool.rules.courses.series import Member, Reach, Step
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.seasons.periods import week_of
from nightschool.rules.slots import Moment


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
