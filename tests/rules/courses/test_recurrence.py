"""When a course meets: the first and the last day are included, and what cannot be is named."""

import json
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.recurrence import (
    MOST_DATES,
    MOST_WEEKS_BETWEEN,
    AroundMarket,
    Listed,
    Monthly,
    Once,
    Recurrence,
    RecurrenceFault,
    Weekly,
    days_of,
    filled_up,
    recurrence_from_json,
    recurrence_json,
    recurrence_problem,
    tell_recurrence_problem,
)
from nightschool.rules.seasons.markets import Market, is_market_day, read_market

FRIDAY = date(2026, 11, 27)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
weekdays = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))


def test_once_is_one_day() -> None:
    assert days_of(Once(FRIDAY)) == (FRIDAY,)


def test_weekly_until_includes_the_first_and_the_last_day() -> None:
    assert days_of(Weekly(FRIDAY, (4,), until=date(2026, 12, 18))) == (
        date(2026, 11, 27),
        date(2026, 12, 4),
        date(2026, 12, 11),
        date(2026, 12, 18),
    )


def test_weekly_on_two_weekdays_for_a_number_of_times() -> None:
    assert days_of(Weekly(date(2026, 11, 24), (3, 1), times=5)) == (
        date(2026, 11, 24),
        date(2026, 11, 26),
        date(2026, 12, 1),
        date(2026, 12, 3),
        date(2026, 12, 8),
    )


def test_weekly_starts_on_the_first_of_its_weekdays() -> None:
    assert days_of(Weekly(FRIDAY, (1,), times=2)) == (date(2026, 12, 1), date(2026, 12, 8))


@pytest.mark.parametrize("every", [1, MOST_WEEKS_BETWEEN])
def test_a_class_may_meet_every_week_and_up_to_once_a_quarter(every: int) -> None:
    assert recurrence_problem(Weekly(FRIDAY, (4,), times=2, every=every)) is None


def test_listed_days_come_in_order() -> None:
    assert days_of(Listed((date(2026, 12, 4), FRIDAY))) == (FRIDAY, date(2026, 12, 4))


@given(days, weekdays, st.integers(0, 27))
def test_weekly_until_is_every_such_weekday_between_and_no_other(
    first: date, on: tuple[int, ...], weeks: int
) -> None:
    until = first + timedelta(days=weeks * 7 + 3)
    every = [first + timedelta(days=ahead) for ahead in range((until - first).days + 1)]
    expected = tuple(day for day in every if day.weekday() in on)
    problem = recurrence_problem(Weekly(first, on, until=until))
    if expected:
        assert problem is None
        assert days_of(Weekly(first, on, until=until)) == expected
    else:
        assert problem is not None and problem.fault is RecurrenceFault.NONE_LEFT


@given(days, weekdays, st.integers(1, MOST_DATES))
def test_weekly_times_is_that_many_days_in_order(first: date, on: tuple[int, ...], times: int) -> None:
    found = days_of(Weekly(first, on, times=times))
    assert len(found) == times
    assert list(found) == sorted(set(found))
    assert all(day.weekday() in on and day >= first for day in found)


