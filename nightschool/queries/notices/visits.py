"""A teacher's classes as they need to know of them: where, whom to phone, and what to know of the village before going.

Nothing of any learner, no sealed telephone, and no draft is ever selected here.
"""

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import takewhile
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, join, literal, select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Venue
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import (
    ClassSession,
    ClassSessionTeacher,
    Course,
    Enrolment,
    EnrolmentStatus,
    SessionStatus,
)
from nightschool.queries.figures import attendances
from nightschool.queries.notices.region_timetable import Host, with_hosts
from nightschool.queries.notices.timetable import (
    EIGHT_WEEKS,
    FEED_EXTENT,
    SCHOOL,
    Entry,
    Extent,
    School,
    entries_beside,
    entries_of,
    entry_rows,
    parted,
    school_in,
    wanted,
)
from nightschool.queries.people.teacher_links import Opened, opened
from nightschool.queries.registers import questions
from nightschool.queries.registers.evaluations import evaluations_of
from nightschool.queries.registers.questions import QuestionLine
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import localities
from nightschool.queries.shared_venues import MEETS_IN
from nightschool.rules.courses.expectations import LAST_TIMES, UsualTurnout, usual
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.registers.evaluations import Evaluated
from nightschool.rules.resources import ResourceKind
from nightschool.rules.seasons.daylight import dark_at
from nightschool.rules.slots import Moment, Slot

OWN_PAGE_EXTENT = Extent(ahead=100, ahead_days=EIGHT_WEEKS, back=50)
TAUGHT_SHOWN = 3
REMEMBERED = timedelta(days=730)  # how far back it is looked who taught what in a village


class InCourse(NamedTuple):
    """Where a class stands in its course: which of how many, what was done, how many came before and are enrolled."""

    number: int
    of: int
    last: Entry | None
    turnout: UsualTurnout | None
    enrolled: int | None  # of a cohort


class Visit(NamedTuple):
    """One class as its teacher needs to know of it."""

    village: Host
    entry: Entry
    school: School | None
    audience: str
    expected: int | None
    is_lit: bool
    meets_in: str  # the code of the village whose hall it is


