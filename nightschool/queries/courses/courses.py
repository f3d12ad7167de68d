"""Courses as their coordinator sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Category, ClassSession, Course, CourseTeacher, SessionStatus
from nightschool.queries.courses import sessions
from nightschool.queries.courses.histories import History, history
from nightschool.queries.courses.labels import Borne, borne_text, courses_bearing, read_borne
from nightschool.queries.courses.sessions import category_word
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.listings import RETIRED, UNASKED, Asked, Listing, paged
from nightschool.rules.names import finder, sort_key
from nightschool.rules.slots import Moment
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class CoursePage:
    """One course, and the values its form starts from."""

    public_id: str
    region_code: str
    village: str
    title: str
    category_code: str
    category: str
    summary: str
    venue_id: str  # public id; empty: none
    venue: str
    teacher_ids: tuple[str, ...]
    teachers: tuple[str, ...]
    starts: int
    ends: int
    skipped: tuple[date, ...]
    drafts: int
    version: int
    retired_at: datetime | None = None
    delivery_mode: str | None = None  # None: as is usual at the venue
    labels: Labels[Borne] = NO_LABELS
    audience: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course in a list: how many sessions it has, from when to when, and which comes next."""

    public_id: str
    title: str
    search_keys: str
    category_code: str
    category: str
    sessions: int
    first: date | None
    last: date | None
    next: date | None
    drafts: int
    is_retired: bool
    version: int


def categories(db: Session) -> dict[str, str]:
    """The categories in use, named in the current language."""
    rows = db.execute(select(Category.code, category_word()).order_by(Category.position))
    return {row.code: row.category for row in rows}


def latest_titles(db: Session, village: str, most: int) -> dict[str, str]:
    """The village's courses that were not put away, the latest first, by public id. Cost: 1 query."""
    rows = db.execute(
        select(Course.public_id, Course.title)
        .where(Course.region_code == village, Course.retired_at.is_(None))
        .order_by(Course.id.desc())
        .limit(most)
    )
    return {row.public_id: row.title for row in rows}


