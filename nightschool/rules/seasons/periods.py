"""Periods a supervisor looks at: a week from Monday to Sunday, or a month."""

from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.rules.almanac import day_with_year, day_without_year
from nightschool.rules.seasons.months import Month
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


def whole_month(month: Month) -> Period:
    """All days of the month."""
    return Period("month", month.first, month.last)


def tell_period(period: Period) -> str:
    """The period in words, the year once: 2026年11月23日到11月29日, 2026年11月."""
    if period.kind == "month":
        return _("%(year)d年%(month)d月", year=period.first.year, month=period.first.month)
    if period.first.year != period.last.year:
        return _("%(first)s到%(last)s", first=day_with_year(period.first), last=day_with_year(period.last))
    first, last = day_without_year(period.first), day_without_year(period.last)
    return _("%(year)d年%(first)s到%(last)s", year=period.first.year, first=first, last=last)
