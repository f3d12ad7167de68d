"""What a village announces: the one object behind its page, its calendar feed and its plain text, so that they agree.

Public: class sessions that were published, and no learner. The statements are asked most of all, and are written once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    FromClause,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import FeedIdentity
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.courses.labels import borne_text, names_borne
from nightschool.queries.figures import attendances
from nightschool.queries.public_names import PUBLIC_NAME
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.courses.modes import mode_of
from nightschool.rules.notices.revisions import Difference
from nightschool.rules.regions import Level
from nightschool.rules.slots import Moment, Slot

_TAKES_PLACE = (SessionStatus.SCHEDULED.value, SessionStatus.HELD.value)
EIGHT_WEEKS = 56
CHAPTER = 50
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a timetable is wanted: how many sessions ahead and back at most, and for how many days."""

    ahead: int
    back: int
    ahead_days: int = 36500
    back_days: int = 365000
    skipped: int = 0  # so many of the latest past ones are left out

    def from_now(self, at: Moment) -> dict[str, Any]:
        """What a statement with `wanted` is to be given at this minute."""
        since = at.day - timedelta(days=min(self.back_days, (at.day - date.min).days))
        return {"today": at.day, "minutes": at.minutes, "since": since, "skipped": self.skipped}


PAGE_EXTENT = Extent(ahead=24, ahead_days=EIGHT_WEEKS, back=5)
FEED_EXTENT = Extent(ahead=1000, back=1000, back_days=60)
COURSE_EXTENT = Extent(ahead=1000, back=1000)


def chapter(number: int) -> Extent:
    """One page of a village's whole history, the latest first; the first page is 1."""
    return Extent(ahead=0, back=CHAPTER, skipped=(number - 1) * CHAPTER)


@dataclass(frozen=True, slots=True)
class School:
    """The night school of a village, as everybody may know it."""

    institution_name: str | None  # rules.places.schools.institution_word makes a word of it
    principal: str
    contact_name: str
    contact_phone: str


@dataclass(frozen=True, slots=True)
class Successor:
    """The village that stands for a former one."""

    code: str
    name: str
    day: date | None


@dataclass(frozen=True, slots=True)
class Village:
    """A village on one day, and by what its pages are kept: they change with `revision`, the day, and `ended_today`."""

    code: str
    name: str
    official_name: str
    township: str
    county: str
    valid_from: date | None
    valid_to: date | None
    is_former: bool
    successor: Successor | None
    revision: int
    changed_at: datetime
    school: School | None
    ended_today: int  # so many of today's sessions are over
    known_by: str = ""  # the address in the ids of its feeds; empty while that is the one it is served at
    is_over: bool = False  # it is a former one, and nothing is to come in it


class SeenTeacher(NamedTuple):
    """A teacher as villagers may know one: the name is empty where it is not public."""

    name: str
    unit: str


class Entry(NamedTuple):
    """One published class session. A named tuple, because a frozen dataclass takes five times as long to make."""

    public_id: str
    title: str
    summary: str
    slot: Slot
    status: str
    venue: str
    directions: str
    reason: str | None
    reason_text: str
    moves_to: Moment | None  # where a postponed one went, once that is published
    moved_from: Moment | None  # where the one it replaces was to be
    revision: int
    changed_at: datetime
    attendances: int | None  # 人次; of held ones
    teachers: tuple[SeenTeacher, ...] = ()
    differs: str = ""  # in what from the last notice: rules.notices.revisions.Difference, a comma between
    told: Moment | None = None  # when that notice said it would be, where anything differs
    known_by: str = ""  # the address in its UID; empty while that is the one it is served at
    mode: str = "lecture"  # rules.courses.modes.MODES
    labels: Labels[str] = NO_LABELS  # the names of who organises it, and of its campaigns
    course: str = ""  # public id
    course_title: str = ""

    @property
    def takes_place(self) -> bool:
        """False when it is cancelled or postponed."""
        return self.status in _TAKES_PLACE

    @property
    def differs_in(self) -> tuple[str, ...]:
        """In what from the last notice, the gravest first."""
        return tuple(self.differs.split(",")) if self.differs else ()

    @property
    def was_to_be(self) -> Moment | None:
        """When people were told that it would begin, where that was another time."""
        former = self.moved_from or (self.told if Difference.TIME in self.differs_in else None)
        return former if former != self.slot.begins else None

    @property
    def is_changed(self) -> bool:
        """Whether it is otherwise than people were told, or does not take place."""
        return bool(self.differs or self.moved_from) or not self.takes_place


