"""Weeks and months that a supervisor looks at."""

from datetime import date

import pytest

from nightschool.rules.seasons.months import Month
from nightschool.rules.seasons.periods import (
    Period,
    read_period,
    tell_period,
    week_of,
    week_to_look_at,
    whole_month,
)

WEEK = Period("week", date(2026, 11, 23), date(2026, 11, 29))


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 26), date(2026, 11, 29)])
def test_a_week_goes_from_monday_to_sunday(day: date) -> None:
    assert week_of(day) == WEEK
    assert (WEEK.before, WEEK.after) == (week_of(date(2026, 11, 22)), week_of(date(2026, 11, 30)))


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


@pytest.mark.parametrize("period", [WEEK, whole_month(Month(2026, 12))])
def test_a_period_is_read_from_its_address(period: Period) -> None:
    assert read_period(period.code, date(2027, 1, 1)) == period
    assert period.before.after == period.after.before == period


@pytest.mark.parametrize("code", ["", "2026-13", "2026-11-31", "week", "0001-01", "9999-12-31"])
def test_an_address_that_says_no_period_is_the_week_to_look_at(code: str) -> None:
    assert read_period(code, date(2026, 11, 26)) == WEEK


@pytest.mark.parametrize(
    ("today", "week"),
    [
        (date(2026, 11, 23), WEEK.before),
        (date(2026, 11, 24), WEEK),
        (date(2026, 11, 29), WEEK),
        (date(2026, 11, 30), WEEK),
    ],
)
def test_on_a_monday_the_week_before_is_looked_at(today: date, week: Period) -> None:
    assert week_to_look_at(today) == week
