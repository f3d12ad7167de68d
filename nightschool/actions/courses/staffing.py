"""Who teaches and where: found among what a village may call on, and written to a course or to class sessions."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from nightschool.errors import NotFound
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSessionTeacher, CourseTeacher
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.shared_venues import can_meet_at
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True)
class Staff:
    """Teachers in their order, perhaps none yet, and a venue, perhaps none yet."""

    teacher_ids: tuple[int, ...]
    venue_id: int | None


_NO_STAFF = Staff((), None)


def find_staff(
    db: Session, region_code: str, *, teachers: Sequence[str], venue: str | None, former: Staff = _NO_STAFF
) -> Staff:
    """The teachers and the venue behind these public ids. Who was put away stays where they were (`former`).

    Raises: NotFound for a teacher that is kept neither at this village nor above it, or a venue at which the village
    cannot meet, and for one that was put away.
    """
    [staff] = find_staffs(db, region_code, [(teachers, venue)], former=former)
    return staff


def find_staffs(
    db: Session,
    region_code: str,
    wanted: Sequence[tuple[Sequence[str], str | None]],
    *,
    former: Staff = _NO_STAFF,
) -> list[Staff]:
    """`find_staff` for each of these teachers with their venue, in two statements for all of them. Raises: NotFound."""
    teachers = {teacher for names, _venue in wanted for teacher in names}
    venues = {venue for _names, venue in wanted if venue is not None}
    # Who was merged into another is that other one; locked, so that nobody is between this look and the booking.
    rows = db.execute(
        select(Teacher.public_id, func.coalesce(Teacher.merged_into_id, Teacher.id).label("id"))
        .where(
            Teacher.public_id.in_(teachers),
            Teacher.region_code.in_((region_code, *ancestors_of(region_code))),
            or_(
                Teacher.retired_at.is_(None),
                Teacher.merged_into_id.is_not(None),
                Teacher.id.in_(former.teacher_ids),
            ),
        )
        .with_for_update(read=True)
    )
    ids: dict[str, int] = {row.public_id: row.id for row in rows}
    places: dict[str, int] = {}
    if venues:
        found = db.execute(
            select(Venue.public_id, Venue.id).where(
                Venue.public_id.in_(venues),
                or_(can_meet_at(region_code) & Venue.retired_at.is_(None), Venue.id == former.venue_id),
            )
        )
        places = {row.public_id: row.id for row in found}
    if ids.keys() != teachers or places.keys() != venues:
        raise NotFound
    return [
        Staff(tuple(dict.fromkeys(ids[key] for key in names)), None if venue is None else places[venue])
        for names, venue in wanted
    ]


def teachers_of_sessions(db: Session, class_session_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """The teachers of each of these class sessions, in their order; none for one that has none."""
    found = teachers_of(db, class_session_ids)
    return {key: tuple(one.id for one in found[key]) for key in class_session_ids}


def set_course_teachers(
    db: Session, course_id: int, teacher_ids: Sequence[int], *, is_new: bool = False
) -> None:
    """The course names exactly these teachers, in this order; one that `is_new` names nobody yet."""
    _set_teachers(db, CourseTeacher, "course_id", {course_id: teacher_ids}, are_new=is_new)


def set_session_teachers(
    db: Session, teachers: Mapping[int, Sequence[int]], *, are_new: bool = False
) -> None:
    """Each class session, by its id, has exactly the teachers named for it, in their order; new ones have none yet."""
    _set_teachers(db, ClassSessionTeacher, "class_session_id", teachers, are_new=are_new)


def _set_teachers(
    db: Session, table: Any, of: str, teachers: Mapping[int, Sequence[int]], *, are_new: bool
) -> None:
    if not are_new:
        db.execute(delete(table).where(getattr(table, of).in_(teachers)))
    rows = [
        {of: key, "teacher_id": teacher_id, "position": position}
        for key, teacher_ids in teachers.items()
        for position, teacher_id in enumerate(teacher_ids)
    ]
    if rows:
        db.execute(insert(table), rows)
