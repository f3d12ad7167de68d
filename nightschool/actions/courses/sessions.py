"""One class session: added, moved, changed, called off, brought back. Others and all registers stay as they were."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import slot_of
from nightschool.actions.courses.changing import changing
from nightschool.actions.courses.labelling import find_labels, labels_of_sessions, set_session_labels
from nightschool.actions.courses.staffing import Staff, find_staff, set_session_teachers, teachers_of_sessions
from nightschool.actions.records import locked_for, note
from nightschool.errors import Refused, StaleRecord
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses.labels import labels_of_course
from nightschool.queries.oversight.plans import waiting_months
from nightschool.rules.access import Actor
from nightschool.rules.courses.changes import Change, check_change
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.courses.proposals import check_slot
from nightschool.rules.courses.reasons import REASONS
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.slots import Now, Slot


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
    told = {"before": told_slot(former), "after": told_slot(slot)}
    with changing(db, Undoable.MOVE, [record], by=by, now=now, agreed=agreed, told=told):
        record.day, record.starts, record.ends = slot.day, slot.starts, slot.ends
    check_none_there(db, [(record.course_id, slot, record.id)])


def change_session(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    title: str,
    summary: str,
    teachers: Sequence[str],
    venue: str | None,
    mode: str | None = None,
    labels: Labels[str] = NO_LABELS,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> None:
    """The session has this title, these teachers and this place, and holds them; it is given like this, by these units.

    Of a held session too: who really taught it, and where, may be put right.
    Raises: Refused, StaleRecord, CannotSchedule.
    """
    record = _changeable(db, class_session, Change.EDIT, by, seen_revision)
    former = Staff(teachers_of_sessions(db, [record.id])[record.id], record.venue_id)
    staff = find_staff(db, record.region_code, teachers=teachers, venue=venue, former=former)
    bore = labels_of_sessions(db, [record.id])[record.id]
    borne = find_labels(db, record.region_code, labels, former=bore)
    values = {"title": title, "summary": summary, "venue_id": staff.venue_id, "delivery_mode": mode}
    fields = [name for name, value in values.items() if getattr(record, name) != value]
    if former.teacher_ids != staff.teacher_ids:
        fields.append("teachers")
    if bore != borne:
        fields.append("labels")
    if not fields:
        return
    with changing(db, Undoable.EDIT, [record], by=by, now=now, agreed=agreed, told={"fields": fields}):
        for name, value in values.items():
            setattr(record, name, value)
        if "teachers" in fields:
            set_session_teachers(db, {record.id: staff.teacher_ids})
        if "labels" in fields:
            set_session_labels(db, {record.id: borne})


def change_teachers(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    teachers: Sequence[str],
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> None:
    """Others teach the session, or nobody yet; all else of it stays as it is. Raises as `change_session` does."""
    record = _changeable(db, class_session, Change.EDIT, by, seen_revision)
    former = Staff(teachers_of_sessions(db, [record.id])[record.id], record.venue_id)
    wanted = find_staff(db, record.region_code, teachers=teachers, venue=None, former=former).teacher_ids
    if wanted == former.teacher_ids:
        return
    told = {"fields": ["teachers"]}
    with changing(db, Undoable.EDIT, [record], by=by, now=now, agreed=agreed, told=told):
        set_session_teachers(db, {record.id: wanted})


def agree_session(db: Session, *, class_session: str, by: Actor, now: Now) -> None:
    """The session meets all the same, whatever is closed then by now: its village said so.

    It is no change that villagers read, and what it holds stays. Raises: NotFound, NotAllowed, Refused.
    """
    record = locked_for(db, ClassSession, ClassSession.public_id == class_session, verb="schedule", by=by)
    check_change(Change.MOVE, record.status)
    record.agreed_at = now.instant
    db.flush()
    note(db, record, "sessions.agree", by=by, now=now)


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
    check_reason(reason)
    with changing(db, Undoable.CANCEL, [record], by=by, now=now, told={"reason": reason}):
        record.status, record.reason, record.reason_text = SessionStatus.CANCELLED, reason, reason_text


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
    with changing(db, Undoable.RESTORE, [record], by=by, now=now, agreed=agreed):
        record.status = SessionStatus.SCHEDULED if record.published_at else SessionStatus.DRAFT
        record.reason, record.reason_text, record.called_off_by = None, "", None
    check_none_there(db, [(record.course_id, slot_of(record), record.id)])


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
    found = locked_for(db, Course, Course.public_id == course, verb="schedule", by=by)
    check_slot(slot)
    staff = find_staff(db, found.region_code, teachers=teachers, venue=venue)
    check_none_there(db, [(found.id, slot, 0)])
    is_public = found.published_at is not None and may_be_public(db, found.region_code, slot, now)
    record = new_session(found, slot, staff.venue_id, is_public=is_public, now=now, agreed=agreed)
    db.add(record)
    db.flush()
    told = {"after": told_slot(slot)}
    with changing(db, Undoable.ADD, made=[record], by=by, now=now, agreed=agreed, told=told):
        set_session_teachers(db, {record.id: staff.teacher_ids}, are_new=True)
        borne = labels_of_course(db, found.id).turned(lambda one: one.id)
        set_session_labels(db, {record.id: borne}, are_new=True)
    return record.public_id


def check_none_there(db: Session, meetings: Sequence[tuple[int, Slot, int]]) -> None:
    """Raises Refused with `already_there` when a course meets then as it is. Cost: 1 query.

    Each is a course, a slot, and the session that does not count. Without teacher and place no booking would tell.
    """
    there = select(
        ClassSession.course_id, ClassSession.id, ClassSession.day, ClassSession.starts, ClassSession.ends
    ).where(
        ClassSession.course_id.in_({course_id for course_id, _slot, _but in meetings}),
        ClassSession.day.in_({slot.day for _course_id, slot, _but in meetings}),
        ClassSession.status.not_in((SessionStatus.CANCELLED, SessionStatus.POSTPONED)),
    )
    stands: dict[int, list[tuple[int, Slot]]] = defaultdict(list)
    for course, key, day, starts, ends in db.execute(there) if meetings else ():
        stands[course].append((key, Slot(day, starts, ends)))
    if any(
        key != but and slot.overlaps(other) for course, slot, but in meetings for key, other in stands[course]
    ):
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
    check_reason(reason)
    if slot == slot_of(record):
        raise Refused("same_slot", field="day")
    teacher_ids = teachers_of_sessions(db, [record.id])[record.id]
    is_public = record.published_at is not None and may_be_public(db, record.region_code, slot, now)
    successor = new_session(record, slot, record.venue_id, is_public=is_public, now=now, agreed=agreed)
    db.add(successor)
    db.flush()
    told = {"reason": reason, "after": told_slot(slot), "successor": successor.id}
    with changing(
        db, Undoable.POSTPONE, [record], made=[successor], by=by, now=now, agreed=agreed, told=told
    ):
        record.status, record.successor_id = SessionStatus.POSTPONED, successor.id
        record.reason, record.reason_text = reason, reason_text
        set_session_teachers(db, {successor.id: teacher_ids}, are_new=True)
        set_session_labels(db, {successor.id: labels_of_sessions(db, [record.id])[record.id]}, are_new=True)
    check_none_there(db, [(record.course_id, slot, successor.id)])
    return successor.public_id


def may_be_public(db: Session, village: str, slot: Slot, now: Now) -> bool:
    """Whether a class session in this slot waits for nobody: the plan of its month needs no approval, or has it."""
    return not waiting_months(db, village, [slot.day], today=now.day)


def new_session(
    like: Course | ClassSession,
    slot: Slot,
    venue_id: int | None,
    *,
    is_public: bool,
    now: Now,
    agreed: bool = False,
) -> ClassSession:
    """One more class session of this course, or like this one; not added yet, and without teachers.

    `agreed`: it meets whatever is closed then.
    """
    return ClassSession(
        course_id=like.id if isinstance(like, Course) else like.course_id,
        region_code=like.region_code,
        title=like.title,
        category_code=like.category_code,
        summary=like.summary,
        delivery_mode=like.delivery_mode,
        venue_id=venue_id,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        status=SessionStatus.SCHEDULED if is_public else SessionStatus.DRAFT,
        published_at=now.instant if is_public else None,
        agreed_at=now.instant if agreed else None,
        changed_at=now.instant,
    )


def _changeable(db: Session, public_id: str, change: Change, by: Actor, seen_revision: int) -> ClassSession:
    """The session, locked, for one who may schedule in its village, as it was seen, and of a status that allows it.

    Raises: NotFound, NotAllowed, StaleRecord, Refused.
    """
    record = locked_for(db, ClassSession, ClassSession.public_id == public_id, verb="schedule", by=by)
    if seen_revision != record.revision:
        raise StaleRecord("class_session", seen_revision, record.revision)
    check_change(change, record.status)
    return record


def check_reason(reason: str) -> None:
    """Raises Refused with `reason_missing` unless it is one of the list."""
    if reason not in REASONS:
        raise Refused("reason_missing", field="reason")


def told_slot(slot: Slot) -> list[Any]:
    """As the trail keeps it."""
    return [slot.day.isoformat(), slot.starts, slot.ends]
