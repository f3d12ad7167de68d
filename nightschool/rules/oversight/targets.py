"""How many classes are expected of a village's school, as its county has settled: so many a week, month, quarter, year.

Nobody else expects anything: without a settled number there is none, and no rate either.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nightschool.rules.seasons.periods import period_of
from nightschool.texts import N_, _, counted

MOST_EXPECTED = 100
TARGET_PERIODS = {"week": N_("一周"), "month": N_("一个月"), "quarter": N_("一个季度"), "year": N_("一年")}


@dataclass(frozen=True, slots=True)
class SchoolsThere:
    """So many night schools of one region, by their type, that were there on the same days."""

    region: str  # code
    villages: int
    communities: int
    first: date | None = None  # None: before any day that is asked for
    last: date | None = None  # None: still there

    def are_there(self, day: date) -> bool:
        """On this day."""
        return not (self.first and day < self.first) and not (self.last and day > self.last)


@dataclass(frozen=True, slots=True)
class Target:
    """What is expected of each school in a span of this kind. No number: nothing of schools of that type."""

    per: str
    village: int | None
    community: int | None

    def expected(self, schools: SchoolsThere, first: date, last: date) -> int | None:
        """Of these schools, from a day to a day; None where no whole span lies in it that began while they were there,
        or nothing is expected."""
        spans = sum(map(schools.are_there, _spans(self.per, first, last)))
        villages, communities = schools.villages, schools.communities
        if not spans or not ((villages and self.village) or (communities and self.community)):
            return None
        return spans * (villages * (self.village or 0) + communities * (self.community or 0))


# What a region expects, the oldest first: until which day, None for the one that holds; no target where it had none.
TargetTimes = Sequence[tuple[date | None, Target | None]]


def expected_along(
    line: Sequence[str], settled: Mapping[str, TargetTimes], schools: SchoolsThere, first: date, last: date
) -> int | None:
    """What is expected of these schools from a day to a day, by what the regions of this line, the largest first, had
    settled on the first day of each span. None: nothing."""
    found, began = None, schools.first
    for until, target in _along(line, settled):
        ends = min(filter(None, (until, schools.last)), default=None)
        if target:
            expected = target.expected(replace(schools, first=began, last=ends), first, last)
            found = found if expected is None else (found or 0) + expected
        began = max(filter(None, (began, until and until + timedelta(days=1))), default=None)
    return found


def asks_all(
    line: Sequence[str], settled: Mapping[str, TargetTimes], schools: SchoolsThere, first: date
) -> bool:
    """True where since this day something was expected of each of these schools: what they held can be compared."""
    along = _along(line, settled)
    targets = [target for until, target in along if target and (until is None or until >= first)]
    return (not schools.villages or any(one.village for one in targets)) and (
        not schools.communities or any(one.community for one in targets)
    )


def _along(
    line: Sequence[str], settled: Mapping[str, TargetTimes]
) -> Iterator[tuple[date | None, Target | None]]:
    """What holds for schools of this line, the oldest first, each until its day; None: today."""
    for until in (*sorted({day for code in line for day, _target in settled.get(code, ()) if day}), None):
        then = {
            code: target
            for code in line
            for target in [_on(until, settled.get(code, ()))]
            if target is not None
        }
        yield until, target_along(line, then)


def _on(day: date | None, held: TargetTimes) -> Target | None:
    """None: today."""
    return next((target for until, target in held if until is None or (day and day <= until)), None)


def target_along(line: Sequence[str], settled: Mapping[str, Target]) -> Target | None:
    """That of the nearest of these regions, the largest first, as a whole: numbers of two offices are never mixed."""
    return next((settled[code] for code in reversed(line) if code in settled), None)


def tell_target(target: Target) -> str:
    """每所夜校一个月：村 2 次，社区 1 次."""
    told = (
        counted("村 %(n)d 次", target.village) if target.village else "",
        counted("社区 %(n)d 次", target.community) if target.community else "",
    )
    return _(
        "每所夜校%(per)s：%(what)s", per=_(TARGET_PERIODS[target.per]), what=_("，").join(filter(None, told))
    )


def _spans(per: str, first: date, last: date) -> Iterator[date]:
    """The first day of each whole span in these days. A week counts where its Monday is, so that months add up to the
    year."""
    if per == "week":
        monday = first + timedelta(days=-first.weekday() % 7)
        yield from (monday + timedelta(days=days) for days in range(0, (last - monday).days + 1, 7))
        return
    span = period_of(per, first)
    if span.first < first:
        span = span.after
    while span.last <= last:
        yield span.first
        span = span.after
