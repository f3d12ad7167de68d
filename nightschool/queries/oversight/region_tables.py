"""What a region's villages held, part by part, and what each teacher held there: counts and no villager."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Headcount, Mark
from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import Category, ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.courses.sessions import category_word
from nightschool.queries.figures import attendances, people
from nightschool.queries.oversight.overview import RegionFigures, overview_of
from nightschool.queries.scope import inside
from nightschool.rules.regions import BELOW, PREFIX_DIGITS, level_of


@dataclass(frozen=True, slots=True)
class PartCounts:
    """One part of a region in a period. Women and those over 60 as they were counted; None where nobody counted."""

    figures: RegionFigures
    minutes: int = 0
    people: int = 0  # 人数
    women: int | None = None
    over_60: int | None = None
    by_guests: int = 0  # 场次 with a teacher who is kept outside the village
    categories: tuple[tuple[str, int], ...] = ()  # (name, 场次)


@dataclass(frozen=True, slots=True)
class RegionTable:
    """The parts of a region in the order of their codes; the region itself where it has none."""

    parts: tuple[PartCounts, ...]
    people: int  # 人数 of all of it


@dataclass(frozen=True, slots=True)
class TeacherLoad:
    """What one teacher held in a region. No name where it is not to be read by everybody."""

    public_name: str
    unit: str
    kept: str  # the region whose list they are on
    classes: int
    minutes: int
    attendances: int  # 人次
    villages: int


def region_table(db: Session, code: str, *, first: date, last: date, today: date) -> RegionTable | None:
    """The region from a day to a day, both included; None when there is no such. Cost: 8 queries, whatever the size."""
    overview = overview_of(db, code, first=first, last=last, today=today)
    if overview is None:
        return None
    level = level_of(code)
    digits = PREFIX_DIGITS[BELOW.get(level, level)]
    part = func.substr(ClassSession.region_code, 1, digits).label("part")
    held = _held(code, first, last)
    counts = {row.part: row for row in db.execute(_counts(part).where(*held).group_by(part))}
    came = {
        row.part: row.people for row in db.execute(_people(part.label("part")).where(*held).group_by(part))
    }
    categories: dict[str, list[tuple[str, int]]] = defaultdict(list)
    of_categories = (
        select(part, category_word(), func.count().label("n"))
        .join(Category, Category.code == ClassSession.category_code)
        .where(*held)
        .group_by(part, Category.code, Category.name, Category.name_en, Category.position)
        .order_by(part, Category.position)
    )
    for row in db.execute(of_categories):
        categories[row.part].append((row.category, row.n))
    everybody = db.execute(_people().where(*held)).scalar_one()
    return RegionTable(
        tuple(
            _part(one, counts.get(one.code[:digits]), came, categories)
            for one in overview.parts or (overview.total,)
        ),
        everybody,
    )


def teacher_loads(db: Session, code: str, first: date, last: date) -> tuple[TeacherLoad, ...]:
    """All who held something in the region, by the sound of their names and not by how much. Cost: 1 query."""
    minutes = ClassSession.ends - ClassSession.starts
    rows = db.execute(
        select(
            case((Teacher.name_is_public, Teacher.name), else_="").label("public_name"),
            Teacher.unit,
            Region.name.label("kept"),
            func.count().label("classes"),
            func.sum(minutes).label("minutes"),
            func.coalesce(func.sum(attendances()), 0).label("attendances"),
            func.count(func.distinct(ClassSession.region_code)).label("villages"),
        )
        .select_from(ClassSession)
        .join(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
        .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
        .join(Region, Region.code == Teacher.region_code)
        .where(*_held(code, first, last))
        .group_by(
            Teacher.id, Teacher.name_is_public, Teacher.name, Teacher.unit, Teacher.name_key, Region.name
        )
        .order_by(Teacher.name_key, Teacher.id)
    )
    return tuple(TeacherLoad(**{name: _whole(value) for name, value in row._mapping.items()}) for row in rows)


def _held(code: str, first: date, last: date) -> Collection[ColumnElement[bool]]:
    return (
        inside(ClassSession.region_code, code),
        ClassSession.day.between(first, last),
        ClassSession.status == SessionStatus.HELD,
    )


def _people(*parts: Any) -> Any:
    marked = select(*parts, people().label("people")).select_from(Mark)
    return marked.join(ClassSession, ClassSession.id == Mark.class_session_id)


def _counts(part: Any) -> Any:
    from_outside = exists().where(
        ClassSessionTeacher.class_session_id == ClassSession.id,
        Teacher.id == ClassSessionTeacher.teacher_id,
        Teacher.region_code != ClassSession.region_code,
    )
    return (
        select(
            part,
            func.sum(ClassSession.ends - ClassSession.starts).label("minutes"),
            func.sum(Headcount.women).label("women"),
            func.sum(Headcount.over_60).label("over_60"),
            func.sum(case((from_outside.correlate(ClassSession), 1), else_=0)).label("by_guests"),
        )
        .select_from(ClassSession)
        .outerjoin(
            Headcount, (Headcount.class_session_id == ClassSession.id) & Headcount.superseded_by.is_(None)
        )
    )


def _part(
    one: RegionFigures,
    counts: Any,
    came: dict[str, int],
    categories: dict[str, list[tuple[str, int]]],
) -> PartCounts:
    if counts is None:
        return PartCounts(one)
    return PartCounts(
        one,
        minutes=int(counts.minutes),
        people=came.get(counts.part, 0),
        women=_whole(counts.women),
        over_60=_whole(counts.over_60),
        by_guests=int(counts.by_guests),
        categories=tuple(categories[counts.part]),
    )


def _whole(value: Any) -> Any:
    """PostgreSQL sums whole numbers into decimals."""
    return value if value is None or isinstance(value, str) else int(value)