@pytest.mark.parametrize(
    ("impossible", "fault"),
    [
        (Weekly(FRIDAY, (), times=3), RecurrenceFault.NO_WEEKDAY),
        (Weekly(FRIDAY, (7,), times=3), RecurrenceFault.NO_WEEKDAY),
        (Weekly(FRIDAY, (4,)), RecurrenceFault.NO_END),
        (Weekly(FRIDAY, (4,), until=date(2026, 12, 4), times=2), RecurrenceFault.TWO_ENDS),
        (Weekly(FRIDAY, (4,), until=date(2026, 11, 26)), RecurrenceFault.UNTIL_BEFORE_FIRST),
        (Weekly(FRIDAY, (4,), times=0), RecurrenceFault.NO_TIMES),
        (Weekly(FRIDAY, (4,), times=MOST_DATES + 1), RecurrenceFault.TOO_MANY),
        (Weekly(FRIDAY, (0, 1, 2, 3, 4, 5, 6), until=date(2099, 12, 31)), RecurrenceFault.TOO_MANY),
        (Weekly(FRIDAY, (0,), until=date(2026, 11, 29)), RecurrenceFault.NONE_LEFT),
        (Listed(()), RecurrenceFault.NONE_LEFT),
        (Listed((FRIDAY, date(2026, 12, 4), FRIDAY)), RecurrenceFault.SAME_DATE_TWICE),
        (Once(date(1, 1, 1)), RecurrenceFault.FAR_AWAY),
        (Once(date(2206, 11, 27)), RecurrenceFault.FAR_AWAY),
        (Weekly(FRIDAY, (4,), until=date(9999, 12, 31)), RecurrenceFault.FAR_AWAY),
    ],
)
def test_impossible_recurrence_is_named(impossible: Recurrence, fault: RecurrenceFault) -> None:
    problem = recurrence_problem(impossible)
    assert problem is not None and problem.fault is fault
    assert tell_recurrence_problem(problem)


def test_exactly_the_most_dates_are_allowed() -> None:
    assert recurrence_problem(Weekly(FRIDAY, (4,), times=MOST_DATES)) is None


def test_a_date_written_twice_is_told_with_its_day() -> None:
    problem = recurrence_problem(Listed((FRIDAY, FRIDAY)))
    assert problem is not None
    assert "11月27日" in tell_recurrence_problem(problem)


def test_five_months_of_tuesdays_and_thursdays_are_44_dates() -> None:
    found = days_of(Weekly(date(2026, 9, 1), (1, 3), until=date(2027, 1, 28)))
    assert (found[0], found[-1], len(found)) == (date(2026, 9, 1), date(2027, 1, 28), 44)


WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))
FIRST_DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(FIRST_DAYS, WEEKDAYS, st.integers(1, 12), st.integers(1, 40))
def test_every_so_many_weeks_is_what_the_standard_says(
    first: date, weekdays: tuple[int, ...], every: int, times: int
) -> None:
    days = days_of(Weekly(first, weekdays, times=times, every=every))
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={every};WKST=MO;COUNT={times};BYDAY=" + ",".join(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[number] for number in weekdays
    )
    assert list(days) == [one.date() for one in rrulestr(rule, dtstart=datetime.combine(first, clock_time()))]


@given(FIRST_DAYS, WEEKDAYS, st.sampled_from([1, 2, 3, 4, -1]), st.integers(1, 400))
def test_nth_weekdays_are_what_the_standard_says(
    first: date, weekdays: tuple[int, ...], nth: int, length: int
) -> None:
    until = first + timedelta(days=length)
    rule = f"RRULE:FREQ=MONTHLY;UNTIL={until:%Y%m%d}T000000;BYDAY=" + ",".join(
        f"{nth}{('MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU')[number]}" for number in weekdays
    )
    expected = [one.date() for one in rrulestr(rule, dtstart=datetime.combine(first, clock_time()))]
    assert list(days_of(Monthly(first, weekdays, nth, until=until))) == expected


