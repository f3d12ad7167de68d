"""What a calendar says of a day besides its number."""

from datetime import date

from nightschool import texts
from nightschool.rules.almanac import lunar_day_label
from nightschool.rules.seasons.day_marks import (
    DayMarks,
    off_or_on,
    tell_day_marks,
    tell_markets,
    tell_notes,
    tell_unknown_years,
)
from nightschool.rules.seasons.holidays import Holiday, Holidays, shipped_holidays
from nightschool.rules.seasons.markets import Market, MarketKind, Markets
from nightschool.rules.seasons.months import Month

MARKET = Market(MarketKind.LUNAR, frozenset({3, 6, 9}), is_example=True)


def test_a_small_calendar_says_the_lunar_day_and_names_the_month_on_its_first() -> None:
    assert [lunar_day_label(date(2026, 11, day)) for day in (8, 9, 10)] == ["三十", "十月", "初二"]
    assert lunar_day_label(date(2025, 7, 25)) == "闰六月"
    with texts.using_language("en"):
        assert lunar_day_label(date(2026, 11, 9)) == "10/1"


def test_a_month_tells_its_terms_holidays_and_make_up_days() -> None:
    marks = DayMarks(shipped_holidays())
    assert tell_notes(marks, Month(2026, 10).days) == [
        "节气寒露 8日",
        "节气霜降 23日",
        "国庆节放假 1日到7日",
        "国庆节补班 10日",
    ]
    assert [off_or_on(marks, date(2026, 10, day)) for day in (7, 8, 10)] == ["休", "", "班"]


def test_a_village_s_own_day_has_the_last_word() -> None:
    day = date(2026, 11, 24)
    marks = DayMarks(Holidays(frozenset({2026}), {}, {day: Holiday(day, True, "")}))
    assert (tell_day_marks(marks, day), off_or_on(marks, day)) == ("放假", "休")


def test_years_nobody_announced_are_said_to_be_so() -> None:
    assert tell_unknown_years(DayMarks(shipped_holidays()), range(2026, 2029)) == [
        "2027 年怎么调休：未公布，只标了法定的放假日。",
        "2028 年怎么调休：未公布，只标了法定的放假日。",
    ]


def test_examples_of_markets_are_said_to_be_examples_and_none_is_nothing() -> None:
    marks = DayMarks(shipped_holidays(), Markets((MARKET,)), "全安镇", True)
    assert tell_markets(marks) == "全安镇逢场：农历逢三六九（示例，不是真的）。"
    assert tell_markets(DayMarks(shipped_holidays())) == ""
