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
    Wish,
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
    own = select(ClassSession.id).where(ClassSession.public_id == but_session)
    busy = bookings.busy(
        db,
        [one.resource for one in choices.by_id.values()],
        {wish.slot.day for wish in wishes},
        ignoring=own,
    )
    return Around(village, choices, busy, zone)


def _choices(db: Session, village: str, wishes: Sequence[Wish]) -> Choices:
    """Those who were put away are not among them, unless a wish names them. Cost: 2 queries."""
    return on_offer(
        db,
        village,
        teachers={teacher for wish in wishes for teacher in wish.teachers},
        venues={wish.venue for wish in wishes if wish.venue},
    )
