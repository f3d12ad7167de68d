"""Holding slots: the one way to take what class sessions need, and to let it go.

Bookings are never moved: a series moved row by row would collide with itself, so the old rows go before the new come.
An action that raises leaves its transaction to be rolled back, as `Database.writing` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.staffing import teachers_of_sessions
from nightschool.database import broken_constraint
from nightschool.errors import CannotSchedule
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking, ClassSession
from nightschool.queries import bookings
from nightschool.rules.conflicts import Conflict, Want
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Moment, Slot

GUARD = "booking_overlap"
LOCK_ALL = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def hold_slots(
    db: Session, class_sessions: Sequence[ClassSession], *, moment: Moment, agreed: bool = False
) -> None:
    """Each of these class sessions of one village holds its slot with its teachers and its venue, and nothing else.

    A venue for parallel use, or online, holds no slot. Free times offered with a refusal lie after `moment`. A closed
    time of a teacher or venue refuses as well, unless it was `agreed` upon; what the sessions hold already was.
    Raises: CannotSchedule.
    """
    if not class_sessions:
        return
    ids = [class_session.id for class_session in class_sessions]
    teachers = teachers_of_sessions(db, ids)
    names = _names(db, class_sessions, teachers)
    shared = _shared_venues(db, class_sessions, names)
    wants = [
        Want(
            slot_of(class_session),
            _needed(class_session, teachers[class_session.id], names),
            _venue_among(class_session, shared),
        )
        for class_session in class_sessions
    ]
    lock_slots(db, wants)

    def refusal() -> tuple[Conflict, ...]:
        village = class_sessions[0].region_code
        return bookings.conflicts(
            db,
            wants,
            names | shared,
            for_village=village,
            ignoring=ids,
            not_before=moment,
            agreed=agreed,
        )

    if conflicts := refusal():
        raise CannotSchedule(conflicts)
    try:
        with db.begin_nested():
            release_slots(db, ids)
            _insert(db, ids, wants)
    except IntegrityError as error:
        if broken_constraint(error) != GUARD:
            raise
        # Somebody booked without the lock. Their booking can be read now: they have committed, or we would still wait.
        raise CannotSchedule(refusal()) from error


def release_slots(db: Session, class_session_ids: Collection[int]) -> None:
    """These class sessions hold nothing."""
    db.execute(delete(Booking).where(Booking.class_session_id.in_(class_session_ids)))


def slot_of(class_session: ClassSession) -> Slot:
    """When it meets."""
    return Slot(class_session.day, class_session.starts, class_session.ends)


def lock_slots(db: Session, wants: Iterable[Want]) -> None:
    """Until the transaction ends nobody else looks at, or books, these resources on these days.

    PostgreSQL only: there two writers would both find a slot free, and the exclusion constraint would answer one of
    them with a deadlock. All take the keys in one order. SQLite's writers come one at a time as it is.
    """
    if db.get_bind().dialect.name != "postgresql":
        return
    keys = {lock_key(resource, want.slot.day) for want in wants for resource in want.resources}
    db.execute(LOCK_ALL, {"keys": sorted(keys)})


def lock_key(resource: Resource, day: date) -> int:
    """A number of 64 bits that stands for one resource on one day, the same in every process."""
    name = f"{resource.kind}:{resource.id}:{day.isoformat()}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)


def _names(
    db: Session, class_sessions: Iterable[ClassSession], teachers: dict[int, tuple[int, ...]]
) -> dict[Resource, str]:
    """What these sessions need that holds slots, with its name."""
    teacher_ids = {teacher_id for found in teachers.values() for teacher_id in found}
    names = {
        Resource(ResourceKind.TEACHER, teacher_id): name
        for teacher_id, name in db.execute(
            select(Teacher.id, Teacher.name).where(Teacher.id.in_(teacher_ids))
        )
    }
    venue_ids = {class_session.venue_id for class_session in class_sessions} - {None}
    # Shared lock: whether a venue may be shared does not change between this look and the booking (actions.venues).
    for venue in db.scalars(select(Venue).where(Venue.id.in_(venue_ids)).with_for_update(read=True)):
        if venue.holds_slots:
            names[Resource(ResourceKind.VENUE, venue.id)] = venue.name
    return names


def _shared_venues(
    db: Session, class_sessions: Iterable[ClassSession], holding: Collection[Resource]
) -> dict[Resource, str]:
    """The venues of these sessions that hold no slots, with their names; they may be closed all the same."""
    ids = {class_session.venue_id for class_session in class_sessions} - {None}
    ids -= {resource.id for resource in holding if resource.kind == ResourceKind.VENUE}
    if not ids:
        return {}
    rows = db.execute(select(Venue.id, Venue.name).where(Venue.id.in_(ids)))
    return {Resource(ResourceKind.VENUE, row.id): row.name for row in rows}


def _venue_among(class_session: ClassSession, venues: Collection[Resource]) -> tuple[Resource, ...]:
    return tuple(venue for venue in venues if venue.id == class_session.venue_id)


def _needed(
    class_session: ClassSession, teacher_ids: tuple[int, ...], names: dict[Resource, str]
) -> tuple[Resource, ...]:
    needed = [Resource(ResourceKind.TEACHER, teacher_id) for teacher_id in teacher_ids]
    if class_session.venue_id is not None:
        needed.append(Resource(ResourceKind.VENUE, class_session.venue_id))
    return tuple(resource for resource in needed if resource in names)


def _insert(db: Session, class_session_ids: Sequence[int], wants: Sequence[Want]) -> None:
    rows = [
        {
            "resource_kind": resource.kind,
            "resource_id": resource.id,
            "day": want.slot.day,
            "starts": want.slot.starts,
            "ends": want.slot.ends,
            "class_session_id": class_session_id,
        }
        for class_session_id, want in zip(class_session_ids, wants, strict=True)
        for resource in want.resources
    ]
    if rows:
        # One statement: a batch sent as a pipeline would be torn down noisily when the guard speaks.
        db.execute(insert(Booking).values(rows))
