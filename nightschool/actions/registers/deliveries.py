"""Sheets that were written without signal come in here: each counts, or waits for somebody to look at it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.actions.registers.attendance import (
    Brought,
    Receipt,
    locked_for_register,
    put_on_record,
    record_sheet,
    unseen,
)
from nightschool.errors import NotAllowed, Refused, StaleRecord
from nightschool.models.attendance import Submission, WaitingSheet
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Posting
from nightschool.queries.registers.waiting import IS_SAID, standing_sheet
from nightschool.rules.access import Actor, Role, may
from nightschool.rules.registers.attendance import Sheet, fingerprint
from nightschool.rules.registers.waiting import (
    NEWCOMERS,
    OTHER_CONTENT,
    OUTRANKED,
    POSTING_ENDED,
    write_sheet,
)
from nightschool.rules.slots import Now

# The sheets that say what `told` is the fingerprint of.
_SAYING = (
    select(WaitingSheet.id)
    .join(Submission, Submission.id == WaitingSheet.submission_id)
    .where(
        WaitingSheet.class_session_id == bindparam("class_session"),
        Submission.fingerprint == bindparam("told"),
    )
)
_SETTLE_SAID = (
    update(WaitingSheet)
    .where(WaitingSheet.id.in_(_SAYING), WaitingSheet.why == OUTRANKED, WaitingSheet.settled_at.is_(None))
    .values(settled_at=bindparam("at"))
)
_INSTEAD = (
    select(Submission.id)
    .where(
        Submission.class_session_id == bindparam("class_session"),
        Submission.replaces.contains(bindparam("submission")),
    )
    .limit(1)
)


class Fate(StrEnum):
    COUNTS = "counts"
    WAITS = "waits"  # it is kept, and somebody has to look at it
    REPLACED = "replaced"  # a later one of the same device was here before it


@dataclass(frozen=True, slots=True)
class BroughtSheet:
    """A sheet as its device sends it: an id made there, what it says, when it was written, and what was known then."""

    submission_id: UUID
    class_session: str
    sheet: Sheet
    device: str
    taken_at: datetime
    based_on: int
    brought: Brought
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receipt of a delivery and what became of it; `why` it waits, where it does."""

    receipt: Receipt
    outcome: Fate
    why: str = ""


def bring_in(db: Session, delivery: BroughtSheet, *, by: Actor, now: Now) -> Delivered:
    """The sheet is kept for good, whatever happened meanwhile, and a receipt says so; nothing of it is ever dropped.

    It counts when its sender knew all that had arrived, or wrote it later than all of that; what it outranks waits, as
    does a sheet that cannot count. Sent again it changes nothing and has the same receipt; another content under an id
    that came before waits beside it.
    Raises: NotFound; NotAllowed for who was never posted to the village.
    """
    held = locked_for_register(db, delivery.class_session)
    if by.account_id is None or not (
        may(by, "keep_register", held.region_code) or _was_posted(db, by, held.region_code)
    ):
        raise NotAllowed("keep_register", held.region_code)
    told = fingerprint(delivery.class_session, delivery.sheet)
    seen = db.get(Submission, delivery.submission_id, populate_existing=True)
    if seen is not None and (seen.fingerprint != told or seen.class_session_id != held.id):
        return _put_beside(db, held, delivery, told, by=by, now=now)
    if seen is not None:
        receipt = Receipt(seen.id, delivery.class_session, told, seen.received_at)
        why = db.scalar(
            select(WaitingSheet.why).where(
                WaitingSheet.submission_id == seen.id, WaitingSheet.settled_at.is_(None)
            )
        )
        return Delivered(receipt, Fate.WAITS, why) if why else Delivered(receipt, Fate.COUNTS)
    _settle_replaced(db, held, delivery, by=by, now=now)
    if _is_replaced(db, held, delivery.submission_id):
        return Delivered(_kept(db, held, delivery, told, by=by, now=now), Fate.REPLACED)
    if not may(by, "keep_register", held.region_code):
        return _wait(db, held, delivery, told, POSTING_ENDED, by=by, now=now)
    return _count(db, held, delivery, told, by=by, now=now)


def leave_waiting(db: Session, *, waiting_sheet: str, by: Actor, now: Now) -> None:
    """The sheet waits no more; it stays on record, and what counts stays as it is."""
    _settle(db, waiting_sheet, is_taken=False, by=by, now=now)


def take_waiting(db: Session, *, waiting_sheet: str, by: Actor, now: Now) -> None:
    """The sheet waits no more, for what it says has been saved, as somebody put it right."""
    _settle(db, waiting_sheet, is_taken=True, by=by, now=now)


def _count(
    db: Session, held: ClassSession, delivery: BroughtSheet, told: str, *, by: Actor, now: Now
) -> Delivered:
    others = unseen(
        db,
        held.id,
        delivery.submission_id,
        based_on=delivery.based_on,
        replaces=delivery.brought.replaces,
    )
    before = standing_sheet(db, held.id) if others else None
    try:
        with db.begin_nested():
            receipt = record_sheet(
                db,
                class_session=delivery.class_session,
                sheet=delivery.sheet,
                submission_id=delivery.submission_id,
                device=delivery.device,
                taken_at=delivery.taken_at,
                based_on=delivery.based_on,
                reason=delivery.reason,
                brought=delivery.brought,
                by=by,
                now=now,
            )
    except StaleRecord:
        if before and fingerprint(held.public_id, before[1]) == told:
            receipt = _kept(db, held, delivery, told, by=by, now=now)
            _put_aside(
                db, held, receipt.submission_id, delivery.sheet, OUTRANKED, by=by, now=now, is_said=True
            )
            return Delivered(receipt, Fate.COUNTS)
        return _wait(db, held, delivery, told, OUTRANKED, by=by, now=now)
    except Refused as refused:
        why = NEWCOMERS if "row" in refused.details else refused.code
        return _wait(db, held, delivery, told, why, by=by, now=now)
    if before:
        _outrank(db, held, *before, is_own=before[0] in delivery.brought.replaces, by=by, now=now)
    _settle_said(db, held, told, now=now)
    return Delivered(receipt, Fate.COUNTS)


