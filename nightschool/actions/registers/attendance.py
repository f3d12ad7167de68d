"""Sheets come in here, and here a register is taken back. Whatever arrives is kept; what counts now is beside it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nightschool.actions.bulk import insert_rows
from nightschool.actions.courses.bookings import slot_of
from nightschool.actions.people.people import enrol_newcomers
from nightschool.actions.records import note
from nightschool.actions.registers.sheet_photos import forget_photo
from nightschool.actions.tallies import recount
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord, refuse_all, told_together
from nightschool.models.attendance import Mark, MarkEvent, Submission, SubmissionKind
from nightschool.models.base import Base
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.people.stays import EVER_OF_VILLAGE
from nightschool.queries.places.region_settings import register_days
from nightschool.queries.registers.attendance import register_version
from nightschool.queries.registers.register_history import sheet_before
from nightschool.rules.access import Actor, require
from nightschool.rules.people.merges import MERGED, stronger_mark
from nightschool.rules.registers.attendance import (
    OF_OPEN_LECTURES,
    PRESENT,
    Rank,
    Sheet,
    asks_why,
    check_marks,
    fingerprint,
    outranks,
    reconcile,
    void_fingerprint,
    why_no_register,
)
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.slots import Now

_LONGEST_DEVICE = 200
_Said = tuple[str, str]  # a mark: its status, and who of the family came

_TO_LOCK = (
    select(ClassSession)
    .where(ClassSession.public_id == bindparam("public_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
# Locked, so that nobody is merged into another between this look and the marks.
_LEARNERS = (
    select(Learner.public_id, func.coalesce(Learner.merged_into_id, Learner.id).label("id"))
    .where(Learner.public_id.in_(bindparam("wanted", expanding=True)), Learner.id.in_(EVER_OF_VILLAGE))
    .with_for_update(read=True)
)
_ARRIVED = (
    select(
        *(Submission.id, Submission.arrival, Submission.fingerprint, Submission.replaces),
        *(Submission.taken_at, Submission.clock_offset, Submission.received_at),
    )
    .where(Submission.class_session_id == bindparam("class_session"))
    .order_by(Submission.arrival)
)
_MARKS = select(Mark.learner_id, Mark.status, Mark.came_instead).where(
    Mark.class_session_id == bindparam("class_session")
)
_TABLES = Base.metadata.tables
_CHANGE_MARK = (
    update(_TABLES["mark"])
    .where(Mark.class_session_id == bindparam("of"), Mark.learner_id == bindparam("who"))
    .values({name: bindparam(name) for name in ("status", "came_instead", "submission_id")})
)
_COUNT = insert(_TABLES["headcount"])
_GUESTS = insert(_TABLES["guest"])
_SUPERSEDE = tuple(
    update(table)
    .where(table.c.class_session_id == bindparam("class_session"), table.c.superseded_by.is_(None))
    .values(superseded_by=bindparam("by"))
    for table in (_TABLES["guest"], _TABLES["headcount"])
)
# Inserts that know ON CONFLICT, in the words of each database.
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_ARRIVE = {
    name: insert_into(_TABLES["submission"])
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(_TABLES["submission"].c.id)
    for name, insert_into in _INSERTS.items()
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender may now forget: this submission is kept. The same each time it is sent."""

    submission_id: UUID
    class_session: str
    fingerprint: str
    received_at: datetime


