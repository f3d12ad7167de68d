"""Weeks and months that a supervisor looks at."""

from datetime import date

import pytest

from nightschool.rules.seasons.months import Month
from nightschool.rules.seasons.periods import (
    Period,
    parsed_period,
    period_of,
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
        (period_of("quarter", date(2026, 11, 23)), "2026年第四季度"),
        (period_of("half", date(2026, 6, 30)), "2026年上半年"),
        (period_of("year", date(2028, 2, 29)), "2028年"),
        (Period("days", date(2026, 11, 3), date(2026, 12, 5)), "2026年11月3日到12月5日"),
    ],
)
def test_the_year_is_said_once(period: Period, told: str) -> None:
    assert tell_period(period) == told


@pytest.mark.parametrize("period", [WEEK, whole_month(Month(2026, 12))])
def test_a_period_is_read_from_its_address(period: Period) -> None:
    assert read_period(period.code, date(2027, 1, 1)) == period
    assert period.before.after == period.after.before == period


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2028-Q1", date(2028, 1, 1), date(2028, 3, 31)),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30)),
        ("2026-11-23", date(2026, 11, 23), date(2026, 11, 29)),
        ("2026-11-03..2026-12-05", date(2026, 11, 3), date(2026, 12, 5)),
    ],
)
def test_every_kind_of_period_has_its_code(code: str, first: date, last: date) -> None:
    found = parsed_period(code)
    assert found and (found.code, found.first, found.last) == (code, first, last)
    assert (found.after.first - found.last).days == (found.first - found.before.last).days == 1
    assert found.before.after == found.after.before == found


@pytest.mark.parametrize(
    "code", ["2026-H3", "2026-Q5", "2026-H", "2026-12-05..2026-11-03", "..", "1999", "2101", "二零二六"]
)
def test_what_is_no_period_is_none(code: str) -> None:
    assert parsed_period(code) is None
    assert read_period(code, date(2026, 11, 26)) == WEEK


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
