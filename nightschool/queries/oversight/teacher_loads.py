"""What each teacher held in a region: counts and no villager."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.figures import attendances
from nightschool.queries.scope import inside


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


def _whole(value: Any) -> Any:
    """PostgreSQL sums whole numbers into decimals."""
    return value if value is None or isinstance(value, str) else int(value)
