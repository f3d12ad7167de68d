"""How a register came to be as it is: everything that ever arrived for one class session, and what it changed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Guest, Headcount, Mark, MarkEvent, Submission, SubmissionKind
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.queries.people.stays import THERE
from nightschool.queries.records import shaped
from nightschool.rules.people.people import group_label
from nightschool.rules.registers.attendance import SUBSTITUTE, Sheet, WrittenGuest


@dataclass(frozen=True, slots=True)
class ChangedMark:
    """What one submission changed for one learner."""

    name: str
    group: str
    before: str | None
    status: str | None
    came_instead: str = ""  # of a substitute: who of the family came
    came_before: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one submission says without learners' names."""

    guests: tuple[WrittenGuest, ...] = ()
    unnamed_guests: int = 0
    headcount: int | None = None
    women: int | None = None
    over_60: int | None = None
    on_paper: int | None = None


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
    changes: tuple[ChangedMark, ...]
    counted: Counted
    counted_before: Counted


@dataclass(frozen=True, slots=True)
class RegisterHistory:
    """Everything that ever arrived for one class session, the first first."""

    class_session: str
    title: str
    region_code: str
    day: date
    starts: int
    ends: int
    arrivals: tuple[Arrival, ...]


def arrivals_of(db: Session, class_session: str) -> RegisterHistory | None:
    """Every submission of a class session and what it changed; None when there is no such session. Cost: 5 queries."""
    found = db.execute(
        select(
            ClassSession.id,
            ClassSession.public_id.label("class_session"),
            ClassSession.title,
            ClassSession.region_code,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
        ).where(ClassSession.public_id == class_session)
    ).one_or_none()
    if found is None:
        return None
    counted = _counted(db, found.id)
    changes = _changes(db, found)
    arrivals, before = [], Counted()
    for row in _submissions(db, found.id):
        after = counted.get(row.id, Counted())
        arrivals.append(
            shaped(Arrival, row, changes=tuple(changes[row.id]), counted=after, counted_before=before)
        )
        before = after
    return shaped(RegisterHistory, found, arrivals=tuple(arrivals))


def sheet_before(db: Session, class_session_id: int, version: int) -> Sheet | None:
    """What counted before the arrival that made the register this version, or None: nothing did. Cost: 5 queries."""
    last = (
        select(Submission.id)
        .where(Submission.class_session_id == class_session_id, Submission.arrival == version)
        .scalar_subquery()
    )
    counted = db.execute(
        select(
            Headcount.total.label("headcount"),
            Headcount.women,
            Headcount.over_60,
            Headcount.on_paper,
            Headcount.unnamed_guests,
            Submission.difference_note,
        )
        .join(Submission, Submission.id == Headcount.submission_id)
        .where(Headcount.superseded_by == last)
    ).one_or_none()
    if counted is None:
        return None
    said = {
        key: (status, came)
        for key, status, came in db.execute(
            select(Learner.public_id, Mark.status, Mark.came_instead)
            .join(Mark, Mark.learner_id == Learner.id)
            .where(Mark.class_session_id == class_session_id)
        )
    }
    came_before = {
        row.learner_id: row.came_instead
        for row in db.execute(
            select(MarkEvent.learner_id, MarkEvent.came_instead)
            .where(MarkEvent.class_session_id == class_session_id, MarkEvent.submission_id != last)
            .order_by(MarkEvent.id)
        )
    }
    changed = (
        select(Learner.id, Learner.public_id, MarkEvent.before)
        .join(MarkEvent, MarkEvent.learner_id == Learner.id)
        .where(MarkEvent.submission_id == last)
    )
    for learner, key, before in db.execute(changed):
        said.pop(key, None)
        if before:
            said[key] = before, came_before.get(learner, "") if before == SUBSTITUTE else ""
    guests = select(Guest.name, Guest.home).where(Guest.superseded_by == last).order_by(Guest.id)
    return Sheet(
        marks={key: status for key, (status, _came) in said.items()},
        came_instead={key: came for key, (_status, came) in said.items() if came},
        guests=tuple(WrittenGuest(*row) for row in db.execute(guests)),
        **counted._mapping,
    )


def _submissions(db: Session, class_session_id: int) -> Any:
    return db.execute(
        select(
            Submission.id,
            Submission.device,
            Submission.taken_at,
            Submission.received_at,
            (Submission.kind == SubmissionKind.VOID).label("is_void"),
            Submission.reason,
            Submission.difference_note,
            Account.display_name.label("by"),
        )
        .join(Account, Account.id == Submission.account_id)
        .outerjoin(Headcount, Headcount.submission_id == Submission.id)
        .where(Submission.class_session_id == class_session_id)
        .order_by(Submission.received_at, Headcount.id.is_(None), Headcount.id)
    ).all()


def _changes(db: Session, this: Any) -> Mapping[UUID, list[ChangedMark]]:
    changes: dict[UUID, list[ChangedMark]] = defaultdict(list)
    group_name = func.coalesce(THERE.c.group_name, Learner.group_name)
    group_number = func.coalesce(THERE.c.group_number, Learner.group_number)
    rows = db.execute(
        select(
            MarkEvent.submission_id,
            MarkEvent.learner_id,
            MarkEvent.before,
            MarkEvent.status,
            MarkEvent.came_instead,
            Learner.name,
            group_name.label("group_name"),
        )
        .join(Learner, Learner.id == MarkEvent.learner_id)
        .outerjoin(THERE, (THERE.c.person == Learner.id) & ~THERE.c.is_merged)
        .where(MarkEvent.class_session_id == this.id)
        .order_by(group_number, group_name, Learner.name_key, MarkEvent.id),
        {"village": this.region_code, "day": this.day},
    )
    came: dict[int, str] = {}  # learner -> who came instead, as the event before this one says
    for row in rows:
        group, came_before = group_label(row.group_name), came.get(row.learner_id, "")
        changes[row.submission_id].append(shaped(ChangedMark, row, group=group, came_before=came_before))
        came[row.learner_id] = row.came_instead
    return changes


def _counted(db: Session, class_session_id: int) -> dict[UUID, Counted]:
    """By submission; every sheet has its headcount row."""
    guests: dict[UUID, list[WrittenGuest]] = defaultdict(list)
    for submission_id, name, home in db.execute(
        select(Guest.submission_id, Guest.name, Guest.home)
        .where(Guest.class_session_id == class_session_id)
        .order_by(Guest.id)
    ):
        guests[submission_id].append(WrittenGuest(name, home))
    heads = select(
        Headcount.submission_id,
        Headcount.unnamed_guests,
        Headcount.total,
        Headcount.women,
        Headcount.over_60,
        Headcount.on_paper,
    ).where(Headcount.class_session_id == class_session_id)
    return {row[0]: Counted(tuple(guests[row[0]]), *row[1:]) for row in db.execute(heads)}
