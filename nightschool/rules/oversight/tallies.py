"""Tallies: what class sessions come to, added up for regions and times, so that nobody has to count them all again.

A class session counts in its township, county and city, on its day and in its month, once as itself and once more for
each label it bears. A province is the sum of its cities, and any time one of months and days.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import add, sub
from typing import NamedTuple

from nightschool.rules.regions import PREFIX_DIGITS, Level, full_code
from nightschool.rules.registers.evaluations import EVALUATED
from nightschool.rules.seasons.months import month_of

TALLIED = (Level.TOWNSHIP, Level.COUNTY, Level.CITY)
DAY, MONTH, YEAR = len("2026-11-24"), len("2026-11"), len("2026")
# Years only where a province is added up from them: so a register writes few rows, and a province reads few.
SPANS = {level: (DAY, MONTH, YEAR) if level is Level.CITY else (DAY, MONTH) for level in TALLIED}
_DAY = timedelta(days=1)
ALL = ""  # the label of what counts whatever it bears
OF_HELPER = "helper "  # before the number of a label: only where that unit helped and did not organise


class TallyKey(NamedTuple):
    """Which tally: the region at its level, the time (2026-11 or 2026-11-24), and which class sessions of it."""

    level: str
    span: str
    label: str  # ALL, the number of one, one that helped, or "unit" and "campaign" for any of the kind
    region_code: str
    category_code: str
    status: str
    reason: str  # "" where the class was held or is to come

    def at(self, level: Level, span: int) -> "TallyKey":
        """The one above it: of this level, and of the month or year where `span` says so."""
        _level, day, label, region, *kind = self
        return TallyKey(level.value, day[:span], label, full_code(region[: PREFIX_DIGITS[level]]), *kind)


class Sums(NamedTuple):
    """What is added up. Women and those over 60 are not counted everywhere: in how many classes stands beside."""

    sessions: int = 0
    on_time: int = 0
    attendances: int = 0  # 人次
    minutes: int = 0
    person_minutes: int = 0
    women: int = 0
    women_counted: int = 0
    over_60: int = 0
    over_60_counted: int = 0
    by_guests: int = 0
    slips: int = 0  # EVALUATED
    method: int = 0
    method_points: int = 0
    content: int = 0
    content_points: int = 0
    attitude: int = 0
    attitude_points: int = 0
    understood: int = 0
    understood_points: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Both together."""
        return Sums(*map(add, self, other))

    def less(self, other: "Sums") -> "Sums":
        """The other taken away."""
        return Sums(*map(sub, self, other))


NOTHING = Sums()


class ClassCount(NamedTuple):
    """One class session as it counts; drafts and what was put off count nowhere."""

    region_code: str
    day: date
    category_code: str
    status: str
    reason: str
    labels: str  # as they stand in keys, a comma between
    on_time: int
    attendances: int
    minutes: int
    women: int | None
    over_60: int | None
    by_guests: int
    slips: int = 0  # EVALUATED
    method: int = 0
    method_points: int = 0
    content: int = 0
    content_points: int = 0
    attitude: int = 0
    attitude_points: int = 0
    understood: int = 0
    understood_points: int = 0

    @property
    def sums(self) -> Sums:
        """What it adds."""
        return Sums(
            1,
            self.on_time,
            self.attendances,
            self.minutes,
            self.attendances * self.minutes,
            self.women or 0,
            int(self.women is not None),
            self.over_60 or 0,
            int(self.over_60 is not None),
            self.by_guests,
            *(getattr(self, name) for name in EVALUATED),
        )

    @property
    def kind(self) -> tuple[str | date, ...]:
        """What decides where it counts."""
        return self[:6]

    def counts_in(self) -> Iterator[TallyKey]:
        """Where it counts."""
        return (key.at(level, span) for key in self.begins_in() for level in TALLIED for span in SPANS[level])

    def begins_in(self) -> Iterator[TallyKey]:
        """Where it counts on its day in its township: the other places are those above."""
        labels = (ALL, *filter(None, self.labels.split(","))) if self.labels else (ALL,)
        first, day = TALLIED[0], self.day.isoformat()
        region = full_code(self.region_code[: PREFIX_DIGITS[first]])
        kind = self.category_code, self.status, self.reason
        return (TallyKey(first.value, day, label, region, *kind) for label in labels)


def tallied(counted: Iterable[ClassCount]) -> dict[TallyKey, Sums]:
    """The tallies of these class sessions: each level's are added up from those below it, the months from the days."""
    days = _added((key, sums) for one in counted for sums in (one.sums,) for key in one.begins_in())
    found: dict[TallyKey, Sums] = {}
    for level in TALLIED:
        these = days if level is TALLIED[0] else _above(days, level, DAY)
        days = these
        for span in SPANS[level][1:]:
            found |= these
            these = _above(these, level, span)
        found |= these
    return found


def _above(below: Mapping[TallyKey, Sums], level: Level, span: int) -> dict[TallyKey, Sums]:
    return _added((key.at(level, span), sums) for key, sums in below.items())


def _added(several: Iterable[tuple[TallyKey, Sums]]) -> dict[TallyKey, Sums]:
    found: dict[TallyKey, Sums] = {}
    for key, sums in several:
        found[key] = found[key].plus(sums) if key in found else sums
    return found


def differing(before: ClassCount | None, after: ClassCount | None) -> dict[TallyKey, Sums]:
    """What has to be added where, for a class session that was counted as one to count as the other."""
    if before and after and before.kind == after.kind:
        more = after.sums.less(before.sums)
        return dict.fromkeys(after.counts_in(), more)
    found = tallied([after] if after else ())
    for key, sums in tallied([before] if before else ()).items():
        found[key] = found.get(key, NOTHING).less(sums)
    return found


def spans_of(first: date, last: date) -> list[str]:
    """The whole months from a day to a day, both included, and the days beside them."""
    spans, day = [], first
    while day <= last:
        month = month_of(day)
        if day == month.first and month.last <= last:
            spans.append(month.code)
            day = month.last
        else:
            spans.append(day.isoformat())
        day += _DAY
    return spans


def fewest_spans(first: date, last: date, level: Level) -> tuple[list[str], list[str]]:
    """What of this level is added for the time from a day to a day, and what taken away: November less a few days."""
    return _fewest(first, last, SPANS[level][:0:-1])


def _fewest(first: date, last: date, lengths: Sequence[int]) -> tuple[list[str], list[str]]:
    if not lengths:
        return spans_of(first, last), []
    more: list[str] = []
    less: list[str] = []
    day = first
    while day <= last:
        is_year = lengths[0] == YEAR
        begin, end = (
            (date(day.year, 1, 1), date(day.year, 12, 31))
            if is_year
            else (month_of(day).first, month_of(day).last)
        )
        until = min(end, last)
        here = _fewest(day, until, lengths[1:])
        before, after = (
            _fewest(*beside, lengths[1:]) for beside in ((begin, day - _DAY), (until + _DAY, end))
        )
        beside = before[0] + after[0], before[1] + after[1]
        if 1 + len(beside[0]) + len(beside[1]) < len(here[0]) + len(here[1]):
            here = [day.isoformat()[: lengths[0]], *beside[1]], beside[0]
        more, less, day = more + here[0], less + here[1], until + _DAY
    return more, less
