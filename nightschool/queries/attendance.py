"""Registers: who is on one, what counts now, how it came to be so, and how many came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Guest, Headcount, Mark, MarkEvent, Submission, SubmissionKind
from nightschool.models.people import Learner
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.rules.attendance import ATTENDED, EXCUSED, Elsewhere, Turnout, WrittenGuest
from nightschool.rules.people import group_label, group_order


@dataclass(frozen=True, slots=True)
class Person:
    """One learner of the village, and the mark that counts now."""

    public_id: str
    name: str
    keys: str  # pinyin to find them by, one space between
    group_number: int
    group_name: str
    name_key: str
    status: str | None

    @property
    def attended(self) -> bool:
        """True when the mark says they were there."""
        return self.status in ATTENDED

    @property
    def excused(self) -> bool:
        """True when they had said they would not come."""
        return self.status == EXCUSED


@dataclass(frozen=True, slots=True)
class Group:
    """The learners of one village group, sorted by the sound of their names."""

    label: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class SavedBy:
    """Whose sheet it is that counts now, and since when."""

    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Register:
    """One class session with everybody who might have come, and what is recorded of it now.

    `version` is the number of submissions so far: a sheet that was begun on a lower one has not seen the newest.
    """

    class_session: str
    title: str
    region_code: str
    village: str
    day: date
    starts: int
    ends: int
    venue: str
    status: str
    version: int
    groups: tuple[Group, ...]
    guests: tuple[WrittenGuest, ...]
    turnout: Turnout
    difference_note: str
    saved: SavedBy | None  # None: nothing is recorded, or what was has been voided
    elsewhere: tuple[Elsewhere, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody on the roster, in the order shown."""
        return tuple(person for group in self.groups for person in group.people)


