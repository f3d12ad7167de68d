"""What a village can have instead of slots that are taken: its other venues and teachers, and when each is busy."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession
from nightschool.queries.courses import bookings
from nightschool.queries.courses.choices import on_offer
from nightschool.rules.courses.alternatives import (
    Alternative,
    Around,
    WantedSlot,
    find_alternatives,
    find_common,
)
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.proposals import Proposal
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
    wants = [WantedSlot(one.slot, proposal.title, one.teachers, one.venue) for one in wanted]
    around = _around(db, proposal.region_code, wants, choices, zone=zone)
    return {
        one.day: find_alternatives(
            want,
            clashing[one.slot],
            around,
            not_at=[other.slot for other in dates if other is not one],
            may_leave_out=len(dates) > 1,
        )
        for one, want in zip(wanted, wants, strict=True)
    }


def for_session(
    db: Session,
    village: str,
    want: WantedSlot,
    conflicts: Sequence[Conflict],
    *,
    zone: str,
    but_session: str = "",
) -> tuple[Alternative, ...]:
    """What one class session can have instead of a slot it cannot have; its own bookings (`but_session`) do not count.

    Cost: 4 queries, none without conflicts.
    """
    found = _by_slot(conflicts).get(want.slot, ())
    if not found:
        return ()
    known = _choices(db, village, [want])
    around = _around(db, village, [want], known, zone=zone, but_session=but_session)
    return find_alternatives(want, found, around)


def for_series(
    db: Session, village: str, wants: Sequence[WantedSlot], conflicts: Sequence[Conflict], *, zone: str
) -> tuple[Alternative, ...]:
    """Other places or teachers that a whole series can have, free in all of its slots. Cost: 4 queries, or none."""
    if not wants or not conflicts:
        return ()
    around = _around(db, village, wants, _choices(db, village, wants), zone=zone)
    return find_common(wants, conflicts, around)


def _by_slot(conflicts: Iterable[Conflict]) -> Mapping[Slot, Sequence[Conflict]]:
    found: dict[Slot, list[Conflict]] = defaultdict(list)
    for conflict in conflicts:
        found[conflict.wanted].append(conflict)
    return found


def _around(
    db: Session,
    village: str,
    wants: Sequence[WantedSlot],
    choices: Choices,
    *,
    zone: str,
    but_session: str = "",
) -> Around:
    """The venues and teachers this village may choose from, and when they are busy on the days of these wants.

    Cost: 2 queries.
    """
    own = select(ClassSession.id).where(ClassSession.public_id == but_session)
    busy = bookings.busy(
        db,
        [one.resource for one in choices.by_id.values()],
        {want.slot.day for want in wants},
        ignoring=own,
    )
    return Around(village, choices, busy, zone)


def _choices(db: Session, village: str, wants: Sequence[WantedSlot]) -> Choices:
    """Those who were put away are not among them, unless a want names them. Cost: 2 queries."""
    return on_offer(
        db,
        village,
        teachers={teacher for want in wants for teacher in want.teachers},
        venues={want.venue for want in wants if want.venue},
    )
