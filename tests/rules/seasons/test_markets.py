"""Market days as villages say them; test_second_calendar.py holds the lunar ones against another library."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.errors import Refused
from nightschool.rules.seasons.markets import (
    Market,
    Markets,
    MissingThirtieth,
    is_market_day,
    read_market,
    tell_market,
    tell_refused_market,
)

FIRST = date(2020, 1, 1)
LAST = date(2035, 12, 31)


def days(first: date = FIRST, last: date = LAST) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


@pytest.mark.parametrize(
    ("typed", "kind", "numbers"),
    [
        ("逢一四七", "lunar", {1, 4, 7}),
        ("三六九", "lunar", {3, 6, 9}),
        ("农历逢二、五、八", "lunar", {2, 5, 8}),
        ("公历逢五逢十", "solar", {5, 0}),
        ("逢10", "lunar", {0}),
        ("逢147", "lunar", {1, 4, 7}),
        ("逢5和10", "lunar", {5, 0}),
        ("逢五十", "lunar", {5, 0}),
        ("单日", "lunar", {1, 3, 5, 7, 9}),
        ("公历双日", "solar", {0, 2, 4, 6, 8}),
        ("每周三六", "weekday", {3, 6}),
        ("逢周日", "weekday", {7}),
        ("每周一、周四", "weekday", {1, 4}),
        ("天天", "daily", set()),
        ("１、４、７", "lunar", {1, 4, 7}),
    ],
)
def test_market_is_read_as_people_write_it(typed: str, kind: str, numbers: set[int]) -> None:
    market = read_market(typed)
    assert (market.kind, set(market.numbers)) == (kind, numbers)


@pytest.mark.parametrize(
    "typed", ["逢十五", "二十一", "逢31", "三十一日", "逢初三", "公历逢15日", "廿三", "逢16"]
)
def test_a_day_of_the_month_is_not_taken_for_digits(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_market(typed)
    assert "场期只写尾数" in tell_refused_market(refused.value)


@pytest.mark.parametrize("typed", ["赶集", "逢", "每周", "逢x", "公历", "每周八"])
def test_what_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_market(typed)
    assert "逢三六九" in tell_refused_market(refused.value)


@given(st.sets(st.integers(0, 9), min_size=1), st.sampled_from(["lunar", "solar"]))
def test_what_is_told_reads_back(numbers: set[int], kind: str) -> None:
    market = Market(kind, frozenset(numbers))
    assert read_market(tell_market(market)) == market


def test_market_is_told_in_english_too() -> None:
    market = read_market("逢三六十")
    assert tell_market(market) == "农历逢三六十"
    with texts.using_language("en"):
        assert "3, 6, 10" in tell_market(market)


def test_market_of_the_tenth_is_kept_three_times_a_month_when_it_may_move() -> None:
    market = Market("lunar", frozenset({0}), MissingThirtieth.DAY_BEFORE)
    found = [day for day in days(date(2026, 1, 1), date(2026, 12, 31)) if is_market_day(market, day)]
    assert all(9 <= (later - earlier).days <= 10 for earlier, later in pairwise(found))


@pytest.mark.parametrize(
    ("missing", "kept"),
    [
        (MissingThirtieth.SKIPPED, []),
        (MissingThirtieth.DAY_BEFORE, [date(2026, 4, 16)]),  # 二月廿九
        (MissingThirtieth.DAY_AFTER, [date(2026, 4, 17)]),  # 三月初一
    ],
)
def test_where_a_month_has_no_thirtieth_its_market_falls_out_or_is_held_a_day_off(
    missing: MissingThirtieth, kept: list[date]
) -> None:
    market = Market("lunar", frozenset({0}), missing)
    around = days(date(2026, 4, 12), date(2026, 4, 20))
    assert [day for day in around if is_market_day(market, day)] == kept


def test_solar_and_weekday_markets() -> None:
    assert is_market_day(Market("solar", frozenset({1})), date(2026, 12, 31))
    assert not is_market_day(Market("solar", frozenset({2})), date(2026, 12, 31))
    assert is_market_day(Market("weekday", frozenset({2})), date(2026, 11, 24))
    assert is_market_day(Market("daily"), date(2026, 11, 24))


def test_a_single_day_is_as_it_was_said_whatever_the_rule() -> None:
    markets = Markets((read_market("天天"),), {date(2026, 11, 24): False})
    assert not markets.on(date(2026, 11, 24))
    assert markets.on(date(2026, 11, 25))
    assert Markets((), {date(2026, 11, 24): True}).on(date(2026, 11, 24))


def test_beyond_the_calendar_there_is_no_lunar_market() -> None:
    assert not is_market_day(read_market("单日"), date(1800, 1, 1))
    assert not is_market_day(read_market("单日"), date.max)
