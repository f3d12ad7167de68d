"""What changing a single record takes: it is locked as it was seen, its phone is sealed, the trail has a line."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.errors import NotFound, StaleRecord, TooManyPhones
from nightschool.models.base import Base
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import AuditEvent
from nightschool.queries import phones
from nightschool.rules.access import KEEPERS, Actor, require
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.slots import Now

R = TypeVar("R")

LONGEST_SORT_KEY = 200
MOST_PHONES_AN_HOUR = 20  # of different people, for one account
_PHONE_LOOKED_UP = tuple(f"{kind}.phone" for kind in phones.COLUMNS)
# What of an entry is not a column of its name: names have their sounds beside them, phones are sealed, and a learner's
# group has its day.
_NOT_WORD_FOR_WORD = frozenset(
    {
        *("name", "phone", "removes_phone", "is_another"),
        *("group_name", "came_on", "always_here", "group_was_wrong", "is_told"),
    }
)


def locked(db: Session, model: type[R], which: ColumnElement[bool]) -> R:
    """The one record, as it is stored now; nobody else changes it until the transaction ends. Raises NotFound."""
    statement = select(model).where(which).with_for_update().execution_options(populate_existing=True)
    found = db.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    return found


def locked_sessions(db: Session, *which: ColumnElement[bool]) -> Sequence[ClassSession]:
    """The same for all class sessions that fit, always in one order."""
    statement = select(ClassSession).where(*which).order_by(ClassSession.id).with_for_update()
    return db.scalars(statement.execution_options(populate_existing=True)).all()


def locked_for(db: Session, model: type[R], which: ColumnElement[bool], *, verb: str, by: Actor) -> R:
    """The same for one who may do this where it is kept. Raises NotFound, NotAllowed."""
    found: Any = locked(db, model, which)
    require(by, verb, found.region_code)
    result: R = found
    return result


def locked_as_seen(db: Session, model: type[R], which: ColumnElement[bool], *, version: int, by: Actor) -> R:
    """The same for one who keeps such records there, and saw this version. Raises NotFound, NotAllowed, StaleRecord."""
    found: Any = locked(db, model, which)
    require(by, KEEPERS[found.__tablename__], found.region_code)
    if found.version != version:
        raise StaleRecord(found.__tablename__, version, found.version)
    result: R = found
    return result


def chosen_anew(
    db: Session, model: Any, of: dict[str, str], values: dict[str, Any] | None, seen_version: int
) -> Any:
    """What a region chose of this says so now; with None nothing is chosen. What changed, or is gone, comes back.

    Nothing comes back where it said so already. `seen_version` is 0 where nothing was chosen. Raises StaleRecord.
    """
    which = select(model).filter_by(**of).with_for_update().execution_options(populate_existing=True)
    found: Any = db.scalar(which)
    version = found.version if found else 0
    if version != seen_version:
        raise StaleRecord(model.__tablename__, seen_version, version)
    if values is None:
        if found:
            db.delete(found)
            db.flush()
        return found
    if found and all(getattr(found, name) == value for name, value in values.items()):
        return None
    found = found or model(**of)
    for name, value in values.items():
        setattr(found, name, value)
    try:
        with db.begin_nested():
            db.add(found)
            db.flush()
    except IntegrityError as error:  # somebody chose for the first time at this very moment
        raise StaleRecord(model.__tablename__, seen_version, 1) from error
    return found


def changed_fields(record: Any) -> list[str]:
    """The names of the columns that the next flush will change, sorted. Any query in between would flush first."""
    state = inspect(record)
    return sorted(
        attribute.key
        for attribute in state.attrs
        if attribute.history.has_changes() and attribute.key != "version"
    )


def fill(db: Session, record: Any, entry: Any) -> None:
    """The record says word for word what the entry says; its name can be found by its sounds, its phone is sealed."""
    fill_name(record, entry.name)
    for field in fields(entry):
        if field.name not in _NOT_WORD_FOR_WORD:
            setattr(record, field.name, getattr(entry, field.name))
    store_phone(db, record, entry.phone, removes=entry.removes_phone)


def fill_name(record: Any, name: str) -> None:
    """The record has this name, and can be found by its sounds."""
    if record.name != name:
        record.name, record.search_keys = name, stored_keys(name)
        if hasattr(record, "name_key"):
            record.name_key = sort_key(name)[:LONGEST_SORT_KEY]


def store_phone(db: Session, record: Any, typed: str, *, removes: bool = False) -> None:
    """The typed number is stored, sealed; without one what was stored stays, unless it is to go."""
    kind, column = record.__tablename__, phones.COLUMNS[record.__tablename__]
    if typed and typed != phones.in_full(db, kind, record.public_id, getattr(record, column)):
        setattr(
            record, column, db.info["sealer"].seal(typed, about=phones.sealed_for(kind, record.public_id))
        )
    elif removes and not typed:
        setattr(record, column, None)


def reveal_phone(db: Session, record: Any, *, by: Actor, now: Now) -> str:
    """The number in full, empty when there is none; that it was looked up is on the trail. Raises TooManyPhones."""
    kind = record.__tablename__
    looked_at = select(AuditEvent.record).where(
        AuditEvent.account_id == by.account_id,
        AuditEvent.action.in_(_PHONE_LOOKED_UP),
        AuditEvent.at > now.instant - timedelta(hours=1),
    )
    others = set(db.scalars(looked_at)) - {_key_of(record)}
    if len(others) >= MOST_PHONES_AN_HOUR:
        raise TooManyPhones
    sealed = getattr(record, phones.COLUMNS[kind])
    number = phones.in_full(db, kind, record.public_id, sealed)
    if number:
        note(db, record, f"{kind}.phone", by=by, now=now)
    return number or phones.masked(db, kind, record.public_id, sealed)


def note(
    db: Session,
    record: Base | str,
    action: str,
    *,
    by: Actor,
    now: Now,
    region_code: str | None = None,
    **details: Any,
) -> None:
    """One line of the trail says that this actor did this; it is kept or lost together with the change.

    It is read where the record is kept; of one that is kept nowhere, or is only named ("class_session 12"), in the
    region given. Details are JSON values; of personal fields only their names.
    """
    note_each(db, [(record, region_code, details)], action, by=by, now=now)


def note_each(
    db: Session,
    records: Sequence[tuple[Base | str, str | None, dict[str, Any]]],
    action: str,
    *,
    by: Actor,
    now: Now,
) -> None:
    """`note` of each of these with its region and details. Cost: 1 statement."""
    for record, region_code, details in records:
        is_one = isinstance(record, Base)
        db.add(
            AuditEvent(
                at=now.instant,
                account_id=by.account_id,
                action=action,
                region_code=getattr(record, "region_code", region_code) if is_one else region_code,
                record=_key_of(record) if isinstance(record, Base) else record,
                details=details,
            )
        )
    db.flush()


def _key_of(record: Base) -> str:
    [key] = inspect(type(record)).primary_key_from_instance(record)
    return f"{record.__tablename__} {key}"
