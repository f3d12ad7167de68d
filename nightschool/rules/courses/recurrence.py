"""When a course meets: once, every so many weeks, on nth weekdays, around market days, or on dates pasted in.

First and last day are included. What RFC 5545 can express is expanded by python-dateutil; what the farmers' calendar
says has no rule there, and is walked day by day.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any

from dateutil.rrule import MO, MONTHLY, WEEKLY, rrule, weekday

from nightschool.rules.almanac import day_with_year, weekday_name
from nightschool.rules.seasons.markets import Market, MarketKind, MissingThirtieth, is_market_day
from nightschool.texts import N_, _, counted

MOST_DATES = 200
MOST_WEEKS_BETWEEN = 12
MOST_NAMED = 5  # days in one sentence
_NTHS = (1, 2, 3, 4, -1)
EARLIEST_DAY = date(1950, 1, 1)
LATEST_DAY = date(2099, 12, 31)


@dataclass(frozen=True, slots=True)
class Once:
    """One meeting."""

    first: date


@dataclass(frozen=True, slots=True)
class Weekly:
    """On these weekdays (Monday is 0) of every so many weeks, counted from that of `first`.

    To `until` inclusive, or `times` meetings in all.
    """

    first: date
    weekdays: tuple[int, ...]
    until: date | None = None
    times: int | None = None
    every: int = 1


@dataclass(frozen=True, slots=True)
class Monthly:
    """On the nth of these weekdays in each month, 1 to 4, or the last (-1); a month that has none is passed over."""

    first: date
    weekdays: tuple[int, ...]
    nth: int
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class AroundMarket:
    """On the days of these markets, or the day before (-1) or after (1) them.

    The markets stand in the rule as they were known when it was made, so that it says the same days for ever. A market
    of lunar digits is also how "on days with a 3, 6 or 9" is kept.
    """

    first: date
    markets: tuple[Market, ...]
    shift: int = 0
    until: date | None = None
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """On exactly these dates."""

    days: tuple[date, ...]


Repeating = Weekly | Monthly | AroundMarket
Recurrence = Once | Weekly | Monthly | AroundMarket | Listed


class RecurrenceFault(StrEnum):
    """What makes a recurrence impossible."""

    NO_WEEKDAY = "no_weekday"
    NO_NTH = "no_nth"
    NO_INTERVAL = "no_interval"
    NO_MARKET = "no_market"
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
        case Weekly() | Monthly() | AroundMarket():
            if problem := _repeating_problem(recurrence):
                return problem
        case Listed(days):
            if twice := tuple(sorted(day for day, count in Counter(days).items() if count > 1)):
                return RecurrenceProblem(RecurrenceFault.SAME_DATE_TWICE, twice)
    found = len(expanded(recurrence))
    if found > MOST_DATES:
        return RecurrenceProblem(RecurrenceFault.TOO_MANY)
    return None if found else RecurrenceProblem(RecurrenceFault.NONE_LEFT)


def _named_days(recurrence: Recurrence) -> tuple[date, ...]:
    match recurrence:
        case Once(first):
            return (first,)
        case Weekly(first, until=until) | Monthly(first, until=until) | AroundMarket(first, until=until):
            return (first,) if until is None else (first, until)
        case Listed(days):
            return days


def _repeating_problem(rule: Repeating) -> RecurrenceProblem | None:
    """What is wrong with the days and ends of a repeating rule, before any date is worked out."""
    match rule:
        case Weekly(weekdays=weekdays) | Monthly(weekdays=weekdays):
            if not weekdays or any(not 0 <= weekday <= 6 for weekday in weekdays):
                return RecurrenceProblem(RecurrenceFault.NO_WEEKDAY, (rule.first,))
        case AroundMarket(markets=markets) if not markets:
            return RecurrenceProblem(RecurrenceFault.NO_MARKET)
    if isinstance(rule, Weekly) and not 1 <= rule.every <= MOST_WEEKS_BETWEEN:
        return RecurrenceProblem(RecurrenceFault.NO_INTERVAL)
    if isinstance(rule, Monthly) and rule.nth not in _NTHS:
        return RecurrenceProblem(RecurrenceFault.NO_NTH)
    if rule.until is None and rule.times is None:
        return RecurrenceProblem(RecurrenceFault.NO_END)
    if rule.until is not None and rule.times is not None:
        return RecurrenceProblem(RecurrenceFault.TWO_ENDS)
    if rule.until is not None and rule.until < rule.first:
        return RecurrenceProblem(RecurrenceFault.UNTIL_BEFORE_FIRST, (rule.first, rule.until))
    if rule.times is not None and rule.times < 1:
        return RecurrenceProblem(RecurrenceFault.NO_TIMES)
    return None


def days_of(recurrence: Recurrence) -> tuple[date, ...]:
    """The dates in order, the first and the last day included.

    A weekly recurrence meets on its weekdays only: a first day that is none of them is where counting starts.
    """
    return expanded(recurrence)[:MOST_DATES]


@lru_cache(maxsize=64)
def expanded(recurrence: Recurrence) -> tuple[date, ...]:
    """The dates in order, at most one more than a course may have: an end far away costs no more than a near one.

    A form, its checks, its page and its action all ask for those of one recurrence; they are worked out once.
    """
    most = MOST_DATES + 1
    match recurrence:
        case Once(first):
            return (first,)
        case Listed(days):
            return tuple(sorted(days)[:most])
    wanted = most if recurrence.times is None else min(recurrence.times, most)
    return tuple(islice(_repeated(recurrence), wanted))


def filled_up(rule: Repeating, leave_out: Collection[date]) -> Repeating:
    """The same rule going on until it has met as many times as it says on other days than these."""
    wanted = rule.times
    while wanted is not None and rule.times is not None and rule.times <= MOST_DATES:
        days = expanded(rule)
        kept = sum(day not in leave_out for day in days)
        if kept >= wanted or len(days) < rule.times:
            break
        rule = replace(rule, times=rule.times + wanted - kept)
    return rule


def _repeated(rule: Repeating) -> Iterator[date]:
    """Every day of the rule up to its last, or to where the calendar ends."""
    last = rule.until or LATEST_DAY
    if isinstance(rule, AroundMarket):
        day = rule.first
        while day <= last:
            if any(is_market_day(market, day - timedelta(days=rule.shift)) for market in rule.markets):
                yield day
            day += timedelta(days=1)
        return
    weekdays = sorted(set(rule.weekdays))
    meetings = rrule(
        WEEKLY if isinstance(rule, Weekly) else MONTHLY,
        dtstart=datetime.combine(rule.first, time()),
        interval=rule.every if isinstance(rule, Weekly) else 1,
        byweekday=weekdays if isinstance(rule, Weekly) else [weekday(day)(rule.nth) for day in weekdays],
        wkst=MO,
        until=datetime.combine(last, time()),
    )
    yield from (meeting.date() for meeting in meetings)


_IMPOSSIBLE = {
    RecurrenceFault.NO_WEEKDAY: N_("每周哪几天上课，还没选。第一天 %(day)s 是%(weekday)s。"),
    RecurrenceFault.NO_NTH: N_("每月的课，选是第几个星期几。"),
    RecurrenceFault.NO_INTERVAL: N_("每隔几周，填 1 到 %(most)d。每周都上就填 1。"),
    RecurrenceFault.NO_MARKET: N_("不知道哪天逢场。先在「场期和农时」里记下，或者写上逢哪些日子。"),
    RecurrenceFault.NO_END: N_("一次次上的课要有个头：写上到哪天为止，或者一共几次。"),
    RecurrenceFault.TWO_ENDS: N_("「到哪天为止」和「一共几次」只填一个。"),
    RecurrenceFault.UNTIL_BEFORE_FIRST: N_("第一次是 %(first)s，到 %(until)s 就为止了，前后反了。"),
    RecurrenceFault.NO_TIMES: N_("一共几次？至少 1 次。"),
    RecurrenceFault.NONE_LEFT: N_("这样排，一天也没有。改一下日期，或者换一个星期几。"),
    RecurrenceFault.SAME_DATE_TWICE: N_("%(day)s 写了两遍。去掉一个。"),
    RecurrenceFault.FAR_AWAY: N_("%(day)s 太远了，年份是不是写错了？"),
}


def tell_recurrence_problem(problem: RecurrenceProblem) -> str:
    """One sentence: what is impossible, and what to change."""
    if problem.fault is RecurrenceFault.TOO_MANY:
        return counted("一门课最多排 %(n)d 天。日子再多就分成几门。", MOST_DATES)
    days = [day_with_year(day) for day in problem.days]
    said: dict[str, Any] = {"most": MOST_WEEKS_BETWEEN, "day": _("、").join(days[:MOST_NAMED])}
    if days:
        said |= {"first": days[0], "until": days[-1], "weekday": weekday_name(problem.days[0])}
    return _(_IMPOSSIBLE[problem.fault], **said)


def recurrence_json(recurrence: Recurrence) -> dict[str, Any]:
    """The recurrence as plain values to keep with the course, so that it is known how its dates came about."""
    match recurrence:
        case Once(first):
            return {"kind": "once", "first": first.isoformat()}
        case Weekly(weekdays=weekdays, every=every):
            return {"kind": "weekly", "weekdays": list(weekdays), "every": every, **_frame(recurrence)}
        case Monthly(weekdays=weekdays, nth=nth):
            return {"kind": "monthly", "weekdays": list(weekdays), "nth": nth, **_frame(recurrence)}
        case AroundMarket(markets=markets, shift=shift):
            kept = [
                {"kind": one.kind, "numbers": sorted(one.numbers), "missing_thirtieth": one.missing_thirtieth}
                for one in markets
            ]
            return {"kind": "market", "markets": kept, "shift": shift, **_frame(recurrence)}
        case Listed(days):
            return {"kind": "listed", "days": [day.isoformat() for day in days]}


def recurrence_from_json(kept: Mapping[str, Any]) -> Recurrence | None:
    """The recurrence that `recurrence_json` wrote; None where it cannot be read any more."""
    try:
        return _READERS[kept["kind"]](kept)
    except (KeyError, TypeError, ValueError):
        return None


def _read_frame(kept: Mapping[str, Any]) -> dict[str, Any]:
    until = kept["until"]
    return {
        "first": date.fromisoformat(kept["first"]),
        "until": date.fromisoformat(until) if until else None,
        "times": kept["times"],
    }


def _read_market(kept: Mapping[str, Any]) -> Market:
    return Market(
        MarketKind(kept["kind"]), frozenset(kept["numbers"]), MissingThirtieth(kept["missing_thirtieth"])
    )


_READERS: dict[str, Callable[[Mapping[str, Any]], Recurrence]] = {
    "once": lambda kept: Once(date.fromisoformat(kept["first"])),
    "weekly": lambda kept: Weekly(weekdays=tuple(kept["weekdays"]), every=kept["every"], **_read_frame(kept)),
    "monthly": lambda kept: Monthly(weekdays=tuple(kept["weekdays"]), nth=kept["nth"], **_read_frame(kept)),
    "market": lambda kept: AroundMarket(
        markets=tuple(map(_read_market, kept["markets"])), shift=kept["shift"], **_read_frame(kept)
    ),
    "listed": lambda kept: Listed(tuple(map(date.fromisoformat, kept["days"]))),
}


def _frame(rule: Repeating) -> dict[str, Any]:
    until = rule.until.isoformat() if rule.until else None
    return {"first": rule.first.isoformat(), "until": until, "times": rule.times}
