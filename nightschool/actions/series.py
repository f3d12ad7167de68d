"""A change of a series: one class session and all that follow it are moved or changed together, or none of them is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions import audit
from nightschool.actions.bookings import hold_slots
from nightschool.actions.places import touch_villages
from nightschool.actions.staffing import Staff, find_staff, set_session_teachers
from nightschool.actions.undo import keep, picture
from nightschool.errors import NotFound, StaleRecord
from nightschool.models.teaching import ClassSession, Course
from nightschool.queries import series as queries
from nightschool.rules.access import Actor, require
from nightschool.rules.changes import Change, check_change
from nightschool.rules.proposals import check_slot
from nightschool.rules.series import TO_COME, Member, State, Step, fingerprint, plan_following
from nightschool.rules.slots import Now, Slot
from nightschool.rules.undo import Undoable


def move_following(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    seen: str,
    slot: Slot,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> int:
    """The session meets in this slot, and those to come after it as many days on, from the same start to the same end.

    `seen` is the fingerprint of the steps that were shown. All or nothing; returns how many sessions changed.
    Raises: StaleRecord when something was changed since it was shown; Refused, CannotSchedule naming each date.
    """
    records, members, this = _series(db, class_session, Change.MOVE, by, seen_revision)
    check_slot(slot)
    at = now.moment
    steps = plan_following(members, this, replace(this.state, slot=slot), at)
    touched, before = _carry_out(db, steps, records, seen, now=now, agreed=agreed)
    if not touched:
        return 0
    told = {"before": _told(this.state.slot), "after": _told(slot), "sessions": len(touched)}
    _changed(db, "series.move", records[this.id], by, now, touched, **told)
    _keep(db, Undoable.MOVE_FOLLOWING, before, touched, by, now)
    return len(touched)


def change_following(
    db: Session,
    *,
    class_session: str,
    seen_revision: int,
    seen: str,
    title: str,
    summary: str,
    teachers: Sequence[str],
    venue: str | None,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> int:
    """The session has this title, these teachers and this place, and so has each to come after it that had its former.

    `seen` is the fingerprint of the steps that were shown. All or nothing; returns how many sessions changed.
    Raises: StaleRecord when something was changed since it was shown; Refused, CannotSchedule naming each date.
    """
    records, members, this = _series(db, class_session, Change.EDIT, by, seen_revision)
    former = Staff(this.state.teacher_ids, this.state.venue_id)
    region_code = records[this.id].region_code
    staff = find_staff(db, region_code, teachers=teachers, venue=venue, former=former)
    wanted = replace(
        this.state, title=title, summary=summary, venue_id=staff.venue_id, teacher_ids=staff.teacher_ids
    )
    at = now.moment
    steps = plan_following(members, this, wanted, at)
    touched, before = _carry_out(db, steps, records, seen, now=now, agreed=agreed)
    if not touched:
        return 0
    fields = fields_changed(this.state, wanted)
    _changed(db, "series.change", records[this.id], by, now, touched, fields=fields, sessions=len(touched))
    _keep(db, Undoable.EDIT_FOLLOWING, before, touched, by, now)
    return len(touched)


def apply_steps(
    db: Session,
    steps: Iterable[Step],
    records: Mapping[int, ClassSession],
    *,
    now: Now,
    agreed: bool = False,
) -> list[ClassSession]:
    """Each session is what its step says, and holds it; those that changed come back. Raises: CannotSchedule.

    What all of them held is let go before any takes its new slot: they never collide with themselves.
    """
    changing = [step for step in steps if step.changes]
    restaffed: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for step in changing:
        record, after = records[step.member.id], step.after
        record.day, record.starts, record.ends = after.slot.day, after.slot.starts, after.slot.ends
        record.title, record.summary = after.title, after.summary
        record.category_code, record.venue_id = after.category_code, after.venue_id
        record.changed_at = now.instant
        flag_modified(record, "changed_at")  # the revision rises also when only the teachers are others
        if after.teacher_ids != step.member.state.teacher_ids:
            restaffed[after.teacher_ids].append(record.id)
    for teacher_ids, ids in restaffed.items():
        set_session_teachers(db, ids, teacher_ids)
    db.flush()
    touched = [records[step.member.id] for step in changing]
    hold_slots(db, touched, moment=now.moment, agreed=agreed)
    return touched


def check_seen(steps: Iterable[Step], seen: str) -> None:
    """Nothing happens when these steps are those that were shown; StaleRecord otherwise."""
    if fingerprint(steps) != seen:
        raise StaleRecord("series", 0, 0)


def fields_changed(former: State, wanted: State) -> list[str]:
    """Which columns differ, as the trail names them."""
    names = ("title", "category_code", "summary", "venue_id")
    found = [name for name in names if getattr(former, name) != getattr(wanted, name)]
    found += [name for name in ("starts", "ends") if getattr(former.slot, name) != getattr(wanted.slot, name)]
    return [*found, "teachers"] if former.teacher_ids != wanted.teacher_ids else found


def _series(
    db: Session, public_id: str, change: Change, by: Actor, seen_revision: int
) -> tuple[dict[int, ClassSession], tuple[Member, ...], Member]:
    """All sessions to come of this one's course, locked; every member of it; and this one, as it was seen.

    Raises: NotFound, NotAllowed, StaleRecord; Refused when its status does not allow the change.
    """
    home = db.execute(
        select(ClassSession.region_code, Course.public_id, Course.id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(ClassSession.public_id == public_id)
    ).one_or_none()
    if home is None:
        raise NotFound
    require(by, "schedule", home.region_code)
    records = {record.id: record for record in lock_to_come(db, home.id, and_this=public_id)}
    members = queries.members(db, home.public_id)
    this = next(member for member in members if member.public_id == public_id)
    if seen_revision != this.revision:
        raise StaleRecord("class_session", seen_revision, this.revision)
    check_change(change, this.status)
    return records, members, this


def lock_to_come(db: Session, course_id: int, *, and_this: str = "") -> Sequence[ClassSession]:
    """The sessions of a course that are neither held nor called off, as they are now, locked in one order."""
    return db.scalars(
        select(ClassSession)
        .where(
            ClassSession.course_id == course_id,
            or_(ClassSession.status.in_(TO_COME), ClassSession.public_id == and_this),
        )
        .order_by(ClassSession.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _carry_out(
    db: Session,
    steps: Sequence[Step],
    records: Mapping[int, ClassSession],
    seen: str,
    *,
    now: Now,
    agreed: bool,
) -> tuple[list[ClassSession], list[dict[str, Any]]]:
    """Those that changed, and what they were."""
    check_seen(steps, seen)
    changing = [step for step in steps if step.changes]
    for step in changing:
        check_slot(step.after.slot)
    before = picture(db, [records[step.member.id] for step in changing])
    return apply_steps(db, steps, records, now=now, agreed=agreed), before


def _changed(
    db: Session,
    action: str,
    this: ClassSession,
    by: Actor,
    now: Now,
    touched: Iterable[ClassSession],
    **details: Any,
) -> None:
    """The village's pages are told, where villagers know of these sessions, and the trail has its line."""
    if any(record.published_at for record in touched):
        touch_villages(db, [this.region_code], now=now)
    audit.note(
        db,
        by=by,
        now=now,
        action=action,
        region_code=this.region_code,
        record=f"class_session {this.id}",
        **details,
    )


def _keep(
    db: Session,
    what: Undoable,
    before: Sequence[Mapping[str, Any]],
    touched: Sequence[ClassSession],
    by: Actor,
    now: Now,
) -> None:
    course = db.get_one(Course, touched[0].course_id)
    keep(db, what=what, by=by, now=now, before=before, changed=touched, course=course)


def _told(slot: Slot) -> list[Any]:
    return [slot.day.isoformat(), slot.starts, slot.ends]
