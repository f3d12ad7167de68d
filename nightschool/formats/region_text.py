"""What runs in a region, in words: the sentences its page, its calendar and its preview card share."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.timetable_text import (
    ToldLine,
    on_one_line,
    tell_as_of,
    tell_former,
    tell_one_line,
    tell_updated,
    told_lines,
)
from nightschool.rules.almanac import clock, day_without_year, full_day, spoken_day, spoken_moment
from nightschool.rules.regions import Level, prefix_of
from nightschool.rules.seasons.periods import week_of
from nightschool.texts import _, counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from nightschool.queries.notices.region_timetable import Area, Host, RegionTimetable, Start

FIRST_FEW = 3  # sessions that a preview card names


class Spot(NamedTuple):
    """What one village has on one day, in words."""

    code: str
    name: str
    where: str
    lines: list[ToldLine]


class Day(NamedTuple):
    """One day of a region, in words."""

    title: str
    near: str  # 今天 or 明天; on paper that would be wrong the day after
    spots: list[Spot]


class Week(NamedTuple):
    """One of the two weeks, in words; without days it says that there is nothing."""

    title: str
    days: list[Day]


def tell_region(area: Area) -> str:
    """全安镇农民夜校."""
    return _("%(place)s农民夜校", place=area.name)


def tell_region_title(area: Area) -> str:
    """全安镇农民夜校 · 这周和下周的课: what a link to the page says of it in a chat."""
    return _("%(place)s农民夜校 · 这周和下周的课", place=area.name)


def tell_host(village: Host, level: Level) -> str:
    """Where a village of this region lies, as far as the region does not say it already."""
    if level is Level.TOWNSHIP:
        return ""
    parts = (village.township,) if level is Level.COUNTY else (village.township, village.county)
    return " · ".join(part for part in parts if part)


def _tell_near(day: date, today: date) -> str:
    """今天, 明天; else nothing."""
    ahead = (day - today).days
    return {0: _("今天"), 1: _("明天")}.get(ahead, "")


def tell_cut(timetable: RegionTimetable) -> str:
    """That the list goes on elsewhere; empty where it does not."""
    if timetable.goes_on is None:
        return ""
    until = timetable.meetings[-1].entry.slot.day
    return counted(
        "课多，这里先列 %(n)d 节，列到%(day)s，后面还有。",
        len(timetable.meetings),
        day=spoken_day(until, timetable.today),
    )


def tell_region_summary(timetable: RegionTimetable) -> str:
    """How many classes there are and the first few of them, in one line."""
    coming = [meeting for meeting in timetable.meetings if meeting.entry.takes_place]
    if not coming:
        return _("这周和下周还没有排好的课。")
    few = _("；").join(
        _(
            "%(day)s %(time)s %(village)s %(title)s",
            day=spoken_moment(entry.slot.day, entry.slot.starts, timetable.today),
            time=clock(entry.slot.starts),
            village=village.name,
            title=entry.title,
        )
        for village, entry in coming[:FIRST_FEW]
    )
    if timetable.goes_on or not timetable.is_first_part:
        return few
    many = counted("这周和下周 %(n)d 节课", len(coming))
    return _("%(many)s：%(few)s", many=many, few=few)


def region_words(timetable: RegionTimetable, zone: ZoneInfo) -> dict[str, Any]:
    """Everything the page says of this timetable, by the names its template uses."""
    area, today = timetable.area, timetable.today
    return {
        "title": _("%(place)s这周和下周的课", place=area.name),
        "name": area.name,
        "above": [(prefix_of(region.code), region.name) for region in area.above],
        "below": [(prefix_of(region.code), region.name) for region in timetable.below],
        "former": tell_former(area, today),
        "begins": ""
        if timetable.is_first_part
        else _("这一页从%(day)s看起。", day=spoken_day(timetable.start.day, today)),
        "nothing": "" if timetable.meetings else tell_nothing_in(timetable),
        "weeks": list(_weeks(timetable)) if timetable.meetings else [],
        "cut": tell_cut(timetable),
        "updated": tell_updated(area, zone, today),
        "as_of": tell_as_of(today),
    }


def region_text(timetable: RegionTimetable, *, address: str) -> str:
    """The same as plain text: a line a day, below it a line a class session."""
    today = timetable.today
    lines = [_("%(place)s这周和下周的课", place=timetable.area.name), tell_former(timetable.area, today)]
    for day, spots in timetable.days:
        lines += ["", full_day(day, today)]
        for village, entries in spots:
            where = tell_host(village, timetable.area.level)
            host = _("%(village)s（%(where)s）", village=village.name, where=where) if where else village.name
            lines += [f"{host} {tell_one_line(one)}" for one in told_lines(entries, today)]
    lines += ["", tell_nothing_in(timetable) if not timetable.meetings else tell_cut(timetable)]
    lines.append(_("课表：%(address)s", address=address))
    return "\n".join(on_one_line(line) for line in lines).replace("\n\n\n", "\n\n") + "\n"


def tell_nothing_in(timetable: RegionTimetable) -> str:
    """That no class is planned in the region in these weeks."""
    if not timetable.is_first_part:
        return _("后面没有课了。")
    return _("这周和下周还没有排好的课。")


def _weeks(timetable: RegionTimetable) -> Iterator[Week]:
    """Both weeks as far as this part of the list reaches."""
    today = timetable.today
    days = {
        monday: list(those)
        for monday, those in groupby(timetable.days, key=lambda day: week_of(day[0]).first)
    }
    this, following = week_of(today), week_of(today).after
    for week, title, nothing in (
        (this, _("这周（%(days)s）", days=_tell_span(today, this.last)), _("这周没有排课")),
        (
            following,
            _("下周（%(days)s）", days=_tell_span(following.first, following.last)),
            _("下周没有排课"),
        ),
    ):
        told = [
            Day(
                full_day(day, today),
                _tell_near(day, today),
                [
                    Spot(
                        village.code,
                        village.name,
                        tell_host(village, timetable.area.level),
                        told_lines(entries, today),
                    )
                    for village, entries in spots
                ],
            )
            for day, spots in days.get(week.first, ())
        ]
        if told or _is_covered(timetable.start, week.last, timetable.goes_on):
            yield Week(title if told else nothing, told)


def _tell_span(first: date, last: date) -> str:
    """11月24日–11月29日."""
    if first == last:
        return day_without_year(first)
    return _("%(first)s–%(last)s", first=day_without_year(first), last=day_without_year(last))


def _is_covered(start: Start, sunday: date, goes_on: Start | None) -> bool:
    """True when this part of the list would show whatever that week holds from its beginning on."""
    return start.day <= sunday and (goes_on is None or goes_on.day > sunday)
