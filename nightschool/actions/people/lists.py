"""Lists of people out of tables: kept to be looked through, taken in as far as wished, and for a day taken back."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from nightschool.actions.bulk import insert_rows
from nightschool.actions.ended import check_goes_on
from nightschool.actions.errands import begin_errand
from nightschool.actions.records import LONGEST_SORT_KEY, locked, note
from nightschool.errors import NotFound, Refused
from nightschool.models.base import Base, new_public_id
from nightschool.models.errands import Errand
from nightschool.models.people import Learner, ListKind, PeopleList, PersonKind, PersonMerge
from nightschool.models.places import Region
from nightschool.queries.household_status import has_any
from nightschool.queries.people import lists as queries
from nightschool.queries.people.merges import PEOPLE
from nightschool.queries.phones import sealed_for as phone_sealed_for
from nightschool.rules.access import KEEPERS, Actor, require
from nightschool.rules.errands import GOING_ON, ErrandKind
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.people.lists import LIST_KEPT_FOR, ListedPerson, ListStage, PeopleSheet, list_stage
from nightschool.rules.people.merges import UNDO_FOR
from nightschool.rules.people.people import group_number
from nightschool.rules.people.told import NOTICE_NOW
from nightschool.rules.slots import Now

# Of one place one list comes in at a time, or two with the same people would both find nobody there.
_TAKING = select(Region.code).with_for_update(key_share=True)
# What of an entry is no column, or is filled beside it.
_NO_COLUMNS = frozenset({"removes_phone", "is_another", "came_on", "always_here", "group_was_wrong", "phone"})


def begin_list(db: Session, *, kind: str, region: str, by: Actor, now: Now) -> str:
    """A table counts as being read; the answer is its name in addresses. What is older than a day is forgotten.

    Raises: VillageEnded.
    """
    require(by, KEEPERS[kind], region)
    if kind != ListKind.REGISTER:  # what was held before a village ended may still come
        check_goes_on(db, [(region, now.day)])
    over = or_(PeopleList.made_at < now.instant - LIST_KEPT_FOR, PeopleList.made_at > now.believable)
    db.execute(update(PeopleList).where(PeopleList.content.is_not(None), over).values(content=None))
    row = PeopleList(
        public_id=new_public_id(),
        region_code=region,
        kind=kind,
        account_id=by.account_id,
        made_at=now.instant,
    )
    db.add(row)
    db.flush()
    return row.public_id


def keep_list(
    db: Session,
    public_id: str,
    *,
    file_name: str,
    sheets: Sequence[PeopleSheet],
    columns: Sequence[Sequence[str]],
    unread: Sequence[str],
) -> None:
    """The table is read, and kept sealed for a day."""
    table = {
        "sheets": [(one.name, one.head, one.lines, one.left_out) for one in sheets],
        "unread": unread,
    }
    sealed = [  # its name by itself, so that lists can be listed
        db.info["sealer"].seal(json.dumps(part, ensure_ascii=False), about=queries.list_sealed_for(public_id))
        for part in ({"file": file_name}, table)
    ]
    row = locked(db, PeopleList, PeopleList.public_id == public_id)
    row.content, row.choices = "\n".join(sealed).encode(), {"columns": [list(one) for one in columns]}
    db.flush()


def fail_list(db: Session, public_id: str, why: str = "") -> None:
    """Of the table nothing is read, and why is said."""
    row = locked(db, PeopleList, PeopleList.public_id == public_id)
    row.choices = {**row.choices, "failed": why}
    db.flush()


def choose_columns(
    db: Session,
    public_id: str,
    *,
    kind: str,
    region: str,
    columns: Sequence[Sequence[str]],
    heads: Sequence[int | None],
    group_name: str = "",
    course: str = "",
    by: Actor,
    now: Now,
) -> None:
    """From now on the columns of each sheet say this, and this line names them.

    Who has no group is of this one; registers are of this course, where one day has two.

    Raises: NotFound, Refused with `list_taken` or `list_expired`.
    """
    row = _waiting(db, public_id, kind=kind, region=region, by=by, now=now)
    row.choices = {
        "columns": [list(one) for one in columns],
        "heads": list(heads),
        "group_name": group_name,
        "course": course,
    }
    db.flush()


def learn_names(people: Sequence[ListedPerson], tell: Callable[[int, int], object] = lambda *_: None) -> None:
    """How these names are read is known to this process. Whoever does this first is done sooner when writing."""
    for number, person in enumerate(people):
        stored_keys(person.entry.name)
        sort_key(person.entry.name)
        tell(number, len(people))


def begin_taking(
    db: Session,
    public_id: str,
    *,
    kind: str,
    region: str,
    others: Collection[str] = (),
    always_here: bool = False,
    by: Actor,
    now: Now,
) -> None:
    """The list will be taken in as `take_list` does. Raises: NotFound, Refused with `list_taken` or `list_expired`."""
    row = _waiting(db, public_id, kind=kind, region=region, by=by, now=now)
    if db.scalar(select(Errand.state).where(Errand.id == row.errand_id)) in GOING_ON:
        return
    how = {"list": public_id, "kind": kind, "others": sorted(others), "always_here": always_here}
    row.errand_id = begin_errand(db, ErrandKind.PEOPLE, region=region, by=by, now=now, **how).id
    db.flush()


def take_list(
    db: Session,
    public_id: str,
    *,
    kind: str,
    region: str,
    others: Collection[str] = (),
    always_here: bool = False,
    by: Actor,
    now: Now,
) -> int:
    """All new people of the list are written down, and how many they are comes back; nobody there is touched.

    `others`: rows of which it was said that they are another of the same name. `always_here`: learners stand on
    registers of before, too. Raises: NotFound, VillageEnded, Refused with `list_taken`, `list_expired`, `nobody_new`.
    """
    row = list_to_take(db, public_id, kind=kind, region=region, by=by, now=now)
    check_goes_on(db, [(region, now.day)])
    found = queries.looked_through(db, queries.list_page(db, row), others=others, today=now.day)
    rows = [_columns(db, kind, region, one, None if always_here else now.day) for one in found.new]
    if not rows:
        raise Refused("nobody_new")
    insert_rows(db, PEOPLE[kind], rows)
    row.added = [one["public_id"] for one in rows]
    row.counts = {
        "new": len(rows),
        "there": found.known + found.repeated,
        "left": len(found.bad) + len(found.asked),
    }
    row.taken_at = now.instant
    db.flush()
    note(db, row, f"{kind}.take_list", by=by, now=now, n=len(rows))
    return len(rows)


def undo_list(db: Session, public_id: str, *, kind: str, region: str, by: Actor, now: Now) -> tuple[int, int]:
    """Whom the list added are gone again, but for those whom something stands behind by now: how many of both.

    Raises: NotFound, Refused with `list_not_taken` or `undo_over`.
    """
    row = list_to_undo(db, public_id, kind=kind, region=region, by=by, now=now)
    table: Any = PEOPLE[kind]
    gone = 0
    for start in range(0, len(row.added), _AT_ONCE):
        which = table.public_id.in_(row.added[start : start + _AT_ONCE])
        fresh = select(table.id).where(which, table.version == 1, table.region_code == region)
        free = [key for key in db.scalars(fresh.with_for_update()) if key is not None]
        free = sorted(set(free) - _with_something_behind(db, kind, free))
        db.execute(delete(table).where(table.id.in_(free)))
        gone += len(free)
    row.undone_at = now.instant
    kept = len(row.added) - gone
    db.flush()
    note(db, row, f"{kind}.undo_list", by=by, now=now, n=gone)
    return gone, kept


def list_to_take(db: Session, public_id: str, *, kind: str, region: str, by: Actor, now: Now) -> PeopleList:
    """A list that waits; nobody else takes one of the same place in until the transaction ends.

    Raises: NotFound, Refused with `list_taken` or `list_expired`.
    """
    db.execute(_TAKING.where(Region.code == region))
    return _waiting(db, public_id, kind=kind, region=region, by=by, now=now)


def list_to_undo(db: Session, public_id: str, *, kind: str, region: str, by: Actor, now: Now) -> PeopleList:
    """A list that was taken in within a day. Raises: NotFound, Refused with `list_not_taken` or `undo_over`."""
    row = _locked(db, public_id, kind=kind, region=region, by=by)
    if row.taken_at is None or row.undone_at is not None:
        raise Refused("list_not_taken")
    if not now.is_within(UNDO_FOR, row.taken_at):
        raise Refused("undo_over")
    return row


_AT_ONCE = 500


def _with_something_behind(db: Session, kind: str, keys: Sequence[int]) -> set[int]:
    """Those that any other record refers to: marks, places in cohorts, lessons, merges, kinds of households."""
    table = PEOPLE[kind].__table__
    pointing = [
        column
        for other in Base.metadata.sorted_tables
        for column in other.columns
        if any(key.column.table is table for key in column.foreign_keys)
    ]
    found: set[int] = set()
    for column in pointing:
        found |= set(db.scalars(select(column).where(column.in_(keys))))
    for merged in (PersonMerge.kept_id, PersonMerge.merged_id):
        found |= set(db.scalars(select(merged).where(PersonMerge.kind == kind, merged.in_(keys))))
    if kind == PersonKind.LEARNER:
        ids = dict(db.execute(select(Learner.public_id, Learner.id).where(Learner.id.in_(keys))).all())
        found |= {ids[one] for one in has_any(db, ids)}
    return found


def _waiting(db: Session, public_id: str, *, kind: str, region: str, by: Actor, now: Now) -> PeopleList:
    row = _locked(db, public_id, kind=kind, region=region, by=by)
    stage = list_stage(
        is_read=row.content is not None,
        made_at=row.made_at,
        taken_at=row.taken_at,
        undone_at=row.undone_at,
        now=now,
    )
    if stage is ListStage.EXPIRED:
        raise Refused("list_expired")
    if stage is ListStage.UNREAD:
        raise Refused("list_unread")
    if stage is not ListStage.WAITING:
        raise Refused("list_taken")
    return row


def _locked(db: Session, public_id: str, *, kind: str, region: str, by: Actor) -> PeopleList:
    require(by, KEEPERS[kind], region)
    row = locked(db, PeopleList, PeopleList.public_id == public_id)
    if (row.kind, row.region_code) != (kind, region):
        raise NotFound
    return row


def _columns(db: Session, kind: str, region: str, one: ListedPerson, came_on: Any) -> dict[str, Any]:
    """A row of the table as `add_learner` and `add_teacher` would write it."""
    entry = one.entry
    values = {name: value for name, value in asdict(entry).items() if name not in _NO_COLUMNS}
    public_id = new_public_id()
    about = phone_sealed_for(kind, public_id)
    values |= {
        "public_id": public_id,
        "region_code": region,
        "version": 1,
        "name_key": sort_key(entry.name)[:LONGEST_SORT_KEY],
        "search_keys": stored_keys(entry.name),
        "phone": db.info["sealer"].seal(entry.phone, about=about) if entry.phone else None,
    }
    if kind == PersonKind.LEARNER:
        values |= {"group_number": group_number(values["group_name"]), "came_on": came_on}
        # The page on which the list was taken in says that whoever's number is on it must have been told.
        values["told_version"] = NOTICE_NOW if values.pop("is_told") and entry.phone else None
    return values
