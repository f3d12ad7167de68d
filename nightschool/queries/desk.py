"""The desk of a village: what comes next, what is not recorded yet, and what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner
from nightschool.models.places import Region, Venue
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
    has_venue: bool = True
    has_course: bool = True
    has_learner: bool = True

    @property
    def is_empty(self) -> bool:
        """Nothing comes, nothing is left to do."""
        return not (self.today or self.coming or self.unrecorded or self.drafts)

    @property
    def is_beginning(self) -> bool:
        """One of the first steps is still to be done: a place, a course, the people."""
        return not (self.has_venue and self.has_course and self.has_learner)


def desk(db: Session, village: str, *, at: Moment) -> Desk:
    """The village's desk at this moment. Cost: 5 queries, however much there is."""
    place = db.execute(
        select(
            Region.name,
            *(
                exists().where(table.region_code == village, table.retired_at.is_(None))
                for table in (Venue, Learner)
            ),
            exists().where(Course.region_code == village),
        ).where(Region.code == village)
    ).one()
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
    late = (own, ClassSession.status == SessionStatus.SCHEDULED, sessions.is_over(at))
    # Counted apart: a count over the rows themselves would work out the columns of every one of them.
    total = select(func.count()).select_from(ClassSession).where(*late).correlate(None).scalar_subquery()
    unrecorded = db.execute(
        sessions.line_columns()
        .add_columns(total.label("total"))
        .where(*late)
        .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
        .limit(UNRECORDED_SHOWN)
    ).all()
    every = sessions.lines(db, [*rows, *unrecorded])
    coming, missing = every[: len(rows)], every[len(rows) :]
    return Desk(
        code=village,
        village=place.name,
        today=tuple(line for line in coming if line.slot.day == at.day),
        coming=tuple(line for line in coming if line.slot.day > at.day),
        unrecorded=missing,
        unrecorded_total=unrecorded[0].total if unrecorded else 0,
        drafts=_drafts(db, village),
        incomplete=tuple(
            line for line in coming if line.status in holds and not (line.teachers and line.venue)
        ),
        has_venue=place[1],
        has_learner=place[2],
        has_course=place[3],
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