@dataclass(frozen=True, slots=True)
class Notes:
    """What to know of a village before teaching there."""

    taught: tuple[Entry, ...] = ()  # the last classes held there, the latest first
    questions: tuple[QuestionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """What this teacher held in this calendar year: so many classes, minutes, and 人次."""

    held: int
    minutes: int
    attendances: int


@dataclass(frozen=True, slots=True)
class OwnTimetable:
    """What there is to tell a teacher at one moment."""

    opened: Opened
    at: Moment
    ahead: tuple[Visit, ...] = ()  # not over yet, the soonest first, called-off ones among them
    past: tuple[Visit, ...] = ()  # over, the latest first
    are_more_ahead: bool = False
    are_more_past: bool = False
    notes: dict[str, Notes] = field(default_factory=dict)  # by the code of a village that is ahead
    # By the class: when it gets dark, where there is no light.
    dark: dict[str, int] = field(default_factory=dict)
    meetings: dict[str, InCourse] = field(default_factory=dict)  # by the class
    absent: dict[str, str] = field(default_factory=dict)  # why the teacher said not to come, by the class
    year: YearSoFar = YearSoFar(0, 0, 0)
    evaluations: dict[str, Evaluated] = field(default_factory=dict)  # by the class

    @property
    def next(self) -> Visit | None:
        """The first that takes place."""
        return next((visit for visit in self.ahead if visit.entry.takes_place), None)

    @property
    def called_off(self) -> tuple[Visit, ...]:
        """Those before the next one, which do not take place: to be said first."""
        return tuple(takewhile(lambda visit: not visit.entry.takes_place, self.ahead))

    @property
    def later(self) -> tuple[Visit, ...]:
        """What is ahead after the next one."""
        return self.ahead[len(self.called_off) + 1 :]


def own_timetable(
    db: Session, secret: str, *, at: Moment, zone: str, extent: Extent = OWN_PAGE_EXTENT
) -> OwnTimetable | None:
    """What the address with this secret shows; None where it opens nothing.

    Of somebody who is asked no more it opens as long as a class is ahead, be it called off. Cost: at most 9 queries,
    however much they teach; of a feed 2.
    """
    found = opened(db, secret)
    if found is None:
        return None
    visits = _visits(db, found, at=at, extent=extent)
    shown = OwnTimetable(found, at, **parted(visits, at, extent, lambda visit: visit.entry))
    if found.is_retired and not (shown.ahead or shown.are_more_ahead):
        return None
    return shown if extent == FEED_EXTENT else _with_notes(db, shown, zone)


def _with_notes(db: Session, shown: OwnTimetable, zone: str) -> OwnTimetable:
    going = [visit for visit in shown.ahead if visit.entry.takes_place]
    villages = {visit.village.code for visit in going}
    return replace(
        shown,
        notes=_notes(db, villages, shown.at) if villages else {},
        dark=_dark(db, going, zone),
        meetings=_meetings(db, going) if going else {},
        absent=_absent(db, shown.opened, going) if going else {},
        year=_year(db, shown.opened, shown.at),
        evaluations=evaluations_of(db, [visit.entry.public_id for visit in shown.past]) if shown.past else {},
    )


def of_this_teacher(found: Opened) -> tuple[ColumnElement[bool], ...]:
    """The one condition on everything that is told: published, in the link's own region, taught by this very person."""
    theirs = select(ClassSessionTeacher.class_session_id).where(
        ClassSessionTeacher.teacher_id == found.teacher_id
    )
    return (
        ClassSession.id.in_(theirs),
        inside(ClassSession.region_code, found.region_code),
        ClassSession.published_at.is_not(None),
    )


def _visits(db: Session, found: Opened, *, at: Moment, extent: Extent) -> list[Visit]:
    """One more of each than is wanted, to know whether there are more; in their order."""
    is_lit = func.coalesce(Venue.is_lit, literal(True)).label("is_lit")
    columns = (Course.audience, Course.expected, is_lit, MEETS_IN.label("meets_in"))
    rows = db.execute(
        with_hosts(entry_rows())
        .add_columns(*SCHOOL, *columns)
        .outerjoin(NightSchool, NightSchool.region_code == ClassSession.region_code)
        .where(ClassSession.id.in_(wanted(of_this_teacher(found), extent.ahead, extent.back)))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id, ClassSessionTeacher.position),
        extent.from_now(at),
    ).all()
    row_of, more = {row.public_id: row for row in rows}, len(Host._fields) + len(SCHOOL) + len(columns)
    return [_visit(entry, row_of[entry.public_id]) for entry in entries_of(row[:-more] for row in rows)]


def _visit(entry: Entry, row: Any) -> Visit:
    host = Host(row.village_code, row.village_name, row.township_name, row.county_name)
    return Visit(host, entry, school_in(row), row.audience, row.expected, bool(row.is_lit), row.meets_in)


def _notes(db: Session, villages: Collection[str], at: Moment) -> dict[str, Notes]:
    """Cost: 2 queries."""
    held = _held(db, villages, at)
    waiting = questions.open_in(db, villages)
    return {
        village: Notes(
            tuple(held.get(village, ())),
            waiting.get(village, ()),
        )
        for village in villages
    }


