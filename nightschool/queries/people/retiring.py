"""A record that is to be put away, and what still counts on it: the class sessions to come, as far as one may know."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.courses.sessions import is_over
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.people.retiring import RecordKind, StillBooked
from nightschool.rules.slots import Moment, Slot

MOST_TOLD = 200

# The column that a record of each kind is called by.
NAME_OF: dict[RecordKind, Any] = {
    RecordKind.LEARNER: Learner.name,
    RecordKind.TEACHER: Teacher.name,
    RecordKind.VENUE: Venue.name,
    RecordKind.COURSE: Course.title,
}


@dataclass(frozen=True, slots=True)
class Retirable:
    """A record that can be put away."""

    id: int
    public_id: str
    name: str
    region_code: str
    is_retired: bool
    version: int


def retirable(db: Session, kind: RecordKind, public_id: str) -> Retirable | None:
    """The record; None when there is no such. Cost: 1 query."""
    name = NAME_OF[kind]
    model = name.class_
    row = db.execute(
        select(
            model.id, model.public_id, name, model.region_code, model.retired_at.is_not(None), model.version
        ).where(model.public_id == public_id)
    ).one_or_none()
    return Retirable(*row) if row else None


def still_booked(
    db: Session, kind: RecordKind, key: int, *, home: str, at: Moment
) -> tuple[StillBooked, ...]:
    """The class sessions to come with this teacher, at this venue or of this course, the soonest first.

    None count on a learner. Cost: 1 query.
    `home` is where the record is kept; what another village has in draft shows neither its title nor its address.
    """
    if kind is RecordKind.LEARNER:
        return ()
    rows = db.execute(
        select(
            ClassSession.public_id,
            ClassSession.title,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            ClassSession.region_code,
            Region.name.label("village"),
        )
        .join(Region, Region.code == ClassSession.region_code)
        .where(_counts_on(kind, key), ClassSession.status.in_(TO_COME), ~is_over(at))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
        .limit(MOST_TOLD)
    )
    found = []
    for row in rows:
        is_private = row.status == SessionStatus.DRAFT and row.region_code != home
        found.append(
            StillBooked(
                slot=Slot(row.day, row.starts, row.ends),
                village_code=row.region_code,
                village=row.village,
                title="" if is_private else row.title,
                class_session="" if is_private else row.public_id,
            )
        )
    return tuple(found)


def _counts_on(kind: RecordKind, key: int) -> ColumnElement[bool]:
    match kind:
        case RecordKind.TEACHER:
            taught = select(ClassSessionTeacher.class_session_id).where(ClassSessionTeacher.teacher_id == key)
            return ClassSession.id.in_(taught)
        case RecordKind.VENUE:
            return ClassSession.venue_id == key
        case _:
            return ClassSession.course_id == key
