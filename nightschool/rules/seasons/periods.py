"""Periods a supervisor looks at: a week from Monday to Sunday, or a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.rules.almanac import day_with_year, day_without_year
from nightschool.rules.seasons.months import FIRST_YEAR, LAST_YEAR, Month, month_of
from nightschool.texts import _


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    kind: str  # "week" or "month"
    first: date
    last: date

    @property
    def code(self) -> str:
        """How addresses say it: 2026-11 for a month, 2026-11-23 for the week of that Monday."""
        return self.first.isoformat()[: 7 if self.kind == "month" else None]

    @property
    def before(self) -> Period:
        """The week or the month before."""
        return _around(self.kind, self.first - timedelta(days=1))

    @property
    def after(self) -> Period:
        """The week or the month after."""
        return _around(self.kind, self.last + timedelta(days=1))


def week_of(day: date) -> Period:
    """The week, Monday to Sunday, this day lies in."""
    first = day - timedelta(days=day.weekday())
    return Period("week", first, first + timedelta(days=6))


def week_to_look_at(today: date) -> Period:
    """This week; on a Monday, when nothing of it has been yet, the one before, about which villages are phoned."""
    return week_of(today - timedelta(days=1))


def whole_month(month: Month) -> Period:
    """All days of the month."""
    return Period("month", month.first, month.last)


def read_period(code: str, today: date) -> Period:
    """The period that an address says; the week to look at where it says none that can be read."""
    kind = "month" if len(code) == len("2026-11") else "week"
    try:
        day = date.fromisoformat(f"{code}-01" if kind == "month" else code)
    except ValueError:
        return week_to_look_at(today)
    return _around(kind, day) if FIRST_YEAR <= day.year <= LAST_YEAR else week_to_look_at(today)


def _around(kind: str, day: date) -> Period:
    return whole_month(month_of(day)) if kind == "month" else week_of(day)


def tell_period(period: Period) -> str:
    """The period in words, the year once: 2026年11月23日到11月29日, 2026年11月."""
    if period.kind == "month":
        return _("%(year)d年%(month)d月", year=period.first.year, month=period.first.month)
    if period.first.year != period.last.year:
        return _("%(first)s到%(last)s", first=day_with_year(period.first), last=day_with_year(period.last))
    first, last = day_without_year(period.first), day_without_year(period.last)
    return _("%(year)d年%(first)s到%(last)s", year=period.first.year, first=first, last=last)