def _wait(
    db: Session, held: ClassSession, delivery: BroughtSheet, told: str, why: str, *, by: Actor, now: Now
) -> Delivered:
    receipt = _kept(db, held, delivery, told, by=by, now=now)
    _put_aside(db, held, receipt.submission_id, delivery.sheet, why, by=by, now=now)
    return Delivered(receipt, Fate.WAITS, why)


def _put_beside(
    db: Session, held: ClassSession, delivery: BroughtSheet, told: str, *, by: Actor, now: Now
) -> Delivered:
    """The id is taken by another content: this one stands under an id made of both, the same however often it comes."""
    beside = uuid5(delivery.submission_id, told)
    seen = db.get(Submission, beside, populate_existing=True)
    if seen is None:
        _kept(db, held, delivery, told, by=by, now=now, submission_id=beside)
        _put_aside(db, held, beside, delivery.sheet, OTHER_CONTENT, by=by, now=now)
    received_at = seen.received_at if seen else now.instant
    receipt = Receipt(delivery.submission_id, delivery.class_session, told, received_at)
    return Delivered(receipt, Fate.WAITS, OTHER_CONTENT)


def _kept(
    db: Session,
    held: ClassSession,
    delivery: BroughtSheet,
    told: str,
    *,
    by: Actor,
    now: Now,
    submission_id: UUID | None = None,
) -> Receipt:
    return put_on_record(
        db,
        held,
        submission_id=submission_id or delivery.submission_id,
        fingerprint=told,
        device=delivery.device,
        taken_at=delivery.taken_at,
        difference_note=delivery.sheet.difference_note,
        reason=delivery.reason,
        brought=delivery.brought,
        by=by,
        now=now,
    )


def _outrank(
    db: Session, held: ClassSession, submission: UUID, sheet: Sheet, *, is_own: bool, by: Actor, now: Now
) -> None:
    """What counted until now waits: its writer did not know of the one that counts instead, nor that one's of it.

    So do the sheets that said the same, and nobody needed to look at until now; they alone where the same phone wrote
    its own anew (`is_own`).
    """
    after = standing_sheet(db, held.id)
    told = fingerprint(held.public_id, sheet)
    is_said = after is not None and fingerprint(held.public_id, after[1]) == told
    if not is_own:
        _put_aside(db, held, submission, sheet, OUTRANKED, by=by, now=now, is_said=is_said)
    if not is_said:
        db.execute(
            update(WaitingSheet)
            .where(WaitingSheet.id.in_(_SAYING), IS_SAID)
            .values(settled_at=None, put_at=now.instant),
            {"class_session": held.id, "told": told},
        )


def _settle_said(db: Session, held: ClassSession, told: str, *, now: Now) -> None:
    """What waits and says the same as the sheet that counts now waits no more, as long as that counts."""
    db.execute(_SETTLE_SAID, {"class_session": held.id, "told": told, "at": now.instant})


def _put_aside(
    db: Session,
    held: ClassSession,
    submission: UUID,
    sheet: Sheet,
    why: str,
    *,
    by: Actor,
    now: Now,
    is_said: bool = False,
) -> None:
    """The sheet waits; where the one that counts says the same, only once that counts no more."""
    if db.scalar(select(WaitingSheet.id).where(WaitingSheet.submission_id == submission)):
        return  # it has waited before
    waiting = WaitingSheet(
        region_code=held.region_code,
        class_session_id=held.id,
        submission_id=submission,
        why=why,
        content=write_sheet(sheet),
        put_at=now.instant,
        settled_at=now.instant if is_said else None,
    )
    db.add(waiting)
    db.flush()
    if not is_said:
        note(db, held, "register.wait", by=by, now=now, why=why)


def _settle(db: Session, waiting_sheet: str, *, is_taken: bool, by: Actor, now: Now) -> None:
    found = locked_for(db, WaitingSheet, WaitingSheet.public_id == waiting_sheet, verb="keep_register", by=by)
    found.settled_at, found.settled_by_id, found.is_taken = now.instant, by.account_id, is_taken
    db.flush()
    held = db.get_one(ClassSession, found.class_session_id)
    note(db, held, "register.settle", by=by, now=now, is_taken=is_taken)


def _settle_replaced(db: Session, held: ClassSession, delivery: BroughtSheet, *, by: Actor, now: Now) -> None:
    """What waits of the sheets that this one was written instead of waits no more, and never again."""
    if not delivery.brought.replaces:
        return
    own = select(Submission.id).where(
        Submission.id.in_(delivery.brought.replaces), Submission.account_id == by.account_id
    )
    db.execute(
        update(WaitingSheet)
        .where(
            WaitingSheet.class_session_id == held.id,
            WaitingSheet.submission_id.in_(own),
            WaitingSheet.settled_by_id.is_(None),
        )
        .values(settled_at=now.instant, settled_by_id=by.account_id, is_taken=False)
    )


def _is_replaced(db: Session, held: ClassSession, submission: UUID) -> bool:
    return db.scalar(_INSTEAD, {"class_session": held.id, "submission": str(submission)}) is not None


def _was_posted(db: Session, by: Actor, village: str) -> bool:
    return (
        db.scalar(
            select(Posting.id)
            .where(
                Posting.account_id == by.account_id,
                Posting.role == Role.COORDINATOR,
                Posting.region_code == village,
            )
            .limit(1)
        )
        is not None
    )
