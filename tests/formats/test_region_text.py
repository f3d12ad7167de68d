"""A region's two weeks in words and as a calendar."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from nightschool import texts
from nightschool.formats.ics import calendar, region_calendar
from nightschool.formats.region_text import (
    region_words,
    tell_cut,
    tell_host,
    tell_region_summary,
    tell_region_title,
)
from nightschool.formats.timetable_text import tell_former
from nightschool.queries.notices.region_timetable import Host, Meeting, RegionTimetable, Start
from nightschool.queries.notices.timetable import Entry, Successor, Timetable
from nightschool.rules.regions import Level
from nightschool.rules.slots import Slot
from tests.formats.test_ics import ENTRY, TODAY, VILLAGE, ZONE
from tests.formats.test_timetable_json import AREA, HOST, SITE

LAST = date(2026, 12, 6)
OTHER = Host("511002106201", "老坝村", "史家镇", "市中区")


def on(day: int, **changes: Any) -> Entry:
    return ENTRY._replace(slot=Slot(TODAY + timedelta(days=day), 1140, 1230), **changes)


def of(
    *meetings: tuple[Host, Entry], start: Start | None = None, goes_on: Start | None = None, **area: Any
) -> RegionTimetable:
    told = tuple(Meeting(*one) for one in meetings)
    return RegionTimetable(replace(AREA, **area), TODAY, LAST, start or Start(TODAY), told, goes_on, ())


def words(timetable: RegionTimetable) -> dict[str, Any]:
    return region_words(timetable, ZONE)


def test_both_weeks_are_told_by_day_and_village() -> None:
    told = words(of((HOST, on(0)), (HOST, on(1)), (OTHER, on(1)), (HOST, on(7))))
    this, following = told["weeks"]
    assert (this.title, following.title) == ("这周（11月24日–11月29日）", "下周（11月30日–12月6日）")
    assert [(day.near, day.title) for day in this.days] == [
        ("今天", "周二 11月24日（十月十六）"),
        ("明天", "周三 11月25日（十月十七）"),
    ]
    assert [spot.name for spot in this.days[1].spots] == ["狮湾村", "老坝村"]
    [line] = this.days[0].spots[0].lines
    assert (line.times, line.what) == ("19:00–20:30", "柑橘冬季管护 · 村活动室 · 周老师（农技站）")
    assert [(day.near, day.title) for day in following.days] == [("", "周二 12月1日（十月廿三）")]


def test_a_week_without_classes_says_so_where_it_is_known() -> None:
    assert [week.title for week in words(of((HOST, on(0))))["weeks"]][1] == "下周没有排课"
    assert words(of((HOST, on(7))))["weeks"][0].title == "这周没有排课"
    cut = of((HOST, on(0)), goes_on=Start(TODAY, OTHER.code))
    assert len(words(cut)["weeks"]) == 1
    late = of((HOST, on(8)), start=Start(TODAY + timedelta(days=7)))
    assert [week.title for week in words(late)["weeks"]] == ["下周（11月30日–12月6日）"]


def test_nothing_at_all_is_one_sentence() -> None:
    told = words(of())
    assert (told["nothing"], told["weeks"]) == ("这周和下周还没有排好的课。", [])
    assert words(of(start=Start(LAST)))["nothing"] == "后面没有课了。"


def test_what_was_called_off_is_said_in_words() -> None:
    told = words(of((HOST, on(0, status="cancelled", reason="weather"))))
    [line] = told["weeks"][0].days[0].spots[0].lines
    assert (line.what, line.change) == ("柑橘冬季管护", "取消：天气不好")


def test_where_the_list_is_cut_it_says_how_far_it_goes() -> None:
    assert tell_cut(of((HOST, on(0)))) == ""
    cut = of((HOST, on(0)), (OTHER, on(1)), goes_on=Start(TODAY + timedelta(days=2)))
    assert tell_cut(cut) == "课多，这里先列 2 节，列到周三 11月25日，后面还有。"


@pytest.mark.parametrize(
    ("level", "said"), [(Level.TOWNSHIP, ""), (Level.COUNTY, "史家镇"), (Level.CITY, "史家镇 · 市中区")]
)
def test_a_village_is_placed_as_far_as_the_page_does_not(level: Level, said: str) -> None:
    assert tell_host(OTHER, level) == said


def test_what_a_chat_shows() -> None:
    many = of((HOST, on(0)), (OTHER, on(1)), (HOST, on(2, status="cancelled", reason="weather")))
    assert tell_region_title(AREA) == "全安镇农民夜校 · 这周和下周的课"
    assert tell_region_summary(many) == (
        "这周和下周 2 节课：今晚 19:00 狮湾村 柑橘冬季管护；明晚 19:00 老坝村 柑橘冬季管护"
    )
    assert tell_region_summary(of()) == "这周和下周还没有排好的课。"
    part = of((HOST, on(0)), goes_on=Start(LAST))
    assert tell_region_summary(part) == "今晚 19:00 狮湾村 柑橘冬季管护"  # how many there are is not known


@pytest.mark.parametrize(
    ("successor", "said"),
    [
        (None, "全安镇已撤并。并到了哪里，这里还没有记。"),
        (Successor("511002107000", "新镇", None), "全安镇已撤并，现在是新镇。"),
        (Successor("511002107000", "新镇", TODAY), "全安镇已撤并，从周二 11月24日起是新镇。"),
    ],
)
def test_a_former_region_says_what_became_of_it(successor: Successor | None, said: str) -> None:
    assert tell_former(replace(AREA, is_former=True, successor=successor), TODAY) == said
    assert tell_former(AREA, TODAY) == ""


def written(timetable: RegionTimetable) -> bytes:
    return region_calendar(timetable, address=f"{SITE}/r/511002105", site=SITE, reading="", zone=ZONE)


def test_its_calendar_holds_the_events_of_the_villages_with_the_village_before_each() -> None:
    own = next(
        iter(
            icalendar.Calendar.from_ical(
                calendar(
                    Timetable(VILLAGE, TODAY, ahead=(on(1),)), address=f"{SITE}/v/{HOST.code}", zone=ZONE
                )
            ).walk("VEVENT")
        )
    )
    [event] = icalendar.Calendar.from_ical(written(of((HOST, on(1))))).walk("VEVENT")
    assert str(event["SUMMARY"]) == "狮湾村：柑橘冬季管护"
    assert str(event["URL"]) == f"{SITE}/v/{HOST.code}"
    for name in ("UID", "SEQUENCE", "LOCATION", "STATUS"):
        assert event[name] == own[name]
    assert (event.start, event.end) == (own.start, own.end)


@pytest.mark.parametrize(
    ("level", "title", "location"),
    [
        (Level.TOWNSHIP, "永兴村：柑橘冬季管护", "永兴村 村活动室"),
        (Level.COUNTY, "永兴村（全安镇）：柑橘冬季管护", "永兴村（全安镇） 村活动室"),
        (Level.CITY, "永兴村（全安镇 · 市中区）：柑橘冬季管护", "永兴村（全安镇 · 市中区） 村活动室"),
    ],
)
def test_its_calendar_tells_villages_of_one_name_apart_as_the_page_does(
    level: Level, title: str, location: str
) -> None:
    found = of((HOST._replace(name="永兴村"), on(1)))
    data = written(replace(found, area=replace(found.area, level=level)))
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == (title, location)


def test_its_calendar_keeps_what_was_called_off_and_says_where_it_ends() -> None:
    off = on(1, status="cancelled", reason="weather")
    data = written(of((HOST, off), goes_on=Start(LAST)))
    [event] = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["STATUS"])) == ("取消：狮湾村：柑橘冬季管护", "CANCELLED")
    assert "后面还有" in str(icalendar.Calendar.from_ical(data)["X-WR-CALDESC"])
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert list(icalendar.Calendar.from_ical(written(of())).walk("VEVENT")) == []


def test_it_speaks_english_too() -> None:
    with texts.using_language("en"):
        assert "11月" not in str(words(of((HOST, on(0))))["weeks"][0].days[0].title)
