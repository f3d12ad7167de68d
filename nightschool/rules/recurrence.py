"""When a course meets: once, weekly on some weekdays, or on dates pasted in. First and last day are included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from itertools import islice
from typing import Any

from dateutil.rrule import WEEKLY, rrule

from nightschool.rules.almanac import day_with_year, weekday_name
from nightschool.texts import _, ngettext

MOST_DATES = 200
EARLIEST_DAY = date(1950, 1, 1)
LATEST_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Once:
    """One meeting."""

    first: date


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these weekdays (Monday is 0) from `first` on, to `until` inclusive or `times` meetings in all."""

    first: date
    weekdays: tuple[int, ...]
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """On exactly these dates."""

    days: tuple[date, ...]


Recurrence = Once | Weekly | Listed


class RecurrenceFault(StrEnum):
    """What makes a recurrence impossible."""

    NO_WEEKDAY = "no_weekday"
    NO_END = "no_end"
    TWO_ENDS = "two_ends"
    UNTIL_BEFORE_FIRST = "until_before_first"
    NO_TIMES = "no_times"
    TOO_MANY = "too_many"
    NONE_LEFT = "none_left"
    SAME_DATE_TWICE = "same_date_twice"
    FAR_AWAY = "far_away"


@dataclass(frozen=True, slots=True)
class RecurrenceProblem:
    """Why no dates come of it, with the days it is about."""

    fault: RecurrenceFault
    days: tuple[date, ...] = ()


def recurrence_problem(recurrence: Recurrence) -> RecurrenceProblem | None:
    """The first thing that makes the recurrence impossible, or None; `days_of` may be asked only after None."""
    named = _named_days(recurrence)
    if far := tuple(day for day in named if not EARLIEST_DAY <= day <= LATEST_DAY):
        return RecurrenceProblem(RecurrenceFault.FAR_AWAY, far[:1])
    match recurrence:
        case Weekly():
            if problem := _weekly_problem(recurrence):
                return problem
        case Listed(days):
            if twice := tuple(sorted(day for day, count in Counter(days).items() if count > 1)):
                return RecurrenceProblem(RecurrenceFault.SAME_DATE_TWICE, twice)
    found = len(_expanded(recurrence, MOST_DATES + 1))
    if found > MOST_DATES:
        return RecurrenceProblem(RecurrenceFault.TOO_MANY)
    return None if found else RecurrenceProblem(RecurrenceFault.NONE_LEFT)


def _named_days(recurrence: Recurrence) -> tuple[date, ...]:
    match recurrence:
        case Once(first):
            return (first,)
        case Weekly(first, until=until):
            return (first,) if until is None else (first, until)
        case Listed(days):
            return days


def _weekly_problem(weekly: Weekly) -> RecurrenceProblem | None:
    """What is wrong with the ends and weekdays of a weekly recurrence, before any date is worked out."""
    if not weekly.weekdays or any(not 0 <= weekday <= 6 for weekday in weekly.weekdays):
        return RecurrenceProblem(RecurrenceFault.NO_WEEKDAY, (weekly.first,))
    if weekly.until is None and weekly.times is None:
        return RecurrenceProblem(RecurrenceFault.NO_END)
    if weekly.until is not None and weekly.times is not None:
        return RecurrenceProblem(RecurrenceFault.TWO_ENDS)
    if weekly.until is not None and weekly.until < weekly.first:
        return RecurrenceProblem(RecurrenceFault.UNTIL_BEFORE_FIRST, (weekly.first, weekly.until))
    if weekly.times is not None and weekly.times < 1:
        return RecurrenceProblem(RecurrenceFault.NO_TIMES)
    return None


def days_of(recurrence: Recurrence) -> tuple[date, ...]:
    """The dates in order, the first and the last day included.

    A weekly recurrence meets on its weekdays only: a first day that is none of them is where counting starts.
    """
    return _expanded(recurrence, MOST_DATES)


def _expanded(recurrence: Recurrence, most: int) -> tuple[date, ...]:
    """At most so many dates: an end far away costs no more than a near one."""
    match recurrence:
        case Once(first):
            return (first,)
        case Listed(days):
            return tuple(sorted(days)[:most])
        case Weekly(first, weekdays, until, times):
            meetings = rrule(
                WEEKLY,
                dtstart=datetime.combine(first, time()),
                byweekday=sorted(set(weekdays)),
                until=datetime.combine(until or LATEST_DAY, time()),
            )
            wanted = most if times is None else min(times, most)
            return tuple(meeting.date() for meeting in islice(meetings, wanted))


def tell_recurrence_problem(problem: RecurrenceProblem) -> str:
    """One sentence: what is impossible, and what to change."""
    days = [day_with_year(day) for day in problem.days]
    match problem.fault:
        case RecurrenceFault.NO_WEEKDAY:
            return _(
                "每周哪几天上课，还没选。第一天 %(day)s 是%(weekday)s。",
                day=days[0],
                weekday=weekday_name(problem.days[0]),
            )
        case RecurrenceFault.NO_END:
            return _("每周的课要有个头：写上到哪天为止，或者一共几次。")
        case RecurrenceFault.TWO_ENDS:
            return _("「到哪天为止」和「一共几次」只填一个。")
        case RecurrenceFault.UNTIL_BEFORE_FIRST:
            return _("第一次是 %(first)s，到 %(until)s 就为止了，前后反了。", first=days[0], until=days[1])
        case RecurrenceFault.NO_TIMES:
            return _("一共几次？至少 1 次。")
        case RecurrenceFault.TOO_MANY:
            return ngettext(
                "一门课最多排 %(n)d 天。日子再多就分成几门。",
                "一门课最多排 %(n)d 天。日子再多就分成几门。",
                MOST_DATES,
            )
        case RecurrenceFault.NONE_LEFT:
            return _("这样排，一天也没有。改一下日期，或者换一个星期几。")
        case RecurrenceFault.SAME_DATE_TWICE:
            return _("%(day)s 写了两遍。去掉一个。", day=days[0])
        case RecurrenceFault.FAR_AWAY:
            return _("%(day)s 太远了，年份是不是写错了？", day=days[0])


def to_json(recurrence: Recurrence) -> dict[str, Any]:
    """The recurrence as plain values to keep; `from_json` gives it back."""
    match recurrence:
        case Once(first):
            return {"kind": "once", "first": first.isoformat()}
        case Weekly(first, weekdays, until, times):
            return {
                "kind": "weekly",
                "first": first.isoformat(),
                "weekdays": list(weekdays),
                "until": until.isoformat() if until else None,
                "times": times,
            }
        case Listed(days):
            return {"kind": "listed", "days": [day.isoformat() for day in days]}


def from_json(kept: Mapping[str, Any]) -> Recurrence:
    """The recurrence that was kept.

    Raises: ValueError or KeyError where the values were not made by `to_json`.
    """
    match kept["kind"]:
        case "once":
            return Once(date.fromisoformat(kept["first"]))
        case "weekly":
            until = kept["until"]
            return Weekly(
                date.fromisoformat(kept["first"]),
                tuple(kept["weekdays"]),
                date.fromisoformat(until) if until else None,
                kept["times"],
            )
        case "listed":
            return Listed(tuple(date.fromisoformat(day) for day in kept["days"]))
    raise ValueError(kept["kind"])
