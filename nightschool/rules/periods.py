"""Periods a supervisor looks at: a week from Monday to Sunday, or a month."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.rules.almanac import day_with_year
from nightschool.texts import _


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    kind: str  # "week" or "month"
    first: date
    last: date

    @property
    def before(self) -> date:
        """A day of the period before."""
        return self.first - timedelta(days=1)

    @property
    def after(self) -> date:
        """A day of the period after."""
        return self.last + timedelta(days=1)


def week_of(day: date) -> Period:
    """The week, Monday to Sunday, this day lies in."""
    first = day - timedelta(days=day.weekday())
    return Period("week", first, first + timedelta(days=6))


def month_of(day: date) -> Period:
    """The month this day lies in."""
    return Period("month", day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def tell_period(period: Period) -> str:
    """The period in words."""
    if period.kind == "month":
        return _("%(year)d年%(month)d月", year=period.first.year, month=period.first.month)
    return _("%(first)s 到 %(last)s", first=day_with_year(period.first), last=day_with_year(period.last))