@dataclass(frozen=True, slots=True)
class Change:
    """What one submission changed for one learner."""

    name: str
    group: str
    before: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What one submission says without learners' names."""

    guests: tuple[WrittenGuest, ...] = ()
    unnamed_guests: int = 0
    headcount: int | None = None
    women: int | None = None
    over_60: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One submission: who sent it when from where, what it changed, and what was counted before it."""

    by: str
    device: str
    taken_at: datetime
    received_at: datetime
    is_void: bool
    reason: str
    difference_note: str
    changes: tuple[Change, ...]
    counted: Counted
    counted_before: Counted


@dataclass(frozen=True, slots=True)
class History:
    """Everything that ever arrived for one class session, the first first."""

    class_session: str
    title: str
    region_code: str
    day: date
    starts: int
    ends: int
    arrivals: tuple[Arrival, ...]


def register(db: Session, class_session: str) -> Register | None:
    """The register of a class session, whatever its status; None when there is no such session. Cost: 6 queries."""
    found = _session(db, class_session)
    if found is None:
        return None
    people = _people(db, found.id, found.region_code)
    guests = _guests(db, found.id)
    saved, counted, note = _standing(db, found.id)
    turnout = replace(
        counted,
        named=sum(person.attended for person in people),
        excused=sum(person.excused for person in people),
        named_guests=len(guests),
    )
    return Register(
        class_session=class_session,
        title=found.title,
        region_code=found.region_code,
        village=found.village,
        day=found.day,
        starts=found.starts,
        ends=found.ends,
        venue=found.venue or "",
        status=found.status,
        version=version_of(db, found.id),
        groups=_grouped(people),
        guests=guests,
        turnout=turnout,
        difference_note=note,
        saved=saved,
        elsewhere=_elsewhere(db, found),
    )


def version_of(db: Session, class_session_id: int) -> int:
    """How many submissions have arrived for this class session."""
    return db.scalar(select(func.count()).where(Submission.class_session_id == class_session_id)) or 0


def turnouts(db: Session, class_session_ids: Collection[int]) -> dict[int, Turnout]:
    """How many came to each of these class sessions that has a register. Cost: 3 queries, however many sessions."""
    ids = list(class_session_ids)
    found: dict[int, Turnout] = {}
    counts = select(
        Headcount.class_session_id,
        Headcount.total,
        Headcount.women,
        Headcount.over_60,
        Headcount.unnamed_guests,
    ).where(Headcount.class_session_id.in_(ids), Headcount.superseded_by.is_(None))
    for row in db.execute(counts):
        found[row.class_session_id] = _turnout(row)
    marks = (
        select(Mark.class_session_id, Mark.status, func.count().label("n"))
        .where(Mark.class_session_id.in_(ids))
        .group_by(Mark.class_session_id, Mark.status)
    )
    for class_session_id, status, n in db.execute(marks):
        turnout = found.get(class_session_id, Turnout())
        if status in ATTENDED:
            found[class_session_id] = replace(turnout, named=turnout.named + n)
        elif status == EXCUSED:
            found[class_session_id] = replace(turnout, excused=n)
    guests = (
        select(Guest.class_session_id, func.count())
        .where(Guest.class_session_id.in_(ids), Guest.superseded_by.is_(None))
        .group_by(Guest.class_session_id)
    )
    for class_session_id, n in db.execute(guests):
        found[class_session_id] = replace(found.get(class_session_id, Turnout()), named_guests=n)
    return found


def history(db: Session, class_session: str) -> History | None:
    """Every submission of a class session and what it changed; None when there is no such session. Cost: 5 queries."""
    found = _session(db, class_session)
    if found is None:
        return None
    counted = _counted(db, found.id)
    changes = _changes(db, found.id)
    arrivals, before = [], Counted()
    for row in _submissions(db, found.id):
        after = counted.get(row.id, Counted())
        arrivals.append(
            Arrival(
                by=row.display_name,
                device=row.device,
                taken_at=row.taken_at,
                received_at=row.received_at,
                is_void=row.kind == SubmissionKind.VOID,
                reason=row.reason,
                difference_note=row.difference_note,
                changes=tuple(changes[row.id]),
                counted=after,
                counted_before=before,
            )
        )
        before = after
    return History(
        class_session, found.title, found.region_code, found.day, found.starts, found.ends, tuple(arrivals)
    )


def _session(db: Session, class_session: str) -> Any:
    return db.execute(
        select(
            ClassSession.id,
            ClassSession.title,
            ClassSession.region_code,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            ClassSession.venue_id,
            Region.name.label("village"),
            Venue.name.label("venue"),
        )
        .join(Region, Region.code == ClassSession.region_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .where(ClassSession.public_id == class_session)
    ).one_or_none()


def _people(db: Session, class_session_id: int, region_code: str) -> list[Person]:
    rows = db.execute(
        select(
            Learner.public_id,
            Learner.name,
            Learner.search_keys,
            Learner.group_number,
            Learner.group_name,
            Learner.name_key,
            Mark.status,
        )
        .outerjoin(Mark, (Mark.learner_id == Learner.id) & (Mark.class_session_id == class_session_id))
        .where(Learner.region_code == region_code)
    )
    people = [Person(*row) for row in rows]
    # Sorted here and not in the database, whose language rules would put the pinyin in another order.
    return sorted(people, key=lambda p: (*group_order(p.group_number, p.group_name), p.name_key, p.public_id))


def _grouped(people: list[Person]) -> tuple[Group, ...]:
    groups = groupby(people, key=lambda p: group_order(p.group_number, p.group_name))
    return tuple(
        Group(group_label(members[0].group_name), members)
        for members in (tuple(found) for _order, found in groups)
    )


def _guests(db: Session, class_session_id: int) -> tuple[WrittenGuest, ...]:
    rows = db.execute(
        select(Guest.name, Guest.home)
        .where(Guest.class_session_id == class_session_id, Guest.superseded_by.is_(None))
        .order_by(Guest.id)
    )
    return tuple(WrittenGuest(*row) for row in rows)


def _standing(db: Session, class_session_id: int) -> tuple[SavedBy | None, Turnout, str]:
    """Whose sheet counts now, what it counted, and its note. Every sheet has a headcount row, a voiding has none."""
    row = db.execute(
        select(
            Account.display_name,
            Submission.received_at,
            Submission.difference_note,
            Headcount.total,
            Headcount.women,
            Headcount.over_60,
            Headcount.unnamed_guests,
        )
        .join(Submission, Submission.id == Headcount.submission_id)
        .join(Account, Account.id == Submission.account_id)
        .where(Headcount.class_session_id == class_session_id, Headcount.superseded_by.is_(None))
    ).one_or_none()
    if row is None:
        return None, Turnout(), ""
    return SavedBy(row.display_name, row.received_at), _turnout(row), row.difference_note


def _turnout(row: Any) -> Turnout:
    return Turnout(
        headcount=row.total, women=row.women, over_60=row.over_60, unnamed_guests=row.unnamed_guests
    )


def _elsewhere(db: Session, this: Any) -> tuple[Elsewhere, ...]:
    here, there = Mark.__table__.alias("here"), Mark.__table__.alias("there")
    rows = db.execute(
        select(
            Learner.name, ClassSession.public_id, ClassSession.title, ClassSession.starts, ClassSession.ends
        )
        .select_from(here)
        .join(there, there.c.learner_id == here.c.learner_id)
        .join(ClassSession, ClassSession.id == there.c.class_session_id)
        .join(Learner, Learner.id == here.c.learner_id)
        .where(
            here.c.class_session_id == this.id,
            there.c.class_session_id != this.id,
            here.c.status.in_(ATTENDED),
            there.c.status.in_(ATTENDED),
            ClassSession.day == this.day,
            ClassSession.starts < this.ends,
            ClassSession.ends > this.starts,
            # Two classes may share a place, and then somebody may sit in both; an unknown place asks, too.
            or_(ClassSession.venue_id.is_(None), ClassSession.venue_id.is_distinct_from(this.venue_id)),
        )
        .order_by(Learner.name_key, ClassSession.starts)
    )
    return tuple(Elsewhere(*row) for row in rows)


def _submissions(db: Session, class_session_id: int) -> Any:
    return db.execute(
        select(
            Submission.id,
            Submission.device,
            Submission.taken_at,
            Submission.received_at,
            Submission.kind,
            Submission.reason,
            Submission.difference_note,
            Account.display_name,
        )
        .join(Account, Account.id == Submission.account_id)
        .outerjoin(Headcount, Headcount.submission_id == Submission.id)
        .where(Submission.class_session_id == class_session_id)
        .order_by(Submission.received_at, Headcount.id.is_(None), Headcount.id)
    ).all()


def _changes(db: Session, class_session_id: int) -> Mapping[UUID, list[Change]]:
    changes: dict[UUID, list[Change]] = defaultdict(list)
    rows = db.execute(
        select(MarkEvent.submission_id, Learner.name, Learner.group_name, MarkEvent.before, MarkEvent.status)
        .join(Learner, Learner.id == MarkEvent.learner_id)
        .where(MarkEvent.class_session_id == class_session_id)
        .order_by(Learner.group_number, Learner.group_name, MarkEvent.id)
    )
    for row in rows:
        change = Change(row.name, group_label(row.group_name), row.before, row.status)
        changes[row.submission_id].append(change)
    return changes


def _counted(db: Session, class_session_id: int) -> dict[UUID, Counted]:
    counted = {
        row.submission_id: Counted((), row.unnamed_guests, row.total, row.women, row.over_60)
        for row in db.execute(
            select(
                Headcount.submission_id,
                Headcount.unnamed_guests,
                Headcount.total,
                Headcount.women,
                Headcount.over_60,
            ).where(Headcount.class_session_id == class_session_id)
        )
    }
    guests = db.execute(
        select(Guest.submission_id, Guest.name, Guest.home)
        .where(Guest.class_session_id == class_session_id)
        .order_by(Guest.id)
    )
    for row in guests:
        so_far = counted.get(row.submission_id, Counted())
        counted[row.submission_id] = replace(
            so_far, guests=(*so_far.guests, WrittenGuest(row.name, row.home))
        )
    return counted
