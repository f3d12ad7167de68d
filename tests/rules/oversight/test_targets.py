"""What is expected of schools, in spans that lie whole in a period."""

from datetime import date

import pytest

from nightschool.rules.oversight.targets import (
    SchoolsThere,
    Target,
    expected_along,
    target_along,
    tell_target,
)
from nightschool.rules.seasons.periods import parsed_period

TOWNSHIP = "511002105000"


@pytest.mark.parametrize(
    ("per", "period", "expected"),
    [
        ("month", "2026-11", 2 * 10 + 3),
        ("month", "2026-Q4", 3 * 23),
        ("month", "2026", 12 * 23),
        ("month", "2026-11-23", None),  # a week has no whole month
        ("month", "2026-10-15..2026-12-05", 23),
        ("quarter", "2026-H2", 2 * 23),
        ("quarter", "2026-11", None),
        ("year", "2026", 23),
        ("week", "2026-11-23", 23),
        ("week", "2026-11", 5 * 23),  # by its Mondays: 2, 9, 16, 23, 30
        ("week", "2026", 52 * 23),
        ("week", "2026-11-24..2026-11-29", None),
    ],
)
def test_only_whole_spans_are_expected(per: str, period: str, expected: int | None) -> None:
    days = parsed_period(period)
    assert days is not None
    assert Target(per, 2, 1).expected(SchoolsThere(TOWNSHIP, 10, 3), days.first, days.last) == expected


def test_weeks_of_the_months_add_up_to_the_year() -> None:
    target = Target("week", 1, None)
    year = [parsed_period(f"2026-{month:02d}") for month in range(1, 13)]
    one_school = SchoolsThere(TOWNSHIP, 1, 0)
    assert sum(target.expected(one_school, one.first, one.last) or 0 for one in year if one) == 52


def test_nothing_is_expected_of_a_type_without_a_number() -> None:
    november = date(2026, 11, 1), date(2026, 11, 30)
    assert Target("month", None, 1).expected(SchoolsThere(TOWNSHIP, 10, 0), *november) is None


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 3, 1), date(2026, 5, 31), 3),
        (date(2026, 3, 2), date(2026, 5, 1), 2),  # opened on the second; ended on the first
        (date(2026, 3, 2), date(2026, 3, 31), None),
        (None, date(2026, 4, 30), 4),
        (date(2026, 10, 2), None, 2),
        (date(2027, 1, 1), None, None),
    ],
)
def test_a_school_is_asked_for_each_span_on_whose_first_day_it_was_there(
    first: date | None, last: date | None, expected: int | None
) -> None:
    """Where one village takes the place of another in the middle of a month, that month is asked for once."""
    there = SchoolsThere(TOWNSHIP, 1, 0, first, last)
    assert Target("month", 1, None).expected(there, date(2026, 1, 1), date(2026, 12, 31)) == expected


def test_the_nearest_office_settles_the_whole() -> None:
    county, township = Target("month", 2, 1), Target("quarter", 4, None)
    settled = {"511002000000": county, "511002105000": township}
    assert target_along(("511000000000", "511002000000", "511002106000"), settled) is county
    assert target_along(("511000000000", "511002000000", "511002105000"), settled) is township
    assert target_along(("510000000000",), settled) is None
    assert tell_target(township) == "每所夜校一个季度：村 4 次"


def test_a_time_is_told_by_what_was_expected_then_and_by_who_expected_it_then() -> None:
    """The county asked for two a month, from May for three; the township had its own from March to June."""
    march, may, july = date(2026, 2, 28), date(2026, 4, 30), date(2026, 6, 30)
    settled = {
        "511002000000": ((may, Target("month", 2, None)), (None, Target("month", 3, None))),
        "511002105000": ((march, None), (july, Target("month", 1, None)), (None, None)),
    }
    line = ("511000000000", "511002000000", "511002105000")
    one = SchoolsThere(TOWNSHIP, 1, 0, date(2026, 1, 15))
    months = [parsed_period(f"2026-{month:02d}") for month in range(1, 13)]
    told = [expected_along(line, settled, one, month.first, month.last) for month in months if month]
    assert told == [None, 2, 1, 1, 1, 1, *[3] * 6]
    year = parsed_period("2026")
    assert year and expected_along(line, settled, one, year.first, year.last) == 2 + 4 + 18
    assert expected_along(line[:2], settled, one, year.first, year.last) == 3 * 2 + 8 * 3
    assert expected_along(line[:1], settled, one, year.first, year.last) is None
