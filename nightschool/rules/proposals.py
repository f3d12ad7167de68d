"""What wants slots: a course before it is scheduled, with everything its coordinator has said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from nightschool.errors import Refused
from nightschool.rules.recurrence import (
    EARLIEST_DAY,
    LATEST_DAY,
    Recurrence,
    RecurrenceFault,
    RecurrenceProblem,
    days_of,
    recurrence_problem,
)
from nightschool.rules.slots import Slot, slot_problem


class ResourceKind(StrEnum):
    """What a class session can hold for itself alone."""

    TEACHER = "teacher"
    VENUE = "venue"


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """One teacher or one venue, by the number of its record."""

    kind: ResourceKind
    id: int


@dataclass(frozen=True, slots=True)
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


def check_proposal(proposal: Proposal) -> None:
    """Nothing happens when the proposal can be; where its time or its dates are impossible, Refused says why.

    Raises: Refused with the code of the fault, `problem` in its details, and the field it belongs to.
    """
    if fault := slot_problem(proposal.starts, proposal.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    problem = recurrence_problem(proposal.recurrence)
    if problem is None and not proposed_days(proposal):
        problem = RecurrenceProblem(RecurrenceFault.NONE_LEFT)
    if problem is not None:
        raise Refused(problem.fault, field="recurrence", problem=problem)


def check_slot(slot: Slot) -> None:
    """Nothing happens when a class can be held in this slot; Refused says why not."""
    if fault := slot_problem(slot.starts, slot.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    if not EARLIEST_DAY <= slot.day <= LATEST_DAY:
        raise Refused(
            RecurrenceFault.FAR_AWAY,
            field="day",
            problem=RecurrenceProblem(RecurrenceFault.FAR_AWAY, (slot.day,)),
        )


def proposed_days(proposal: Proposal) -> tuple[date, ...]:
    """The dates wanted, in order: those of the recurrence without those left out."""
    return tuple(day for day in days_of(proposal.recurrence) if day not in proposal.leave_out)


def skipped_days(proposal: Proposal) -> tuple[date, ...]:
    """The dates of the recurrence that were left out, kept so that they can be put back."""
    return tuple(day for day in days_of(proposal.recurrence) if day in proposal.leave_out)


def proposed_slots(proposal: Proposal) -> tuple[Slot, ...]:
    """The slots wanted, in order."""
    return tuple(Slot(day, proposal.starts, proposal.ends) for day in proposed_days(proposal))
