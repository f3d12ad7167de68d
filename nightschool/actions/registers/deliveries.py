"""Sheets that were written without signal come in here: each counts, or waits for somebody to look at it."""

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.actions.registers.attendance import (
    Receipt,
    arrivals,
    arrive,
    locked_for_register,
    make_count,
    replaced_by,
    submission_of,
    unseen,
)
from nightschool.errors import NotAllowed, Refused, StaleRecord
from nightschool.models.attendance import Submission, SubmissionKind, WaitingSheet
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

_WHY = select(WaitingSheet.why).where(
    WaitingSheet.submission_id == bindparam("submission"), WaitingSheet.settled_at.is_(None)
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
    reason: str = ""
    clock_offset: int = 0  # by how many seconds the device's clock was behind ours
    replaces: tuple[UUID, ...] = ()  # the sheets of the same device it was written instead of


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receipt of a delivery and what became of it; `why` it waits, where it does.

    Beside it of which class session it is, and the version of that one's register now.
    """

    receipt: Receipt
    outcome: Fate
    why: str
    title: str
    day: date
    version: int


_Outcome = tuple[Fate, str]  # why it waits, where it does


def bring_in(db: Session, delivery: BroughtSheet, *, by: Actor, now: Now) -> Delivered:
    """The sheet is kept for good, whatever happened meanwhile, and a receipt says so; nothing of it is ever dropped.

    It counts when its sender knew all that had arrived, or wrote it later than all of that; what it outranks waits, as
    does a sheet that cannot count. Sent again it changes nothing and has the same receipt; another content under an id
    that came before waits beside it.
    Raises: NotFound; NotAllowed for who was never posted to the village.
    """
    held = locked_for_register(db, delivery.class_session)
    if not (may(by, "keep_register", held.region_code) or _was_posted(db, by, held.region_code)):
        raise NotAllowed("keep_register", held.region_code)
    arrived = arrivals(db, held)
    submission = submission_of(
        held,
        by,
        now,
        id=delivery.submission_id,
        kind=SubmissionKind.SHEET,
        arrival=len(arrived) + 1,
        fingerprint=fingerprint(delivery.class_session, delivery.sheet),
        device=delivery.device,
        taken_at=delivery.taken_at,
        difference_note=delivery.sheet.difference_note,
        reason=delivery.reason,
        clock_offset=delivery.clock_offset,
        replaces=" ".join(map(str, delivery.replaces)),
    )
    seen = arrive(db, submission)
    if seen is None:
        outcome = _settle_new(db, held, delivery, submission, arrived, by=by, now=now)
    elif (seen.fingerprint, seen.class_session_id) == (submission["fingerprint"], held.id):
        why = db.scalar(_WHY, {"submission": seen.id})
        outcome = (Fate.WAITS, why) if why else (Fate.COUNTS, "")
    else:
        # The id is taken by another content: this one stands under an id made of both, the same however often it comes.
        beside = submission | {"id": uuid5(delivery.submission_id, submission["fingerprint"])}
        if (seen := arrive(db, beside)) is None:
            _put_aside(db, held, beside["id"], delivery.sheet, OTHER_CONTENT, by=by, now=now)
        outcome = (Fate.WAITS, OTHER_CONTENT)
    received_at = seen.received_at if seen else now.instant
    told = submission["fingerprint"]
    return Delivered(
        Receipt(delivery.submission_id, delivery.class_session, told, received_at),
        *outcome,
        held.title,
        held.day,
        len(arrived) + (seen is None),
    )


def leave_waiting(db: Session, *, waiting_sheet: str, by: Actor, now: Now) -> None:
    """The sheet waits no more; it stays on record, and what counts stays as it is."""
    _settle(db, waiting_sheet, is_taken=False, by=by, now=now)


def take_waiting(db: Session, *, waiting_sheet: str, by: Actor, now: Now) -> None:
    """The sheet waits no more, for what it says has been saved, as somebody put it right."""
    _settle(db, waiting_sheet, is_taken=True, by=by, now=now)


def _settle_new(
    db: Session,
    held: ClassSession,
    delivery: BroughtSheet,
    submission: Mapping[str, Any],
    arrived: Sequence[Any],
    *,
    by: Actor,
    now: Now,
) -> _Outcome:
    """What becomes of a sheet that has just come on record."""
    _settle_replaced(db, held, delivery, by=by, now=now)
    if any(str(delivery.submission_id) in replaced_by(one) for one in arrived):
        return Fate.REPLACED, ""
    why, is_said = POSTING_ENDED, False
    if may(by, "keep_register", held.region_code):
        others = unseen(arrived, based_on=delivery.based_on, replaces=delivery.replaces)
        before = standing_sheet(db, held.id) if others else None
        try:
            # Some of the new people may be on the roster when it turns out that it cannot count.
            with db.begin_nested() if delivery.sheet.new_learners else nullcontext():
                make_count(
                    db,
                    held,
                    delivery.sheet,
                    submission,
                    others=others,
                    based_on=delivery.based_on,
                    settles_by_rank=True,
                    by=by,
                    now=now,
                )
        except StaleRecord:
            why = OUTRANKED
            is_said = (
                before is not None and fingerprint(held.public_id, before[1]) == submission["fingerprint"]
            )
        except Refused as refused:
            why = NEWCOMERS if "row" in refused.details else refused.code
        else:
            if before:
                _outrank(db, held, *before, is_own=before[0] in delivery.replaces, by=by, now=now)
            if arrived:  # what waits and says the same waits no more, as long as this counts
                said = {"class_session": held.id, "told": submission["fingerprint"], "at": now.instant}
                db.execute(_SETTLE_SAID, said)
            return Fate.COUNTS, ""
    _put_aside(db, held, delivery.submission_id, delivery.sheet, why, by=by, now=now, is_said=is_said)
    return (Fate.COUNTS, "") if is_said else (Fate.WAITS, why)


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
    if not delivery.replaces:
        return
    own = select(Submission.id).where(
        Submission.id.in_(delivery.replaces), Submission.account_id == by.account_id
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