def course(db: Session, public_id: str) -> CoursePage | None:
    """One course; None: no such course. Cost: 2 queries, 3 when days were left out."""
    row = db.execute(
        select(
            Course.__table__,
            Region.name.label("village"),
            Venue.public_id.label("venue_public_id"),
            venue_name(Course.region_code).label("venue"),
            category_word(),
            borne_text(Course),
            select(func.count())
            .where(ClassSession.course_id == Course.id, ClassSession.status == SessionStatus.DRAFT)
            .correlate(Course)
            .scalar_subquery()
            .label("drafts"),
        )
        .join(Region, Region.code == Course.region_code)
        .join(Category, Category.code == Course.category_code)
        .outerjoin(Venue, Venue.id == Course.venue_id)
        .where(Course.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    teachers = teachers_of_course(db, row.id)
    return shaped(
        CoursePage,
        row,
        venue_id=row.venue_public_id or "",
        venue=row.venue or "",
        teacher_ids=tuple(teacher.public_id for teacher in teachers),
        teachers=tuple(teacher.name for teacher in teachers),
        labels=read_borne(row.borne),
        skipped=_still_skipped(db, row),
    )


def teachers_of_course(db: Session, course_id: int) -> Sequence[Any]:
    """A row for each teacher that a course names, in their order. Cost: 1 query."""
    return db.execute(
        select(Teacher.id, Teacher.public_id, Teacher.name)
        .join(CourseTeacher, CourseTeacher.teacher_id == Teacher.id)
        .where(CourseTeacher.course_id == course_id)
        .order_by(CourseTeacher.position)
    ).all()


def meetings(db: Session, course: str, *, at: Moment, number: int = 1) -> History:
    """A page of the class sessions of a course. Cost: 5 queries."""
    of_course = select(Course.id).where(Course.public_id == course).scalar_subquery()
    return history(db, ClassSession.course_id == of_course, at=at, number=number)


def _still_skipped(db: Session, course: Any) -> tuple[date, ...]:
    """The days that were left out of the course, and on which it does not meet after all. Cost: 1 query, if any."""
    days = [date.fromisoformat(day) for day in course.skipped_dates]
    if not days:
        return ()
    met = select(ClassSession.day).where(
        ClassSession.course_id == course.id,
        ClassSession.day.in_(days),
        ClassSession.status.not_in((SessionStatus.CANCELLED, SessionStatus.POSTPONED)),
    )
    taken = set(db.scalars(met))
    return tuple(day for day in days if day not in taken)


def courses(db: Session, village: str, asked: Asked = UNASKED, *, at: Moment) -> Listing[CourseLine]:
    """The village's courses as asked for; unasked those not put away, the one with the latest session first.

    Cost: 3 queries.
    """
    words = categories(db)
    lines = _course_lines(db, village, at)
    used = {line.category_code for line in lines}
    category = asked.choice(
        "category",
        _("哪一类"),
        {"": _("各类课"), **{code: word for code, word in words.items() if code in used}},
    )
    states = {"": _("没收起的"), "coming": _("还有课要上的"), "draft": _("还没公布的"), "over": _("上完了的")}
    states[RETIRED] = _("收起的")
    state = asked.choice("state", _("到哪一步"), states)
    sort = asked.choice("sort", _("怎么排"), {"": _("新的在前"), "name": _("按名字")})
    names, bearing = courses_bearing(db, village)
    label = asked.choice("label", _("哪个单位、哪项活动"), {"": _("不管哪个"), **names})
    fits = finder(asked.query)
    fitting = [
        line
        for line in lines
        if category.value in ("", line.category_code)
        and (not label.value or line.public_id in bearing[label.value])
        and fits(line.title, line.search_keys)
    ]
    found = [line for line in fitting if _is_in_state(line, state.value)]
    if sort.value == "name":
        found.sort(key=lambda line: sort_key(line.title))
    return paged(
        found,
        asked,
        (category, label, state, sort),
        total=sum((state.value == RETIRED) == line.is_retired for line in lines),
        elsewhere=sum(line.is_retired for line in fitting) if state.value != RETIRED else 0,
        write=tuple,
    )


def _course_lines(db: Session, village: str, at: Moment) -> list[CourseLine]:
    """Each course of the village with its sessions counted, the one with the latest session first."""
    is_draft = ClassSession.status == SessionStatus.DRAFT
    meets = ClassSession.status != SessionStatus.POSTPONED  # which is counted where it went
    comes = (ClassSession.status == SessionStatus.SCHEDULED) & ~sessions.is_over(at)
    rows = db.execute(
        select(
            Course.public_id,
            Course.title,
            Course.search_keys,
            Course.category_code,
            category_word(),
            Course.retired_at.is_not(None).label("is_retired"),
            Course.version,
            func.count(case((meets, ClassSession.id))).label("sessions"),
            func.min(case((meets, ClassSession.day))).label("first"),
            func.max(case((meets, ClassSession.day))).label("last"),
            func.min(case((comes, ClassSession.day))).label("next"),
            func.count(case((is_draft, ClassSession.id))).label("drafts"),
        )
        .join(Category, Category.code == Course.category_code)
        .outerjoin(ClassSession, ClassSession.course_id == Course.id)
        .where(Course.region_code == village)
        .group_by(Course.id, Category.code)
        .order_by(Course.id.desc())
    ).all()
    # Where a course without any session stands, the databases see differently; here it is the last.
    lines = [shaped(CourseLine, row) for row in rows]
    return sorted(lines, key=lambda line: line.last or date.min, reverse=True)


def _is_in_state(line: CourseLine, state: str) -> bool:
    if state == RETIRED or line.is_retired:
        return state == RETIRED and line.is_retired
    match state:
        case "coming":
            return line.next is not None
        case "draft":
            return line.drafts > 0
        case "over":
            return line.next is None and not line.drafts
    return True
