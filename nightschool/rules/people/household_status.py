"""Of which kind a household is (户类), from a day to a day: sensitive, and kept only where a region says for what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nightschool.errors import Refused, refuse_all
from nightschool.rules.almanac import day_with_year
from nightschool.texts import N_, _

LONGEST_PURPOSE = 200


class HouseholdKind(StrEnum):
    REGISTERED_POOR = "registered_poor"
    EXITED = "exited"
    MONITORED = "monitored"


HOUSEHOLD_WORDS = {
    HouseholdKind.REGISTERED_POOR: N_("建档立卡户"),
    HouseholdKind.EXITED: N_("脱贫户"),
    HouseholdKind.MONITORED: N_("监测户"),
}
# The days between which there were households of this kind (I15); None: there still are.
_THERE_WERE = {
    HouseholdKind.REGISTERED_POOR: (date(2014, 1, 1), date(2020, 12, 31)),
    HouseholdKind.EXITED: (date(2014, 1, 1), None),
    HouseholdKind.MONITORED: (date(2020, 1, 1), None),
}


@dataclass(frozen=True, slots=True)
class Status:
    """The household is of this kind on these days, both included; no last day: it still is."""

    kind: str
    first: date
    last: date | None = None

    def holds_on(self, day: date) -> bool:
        """True when the household was of this kind on that day."""
        return self.first <= day and (self.last is None or day <= self.last)

    def overlaps(self, other: Status) -> bool:
        """True when there is a day of both."""
        return self.holds_on(other.first) or other.holds_on(self.first)


def kind_word(kind: str) -> str:
    """The kind in the current language."""
    return _(HOUSEHOLD_WORDS[HouseholdKind(kind)])


def kinds_between(first: date, last: date) -> tuple[HouseholdKind, ...]:
    """The kinds that there were on one of these days at least."""
    return tuple(
        kind
        for kind, (earliest, latest) in _THERE_WERE.items()
        if earliest <= last and (latest is None or first <= latest)
    )


def kind_on(statuses: Iterable[Status], day: date) -> str | None:
    """Of which kind the household was on that day; None: of none that is noted."""
    return next((one.kind for one in statuses if one.holds_on(day)), None)


def check_status(wanted: Status, others: Iterable[Status], *, today: date) -> None:
    """Raises Refused unless this may be noted beside the others of the same person, with all that is wrong.

    The codes are `kind_not_yet`, `kind_no_more`, `ends_before`, `day_to_come` and `overlaps`, each with its field.
    """
    refuse_all(_problems(wanted, others, today))


def _problems(wanted: Status, others: Iterable[Status], today: date) -> Iterator[Refused]:
    earliest, latest = _THERE_WERE[HouseholdKind(wanted.kind)]
    if wanted.first > today:
        yield Refused("day_to_come", field="first")
    elif wanted.first < earliest:
        yield Refused("kind_not_yet", field="first", kind=wanted.kind, day=earliest)
    elif latest and wanted.first > latest:
        yield Refused("kind_no_more", field="first", kind=wanted.kind, day=latest)
    if wanted.last and wanted.last < wanted.first:
        yield Refused("ends_before", field="last", day=wanted.first)
    elif wanted.last and wanted.last > today:
        yield Refused("day_to_come", field="last")
    elif latest and (wanted.last or today) > latest:
        yield Refused("kind_no_more", field="last", kind=wanted.kind, day=latest)
    for other in others:
        if wanted.overlaps(other):
            yield Refused("overlaps", field="first", kind=other.kind, first=other.first, last=other.last)
            return


_REFUSED = {
    "day_to_come": N_("这一天还没到。填今天或以前的日子。"),
    "kind_not_yet": N_("%(day)s以前没有%(kind)s。填那天或以后的日子。"),
    "kind_no_more": N_("%(kind)s只到%(day)s。填那天或以前的日子。"),
    "ends_before": N_("第一天是%(day)s，最后一天要在那天或以后。"),
    "overlaps": N_("这段日子和记着的%(kind)s（%(first)s到%(last)s）重了。一户同一天只算一类，把日子错开。"),
    "overlaps_open": N_("%(first)s起记着是%(kind)s，还没有最后一天。先给那一条写上最后一天，再记新的。"),
}


def tell_refused_status(refused: Refused) -> str:
    """One sentence: why this cannot be noted so, and what can be done."""
    details = refused.details
    code = "overlaps_open" if refused.code == "overlaps" and details["last"] is None else refused.code
    told = {
        name: day_with_year(value) if isinstance(value, date) else kind_word(value)
        for name, value in details.items()
        if value
    }
    return _(_REFUSED[code], **told)
