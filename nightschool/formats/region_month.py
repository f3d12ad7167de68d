"""A township's month in words: a line a day, and in it every village that has a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nightschool.formats.timetable_text import announced, tell_as_of, tell_former
from nightschool.rules.almanac import day_without_year
from nightschool.rules.regions import prefix_of
from nightschool.rules.seasons.day_marks import tell_day_marks, tell_markets, tell_notes, tell_unknown_years
from nightschool.rules.seasons.months import tell_month
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from nightschool.formats.timetable_text import Announced
    from nightschool.queries.notices.region_month import RegionMonth
    from nightschool.queries.places.places import NamedRegion


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
    classes = counted("%(n)d 次课", len(coming))
    return counted(
        "这个月 %(n)d 个村有课，一共 %(classes)s。",
        len(set(coming)),
        classes=classes,
    )


def _tell_without(found: RegionMonth) -> str:
    """The villages that have no class in this month, in one neutral line; empty when there is none."""
    if not found.without:
        return ""
    names = _("、").join(village.name for village in found.without)
    return _("这个月没有排课的村：%(names)s。", names=names)


def month_words(found: RegionMonth) -> dict[str, Any]:
    """Everything the page says, by the names its template uses."""
    return {
        "title": tell_region_month(found),
        "name": found.area.name,
        "above": [(prefix_of(region.code), region.name) for region in found.area.above],
        "below": [(prefix_of(region.code), region.name) for region in found.below],
        "former": tell_former(found.area, found.today),
        "summary": tell_month_summary(found),
        "notes": tell_notes(found.marks, found.month.days),
        "markets": tell_markets(found.marks),
        "unknown": tell_unknown_years(found.marks, [found.month.year]),
        "days": list(_days(found)) if found.meetings else [],
        "without": _tell_without(found),
        "cut": _tell_cut(found),
        "as_of": tell_as_of(found.today),
    }


def _days(found: RegionMonth) -> Iterator[tuple[date, str, list[tuple[NamedRegion, Announced]]]]:
    """Each day, what is special in it (国庆节放假 · 逢场), and its classes with their villages."""
    meetings: dict[date, list[tuple[NamedRegion, Announced]]] = {}
    for village, entry in found.meetings:
        day = entry.slot.day
        told = announced(entry, found.today, is_past=day < found.today)
        meetings.setdefault(day, []).append((village, told))
    for day in found.month.days:
        yield day, tell_day_marks(found.marks, day), meetings.get(day, [])


def _tell_cut(found: RegionMonth) -> str:
    if not found.are_more:
        return ""
    until = day_without_year(found.meetings[-1][1].slot.day)
    return counted("课多，这里只列前 %(n)d 次，到%(day)s。", len(found.meetings), day=until)
