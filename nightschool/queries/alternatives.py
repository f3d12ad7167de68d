"""What a village can have instead of slots that are taken: its other venues and teachers, and when each is busy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue, VenueKind
from nightschool.models.teaching import Booking, ClassSession
from nightschool.queries.closed_times import closed_times
from nightschool.rules.alternatives import (
    Alternative,
    Around,
    Person,
    Place,
    Wish,
    find_alternatives,
    find_common,
)
from nightschool.rules.conflicts import Conflict
from nightschool.rules.proposals import Proposal, Resource, ResourceKind
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Slot


def for_proposal(
    db: Session, proposal: Proposal, conflicts: Sequence[Conflict], *, zone: str
) -> dict[date, tuple[Alternative, ...]]:
    """For each date of a proposal that cannot be had, what can instead. Cost: 4 queries, none without conflicts."""
    dates = proposal.dates
    clashing = _by_slot(conflicts)
    wanted = [one for one in dates if one.slot in clashing]
    if not wanted:
        return {}
    wishes = [Wish(one.slot, proposal.title, one.teachers, one.venue) for one in wanted]
    around = surroundings(db, proposal.region_code, wishes, zone=zone)
    return {
        one.day: find_alternatives(
            wish,
            clashing[one.slot],
            around,
            not_at=[other.slot for other in dates if other is not one],
            may_leave_out=len(dates) > 1,
        )
        for one, wish in zip(wanted, wishes, strict=True)
    }


def for_session(
    db: Session,
    village: str,
    wish: Wish,
    conflicts: Sequence[Conflict],
    *,
    zone: str,
    but_session: str = "",
) -> tuple[Alternative, ...]:
    """What one class session can have instead of a slot it cannot have; its own bookings (`but_session`) do not count.

    Cost: 4 queries, none without conflicts.
    """
    found = _by_slot(conflicts).get(wish.slot, ())
    if not found:
        return ()
    around = surroundings(db, village, [wish], zone=zone, but_session=but_session)
    return find_alternatives(wish, found, around)


def for_series(
    db: Session, village: str, wishes: Sequence[Wish], conflicts: Sequence[Conflict], *, zone: str
) -> tuple[Alternative, ...]:
    """Other places or teachers that a whole series can have, free in all of its slots. Cost: 4 queries, or none."""
    if not wishes or not conflicts:
        return ()
    return find_common(wishes, conflicts, surroundings(db, village, wishes, zone=zone))


def _by_slot(conflicts: Iterable[Conflict]) -> Mapping[Slot, Sequence[Conflict]]:
    found: dict[Slot, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        found[conflict.wanted].append(conflict)
    return found


def surroundings(
    db: Session, village: str, wishes: Sequence[Wish], *, zone: str, but_session: str = ""
) -> Around:
    """The venues and teachers this village may choose from, and when they are busy on the days of these wishes.

    Those who were put away are not among them, unless a wish names them. Cost: 4 queries.
    """
    places = _places(db, village, {wish.venue for wish in wishes if wish.venue})
    people = _people(db, village, {teacher for wish in wishes for teacher in wish.teachers})
    resources = [person.resource for person in people] + [place.resource for place in places]
    days = {wish.slot.day for wish in wishes}
    busy = _booked(db, resources, days, but_session)
    for resource, times in closed_times(db, resources, min(days), max(days)).items():
        busy[resource] += [slot for day in days for time in times if (slot := time.on(day)) is not None]
    return Around(village, places, people, busy, zone)


def _places(db: Session, village: str, chosen: Collection[str]) -> list[Place]:
    rows = db.execute(
        select(
            Venue.id,
            Venue.public_id,
            Venue.name,
            Venue.kind,
            Venue.seats,
            Venue.is_lit,
            Venue.is_covered,
        )
        .where(Venue.region_code == village, or_(Venue.retired_at.is_(None), Venue.public_id.in_(chosen)))
        .order_by(Venue.id)
    )
    return [
        Place(
            public_id=row.public_id,
            name=row.name,
            resource=Resource(ResourceKind.VENUE, row.id),
            seats=row.seats,
            is_lit=row.is_lit,
            is_covered=row.is_covered,
            is_online=row.kind == VenueKind.ONLINE,
        )
        for row in rows
    ]


def _people(db: Session, village: str, chosen: Collection[str]) -> list[Person]:
    rows = db.execute(
        select(
            Teacher.id,
            Teacher.public_id,
            Teacher.name,
            Teacher.region_code,
            Teacher.unit,
            Teacher.kind,
            Teacher.specialities,
        )
        .where(
            Teacher.region_code.in_((village, *ancestors_of(village))),
            or_(Teacher.retired_at.is_(None), Teacher.public_id.in_(chosen)),
        )
        .order_by(Teacher.id)
    )
    return [
        Person(
            public_id=row.public_id,
            name=row.name,
            resource=Resource(ResourceKind.TEACHER, row.id),
            region_code=row.region_code,
            unit=row.unit,
            kind=row.kind,
            specialities=row.specialities,
        )
        for row in rows
    ]


def _booked(
    db: Session, resources: Collection[Resource], days: Collection[date], but_session: str
) -> dict[Resource, list[Slot]]:
    """When each is booked on these days, by the index of resource and day; what may be shared has no bookings."""
    busy: dict[Resource, list[Slot]] = defaultdict(list)
    ids: dict[ResourceKind, list[int]] = defaultdict(list)
    for resource in resources:
        ids[resource.kind].append(resource.id)
    if not ids:
        return busy
    held = select(
        Booking.resource_kind, Booking.resource_id, Booking.day, Booking.starts, Booking.ends
    ).where(
        or_(
            *(
                and_(Booking.resource_kind == kind, Booking.resource_id.in_(found))
                for kind, found in ids.items()
            )
        ),
        Booking.day.in_(days),
    )
    if but_session:
        own = select(ClassSession.id).where(ClassSession.public_id == but_session)
        held = held.where(Booking.class_session_id.not_in(own))
    for kind, number, day, starts, ends in db.execute(held):
        busy[Resource(ResourceKind(kind), number)].append(Slot(day, starts, ends))
    return busy