def record_sheet(
    db: Session,
    *,
    class_session: str,
    sheet: Sheet,
    submission_id: UUID,
    device: str,
    taken_at: datetime,
    by: Actor,
    now: Now,
    based_on: int | None = None,
    reason: str = "",
) -> Receipt:
    """The sheet is what counts for this class session, which is held; every arrival stays on record.

    Sent again with the same id it changes nothing and gives the same receipt. `based_on` is the register's version the
    sender saw; without it, it counts when it was taken later than all that arrived.
    Raises: Refused with `other_content` when the id came before with something else; as `make_count` does.
    Cost: a dozen statements, however many marks.
    """
    held = locked_for_register(db, class_session)
    require(by, "keep_register", held.region_code)
    arrived = arrivals(db, held)
    submission = submission_of(
        held,
        by,
        now,
        id=submission_id,
        kind=SubmissionKind.SHEET,
        arrival=len(arrived) + 1,
        fingerprint=fingerprint(class_session, sheet),
        device=device,
        taken_at=taken_at,
        difference_note=sheet.difference_note,
        reason=reason,
    )
    if (seen := arrive(db, submission)) is not None:
        return _same_receipt(seen, class_session, submission)
    make_count(
        db,
        held,
        sheet,
        submission,
        others=unseen(arrived, based_on=based_on),
        based_on=based_on,
        settles_by_rank=based_on is None,
        by=by,
        now=now,
    )
    return Receipt(submission_id, class_session, submission["fingerprint"], now.instant)


def make_count(
    db: Session,
    held: ClassSession,
    sheet: Sheet,
    submission: Mapping[str, Any],
    *,
    others: Collection[Rank],
    based_on: int | None,
    settles_by_rank: bool,
    by: Actor,
    now: Now,
) -> None:
    """The sheet, which is on record as this submission, is what counts for the class session, which is held.

    `others`: what arrived that its sender had not seen. Where it `settles_by_rank`, it counts all the same when it was
    taken later than all of that.
    Raises: Refused with `foreign_learner`, with `why_changed` when it changes an old register and gives no reason, with
    the codes of `why_no_register` and `check_marks`, or as `add_learner` does for the new learners (`row` in the
    details), of whom some may be on the roster then; StaleRecord when the register has changed since.
    """
    slot = slot_of(held)
    if closed := why_no_register(held.status, slot, now.moment_of(rank_of(submission).taken_at)):
        raise Refused(closed, slot=slot)
    if others and not (settles_by_rank and outranks(rank_of(submission), others)):
        raise StaleRecord("register", based_on or 0, submission["arrival"] - 1)
    is_change = held.status == SessionStatus.HELD
    why_changed = Refused("why_changed", field="reason")
    is_unexplained = (
        is_change
        and not submission["reason"]
        and asks_why(held.day, now.day, register_days(db, held.region_code))
    )
    new: list[int] = []
    told_together(
        lambda: refuse_all([why_changed] if is_unexplained else ()),
        lambda: check_marks(sheet, is_cohort=_is_cohort(db, held, sheet)),
        lambda: new.extend(
            enrol_newcomers(
                db, village=held.region_code, newcomers=sheet.new_learners, came_on=held.day, today=now.day
            )
        ),
    )
    ids = _learner_ids(db, held.region_code, sheet.marks)
    wanted: dict[int, _Said] = {}
    for public_id, status in sheet.marks.items():
        # Said by another record of the same person, when the sheet is from before the two were merged.
        said = wanted.get(ids[public_id])
        if said is None or stronger_mark(said[0], status) == MERGED:
            wanted[ids[public_id]] = status, sheet.came_instead.get(public_id, "")
    wanted |= dict.fromkeys(new, (PRESENT, ""))
    changes = _set_marks(db, held, wanted, submission["id"])
    _replace_counts(db, held, submission, sheet)
    if held.status != SessionStatus.HELD:
        held.status, held.changed_at = SessionStatus.HELD, now.instant
        held.recorded_after = (now.day - held.day).days
    _close(
        db,
        held,
        "register.save",
        by=by,
        now=now,
        marks_changed=changes,
        new_learners=len(sheet.new_learners),
    )


