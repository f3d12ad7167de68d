"""Learners are erased: what says who they are goes for good, and what they count for stays.

A mark of each is kept, in the database and in a file beside it: a backup of before knows the person still, and who
restores it erases them again. The mark is a keyed digest of what stood in the address of their page; it says nothing.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from nightschool.actions.people.retiring import retire
from nightschool.actions.records import fill_name, locked_for, note
from nightschool.errors import NotFound
from nightschool.models.attendance import Mark, MarkEvent
from nightschool.models.base import new_public_id
from nightschool.models.people import FormerValue, HouseholdStatus, Learner, PersonKind, PersonMerge
from nightschool.models.teaching import Enrolment
from nightschool.models.trust import ErasedMark
from nightschool.queries.household_status import holder_of
from nightschool.queries.trust.own_data import with_merged
from nightschool.rules.access import Actor
from nightschool.rules.names import compared
from nightschool.rules.people.erasures import stand_in
from nightschool.rules.people.retiring import RecordKind
from nightschool.rules.slots import Now
from nightschool.sealing import Digester

_AT_ONCE = 1000


def erase(db: Session, *, learner: str, why: str, digester: Digester, by: Actor, now: Now) -> None:
    """The learner, and whoever was merged into them, is nobody any more; marks, places and stays count as before.

    They are on the roster no more, and cannot be asked back. Raises: NotFound, NotAllowed.
    """
    found = locked_for(db, Learner, Learner.public_id == learner, verb="keep_people", by=by)
    if found.erased_at is not None:
        raise NotFound
    if found.retired_at is None:
        retire(
            db,
            RecordKind.LEARNER,
            public_id=learner,
            version=found.version,
            keeps_booked=True,
            by=by,
            now=now,
        )
    _forget(db, found, digester, now)
    note(db, found, "learner.erase", by=by, now=now, why=why)


def erase_again(db: Session, marks: Iterable[str], *, digester: Digester, by: Actor, now: Now) -> int:
    """Who was erased since this database was written is so again; how many they are comes back."""
    every = {*marks, *db.scalars(select(ErasedMark.digest))}
    known = set(db.scalars(select(ErasedMark.digest)))
    db.add_all(ErasedMark(digest=digest, at=now.instant) for digest in every - known)
    db.flush()
    alive = db.scalars(
        select(Learner).where(Learner.erased_at.is_(None)).execution_options(yield_per=_AT_ONCE)
    )
    theirs = [one.id for one in alive if mark_of(digester, one.public_id) in every]
    for key in theirs:
        again = db.get_one(Learner, key)
        if again.erased_at is None:  # or with somebody merged into whom they were
            again.retired_at = again.retired_at or now.instant
            again.left_on = again.left_on or now.day
            _forget(db, again, digester, now)
            note(db, again, "learner.erase", by=by, now=now, why="restored")
    return len(theirs)


def mark_of(digester: Digester, public_id: str) -> str:
    """What is kept of somebody who is erased."""
    return digester("erased learner", public_id)


def keep_beside(file: Path, db: Session) -> frozenset[str]:
    """The marks of all who are erased stand in this file too, which is none of the database's; all in it come back."""
    there = frozenset(file.read_text("ascii").split()) if file.exists() else frozenset()
    if new := set(db.scalars(select(ErasedMark.digest))) - there:
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="ascii") as out:
            out.writelines(f"{digest}\n" for digest in sorted(new))
            out.flush()
            os.fsync(out.fileno())
    return there | new


def _forget(db: Session, found: Learner, digester: Digester, now: Now) -> None:
    keys = with_merged(db, found.id)
    for one in db.scalars(select(Learner).where(Learner.id.in_(keys)).with_for_update()).all():
        mark = mark_of(digester, one.public_id)
        if db.get(ErasedMark, mark) is None:
            db.add(ErasedMark(digest=mark, at=now.instant))
        db.execute(delete(HouseholdStatus).where(HouseholdStatus.holder == holder_of(db, one.public_id)))
        _replace_name(db, one)
        one.public_id, one.erased_at = new_public_id(), now.instant
        one.birth_year = one.phone = one.told_version = None
    for rows in (Mark, MarkEvent):
        named = (rows.learner_id.in_(keys), rows.came_instead != "")
        db.execute(update(rows).where(*named).values(came_instead=""))
    db.execute(update(Enrolment).where(Enrolment.learner_id.in_(keys)).values(proxy_name=""))
    db.execute(delete(FormerValue).where(FormerValue.learner_id.in_(keys)))
    merges = update(PersonMerge).where(PersonMerge.kind == PersonKind.LEARNER, PersonMerge.kept_id.in_(keys))
    db.execute(merges.values(moved={}, undone_at=now.instant))
    db.flush()


def _replace_name(db: Session, one: Learner) -> None:
    """No name stands in the row, nor in those of whose household they were the head: as many are counted."""
    before, new = one.name, stand_in(new_public_id()[:4])
    neighbours = db.scalars(
        select(Learner).where(
            Learner.region_code == one.region_code,
            Learner.group_number == one.group_number,
            Learner.group_name == one.group_name,
            Learner.household != "",
            Learner.id != one.id,
        )
    )
    for other in neighbours:
        if compared(other.household) == compared(before):
            other.household = new
    fill_name(one, new)
    one.household = ""
