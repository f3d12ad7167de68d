"""Months as papers show them: read from an address, laid out in weeks, gathered into halves and seasons of a year."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from nightschool.errors import Refused
from nightschool.texts import N_, _

FIRST_YEAR, LAST_YEAR = 2000, 2099
MOST_MONTHS = 12
_WRITTEN = re.compile(r"([0-9]{4})\s*[-./年]\s*([0-9]{1,2})月?")

_NAMES = (
    N_("1月"),
    N_("2月"),
    N_("3月"),
    N_("4月"),
    N_("5月"),
    N_("6月"),
    N_("7月"),
    N_("8月"),
    N_("9月"),
    N_("10月"),
    N_("11月"),
    N_("12月"),
)

# The parts of a year people plan by: name, first month, how many. 大春 and 小春 are the two crops (docs/domain.md).
_PARTS = (
    (N_("上半年"), 1, 6),
    (N_("下半年"), 7, 6),
    (N_("大春"), 4, 6),
    (N_("小春"), 10, 7),
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of one year."""

    year: int
    number: int

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def code(self) -> str:
        """2026-04, as addresses have it."""
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(self.first.replace(day=number) for number in range(1, self.last.day + 1))

    @property
    def weeks(self) -> tuple[tuple[date | None, ...], ...]:
        """From Monday to Sunday; None where another month's day would stand."""
        days = [None] * self.first.weekday() + list(self.days)
        days += [None] * (-len(days) % 7)
        return tuple(tuple(days[start : start + 7]) for start in range(0, len(days), 7))

    @property
    def before(self) -> Month:
        return self.plus(-1)

    @property
    def after(self) -> Month:
        return self.plus(1)

    def plus(self, months: int) -> Month:
        """The month so many months later."""
        years, index = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, index + 1)


@dataclass(frozen=True, slots=True)
class Term:
    """Some months in a row, the first and the last included."""

    first: Month
    last: Month

    @property
    def months(self) -> tuple[Month, ...]:
        count = (self.last.year - self.first.year) * 12 + self.last.number - self.first.number + 1
        return tuple(self.first.plus(number) for number in range(count))


def month_of(day: date) -> Month:
    """The month this day lies in."""
    return Month(day.year, day.month)


def year_of(year: int) -> Term:
    """The twelve months of a year. Raises: Refused with `month_out_of_range`."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Refused("month_out_of_range")
    return Term(Month(year, 1), Month(year, 12))


def parts_of_year(year: int) -> tuple[tuple[str, Term], ...]:
    """上半年, 下半年, 大春 and 小春 of a year; the last goes on into the next one."""
    return tuple(
        (name, Term(Month(year, number), Month(year, number).plus(count - 1)))
        for name, number, count in _PARTS
    )


def read_month(text: str, *, field: str = "month") -> Month:
    """The month in 2026-04, 2026.4 or 2026年4月. Raises: Refused with `month_unreadable` or `month_out_of_range`."""
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None or not 1 <= int(found[2]) <= 12:
        raise Refused("month_unreadable", field=field, text=text[:20])
    if not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        raise Refused("month_out_of_range", field=field)
    return Month(int(found[1]), int(found[2]))


def read_term(first: str, last: str) -> Term:
    """The months from one to another. Raises: Refused, with `term_backwards` or `term_too_long` at the last one too."""
    term = Term(read_month(first, field="first"), read_month(last, field="last"))
    if term.last < term.first:
        raise Refused("term_backwards", field="last")
    if len(term.months) > MOST_MONTHS:
        raise Refused("term_too_long", field="last", n=len(term.months))
    return term


def month_name(month: Month) -> str:
    """11月, "November"."""
    return _(_NAMES[month.number - 1])


def tell_month(month: Month) -> str:
    """2026年11月, "November 2026"."""
    return _("%(year)d年%(name)s", year=month.year, name=month_name(month))


def month_word(month: Month, today: date) -> str:
    """12月, 2027年1月; "December", "January 2027"."""
    return month_name(month) if month.year == today.year else tell_month(month)


def tell_term(term: Term) -> str:
    """2026年, 2026年4月到9月（大春）, 2026年11月."""
    if term.first == term.last:
        return tell_month(term.first)
    if term == Term(Month(term.first.year, 1), Month(term.first.year, 12)):
        return _("%(year)d年", year=term.first.year)
    told = _(
        "%(first)s到%(last)s",
        first=tell_month(term.first),
        last=month_name(term.last) if term.last.year == term.first.year else tell_month(term.last),
    )
    names = [name for name, part in parts_of_year(term.first.year) if part == term]
    return _("%(months)s（%(name)s）", months=told, name=_(names[0])) if names else told


_REFUSED = {
    "month_unreadable": N_("「%(text)s」不是哪一年哪一月。像 2026-04 这样写。"),
    "month_out_of_range": N_("这里看得到 %(first)d 年到 %(last)d 年。"),
    "term_backwards": N_("最后一个月在第一个月前面。把两个月换过来。"),
    "term_too_long": N_("从头到尾有 %(n)d 个月，一次最多看 %(most)d 个月。分成几段看。"),
}


def tell_refused_months(refused: Refused) -> str:
    """One sentence: why these months cannot be shown, and how to write them."""
    limits = {"first": FIRST_YEAR, "last": LAST_YEAR, "most": MOST_MONTHS}
    return _(_REFUSED[refused.code], **limits, **refused.details)


def stretches(days: list[date]) -> list[tuple[date, date]]:
    """The first and last day of each run of days that follow one another."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] == day - timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
