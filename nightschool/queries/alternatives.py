"""What a village can have instead of slots that are taken: its other venues and teachers, and when each is busy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from nightschool.models.teaching import Booking, ClassSession
from nightschool.queries.choices import on_offer
from nightschool.queries.closed_times import closed_times
from nightschool.rules.alternatives import (
    Alternative,
    Around,
    Wish,
    find_alternatives,
    find_common,
)
from nightschool.rules.choices import Choices
from nightschool.rules.conflicts import Conflict
from nightschool.rules.proposals import Proposal, Resource, ResourceKind
from nightschool.rules.slots import Slot


def for_proposal(
    db: Session, proposal: Proposal, conflicts: Sequence[Conflict], choices: Choices, *, zone: str
) -> dict[date, tuple[Alternative, ...]]:
    """For each date of a proposal that cannot be had, which of these choices, or what time, can instead.

    Cost: 2 queries, none without conflicts.
    """
    dates = proposal.dates
    clashing = _by_slot(conflicts)
    wanted = [one for one in dates if one.slot in clashing]
    if not wanted:
        return {}
    wishes = [Wish(one.slot, proposal.title, one.teachers, one.venue) for one in wanted]
    around = _around(db, proposal.region_code, wishes, choices, zone=zone)
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
    known = _choices(db, village, [wish])
    around = _around(db, village, [wish], known, zone=zone, but_session=but_session)
    return find_alternatives(wish, found, around)


def for_series(
    db: Session, village: str, wishes: Sequence[Wish], conflicts: Sequence[Conflict], *, zone: str
) -> tuple[Alternative, ...]:
    """Other places or teachers that a whole series can have, free in all of its slots. Cost: 4 queries, or none."""
    if not wishes or not conflicts:
        return ()
    around = _around(db, village, wishes, _choices(db, village, wishes), zone=zone)
    return find_common(wishes, conflicts, around)


def _by_slot(conflicts: Iterable[Conflict]) -> Mapping[Slot, Sequence[Conflict]]:
    found: dict[Slot, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        found[conflict.wanted].append(conflict)
    return found


def _around(
    db: Session, village: str, wishes: Sequence[Wish], choices: Choices, *, zone: str, but_session: str = ""
) -> Around:
    """The venues and teachers this village may choose from, and when they are busy on the days of these wishes.

    Cost: 2 queries.
    """
    resources = [one.resource for one in choices.by_id.values()]
    days = {wish.slot.day for wish in wishes}
    busy = _booked(db, resources, days, but_session)
    for resource, times in closed_times(db, resources, min(days), max(days)).items():
        busy[resource] += [slot for day in days for time in times if (slot := time.on(day)) is not None]
    return Around(village, choices, busy, zone)


def _choices(db: Session, village: str, wishes: Sequence[Wish]) -> Choices:
    """Those who were put away are not among them, unless a wish names them. Cost: 2 queries."""
    return on_offer(
        db,
        village,
        teachers={teacher for wish in wishes for teacher in wish.teachers},
        venues={wish.venue for wish in wishes if wish.venue},
    )


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
