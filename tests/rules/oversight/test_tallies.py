"""A time is added up from few years, months and days, of which some are taken away again."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest

from nightschool.rules.oversight.tallies import fewest_spans
from nightschool.rules.regions import Level

YEARS = [date(2025, 1, 1) + timedelta(days=n) for n in range(3 * 365)]


def days_of(spans: Iterable[str]) -> Counter[str]:
    return Counter(day for span in spans for one in YEARS if (day := one.isoformat()).startswith(span))


@pytest.mark.parametrize(("level", "most"), [(Level.CITY, 45), (Level.TOWNSHIP, 60)])
def test_each_day_of_a_time_is_there_once(level: Level, most: int) -> None:
    dice = Random(1)
    for _round in range(60):
        first, last = sorted(dice.sample(YEARS, 2))
        more, less = fewest_spans(first, last, level)
        left = days_of(more)
        left.subtract(days_of(less))
        assert {day for day, n in left.items() if n} == {
            one.isoformat() for one in YEARS if first <= one <= last
        }
        assert set(left.values()) <= {0, 1}
        assert len(more) + len(less) <= most


def test_a_time_that_lacks_little_of_a_year_is_the_year_less_that() -> None:
    assert fewest_spans(date(2026, 1, 1), date(2026, 12, 31), Level.CITY) == (["2026"], [])
    assert fewest_spans(date(2026, 1, 1), date(2026, 11, 28), Level.CITY) == (
        ["2026"],
        ["2026-11-29", "2026-11-30", "2026-12"],
    )
    assert fewest_spans(date(2026, 11, 3), date(2026, 11, 30), Level.COUNTY) == (
        ["2026-11"],
        ["2026-11-01", "2026-11-02"],
    )
    assert fewest_spans(date(2026, 11, 28), date(2026, 12, 2), Level.CITY) == (
        ["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"],
        [],
    )