@dataclass(frozen=True, slots=True)
class Timetable:
    """What there is to say about a village's sessions at one moment."""

    village: Village
    today: date
    ahead: tuple[Entry, ...] = ()  # not over yet, the soonest first, called-off ones among them
    past: tuple[Entry, ...] = ()  # over, the latest first
    are_more_ahead: bool = False
    are_more_past: bool = False
    next: Entry | None = field(init=False)  # the first of `ahead` that takes place
    # Those of today and tomorrow that do not take place and come before the next one: to be said first.
    called_off: tuple[Entry, ...] = field(init=False)

    def __post_init__(self) -> None:
        coming = next((entry for entry in self.ahead if entry.takes_place), None)
        before = takewhile(lambda entry: entry is not coming, self.ahead)
        called_off = tuple(
            entry
            for entry in before
            if (entry.slot.day - self.today).days <= 1 and (coming is None or entry.slot < coming.slot)
        )
        object.__setattr__(self, "next", coming)
        object.__setattr__(self, "called_off", called_off)

    @property
    def later(self) -> tuple[Entry, ...]:
        """What is ahead after the next one, or instead of one."""
        said = {entry.public_id for entry in self.called_off}
        return tuple(entry for entry in self.ahead if entry is not self.next and entry.public_id not in said)


def timetable(
    db: Session | Connection, village: Village, *, at: Moment, extent: Extent = PAGE_EXTENT, course: str = ""
) -> Timetable:
    """The timetable of a village, as `village` answered in the same look, at this minute; or of one of its courses,
    named by its public id. Cost: 1 query.
    """
    if village.is_former and extent == PAGE_EXTENT:
        extent = replace(extent, back=CHAPTER)
    values = {"village": village.code, **extent.from_now(at)} | ({"course": course} if course else {})
    statement = _sessions(extent.ahead, extent.back, of_a_course=bool(course))
    entries = entries_of(db.execute(statement, values).all())
    return Timetable(village, at.day, **parted(entries, at, extent, lambda entry: entry))


def village(db: Session | Connection, code: str, *, at: Moment, course: str = "") -> Village | None:
    """A village as it stands at this minute; None when there is no such village. Cost: 1 query.

    It is not over for who asks about a course (its public id) that is still its own.
    """
    values = {"village": code, "today": at.day, "minutes": at.minutes, "course": course}
    row = db.execute(_STANDING, values).one_or_none()
    if row is None:
        return None
    return Village(
        code=code,
        name=row.name,
        official_name=row.official_name,
        township=row.township or "",
        county=row.county or "",
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        is_former=row.valid_to is not None and row.valid_to < at.day,
        successor=successor_in(row),
        revision=row.revision,
        changed_at=row.changed_at,
        school=school_in(row),
        ended_today=row.ended_today,
        known_by=row.known_by or "",
        is_over=row.is_over,
    )


def successor_in(row: Row[*tuple[Any, ...]]) -> Successor | None:
    """What stands for a former region, in a row with its code, name and day."""
    if row.successor_code is None:
        return None
    return Successor(row.successor_code, row.successor_name, row.successor_day)


def school_in(row: Any) -> School | None:
    """The night school in a row with `SCHOOL`; None where there is none."""
    if row.school is None:
        return None
    return School(row.institution_name, row.principal, row.contact_name, row.contact_phone)


def parted(found: list[T], at: Moment, extent: Extent, entry_of: Callable[[T], Entry]) -> dict[str, Any]:
    """What is ahead, so far as it is wanted, and what is past of what a statement with `wanted` found.

    The next that takes place belongs to those ahead however far it is.
    """
    ahead = [one for one in found if entry_of(one).slot.finishes > at]
    past = [one for one in reversed(found) if entry_of(one).slot.finishes <= at]
    until = at.day + timedelta(days=extent.ahead_days)
    near = [one for one in ahead[: extent.ahead] if entry_of(one).slot.day < until]
    if not any(entry_of(one).takes_place for one in near):
        near += [one for one in ahead[len(near) :] if entry_of(one).takes_place][:1]
    return {
        "ahead": tuple(near),
        "past": tuple(past[: extent.back]),
        "are_more_ahead": len(near) < len(ahead),
        "are_more_past": len(past) > extent.back,
    }


