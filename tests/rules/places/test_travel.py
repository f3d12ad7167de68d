"""The way between villages: its length, and the minutes people should reckon with."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.places.travel import (
    ROAD_FACTOR,
    USUAL_KMH,
    Journey,
    speed_along,
    straight_km,
    way_between,
)
from nightschool.rules.seasons.daylight import Position

HERE = Position(29.59, 105.07)
PLACES = st.builds(Position, st.floats(-89, 89), st.floats(-180, 180))


def test_a_degree_of_latitude_is_111_kilometres_and_one_of_longitude_less_the_further_north() -> None:
    assert straight_km(Position(29, 105), Position(30, 105)) == pytest.approx(111.2, abs=0.1)
    assert straight_km(Position(0, 105), Position(0, 106)) == pytest.approx(111.2, abs=0.1)
    assert straight_km(Position(60, 105), Position(60, 106)) == pytest.approx(55.6, abs=0.1)
    # Neijiang to Weiyuan's county town, as maps give it
    assert straight_km(HERE, Position(29.53, 104.67)) == pytest.approx(39.3, abs=0.5)


@given(PLACES, PLACES)
def test_the_way_back_is_as_long_and_never_more_than_half_round_the_earth(
    one: Position, other: Position
) -> None:
    assert straight_km(one, other) == pytest.approx(straight_km(other, one), abs=1e-6)
    assert 0 <= straight_km(one, other) <= 20016


@pytest.mark.parametrize(
    ("km", "kmh", "minutes"),
    [(0, 30, 0), (0.1, 30, 5), (10, 30, 20), (10.1, 30, 25), (12, 20, 40), (12, 60, 15)],
)
def test_minutes_are_rounded_up_to_five(km: float, kmh: int, minutes: int) -> None:
    assert Journey(km, kmh).minutes == minutes


def test_a_way_is_known_only_where_both_ends_are() -> None:
    seat = Position(29.59, 105.08, stands_for="东兴区")
    near = Position(29.60, 105.08)
    assert way_between(HERE, None, 30) is None
    assert way_between(HERE, seat, 30) is None
    way = way_between(HERE, near, 30)
    assert way is not None and way.km == pytest.approx(straight_km(HERE, near) * ROAD_FACTOR)


def test_the_nearest_region_that_settled_it_says_how_fast_people_get_on() -> None:
    line = ("511000000000", "511002000000", "511002105000")
    assert speed_along(line, {"511000000000": 40, "511002000000": 25, "511002105000": None}) == (25, line[1])
    assert speed_along(line, {"511024000000": 60}) == (USUAL_KMH, "")
