"""Where a region lies, and when it gets dark there."""

from datetime import date

import pytest

from nightschool.rules.seasons.daylight import COUNTY_SEATS, DUSK_MINUTES, Position, dark_at, position_of

VILLAGE = "511002105201"


def test_a_position_that_was_entered_comes_before_the_seat_of_the_county() -> None:
    assert position_of(VILLAGE, (29.5, 105.1), {}) == Position(29.5, 105.1)
    seat = position_of(VILLAGE, None, {"511002000000": "市中区"})
    assert seat == Position(*COUNTY_SEATS["511002"], "市中区")
    assert position_of(VILLAGE, None, {}) == Position(*COUNTY_SEATS["511002"], "511002000000")
    assert position_of("990000000000", None, {}) is None


def test_the_seats_lie_in_the_city() -> None:
    assert all(
        29 < latitude < 30.1 and 104 < longitude < 105.6 for latitude, longitude in COUNTY_SEATS.values()
    )


@pytest.mark.parametrize(
    ("day", "sunset"), [(date(2026, 6, 21), 20 * 60 + 3), (date(2026, 12, 21), 18 * 60 + 4)]
)
def test_it_is_dark_a_while_after_sunset(day: date, sunset: int) -> None:
    dark = dark_at(Position(29.59, 105.07), day, "Asia/Shanghai")
    assert dark == pytest.approx(sunset + DUSK_MINUTES, abs=4)
    assert DUSK_MINUTES == 25


def test_where_the_sun_does_not_set_it_is_never_dark() -> None:
    assert dark_at(Position(80, 20), date(2026, 6, 21), "Europe/Oslo") is None
