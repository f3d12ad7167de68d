"""Market days as villages say them; test_second_calendar.py holds the lunar ones against another library."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.errors import Refused
from nightschool.rules.seasons.markets import (
    MISSING_WORDS,
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
        ("逢三逢十", "lunar", {3, 0}),
        ("逢二、十", "lunar", {2, 0}),
        ("每月逢三六九", "lunar", {3, 6, 9}),
        ("每月三十", "lunar_day", {30}),
        ("每月二十", "lunar_day", {20}),
        ("每月初一、十五", "lunar_day", {1, 15}),
        ("每月初一和十五", "lunar_day", {1, 15}),
        ("每个月初八 十八 廿八", "lunar_day", {8, 18, 28}),
        ("农历每月5日", "lunar_day", {5}),
        ("每月农历初十", "lunar_day", {10}),
        ("农历每月三、六", "lunar_day", {3, 6}),
        ("农历每月最后一天", "lunar_day", {0}),
        ("每月5日", "solar_day", {5}),
        ("每月５号", "solar_day", {5}),
        ("每月 5 号 20 号", "solar_day", {5, 20}),
        ("每月5日、20日", "solar_day", {5, 20}),
        ("每月5、20日", "solar_day", {5, 20}),
        ("每月5日20日", "solar_day", {5, 20}),
        ("每月十五号", "solar_day", {15}),
        ("每月15", "solar_day", {15}),
        ("公历每月三、六", "solar_day", {3, 6}),
        ("每月最后一天", "solar_day", {0}),
        ("每月的最后一天", "solar_day", {0}),
        ("每月15日和最后一天", "solar_day", {15, 0}),
        ("每月月底", "solar_day", {0}),
        ("每月三十一日", "solar_day", {31}),
    ],
)
def test_market_is_read_as_people_write_it(typed: str, kind: str, numbers: set[int]) -> None:
    market = read_market(typed)
    assert (market.kind, set(market.numbers)) == (kind, numbers)


@pytest.mark.parametrize(
    "typed",
    [
        "逢十五",
        "二十一",
        "逢31",
        "三十一日",
        "逢初三",
        "公历逢15日",
        "廿三",
        "逢16",
        "三十",
        "二十",
        "逢三十",
        "3十",
        "公历二十",
        "每月三、六、九",
        "每月三",
        "每月十、三",
    ],
)
def test_what_may_be_digits_or_a_day_of_the_month_is_asked(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_market(typed)
    assert "说的是尾数，还是一个月里的那一天" in tell_refused_market(refused.value)


@pytest.mark.parametrize(
    "typed",
    [
        "赶集",
        "逢",
        "每周",
        "逢x",
        "公历",
        "每周八",
        "每月",
        "每月0日",
        "每月32日",
        "农历每月31日",
        "公历每月初一",
        "每月初一、5日",
        "每月初",
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_market(typed)
    assert "逢三六九" in tell_refused_market(refused.value)


@given(st.sets(st.integers(0, 9), min_size=1), st.sampled_from(["lunar", "solar"]))
def test_what_is_told_reads_back(numbers: set[int], kind: str) -> None:
    market = Market(kind, frozenset(numbers))
    assert read_market(tell_market(market)) == market


@given(st.sets(st.integers(0, 30), min_size=1), st.sampled_from(["lunar_day", "solar_day"]))
def test_days_of_the_month_read_back_too(numbers: set[int], kind: str) -> None:
    market = Market(kind, frozenset(numbers))
    assert read_market(tell_market(market)) == market


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("每月三十", "农历每月三十"),
        ("逢三逢十", "农历逢三、十"),
        ("每月初一、十五", "农历每月初一、十五"),
        ("每月20号", "公历每月20日"),
        ("每月20日和最后一天", "公历每月20日、最后一天"),
    ],
)
def test_what_is_kept_is_told_without_two_meanings(typed: str, told: str) -> None:
    assert tell_market(read_market(typed)) == told


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("每月三十", [date(2026, 3, 18)]),  # 正月三十; the second month has none
        ("每月初一、十五", [date(2026, 3, 3), date(2026, 3, 19), date(2026, 4, 2), date(2026, 4, 17)]),
        ("农历每月最后一天", [date(2026, 3, 18), date(2026, 4, 16)]),
        ("每月5日", [date(2026, 3, 5), date(2026, 4, 5)]),
        ("每月31日", [date(2026, 3, 31)]),
        ("每月最后一天", [date(2026, 3, 31), date(2026, 4, 30)]),
    ],
)
def test_a_market_on_days_of_the_month(typed: str, kept: list[date]) -> None:
    market = read_market(typed)
    assert [day for day in days(date(2026, 3, 1), date(2026, 4, 30)) if is_market_day(market, day)] == kept


def test_a_market_of_the_thirtieth_alone_moves_like_any_of_the_thirtieth() -> None:
    around = days(date(2026, 4, 12), date(2026, 4, 20))
    moved = read_market("每月三十", missing_thirtieth=MissingThirtieth.DAY_AFTER)
    assert [day for day in around if is_market_day(moved, day)] == [date(2026, 4, 17)]


def test_market_is_told_in_english_too() -> None:
    market = read_market("逢三六十")
    assert tell_market(market) == "农历逢三、六、十"
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


def test_whatever_a_market_does_without_a_thirtieth_has_its_words() -> None:
    assert MISSING_WORDS.keys() == {*MissingThirtieth}
