"""The farmers' calendar held against a second library, cnlunar, on every day from 2020 to 2035.

Nothing is left to choice: lunar months, days and leap months, solar terms, and every rule of lunar digits, with each of
the three customs for a thirtieth that a month does not have.
"""

import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pytest

from nightschool.rules.almanac import lunar_label, solar_term
from nightschool.rules.courses.recurrence import AroundMarket, days_of
from nightschool.rules.seasons.markets import Market, MissingThirtieth

YEARS = range(2020, 2036)
A_DAY = timedelta(days=1)
MONTHS = "正二三四五六七八九十冬腊"
DAYS = [
    *(f"初{number}" for number in "一二三四五六七八九十"),
    *(f"十{number}" for number in "一二三四五六七八九"),
    "二十",
    *(f"廿{number}" for number in "一二三四五六七八九"),
    "三十",
]
DIGITS = [*({digit} for digit in range(10)), {1, 4, 7}, {2, 5, 8}, {3, 6, 9}, {0, 5}, {1, 3, 5, 7, 9}]


@dataclass(frozen=True)
class Lunar:
    """A day as the second calendar has it."""

    month: int
    day: int
    is_leap: bool
    term: str


@pytest.fixture(scope="module")
def second() -> dict[date, Lunar]:
    """Every day of the years, and one more at both ends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import cnlunar

        day, found = date(YEARS[0], 1, 1) - A_DAY, {}
        while day.year <= YEARS[-1] or day == date(YEARS[-1] + 1, 1, 1):
            said = cnlunar.Lunar(datetime.combine(day, time(12)))
            term = said.todaySolarTerms
            found[day] = Lunar(
                said.lunarMonth, said.lunarDay, said.isLunarLeapMonth, "" if term == "无" else term
            )
            day += A_DAY
        return found


def test_every_day_has_its_lunar_date_and_its_solar_term(second: dict[date, Lunar]) -> None:
    wrong = []
    for day, lunar in second.items():
        label = f"{'闰' if lunar.is_leap else ''}{MONTHS[lunar.month - 1]}月{DAYS[lunar.day - 1]}"
        if lunar.term:
            label += f" 节气{lunar.term}"
        if (lunar_label(day), solar_term(day)) != (label, lunar.term):
            wrong.append((day, lunar_label(day), label))
    assert len(second) == 5846
    assert wrong == []


def test_the_leap_months_are_those_of_the_years_that_have_thirteen_moons(second: dict[date, Lunar]) -> None:
    expected = {
        (date(2020, 5, 23), "闰四月初一"),
        (date(2023, 3, 22), "闰二月初一"),
        (date(2025, 7, 25), "闰六月初一"),
        (date(2028, 6, 23), "闰五月初一"),
        (date(2031, 4, 22), "闰三月初一"),
        (date(2033, 12, 22), "闰冬月初一"),
    }
    assert {(day, lunar_label(day)) for day in second if lunar_label(day).startswith("闰")} >= expected
    firsts = {day for day, lunar in second.items() if lunar.is_leap and lunar.day == 1}
    assert firsts == {day for day, _label in expected}
    # The day on which calendars have stumbled: the leap eleventh month reaches over New Year.
    assert lunar_label(date(2034, 1, 1)) == "闰冬月十一"


@pytest.mark.parametrize("missing", list(MissingThirtieth))
@pytest.mark.parametrize("digits", DIGITS, ids=lambda digits: "".join(map(str, sorted(digits))))
def test_lunar_digits_meet_on_the_days_of_the_second_calendar(
    second: dict[date, Lunar], digits: set[int], missing: MissingThirtieth
) -> None:
    market = Market("lunar", frozenset(digits), missing)
    expected = {day for day in second if has_market(second, day, digits, missing)}
    for shift in (0, -1, 1) if missing == MissingThirtieth.SKIPPED else (0,):
        for year in YEARS:
            first, last = date(year, 1, 1), date(year, 12, 31)
            found = days_of(AroundMarket(first, (market,), shift, until=last))
            shifted = sorted(day + shift * A_DAY for day in expected)
            assert list(found) == [day for day in shifted if first <= day <= last]


def has_market(second: dict[date, Lunar], day: date, digits: set[int], missing: MissingThirtieth) -> bool:
    """Whether there is a market on this day, from the numbers of the second calendar alone."""
    number = second[day].day
    yesterday, tomorrow = second.get(day - A_DAY), second.get(day + A_DAY)
    if number % 10 in digits:
        return True
    if 0 not in digits:
        return False
    if missing == MissingThirtieth.DAY_BEFORE:
        return number == 29 and tomorrow is not None and tomorrow.day == 1
    return (
        missing == MissingThirtieth.DAY_AFTER
        and number == 1
        and yesterday is not None
        and yesterday.day == 29
    )
