"""Sheets that do not count and wait for somebody to look at them; and what a register says now, as a sheet."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import Guest, Headcount, Mark, Submission, WaitingSheet
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.queries.records import shaped
from nightschool.rules.registers.attendance import Sheet, WrittenGuest
from nightschool.rules.registers.waiting import read_sheet
from nightschool.rules.slots import Slot

_MOST_SHOWN = 100
# The sheet that counts says the same: nobody has to look at this one, and nobody did, as long as that is so.
IS_SAID = WaitingSheet.settled_at.is_not(None) & WaitingSheet.settled_by_id.is_(None)


@dataclass(frozen=True, slots=True)
class SheetWaiting:
    """One sheet that waits, or waited: of which class session, who wrote it when, and why it does not count."""

    public_id: str
    region_code: str
    class_session: str
    title: str
    slot: Slot
    status: str
    goes_on_as: str | None  # of a class session put off: the one instead of it
    by: str
    device: str
    taken_at: datetime
    received_at: datetime
    put_at: datetime
    why: str
    settled_at: datetime | None
    settled_by: str | None
    is_taken: bool | None
    sheet: Sheet

    @property
    def day(self) -> date:
        """Of the class session."""
        return self.slot.day


_Instead = aliased(ClassSession, name="instead")
_Settler = aliased(Account, name="settler")
_WAITING = (
    select(
        WaitingSheet.public_id,
        WaitingSheet.region_code,
        ClassSession.public_id.label("class_session"),
        ClassSession.title,
        ClassSession.day,
        ClassSession.starts,
        ClassSession.ends,
        ClassSession.status,
        _Instead.public_id.label("goes_on_as"),
        Account.display_name.label("by"),
        Submission.device,
        Submission.taken_at,
        Submission.received_at,
        WaitingSheet.put_at,
        WaitingSheet.why,
        WaitingSheet.settled_at,
        _Settler.display_name.label("settled_by"),
        WaitingSheet.is_taken,
        WaitingSheet.content,
    )
    .join(ClassSession, ClassSession.id == WaitingSheet.class_session_id)
    .join(Submission, Submission.id == WaitingSheet.submission_id)
    .join(Account, Account.id == Submission.account_id)
    .outerjoin(_Instead, _Instead.id == ClassSession.successor_id)
    .outerjoin(_Settler, _Settler.id == WaitingSheet.settled_by_id)
)


def sheets_waiting(db: Session, village: str) -> tuple[SheetWaiting, ...]:
    """The sheets of this village that wait, the oldest class first; after them those settled, the latest first.

    Cost: 1 query.
    """
    is_open = WaitingSheet.settled_at.is_(None)
    rows = db.execute(
        _WAITING.where(WaitingSheet.region_code == village, ~IS_SAID)
        .order_by(
            is_open.desc(),
            WaitingSheet.settled_at.desc(),
            ClassSession.day,
            ClassSession.starts,
            WaitingSheet.id,
        )
        .limit(_MOST_SHOWN)
    )
    return tuple(map(_waiting, rows))


def sheet_waiting(db: Session, public_id: str) -> SheetWaiting | None:
    """One of them; None when there is no such sheet. Cost: 1 query."""
    row = db.execute(_WAITING.where(WaitingSheet.public_id == public_id)).one_or_none()
    return _waiting(row) if row else None


_STANDING = select(Headcount).where(
    Headcount.class_session_id == bindparam("class_session"), Headcount.superseded_by.is_(None)
)
_NOTE = select(Submission.difference_note).where(Submission.id == bindparam("submission"))


def standing_sheet(db: Session, class_session_id: int) -> tuple[UUID, Sheet] | None:
    """What the register of this class session says now, and which submission said it; None when it says nothing.

    Cost: 4 queries.
    """
    this = {"class_session": class_session_id}
    head = db.scalars(_STANDING, this).one_or_none()
    if head is None:
        return None
    marks = db.execute(
        select(Learner.public_id, Mark.status, Mark.came_instead)
        .join(Learner, Learner.id == Mark.learner_id)
        .where(Mark.class_session_id == class_session_id)
    ).all()
    guests = db.execute(
        select(Guest.name, Guest.home)
        .where(Guest.class_session_id == class_session_id, Guest.superseded_by.is_(None))
        .order_by(Guest.id)
    )
    sheet = Sheet(
        marks={learner: status for learner, status, _name in marks},
        came_instead={learner: name for learner, _status, name in marks if name},
        guests=tuple(WrittenGuest(*row) for row in guests),
        unnamed_guests=head.unnamed_guests,
        headcount=head.total,
        women=head.women,
        over_60=head.over_60,
        on_paper=head.on_paper,
        difference_note=db.scalar(_NOTE, {"submission": head.submission_id}) or "",
    )
    return head.submission_id, sheet


def _waiting(row: Any) -> SheetWaiting:
    return shaped(
        SheetWaiting,
        row,
        slot=Slot(row.day, row.starts, row.ends),
        sheet=read_sheet(row.content),
    )
