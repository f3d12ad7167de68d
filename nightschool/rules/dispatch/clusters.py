"""Wishes of many villages put together: the same topic in one cluster, and its villages in the order of the road."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
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


def whole_way(
    days: Sequence[Sequence[Stop[T]]], stops: Mapping[T, Position | None], home: Position | None, kmh: int
) -> Journey | None:
    """Each day's way from home through all of it and back, together; None where somebody's place is not known."""
    km = 0.0
    for road in days:
        ways = [*(stop.way for stop in road), way_between(stops.get(road[-1].of), home, kmh)]
        if None in ways:
            return None
        km += sum(way.km for way in ways if way)
    return Journey(km, kmh) if days else None


def off_the_road(place: Position | None, road: Iterable[Position]) -> float:
    """Kilometres to the nearest of these; as far as can be, where it lies nobody knows where."""
    return min((straight_km(place, one) for one in road), default=0.0) if place else inf


def roads(lies: Sequence[Position | None]) -> list[list[float]]:
    """Kilometres by road from each to each; none at all where one lies nobody knows where."""
    return [
        [straight_km(one, other) * ROAD_FACTOR if one and other else 0.0 for other in lies] for one in lies
    ]
