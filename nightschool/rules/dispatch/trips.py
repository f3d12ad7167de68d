"""A trip (巡回): one teacher in several villages along the road, in a day or on the days that follow."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from nightschool.errors import Refused
from nightschool.rules.almanac import clock
from nightschool.rules.dispatch.circuits import MOST_EXACT
from nightschool.rules.dispatch.clusters import Stop, along_the_road
from nightschool.rules.places.travel import STEP_MINUTES, Journey, gap_needed
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import _

MOST_A_DAY = MOST_EXACT  # villages: so many are still put into the best order there is
MOST_STOPS = 40
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

    What would end too late in a day, or is more than a day's villages, or everything where it is to be `one_a_day`, is
    on the next day at the first hour.
    """
    found: list[tuple[Stop[T], Slot]] = []
    most = 1 if one_a_day else MOST_A_DAY
    for stop in road:
        slot = first
        if found:
            last = found[-1][1]
            starts = -(-(last.ends + gap_needed(stop.way)) // STEP_MINUTES) * STEP_MINUTES
            today = sum(slot.day == last.day for _stop, slot in found[-most:])
            if today == most or starts + first.minutes > max(LATEST_END, first.ends):
                slot = Slot(last.day + timedelta(days=1), first.starts, first.ends)
            else:
                slot = Slot(last.day, starts, starts + first.minutes)
        found.append((stop, slot))
    return tuple(found)


def plan_days(
    stops: Mapping[T, Position | None], first: Slot, kmh: int, *, home: Position | None, one_a_day: bool
) -> tuple[tuple[tuple[Stop[T], Slot], ...], ...]:
    """A trip day by day: along the road through all of them, and each day the best way from home and back.

    Where nobody knows the home it is the best way from one to the other.
    """
    left = [stop.of for stop in along_the_road(stops, kmh, home)]
    days: list[tuple[tuple[Stop[T], Slot], ...]] = []
    while left:
        start = Slot(first.day + timedelta(days=len(days)), first.starts, first.ends)
        # A village less, where the best way from home is the longer one between them.
        for most in range(1 if one_a_day else min(len(left), MOST_A_DAY), 0, -1):
            road = along_the_road({key: stops[key] for key in left[:most]}, kmh, home)
            planned = plan_trip(road, start, one_a_day=one_a_day)
            if planned[-1][1].day == start.day:
                break
        days.append(planned)
        left = left[most:]
    return tuple(days)


class Leg(NamedTuple):
    """A stop of a trip that was offered already: when, the way from the one before it now, and if it is agreed."""

    village: str
    slot: Slot
    way: Journey | None
    is_agreed: bool
    day_begins: int  # the trip, on that day, as it was planned


def moved_up(legs: Sequence[Leg], at: Moment) -> dict[int, Slot]:
    """Which of these (by place) could begin earlier on their day, since a village before them has said no, and when.

    Who is the first of a day now can begin when the day was to begin. What a village has agreed to stays; nobody is
    ever asked to come later, or for a time that is over.
    """
    found: dict[int, Slot] = {}
    for place, leg in enumerate(legs):
        starts = leg.day_begins
        if place and (last := found.get(place - 1, legs[place - 1].slot)).day == leg.slot.day:
            starts = -(-(last.ends + gap_needed(leg.way)) // STEP_MINUTES) * STEP_MINUTES
        earlier = Slot(leg.slot.day, starts, starts + leg.slot.minutes)
        if at < earlier.begins < leg.slot.begins and not leg.is_agreed:
            found[place] = earlier
    return found


def tell_moved_up(legs: Sequence[Leg], at: Moment) -> tuple[str, ...]:
    """A sentence each: who could come earlier, and who stays, for they have agreed; none where nothing changes."""
    earlier = moved_up(legs, at)
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
