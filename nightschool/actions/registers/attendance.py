"""Sheets come in here, and here a register is taken back. Whatever arrives is kept; what counts now is beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import slot_of
from nightschool.actions.people.people import enrol_newcomers
from nightschool.actions.records import note
from nightschool.actions.registers.sheet_photos import forget_photo
from nightschool.actions.tallies import recount
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord, refuse_all, told_together
from nightschool.models.attendance import Mark, Submission, SubmissionKind
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
_ARRIVED = select(
    Submission.id, Submission.taken_at, Submission.clock_offset, Submission.received_at, Submission.replaces
).where(Submission.class_session_id == bindparam("class_session"), Submission.arrival > bindparam("version"))
_MARKS = select(Mark.learner_id, Mark.status, Mark.came_instead).where(
    Mark.class_session_id == bindparam("class_session")
)
_TABLES = Base.metadata.tables
_EVENTS = insert(_TABLES["mark_event"])
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


def _setting_marks(into: Any) -> Any:
    changed = ("status", "came_instead", "submission_id")
    return into.on_conflict_do_update(
        index_elements=["class_session_id", "learner_id"],
        set_={name: into.excluded[name] for name in changed},
    )


_SET_MARKS = {name: _setting_marks(insert_into(_TABLES["mark"])) for name, insert_into in _INSERTS.items()}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender may now forget: this submission is kept. The same each time it is sent."""

    submission_id: UUID
    class_session: str
    fingerprint: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Brought:
    """What else is known of a sheet that was written without signal and came when there was some.

    By how many seconds its device's clock was behind ours, and which sheets of the same device it was written instead
    of.
    """

    clock_offset: int = 0
    replaces: tuple[UUID, ...] = ()

    def columns(self) -> dict[str, Any]:
        """The same as the columns of a submission."""
        return {"clock_offset": self.clock_offset, "replaces": " ".join(map(str, self.replaces))}


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
    brought: Brought | None = None,
) -> Receipt:
    """The sheet is what counts for this class session, which is held; every arrival stays on record.

    Sent again with the same id it changes nothing and gives the same receipt. `based_on` is the register's version the
    sender saw; without it, and of a sheet that was written without signal and `brought` later, it counts when it was
    taken later than all that its sender had not seen.
    Raises: Refused with `other_content` when the id came before with something else, with `foreign_learner`, with
    `why_changed` when it changes an old register and gives no reason, with the codes of `why_no_register` and
    `check_marks`, or as `add_learner` does for the new learners (`row` in the details);
    StaleRecord when the register has changed since. Cost: a dozen statements, however many marks.
    """
    held = locked_for_register(db, class_session)
    require(by, "keep_register", held.region_code)
    submission = _submission(
        db,
        held,
        by,
        now,
        id=submission_id,
        kind=SubmissionKind.SHEET,
        fingerprint=fingerprint(class_session, sheet),
        device=device,
        taken_at=taken_at,
        difference_note=sheet.difference_note,
        reason=reason,
        **(brought.columns() if brought else {}),
    )
    if (seen := _arrive(db, submission)) is not None:
        return _same_receipt(seen, class_session, submission)
    slot = slot_of(held)
    if closed := why_no_register(held.status, slot, now.moment_of(rank_of(submission).taken_at)):
        raise Refused(closed, slot=slot)
    _check_current(db, held, submission, based_on=based_on, brought=brought)
    is_change = held.status == SessionStatus.HELD
    why_changed = Refused("why_changed", field="reason")
    is_unexplained = (
        is_change and not reason and asks_why(held.day, now.day, register_days(db, held.region_code))
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
    changes = _set_marks(db, held, wanted, submission_id)
    _replace_counts(db, held, submission_id, sheet)
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
    return Receipt(submission_id, class_session, submission["fingerprint"], now.instant)


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
    submission = _submission(
        db,
        held,
        by,
        now,
        id=submission_id,
        kind=SubmissionKind.VOID,
        fingerprint=void_fingerprint(class_session, reason),
        device=device,
        taken_at=now.instant,
        reason=reason,
    )
    if (seen := _arrive(db, submission)) is not None:
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


def put_on_record(
    db: Session,
    held: ClassSession,
    *,
    submission_id: UUID,
    fingerprint: str,
    device: str,
    taken_at: datetime,
    difference_note: str,
    reason: str,
    brought: Brought,
    by: Actor,
    now: Now,
) -> Receipt:
    """A sheet is on record that does not count. Raises Refused with `other_content` when its id came before."""
    submission = _submission(
        db,
        held,
        by,
        now,
        id=submission_id,
        kind=SubmissionKind.SHEET,
        fingerprint=fingerprint,
        device=device,
        taken_at=taken_at,
        difference_note=difference_note,
        reason=reason,
        **brought.columns(),
    )
    if _arrive(db, submission) is not None:
        raise Refused("other_content")
    return Receipt(submission_id, held.public_id, fingerprint, now.instant)


def locked_for_register(db: Session, class_session: str) -> ClassSession:
    """The class session; until the transaction ends nobody else writes its register. Raises NotFound."""
    held = db.scalars(_TO_LOCK, {"public_id": class_session}).one_or_none()
    if held is None:
        raise NotFound
    return held


def _submission(
    db: Session, held: ClassSession, by: Actor, now: Now, *, device: str, **said: Any
) -> dict[str, Any]:
    if by.account_id is None:  # a register always names who handed it in
        raise NotAllowed("keep_register", held.region_code)
    empty = {"reason": "", "difference_note": "", "clock_offset": None, "replaces": None}
    arrives = {"class_session_id": held.id, "account_id": by.account_id, "received_at": now.instant}
    arrives["arrival"] = register_version(db, held.id) + 1
    return {**empty, **arrives, "device": device[:_LONGEST_DEVICE], **said}


def _arrive(db: Session, submission: Mapping[str, Any]) -> Submission | None:
    """The submission is on record; or, when one of this id is already, that one comes back and nothing is written.

    The primary key decides and not a look beforehand: two arrivals at one instant would both see nothing.
    """
    written = db.execute(_ARRIVE[_dialect(db)], submission).first()
    return None if written else db.get_one(Submission, submission["id"], populate_existing=True)


def _same_receipt(seen: Submission, class_session: str, submission: Mapping[str, Any]) -> Receipt:
    if seen.fingerprint != submission["fingerprint"]:
        raise Refused("other_content")
    return Receipt(seen.id, class_session, seen.fingerprint, seen.received_at)


def _check_current(
    db: Session,
    held: ClassSession,
    submission: Mapping[str, Any],
    *,
    based_on: int | None,
    brought: Brought | None,
) -> None:
    version = submission["arrival"] - 1
    if based_on == version:
        return
    others = unseen(
        db, held.id, submission["id"], based_on=based_on, replaces=brought.replaces if brought else ()
    )
    settles_by_rank = brought is not None or based_on is None
    if others and not (settles_by_rank and outranks(rank_of(submission), others)):
        raise StaleRecord("register", based_on or 0, version)


def unseen(
    db: Session,
    class_session_id: int,
    submission_id: UUID,
    *,
    based_on: int | None,
    replaces: Iterable[UUID] = (),
) -> list[Rank]:
    """The ranks of what arrived for this class session unknown to whoever wrote a sheet of this id on that version.

    What its own device has written something else instead of speaks for nobody any more.
    """
    rows = db.execute(_ARRIVED, {"class_session": class_session_id, "version": based_on or 0}).all()
    over = {UUID(one) for row in rows for one in (row.replaces or "").split()}
    known = {submission_id, *replaces, *over}
    return [rank_of(dict(row._mapping)) for row in rows if row.id not in known]


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
    common = {"class_session_id": held.id, "submission_id": submission_id}
    marks: list[dict[str, Any]] = []
    for change in changes:
        status, came_instead = change.after or (None, "")
        mark = {"learner_id": change.learner, "status": status, "came_instead": came_instead}
        marks.append(common | mark)
    before = [change.before[0] if change.before else None for change in changes]
    db.execute(_EVENTS, [{**mark, "before": was} for mark, was in zip(marks, before, strict=True)])
    if kept := [mark for mark in marks if mark["status"]]:
        db.execute(_SET_MARKS[_dialect(db)], kept)
    if gone := [mark["learner_id"] for mark in marks if mark["status"] is None]:
        db.execute(delete(Mark).where(Mark.class_session_id == held.id, Mark.learner_id.in_(gone)))
    return len(changes)


def _replace_counts(db: Session, held: ClassSession, submission_id: UUID, sheet: Sheet) -> None:
    """The guests and numbers of this sheet count, those of earlier ones no longer. Each sheet has one headcount row."""
    _supersede_counts(db, held, submission_id)
    common = {"class_session_id": held.id, "submission_id": submission_id}
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
