"""One class session: added, moved, changed, called off, brought back. Others and all registers stay as they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions import audit
from nightschool.actions.bookings import hold_slots, release_slots, slot_of
from nightschool.actions.places import touch_villages
from nightschool.actions.retiring import reopen_course
from nightschool.actions.staffing import Staff, find_staff, set_session_teachers, teachers_of_sessions
from nightschool.actions.undo import keep, picture
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.plans import waiting_months
from nightschool.rules.access import Actor, require
from nightschool.rules.changes import Change, check_change
from nightschool.rules.proposals import check_slot
from nightschool.rules.reasons import REASONS
from nightschool.rules.slots import Now, Slot
from nightschool.rules.undo import Undoable


def move_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    slot: Slot,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> None:
    """The session meets in this slot instead, and holds it; what it held before is free.

    `agreed`: here and below, closed times of its teachers and its venue do not stand against it.
    Raises: Refused, StaleRecord, CannotSchedule.
    """
    record = _changeable(db, class_session, Change.MOVE, by, seen_revision)
    check_slot(slot)
    former = slot_of(record)
    if slot == former:
        return
    before = picture(db, [record])
    record.day, record.starts, record.ends = slot.day, slot.starts, slot.ends
    record.changed_at = now.instant
    db.flush()
    hold_slots(db, [record], moment=now.moment, agreed=agreed)
    _check_not_there(db, record.course_id, slot, but=record.id)
    if slot.finishes > now.moment:
        reopen_course(db, record.course_id, by=by, now=now)
    _changed(db, "sessions.move", record, by, now, before=_told(former), after=_told(slot))
    keep(
        db,
        what=Undoable.MOVE,
        by=by,
        now=now,
        before=before,
        changed=[record],
    )


def change_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    title: str,
    summary: str,
    teachers: Sequence[str],
    venue: str | None,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> None:
    """The session has this title, these teachers and this place, and holds them.

    Of a held session too: who really taught it, and where, may be put right.
    Raises: Refused, StaleRecord, CannotSchedule.
    """
    record = _changeable(db, class_session, Change.EDIT, by, seen_revision)
    former = Staff(teachers_of_sessions(db, [record.id])[record.id], record.venue_id)
    staff = find_staff(db, record.region_code, teachers=teachers, venue=venue, former=former)
    before = picture(db, [record])
    values = {"title": title, "summary": summary, "venue_id": staff.venue_id}
    fields = [name for name, value in values.items() if getattr(record, name) != value]
    if former.teacher_ids != staff.teacher_ids:
        fields.append("teachers")
        set_session_teachers(db, [record.id], staff.teacher_ids)
    if not fields:
        return
    for name, value in values.items():
        setattr(record, name, value)
    record.changed_at = now.instant
    flag_modified(record, "changed_at")  # the revision rises also when only the teachers are others
    db.flush()
    was_agreed = not {"venue_id", "teachers"} & set(
        fields
    )  # whatever is closed then: nothing else is wanted now
    hold_slots(db, [record], moment=now.moment, agreed=agreed or was_agreed)
    _changed(db, "sessions.change", record, by, now, fields=fields)
    keep(
        db,
        what=Undoable.EDIT,
        by=by,
        now=now,
        before=before,
        changed=[record],
    )


def cancel_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
) -> None:
    """The session is cancelled, or was not held, for this reason; what it held is free.

    Raises: StaleRecord; Refused, with `has_register` for a held session: its register must be voided first.
    """
    record = _changeable(db, class_session, Change.CANCEL, by, seen_revision)
    _check_reason(reason)
    before = picture(db, [record])
    record.status = SessionStatus.CANCELLED
    record.reason, record.reason_text = reason, reason_text
    record.changed_at = now.instant
    db.flush()
    release_slots(db, [record.id])
    _changed(db, "sessions.cancel", record, by, now, reason=reason)
    keep(
        db,
        what=Undoable.CANCEL,
        by=by,
        now=now,
        before=before,
        changed=[record],
    )


def restore_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> None:
    """The cancelled session takes place after all, and holds its slot; a past one waits for its register again.

    One that villagers never saw is a draft again. Raises: Refused, StaleRecord, CannotSchedule.
    """
    record = _changeable(db, class_session, Change.RESTORE, by, seen_revision)
    before = picture(db, [record])
    record.status = SessionStatus.SCHEDULED if record.published_at else SessionStatus.DRAFT
    record.reason, record.reason_text = None, ""
    record.changed_at = now.instant
    db.flush()
    hold_slots(db, [record], moment=now.moment, agreed=agreed)
    _check_not_there(db, record.course_id, slot_of(record), but=record.id)
    if slot_of(record).finishes > now.moment:
        reopen_course(db, record.course_id, by=by, now=now)
    _changed(db, "sessions.restore", record, by, now)
    keep(
        db,
        what=Undoable.RESTORE,
        by=by,
        now=now,
        before=before,
        changed=[record],
    )


def add_session(
    db: Session,
    *,
    course: str,
    slot: Slot,
    teachers: Sequence[str],
    venue: str | None,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> str:
    """The course meets once more, in this slot; public when the course is, else a draft. The course stays as it is.

    A draft it is, too, while the plan of that month waits for the township's approval.
    Returns the session's public id. Raises: Refused, with `already_there` when the course meets then as it is;
    CannotSchedule.
    """
    kept = db.scalar(select(Course).where(Course.public_id == course).with_for_update())
    if kept is None:
        raise NotFound
    require(by, "schedule", kept.region_code)
    check_slot(slot)
    staff = find_staff(db, kept.region_code, teachers=teachers, venue=venue)
    _check_not_there(db, kept.id, slot)
    is_public = kept.published_at is not None and not waiting_months(
        db, kept.region_code, [slot.day], today=now.day
    )
    record = ClassSession(
        course_id=kept.id,
        region_code=kept.region_code,
        title=kept.title,
        category_code=kept.category_code,
        summary=kept.summary,
        delivery_mode=kept.delivery_mode,
        venue_id=staff.venue_id,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        status=SessionStatus.SCHEDULED if is_public else SessionStatus.DRAFT,
        published_at=now.instant if is_public else None,
        changed_at=now.instant,
    )
    db.add(record)
    db.flush()
    set_session_teachers(db, [record.id], staff.teacher_ids)
    hold_slots(db, [record], moment=now.moment, agreed=agreed)
    if slot_of(record).finishes > now.moment:
        reopen_course(db, record.course_id, by=by, now=now)
    _changed(db, "sessions.add", record, by, now, after=_told(slot))
    keep(db, what=Undoable.ADD, by=by, now=now, made=[record])
    return record.public_id


def _check_not_there(db: Session, course_id: int, slot: Slot, *, but: int = 0) -> None:
    """Nothing happens unless the course meets then as it is: without teacher and place no booking would tell.

    `but` is the session that is to meet then. Raises: Refused with `already_there`.
    """
    there = select(ClassSession.id).where(
        ClassSession.course_id == course_id,
        ClassSession.id != but,
        ClassSession.day == slot.day,
        ClassSession.starts < slot.ends,
        ClassSession.ends > slot.starts,
        ClassSession.status.not_in((SessionStatus.CANCELLED, SessionStatus.POSTPONED)),
    )
    if db.scalars(there.limit(1)).first() is not None:
        raise Refused("already_there", field="day")


def postpone_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    slot: Slot,
    reason: str,
    reason_text: str,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> str:
    """The session points to a new one that meets in this slot with the same teachers, place and title.

    Villagers see both: that it is put off, why, and to when. A successor is always new: no chain has a circle.
    Returns the successor's public id. Raises: Refused, StaleRecord, CannotSchedule.
    """
    record = _changeable(db, class_session, Change.POSTPONE, by, seen_revision)
    check_slot(slot)
    _check_reason(reason)
    if slot == slot_of(record):
        raise Refused("same_slot", field="day")
    before = picture(db, [record])
    successor = ClassSession(
        course_id=record.course_id,
        region_code=record.region_code,
        title=record.title,
        category_code=record.category_code,
        summary=record.summary,
        delivery_mode=record.delivery_mode,
        venue_id=record.venue_id,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        status=record.status,
        published_at=now.instant if record.published_at else None,
        changed_at=now.instant,
    )
    db.add(successor)
    db.flush()
    set_session_teachers(db, [successor.id], teachers_of_sessions(db, [record.id])[record.id])
    record.status = SessionStatus.POSTPONED
    record.reason, record.reason_text = reason, reason_text
    record.successor_id = successor.id
    record.changed_at = now.instant
    db.flush()
    release_slots(db, [record.id])
    hold_slots(db, [successor], moment=now.moment, agreed=agreed)
    _check_not_there(db, record.course_id, slot, but=successor.id)
    if slot.finishes > now.moment:
        reopen_course(db, record.course_id, by=by, now=now)
    details = {"reason": reason, "after": _told(slot), "successor": successor.id}
    _changed(db, "sessions.postpone", record, by, now, **details)
    keep(db, what=Undoable.POSTPONE, by=by, now=now, before=before, changed=[record], made=[successor])
    return successor.public_id


def _changeable(db: Session, public_id: str, change: Change, by: Actor, seen_revision: int) -> ClassSession:
    """The session, locked, for one who may schedule in its village, as it was seen, and of a status that allows it.

    Raises: NotFound, NotAllowed, StaleRecord, Refused.
    """
    record = db.scalar(select(ClassSession).where(ClassSession.public_id == public_id).with_for_update())
    if record is None:
        raise NotFound
    require(by, "schedule", record.region_code)
    if seen_revision != record.revision:
        raise StaleRecord("class_session", seen_revision, record.revision)
    check_change(change, record.status)
    return record


def _check_reason(reason: str) -> None:
    if reason not in REASONS:
        raise Refused("reason_missing", field="reason")


def _changed(db: Session, action: str, record: ClassSession, by: Actor, now: Now, **details: Any) -> None:
    """The village's pages are told, where villagers know of this session, and the trail has its line."""
    if record.published_at is not None:
        touch_villages(db, [record.region_code], now=now)
    audit.note(
        db,
        by=by,
        now=now,
        action=action,
        region_code=record.region_code,
        record=f"class_session {record.id}",
        **details,
    )


def _told(slot: Slot) -> list[Any]:
    return [slot.day.isoformat(), slot.starts, slot.ends]
