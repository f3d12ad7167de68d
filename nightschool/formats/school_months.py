"""A school's year or term in words: the small calendars, the list of each month, and what became of it all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nightschool.formats.overview_text import tell_reasons
from nightschool.formats.timetable_text import (
    announced,
    tell_as_of,
    tell_attendances,
    tell_former,
    tell_name,
    tell_where,
)
from nightschool.rules.almanac import WEEKDAYS, full_day, lunar_day_label, solar_term
from nightschool.rules.seasons.day_marks import (
    off_or_on,
    tell_day_marks,
    tell_markets,
    tell_notes,
    tell_unknown_years,
)
from nightschool.rules.seasons.months import month_name, tell_month, tell_term
from nightschool.texts import SOURCE_LANGUAGE, _, counted, language

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from nightschool.formats.timetable_text import Announced
    from nightschool.queries.notices.school_months import SchoolMonths, Tally
    from nightschool.queries.notices.timetable import Entry
    from nightschool.rules.seasons.months import Month


class Cell(NamedTuple):
    """One day of a small calendar; what does not apply is empty."""

    number: int
    under: str  # the solar term that begins, else the lunar day
    mark: str  # 休 or 班
    is_market: bool
    classes: str  # 课, 2 课; what became of it where none takes place
    takes_place: bool


class Lesson(NamedTuple):
    """One class session of a list, in words; what does not apply is empty."""

    about: Announced
    day: str  # without its year, which stands above it
    marks: str  # 国庆节放假 · 逢场
    state: str


class MonthWords(NamedTuple):
    """One month: its calendar, what is special in it, its classes."""

    name: str
    notes: list[str]
    weeks: list[list[Cell | None]]
    lessons: list[Lesson]


def tell_months_title(found: SchoolMonths) -> str:
    """狮湾村 农民夜校 2026年4月到9月（大春）."""
    return _("%(school)s %(months)s", school=tell_name(found.village), months=tell_term(found.term))


def tell_totals(totals: Tally) -> str:
    """排了 12 次，上了 8 次，取消 1 次（农活忙 1 次），还没到日子的 3 次。"""
    if not totals.planned:
        return _("还没有排课。")
    parts = [counted("排了 %(n)d 次", totals.planned)]
    if totals.held:
        parts.append(counted("上了 %(n)d 次", totals.held))
    if totals.called_off:
        reasons = dict(totals.called_off)
        told = tell_reasons(reasons)
        parts.append(counted("取消 %(n)d 次（%(reasons)s）", sum(reasons.values()), reasons=told))
    if totals.to_come:
        parts.append(counted("还没到日子的 %(n)d 次", totals.to_come))
    if totals.unrecorded:
        parts.append(counted("还没记的 %(n)d 次", totals.unrecorded))
    return _("%(parts)s。", parts=_("，").join(parts))


def months_words(found: SchoolMonths) -> dict[str, Any]:
    """Everything the pages say, by the names their templates use."""
    first, last = found.term.first, found.term.last
    spans_years = first.year != last.year
    drafts = found.totals.drafts
    return {
        "title": tell_months_title(found),
        "school": tell_name(found.village),
        "span": tell_term(found.term),
        "where": tell_where(found.village),
        "former": tell_former(found.village, found.today),
        "totals": tell_totals(found.totals),
        "drafts": counted("另有 %(n)d 次还没公布。", drafts) if drafts else "",
        "weekdays": [_(name) for name in WEEKDAYS],
        "months": [_month(found, month, spans_years) for month in found.term.months],
        "markets": tell_markets(found.marks),
        "unknown": tell_unknown_years(found.marks, range(first.year, last.year + 1)),
        "has_classes": bool(found.entries),
        "cut": counted("课多，这里只列前 %(n)d 次。", len(found.entries)) if found.are_more else "",
        "as_of": tell_as_of(found.today),
    }


def _month(found: SchoolMonths, month: Month, spans_years: bool) -> MonthWords:
    entries = found.of(month)
    by_day: dict[date, list[Entry]] = {}
    for entry in entries:
        by_day.setdefault(entry.slot.day, []).append(entry)
    return MonthWords(
        tell_month(month) if spans_years else month_name(month),
        tell_notes(found.marks, month.days),
        [[_cell(day, by_day.get(day, ()), found) if day else None for day in week] for week in month.weeks],
        [_lesson(entry, found) for entry in entries],
    )


def _cell(day: date, entries: Sequence[Entry], found: SchoolMonths) -> Cell:
    # Drafts among them stand in the list with their word; in the calendar they are classes as any other.
    taking_place = [entry for entry in entries if entry.takes_place or entry.status == "draft"]
    classes = ""
    if len(taking_place) > 1:
        classes = _("%(n)d 课", n=len(taking_place))
    elif taking_place:
        classes = _("课")
    elif entries:
        is_off = any(entry.status == "cancelled" for entry in entries)
        classes = _("停课") if is_off else _("改日")
    return Cell(
        day.day,
        _under(day),
        off_or_on(found.marks, day),
        found.marks.markets.on(day),
        classes,
        bool(taking_place),
    )


def _under(day: date) -> str:
    # A term's name is two characters in Chinese; in other languages it has room only in the notes of its month.
    term = solar_term(day) if language() == SOURCE_LANGUAGE else ""
    return term or lunar_day_label(day)


def _lesson(entry: Entry, found: SchoolMonths) -> Lesson:
    day = entry.slot.day
    return Lesson(
        announced(entry, found.today, is_past=day < found.today),
        full_day(day, day),
        tell_day_marks(found.marks, day),
        _("还没公布") if entry.status == "draft" else tell_attendances(entry),
    )