def void_register(
    db: Session,
    *,
    class_session: str,
    reason: str,
    submission_id: UUID,
    device: str,
    by: Actor,
    now: Now,
) -> Receipt:
    """Nothing of the register counts any more, all of it stays on record, and the class session is scheduled again.

    It keeps holding its slot; cancelling it is another step. Sent again with the same id it changes nothing.
    The photograph of its sheet is gone. Raises: Refused with `reason_missing`, `no_register` or `other_content`.
    """
    held = locked_for_register(db, class_session)
    require(by, "keep_register", held.region_code)
    if not reason:
        raise Refused("reason_missing", field="reason")
    submission = submission_of(
        held,
        by,
        now,
        id=submission_id,
        kind=SubmissionKind.VOID,
        arrival=register_version(db, held.id) + 1,
        fingerprint=void_fingerprint(class_session, reason),
        device=device,
        taken_at=now.instant,
        reason=reason,
    )
    if (seen := arrive(db, submission)) is not None:
        return _same_receipt(seen, class_session, submission)
    if held.status != SessionStatus.HELD:
        raise Refused("no_register")
    changes = _set_marks(db, held, {}, submission_id)
    _supersede_counts(db, held, submission_id)
    forget_photo(db, held)
    held.status, held.changed_at, held.recorded_after = SessionStatus.SCHEDULED, now.instant, None
    _close(db, held, "register.void", by=by, now=now, marks_changed=changes)
    return Receipt(submission_id, class_session, submission["fingerprint"], now.instant)


def take_back_last(
    db: Session,
    *,
    class_session: str,
    version: int,
    reason: str,
    submission_id: UUID,
    device: str,
    by: Actor,
    now: Now,
) -> Receipt:
    """What counted before the arrival that made the register this version counts again; nothing, where nothing did.

    It is one arrival more, so that both stay on record. Who was new on that sheet stays on the roster.
    Raises: StaleRecord when something arrived since; as `record_sheet` and `void_register` do.
    """
    held = locked_for_register(db, class_session)
    require(by, "keep_register", held.region_code)
    if (current := register_version(db, held.id)) != version:
        raise StaleRecord("register", version, current)
    how: dict[str, Any] = {
        "class_session": class_session,
        "reason": reason,
        "submission_id": submission_id,
        "device": device,
        "by": by,
        "now": now,
    }
    before = sheet_before(db, held.id, version)
    if before is None:
        return void_register(db, **how)
    return record_sheet(db, sheet=before, taken_at=now.instant, based_on=version, **how)


def locked_for_register(db: Session, class_session: str) -> ClassSession:
    """The class session; until the transaction ends nobody else writes its register. Raises NotFound."""
    held = db.scalars(_TO_LOCK, {"public_id": class_session}).one_or_none()
    if held is None:
        raise NotFound
    return held


def arrivals(db: Session, held: ClassSession) -> Sequence[Any]:
    """All that has arrived for a class session, in that order; so many are its register's version. Cost: 1 query."""
    return db.execute(_ARRIVED, {"class_session": held.id}).all()


def submission_of(held: ClassSession, by: Actor, now: Now, *, device: str, **said: Any) -> dict[str, Any]:
    """The columns of a submission. Raises NotAllowed for who has no account."""
    if by.account_id is None:  # a register always names who handed it in
        raise NotAllowed("keep_register", held.region_code)
    empty = {"reason": "", "difference_note": "", "clock_offset": None, "replaces": None}
    arrives = {"class_session_id": held.id, "account_id": by.account_id, "received_at": now.instant}
    return {**empty, **arrives, "device": device[:_LONGEST_DEVICE], **said}


def arrive(db: Session, submission: Mapping[str, Any]) -> Submission | None:
    """The submission is on record; or, when one of this id is already, that one comes back and nothing is written.

    The primary key decides and not a look beforehand: two arrivals at one instant would both see nothing.
    """
    written = db.execute(_ARRIVE[_dialect(db)], submission).first()
    return None if written else db.get_one(Submission, submission["id"], populate_existing=True)


def _same_receipt(seen: Submission, class_session: str, submission: Mapping[str, Any]) -> Receipt:
    if seen.fingerprint != submission["fingerprint"]:
        raise Refused("other_content")
    return Receipt(seen.id, class_session, seen.fingerprint, seen.received_at)


def unseen(arrived: Iterable[Any], *, based_on: int | None, replaces: Collection[UUID] = ()) -> list[Rank]:
    """The ranks of what arrived unknown to whoever wrote a sheet on that version, which `replaces` some.

    What its own device has written something else instead of speaks for nobody any more.
    """
    rows = [row for row in arrived if row.arrival > (based_on or 0)]
    known = {*replaces, *(UUID(one) for row in rows for one in replaced_by(row))}
    return [rank_of(row._mapping) for row in rows if row.id not in known]


