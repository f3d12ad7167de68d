"""The trail of a village and of single records: who did what when, the latest first, in pages that never shift."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account, AuditEvent, LoginSession
from nightschool.rules.slots import Slot

LINES_A_PAGE = 40

# Table -> its model, and what names a record in a sentence. A learner has no name here: the trail is read by others
# than the roster.
_NAMED: dict[str, tuple[Any, Any]] = {
    "class_session": (ClassSession, ClassSession.title),
    "course": (Course, Course.title),
    "learner": (Learner, literal("")),
    "teacher": (Teacher, Teacher.name),
    "venue": (Venue, Venue.name),
    "account": (Account, Account.display_name),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The record a line is about, as far as it still is there."""

    table: str
    public_id: str
    name: str
    slot: Slot | None = None  # of a class session


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One line: somebody did something. `who` is empty for the server itself."""

    at: datetime
    who: str
    action: str
    details: dict[str, Any]
    subject: Subject


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page; `older` is where the next begins, None on the last."""

    lines: tuple[TrailLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class RecordTrail:
    """The trail of one record, with what the page says about it."""

    subject: Subject
    region_code: str | None  # None: an account
    page: TrailPage


def village_trail(
    db: Session, code: str, *, actions: Collection[str] = (), before: int | None = None
) -> TrailPage:
    """The lines of a village, of these actions or of all. Cost: at most 7 queries."""
    conditions: list[ColumnElement[bool]] = [AuditEvent.region_code == code]
    if actions:
        conditions.append(AuditEvent.action.in_(actions))
    return _page(db, conditions, before)


def record(db: Session, table: str, public_id: str, *, before: int | None = None) -> RecordTrail | None:
    """The lines of one record: of a course with its class sessions, of an account with its logins. None: no such.

    Cost: at most 8 queries.
    """
    model, _name = _NAMED[table]
    region = literal(None) if table == "account" else model.region_code
    row = db.execute(
        select(model.id, region.label("region_code")).where(model.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    names = _subjects(db, table, [row.id])
    page = _page(db, [AuditEvent.record.in_(_records(table, row.id))], before)
    return RecordTrail(names[row.id], row.region_code, page)


def _records(table: str, key: int) -> Any:
    """How the lines name the record, and what belongs to it."""
    itself = f"{table} {key}"
    if table == "course":
        part = _named("class_session", ClassSession.id).where(ClassSession.course_id == key)
    elif table == "account":
        part = _named("login_session", LoginSession.id).where(LoginSession.account_id == key)
    else:
        return [itself]
    return union_all(select(literal(itself, String)), part)


def _named(table: str, key: Any) -> Any:
    return select(literal(f"{table} ", String) + cast(key, String))


def _page(db: Session, conditions: Sequence[ColumnElement[bool]], before: int | None) -> TrailPage:
    """By when it happened, then by what was written last: lines may be entered later than they happened."""
    by = aliased(Account, name="by")
    statement = (
        select(
            AuditEvent.id,
            AuditEvent.at,
            by.display_name.label("who"),
            AuditEvent.action,
            AuditEvent.record,
            AuditEvent.details,
        )
        .outerjoin(by, by.id == AuditEvent.account_id)
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(LINES_A_PAGE + 1)
    )
    if before is not None:
        last = aliased(AuditEvent, name="last")
        at = select(last.at).where(last.id == before).scalar_subquery()
        statement = statement.where(
            AuditEvent.at <= at, or_(AuditEvent.at < at, and_(AuditEvent.at == at, AuditEvent.id < before))
        )
    rows = db.execute(statement).all()
    shown = rows[:LINES_A_PAGE]
    subjects = _all_subjects(db, [row.record for row in shown])
    lines = tuple(
        TrailLine(row.at, row.who or "", row.action, row.details or {}, subjects[row.record]) for row in shown
    )
    return TrailPage(lines, older=shown[-1].id if len(rows) > LINES_A_PAGE else None)


def _all_subjects(db: Session, records: Collection[str]) -> dict[str, Subject]:
    """What every "class_session 12" is called today. Cost: one query for each table among them."""
    keys: dict[str, set[int]] = {}
    found: dict[str, Subject] = {}
    for name in set(records):
        table, _blank, key = name.partition(" ")
        found[name] = Subject(table, "", "")
        if table in _NAMED and key.isdigit():
            keys.setdefault(table, set()).add(int(key))
    for table, wanted in keys.items():
        found |= {f"{table} {key}": subject for key, subject in _subjects(db, table, wanted).items()}
    return found


def _subjects(db: Session, table: str, keys: Collection[int]) -> dict[int, Subject]:
    model, name = _NAMED[table]
    columns = [model.id, model.public_id, name.label("name")]
    if table == "class_session":
        columns += [ClassSession.day, ClassSession.starts, ClassSession.ends]
    rows = db.execute(select(*columns).where(model.id.in_(keys)))
    return {
        row.id: Subject(
            table,
            row.public_id,
            row.name,
            Slot(row.day, row.starts, row.ends) if table == "class_session" else None,
        )
        for row in rows
    }
