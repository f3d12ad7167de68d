"""Everything that is kept about one learner, found through the models: whatever refers to a learner is told."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, or_, select
from sqlalchemy.orm import Session

from nightschool.models import Base
from nightschool.models.attendance import Submission
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account, AuditEvent
from nightschool.queries import phones
from nightschool.queries.former_values import former_value
from nightschool.queries.household_status import statuses_of
from nightschool.rules.almanac import clock
from nightschool.rules.people.household_status import kind_word
from nightschool.rules.people.own_data import NOT_TOLD, OwnPart
from nightschool.rules.people.people import SEXES
from nightschool.rules.trust.trail import FIELD_WORDS, tell
from nightschool.texts import _


def referring_columns() -> dict[Table, list[ColumnElement[Any]]]:
    """Each table that says something about learners, with the columns by which it refers to them."""
    learner = Base.metadata.tables["learner"]
    found: dict[Table, list[ColumnElement[Any]]] = {learner: [learner.c.id]}
    for table in Base.metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if any(key.column.table is learner for key in column.foreign_keys)
        ]
        if columns:
            found.setdefault(table, []).extend(columns)
    return found


def own_data(db: Session, public_id: str, *, zone: ZoneInfo) -> tuple[OwnPart, ...] | None:
    """All rows about this learner and about entries merged into theirs, with what they refer to said in words.

    None: no such learner. Instants are told by the village's clock. Cost: 1 query a table, and 1 for each kind of
    record that they name.
    """
    key = db.scalar(select(Learner.id).where(Learner.public_id == public_id))
    if key is None:
        return None
    keys = with_merged(db, key)
    parts = [
        OwnPart(
            table.name,
            tuple(
                _told(db, table, dict(row), zone)
                for row in db.execute(
                    select(table)
                    .where(or_(*(column.in_(keys) for column in columns)))
                    .order_by(*table.primary_key.columns)
                ).mappings()
            ),
        )
        for table, columns in referring_columns().items()
    ]
    parts.append(OwnPart("household_status", tuple(_household(db, public_id))))
    parts.append(OwnPart("audit_event", tuple(_lines(db, keys, zone))))
    return tuple(part for part in parts if part.rows)


def with_merged(db: Session, key: int) -> set[int]:
    """The learner and whoever was merged into them, also in several steps."""
    found, new = {key}, {key}
    while new:
        new = set(db.scalars(select(Learner.id).where(Learner.merged_into_id.in_(new)))) - found
        found |= new
    return found


def _told(db: Session, table: Table, row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    told = {}
    for column in table.columns:
        value = row[column.name]
        if column.name in NOT_TOLD:
            continue
        if table.name in phones.COLUMNS and column.name == phones.COLUMNS[table.name]:
            value = phones.in_full(db, table.name, row["public_id"], value)
        elif table.name == "former_value" and column.name == "sealed":
            value = former_value(db, row["learner_id"], row["field"], value)
            value = _(SEXES[value]) if row["field"] == "sex" and value in SEXES else value
        elif column.name == "field":
            value = _(FIELD_WORDS[value])
        elif value is not None and column.foreign_keys:
            value = _NAMED[next(iter(column.foreign_keys)).column.table.name](db, value)
        told[column.name] = value.astimezone(zone) if isinstance(value, datetime) else value
    return told


def _household(db: Session, public_id: str) -> Iterator[dict[str, Any]]:
    """Of which kind the person's household is; its rows refer to nobody that could be read off them."""
    for one in statuses_of(db, public_id):
        yield {"kind": kind_word(one.kind), "first": one.first, "last": one.last}


def _lines(db: Session, keys: Iterable[int], zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """What stands on the trail about the person; who looked at a telephone number, too."""
    rows = db.execute(
        select(AuditEvent, Account.display_name)
        .outerjoin(Account, Account.id == AuditEvent.account_id)
        .where(AuditEvent.record.in_([f"learner {key}" for key in keys]))
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    for line, who in rows:
        at = line.at.astimezone(zone)
        said = tell(line.action, line.details or {}, who=who or _("系统"), what=_("这个人"), today=at.date())
        yield {"at": at, "action": said}


def _class_in_words(db: Session, key: int) -> str:
    one = db.get_one(ClassSession, key)
    return f"{one.day.isoformat()} {clock(one.starts)} {one.title}"


def _who_handed_in(db: Session, key: Any) -> str:
    return db.get_one(Account, db.get_one(Submission, key).account_id).display_name


_NAMED: Mapping[str, Callable[[Session, Any], str]] = {
    "region": lambda db, key: db.get_one(Region, key).name,
    "course": lambda db, key: db.get_one(Course, key).title,
    "account": lambda db, key: db.get_one(Account, key).display_name,
    "learner": lambda db, key: db.get_one(Learner, key).name,
    "class_session": _class_in_words,
    "submission": _who_handed_in,
}
