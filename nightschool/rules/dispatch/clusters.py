"""Wishes of many villages put together: the same topic in one cluster, and its villages in the order of the road."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from nightschool.rules.dispatch.wishes import clusters
from nightschool.rules.names import compared
from nightschool.rules.places.travel import Journey, way_between
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


def along_the_road(stops: Mapping[T, Position | None], kmh: int) -> tuple[Stop[T], ...]:
    """The villages each after the one it is nearest to, beginning with the first; those nobody knows of come last."""
    known = {key: position for key, position in stops.items() if position is not None}
    order: list[Stop[T]] = []
    last: Position | None = None
    while known:
        ways = {key: way_between(last, position, kmh) for key, position in known.items()}
        key = min(ways, key=lambda one: way.km if (way := ways[one]) else 0.0)
        order.append(Stop(key, ways[key]))
        last = known.pop(key)
    return (*order, *(Stop(key, None) for key, position in stops.items() if position is None))
