"""A trip (巡回): one teacher in several villages along the road, in a day or on the days that follow."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple, TypeVar

from nightschool.errors import Refused
from nightschool.rules.almanac import clock
from nightschool.rules.dispatch.clusters import Stop
from nightschool.rules.places.travel import STEP_MINUTES, Journey, gap_needed
from nightschool.rules.slots import Slot
from nightschool.texts import _

MOST_STOPS = 8
LATEST_END = 21 * 60 + 30  # then people go home, and who has further stops goes there the day after

T = TypeVar("T")


def check_trip(stops: int) -> None:
    """Raises Refused with `few_stops` or `many_stops` unless so many villages make a trip."""
    if stops < 2:
        raise Refused("few_stops", field="wishes")
    if stops > MOST_STOPS:
        raise Refused("many_stops", field="wishes", most=MOST_STOPS)


def plan_trip(road: Sequence[Stop[T]], first: Slot, *, one_a_day: bool) -> tuple[tuple[Stop[T], Slot], ...]:
    """When the teacher is in each of these villages: as long as in the first one, with the way and a margin in between.

    What would end too late in a day, or everything where it is to be `one_a_day`, is on the next day at the first hour.
    """
    found: list[tuple[Stop[T], Slot]] = []
    for stop in road:
        slot = first
        if found:
            last = found[-1][1]
            starts = -(-(last.ends + gap_needed(stop.way)) // STEP_MINUTES) * STEP_MINUTES
            if one_a_day or starts + first.minutes > max(LATEST_END, first.ends):
                slot = Slot(last.day + timedelta(days=1), first.starts, first.ends)
            else:
                slot = Slot(last.day, starts, starts + first.minutes)
        found.append((stop, slot))
    return tuple(found)


class Leg(NamedTuple):
    """A stop of a trip that was offered already: when, the way from the one before it now, and if it is agreed."""

    village: str
    slot: Slot
    way: Journey | None
    is_agreed: bool


def moved_up(legs: Sequence[Leg]) -> dict[int, Slot]:
    """Which of these (by place) could begin earlier on their day, since a village before them has said no, and when.

    What a village has agreed to stays, and so does the first of a day; nobody is ever asked to come later.
    """
    found: dict[int, Slot] = {}
    for place, (before, leg) in enumerate(pairwise(legs), 1):
        last = found.get(place - 1, before.slot)
        starts = -(-(last.ends + gap_needed(leg.way)) // STEP_MINUTES) * STEP_MINUTES
        if last.day == leg.slot.day and starts < leg.slot.starts and not leg.is_agreed:
            found[place] = Slot(leg.slot.day, starts, starts + leg.slot.minutes)
    return found


def tell_moved_up(legs: Sequence[Leg]) -> tuple[str, ...]:
    """A sentence each: who could come earlier, and who stays, for they have agreed; none where nothing changes."""
    earlier = moved_up(legs)
    if not earlier:
        return ()
    told = [
        _(
            "%(village)s可以从 %(before)s 提前到 %(after)s。",
            village=legs[place].village,
            before=clock(legs[place].slot.starts),
            after=clock(slot.starts),
        )
        for place, slot in earlier.items()
    ]
    stay = [leg.village for leg in legs if leg.is_agreed]
    if stay:
        told.append(_("%(villages)s已经接了，时间不动。", villages=_("、").join(stay)))
    return tuple(told)
