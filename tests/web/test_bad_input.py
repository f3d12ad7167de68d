"""Everything that a series or a calendar cannot be: each has its sentence, and nothing that was typed is lost."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.calendars import FarmSeason, MarketRule, SpecialDay
from nightschool.models.teaching import ClassSession
from tests.factories import REST_OF_NOTICE, SHIWAN, Cast

NEW = f"/desk/{SHIWAN}/courses/new"
TOWNSHIP = "511002105000"
COURSE = {
    "title": "柑橘冬季管护",
    "summary": "带上剪刀",
    "category": "skill",
    "first": "2026-11-27",  # a Friday
    "starts": "19:00",
    "ends": "20:30",
    "repeat": "once",
}
WEEKLY = {"repeat": "weekly", "weekdays": ["4"]}
MONTHLY = {"repeat": "monthly", "weekdays": ["4"], "times": "3"}
LISTED = {"repeat": "dates"}

SERIES: dict[str, tuple[dict[str, Any], str]] = {
    "31 February as the first day": ({"first": "2027-02-31"}, "没有「2027-02-31」这一天"),
    "31 February as the last day": ({**WEEKLY, "until": "2027-02-31"}, "没有「2027-02-31」这一天"),
    "31 February in a list": ({**LISTED, "dates": "12月4日\n2月31日"}, "没有「2月31日」这一天"),
    "a year that is a slip": ({"first": "2206-11-27"}, "2206年11月27日 太远了，年份是不是写错了"),
    "an end before the beginning": (
        {**WEEKLY, "until": "2026-11-20"},
        "到 2026年11月20日 就为止了，前后反了",
    ),
    "an end thirty years ahead": ({**WEEKLY, "until": "2056-11-27"}, "一门课最多排 200 天"),
    "10,000 times": ({**WEEKLY, "times": "10000"}, "这里填 1 到 200 的整数，写的是「10000」"),
    "no times": ({**WEEKLY, "times": "0"}, "这里填 1 到 200 的整数，写的是「0」"),
    "minus one times": ({**WEEKLY, "times": "-1"}, "写的是「-1」"),
    "times in words": ({**WEEKLY, "times": "很多"}, "写的是「很多」"),
    "no end": (WEEKLY, "要有个头"),
    "two ends": ({**WEEKLY, "until": "2026-12-25", "times": "3"}, "只填一个"),
    "a weekday there is none of": ({**WEEKLY, "weekdays": ["9"], "times": "3"}, "选的有一项已经不在单子上了"),
    "every 0 weeks": ({**WEEKLY, "times": "3", "every": "0"}, "这里填 1 到 12 的整数"),
    "every 99 weeks": ({**WEEKLY, "times": "3", "every": "99"}, "这里填 1 到 12 的整数"),
    "the fifth Friday": ({**MONTHLY, "nth": "5"}, "这一项已经不在单子上了"),
    "no word which Friday": (MONTHLY, "选是第几个星期几"),
    "a Friday that is no number": ({**MONTHLY, "nth": "x"}, "这一项已经不在单子上了"),
    "days that never come": (
        {**MONTHLY, "nth": "1", "times": "", "until": "2026-11-30"},
        "这样排，一天也没有",
    ),
    "lunar days without digits": ({"repeat": "lunar", "times": "3"}, "写上逢哪些日子"),
    "a lunar day 31": (
        {"repeat": "lunar", "lunar": "逢31", "times": "3"},
        "「31」说的是尾数，还是一个月里的那一天？",
    ),
    "lunar nonsense": ({"repeat": "lunar", "lunar": "月亮圆了", "times": "3"}, "「月亮圆了」看不懂"),
    "a market nobody knows": ({"repeat": "market", "market": "0", "times": "3"}, "不知道哪天逢场"),
    "a market shifted by words": ({"repeat": "market", "market": "后天", "times": "3"}, "不在单子上"),
    "the same day twice, so that the series meets itself": (
        {**LISTED, "dates": "11月27日、12月4日、11/27、12/4"},
        "2026年11月27日、2026年12月4日 写了两遍",
    ),
    "two times on one day in a list": (
        {**LISTED, "dates": "11月27日 19:00\n11月27日 20:00"},
        "「19:00」是时间",
    ),
    "a weekday that is another": ({**LISTED, "dates": "11月27日（周一）"}, "2026年11月27日是周五"),
    "a list of 201 days": (
        {**LISTED, "dates": "、".join(f"{date(2027, 1, 1) + timedelta(days=n)}" for n in range(201))},
        "一门课最多排 200 天",
    ),
    "a list of nothing": ({**LISTED, "dates": "、\n"}, "把日期写在这里"),
    "every date left out": (
        {**WEEKLY, "times": "2", "leave_out": ["2026-11-27", "2026-12-04"]},
        "每一天都勾了不排，这门课就没有课次了",
    ),
    "an end before the start": ({"starts": "20:30", "ends": "19:00"}, "前后反了"),
    "25 o'clock": ({"starts": "25:00", "ends": "26:00"}, "过了半夜十二点"),
}


def count(database: Database, model: Any) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_each_impossible_series_has_its_sentence_and_nothing_is_lost(
    chen: FlaskClient, database: Database
) -> None:
    wrong = []
    for name, (changed, sentence) in SERIES.items():
        sent = {**COURSE, **changed}
        for todo in ("look", "publish"):
            answer = chen.post(NEW, data={**sent, "do": todo})
            page = unescape(answer.text)
            typed = [value for value in sent.values() if isinstance(value, str) and value.strip("、\n")]
            known = {"once", "weekly", "monthly", "lunar", "market", "dates", "skill", "5", "x", "后天"}
            lost = [value for value in typed if value not in known and value not in page]
            if answer.status_code != 422 or sentence not in page or lost:
                wrong.append((name, todo, answer.status_code, lost))
    assert wrong == []
    assert count(database, ClassSession) == 0


def test_what_no_date_field_can_show_is_shown_in_a_plain_one(chen: FlaskClient, database: Database) -> None:
    page = chen.post(NEW, data={**COURSE, "first": "2027-02-31", "do": "look"}).text
    field = (
        page.split('name="first"')[0].rpartition("<input")[2]
        + page.split('name="first"')[1].partition(">")[0]
    )
    assert 'type="text"' in field and 'value="2027-02-31"' in field
    assert 'type="date"' not in field


def test_ticks_outlive_a_sentence_elsewhere_and_are_shown_when_they_leave_nothing(
    chen: FlaskClient, database: Database
) -> None:
    both = {**COURSE, **WEEKLY, "times": "2", "leave_out": ["2026-11-27", "2026-12-04"], "do": "look"}
    page = chen.post(NEW, data={**both, "leave_out": "2026-12-04", "title": ""}).text
    assert '<input type="hidden" name="leave_out" value="2026-12-04">' in page
    page = chen.post(NEW, data=both).text
    assert "每一天都勾了不排，一次课也没有" in page.partition('id="preview"')[2]
    assert len(re.findall('name="leave_out" value="[0-9-]+" checked', page)) == 2, (
        "the ticks stand there to be taken away"
    )


def test_a_date_both_left_out_and_wanted_is_wanted(chen: FlaskClient, database: Database) -> None:
    once = {**COURSE, "leave_out": "2026-11-27", "do": "publish"}
    assert chen.post(NEW, data=once).status_code == 303
    taken = {**COURSE, **WEEKLY, "times": "2", "leave_out": "2026-12-04", "take": "2026-12-04 1140 1230"}
    page = chen.post(NEW, data={**taken, "do": "look"}).text
    assert "一共 2 次" in page and 'value="2026-12-04" checked' not in page


def test_a_tick_for_a_day_that_is_no_date_any_more_is_told(chen: FlaskClient, database: Database) -> None:
    page = chen.post(
        NEW, data={**COURSE, **WEEKLY, "times": "2", "leave_out": ["2026-12-01", "2026-12-04"], "do": "look"}
    ).text
    assert "原先勾了不排的 周二 12月1日，照现在这样排本来就没有课" in page
    assert "一共 1 次" in page


def test_good_days_are_not_looked_for_from_a_date_that_cannot_be_read(
    chen: FlaskClient, database: Database
) -> None:
    answer = chen.post(NEW, data={**COURSE, "first": "2027-02-31", "do": "find"})
    assert answer.status_code == 422
    assert "没有「2027-02-31」这一天" in answer.text and "这几天合适" not in answer.text


def test_good_days_are_not_looked_for_at_times_that_make_no_class(
    chen: FlaskClient, database: Database
) -> None:
    answer = chen.post(NEW, data={**COURSE, "starts": "19:00", "ends": "18:00", "do": "find"})
    assert answer.status_code == 422
    assert 'value="18:00"' in answer.text and "ends-errors" in answer.text
    assert "这几天合适" not in answer.text


CALENDAR: dict[str, tuple[str, dict[str, str], str]] = {
    "a window that ends before it begins": (
        "season",
        {"name": "双抢", "first": "2027-05-20", "last": "2027-05-01"},
        "最后一天早于第一天",
    ),
    "a window of more than a year": (
        "season",
        {"name": "双抢", "first": "2027-05-01", "last": "2028-06-01"},
        "一段农忙最长 120 天",
    ),
    "a window over one of the same name": (
        "season",
        {"name": "柑橘采收", "first": "2026-12-10", "last": "2026-12-31"},
        "和已有的「柑橘采收」（周二 12月1日到周二 12月15日）重了",
    ),
    "a window that ends on 31 February": (
        "season",
        {"name": "双抢", "first": "2027-02-01", "last": "2027-02-31"},
        "没有「2027-02-31」这一天",
    ),
    "a window in the wrong century": (
        "season",
        {"name": "双抢", "first": "2206-05-01", "last": "2206-05-20"},
        "2206年5月1日 太远了",
    ),
    "a window without a name": ("season", {"first": "2027-05-01", "last": "2027-05-20"}, "写上是什么农活"),
    "a single day in the wrong century": (
        "day",
        {"day": "0206-05-01", "what": "market-on", "name": "庙会"},
        "年份是不是写错了",
    ),
    "a single day without a word": ("day", {"day": "2027-05-01", "name": "庙会"}, "选这天怎么样"),
    "a market without digits": ("market", {"days": "逢", "place": "全安"}, "「逢」看不懂"),
    "a market of nothing": ("market", {"days": " ", "place": "全安"}, "写上逢哪些日子"),
    "a market on the 31st": ("market", {"days": "公历31日", "place": "全安"}, "「31」说的是尾数"),
    "a market that is known": ("market", {"days": "三六九", "place": "全安"}, "这个场已经有了"),
}


def test_each_calendar_that_cannot_be_has_its_sentence_and_nothing_is_lost(
    cast: Cast, browser_of: Callable[[int], FlaskClient], database: Database
) -> None:
    keeper = browser_of(cast.region_administrator)
    page = f"/calendars/{TOWNSHIP}"
    harvest = {"name": "柑橘采收", "first": "2026-12-01", "last": "2026-12-15"}
    assert keeper.post(page, data={"what_is_sent": "season", **harvest}).status_code == 303
    assert (
        keeper.post(page, data={"what_is_sent": "market", "days": "逢三六九", "place": "全安"}).status_code
        == 303
    )
    wrong = []
    for name, (sent, fields, sentence) in CALENDAR.items():
        answer = keeper.post(page, data={"what_is_sent": sent, **fields})
        lost = [value for key, value in fields.items() if key != "what" and value.strip() not in answer.text]
        if answer.status_code != 422 or sentence not in answer.text or lost:
            wrong.append((name, answer.status_code, lost))
    assert wrong == []
    assert [count(database, model) for model in (FarmSeason, MarketRule, SpecialDay)] == [1, 1, 0]


NOTICE = "关于2027年部分节假日安排的通知\n一、元旦：1月1日（周五）至3日（周日）放假，共3天。" + REST_OF_NOTICE
NOTICES = {
    "random text": ("明天下午开会，地点村活动室。", "没找到是哪一年"),
    "an address": ("https://www.gov.cn/zhengce/content/202611/content_1.htm", "没找到是哪一年"),
    "another year over the same text": (NOTICE.replace("2027", "2026"), "2026年1月1日不是这个星期几"),
    "its title alone": (NOTICE.partition("\n")[0], "没找到「一、元旦：…」"),
    "cut off in the middle": (NOTICE.partition("\n五、")[0], "没读到端午节、中秋节、国庆节。通知没有贴全"),
    "a line without its dates": (NOTICE.replace("4月5日放假", "放假1天"), "「放假1天」里没读出日期"),
    "31 February": (NOTICE.replace("2月5日至11日", "2月25日至31日"), "没有「31日」这一天"),
    "days that do not add up": (NOTICE.replace("共7天", "共8天", 1), "春节写的是共 8 天，日期数下来是 7 天"),
    "off and worked": (NOTICE.replace("共5天。", "共5天。5月3日上班。"), "2027年5月3日又是放假又是上班"),
}


def test_each_notice_that_cannot_be_read_says_where_and_stays(
    cast: Cast, browser_of: Callable[[int], FlaskClient], database: Database
) -> None:
    system = browser_of(cast.system_administrator)
    wrong = []
    for name, (text, sentence) in NOTICES.items():
        answer = system.post("/calendars/notice", data={"notice": text})
        if answer.status_code != 422 or sentence not in answer.text or text not in answer.text:
            wrong.append((name, answer.status_code))
    assert wrong == []
    assert count(database, SpecialDay) == 0
    assert system.post("/calendars/notice", data={"notice": NOTICE}).status_code == 303


@pytest.mark.parametrize("todo", ["find", "look", "publish"])
@pytest.mark.parametrize("repeat", ["once", "weekly", "monthly", "lunar"])
def test_the_last_days_of_the_calendar_are_answered_like_others(
    chen: FlaskClient, database: Database, todo: str, repeat: str
) -> None:
    rule = {"repeat": repeat, "weekdays": ["4"], "nth": "1", "lunar": "逢三六九", "times": "3", "do": todo}
    for first in ("9999-12-31", "9999-12-03"):
        answer = chen.post(NEW, data={**COURSE, **rule, "first": first})
        assert answer.status_code in (200, 303, 409, 422), (first, answer.status_code)
