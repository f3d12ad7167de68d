"""What a wall calendar says of a day besides its number: lunar day, solar term, holiday or make-up day, market."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from nightschool.rules.almanac import solar_term
from nightschool.rules.seasons.holidays import HOLIDAY_NAMES, Holidays
from nightschool.rules.seasons.markets import Markets, tell_market
from nightschool.rules.seasons.months import stretches
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class DayMarks:
    """What is known of the days of a paper. Without a township there are no markets to know of."""

    holidays: Holidays
    markets: Markets = field(default_factory=Markets)
    markets_of: str = ""
    markets_are_examples: bool = False


def off_or_on(marks: DayMarks, day: date) -> str:
    """休 on a holiday, 班 on a make-up working day, else nothing: as printed calendars have it."""
    found = marks.holidays.on(day)
    if found is None:
        return ""
    return _("休") if found.is_off else _("班")


def tell_day_marks(marks: DayMarks, day: date) -> str:
    """国庆节放假 · 逢场; empty on ordinary days."""
    found = marks.holidays.on(day)
    holiday = _tell_holiday(found.name, found.is_off) if found else ""
    return " · ".join(filter(None, (holiday, _("逢场") if marks.markets.on(day) else "")))


def _tell_holiday(name: str, is_off: bool) -> str:
    if not name:
        return _("放假") if is_off else _("补班")
    word = _(name) if name in HOLIDAY_NAMES.values() else name
    return _("%(name)s放假", name=word) if is_off else _("%(name)s补班", name=word)


def tell_notes(marks: DayMarks, days: Iterable[date]) -> list[str]:
    """What is special in these days of one month: 节气立冬 7日, 国庆节放假 1日到7日."""
    days = tuple(days)
    told = [
        _("%(what)s %(days)s", what=_("节气%(term)s", term=solar_term(day)), days=_tell_days(day, day))
        for day in days
        if solar_term(day)
    ]
    known = [(found.name, found.is_off, day) for day in days if (found := marks.holidays.on(day))]
    for (name, is_off), those in groupby(known, key=lambda one: one[:2]):
        told += [
            _("%(what)s %(days)s", what=_tell_holiday(name, is_off), days=_tell_days(first, last))
            for first, last in stretches([day for _name, _off, day in those])
        ]
    return told


def _tell_days(first: date, last: date) -> str:
    if first == last:
        return _("%(day)d日", day=first.day)
    return _("%(first)d日到%(last)d日", first=first.day, last=last.day)


def tell_markets(marks: DayMarks) -> str:
    """全安镇逢场：农历逢三六九; that they are examples is said. Empty where no market is known."""
    if not marks.markets.rules:
        return ""
    told = _("、").join(dict.fromkeys(map(tell_market, marks.markets.rules)))
    if marks.markets_are_examples:
        return _("%(township)s逢场：%(days)s（示例，不是真的）。", township=marks.markets_of, days=told)
    return _("%(township)s逢场：%(days)s。", township=marks.markets_of, days=told)


def tell_unknown_years(marks: DayMarks, years: Iterable[int]) -> list[str]:
    """A sentence for each of these years whose moved days nobody has announced."""
    return [
        _("%(year)d 年怎么调休：未公布，只标了法定的放假日。", year=year)
        for year in sorted(set(years))
        if not marks.holidays.is_known(year)
    ]
