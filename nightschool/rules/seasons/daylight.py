"""When it gets dark: sunset at a village's position, or at its county's seat where none is entered."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

DUSK_MINUTES = 25  # after sunset one still sees the path


@dataclass(frozen=True, slots=True)
class Position:
    """Where on the globe, in degrees; whose position it is, when it is not the village's own."""

    latitude: float
    longitude: float
    stands_for: str = ""  # the name of the county whose seat it is


# To a hundredth of a degree, which is half a minute of sunset at most; read off a map.
COUNTY_SEATS = {
    "511002": (29.59, 105.07),
    "511011": (29.59, 105.08),
    "511024": (29.53, 104.67),
    "511025": (29.76, 104.85),
    "511083": (29.34, 105.29),
}


def dark_at(position: Position, day: date, zone: str) -> int | None:
    """The minute of that day's wall clock at which it is dark; None where the sun does not set."""
    return _dark_at(position.latitude, position.longitude, day, zone)


@lru_cache(maxsize=8192)
def _dark_at(latitude: float, longitude: float, day: date, zone: str) -> int | None:
    from astral import Observer
    from astral.sun import sunset

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sets = sunset(Observer(latitude, longitude), date=day, tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return sets.hour * 60 + sets.minute + DUSK_MINUTES


def known_seat(region_code: str) -> tuple[float, float] | None:
    """The position of the seat of the county a region lies in; None where we have none."""
    return COUNTY_SEATS.get(region_code[:6])


def position_of(
    region_code: str, entered: tuple[float, float] | None, names: Mapping[str, str]
) -> Position | None:
    """Where a region lies: as it was entered, else at the seat of its county, whose name is among these."""
    if entered is not None:
        return Position(*entered)
    seat = known_seat(region_code)
    county = region_code[:6] + "000000"
    return Position(*seat, names.get(county, county)) if seat else None
