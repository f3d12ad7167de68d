"""Holding slots: the one way to take what class sessions need, and to let it go.

Bookings are never moved: a series moved row by row would collide with itself, so the old rows go before the new come.
An action that raises leaves its transaction to be rolled back, as `Database.writing` does.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.database import broken_constraint
from nightschool.errors import CannotSchedule
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking, ClassSession
from nightschool.queries.courses import bookings
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.conflicts import Conflict, Want, want_of
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Moment, Slot

GUARD = "booking_overlap"
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key")


def hold_slots(
    db: Session,
    class_sessions: Sequence[ClassSession],
    *,
    moment: Moment,
    agreed: bool = False,
    are_new: bool = False,
) -> None:
    """Each of these class sessions holds its slot with its teachers and its venue, and nothing else.

    A refusal calls venues as the village of the first of them does.

    A venue for parallel use, or online, holds no slot. Free times offered with a refusal lie after `moment`. A closed
    time of a teacher or venue refuses as well, unless it was `agreed` upon; what the sessions hold already was. Those
    that `are_new` hold nothing yet.
    Raises: CannotSchedule.
    """
    if not class_sessions:
        return
    ids = [class_session.id for class_session in class_sessions]
    holding = [] if are_new else ids
    teachers = teachers_of(db, ids)
    village = class_sessions[0].region_code
    venues = _venues(db, class_sessions)
    names = {Resource(ResourceKind.TEACHER, one.id): one.name for them in teachers.values() for one in them}
    names |= {Resource(ResourceKind.VENUE, key): called for key, (_venue, called) in venues.items()}
    shared = {key for key, (venue, _called) in venues.items() if not venue.holds_slots}
    wants = [
        want_of(slot_of(one), [teacher.id for teacher in teachers[one.id]], one.venue_id, shared=shared)
        for one in class_sessions
    ]
    lock_slots(db, wants)

    def refusal() -> tuple[Conflict, ...]:
        return bookings.conflicts(
            db,
            wants,
            names,
            for_village=village,
            ignoring=holding,
            not_before=moment,
            agreed=agreed,
        )

    if conflicts := refusal():
        raise CannotSchedule(conflicts)
    try:
        with db.begin_nested():
            release_slots(db, holding)
            _insert(db, ids, wants)
    except IntegrityError as error:
        if broken_constraint(error) != GUARD:
            raise
        # Somebody booked without the lock. Their booking can be read now: they have committed, or we would still wait.
        raise CannotSchedule(refusal()) from error


def release_slots(db: Session, class_session_ids: Collection[int]) -> None:
    """These class sessions hold nothing."""
    if class_session_ids:
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
    db.execute(_LOCK_ALL, {"keys": sorted(keys)})


def lock_key(resource: Resource, day: date) -> int:
    """A number of 64 bits that stands for one resource on one day, the same in every process."""
    name = f"{resource.kind}:{resource.id}:{day.isoformat()}".encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)


def _venues(db: Session, class_sessions: Sequence[ClassSession]) -> dict[int, tuple[Venue, str]]:
    """The venues of these sessions, as their village calls them. Cost: 1 query; none where there are none."""
    ids = {class_session.venue_id for class_session in class_sessions} - {None}
    if not ids:
        return {}
    # Shared lock: whether a venue may be shared (actions.places.venues) does not change until it is booked.
    wanted = select(Venue, venue_name(class_sessions[0].region_code)).where(Venue.id.in_(ids))
    found = db.execute(wanted.with_for_update(read=True, of=Venue))
    return {venue.id: (venue, called) for venue, called in found}


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
