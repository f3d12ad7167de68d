"""Kinds of households as they are kept: found by a mark of the learner, opened only to be shown or counted.

What is sealed is JSON: kind, first day, last day or null; filled up to one length, so that none is told by its own.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.rules.people.household_status import Status
from nightschool.sealing import Sealer

_LENGTH = 96
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class KeptStatus:
    """One kept status, as its form shows it."""

    public_id: str
    version: int
    kind: str
    first: date
    last: date | None

    @property
    def status(self) -> Status:
        return Status(self.kind, self.first, self.last)


def holder_of(db: Session, learner: str) -> str:
    """By which the rows of the learner with this public id are found."""
    sealer: Sealer = db.info["sealer"]
    return sealer.mark(learner, about="household_status.holder")


def status_sealed_for(holder: str, public_id: str) -> str:
    """For what a row is sealed: it opens under no other learner."""
    return f"household_status.sealed:{holder}:{public_id}"


def write_status(status: Status) -> str:
    """What is sealed of it."""
    last = status.last and status.last.isoformat()
    return json.dumps([status.kind, status.first.isoformat(), last]).ljust(_LENGTH)


def statuses_of(db: Session, learner: str) -> tuple[KeptStatus, ...]:
    """What is noted of this learner, and of the records that were merged into theirs, by day. Cost: 2 queries."""
    itself = select(Learner.id).where(Learner.public_id == learner).scalar_subquery()
    merged = db.scalars(select(Learner.public_id).where(Learner.merged_into_id == itself))
    holders = [holder_of(db, one) for one in (learner, *merged)]
    found = [one for _holder, one in _kept(db, holders)]
    return tuple(sorted(found, key=lambda one: (one.first, one.public_id)))


def statuses_among(db: Session, people: Mapping[str, int]) -> dict[int, list[Status]]:
    """What is noted of these, whose public ids are given with the number of the person that each stands for.

    Of two that overlap, as merged records may have them, the later one goes before. Cost: a query for each 5,000.
    """
    whose = {holder_of(db, public_id): person for public_id, person in people.items()}
    found: dict[int, list[Status]] = defaultdict(list)
    for holder, one in _kept(db, whose):
        found[whose[holder]].append(one.status)
    for statuses in found.values():
        statuses.sort(key=lambda one: (one.first, one.kind), reverse=True)
    return found


def has_any(db: Session, learners: Iterable[str]) -> set[str]:
    """Those of these public ids of whom something is noted. Cost: a query for each 5,000."""
    whose = {holder_of(db, one): one for one in learners}
    found: set[str] = set()
    for some in _in_turn(whose):
        rows = db.scalars(select(HouseholdStatus.holder).where(HouseholdStatus.holder.in_(some)))
        found.update(whose[holder] for holder in rows)
    return found


def _in_turn(holders: Iterable[str]) -> Iterator[list[str]]:
    """A database takes only so many values at once."""
    every = list(holders)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))


def _kept(db: Session, holders: Iterable[str]) -> Iterator[tuple[str, KeptStatus]]:
    sealer: Sealer = db.info["sealer"]
    for some in _in_turn(holders):
        for row in db.execute(
            select(
                HouseholdStatus.holder,
                HouseholdStatus.public_id,
                HouseholdStatus.version,
                HouseholdStatus.sealed,
            ).where(HouseholdStatus.holder.in_(some))
        ):
            try:
                said = json.loads(sealer.open(row.sealed, about=status_sealed_for(row.holder, row.public_id)))
            except Unreadable:
                continue  # damaged: nobody can say what it was
            kind, first, last = said
            yield (
                row.holder,
                KeptStatus(
                    row.public_id,
                    row.version,
                    kind,
                    date.fromisoformat(first),
                    date.fromisoformat(last) if last else None,
                ),
            )
