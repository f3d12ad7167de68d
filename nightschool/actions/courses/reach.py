"""Several class sessions called off or put off at once, with one reason and one way back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import slot_of
from nightschool.actions.courses.changing import changing
from nightschool.actions.courses.labelling import set_session_labels
from nightschool.actions.courses.series import where_scheduled
from nightschool.actions.courses.sessions import (
    check_none_there,
    check_reason,
    new_session,
    told_slot,
)
from nightschool.actions.courses.staffing import set_session_teachers
from nightschool.actions.records import locked_sessions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses import reach as queries
from nightschool.queries.courses.series import members_where
from nightschool.queries.courses.storms import in_storm
from nightschool.queries.courses.undo import just_made
from nightschool.queries.oversight.plans import waiting_in
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.changes import Change, check_change
from nightschool.rules.courses.reach import call_off, can_call_off, put_off, reach_digest
from nightschool.rules.courses.series import Member, Reach, State, Step
from nightschool.rules.courses.storms import Storm
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.regions import is_inside
from nightschool.rules.seasons.months import month_of
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
    slots = {step.member.id: step.after.slot for step in steps}
    successors = _successors(db, slots, records, now=now, agreed=agreed)
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
        _put_off(
            db, records, successors, {one.member.id: one.member.state for one in steps}, reason, reason_text
        )
    check_none_there(db, [(made.course_id, slot_of(made), made.id) for made in successors.values()])
    return len(steps)


def call_off_area(
    db: Session,
    *,
    region: str,
    storm: Storm,
    parts: Collection[str] = (),
    picked: Collection[str],
    moves: Mapping[str, Slot] = MappingProxyType({}),
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
) -> str:
    """The picked class sessions (public ids) in this storm do not take place, and meet in these slots instead.

    Those without a slot are cancelled, the others put off with their teachers and place. Their villages read on their
    desks that it came from above, and all of it is one change. Returns its public id. Raises: Refused with
    `nothing_picked` or `reason_missing`; StaleRecord when one of them is not to come any more; CannotSchedule.
    """
    require(by, "call_off", region)
    if not can_call_off(region) or not all(is_inside(part, region) for part in parts):
        raise NotFound
    check_reason(reason)
    records = locked_sessions(
        db, *in_storm(region, storm, parts, now.moment), ClassSession.public_id.in_(picked)
    )
    if not picked:
        raise Refused("nothing_picked")
    if len(records) != len(set(picked)):
        raise StaleRecord("series", 0, 0)
    moved = {record.id: record for record in records if record.public_id in moves}
    successors = _successors(db, {key: moves[one.public_id] for key, one in moved.items()}, moved, now=now)
    states = {one.id: one.state for one in members_where(db, ClassSession.id.in_(moved))} if moved else {}
    with changing(
        db,
        Undoable.CALL_OFF,
        records,
        made=list(successors.values()),
        kept_in=region,
        by=by,
        now=now,
        told={"reason": reason, "sessions": len(records)},
    ):
        for record in records:
            record.called_off_by = region
        _cancel((record for record in records if record.id not in moved), reason, reason_text)
        _put_off(db, moved, successors, states, reason, reason_text)
    check_none_there(db, [(made.course_id, slot_of(made), made.id) for made in successors.values()])
    return just_made(db, region, now=now) or ""


def _successors(
    db: Session,
    slots: Mapping[int, Slot],
    records: Mapping[int, ClassSession],
    *,
    now: Now,
    agreed: bool = False,
) -> dict[int, ClassSession]:
    """A new class session like each of these, in its slot: public where that one is and the plan allows."""
    public = [
        (records[key].region_code, slot.day) for key, slot in slots.items() if records[key].published_at
    ]
    waiting = waiting_in(db, public, today=now.day)
    made = {}
    for key, slot in slots.items():
        one = records[key]
        is_public = one.published_at is not None and (one.region_code, month_of(slot.day)) not in waiting
        made[key] = new_session(one, slot, one.venue_id, is_public=is_public, now=now, agreed=agreed)
    db.add_all(made.values())
    db.flush()
    return made


def _put_off(
    db: Session,
    records: Mapping[int, ClassSession],
    successors: Mapping[int, ClassSession],
    states: Mapping[int, State],
    reason: str,
    reason_text: str,
) -> None:
    """Each points to its successor, which has its teachers and labels."""
    for key, record in records.items():
        record.status, record.successor_id = SessionStatus.POSTPONED, successors[key].id
        record.reason, record.reason_text = reason, reason_text
    was = {successors[key].id: states[key] for key in records}
    set_session_teachers(db, {key: state.teacher_ids for key, state in was.items()}, are_new=True)
    set_session_labels(db, {key: state.labels for key, state in was.items()}, are_new=True)


def _cancel(records: Iterable[ClassSession], reason: str, reason_text: str) -> None:
    for record in records:
        record.status, record.reason, record.reason_text = SessionStatus.CANCELLED, reason, reason_text


def _reached(
    db: Session, public_id: str, reach: Reach, change: Change, by: Actor, now: Now, seen_revision: int
) -> tuple[tuple[Member, ...], Member]:
    """What the change goes on to, and this one, as it was seen. Raises: NotFound, NotAllowed, StaleRecord, Refused."""
    home = where_scheduled(db, public_id, by)
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
