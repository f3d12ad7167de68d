"""Dates pasted in are read the way they are written; what is no date is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.datelists import read_dates, tell_unread

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("11月27日、12/4 2026-12-11", ["2026-11-27", "2026-12-04", "2026-12-11"]),
        ("11月27日\n12月4日\n12月11日", ["2026-11-27", "2026-12-04", "2026-12-11"]),
        ("11月27日12月4日", ["2026-11-27", "2026-12-04"]),
        ("11 月 27 日， 12 月 4 日；12-11", ["2026-11-27", "2026-12-04", "2026-12-11"]),
        ("１１月２７日", ["2026-11-27"]),
        ("2026年11月27日 2026/12/4 2026.12.11", ["2026-11-27", "2026-12-04", "2026-12-11"]),
        ("11月4、11、18日", ["2026-11-04", "2026-11-11", "2026-11-18"]),
        ("11月4日、11日和18日", ["2026-11-04", "2026-11-11", "2026-11-18"]),
        ("12月4号", ["2026-12-04"]),
        ("11月27日（周五）、12月4日 星期五", ["2026-11-27", "2026-12-04"]),
        ("11/27周五 12/4周五", ["2026-11-27", "2026-12-04"]),
        (
            "course,groups,sessiondate,from,to,description\n果树班,,2026-11-27,10:30,11:40,剪枝 2 号\n"
            '"果树班, 一期",,2026-12-04,19:00,20:30,',
            ["2026-11-27", "2026-12-04"],
        ),
        ("\ufeff课程,小组,日期,从,到\n果树班,,2026-11-27,10:30,11:40\n", ["2026-11-27"]),
    ],
)
def test_dates_are_read_in_many_hands(text: str, expected: list[str]) -> None:
    assert [day.isoformat() for day in read_dates(text, TODAY).days] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1月8日", "2027-01-08"),  # the coming one
        ("11月18日", "2026-11-18"),  # six days ago
        ("9月25日", "2026-09-25"),  # 60 days ago is still recent
        ("9月24日", "2027-09-24"),
        ("2月29日", "2028-02-29"),  # the next that exists
        ("2016-11-18、11-25", "2016-11-25"),  # follows the year written before
        ("2016-11-18、1-6", "2017-01-06"),
    ],
)
def test_a_missing_year_is_guessed_from_today_or_from_the_date_before(text: str, expected: str) -> None:
    assert read_dates(text, TODAY).days[-1].isoformat() == expected


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("11月31日", ["11月31日"]),
        ("11月27日、下周三、12月4日", ["下周三"]),
        ("13/45", ["13/45"]),
        ("11月27日（周一）", ["11月27日周一"]),
        ("27日", ["27日"]),
        ("11月27日 19", ["19"]),
        ("11月27日-12月4日", ["-12月4日"]),
        ("26-12-11", ["26-12-11"]),
        ("٢٠٢٦-١١-٢٧", ["٢٠٢٦-١١-٢٧"]),
        ("2026-11-27-04", ["2026-11-27-04"]),
    ],
)
def test_what_is_no_date_is_named_as_written(text: str, unread: list[str]) -> None:
    assert list(read_dates(text, TODAY).unread) == unread


def test_a_line_of_moodles_sessions_without_a_date_is_named() -> None:
    found = read_dates("course,groups,sessiondate\n果树班,,27/11/2026\n果树班,,2026-12-04\n", TODAY)
    assert [day.isoformat() for day in found.days] == ["2026-12-04"]
    assert found.unread[0] == "果树班"


def test_nothing_written_is_nothing_read() -> None:
    assert read_dates(" \n、，", TODAY).days == ()
    assert read_dates(" \n、，", TODAY).unread == ()


@given(st.lists(st.dates(date(2000, 1, 1), date(2090, 12, 31)), max_size=20))
def test_dates_with_their_year_are_read_back(days: list[date]) -> None:
    read = read_dates("、".join(f"{day.year}年{day.month}月{day.day}日" for day in days), TODAY)
    assert list(read.days) == days
    assert read.unread == ()


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    read_dates(text, TODAY)


def test_hostile_text_is_refused_piece_by_piece() -> None:
    for text in ("1" * 50_000, "1-" * 25_000, " " * 50_000, "日" * 50_000, "(周" * 25_000, "1月" * 25_000):
        assert read_dates(text, TODAY).days == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2月31日", "没有「2月31日」这一天"),
        ("2027-02-29", "没有「2027-02-29」这一天"),
        ("11月27日 19:00", "「19:00」是时间"),
        ("11月27日 晚上7点", "「晚上7点」是时间"),
        ("27日", "「27日」没写是几月"),
        ("下周三", "「下周三」不是日期"),
        ("11月27日（周一）", "「11月27日周一」和日历对不上：2026年11月27日是周五"),
        ("2016-11-18、11-25周四", "2016年11月25日是周五"),
    ],
)
def test_each_piece_that_is_no_date_says_why(text: str, told: str) -> None:
    read = read_dates(text, TODAY)
    assert told in tell_unread(read.unread[0], read)
