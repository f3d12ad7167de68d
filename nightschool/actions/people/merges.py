"""Two records that are one person become one, with all that stands behind them; for a day it can be taken back.

`PersonMerge.moved` holds what an undo needs, as JSON:

- `retired_at`: whether the merged record had been retired before, and when
- `fields`: names of the kept record's fields that were empty and were filled from the merged one
- `followers`: ids that had been merged into the merged record earlier and now point to the kept one
- learners: `marks` and `enrolments`; teachers: `lessons`, `courses`, and ids of `closed_times`; see
  `actions.people.merged_rows`
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nightschool.actions.people import stays as learner_stays
from nightschool.actions.people.merged_rows import lock_registers, move, put_back
from nightschool.actions.records import note, store_phone
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.people import PersonKind, PersonMerge
from nightschool.queries.people import merges as queries
from nightschool.queries.people.merges import PEOPLE, later_merge
from nightschool.rules.access import KEEPERS, Actor, may, require
from nightschool.rules.people.merges import UNDO_FOR, NotPutBack, gaps
from nightschool.rules.regions import is_inside
from nightschool.rules.slots import Now


def merge_people(
    db: Session, *, kind: str, kept: str, merged: str, seen: tuple[int, int], by: Actor, now: Now
) -> None:
    """The merged record is on no list any more, and what stood behind it stands behind the kept one.

    `seen` are the versions of both as they were looked at. A teacher's record goes into one of the same region or of a
    region above it; who may not edit that one moves the lessons and fills no field.
    Raises: NotFound; StaleRecord; Refused with `same_record`, `is_merged`, `kept_retired`, `kept_apart` or
    `teacher_busy`. Cost: some twenty statements, however much is moved.
    """
    one, other = _both(db, kind, kept, merged)
    require(by, KEEPERS[kind], other.region_code)
    _check(kind, one, other)
    if (one.version, other.version) != seen:
        raise StaleRecord(kind, sum(seen), one.version + other.version)
    moved: dict[str, Any] = {
        "retired_at": other.retired_at.isoformat() if other.retired_at else None,
        "followers": _repoint(db, kind, other.id, one.id),
        "fields": _fill(db, kind, one, other) if may(by, KEEPERS[kind], one.region_code) else [],
    }
    moved |= move(db, kind, one, other, now=now)
    if kind == PersonKind.LEARNER and other.retired_at is None:
        learner_stays.goes(other, now.day)
    other.retired_at, other.merged_into_id = other.retired_at or now.instant, one.id
    db.add(
        PersonMerge(
            kind=kind,
            kept_id=one.id,
            merged_id=other.id,
            account_id=by.account_id,
            merged_at=now.instant,
            moved=moved,
        )
    )
    db.flush()
    _note(db, kind, "merge", one, other, by=by, now=now, fields=moved["fields"])


def undo_merge(db: Session, *, kind: str, merged: str, by: Actor, now: Now) -> NotPutBack:
    """The two records are apart again, each as it was, but for what somebody changed since: that comes back.

    Raises: NotFound; Refused with `not_merged`, `undo_over`, or `undo_later_first` when the kept record has taken in
    another one since.
    """
    table = PEOPLE[kind]
    row = db.execute(
        select(
            table.region_code, PersonMerge.id, PersonMerge.kept_id, PersonMerge.merged_id, PersonMerge.moved
        )
        .outerjoin(
            PersonMerge,
            (PersonMerge.merged_id == table.id)
            & (PersonMerge.kind == kind)
            & PersonMerge.undone_at.is_(None),
        )
        .where(table.public_id == merged)
    ).one_or_none()
    if row is None:
        raise NotFound
    require(by, KEEPERS[kind], row.region_code)
    if row.id is None:
        raise Refused("not_merged")
    lock_registers(db, row.moved.get("marks", ()))
    people = _locked(db, kind, table.id.in_((row.kept_id, row.merged_id)))
    one, other = (
        next(person for person in people if person.id == key) for key in (row.kept_id, row.merged_id)
    )
    merge = db.get_one(PersonMerge, row.id, with_for_update=True, populate_existing=True)
    if merge.undone_at is not None:
        raise Refused("not_merged")
    if not now.is_within(UNDO_FOR, merge.merged_at):
        raise Refused("undo_over")
    _check_order(db, merge, one)
    moved = merge.moved
    fields = _empty_again(db, kind, one, other, moved["fields"])
    stays = put_back(db, kind, one, other, moved, now=now)
    retired_at = moved["retired_at"]
    other.merged_into_id = None
    if kind == PersonKind.LEARNER and not retired_at:
        other.left_on = None
    other.retired_at = datetime.fromisoformat(retired_at).astimezone(UTC) if retired_at else None
    merge.undone_at = now.instant
    db.flush()
    if moved["followers"]:
        _point(db, kind, moved["followers"], other.id)
    _note(db, kind, "unmerge", one, other, by=by, now=now, stays=stays.sessions + stays.courses + len(fields))
    return replace(stays, fields=tuple(fields))


def _both(db: Session, kind: str, kept: str, merged: str) -> tuple[Any, Any]:
    if kept == merged:
        raise Refused("same_record")
    found = {
        person.public_id: person for person in _locked(db, kind, PEOPLE[kind].public_id.in_((kept, merged)))
    }
    if len(found) != 2:
        raise NotFound
    return found[kept], found[merged]


def _locked(db: Session, kind: str, which: Any) -> Sequence[Any]:
    """The records, locked in the order of their ids, so that no two merges wait for each other."""
    table: Any = PEOPLE[kind]
    return db.scalars(
        select(table)
        .where(which)
        .order_by(table.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _check(kind: str, one: Any, other: Any) -> None:
    for person in (one, other):
        if person.merged_into_id is not None:
            raise Refused("is_merged", name=person.name)
    if kind == PersonKind.LEARNER and one.region_code != other.region_code:
        raise NotFound  # the roster of another village is nobody's business here
    if not is_inside(other.region_code, one.region_code):
        raise Refused("kept_apart", name=one.name)
    if one.retired_at is not None and other.retired_at is None:
        raise Refused("kept_retired", name=one.name)


def _check_order(db: Session, merge: PersonMerge, one: Any) -> None:
    if db.scalar(later_merge(merge.kind, merge.id, merge.kept_id).limit(1)) is not None:
        raise Refused("undo_later_first", name=one.name)


def _repoint(db: Session, kind: str, old: int, new: int) -> list[int]:
    """Whoever had been merged into the one is merged into the other: one step leads from every record to the person."""
    table = PEOPLE[kind]
    followers = sorted(db.scalars(select(table.id).where(table.merged_into_id == old)))
    if followers:
        _point(db, kind, followers, new)
    return followers


def _point(db: Session, kind: str, followers: Sequence[int], to: int) -> None:
    table = PEOPLE[kind]
    db.execute(
        update(table)
        .where(table.id.in_(followers))
        .values(merged_into_id=to)
        .execution_options(synchronize_session="fetch")
    )


def _fill(db: Session, kind: str, one: Any, other: Any) -> list[str]:
    """What the kept record does not say is taken from the other; the names of those fields come back."""
    others = queries.values_of(db, kind, other)
    fields = gaps(queries.values_of(db, kind, one), others)
    for name in fields:
        _set(db, kind, one, name, others[name])
    return list(fields)


def _empty_again(db: Session, kind: str, one: Any, other: Any, fields: Sequence[str]) -> list[str]:
    """What was filled is empty again; the names of the fields that somebody changed since come back."""
    values, others = queries.values_of(db, kind, one), queries.values_of(db, kind, other)
    for name in fields:
        if values[name] == others[name]:
            _set(db, kind, one, name, None if name in ("sex", "birth_year", "weekly_limit") else "")
    return [name for name in fields if values[name] not in (others[name], None, "")]


def _set(db: Session, kind: str, person: Any, name: str, value: Any) -> None:
    if name == "phone":
        store_phone(db, person, value, removes=True)
    else:
        setattr(person, name, value)


def _note(
    db: Session, kind: str, action: str, one: Any, other: Any, *, by: Actor, now: Now, **details: Any
) -> None:
    named, where, merged = f"{kind} {one.id}", other.region_code, f"{kind} {other.id}"
    note(db, named, f"{kind}.{action}", by=by, now=now, region_code=where, merged=merged, **details)
