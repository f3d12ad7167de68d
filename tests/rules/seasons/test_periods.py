"""Weeks and months that a supervisor looks at."""

from datetime import date

import pytest

from nightschool.rules.seasons.months import Month
from nightschool.rules.seasons.periods import Period, tell_period, week_of, whole_month

WEEK = Period("week", date(2026, 11, 23), date(2026, 11, 29))


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 29)])
def test_a_week_goes_from_monday_to_sunday(day: date) -> None:
    assert week_of(day) == WEEK
    assert (WEEK.before, WEEK.after) == (date(2026, 11, 22), date(2026, 11, 30))


def test_a_month_has_all_its_days() -> None:
    assert whole_month(Month(2026, 12)) == Period("month", date(2026, 12, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("period", "told"),
    [
        (WEEK, "2026年11月23日到11月29日"),
        (week_of(date(2027, 1, 1)), "2026年12月28日到2027年1月3日"),
        (whole_month(Month(2026, 11)), "2026年11月"),
    ],
)
def test_the_year_is_said_once(period: Period, told: str) -> None:
    assert tell_period(period) == told