@given(FIRST_DAYS, st.sets(st.integers(0, 9), min_size=1), st.integers(-1, 1), st.integers(1, 30))
def test_days_around_a_market_are_those_of_the_market_shifted(
    first: date, digits: set[int], shift: int, times: int
) -> None:
    market = Market("lunar", frozenset(digits))
    found = days_of(AroundMarket(first, (market,), shift, times=times))
    assert len(found) == times
    assert found[0] >= first
    assert all(is_market_day(market, day - timedelta(days=shift)) for day in found)
    between = [first + timedelta(days=number) for number in range((found[-1] - first).days)]
    assert [day for day in between if is_market_day(market, day - timedelta(days=shift))] == list(found[:-1])


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (Weekly(date(2026, 11, 24), (1,), times=3, every=0), "no_interval"),
        (Weekly(date(2026, 11, 24), (1,), times=3, every=13), "no_interval"),
        (Monthly(date(2026, 11, 24), (1,), 5, times=3), "no_nth"),
        (Monthly(date(2026, 11, 24), (), 1, times=3), "no_weekday"),
        (Monthly(date(2026, 11, 24), (1,), 1), "no_end"),
        (AroundMarket(date(2026, 11, 24), (), times=3), "no_market"),
        (AroundMarket(date(2026, 11, 24), (Market("daily"),), times=10_000), "too_many"),
        (AroundMarket(date(2026, 11, 24), (Market("daily"),), until=date(2026, 11, 1)), "until_before_first"),
        (
            AroundMarket(date(2026, 11, 24), (Market("weekday", frozenset({7})),), until=date(2026, 11, 25)),
            "none_left",
        ),
    ],
)
def test_impossible_repeating_rules_have_their_sentence(rule: Recurrence, fault: str) -> None:
    problem = recurrence_problem(rule)
    assert problem is not None and problem.fault == fault
    assert tell_recurrence_problem(problem)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        (Once(FRIDAY), {"kind": "once", "first": "2026-11-27"}),
        (Listed((FRIDAY,)), {"kind": "listed", "days": ["2026-11-27"]}),
        (
            Weekly(date(2026, 11, 24), (1, 3), times=3, every=2),
            {
                "kind": "weekly", "weekdays": [1, 3], "every": 2, "first": "2026-11-24", "until": None,
                "times": 3,
            },
        ),
        (
            Monthly(date(2026, 11, 24), (1,), -1, until=date(2027, 11, 24)),
            {
                "kind": "monthly", "weekdays": [1], "nth": -1, "first": "2026-11-24", "until": "2027-11-24",
                "times": None,
            },
        ),
        (
            AroundMarket(date(2026, 11, 24), (Market("lunar", frozenset({5, 0}), "day_before"),), 1, times=9),
            {
                "kind": "market", "shift": 1, "first": "2026-11-24", "until": None, "times": 9,
                "markets": [{"kind": "lunar", "numbers": [0, 5], "missing_thirtieth": "day_before"}],
            },
        ),
    ],
)  # fmt: skip
def test_a_recurrence_is_kept_with_everything_that_was_said(rule: Recurrence, kept: dict[str, Any]) -> None:
    assert json.loads(json.dumps(recurrence_json(rule))) == kept


@pytest.mark.parametrize(
    "rule",
    [
        Once(date(2026, 11, 27)),
        Weekly(date(2026, 11, 27), (1, 4), until=date(2027, 1, 1), every=2),
        Monthly(date(2026, 11, 27), (4,), -1, times=3),
        AroundMarket(
            date(2026, 11, 27),
            (read_market("逢三六九", missing_thirtieth="day_before"), read_market("每周三")),
            -1,
            times=4,
        ),
        Listed((date(2026, 11, 27), date(2026, 12, 4))),
    ],
)
def test_what_was_kept_of_a_rule_is_read_again(rule: Recurrence) -> None:
    assert recurrence_from_json(json.loads(json.dumps(recurrence_json(rule)))) == rule


@pytest.mark.parametrize(
    "kept", [{}, {"kind": "daily"}, {"kind": "once", "first": "morgen"}, {"kind": "weekly"}]
)
def test_a_rule_that_cannot_be_read_is_none(kept: dict[str, str]) -> None:
    assert recurrence_from_json(kept) is None


def test_a_rule_goes_on_until_it_has_met_as_often_as_it_says() -> None:
    rule = Weekly(date(2026, 11, 24), (1,), times=3)
    first, second, third = days_of(rule)
    longer = filled_up(rule, {second})
    assert days_of(longer) == (first, second, third, third + timedelta(days=7))
    assert filled_up(rule, set()) == filled_up(rule, {second - timedelta(days=1)}) == rule
    until = Weekly(date(2026, 11, 24), (1,), until=date(2026, 12, 24))
    assert filled_up(until, {second}) == until
    everywhere = {first + timedelta(days=7 * number) for number in range(300)}
    given_up = filled_up(rule, everywhere)
    assert isinstance(given_up, Weekly) and given_up.times == 201
