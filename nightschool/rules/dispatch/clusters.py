"""Wishes of many villages put together: the same topic in one cluster, and its villages in the order of the road."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from nightschool.rules.dispatch.circuits import KICKS, best_order
from nightschool.rules.dispatch.wishes import clusters
from nightschool.rules.names import compared
from nightschool.rules.places.travel import ROAD_FACTOR, Journey, straight_km, way_between
from nightschool.rules.seasons.daylight import Position

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stop(Generic[T]):
    """One village on the road, and the way there from the one before; None: nobody knows it."""

    of: T
    way: Journey | None


def same_topics(topics: Sequence[str]) -> list[list[int]]:
    """As `clusters`, of many: what is written alike is looked at once."""
    places: dict[str, list[int]] = {}
    for place, topic in enumerate(topics):
        places.setdefault(compared(topic), []).append(place)
    written = list(places)
    return [
        sorted(place for one in cluster for place in places[written[one]]) for cluster in clusters(written)
    ]


def along_the_road(
    stops: Mapping[T, Position | None], kmh: int, home: Position | None = None
) -> tuple[Stop[T], ...]:
    """The villages in the order of the shortest way through them, from `home` and back to it where it is known.

    Those nobody knows of come last.
    """
    known = [key for key, position in stops.items() if position is not None]
    lies = [home, *(stops[key] for key in known)]
    order = best_order(roads(lies), kicks=0 if home is None else KICKS)
    if home is None and order and order[-1] < order[0]:  # it is as long either way round
        order.reverse()
    found = [
        Stop(known[one - 1], way_between(lies[before], lies[one], kmh))
        for before, one in pairwise([0, *order])
    ]
    return (*found, *(Stop(key, None) for key, position in stops.items() if position is None))


def way_home(
    road: Sequence[Stop[T]], stops: Mapping[T, Position | None], home: Position | None, kmh: int
) -> Journey | None:
    """The whole way from home through all of them and back; None where somebody's place is not known."""
    if not road or any(stop.way is None for stop in road):
        return None
    back = way_between(stops[road[-1].of], home, kmh)
    return back and Journey(back.km + sum(stop.way.km for stop in road if stop.way), kmh)


def roads(lies: Sequence[Position | None]) -> list[list[float]]:
    """Kilometres by road from each to each; none at all where one lies nobody knows where."""
    return [
        [straight_km(one, other) * ROAD_FACTOR if one and other else 0.0 for other in lies] for one in lies
    ]
