"""The desk of a village: what comes next, what is not recorded yet, and what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries import sessions
from nightschool.queries.sessions import SessionLine
from nightschool.rules.slots import Moment

DAYS_AHEAD = 14
UNRECORDED_SHOWN = 6
MOST_COMING = 60
MOST_DRAFTS = 20


@dataclass(frozen=True, slots=True)
class DraftCourse:
    """A course with sessions that villagers do not see yet."""

    public_id: str
    title: str
    drafts: int
    first: date


@dataclass(frozen=True, slots=True)
class Desk:
    """One screen: nothing on it but what its coordinator has to know or do now."""

    code: str
    village: str
    today: tuple[SessionLine, ...]  # tonight's, with what has ended but is not recorded among `unrecorded`
    coming: tuple[SessionLine, ...]  # of the days after, up to two weeks
    unrecorded: tuple[SessionLine, ...]  # past, with neither register nor reason, the latest first
    unrecorded_total: int
    drafts: tuple[DraftCourse, ...]
    incomplete: tuple[SessionLine, ...]  # of those to come, without teacher or place

    @property
    def is_empty(self) -> bool:
        """Nothing comes, nothing is left to do."""
        return not (self.today or self.coming or self.unrecorded or self.drafts)


def desk(db: Session, village: str, *, at: Moment) -> Desk:
    """The village's desk at this moment. Cost: 5 queries, however much there is."""
    name = db.scalars(select(Region.name).where(Region.code == village)).one()
    own = ClassSession.region_code == village
    until = at.day + timedelta(days=DAYS_AHEAD)
    holds = (SessionStatus.DRAFT, SessionStatus.SCHEDULED)
    rows = db.execute(
        sessions.line_columns()
        .where(
            own,
            ClassSession.day.between(at.day, until),
            or_(
                ClassSession.status.in_(holds) & ~sessions.is_over(at),
                (ClassSession.status == SessionStatus.HELD) & (ClassSession.day == at.day),
            ),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
        .limit(MOST_COMING)
    ).all()
    unrecorded = db.execute(
        sessions.line_columns()
        .add_columns(func.count().over().label("total"))
        .where(own, ClassSession.status == SessionStatus.SCHEDULED, sessions.is_over(at))
        .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
        .limit(UNRECORDED_SHOWN)
    ).all()
    every = sessions.lines(db, [*rows, *unrecorded])
    coming, late = every[: len(rows)], every[len(rows) :]
    return Desk(
        code=village,
        village=name,
        today=tuple(line for line in coming if line.slot.day == at.day),
        coming=tuple(line for line in coming if line.slot.day > at.day),
        unrecorded=late,
        unrecorded_total=unrecorded[0].total if unrecorded else 0,
        drafts=_drafts(db, village),
        incomplete=tuple(
            line for line in coming if line.status in holds and not (line.teachers and line.venue)
        ),
    )


def _drafts(db: Session, village: str) -> tuple[DraftCourse, ...]:
    rows = db.execute(
        select(Course.public_id, Course.title, func.count(), func.min(ClassSession.day))
        .join(Course, Course.id == ClassSession.course_id)
        .where(ClassSession.region_code == village, ClassSession.status == SessionStatus.DRAFT)
        .group_by(Course.id, Course.public_id, Course.title)
        .order_by(func.min(ClassSession.day), Course.id)
        .limit(MOST_DRAFTS)
    )
    return tuple(DraftCourse(*row) for row in rows)
