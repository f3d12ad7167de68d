"""A village's timetable in words."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.formats import timetable_text as words
from nightschool.formats.timetable_text import timetable_text
from nightschool.queries.notices.timetable import Entry, School, SeenTeacher, Successor, Timetable
from nightschool.rules.slots import Moment, Slot
from tests.formats.test_ics import ADDRESS, ENTRY, TODAY, VILLAGE

TONIGHT = ENTRY._replace(slot=Slot(TODAY, 19 * 60, 20 * 60 + 30))


def told(*ahead: Entry, past: tuple[Entry, ...] = (), village=VILLAGE) -> str:
    return timetable_text(Timetable(village, TODAY, ahead=ahead, past=past), address=ADDRESS)


def test_what_is_next_is_told_whole() -> None:
    assert told(TONIGHT) == (
        "狮湾村 农民夜校\n全安镇 · 市中区\n\n"
        "今晚 19:00–20:30\n周二 11月24日（十月十六）\n柑橘冬季管护\n"
        "地点：村活动室（村委会二楼）\n老师：周老师（农技站）\n带上剪刀\n\n"
        "不清楚的，问：陈书记 0832-5550101\n课表：https://school.example.org/v/511002105201\n"
    )


@pytest.mark.parametrize(
    ("days", "starts", "spoken"),
    [
        (0, 1140, "今晚"),
        (1, 1140, "明晚"),
        (0, 600, "今天上午"),
        (1, 480, "明早"),
        (3, 1140, "周五 11月27日"),
    ],
)
def test_the_day_is_said_as_people_say_it(days: int, starts: int, spoken: str) -> None:
    slot = Slot(TODAY + timedelta(days=days), starts, starts + 60)
    assert words.tell_when(slot, TODAY).startswith(spoken + " ")


def test_next_year_is_said() -> None:
    assert "2027年1月1日" in told(ENTRY._replace(slot=Slot(date(2027, 1, 1), 1140, 1200)))


def test_a_cancelled_session_of_tonight_is_said_first_with_its_reason() -> None:
    off = TONIGHT._replace(status="cancelled", reason="weather", title="防诈骗")
    lines = told(off, ENTRY).splitlines()
    assert lines[3] == "今晚 19:00–20:30 防诈骗；取消：天气不好"
    assert lines[4].startswith("周五 11月27日")


def test_a_postponed_session_says_the_other_date() -> None:
    off = ENTRY._replace(status="postponed", reason="farm_work", moves_to=Moment(date(2026, 12, 4), 1140))
    assert "改到周五 12月4日（十月廿六） 19:00：农活忙" in told(TONIGHT, off)


def test_a_postponed_session_whose_new_date_is_not_public_says_so() -> None:
    off = ENTRY._replace(status="postponed", reason="farm_work")
    assert "改期，新的时间还没定：农活忙" in told(TONIGHT, off)


def test_a_session_that_replaces_another_says_when_that_was_to_be() -> None:
    assert "原定周二 11月24日（十月十六） 19:00" in told(ENTRY._replace(moved_from=Moment(TODAY, 1140)))


@pytest.mark.parametrize(
    ("teacher", "said"),
    [
        (SeenTeacher("周老师", "农技站"), "周老师（农技站）"),
        (SeenTeacher("周老师", ""), "周老师"),
        (SeenTeacher("", "卫生院"), "卫生院的老师"),
        (SeenTeacher("", ""), "老师"),
    ],
)
def test_of_a_teacher_only_what_is_public_is_said(teacher: SeenTeacher, said: str) -> None:
    assert words.tell_teachers((teacher,)) == said


@pytest.mark.parametrize(
    ("school", "said"),
    [
        (None, "不清楚的，问村委会。"),
        (School(None, "", "", ""), "不清楚的，问村委会。"),
        (School(None, "李校长", "", ""), "不清楚的，问：李校长"),
        (School(None, "李校长", "陈书记", "0832-5550101"), "不清楚的，问：陈书记 0832-5550101"),
        (School(None, "", "", "0832-5550101"), "不清楚的，问：夜校 0832-5550101"),
    ],
)
def test_whom_to_ask_is_always_said(school: School | None, said: str) -> None:
    assert words.tell_contact(school) == said
    assert said in told(village=replace(VILLAGE, school=school))


def test_a_village_without_plans_says_so() -> None:
    assert "现在还没有排好的课。" in told()
    assert "这个村还没有在这里排夜校的课。" in told(village=replace(VILLAGE, school=None))


def test_a_former_village_names_its_successor_and_shows_its_history() -> None:
    gone = replace(
        VILLAGE, is_former=True, successor=Successor("511024100217", "建立村", date(2020, 5, 1)), school=None
    )
    held = ENTRY._replace(status="held", slot=Slot(date(2016, 11, 18), 540, 660), attendances=42)
    text = told(past=(held,), village=gone)
    assert "狮湾村已撤并，从周五 2020年5月1日起是建立村。" in text
    assert "周五 2016年11月18日（十月十九） 09:00–11:00" in text
    assert "来了 42 人次" in text


def test_a_past_session_that_was_not_held_says_so() -> None:
    [line] = words.told_lines([ENTRY._replace(status="cancelled", reason="few_people")], TODAY, is_past=True)
    assert line.change == "没开成：来的人太少"


def test_it_speaks_english_too() -> None:
    with texts.using_language("en"):
        text = told(TONIGHT)
    assert "19:00–20:30" in text
    assert "今晚" not in text


def test_when_it_was_changed_is_told_by_the_villages_clock() -> None:
    assert words.tell_updated(VILLAGE, ZoneInfo("Asia/Shanghai"), date(2026, 11, 20)) == "更新：今天 16:30"


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_was_typed_one_session_stays_one_line(title: str, venue: str) -> None:
    entry = ENTRY._replace(title=title, venue=venue)
    text = told(TONIGHT, entry)
    assert len(text.splitlines()) == len(told(TONIGHT, ENTRY).splitlines())
