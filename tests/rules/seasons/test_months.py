"""Months of a paper: how they are laid out, named, and refused."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.seasons.months import (
    Month,
    Term,
    parts_of_year,
    read_month,
    read_term,
    stretches,
    tell_refused_months,
    tell_term,
)


def test_every_month_of_a_century_is_laid_out_from_monday_to_sunday() -> None:
    month, day = Month(2000, 1), date(2000, 1, 1)
    while month.year < 2100:
        for week in month.weeks:
            assert len(week) == 7
            for weekday, found in enumerate(week):
                if found is not None:
                    assert (found, found.weekday()) == (day, weekday)
                    day += timedelta(days=1)
        month = month.plus(1)
    assert day == date(2100, 1, 1)


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2026-01", "2026-12", "2026年"),
        ("2026-04", "2026-09", "2026年4月到9月（大春）"),
        ("2026-10", "2027-04", "2026年10月到2027年4月（小春）"),
        ("2026年7月", "2026.12", "2026年7月到12月（下半年）"),
        ("2026-11", "2026-11", "2026年11月"),
        ("2026-11", "2027-01", "2026年11月到2027年1月"),
    ],
)
def test_a_term_is_called_what_people_call_it(first: str, last: str, told: str) -> None:
    assert tell_term(read_term(first, last)) == told


def test_the_small_spring_crop_goes_on_into_the_next_year() -> None:
    assert dict(parts_of_year(2026))["小春"] == Term(Month(2026, 10), Month(2027, 4))


@pytest.mark.parametrize(
    ("first", "last", "field", "sentence"),
    [
        ("2026-13", "2026-12", "first", "「2026-13」不是哪一年哪一月。像 2026-04 这样写。"),
        ("2026-04", "下个月", "last", "「下个月」不是哪一年哪一月。像 2026-04 这样写。"),
        ("1999-12", "2026-04", "first", "这里看得到 2000 年到 2099 年。"),
        ("2026-04", "2026-03", "last", "最后一个月在第一个月前面。把两个月换过来。"),
        ("2026-04", "2027-04", "last", "从头到尾有 13 个月，一次最多看 12 个月。分成几段看。"),
    ],
)
def test_months_that_cannot_be_shown_get_their_sentence(
    first: str, last: str, field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        read_term(first, last)
    assert (refused.value.field, tell_refused_months(refused.value)) == (field, sentence)


def test_twelve_months_are_the_most() -> None:
    assert len(read_term("2026-05", "2027-04").months) == 12
    assert read_month("２０２６－０５") == Month(2026, 5)


def test_days_in_a_row_are_told_as_one_stretch() -> None:
    days = [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 4)]
    assert stretches(days) == [(days[0], days[1]), (days[2], days[2])]
