"""A slot: a day with a start and an end, the wall clock of the village in minutes since midnight, half-open."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from nightschool.rules.almanac import clock
from nightschool.rules.numerals import number_of
from nightschool.texts import N_, _

DAY_MINUTES = 24 * 60
SHORTEST_MINUTES = 10
LONGEST_MINUTES = 8 * 60

# Typed text longer than this is not a time of day; it is refused before any pattern looks at it.
LONGEST_TIME_TEXT = 20


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """The wall-clock time [starts, ends) of one day, without place or teacher."""

    day: date
    starts: int
    ends: int

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.ends - self.starts

    @property
    def begins(self) -> Moment:
        """The moment it starts."""
        return Moment(self.day, self.starts)

    @property
    def finishes(self) -> Moment:
        """The moment it ends."""
        return Moment(self.day, self.ends)

    def overlaps(self, other: Slot) -> bool:
        """Whether the two share a minute; back to back they do not."""
        return self.day == other.day and self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point on the village's clock."""

    day: date
    minutes: int


CLOCK_SKEW = timedelta(minutes=10)  # that two clocks, or one before and after it was set, may be apart


@dataclass(frozen=True, slots=True)
class Now:
    """When something is done: the instant, aware and in UTC, and what the village's clock shows at it."""

    instant: datetime
    day: date
    minutes: int

    @classmethod
    def at(cls, instant: datetime, zone: tzinfo) -> Now:
        """This aware instant, for villages in this time zone."""
        local = instant.astimezone(zone)
        return cls(instant.astimezone(UTC), local.date(), local.hour * 60 + local.minute)

    @property
    def moment(self) -> Moment:
        """The point on the village's clock."""
        return Moment(self.day, self.minutes)

    def moment_of(self, earlier: datetime) -> Moment:
        """The point on the village's clock at an instant before this one; a later one is taken for this one.

        By how long ago it was: a clock that was put forward in between would be an hour out, and China's is not.
        """
        ago = max(self.instant - earlier, timedelta())
        local = datetime.combine(self.day, time()) + timedelta(minutes=self.minutes) - ago
        return Moment(local.date(), local.hour * 60 + local.minute)

    @property
    def believable(self) -> datetime:
        """The latest instant that can have been noted by now; a later one is of a time when the clock was wrong."""
        return self.instant + CLOCK_SKEW

    def is_within(self, span: timedelta, of: datetime) -> bool:
        """True while less than this span has passed since then; never of an instant that cannot be believed."""
        return self.instant - span < of <= self.believable


class SlotFault(StrEnum):
    """What can be wrong with a start and an end."""

    END_NOT_AFTER_START = "end_not_after_start"
    PAST_MIDNIGHT = "past_midnight"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"


@dataclass(frozen=True, slots=True)
class SlotProblem:
    """Why a start and an end make no slot."""

    fault: SlotFault
    starts: int
    ends: int


def read_end(starts: int, ends: int) -> int:
    """The end as meant: 00:00 after a start is the midnight that closes the day."""
    return DAY_MINUTES if ends == 0 and starts > 0 else ends


def shown_end(ends: int) -> int:
    """An end for a time input, which has no 24:00: `read_end` gives it back."""
    return ends % DAY_MINUTES


def slot_problem(starts: int, ends: int) -> SlotProblem | None:
    """What stands against holding a class from `starts` to `ends`, or None.

    An end in the small hours after a start past noon is a class meant to run over midnight, not a slip of the pen.
    """
    if (
        ends > DAY_MINUTES
        or starts >= DAY_MINUTES
        or (ends <= starts and starts >= 12 * 60 and ends <= 6 * 60)
    ):
        return SlotProblem(SlotFault.PAST_MIDNIGHT, starts, ends)
    if ends <= starts or starts < 0:
        return SlotProblem(SlotFault.END_NOT_AFTER_START, starts, ends)
    if ends - starts < SHORTEST_MINUTES:
        return SlotProblem(SlotFault.TOO_SHORT, starts, ends)
    if ends - starts > LONGEST_MINUTES:
        return SlotProblem(SlotFault.TOO_LONG, starts, ends)
    return None