def replaced_by(arrival: Any) -> list[str]:
    """The ids of what was written before on the same device."""
    return (arrival.replaces or "").split()


def rank_of(submission: Mapping[str, Any]) -> Rank:
    """The rank of an arrival, by its device's clock put right."""
    taken_at = submission["taken_at"] + timedelta(seconds=submission.get("clock_offset") or 0)
    return Rank.of(submission["id"], taken_at, submission["received_at"])


def _is_cohort(db: Session, held: ClassSession, sheet: Sheet) -> bool:
    """True when its course is a cohort; not asked where the sheet says nothing that only a cohort's can say."""
    if OF_OPEN_LECTURES.issuperset(sheet.marks.values()):
        return False
    return db.scalar(select(Course.kind).where(Course.id == held.course_id)) == CourseKind.COHORT


def _learner_ids(db: Session, region_code: str, public_ids: Iterable[str]) -> dict[str, int]:
    """The learners behind these public ids, of this village now or once; who was merged into another is that one."""
    wanted = list(public_ids)
    if not wanted:
        return {}
    ids = {row.public_id: row.id for row in db.execute(_LEARNERS, {"wanted": wanted, "village": region_code})}
    if len(ids) != len(wanted):
        raise Refused("foreign_learner")
    return ids


def _set_marks(db: Session, held: ClassSession, wanted: Mapping[int, _Said], submission_id: UUID) -> int:
    """The marks are those wanted; every change has its event. Returns how many changes there were."""
    rows = db.execute(_MARKS, {"class_session": held.id})
    changes = reconcile({learner: (status, name) for learner, status, name in rows}, wanted)
    if not changes:
        return 0
    new, changed, gone, events = [], [], [], []
    for change in changes:
        status, came_instead = change.after or (None, "")
        mark = {"status": status, "came_instead": came_instead, "submission_id": submission_id}
        key = {"class_session_id": held.id, "learner_id": change.learner}
        events.append({**key, **mark, "before": change.before[0] if change.before else None})
        if not change.before:
            new.append({**key, **mark})
        elif change.after:
            changed.append({**mark, "of": held.id, "who": change.learner})
        else:
            gone.append(change.learner)
    insert_rows(db, MarkEvent, events)
    insert_rows(db, Mark, new)
    if changed:
        db.connection().execute(_CHANGE_MARK, changed)
    if gone:
        db.execute(delete(Mark).where(Mark.class_session_id == held.id, Mark.learner_id.in_(gone)))
    return len(changes)


def _replace_counts(db: Session, held: ClassSession, submission: Mapping[str, Any], sheet: Sheet) -> None:
    """The guests and numbers of this sheet count, those of earlier ones no longer. Each sheet has one headcount row."""
    if submission["arrival"] > 1:
        _supersede_counts(db, held, submission["id"])
    common = {"class_session_id": held.id, "submission_id": submission["id"]}
    db.execute(
        _COUNT,
        {
            **common,
            "total": sheet.headcount,
            "women": sheet.women,
            "over_60": sheet.over_60,
            "on_paper": sheet.on_paper,
            "unnamed_guests": sheet.unnamed_guests,
        },
    )
    if sheet.guests:
        db.execute(_GUESTS, [{**common, "name": guest.name, "home": guest.home} for guest in sheet.guests])


def _supersede_counts(db: Session, held: ClassSession, submission_id: UUID) -> None:
    for supersede in _SUPERSEDE:
        db.execute(supersede, {"class_session": held.id, "by": submission_id})


def _close(db: Session, held: ClassSession, action: str, *, by: Actor, now: Now, **details: Any) -> None:
    db.flush()
    recount(db, [held.id])
    touch_villages(db, [held.region_code], now=now)
    note(db, held, action, by=by, now=now, **details)


def _dialect(db: Session) -> str:
    return db.get_bind().dialect.name