def entries_beside(rows: Iterable[Sequence[Any]], beside: int) -> list[tuple[Entry, Any]]:
    """The sessions of rows that end with so many columns more, each with these as they stand in its last row."""
    rows = list(rows)
    more = {row[0]: row[-beside:] for row in rows}
    return [(entry, more[entry.public_id]) for entry in entries_of(row[:-beside] for row in rows)]


def first_entries(
    db: Session, *which: ColumnElement[bool], in_order: tuple[Any, ...], most: int
) -> list[tuple[Entry, str]]:
    """The first of these sessions in this order, one more than wanted, each with its village's code. Cost: 1 query."""
    in_order = (*in_order, ClassSession.starts, ClassSession.id)
    first = select(ClassSession.id).where(*which).order_by(*in_order).limit(most + 1)
    rows = db.execute(
        entry_rows()
        .add_columns(ClassSession.region_code)
        .where(ClassSession.id.in_(first))
        .order_by(*in_order, ClassSessionTeacher.position)
    )
    return [(entry, village) for entry, (village,) in entries_beside(rows, 1)]


def entries_of(rows: Iterable[Sequence[Any]]) -> list[Entry]:
    """The sessions of these rows, of which each teacher of a session has one, side by side."""
    entries: list[Entry] = []
    # Taken apart by position, in the order of `entry_rows`: by name it costs three times as much.
    for (
        public_id, title, summary, day, starts, ends, status, venue, directions, reason, reason_text,
        to_day, to_starts, from_day, from_starts, revision, changed_at, came, teacher, unit,
        differs, told_day, told_starts, known_by, mode, kind, borne,
        course, course_title,
    ) in rows:  # fmt: skip
        teachers = () if teacher is None else (SeenTeacher(teacher, unit),)
        if entries and entries[-1].public_id == public_id:
            entries[-1] = entries[-1]._replace(teachers=entries[-1].teachers + teachers)
            continue
        entry = Entry(
            public_id,
            title,
            summary,
            Slot(day, starts, ends),
            status,
            venue or "",
            directions or "",
            reason,
            reason_text,
            None if to_day is None else Moment(to_day, to_starts),
            None if from_day is None else Moment(from_day, from_starts),
            revision,
            changed_at,
            came,
            teachers,
            differs,
            Moment(told_day, told_starts) if differs and told_day else None,
            known_by or "",
            mode_of(mode, kind),
            names_borne(borne),
            course,
            course_title,
        )
        entries.append(entry)
    return entries


_Later, _Earlier = aliased(ClassSession), aliased(ClassSession)
MOVES = (
    _Later.day.label("to_day"),
    _Later.starts.label("to_starts"),
    _Earlier.day.label("from_day"),
    _Earlier.starts.label("from_starts"),
)
SCHOOL = (
    NightSchool.id.label("school"),
    NightSchool.institution_name,
    NightSchool.principal,
    NightSchool.contact_name,
    NightSchool.contact_phone,
)
KNOWN_BY = select(FeedIdentity.address).scalar_subquery().label("known_by")
_TODAY = bindparam("today", type_=Date())
_MINUTES = bindparam("minutes", type_=Integer())
_OURS: tuple[ColumnElement[bool], ...] = (
    ClassSession.region_code == bindparam("village"),
    ClassSession.published_at.is_not(None),
)

_COURSE = select(Course.id).where(Course.public_id == bindparam("course")).scalar_subquery()


def over(is_here: ColumnElement[bool], *others: ColumnElement[bool]) -> ColumnElement[bool]:
    """True of a former region of whose class sessions none is to come from today on, and of which nothing else holds.

    Only of former regions they are looked for.
    """
    to_come = exists().where(is_here, ClassSession.day >= _TODAY, ClassSession.published_at.is_not(None))
    is_over = case((Region.valid_to < _TODAY, ~or_(to_come, *others)), else_=false())
    return is_over.label("is_over")


