"""Class sessions as their coordinator sees them: in lines of a list, and one by one."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Category, ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.courses.labels import Borne, borne_text, read_borne
from nightschool.queries.figures import attendances
from nightschool.queries.public_names import PUBLIC_NAME
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.modes import mode_of
from nightschool.rules.courses.statuses import status_word
from nightschool.rules.listings import UNASKED, Asked, Choice, Listing, paged
from nightschool.rules.names import finder
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import SOURCE_LANGUAGE, _, language

# In the order people ask for them; a draft that nobody published may be past, too.
_PAST_STATUSES = (
    SessionStatus.HELD,
    SessionStatus.CANCELLED,
    SessionStatus.SCHEDULED,
    SessionStatus.POSTPONED,
    SessionStatus.DRAFT,
)

After = aliased(ClassSession, name="after")
Before = aliased(ClassSession, name="before")


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One class session in a list for staff, with every name; what villagers may read is a timetable's Entry."""

    public_id: str
    title: str
    slot: Slot
    status: str
    venue: str
    teachers: tuple[str, ...]
    reason: str | None
    reason_text: str
    moves_to: Moment | None  # where a postponed one went
    attendances: int | None  # 人次; of held ones
    differs: str = ""  # in what from the last notice: rules.notices.revisions.Difference, a comma between
    told: Moment | None = None  # when that notice said it would be

    @property
    def is_called_off(self) -> bool:
        """True when it is cancelled or postponed."""
        return self.status in (SessionStatus.CANCELLED, SessionStatus.POSTPONED)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another session that this one points to, or that points to it."""

    public_id: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class SessionPage:
    """One class session with all that its page and its forms need."""

    line: SessionLine
    region_code: str
    village: str
    course: str
    course_title: str
    summary: str
    venue_id: str  # public id; empty: none
    teacher_ids: tuple[str, ...]
    revision: int
    delivery_mode: str | None  # as it was chosen; None: as is usual at its venue
    mode: str  # how it is given
    labels: Labels[Borne]
    successor: Neighbour | None
    predecessor: Neighbour | None


# A moment that a constant statement is given when it is asked, as `day` and `minutes`.
AT: Any = SimpleNamespace(day=bindparam("day"), minutes=bindparam("minutes"))

# What a list says of a class session, with its Venue and where it went After.
LINE = (
    ClassSession.id,
    ClassSession.public_id,
    ClassSession.title,
    ClassSession.day,
    ClassSession.starts,
    ClassSession.ends,
    ClassSession.status,
    ClassSession.reason,
    ClassSession.reason_text,
    func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
    After.day.label("after_day"),
    After.starts.label("after_starts"),
    ClassSession.differs,
    ClassSession.told_day,
    ClassSession.told_starts,
)
# The statement behind `lines`; add conditions, an order and a limit.
LINES: Select[*tuple[Any, ...]] = (
    select(*LINE, attendances().label("attendances"))
    .outerjoin(Venue, Venue.id == ClassSession.venue_id)
    .outerjoin(After, After.id == ClassSession.successor_id)
)

_TEACHERS = (
    select(
        ClassSessionTeacher.class_session_id,
        Teacher.id,
        Teacher.public_id,
        Teacher.name,
        Teacher.unit,
        PUBLIC_NAME,
    )
    .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
    .where(ClassSessionTeacher.class_session_id.in_(bindparam("class_sessions", expanding=True)))
    .order_by(ClassSessionTeacher.class_session_id, ClassSessionTeacher.position)
)


def category_word() -> ColumnElement[str]:
    """The column that names a category in the current language."""
    return (Category.name if language() == SOURCE_LANGUAGE else Category.name_en).label("category")


def lines(db: Session, rows: Collection[Any]) -> tuple[SessionLine, ...]:
    """The rows of a `LINES` statement as lines, with their teachers. Cost: one query."""
    teachers = teachers_of(db, [row.id for row in rows])
    return tuple(_line(row, teachers[row.id]) for row in rows)


def _line(row: Any, teachers: list[Any]) -> SessionLine:
    return SessionLine(
        public_id=row.public_id,
        title=row.title,
        slot=Slot(row.day, row.starts, row.ends),
        status=row.status,
        venue=row.venue,
        teachers=tuple(one.name for one in teachers),
        reason=row.reason,
        reason_text=row.reason_text,
        moves_to=Moment(row.after_day, row.after_starts) if row.after_day else None,
        attendances=row.attendances if row.status == SessionStatus.HELD else None,
        differs=row.differs,
        told=Moment(row.told_day, row.told_starts) if row.told_day else None,
    )


def teachers_of(db: Session, class_session_ids: Collection[int]) -> dict[int, list[Any]]:
    """A row for each teacher of each of these sessions, in their order. Cost: 1 query; none for no session."""
    found: dict[int, list[Any]] = defaultdict(list)
    if class_session_ids:
        for row in db.execute(_TEACHERS, {"class_sessions": list(class_session_ids)}):
            found[row.class_session_id].append(row)
    return found


_PAGE = (
    LINES.add_columns(
        ClassSession.region_code,
        ClassSession.summary,
        ClassSession.revision,
        ClassSession.delivery_mode,
        Venue.kind.label("venue_kind"),
        borne_text(),
        Region.name.label("village"),
        Course.public_id.label("course"),
        Course.title.label("course_title"),
        Venue.public_id.label("venue_public_id"),
        After.public_id.label("after_public_id"),
        After.ends.label("after_ends"),
        Before.public_id.label("before_public_id"),
        Before.day.label("before_day"),
        Before.starts.label("before_starts"),
        Before.ends.label("before_ends"),
    )
    .join(Region, Region.code == ClassSession.region_code)
    .join(Course, Course.id == ClassSession.course_id)
    .outerjoin(Before, Before.successor_id == ClassSession.id)
    .where(ClassSession.public_id == bindparam("public_id"))
)


def class_session(db: Session, public_id: str) -> SessionPage | None:
    """One class session; None when there is no such. Cost: 2 queries."""
    row = db.execute(_PAGE, {"public_id": public_id}).one_or_none()
    if row is None:
        return None
    teachers = teachers_of(db, [row.id])[row.id]
    return shaped(
        SessionPage,
        row,
        line=_line(row, teachers),
        venue_id=row.venue_public_id or "",
        teacher_ids=tuple(one.public_id for one in teachers),
        mode=mode_of(row.delivery_mode, row.venue_kind),
        labels=read_borne(row.borne),
        successor=_neighbour(row.after_public_id, row.after_day, row.after_starts, row.after_ends),
        predecessor=_neighbour(row.before_public_id, row.before_day, row.before_starts, row.before_ends),
    )


def _neighbour(public_id: str | None, *slot: Any) -> Neighbour | None:
    return Neighbour(public_id, Slot(*slot)) if public_id else None


def past(db: Session, village: str, asked: Asked = UNASKED, *, at: Moment) -> Listing[SessionLine]:
    """The village's sessions that are over, as asked for; unasked the latest first. Cost: 3 queries, 1 when none fit.

    They are looked for by their own title, and by the title of their course and its sound.
    """
    rows = db.execute(
        select(
            ClassSession.id,
            ClassSession.title,
            ClassSession.day,
            ClassSession.status,
            ClassSession.category_code,
            Course.public_id.label("course"),
            Course.title.label("course_title"),
            Course.search_keys,
            category_word(),
        )
        .join(Course, Course.id == ClassSession.course_id)
        .join(Category, Category.code == ClassSession.category_code)
        .where(ClassSession.region_code == village, is_over(at))
        .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    ).all()
    status, when, category, course, sort = _past_choices(asked, rows)
    fits = finder(asked.query)
    found = [
        row
        for row in rows
        if status.value in ("", row.status)
        and category.value in ("", row.category_code)
        and course.value in ("", row.course)
        and row.day.isoformat().startswith(when.value)
        and (fits(row.title, row.search_keys) or fits(row.course_title, ""))
    ]
    if sort.value == "oldest":
        found.reverse()
    choices = (status, when, category, course, sort)
    listing = paged(found, asked, choices, total=_meetings(rows), write=lambda shown: _in_order(db, shown))
    return replace(listing, found=_meetings(found) or len(found))


def _meetings(rows: Collection[Any]) -> int:
    """How many meetings these are: one that was put off is counted where it went."""
    return sum(row.status != SessionStatus.POSTPONED for row in rows)


def _past_choices(asked: Asked, rows: Collection[Any]) -> tuple[Choice, ...]:
    """What there is to choose among these sessions, the latest first."""
    present = {row.status for row in rows}
    statuses = {status.value: status_word(status, True) for status in _PAST_STATUSES if status in present}
    months: dict[str, str] = {}
    for row in rows:
        year, month = f"{row.day:%Y}", f"{row.day:%Y-%m}"
        months.setdefault(year, _("%(year)d 年", year=row.day.year))
        months.setdefault(month, _("%(year)d 年 %(month)d 月", year=row.day.year, month=row.day.month))
    categories = {row.category_code: row.category for row in rows}
    courses = {row.course: row.course_title for row in rows}
    return (
        asked.choice("status", _("开成没有"), {"": _("开成没开成的都要"), **statuses}),
        asked.choice("when", _("哪年哪月"), {"": _("所有的年月"), **months}),
        asked.choice("category", _("哪一类"), {"": _("各类课"), **categories}),
        asked.choice("course", _("哪门课"), {"": _("各门课"), **courses}),
        asked.choice("sort", _("怎么排"), {"": _("近的在前"), "oldest": _("早的在前")}),
    )


def _in_order(db: Session, shown: Sequence[Any]) -> tuple[SessionLine, ...]:
    """The lines of these sessions, in this order. Cost: 2 queries, none for none."""
    if not shown:
        return ()
    rows = {row.id: row for row in db.execute(LINES.where(ClassSession.id.in_([one.id for one in shown])))}
    return lines(db, [rows[one.id] for one in shown])


def is_over(at: Moment) -> ColumnElement[bool]:
    """The session has ended by then."""
    return or_(ClassSession.day < at.day, (ClassSession.day == at.day) & (ClassSession.ends <= at.minutes))