_FAULTS = {
    SlotFault.PAST_MIDNIGHT: N_(
        "从 %(starts)s 上到 %(ends)s 就过了半夜十二点。一节课要在当天上完，最晚到 24:00；再长就分成两天排。"
    ),
    SlotFault.END_NOT_AFTER_START: N_("%(starts)s 开始，%(ends)s 就结束了，前后反了。改一下时间。"),
    SlotFault.TOO_SHORT: N_("从 %(starts)s 到 %(ends)s 太短。一节课至少 10 分钟。"),
    SlotFault.TOO_LONG: N_("从 %(starts)s 到 %(ends)s 太长。一节课最多 8 小时，再长就分成几节排。"),
}


def tell_slot_problem(problem: SlotProblem) -> str:
    """One sentence: what does not fit, and what would."""
    starts, ends = clock(problem.starts % DAY_MINUTES), clock(problem.ends % DAY_MINUTES)
    return _(_FAULTS[problem.fault], starts=starts, ends=ends)


# The part of the day decides what an hour up to twelve means; each group below is one way to read it.
_PART_OF_DAY = re.compile(
    r"(?P<early>凌晨|am)|(?P<morning>清晨|早晨|早上|上午|早)|(?P<noon>中午)|(?P<afternoon>下午|傍晚|pm)|(?P<night>晚上|夜里|半夜|晚)"
)
_WRITTEN = re.compile(r"(?P<hour>[0-9]{1,2})[:.](?P<minute>[0-9]{2})")
_SPOKEN = re.compile(
    r"(?P<hour>[0-9]{1,2}|[〇零一二两三四五六七八九十]{1,3})(?:点钟?|时)"
    r"(?:(?P<half>半)|(?P<quarter>[一三])刻|过?(?P<minute>[0-9]{1,2}|[〇零一二三四五六七八九十]{1,3})分?)?"
)
_RUN_TOGETHER = re.compile(r"(?P<hour>[0-9]{1,2})(?P<minute>[0-9]{2})")
_HOUR_ALONE = re.compile(r"[0-9]{1,2}")


def parse_time(text: str) -> int | None:
    """Minutes since midnight of a time as people type it, or None where it cannot be read.

    Reads 19:00, 19：00, 7:30, 1930, 7:30pm, 19点, 晚上7点半, 下午两点一刻. Hours to 29 are read, so that a class
    meant to run past midnight is answered by its own sentence.
    """
    if len(text) > LONGEST_TIME_TEXT:
        return None
    # NFKC makes full-width digits and colons ASCII; [0-9] below keeps the digits of other scripts out.
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
    part = _PART_OF_DAY.search(plain)
    if part:
        if part.start() > 0 and part.end() < len(plain):
            return None
        plain = plain[: part.start()] + plain[part.end() :]
    return _minutes(part.lastgroup if part else None, *_hour_and_minute(plain, with_part=part is not None))


def _hour_and_minute(plain: str, *, with_part: bool) -> tuple[int | None, int | None]:
    """The two numbers of a time, each None where it is not one."""
    if found := _SPOKEN.fullmatch(plain):
        if found["half"]:
            return number_of(found["hour"]), 30
        if found["quarter"]:
            return number_of(found["hour"]), 15 * (number_of(found["quarter"]) or 0)
        return number_of(found["hour"]), number_of(found["minute"] or "0")
    if found := _WRITTEN.fullmatch(plain) or _RUN_TOGETHER.fullmatch(plain):
        return int(found["hour"]), int(found["minute"])
    # A lone number is a time only with its part of the day: 7pm, not 7.
    return (int(plain), 0) if with_part and _HOUR_ALONE.fullmatch(plain) else (None, None)


def _minutes(part: str | None, hour: int | None, minute: int | None) -> int | None:
    """Minutes since midnight of an hour named with its part of the day."""
    if hour is None or minute is None or hour > 29 or minute > 59:
        return None
    second_half = {"afternoon": range(1, 12), "noon": range(3), "night": range(5, 13)}
    if hour in second_half.get(part or "", ()):
        hour += 12
    elif part == "early" and hour == 12:
        hour = 0
    return hour * 60 + minute
