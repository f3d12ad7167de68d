"""Holiday notices: written out from what is known and read back, and every way of being wrong said in words."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

import pytest

from nightschool.errors import Refused
from nightschool.rules.seasons.holidays import (
    MOVED_WITHIN_DAYS,
    Holiday,
    fixed_by_law,
    read_notice,
    shipped_holidays,
    tell_refused_notice,
)
from tests.factories import REST_OF_NOTICE

WEEKDAYS = "一二三四五六日"


def spoken(day: date) -> str:
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def runs(days: list[date]) -> Iterator[list[date]]:
    for _key, group in groupby(enumerate(days), lambda pair: pair[1] - timedelta(days=pair[0])):
        yield [day for _number, day in group]


def notice_of(year: int) -> str:
    """A notice in the form in which they are announced, from the days we know."""
    known = [holiday for day, holiday in sorted(shipped_holidays().days.items()) if day.year == year]
    names = list(dict.fromkeys(holiday.name for holiday in known if holiday.is_off))
    lines = [f"关于{year}年部分节假日安排的通知"]
    for number, name in enumerate(names, 1):
        off = [holiday.day for holiday in known if holiday.name == name and holiday.is_off]
        work = [holiday.day for holiday in known if holiday.name == name and not holiday.is_off]
        told = "、".join(
            spoken(run[0]) if len(run) == 1 else f"{spoken(run[0])}至{spoken(run[-1])}" for run in runs(off)
        )
        line = f"{'一二三四五六七八九十'[number - 1]}、{name}：{told}放假调休，共{len(off)}天。"
        if work:
            line += "、".join(map(spoken, work)) + "上班。"
        lines.append(line)
    if "中秋节" not in names:  # in 2020 both fell on one day, and one entry had both names
        lines = [line.replace("国庆节：", "国庆节、中秋节：") for line in lines]
    return "\n".join(lines) + "\n节假日期间，要安排好值班。"


@pytest.mark.parametrize("year", range(2015, 2027))
def test_a_notice_reads_as_what_is_known_of_its_year(year: int) -> None:
    read_year, days = read_notice(notice_of(year))
    assert read_year == year
    assert {one.day: one.is_off for one in days} == {
        day: holiday.is_off for day, holiday in shipped_holidays().days.items() if day.year == year
    }


def test_a_title_set_in_two_lines_is_read() -> None:
    year, _days = read_notice(notice_of(2026).replace("2026年部分", "2026年\n部分"))
    assert year == 2026


def test_a_day_without_its_month_has_that_of_the_day_before() -> None:
    _year, days = read_notice(
        "关于2027年节假日安排的通知\n一、元旦：1月1日至3日放假，共3天。" + REST_OF_NOTICE
    )
    assert days[:3] == tuple(Holiday(date(2027, 1, number), True, "元旦") for number in (1, 2, 3))


def test_a_holiday_over_new_year_keeps_its_days_of_both_years() -> None:
    _year, days = read_notice(
        "关于2024年部分节假日安排的通知\n一、元旦：2023年12月30日至2024年1月1日放假，共3天。" + REST_OF_NOTICE
    )
    assert [one.day for one in days][:3] == [date(2023, 12, 30), date(2023, 12, 31), date(2024, 1, 1)]


NATIONAL = "10月1日（周五）至7日（周四）放假调休"
WORKED = "9月26日（周日）、10月9日（周六）上班"


@pytest.mark.parametrize(
    "said",
    [
        f"{NATIONAL}，共7天。{WORKED}。",
        f"{NATIONAL}，共7天，{WORKED}。",
        f"{NATIONAL}，共7天,{WORKED}。",
        f"{NATIONAL}，共7天 {WORKED}",
        f"{NATIONAL}。共7天。{WORKED}。",
        f"{NATIONAL}；{WORKED}。",
        f"{WORKED}，{NATIONAL}，共7天。",
        "放假：10月1日（周五）至7日（周四），共7天，上班：9月26日（周日）、10月9日（周六）。",
        f"{NATIONAL}，共7天，9月26日（周日），10月9日（周六）补班。",
    ],
)
def test_days_off_and_days_worked_are_told_apart_whatever_stands_between(said: str) -> None:
    rest = REST_OF_NOTICE[: REST_OF_NOTICE.index("\n七、")]
    _year, days = read_notice(
        f"关于2027年部分节假日安排的通知\n一、元旦：1月1日放假。{rest}\n七、国庆节：{said}"
    )
    found = {one.day: one.is_off for one in days if one.name == "国庆节"}
    assert found == {
        **{date(2027, 10, day): True for day in range(1, 8)},
        date(2027, 9, 26): False,
        date(2027, 10, 9): False,
    }


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"{NATIONAL}，共8天，{WORKED}。", "共 8 天，日期数下来是 7 天"),
        (f"{NATIONAL}。共8天。{WORKED}。", "共 8 天，日期数下来是 7 天"),
        (f"{WORKED}，{NATIONAL}，共9天。", "共 9 天，日期数下来是 7 天"),
        (
            f"{NATIONAL}，共7天，9月26日（周日）、10月9日（周六）。",
            "「共7天,9月26日(周日)、10月9日(周六)」是放假还是上班？",
        ),
        ("10月1日（周五）至7日（周四）放假上班。", "没读出日期"),
    ],
)
def test_a_count_is_always_checked_and_no_date_is_left_over(said: str, told: str) -> None:
    rest = REST_OF_NOTICE[: REST_OF_NOTICE.index("\n七、")]
    with pytest.raises(Refused) as refused:
        read_notice(f"关于2027年部分节假日安排的通知\n一、元旦：1月1日放假。{rest}\n七、国庆节：{said}")
    assert told in tell_refused_notice(refused.value)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("一、元旦：1月1日放假。", "没找到是哪一年"),
        ("关于2027年部分节假日安排的通知", "没找到「一、元旦：…」"),
        ("关于2027年部分节假日安排的通知\n一、元旦：放假。", "没读出日期"),
        ("关于2027年部分节假日安排的通知\n一、元旦：1月1日至3日放假，共4天。", "共 4 天，日期数下来是 3 天"),
        ("关于2027年部分节假日安排的通知\n一、元旦：1月1日（周一）放假。", "对不上"),
        ("关于2027年部分节假日安排的通知\n一、元旦：2月31日放假。", "没有「2月31日」这一天"),
        ("关于2027年部分节假日安排的通知\n一、元旦：1月1日至3日放假。1月3日上班。", "又是放假又是上班"),
        ("关于2027年部分节假日安排的通知\n一、元旦：1月1日至2月28日放假。", "没读出日期"),
        ("关于2027年部分节假日安排的通知\n一、元旦：3月1日至2月29日放假。", "没有「2月29日」这一天"),
        ("关于9999年部分节假日安排的通知\n一、元旦：12月31日至1月2日放假。", "没有「1月2日」这一天"),
        ("关于0000年部分节假日安排的通知\n一、元旦：1月1日放假。", "没有「1月1日」这一天"),
        (
            "关于2027年部分节假日安排的通知\n一、元旦：1月1日放假。\n二、春节：2月5日至11日放假，共7天。\n三、清",
            "没读到清明节、劳动节、端午节、中秋节、国庆节。通知没有贴全",
        ),
        ("关于2025年部分节假日安排的通知\n一、元旦：1月1日（周五）放假。", "2025年1月1日不是这个星期几"),
        ("https://www.gov.cn/zhengce/content/202511/content_7047090.htm", "没找到是哪一年"),
        ("明天开会，地点村活动室。", "没找到是哪一年"),
    ],
)
def test_a_notice_that_cannot_be_read_says_what_is_wrong_with_it(text: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        read_notice(text)
    assert told in tell_refused_notice(refused.value)
    assert refused.value.field == "notice"


def test_a_year_nobody_announced_is_unknown() -> None:
    assert shipped_holidays().is_known(2026)
    assert not shipped_holidays().is_known(2027)
    assert shipped_holidays().on(date(2027, 10, 1)).name == "国庆节"
    assert not shipped_holidays().may_be_moved(date(2026, 9, 28))
    assert shipped_holidays().on(date(2026, 10, 1)).is_off
    assert shipped_holidays().on(date(2026, 11, 24)) is None


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_days_fixed_by_law_are_off_in_every_year_announced_since(year: int) -> None:
    fixed = fixed_by_law(year)
    assert len(fixed) == 13
    announced = shipped_holidays()
    assert {day: announced.on(day).name for day in fixed} == {day: one.name for day, one in fixed.items()}


def test_no_day_that_was_moved_lies_farther_from_its_holiday_than_is_looked() -> None:
    moved = [day for day in shipped_holidays().days if day.year >= 2025]
    fixed = [day for year in (2025, 2026, 2027) for day in fixed_by_law(year)]
    assert max(min(abs((day - one).days) for one in fixed) for day in moved) <= MOVED_WITHIN_DAYS


def test_every_shipped_day_is_called_in_chinese() -> None:
    names = {one.name for one in shipped_holidays().days.values()}
    assert "抗战胜利纪念日" in names and not [name for name in names if name.isascii()]
