"""Registers of past classes out of tables: written where a class has none, and for a day taken back."""

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.people.lists import list_to_take, list_to_undo
from nightschool.actions.records import note
from nightschool.actions.registers.attendance import locked_for_register, record_sheet, void_register
from nightschool.errors import Refused
from nightschool.models.attendance import Submission
from nightschool.queries.people import lists
from nightschool.queries.registers.attendance import register_version
from nightschool.queries.registers.past_registers import registers_found
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now

_SPACE = UUID("6f1f3b0e-7c0b-4f4e-9a55-5d0c5d0e6a11")  # of the ids that registers out of tables have


def take_registers(db: Session, public_id: str, *, kind: str, region: str, by: Actor, now: Now) -> int:
    """Every class of the list that had no register has one, and how many they are comes back; no other is touched.

    Raises: NotFound, Refused with `list_taken`, `list_expired` or `no_new_register`.
    """
    row = list_to_take(db, public_id, kind=kind, region=region, by=by, now=now)
    found = registers_found(db, lists.list_page(db, row), at=now.moment)
    if not found.new:
        raise Refused("no_new_register")
    how: dict[str, Any] = {"device": "", "by": by, "now": now}
    for one in found.new:
        of = one.of.public_id
        record_sheet(
            db,
            class_session=of,
            sheet=one.sheet(),
            submission_id=_id(public_id, of),
            taken_at=now.instant,
            based_on=register_version(db, locked_for_register(db, of).id),
            **how,
        )
    row.added = [one.of.public_id for one in found.new]
    row.counts = {"new": len(found.new), "there": len(found.recorded), "left": len(found.bad)}
    row.taken_at = now.instant
    db.flush()
    note(db, row, "register.take_list", by=by, now=now, n=len(found.new))
    return len(found.new)


def undo_registers(
    db: Session, public_id: str, *, kind: str, region: str, reason: str, by: Actor, now: Now
) -> tuple[int, int]:
    """The registers of the list are void, but for those that somebody has changed since: how many of both.

    Raises: NotFound, Refused with `list_not_taken` or `undo_over`.
    """
    row = list_to_undo(db, public_id, kind=kind, region=region, by=by, now=now)
    gone = 0
    for of in row.added:
        held = locked_for_register(db, of)
        came = select(Submission.arrival).where(Submission.id == _id(public_id, of))
        if db.scalar(came) != register_version(db, held.id):
            continue
        void_register(
            db,
            class_session=of,
            reason=reason,
            submission_id=_id(public_id, f"{of} undone"),
            device="",
            by=by,
            now=now,
        )
        gone += 1
    row.undone_at = now.instant
    db.flush()
    note(db, row, "register.undo_list", by=by, now=now, n=gone)
    return gone, len(row.added) - gone


def _id(people_list: str, of: str) -> UUID:
    return uuid5(_SPACE, f"{people_list} {of}")
