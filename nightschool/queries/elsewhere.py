"""What teachers do elsewhere around some days, the way from there, and how much they take on in a week."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.rules.advice import Elsewhere
from nightschool.rules.daylight import Position
from nightschool.rules.travel import way_between

STANDS = (SessionStatus.DRAFT, SessionStatus.SCHEDULED, SessionStatus.HELD)


def standing(first: date, last: date, but_course: str = "", but_session: str = "") -> list[Any]:
    """The conditions of class sessions that stand between two days, both included, but for a course or session."""
    conditions: list[Any] = [ClassSession.day.between(first, last), ClassSession.status.in_(STANDS)]
    if but_session:
        conditions.append(ClassSession.public_id != but_session)
    if but_course:
        of_course = select(Course.id).where(Course.public_id == but_course).scalar_subquery()
        conditions.append(ClassSession.course_id != of_course)
    return conditions


def whole_weeks(first: date, last: date) -> tuple[date, date]:
    """From the Monday before the one day to the Sunday after the other."""
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def taught(
    db: Session,
    village: str,
    teachers: Sequence[str],
    conditions: Sequence[Any],
    position: Position | None,
    kmh: int,
    own_course: str = "",
) -> dict[str, list[Elsewhere]]:
    """What each of them teaches in whatever village, and the way from there to this one. Cost: at most 2 queries."""
    found: dict[str, list[Elsewhere]] = {}
    own = select(Course.id).where(Course.public_id == own_course).scalar_subquery()
    rows = db.execute(
        select(
            Teacher.name,
            (ClassSession.course_id == own).label("is_own"),
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.region_code,
            Region.name.label("village"),
        )
        .join(ClassSessionTeacher, ClassSessionTeacher.teacher_id == Teacher.id)
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .join(Region, Region.code == ClassSession.region_code)
        .where(Teacher.public_id.in_(list(teachers)), *conditions)
        .order_by(ClassSession.day, ClassSession.starts)
    ).all()
    lie = _positions(db, {row.region_code for row in rows} - {village})
    ways = {code: way_between(there, position, kmh) for code, there in lie.items()}
    for row in rows:
        # Of another village's course only time and village: it may be a draft.
        is_here = row.region_code == village
        is_near = not is_here and row.region_code[:9] == village[:9]
        way = ways.get(row.region_code)
        session = Elsewhere(
            row.day, row.starts, row.ends, "", row.village, is_here, is_near, way, bool(row.is_own)
        )
        found.setdefault(row.name, []).append(session)
    return found


def _positions(db: Session, villages: Collection[str]) -> dict[str, Position]:
    """Where these villages lie, so far as somebody entered it. Cost: 1 query; none for no village."""
    if not villages:
        return {}
    rows = db.execute(
        select(RegionPosition.region_code, RegionPosition.latitude, RegionPosition.longitude).where(
            RegionPosition.region_code.in_(villages)
        )
    )
    return {row.region_code: Position(row.latitude, row.longitude) for row in rows}


def weekly_limits(db: Session, teachers: Sequence[str]) -> dict[str, int]:
    """How many class sessions a week each of them takes on at most, by name, so far as they said. Cost: 1 query."""
    rows = db.execute(
        select(Teacher.name, Teacher.weekly_limit).where(
            Teacher.public_id.in_(list(teachers)), Teacher.weekly_limit.is_not(None)
        )
    )
    return {row.name: row.weekly_limit for row in rows}
