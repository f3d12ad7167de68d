"""The desk of a village: what comes next, what is not recorded yet, and what waits for a decision."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses.sessions import AT, LINES, SessionLine, is_over, lines
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.slots import Moment

_DAYS_AHEAD = 14
_UNRECORDED_SHOWN = 6
_MOST_COMING = 60
_MOST_DRAFTS = 20


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
    called_off: tuple[SessionLine, ...]  # by the township, and not over
    has_venue: bool = True
    has_course: bool = True
    has_learner: bool = True

    @property
    def is_empty(self) -> bool:
        """Nothing comes, nothing is left to do."""
        return not (self.today or self.coming or self.unrecorded or self.drafts or self.called_off)

    @property
    def is_beginning(self) -> bool:
        """One of the first steps is still to be done: a place, a course, the people."""
        return not (self.has_venue and self.has_course and self.has_learner)


_HERE = ClassSession.region_code == bindparam("village")
_LATE = (_HERE, ClassSession.status == SessionStatus.SCHEDULED, is_over(AT))

_PLACE = select(
    Region.name,
    *(
        exists().where(table.region_code == bindparam("village"), table.retired_at.is_(None))
        for table in (Venue, Learner)
    ),
    exists().where(Course.region_code == bindparam("village")),
).where(Region.code == bindparam("village"))
_COMING = (
    LINES.where(
        _HERE,
        ClassSession.day.between(AT.day, bindparam("until")),
        or_(
            ClassSession.status.in_(TO_COME) & ~is_over(AT),
            (ClassSession.status == SessionStatus.HELD) & (ClassSession.day == AT.day),
            ClassSession.called_off_by.is_not(None) & ~is_over(AT),
        ),
    )
    .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    .limit(_MOST_COMING)
)
_UNRECORDED = (
    LINES.add_columns(
        # Counted apart: a count over the rows themselves would work out the columns of every one of them.
        select(func.count())
        .select_from(ClassSession)
        .where(*_LATE)
        .correlate(None)
        .scalar_subquery()
        .label("total")
    )
    .where(*_LATE)
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    .limit(_UNRECORDED_SHOWN)
)
_DRAFTS = (
    select(Course.public_id, Course.title, func.count(), func.min(ClassSession.day))
    .join(Course, Course.id == ClassSession.course_id)
    .where(_HERE, ClassSession.status == SessionStatus.DRAFT)
    .group_by(Course.id, Course.public_id, Course.title)
    .order_by(func.min(ClassSession.day), Course.id)
    .limit(_MOST_DRAFTS)
)


def desk(db: Session, village: str, *, at: Moment) -> Desk:
    """The village's desk at this moment. Cost: 5 queries, however much there is."""
    place = db.execute(_PLACE, {"village": village}).one()
    now = {"village": village, "day": at.day, "minutes": at.minutes}
    rows = db.execute(_COMING, {**now, "until": at.day + timedelta(days=_DAYS_AHEAD)}).all()
    unrecorded = db.execute(_UNRECORDED, now).all()
    every = lines(db, [*rows, *unrecorded])
    coming, missing = every[: len(rows)], every[len(rows) :]
    called_off = tuple(line for line in coming if line.is_called_off)
    coming = tuple(line for line in coming if not line.is_called_off)
    return Desk(
        code=village,
        village=place.name,
        today=tuple(line for line in coming if line.slot.day == at.day),
        coming=tuple(line for line in coming if line.slot.day > at.day),
        unrecorded=missing,
        unrecorded_total=unrecorded[0].total if unrecorded else 0,
        drafts=tuple(DraftCourse(*row) for row in db.execute(_DRAFTS, {"village": village})),
        incomplete=tuple(
            line for line in coming if line.status in TO_COME and not (line.teachers and line.venue)
        ),
        called_off=called_off,
        has_venue=place[1],
        has_learner=place[2],
        has_course=place[3],
    )
