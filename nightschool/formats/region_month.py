"""A township's month in words: a line a day, and in it every village that has a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.region_text import tell_region_former
from nightschool.formats.school_months import tell_day_marks
from nightschool.formats.timetable_text import tell_as_of, tell_change, tell_origin, tell_times
from nightschool.rules.almanac import day_without_year, lunar_label, weekday_name
from nightschool.rules.day_marks import tell_markets, tell_notes, tell_unknown_years
from nightschool.rules.months import tell_month
from nightschool.rules.regions import prefix_of
from nightschool.texts import _, ngettext

if TYPE_CHECKING:
    from datetime import date

    from nightschool.queries.places import NamedRegion
    from nightschool.queries.region_month import RegionMonth
    from nightschool.queries.timetable import Entry


class Gathering(NamedTuple):
    """One class session of a day, in words; what does not apply is empty."""

    code: str
    village: str
    times: str
    title: str
    change: str
    origin: str


class DayWords(NamedTuple):
    """One day of the month, in words."""

    day: str
    weekday: str
    lunar: str  # with the solar term that begins
    marks: str  # 国庆节放假 · 逢场
    gatherings: list[Gathering]


def tell_region_month(found: RegionMonth) -> str:
    """全安镇农民夜校 2026年11月."""
    return _("%(place)s农民夜校 %(month)s", place=found.area.name, month=tell_month(found.month))


def tell_month_summary(found: RegionMonth) -> str:
    """这个月 9 个村排了 31 次课. Of a county and above, where the towns are."""
    if not found.is_township:
        return _("点一个地方，看那里这个月的课。") if found.below else _("这里还没有开办夜校。")
    coming = [village for village, entry in found.meetings if entry.takes_place]
    if not coming:
        return _("这个月还没有排好的课。")
    classes = ngettext("%(n)d 次课", "%(n)d 次课", len(coming))
    return ngettext(
        "这个月 %(n)d 个村有课，一共 %(classes)s。",
        "这个月 %(n)d 个村有课，一共 %(classes)s。",
        len(set(coming)),
        classes=classes,
    )


def tell_without(found: RegionMonth) -> str:
    """The villages that have no class in this month, in one neutral line; empty when there is none."""
    if not found.without:
        return ""
    names = _("、").join(village.name for village in found.without)
    return _("这个月没有排课的村：%(names)s。", names=names)


def month_words(found: RegionMonth) -> dict[str, Any]:
    """Everything the page says, by the names its template uses."""
    by_day: dict[date, list[tuple[NamedRegion, Entry]]] = {}
    for village, entry in found.meetings:
        by_day.setdefault(entry.slot.day, []).append((village, entry))
    return {
        "title": tell_region_month(found),
        "name": found.area.name,
        "above": [(prefix_of(region.code), region.name) for region in found.area.above],
        "below": [(prefix_of(region.code), region.name) for region in found.below],
        "former": tell_region_former(found.area, found.today),
        "summary": tell_month_summary(found),
        "notes": tell_notes(found.marks, found.month.days),
        "markets": tell_markets(found.marks),
        "unknown": tell_unknown_years(found.marks, [found.month.year]),
        "days": [_day(day, by_day.get(day, []), found) for day in found.month.days] if found.meetings else [],
        "without": tell_without(found),
        "cut": _tell_cut(found),
        "as_of": tell_as_of(found.today),
    }


def _day(day: date, meetings: list[tuple[NamedRegion, Entry]], found: RegionMonth) -> DayWords:
    return DayWords(
        day_without_year(day),
        weekday_name(day),
        lunar_label(day),
        tell_day_marks(found.marks, day),
        [
            Gathering(
                village.code,
                village.name,
                tell_times(entry.slot),
                entry.title,
                tell_change(entry, found.today, is_past=day < found.today),
                tell_origin(entry, found.today),
            )
            for village, entry in meetings
        ],
    )


def _tell_cut(found: RegionMonth) -> str:
    if not found.are_more:
        return ""
    until = day_without_year(found.meetings[-1][1].slot.day)
    n = len(found.meetings)
    return ngettext(
        "课多，这里只列前 %(n)d 次，到%(day)s。", "课多，这里只列前 %(n)d 次，到%(day)s。", n, day=until
    )
