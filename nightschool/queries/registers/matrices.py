"""Registers side by side: who came to which class, of one class, a course or a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.registers.attendance import Register, RegisterPerson, register
from nightschool.rules.names import compared
from nightschool.rules.seasons.months import Month

MOST_CLASSES = 60  # side by side: more is no table any more


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One person: a learner by group and name, or a guest by home and name, with the mark of each class.

    `marks`: the code of what was recorded, empty: nothing; `came_instead` who of the family came, beside it.
    """

    name: str
    group: str
    is_guest: bool
    marks: tuple[str, ...]
    came_instead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The held classes in their order, everybody who was expected or came, and what was counted without names."""

    title: str  # of the course or class; empty for a month
    region_code: str
    village: str
    registers: tuple[Register, ...]
    rows: tuple[MatrixRow, ...]


class CourseMeeting(NamedTuple):
    """One class session of a course that is held or is to be."""

    day: date
    starts: int
    ends: int
    title: str


def of_class_session(db: Session, class_session: str) -> Matrix | None:
    """The register of one class; None when there is no such class. Cost: as its register."""
    found = register(db, class_session)
    return _matrix(db, [found], found.title, found.region_code, found.village) if found else None


def of_course(db: Session, course: str) -> Matrix | None:
    """The registers of a course, the last sixty; None when there is no such course. Cost: 2 queries, and 5 a class."""
    found = db.execute(
        select(Course.id, Course.title, Course.region_code).where(Course.public_id == course)
    ).one_or_none()
    if found is None:
        return None
    registers = _registers(db, _HELD.where(ClassSession.course_id == found.id))
    return _matrix(db, registers, found.title, found.region_code)


def meetings_of_course(db: Session, course: str) -> tuple[CourseMeeting, ...]:
    """Its class sessions that are held or were announced to be, in their order. Cost: 1 query."""
    rows = db.execute(
        select(ClassSession.day, ClassSession.starts, ClassSession.ends, ClassSession.title)
        .join(Course, Course.id == ClassSession.course_id)
        .where(
            Course.public_id == course,
            ClassSession.status.in_((SessionStatus.SCHEDULED, SessionStatus.HELD)),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )
    return tuple(CourseMeeting(*row) for row in rows)


def of_month(db: Session, village: str, month: Month) -> Matrix:
    """The registers of a village's month, the last sixty. Cost: 1 query, and 5 a class."""
    inside = ClassSession.day.between(month.first, month.last)
    registers = _registers(db, _HELD.where(ClassSession.region_code == village, inside))
    return _matrix(db, registers, "", village)


_HELD = select(ClassSession.public_id).where(ClassSession.status == SessionStatus.HELD)


def _registers(db: Session, which: Select[str]) -> list[Register]:
    last = which.order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    names = reversed(db.scalars(last.limit(MOST_CLASSES)).all())
    return [found for found in (register(db, name) for name in names) if found is not None]


def _matrix(
    db: Session, registers: Sequence[Register], title: str, region_code: str, village: str = ""
) -> Matrix:
    people: dict[str, RegisterPerson] = {}
    for one in registers:
        expected = {person.public_id for person in one.expected}
        people |= {who.public_id: who for who in one.people if who.status or who.public_id in expected}
    ordered = sorted(people.values(), key=lambda who: (who.group_order, who.name_key, who.public_id))
    marked = [{who.public_id: who for who in one.people} for one in registers]
    rows = [_row(who, [those.get(who.public_id) for those in marked]) for who in ordered]
    return Matrix(
        title, region_code, village or _name_of(registers), tuple(registers), (*rows, *_guests(registers))
    )


def _row(who: RegisterPerson, at: Sequence[RegisterPerson | None]) -> MatrixRow:
    marks = tuple((one.status or "") if one else "" for one in at)
    instead = tuple(one.came_instead if one else "" for one in at)
    return MatrixRow(who.name, who.group_name, False, marks, instead)


def _guests(registers: Sequence[Register]) -> list[MatrixRow]:
    named: dict[tuple[str, str], tuple[str, str]] = {}
    came: set[tuple[tuple[str, str], int]] = set()
    for number, one in enumerate(registers):
        for guest in one.guests:
            key = compared(guest.name), compared(guest.home)
            named.setdefault(key, (guest.name, guest.home))
            came.add((key, number))
    nobody = ("",) * len(registers)
    return [
        MatrixRow(
            name,
            home,
            True,
            tuple("present" if (key, number) in came else "" for number in range(len(registers))),
            nobody,
        )
        for key, (name, home) in named.items()
    ]


def _name_of(registers: Sequence[Register]) -> str:
    return registers[0].village if registers else ""


def months_with_registers(db: Session, village: str, *, today: date, most: int = 12) -> tuple[Month, ...]:
    """The months of the last year in which this village has registers, the latest first. Cost: 1 query."""
    days = db.scalars(
        select(ClassSession.day)
        .where(
            ClassSession.region_code == village,
            ClassSession.status == SessionStatus.HELD,
            ClassSession.day <= today,
        )
        .order_by(ClassSession.day.desc())
        .limit(400)
    )
    return tuple(dict.fromkeys(Month(day.year, day.month) for day in days))[:most]
