"""Courses as their coordinator sees them, and what there is to choose from when one is scheduled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import Category, ClassSession, Course, CourseTeacher
from nightschool.queries import sessions
from nightschool.queries.sessions import SessionLine
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Moment
from nightschool.texts import SOURCE_LANGUAGE, language


@dataclass(frozen=True, slots=True)
class TeacherChoice:
    """A teacher the village can call on."""

    public_id: str
    name: str
    unit: str
    is_own: bool  # kept at the village itself


@dataclass(frozen=True, slots=True)
class Choices:
    """What a course of this village can be made of: {code or public id: name}, in the order to offer them."""

    village: str
    categories: dict[str, str]
    teachers: tuple[TeacherChoice, ...]
    venues: dict[str, str]
    usual_venue: str  # public id; empty: none


@dataclass(frozen=True, slots=True)
class CoursePage:
    """One course with its sessions, and the values its form starts from."""

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
    coming: tuple[SessionLine, ...]  # the soonest first
    past: tuple[SessionLine, ...]  # the latest first


@dataclass(frozen=True, slots=True)
class CourseLine:
    """One course in a list: how many sessions it has, and from when to when."""

    public_id: str
    title: str
    sessions: int
    first: date
    last: date


def choices(db: Session, village: str) -> Choices:
    """What a course of this village can be made of; teachers are those kept there and above it. Cost: 4 queries."""
    place = db.execute(
        select(Region.name, Venue.public_id)
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .outerjoin(Venue, Venue.id == NightSchool.usual_venue_id)
        .where(Region.code == village)
    ).one()
    teachers = db.execute(
        select(Teacher.public_id, Teacher.name, Teacher.unit, Teacher.region_code, Teacher.name_key).where(
            Teacher.region_code.in_((village, *ancestors_of(village)))
        )
    ).all()
    venues = db.execute(
        select(Venue.public_id, Venue.name).where(Venue.region_code == village).order_by(Venue.id)
    )
    # The nearest first: a village's code is greater than its township's, and so on up.
    nearest = sorted(
        sorted(teachers, key=lambda row: row.name_key), key=lambda row: row.region_code, reverse=True
    )
    return Choices(
        village=place.name,
        categories=categories(db),
        teachers=tuple(
            TeacherChoice(row.public_id, row.name, row.unit, row.region_code == village) for row in nearest
        ),
        venues={row.public_id: row.name for row in venues},
        usual_venue=place.public_id or "",
    )


def categories(db: Session) -> dict[str, str]:
    """The categories in use, named in the current language."""
    rows = db.execute(select(Category.code, Category.name, Category.name_en).order_by(Category.position))
    return {row.code: _category_name(row) for row in rows}


def _category_name(row: Any) -> str:
    return str(row.name if language() == SOURCE_LANGUAGE else row.name_en)


def course(db: Session, public_id: str, *, at: Moment) -> CoursePage | None:
    """One course with all its sessions; None when there is no such course. Cost: 4 queries."""
    row = db.execute(
        select(
            Course,
            Region.name.label("village"),
            Venue.public_id.label("venue_id"),
            Venue.name.label("venue"),
            Category.name,
            Category.name_en,
        )
        .join(Region, Region.code == Course.region_code)
        .join(Category, Category.code == Course.category_code)
        .outerjoin(Venue, Venue.id == Course.venue_id)
        .where(Course.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    found: Course = row.Course
    teachers = db.execute(
        select(Teacher.public_id, Teacher.name)
        .join(CourseTeacher, CourseTeacher.teacher_id == Teacher.id)
        .where(CourseTeacher.course_id == found.id)
        .order_by(CourseTeacher.position)
    ).all()
    rows = db.execute(
        sessions.line_columns()
        .where(ClassSession.course_id == found.id)
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    every = sessions.lines(db, rows)
    return CoursePage(
        public_id=public_id,
        region_code=found.region_code,
        village=row.village,
        title=found.title,
        category_code=found.category_code,
        category=_category_name(row),
        summary=found.summary,
        venue_id=row.venue_id or "",
        venue=row.venue or "",
        teacher_ids=tuple(teacher.public_id for teacher in teachers),
        teachers=tuple(teacher.name for teacher in teachers),
        starts=found.starts,
        ends=found.ends,
        skipped=tuple(date.fromisoformat(day) for day in found.skipped_dates),
        drafts=sum(line.status == "draft" for line in every),
        version=found.version,
        coming=tuple(line for line in every if line.slot.finishes > at),
        past=tuple(line for line in reversed(every) if line.slot.finishes <= at),
    )


def courses(db: Session, village: str, *, limit: int = 100) -> tuple[CourseLine, ...]:
    """The village's courses, the one with the latest session first. Cost: 1 query."""
    rows = db.execute(
        select(
            Course.public_id,
            Course.title,
            func.count(ClassSession.id),
            func.min(ClassSession.day),
            func.max(ClassSession.day).label("last"),
        )
        .join(ClassSession, ClassSession.course_id == Course.id)
        .where(Course.region_code == village)
        .group_by(Course.id, Course.public_id, Course.title)
        .order_by(func.max(ClassSession.day).desc(), Course.id.desc())
        .limit(limit)
    )
    return tuple(CourseLine(*row) for row in rows)
