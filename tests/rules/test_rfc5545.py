"""Courses that repeat, held against the examples of RFC 5545, section 3.8.5.3, as far as our forms can say them.

Each example's dates stand here as they were counted off a calendar of 1997. Our weeks begin on Monday, which is also
what the standard means when it says nothing (WKST); the examples that say Sunday come out the same unless noted.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.recurrence import Monthly, Recurrence, Weekly, days_of, recurrence_problem

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
FIRST = date(1997, 9, 2)  # a Tuesday
# The standard ends its examples at midnight in UTC, which is still the evening before in New York, where they meet.
LAST = date(1997, 12, 23)


def dates(text: str, year: int = 1997) -> tuple[date, ...]:
    """9: 2 9, 10: 7 as dates; a month lower than the one before it is of the next year."""
    found: list[date] = []
    for part in text.split(", "):
        month, days = part.split(": ")
        if found and int(month) < found[-1].month:
            year += 1
        found += [date(year, int(month), int(day)) for day in days.split()]
    return tuple(found)


def span(first: int, last: int) -> str:
    """2 3 4 … 30."""
    return " ".join(map(str, range(first, last + 1)))


EXAMPLES = {
    "every day until a day": (
        "FREQ=DAILY;UNTIL=19971223T000000",
        Weekly(FIRST, tuple(range(7)), until=LAST),
        f"9: {span(2, 30)}, 10: {span(1, 31)}, 11: {span(1, 30)}, 12: {span(1, 23)}",
    ),
    "every day, ten times": (
        "FREQ=DAILY;COUNT=10",
        Weekly(FIRST, tuple(range(7)), times=10),
        "9: 2 3 4 5 6 7 8 9 10 11",
    ),
    "weekly, ten times": (
        "FREQ=WEEKLY;COUNT=10",
        Weekly(FIRST, (TUE,), times=10),
        "9: 2 9 16 23 30, 10: 7 14 21 28, 11: 4",
    ),
    "weekly until one of its days, which still counts": (
        "FREQ=WEEKLY;UNTIL=19971223T000000",
        Weekly(FIRST, (TUE,), until=LAST),
        "9: 2 9 16 23 30, 10: 7 14 21 28, 11: 4 11 18 25, 12: 2 9 16 23",
    ),
    "every other week": (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=13",
        Weekly(FIRST, (TUE,), times=13, every=2),
        "9: 2 16 30, 10: 14 28, 11: 11 25, 12: 9 23, 1: 6 20, 2: 3 17",
    ),
    "Tuesdays and Thursdays for five weeks, by their end": (
        "FREQ=WEEKLY;UNTIL=19971006T000000;WKST=SU;BYDAY=TU,TH",
        Weekly(FIRST, (TUE, THU), until=date(1997, 10, 6)),
        "9: 2 4 9 11 16 18 23 25 30, 10: 2",
    ),
    "Tuesdays and Thursdays for five weeks, by their number": (
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        Weekly(FIRST, (THU, TUE), times=10),
        "9: 2 4 9 11 16 18 23 25 30, 10: 2",
    ),
    "Mondays, Wednesdays and Fridays of every other week": (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971223T000000;WKST=SU;BYDAY=MO,WE,FR",
        Weekly(date(1997, 9, 1), (MON, WED, FRI), until=LAST, every=2),
        "9: 1 3 5 15 17 19 29, 10: 1 3 13 15 17 27 29 31, 11: 10 12 14 24 26 28, 12: 8 10 12 22",
    ),
    "Tuesdays and Thursdays of every other week, eight times": (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        Weekly(FIRST, (TUE, THU), times=8, every=2),
        "9: 2 4 16 18 30, 10: 2 14 16",
    ),
    "every other week on two days with the Monday between them, where the week's start tells": (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        Weekly(date(1997, 8, 5), (TUE, SUN), times=4, every=2),
        "8: 5 10 19 24",
    ),
    "the first Friday of the month, ten times": (
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        Monthly(date(1997, 9, 5), (FRI,), 1, times=10),
        "9: 5, 10: 3, 11: 7, 12: 5, 1: 2, 2: 6, 3: 6, 4: 3, 5: 1, 6: 5",
    ),
    "the first Friday of the month until a day before Christmas": (
        "FREQ=MONTHLY;UNTIL=19971223T000000;BYDAY=1FR",
        Monthly(date(1997, 9, 5), (FRI,), 1, until=LAST),
        "9: 5, 10: 3, 11: 7, 12: 5",
    ),
    "the first and the last Sunday, told one by one": (
        "FREQ=MONTHLY;COUNT=4;BYDAY=-1SU",
        Monthly(date(1997, 9, 7), (SUN,), -1, times=4),
        "9: 28, 10: 26, 11: 30, 12: 28",
    ),
}


@pytest.mark.parametrize(("standard", "rule", "expected"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_a_course_repeats_as_the_standard_counts(standard: str, rule: Recurrence, expected: str) -> None:
    assert recurrence_problem(rule) is None
    assert days_of(rule) == dates(expected)
    first = datetime.combine(rule.first, time())
    assert tuple(one.date() for one in rrulestr(f"RRULE:{standard}", dtstart=first)) == dates(expected)


def test_a_week_that_began_on_sunday_would_give_other_dates() -> None:
    monday = days_of(Weekly(date(1997, 8, 5), (TUE, SUN), times=4, every=2))
    sunday = rrulestr(
        "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        dtstart=datetime.combine(date(1997, 8, 5), time()),
    )
    assert tuple(one.date() for one in sunday) == dates("8: 5 17 19 31") != monday


@pytest.mark.parametrize("every", [2, 3, 12])
@pytest.mark.parametrize("weekday", range(7))
def test_every_so_many_weeks_counts_from_the_monday_of_the_first_day(every: int, weekday: int) -> None:
    first = date(2026, 12, 28) + timedelta(days=weekday)  # the week in which a year ends
    found = days_of(Weekly(first, (MON, SUN), times=5, every=every))
    monday = date(2026, 12, 28)
    weeks = [monday + timedelta(weeks=every * number) for number in range(5)]
    expected = [day for week in weeks for day in (week, week + timedelta(days=6)) if day >= first][:5]
    assert list(found) == expected


FIRST_DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(lambda found: tuple(sorted(found)))


@given(FIRST_DAYS, WEEKDAYS, st.integers(1, 12), st.integers(0, 500))
def test_weeks_counted_off_day_by_day_give_the_same_dates(
    first: date, weekdays: tuple[int, ...], every: int, length: int
) -> None:
    until = first + timedelta(days=length)
    monday = first - timedelta(days=first.weekday())
    days = [first + timedelta(days=number) for number in range(length + 1)]
    wanted = [day for day in days if (day - monday).days // 7 % every == 0 and day.weekday() in weekdays]
    assert list(days_of(Weekly(first, weekdays, until=until, every=every))) == wanted[:200]


@given(FIRST_DAYS, WEEKDAYS, st.sampled_from([1, 2, 3, 4, -1]), st.integers(0, 500))
def test_months_counted_off_day_by_day_give_the_same_dates(
    first: date, weekdays: tuple[int, ...], nth: int, length: int
) -> None:
    days = [first + timedelta(days=number) for number in range(length + 1)]

    def is_nth(day: date) -> bool:
        if nth == -1:
            return day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 == nth - 1

    wanted = [day for day in days if day.weekday() in weekdays and is_nth(day)]
    assert list(days_of(Monthly(first, weekdays, nth, until=days[-1]))) == wanted
