"""Periods that people look at and papers are about: a week from Monday to Sunday, a month, a part of a year, days."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.rules.almanac import day_with_year, day_without_year
from nightschool.rules.seasons.months import FIRST_YEAR, LAST_YEAR, Month, month_name, month_of, tell_month
from nightschool.texts import N_, _

# How many months a period of this kind has, and how its code says which of the year it is.
_PARTS = {"year": (12, ""), "half": (6, "-H"), "quarter": (3, "-Q")}
_PART_WRITTEN = re.compile(r"([0-9]{4})(?:(-[HQ])([1-4]))?")
_NAMES = {
    "half": (N_("上半年"), N_("下半年")),
    "quarter": (N_("第一季度"), N_("第二季度"), N_("第三季度"), N_("第四季度")),
}
# What each kind is called, and the one of it before, now and after, as of today.
_KINDS = {
    "week": (N_("周"), N_("上一周"), N_("这一周"), N_("下一周")),
    "month": (N_("月"), N_("上个月"), N_("这个月"), N_("下个月")),
    "quarter": (N_("季度"), N_("上个季度"), N_("这个季度"), N_("下个季度")),
    "half": (N_("半年"), N_("前半年"), N_("这半年"), N_("后半年")),
    "year": (N_("年"), N_("上一年"), N_("今年"), N_("下一年")),
    "days": (N_("几天"), N_("往前"), N_("这几天"), N_("往后")),
}
_MOST_SINGLE_DAYS, _MOST_DAYS_IN_WEEKS, _MOST_SPANS = 10, 60, 36
_APART = ".."  # between the two days of "from a day to a day"


@dataclass(frozen=True)
class Period:
    """From a day to a day, both included."""

    kind: str  # week, month, quarter, half, year; "days": from any day to any day
    first: date
    last: date

    @property
    def code(self) -> str:
        """How addresses say it: 2026, 2026-H2, 2026-Q4, 2026-11, the Monday of a week, 2026-11-03..2026-12-05."""
        if self.kind in _PARTS:
            _months, mark = _PARTS[self.kind]
            return f"{self.first.year:04d}{mark}{self._number if mark else ''}"
        if self.kind == "days":
            return f"{self.first}{_APART}{self.last}"
        return self.first.isoformat()[: 7 if self.kind == "month" else None]

    @property
    def before(self) -> Period:
        """The one of this kind before it; of some days, as many."""
        return self._beside(self.first - timedelta(days=1), self.first - self.last)

    @property
    def after(self) -> Period:
        """The one of this kind after it."""
        return self._beside(self.last + timedelta(days=1), self.last - self.first)

    def _beside(self, day: date, over: timedelta) -> Period:
        return (
            Period("days", *sorted((day, day + over))) if self.kind == "days" else period_of(self.kind, day)
        )

    @property
    def _number(self) -> int:
        """The how manieth of its year it is, of a part of a year."""
        return (self.first.month - 1) // _PARTS[self.kind][0] + 1


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


def period_of(kind: str, day: date) -> Period:
    """The period of this kind, a year or less, that the day lies in."""
    if kind not in _PARTS:
        return whole_month(month_of(day)) if kind == "month" else week_of(day)
    months = _PARTS[kind][0]
    first = day.month - (day.month - 1) % months
    return Period(kind, date(day.year, first, 1), Month(day.year, first + months - 1).last)


def read_period(code: str, today: date) -> Period:
    """The period that an address says; the week to look at where it says none that can be read."""
    return parsed_period(code) or week_to_look_at(today)


def days_between(one: date, other: date) -> Period:
    """All days from the earlier of the two to the later."""
    return Period("days", *sorted((one, other)))


def of_each_kind(kinds: Iterable[str], period: Period, today: date) -> tuple[Period, ...]:
    """The period of each of these kinds that today is in, where this one has it, else that its nearest end is in."""
    day = min(period.last, max(period.first, today))
    return tuple(period if kind == period.kind else period_of(kind, day) for kind in kinds if kind != "days")


def parsed_period(code: str) -> Period | None:
    """The period with this code, any day of a week standing for it; None: it is none, or not of our time."""
    try:
        found = _parsed(code)
    except (ValueError, OverflowError):
        return None
    return found if found and FIRST_YEAR <= found.first.year <= LAST_YEAR >= found.last.year - 1 else None


def _parsed(code: str) -> Period | None:
    if part := _PART_WRITTEN.fullmatch(code):
        year, mark, number = part.groups()
        kind = next(kind for kind, (_months, written) in _PARTS.items() if written == (mark or ""))
        return period_of(kind, date(int(year), _PARTS[kind][0] * (int(number or 1) - 1) + 1, 1))
    first, apart, last = code.partition(_APART)
    if apart:
        days = date.fromisoformat(first), date.fromisoformat(last)
        return Period("days", *days) if days[0] <= days[1] else None
    kind = "month" if len(code) == len("2026-11") else "week"
    return period_of(kind, date.fromisoformat(f"{code}-01" if kind == "month" else code))


def marks_of(period: Period) -> tuple[Period, ...]:
    """What a picture of the period has a mark for: its days, its weeks, or its months, all that any of it lies in."""
    days = (period.last - period.first).days + 1
    if days <= _MOST_SINGLE_DAYS:
        singles = (period.first + timedelta(days=number) for number in range(days))
        return tuple(Period("days", day, day) for day in singles)
    span = period_of("week" if days <= _MOST_DAYS_IN_WEEKS else "month", period.first)
    found: list[Period] = []
    while span.first <= period.last and len(found) < _MOST_SPANS:
        found.append(span)
        span = span.after
    return tuple(found)


def tell_span(span: Period) -> str:
    """In a few characters: 11.23 of a day or of a week's Monday, 11月, Nov."""
    return (
        month_name(month_of(span.first))[:3]
        if span.kind == "month"
        else f"{span.first.month}.{span.first.day}"
    )


def tell_kind(period: Period) -> str:
    """周, 月, 季度."""
    return _(_KINDS[period.kind][0])


def tell_way(to: Period, since: Period, today: date) -> str:
    """上个月, seen from the one next to it; the one that today is in by its own name, wherever one comes from."""
    _kind, before, now, after = _KINDS[to.kind]
    is_now = to.kind != "days" and to.first <= today <= to.last
    return _(now if is_now else before if to.first < since.first else after)


def tell_period(period: Period) -> str:
    """The period in words, the year once: 2026年11月23日到11月29日, 2026年11月, 2026年第四季度."""
    year = period.first.year
    if period.kind == "month":
        return tell_month(month_of(period.first))
    if period.kind == "year":
        return _("%(year)d年", year=year)
    if period.kind in _NAMES:
        return _("%(year)d年%(part)s", year=year, part=_(_NAMES[period.kind][period._number - 1]))
    if year != period.last.year:
        return _("%(first)s到%(last)s", first=day_with_year(period.first), last=day_with_year(period.last))
    first, last = day_without_year(period.first), day_without_year(period.last)
    return _("%(year)d年%(first)s到%(last)s", year=year, first=first, last=last)
