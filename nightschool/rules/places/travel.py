"""The way from one village to another: kilometres by where they lie, and the minutes it takes at a speed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, ceil, cos, radians, sin, sqrt

from nightschool.rules.regions import settled_along
from nightschool.rules.seasons.daylight import Position

USUAL_KMH = 30  # a motorbike or a car on village roads; a region may know better
SLOWEST_KMH, FASTEST_KMH = 3, 120  # on foot; on a motorway
EARTH_KM = 6371.0  # its mean radius
ROAD_FACTOR = (
    1.4  # roads among hills wind: so much longer than the straight line, as route planners commonly find
)
STEP_MINUTES = 5  # nobody sets out to the minute
UNKNOWN_WAY_MINUTES = 60  # where the way is not known, a shorter gap than this is worth asking about
MARGIN_MINUTES = 20  # to say goodbye, start the motorbike and set up again


@dataclass(frozen=True, slots=True)
class Journey:
    """How far it is and how long that takes; nothing is known where one of the two lies nobody knows where."""

    km: float
    kmh: int

    @property
    def minutes(self) -> int:
        """How long it takes, rounded up to five minutes; nothing for no way at all."""
        return ceil(round(self.km * 60 / self.kmh, 6) / STEP_MINUTES) * STEP_MINUTES


def gap_needed(way: Journey | None) -> int:
    """The minutes there should be between two classes of one teacher with this way between them."""
    return UNKNOWN_WAY_MINUTES if way is None else way.minutes + MARGIN_MINUTES


def straight_km(one: Position, other: Position) -> float:
    """Kilometres from one position to the other as the crow flies: the haversine formula."""
    up, across = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    chord = (
        sin(up / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(across / 2) ** 2
    )
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord)))


def way_between(one: Position | None, other: Position | None, kmh: int) -> Journey | None:
    """The way by road, so far as both positions are known; a county seat that stands for a village is none."""
    if one is None or other is None or one.stands_for or other.stands_for:
        return None
    return Journey(straight_km(one, other) * ROAD_FACTOR, kmh)


def speed_along(line: Sequence[str], settled: Mapping[str, int | None]) -> tuple[int, str]:
    """How many kilometres an hour people get on, and the region that settled it; "": the usual speed.

    `line` is of regions, the largest first; of those that have settled it the nearest has the last word.
    """
    kmh, settled_by = settled_along(line, settled)
    return kmh or USUAL_KMH, settled_by
