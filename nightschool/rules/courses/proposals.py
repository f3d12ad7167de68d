"""What wants slots: a course before it is scheduled, with everything its coordinator has said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import pairwise, zip_longest

from nightschool.errors import Refused
from nightschool.rules.almanac import clock, spoken_day
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.courses.recurrence import (
    EARLIEST_DAY,
    LATEST_DAY,
    Recurrence,
    RecurrenceFault,
    RecurrenceProblem,
    days_of,
    recurrence_problem,
)
from nightschool.rules.slots import Slot, slot_problem
from nightschool.texts import _


@dataclass(frozen=True, slots=True)
class Instead:
    """What one date of a proposal has otherwise than the rest; None: the same. Public ids, as in the proposal."""

    slot: Slot | None = None
    venue: str | None = None
    teachers: tuple[str, ...] | None = None

    def and_also(self, other: Instead) -> Instead:
        """Both choices; where they speak of the same thing, the other has the last word."""
        return Instead(
            self.slot if other.slot is None else other.slot,
            self.venue if other.venue is None else other.venue,
            self.teachers if other.teachers is None else other.teachers,
        )


AS_THE_REST = Instead()


@dataclass(frozen=True, slots=True)
class HeldAgain:
    """What a class session that is held again had otherwise than its course; None: the same. Public ids."""

    title: str | None = None
    summary: str | None = None
    category_code: str | None = None
    mode: str | None = None  # empty: as is usual at its venue
    labels: Labels[str] | None = None
    venue: str | None = None
    teachers: tuple[str, ...] | None = None
    times: tuple[int, int] | None = None


AS_ITS_COURSE = HeldAgain()


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """One date of a proposal, and what its class session will have: perhaps on another day than that date."""

    day: date
    slot: Slot
    teachers: tuple[str, ...]
    venue: str | None
    lesson: HeldAgain = AS_ITS_COURSE


@dataclass(frozen=True)
class Proposal:
    """A course as its coordinator wants it. Teachers and venue go by their public ids; none yet is allowed."""

    region_code: str
    title: str
    category_code: str
    starts: int
    ends: int
    recurrence: Recurrence
    summary: str = ""
    teachers: tuple[str, ...] = ()
    venue: str | None = None
    leave_out: frozenset[date] = frozenset()
    kind: str = "open_lecture"  # or "cohort"
    audience: str = ""  # for whom
    expected: int | None = None  # so many people are expected each time
    mode: str | None = None  # None: as is usual at its venue
    labels: Labels[str] = NO_LABELS
    instead: Mapping[date, Instead] = field(default_factory=dict)  # for single dates of the recurrence
    lessons: tuple[
        HeldAgain, ...
    ] = ()  # of a course that is held again, in their order; further dates are as the course

    @cached_property
    def dates(self) -> tuple[PlannedDate, ...]:
        """The dates wanted, in order, each with what its class session will have; those left out are none of them."""
        days = [day for day in days_of(self.recurrence) if day not in self.leave_out]
        return tuple(
            self._on(day, lesson or AS_ITS_COURSE)
            for day, lesson in zip_longest(days, self.lessons[: len(days)])
        )

    @property
    def skipped(self) -> tuple[date, ...]:
        """The dates of the recurrence that were left out, kept so that they can be put back."""
        return tuple(day for day in days_of(self.recurrence) if day in self.leave_out)

    def _on(self, day: date, lesson: HeldAgain) -> PlannedDate:
        usual = Instead(
            Slot(day, *(lesson.times or (self.starts, self.ends))),
            lesson.venue or self.venue,
            self.teachers if lesson.teachers is None else lesson.teachers,
        )
        own = usual.and_also(self.instead.get(day, AS_THE_REST))
        assert own.slot is not None and own.teachers is not None
        return PlannedDate(day, own.slot, own.teachers, own.venue, lesson)


def check_proposal(proposal: Proposal) -> None:
    """Raises Refused when its time or its dates are impossible.

    It has the code of the fault, `problem` in its details, and the field it belongs to.
    """
    if fault := slot_problem(proposal.starts, proposal.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    problem = recurrence_problem(proposal.recurrence)
    if problem is None and not proposal.dates:
        problem = RecurrenceProblem(RecurrenceFault.NONE_LEFT)
    if problem is not None:
        raise Refused(problem.fault, field="recurrence", problem=problem)
    for day, refused in refused_instead(proposal).items():
        raise Refused(refused, field="instead", day=day)


def refused_instead(proposal: Proposal) -> dict[date, str]:
    """Which dates cannot have otherwise what they shall have, each with the code of why; empty when all can."""
    days = set(days_of(proposal.recurrence))
    refused = {}
    for day, instead in proposal.instead.items():
        if day not in days:
            refused[day] = "not_in_series"
        elif instead.slot is not None and (
            slot_problem(instead.slot.starts, instead.slot.ends)
            or not EARLIEST_DAY <= instead.slot.day <= LATEST_DAY
        ):
            refused[day] = "impossible_slot"
    sound = {day: instead for day, instead in proposal.instead.items() if day not in refused}
    for one, other in pairwise(sorted(replace(proposal, instead=sound).dates, key=lambda one: one.slot)):
        if one.slot.overlaps(other.slot):
            refused[one.day if one.day in sound and sound[one.day].slot else other.day] = "meets_twice"
    return refused


def tell_course_twice(refused: Refused, today: date) -> str:
    """One sentence: that the village has a class of this name at this time already, and what can be done."""
    return _(
        "%(day)s %(time)s 已经排了一门「%(title)s」，没有再排一次。真要再排一门，换个名字或者换个时间。",
        day=spoken_day(refused.details["day"], today),
        time=clock(refused.details["starts"]),
        title=refused.details["title"],
    )


def tell_refused_instead(code: str, day: str) -> str:
    """One sentence: why this date, as it is spoken, cannot have what was chosen for it, and what it has now."""
    match code:
        case "not_in_series":
            return _("%(day)s 单独改过，可是现在的日期里没有这一天了，那个改动去掉了。", day=day)
        case "meets_twice":
            return _(
                "%(day)s 单独改到的时间，这门课自己已经有一次了。这天先照原来的，另选一个时间。", day=day
            )
        case "unknown_staff":
            return _("%(day)s 单独换的老师或场地已经不在单子上了。这天先照原来的，另选一个。", day=day)
    return _("%(day)s 单独改到的时间排不成课。这天先照原来的，另选一个时间。", day=day)


def check_slot(slot: Slot) -> None:
    """Raises Refused unless a class can be held in this slot."""
    if fault := slot_problem(slot.starts, slot.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    if not EARLIEST_DAY <= slot.day <= LATEST_DAY:
        raise Refused(
            RecurrenceFault.FAR_AWAY,
            field="day",
            problem=RecurrenceProblem(RecurrenceFault.FAR_AWAY, (slot.day,)),
        )