def _standing() -> Select[*tuple[Any, ...]]:
    township, county, successor = aliased(Region), aliased(Region), aliased(Region)
    ended = (
        select(func.count())
        .select_from(ClassSession)
        .where(*_OURS, ClassSession.day == _TODAY, ClassSession.ends <= _MINUTES)
        .scalar_subquery()
    )
    is_its_own = exists().where(Course.public_id == bindparam("course"), Course.region_code == Region.code)
    return (
        select(
            Region.name,
            Region.official_name,
            township.name.label("township"),
            county.name.label("county"),
            Region.valid_from,
            Region.valid_to,
            successor.code.label("successor_code"),
            successor.name.label("successor_name"),
            Region.successor_day,
            Region.revision,
            Region.changed_at,
            *SCHOOL,
            ended.label("ended_today"),
            KNOWN_BY,
            over(ClassSession.region_code == Region.code, is_its_own),
        )
        .outerjoin(township, township.code == Region.parent_code)
        .outerjoin(county, county.code == township.parent_code)
        .outerjoin(successor, successor.code == Region.successor_code)
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.code == bindparam("village"), Region.level == Level.VILLAGE.value)
    )


def wanted(ours: Sequence[ColumnElement[bool]], ahead_limit: int, back_limit: int) -> CompoundSelect[Any]:
    """The ids of the sessions to show of ours: those ahead, the first that takes place, and the latest past ones.

    One more than wanted of each, to know whether there are more.
    """
    in_order = (ClassSession.day, ClassSession.starts, ClassSession.id)
    ahead = (
        select(ClassSession.id)
        .where(
            *ours, ClassSession.day >= _TODAY, or_(ClassSession.day > _TODAY, ClassSession.ends > _MINUTES)
        )
        .order_by(*in_order)
    )
    past = (
        select(ClassSession.id)
        .where(
            *ours,
            ClassSession.day.between(bindparam("since", type_=Date()), _TODAY),
            or_(ClassSession.day < _TODAY, ClassSession.ends <= _MINUTES),
        )
        .order_by(*(column.desc() for column in in_order))
    )
    takes_place = or_(*(ClassSession.status == status for status in _TAKES_PLACE))
    arms = [past.limit(literal_number(back_limit + 1)).offset(bindparam("skipped", type_=Integer()))]
    if ahead_limit:
        arms += [
            ahead.limit(literal_number(ahead_limit + 1)),
            ahead.where(takes_place).limit(literal_number(1)),
        ]
    return union_all(*(select(arm.subquery().c.id) for arm in arms))


def literal_number(number: int) -> ColumnElement[int]:
    """A number written into the statement: SQLite plans a statement anew, at three times its cost, for each LIMIT ?."""
    return literal_column(str(number), Integer())


@cache
def _sessions(ahead_limit: int, back_limit: int, *, of_a_course: bool) -> Select[*tuple[Any, ...]]:
    ours = (*_OURS, ClassSession.course_id == _COURSE) if of_a_course else _OURS
    return (
        entry_rows()
        .where(ClassSession.id.in_(wanted(ours, ahead_limit, back_limit)))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id, ClassSessionTeacher.position)
    )


def entry_rows(source: FromClause | None = None) -> Select[*tuple[Any, ...]]:
    """Class sessions with what `entries_of` makes entries of, in its order of columns; which ones is not said yet.

    `source` is the table of class sessions, or a join with it that says which ones.
    """
    came = case((ClassSession.status == SessionStatus.HELD.value, attendances()), else_=None)
    return with_surroundings(
        select(
            ClassSession.public_id,
            ClassSession.title,
            ClassSession.summary,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            venue_name(ClassSession.region_code).label("venue"),
            Venue.directions,
            ClassSession.reason,
            ClassSession.reason_text,
            *MOVES,
            (ClassSession.revision + ClassSession.shown_otherwise).label("revision"),
            ClassSession.changed_at,
            came.label("attendances"),
            PUBLIC_NAME,
            Teacher.unit,
            ClassSession.differs,
            ClassSession.told_day,
            ClassSession.told_starts,
            KNOWN_BY,
            ClassSession.delivery_mode,
            Venue.kind.label("venue_kind"),
            borne_text(),
            Course.public_id.label("course"),
            Course.title.label("course_title"),
        ).select_from(ClassSession if source is None else source)
    ).join(Course, Course.id == ClassSession.course_id)


def with_surroundings(sessions: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement about class sessions, with place, teachers, and where each went and came from as far as public."""
    return (
        sessions.outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(_Later, (_Later.id == ClassSession.successor_id) & _Later.published_at.is_not(None))
        .outerjoin(_Earlier, (_Earlier.successor_id == ClassSession.id) & _Earlier.published_at.is_not(None))
        .outerjoin(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
        .outerjoin(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
    )


_STANDING = _standing()
