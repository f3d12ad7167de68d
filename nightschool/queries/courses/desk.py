"""The desk of a village: what comes next, what is not recorded yet, and what waits for a decision."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import WaitingSheet
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
class Undecided:
    """The sessions to come of one course that lack the same: a teacher, a place, or both."""

    course: str  # public id
    title: str
    lacks_teacher: bool
    lacks_venue: bool
    sessions: tuple[SessionLine, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """One screen: nothing on it but what its coordinator has to know or do now."""

    code: str
    village: str
    today: tuple[SessionLine, ...]  # of this day, what is still to be recorded first
    coming: tuple[SessionLine, ...]  # of the days after, up to two weeks
    unrecorded: tuple[SessionLine, ...]  # of days before, with neither register nor reason, the latest first
    unrecorded_total: int
    drafts: tuple[DraftCourse, ...]
    undecided: tuple[Undecided, ...]  # of those to come, what lacks a teacher or a place
    called_off: tuple[SessionLine, ...]  # by the township, and not over
    sheets_waiting: int = 0  # that came from phones and do not count yet
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


_OF_TODAY = (SessionStatus.SCHEDULED, SessionStatus.HELD, SessionStatus.CANCELLED)
_HERE = ClassSession.region_code == bindparam("village")
_IS_LATE = (ClassSession.status == SessionStatus.SCHEDULED) & (ClassSession.day < AT.day)
_LATE = (_HERE, _IS_LATE)

_PLACE = select(
    Region.name,
    *(
        exists().where(table.region_code == bindparam("village"), table.retired_at.is_(None))
        for table in (Venue, Learner)
    ),
    exists().where(Course.region_code == bindparam("village")),
    select(func.count())
    .where(WaitingSheet.region_code == bindparam("village"), WaitingSheet.settled_at.is_(None))
    .scalar_subquery(),
).where(Region.code == bindparam("village"))
_COMING = (
    LINES.add_columns(
        Course.public_id.label("course"), Course.title.label("course_title"), ClassSession.called_off_by
    )
    .join(Course, Course.id == ClassSession.course_id)
    .where(
        _HERE,
        ClassSession.day.between(AT.day, bindparam("until")),
        or_(
            ClassSession.status.in_(TO_COME) & ~is_over(AT),
            (ClassSession.day == AT.day) & ClassSession.status.in_(_OF_TODAY),
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


def is_beginning(db: Session, village: str) -> bool:
    """One of the first steps is still to be done. Cost: 1 query."""
    _name, *steps, _waiting = db.execute(_PLACE, {"village": village}).one()
    return not all(steps)


def desk(db: Session, village: str, *, at: Moment) -> Desk:
    """The village's desk at this moment. Cost: 5 queries, however much there is."""
    place = db.execute(_PLACE, {"village": village}).one()
    now = {"village": village, "day": at.day, "minutes": at.minutes}
    rows = db.execute(_COMING, {**now, "until": at.day + timedelta(days=_DAYS_AHEAD)}).all()
    unrecorded = db.execute(_UNRECORDED, now).all()
    every = lines(db, [*rows, *unrecorded])
    coming, missing = every[: len(rows)], every[len(rows) :]
    called_off = tuple(
        line
        for row, line in zip(rows, coming, strict=True)
        if row.called_off_by is not None and line.is_called_off
    )
    ahead = [line for line in coming if line not in called_off]
    today = [line for line in ahead if line.slot.day == at.day]
    return Desk(
        code=village,
        village=place.name,
        today=tuple(sorted(today, key=lambda line: line.status not in TO_COME)),
        coming=tuple(line for line in ahead if line.slot.day > at.day),
        unrecorded=missing,
        unrecorded_total=unrecorded[0].total if unrecorded else 0,
        drafts=tuple(DraftCourse(*row) for row in db.execute(_DRAFTS, {"village": village})),
        undecided=_undecided(rows, coming),
        called_off=called_off,
        has_venue=place[1],
        has_learner=place[2],
        has_course=place[3],
        sheets_waiting=place[4],
    )


def _undecided(rows: Sequence[Any], lines: Sequence[SessionLine]) -> tuple[Undecided, ...]:
    """What of these lines lacks a teacher or a place, a course at a time."""
    found: dict[tuple[str, str, bool, bool], list[SessionLine]] = defaultdict(list)
    for row, line in zip(rows, lines, strict=True):
        lacks = (not line.teachers, not line.venue)
        if line.status in TO_COME and any(lacks):
            found[(row.course, row.course_title, *lacks)].append(line)
    return tuple(Undecided(*key, tuple(sessions)) for key, sessions in found.items())


_NEXT = (
    select(ClassSession.public_id, ClassSession.title, ClassSession.day)
    .where(_HERE, ClassSession.status == SessionStatus.SCHEDULED, is_over(AT))
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A class session that is over and has neither register nor reason."""

    public_id: str
    title: str
    day: date


def next_unrecorded(db: Session, village: str, *, at: Moment) -> ToRecord | None:
    """The latest one in this village; None where all are recorded. Cost: 1 query."""
    found = db.execute(_NEXT, {"village": village, "day": at.day, "minutes": at.minutes}).one_or_none()
    return ToRecord(*found) if found else None


_OPEN = (
    select(ClassSession.region_code, func.count())
    .where(ClassSession.region_code.in_(bindparam("villages", expanding=True)), _IS_LATE)
    .group_by(ClassSession.region_code)
)


def open_registers(db: Session, villages: Sequence[str], *, at: Moment) -> dict[str, int]:
    """How many sessions of days before each of these villages has neither recorded nor told why. Cost: 1 query."""
    if not villages:
        return {}
    return dict(db.execute(_OPEN, {"villages": villages, "day": at.day}).all())
