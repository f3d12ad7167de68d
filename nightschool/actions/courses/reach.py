"""Several class sessions called off or put off at once, with one reason and one way back."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.changing import changing
from nightschool.actions.courses.labelling import set_session_labels
from nightschool.actions.courses.sessions import (
    check_not_there,
    check_reason,
    may_be_public,
    new_session,
    told_slot,
)
from nightschool.actions.courses.staffing import set_session_teachers
from nightschool.actions.records import locked_sessions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses import reach as queries
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.changes import Change, check_change
from nightschool.rules.courses.reach import CALLS_OFF, call_off, put_off, reach_digest
from nightschool.rules.courses.series import Member, Reach, Step
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.regions import level_of
from nightschool.rules.slots import Now, Slot


def cancel_several(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    reach: Reach,
    seen: str,
    picked: Collection[str],
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
) -> int:
    """Each of the `picked` class sessions (public ids) that the reach goes to is cancelled, or was not held.

    `seen` is the digest of what was shown. Returns how many. Raises: Refused; StaleRecord, of `series` when what is
    reached is not what was shown.
    """
    reached, this = _reached(db, class_session, reach, Change.CANCEL, by, now, seen_revision)
    steps, records = _seen(db, call_off(reached), seen, picked)
    check_reason(reason)
    told = {"reason": reason, "sessions": len(records)}
    about = records.get(this.id)
    with changing(
        db, Undoable.CANCEL_SEVERAL, list(records.values()), about=about, by=by, now=now, told=told
    ):
        _cancel(records.values(), reason, reason_text)
    return len(steps)


def postpone_several(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    reach: Reach,
    seen: str,
    picked: Collection[str],
    slot: Slot,
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> int:
    """The session is put off to this slot, and each other of the `picked` that the reach goes to as many days on.

    All or nothing; returns how many. Raises: Refused, CannotSchedule; StaleRecord, of `series` when what is reached is
    not what was shown.
    """
    reached, this = _reached(db, class_session, reach, Change.POSTPONE, by, now, seen_revision)
    if slot == this.state.slot:
        raise Refused("same_slot", field="day")
    steps, records = _seen(db, put_off(reached, this, slot), seen, picked)
    check_reason(reason)
    successors = {
        step.member.id: new_session(
            records[step.member.id],
            step.after.slot,
            step.after.venue_id,
            is_public=records[step.member.id].published_at is not None
            and may_be_public(db, records[step.member.id].region_code, step.after.slot, now),
            now=now,
            agreed=agreed,
        )
        for step in steps
    }
    db.add_all(successors.values())
    db.flush()
    told = {"reason": reason, "sessions": len(steps), "after": told_slot(slot)}
    with changing(
        db,
        Undoable.POSTPONE_SEVERAL,
        list(records.values()),
        made=list(successors.values()),
        about=records.get(this.id),
        by=by,
        now=now,
        agreed=agreed,
        told=told,
    ):
        for key, record in records.items():
            record.status, record.successor_id = SessionStatus.POSTPONED, successors[key].id
            record.reason, record.reason_text = reason, reason_text
        was = {successors[step.member.id].id: step.member.state for step in steps}
        set_session_teachers(db, {key: state.teacher_ids for key, state in was.items()}, are_new=True)
        set_session_labels(db, {key: state.labels for key, state in was.items()}, are_new=True)
    for step in steps:
        made = successors[step.member.id]
        check_not_there(db, made.course_id, step.after.slot, but=made.id)
    return len(steps)


def call_off_evening(
    db: Session,
    *,
    region: str,
    day: date,
    picked: Collection[str],
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
) -> int:
    """The picked class sessions (public ids) of this day in the villages of a township or county are cancelled.

    Their villages read on their desks that it came from above. Returns how many. Raises: Refused with `nothing_picked`
    or `reason_missing`; StaleRecord when one of them is not to come any more.
    """
    require(by, "call_off", region)
    if level_of(region) not in CALLS_OFF:
        raise NotFound
    check_reason(reason)
    records = locked_sessions(
        db, *queries.of_evening(region, day, now.moment), ClassSession.public_id.in_(picked)
    )
    if not picked:
        raise Refused("nothing_picked")
    if len(records) != len(set(picked)):
        raise StaleRecord("series", 0, 0)
    with changing(
        db,
        Undoable.CALL_OFF,
        records,
        kept_in=region,
        by=by,
        now=now,
        told={"reason": reason, "sessions": len(records)},
    ):
        _cancel(records, reason, reason_text)
        for record in records:
            record.called_off_by = region
    return len(records)


def _cancel(records: Collection[ClassSession], reason: str, reason_text: str) -> None:
    for record in records:
        record.status, record.reason, record.reason_text = SessionStatus.CANCELLED, reason, reason_text


def _reached(
    db: Session, public_id: str, reach: Reach, change: Change, by: Actor, now: Now, seen_revision: int
) -> tuple[tuple[Member, ...], Member]:
    """What the change goes on to, and this one, as it was seen. Raises: NotFound, NotAllowed, StaleRecord, Refused."""
    home = db.execute(
        select(ClassSession.region_code, Course.public_id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(ClassSession.public_id == public_id)
    ).one_or_none()
    if home is None:
        raise NotFound
    require(by, "schedule", home.region_code)
    found = queries.reaches(db, home.region_code, home.public_id, public_id, change, at=now.moment)
    [this] = found[Reach.ONE]
    if seen_revision != this.revision:
        raise StaleRecord("class_session", seen_revision, this.revision)
    check_change(change, this.status)
    return found[reach], this


def _seen(
    db: Session, steps: Sequence[Step], seen: str, picked: Collection[str]
) -> tuple[list[Step], dict[int, Any]]:
    """The picked of these steps, and their class sessions, locked and as they were shown.

    Raises: StaleRecord; Refused with `nothing_picked`.
    """
    if reach_digest(steps) != seen:
        raise StaleRecord("series", 0, 0)
    chosen = [step for step in steps if step.member.public_id in picked]
    if not chosen:
        raise Refused("nothing_picked")
    ids = [step.member.id for step in chosen]
    records = {record.id: record for record in locked_sessions(db, ClassSession.id.in_(ids))}
    if any(records[step.member.id].revision != step.member.revision for step in chosen):
        raise StaleRecord("series", 0, 0)
    return chosen, records
