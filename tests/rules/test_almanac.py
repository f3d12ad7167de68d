"""Days and times as they are spoken, in both languages."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.rules.almanac import (
    SOLAR_TERMS,
    clock,
    day_with_year,
    day_without_year,
    lunar_day_label,
    lunar_day_name,
    lunar_label,
    lunar_table,
    solar_term,
    spoken_day,
    spoken_moment,
    weekday_name,
)
from tests.factories import TODAY

FRIDAY = date(2026, 11, 27)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("minutes", "told"), [(0, "00:00"), (5, "00:05"), (570, "09:30"), (1140, "19:00"), (1440, "24:00")]
)
def test_a_time_reads_as_on_a_clock(minutes: int, told: str) -> None:
    assert clock(minutes) == told


def test_a_day_is_spoken_with_its_weekday() -> None:
    assert weekday_name(FRIDAY) == "周五"
    assert spoken_day(FRIDAY, TODAY) == "周五 11月27日"
    assert day_without_year(FRIDAY) == "11月27日"


def test_the_year_is_said_only_when_it_is_another() -> None:
    assert spoken_day(date(2027, 1, 3), TODAY) == "周日 2027年1月3日"
    assert spoken_day(date(2016, 11, 18), TODAY) == "周五 2016年11月18日"
    assert day_with_year(FRIDAY) == "2026年11月27日"


@pytest.mark.parametrize(
    ("starts", "today", "tomorrow"),
    [
        (0, "今天凌晨", "明天凌晨"),
        (4 * 60 + 59, "今天凌晨", "明天凌晨"),
        (5 * 60, "今早", "明早"),
        (8 * 60 + 59, "今早", "明早"),
        (9 * 60, "今天上午", "明天上午"),
        (12 * 60, "今天中午", "明天中午"),
        (14 * 60, "今天下午", "明天下午"),
        (17 * 60 + 59, "今天下午", "明天下午"),
        (18 * 60, "今晚", "明晚"),
        (23 * 60 + 59, "今晚", "明晚"),
    ],
)
def test_today_and_tomorrow_are_told_by_their_part_of_the_day(starts: int, today: str, tomorrow: str) -> None:
    assert spoken_moment(TODAY, starts, TODAY) == today
    assert spoken_moment(TOMORROW, starts, TODAY) == tomorrow


def test_any_other_day_is_told_by_its_date() -> None:
    assert spoken_moment(FRIDAY, 1140, TODAY) == "周五 11月27日"
    assert spoken_moment(TODAY - timedelta(days=1), 1140, TODAY) == "周一 11月23日"


def test_tomorrow_may_lie_in_the_next_year() -> None:
    assert spoken_moment(date(2027, 1, 1), 1140, date(2026, 12, 31)) == "明晚"


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (FRIDAY, "十月十九"),
        (date(2026, 12, 2), "十月廿四"),
        (date(2026, 2, 17), "正月初一"),
        (date(2025, 7, 30), "闰六月初六"),
        (date(2026, 12, 25), "冬月十七"),
        (date(2025, 1, 28), "腊月廿九"),
        (date(2026, 2, 16), "腊月廿九"),
        (date(2024, 2, 9), "腊月三十"),
        (date(2033, 12, 22), "闰冬月初一"),
    ],
)
def test_the_lunar_day_reads_as_farmers_say_it(day: date, label: str) -> None:
    assert lunar_label(day) == label


def test_the_lunar_day_is_empty_where_the_calendar_ends() -> None:
    assert lunar_label(date(1899, 12, 31)) == ""
    assert lunar_label(date(2101, 2, 1)) == ""


@given(st.dates(date(1901, 1, 1), date(2099, 12, 31)))
def test_lunar_days_follow_each_other(day: date) -> None:
    # Without the solar term, which some days bear behind their date.
    today, tomorrow = (lunar_label(day + timedelta(days=ahead)).split(" ")[0] for ahead in (0, 1))
    assert today != tomorrow
    is_new_month = tomorrow.endswith("初一")
    assert (today.rpartition("月")[0] == tomorrow.rpartition("月")[0]) != is_new_month
    assert not is_new_month or today.endswith(("廿九", "三十"))


def test_a_label_follows_the_language_though_it_is_kept() -> None:
    assert lunar_label(FRIDAY) == "十月十九"
    with texts.using_language("en"):
        assert "十月" not in lunar_label(FRIDAY)
        assert "10" in lunar_label(FRIDAY)
        assert "19" in lunar_label(FRIDAY)
    assert lunar_label(FRIDAY) == "十月十九"


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2026, 2, 4), "立春"),
        (date(2026, 4, 5), "清明"),
        (date(2026, 6, 5), "芒种"),
        (date(2026, 6, 21), "夏至"),
        (date(2026, 11, 22), "小雪"),
        (date(2026, 12, 22), "冬至"),
        (date(2027, 1, 5), "小寒"),
        (date(2026, 11, 24), ""),
        (date(1800, 1, 1), ""),
    ],
)
def test_a_day_on_which_a_solar_term_begins_bears_its_name(day: date, term: str) -> None:
    assert solar_term(day) == term


def test_every_year_has_its_24_solar_terms_in_order() -> None:
    for year in (1901, 2026, 2033, 2099):
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        terms = [term for day in days if (term := solar_term(day))]
        assert terms == [*SOLAR_TERMS[22:], *SOLAR_TERMS[:22]]


def test_the_lunar_date_is_followed_by_the_solar_term() -> None:
    assert lunar_label(date(2026, 11, 22)) == "十月十四 节气小雪"
    with texts.using_language("en"):
        assert lunar_label(date(2026, 11, 22)) == "lunar 10/14, solar term Light Snow"


def test_scripts_get_the_months_and_terms_around_a_year() -> None:
    months, terms = (table.split(";") for table in lunar_table(2026))
    assert [entry for entry in months if entry.startswith("2026-1")] == [
        "2026-10-10九月",
        "2026-11-09十月",
        "2026-12-09冬月",
    ]
    assert months[0] <= "2025-01-01"
    assert "2027-02-06正月" in months
    assert "2026-11-22 节气小雪" in terms
    assert len([entry for entry in terms if entry >= "2025"]) == 4 * 24
    with texts.using_language("en"):
        assert "2026-11-09lunar 10/" in lunar_table(2026)[0]
        assert "2025-07-25lunar leap 6/" in lunar_table(2026)[0]


def test_a_small_calendar_says_the_month_on_its_first_day_alone() -> None:
    assert [lunar_day_label(date(2026, 11, day)) for day in (8, 9, 10)] == ["三十", "十月", "初二"]
    assert lunar_day_label(date(2200, 1, 1)) == ""
    with texts.using_language("en"):
        assert [lunar_day_label(date(2026, 11, day)) for day in (8, 9)] == ["9/30", "10/1"]


def test_days_of_a_lunar_month_have_their_names() -> None:
    assert [lunar_day_name(number) for number in (1, 10, 15, 20, 23, 30)] == [
        "初一", "初十", "十五", "二十", "廿三", "三十",
    ]  # fmt: skip
    with texts.using_language("en"):
        assert lunar_day_name(23) == "23"
