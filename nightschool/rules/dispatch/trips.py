"""A trip (巡回): one teacher in several villages along the road, in a day or on the days that follow."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from nightschool.errors import Refused
from nightschool.rules.dispatch.clusters import Stop
from nightschool.rules.places.travel import STEP_MINUTES, gap_needed
from nightschool.rules.slots import Slot

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