def _held(db: Session, villages: Collection[str], at: Moment) -> dict[str, list[Entry]]:
    """By village: its last classes that were held, whoever taught them, the latest first."""
    latest = (ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    ranked = (
        select(
            ClassSession.id,
            func.row_number().over(partition_by=ClassSession.region_code, order_by=latest).label("place"),
        )
        .where(
            ClassSession.region_code.in_(list(villages)),
            ClassSession.day.between(at.day - REMEMBERED, at.day),
            ClassSession.status == SessionStatus.HELD,
            ClassSession.published_at.is_not(None),
        )
        .subquery()
    )
    last = select(ranked.c.id).where(ranked.c.place <= TAUGHT_SHOWN).subquery("wanted")
    chosen = join(last, ClassSession, ClassSession.id == last.c.id)
    rows = db.execute(
        entry_rows(chosen)
        .add_columns(ClassSession.region_code)
        .order_by(*latest, ClassSessionTeacher.position)
    )
    found: dict[str, list[Entry]] = {}
    for entry, (village,) in entries_beside(rows, 1):
        found.setdefault(village, []).append(entry)
    return found


def _dark(db: Session, going: Iterable[Visit], zone: str) -> dict[str, int]:
    """By class: when it gets dark where there is no light. Cost: 1 query, none where all is lit."""
    unlit = [visit for visit in going if not visit.is_lit and visit.entry.venue]
    if not unlit:
        return {}
    places = localities(db, {visit.meets_in for visit in unlit})
    told = {}
    for visit in unlit:
        position = places[visit.meets_in].position
        dark = dark_at(position, visit.entry.slot.day, zone) if position else None
        if dark is not None and visit.entry.slot.ends > dark:
            told[visit.entry.public_id] = dark
    return told


def _meetings(db: Session, going: Collection[Visit]) -> dict[str, InCourse]:
    """Cost: 1 query."""
    these = [visit.entry.public_id for visit in going]
    courses = select(ClassSession.course_id).where(ClassSession.public_id.in_(these))
    enrolled = (
        select(func.count())
        .where(Enrolment.course_id == ClassSession.course_id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .scalar_subquery()
    )
    rows = db.execute(
        entry_rows()
        .add_columns(ClassSession.course_id, case((Course.kind == CourseKind.COHORT, enrolled), else_=None))
        .where(
            ClassSession.course_id.in_(courses),
            ClassSession.published_at.is_not(None),
            ClassSession.status.in_((SessionStatus.SCHEDULED, SessionStatus.HELD)),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id, ClassSessionTeacher.position)
    )
    of_course: dict[int, list[tuple[Entry, int | None]]] = {}
    for entry, (course, size) in entries_beside(rows, 2):
        of_course.setdefault(course, []).append((entry, size))
    found = {}
    for entries in of_course.values():
        last, came = None, deque[int](maxlen=LAST_TIMES)
        for number, (entry, size) in enumerate(entries, 1):
            found[entry.public_id] = InCourse(number, len(entries), last, usual(came), size)
            if entry.status == SessionStatus.HELD:
                last = entry
                came.extend(() if entry.attendances is None else (entry.attendances,))
    return {one: found[one] for one in these if one in found}


def _absent(db: Session, found: Opened, going: Iterable[Visit]) -> dict[str, str]:
    """By class: why the teacher said, by their own address, that they do not come. Cost: 1 query."""
    slots = {visit.entry.slot: visit.entry.public_id for visit in going}
    rows = db.execute(
        select(ClosedTime.first, ClosedTime.starts, ClosedTime.ends, ClosedTime.note).where(
            ClosedTime.resource_kind == ResourceKind.TEACHER,
            ClosedTime.resource_id == found.teacher_id,
            ClosedTime.is_own_word.is_(True),
            ClosedTime.first.in_({slot.day for slot in slots}),
        )
    )
    told = ((slots.get(Slot(row.first, row.starts, row.ends)), row.note) for row in rows)
    return {one: why for one, why in told if one}


def _year(db: Session, found: Opened, at: Moment) -> YearSoFar:
    """Cost: 1 query."""
    held = (
        select((ClassSession.ends - ClassSession.starts).label("minutes"), attendances().label("came"))
        .where(
            *of_this_teacher(found),
            ClassSession.status == SessionStatus.HELD,
            ClassSession.day.between(at.day.replace(month=1, day=1), at.day),
        )
        .subquery()
    )
    row = db.execute(
        select(
            func.count(),
            func.coalesce(func.sum(held.c.minutes), 0),
            func.coalesce(func.sum(held.c.came), 0),
        ).select_from(held)
    ).one()
    return YearSoFar(*map(int, row))
