"""A change of a series: one class session and all that follow it are moved or changed together, or none of them is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.changing import changing
from nightschool.actions.courses.labelling import find_labels, set_session_labels
from nightschool.actions.courses.sessions import told_slot
from nightschool.actions.courses.staffing import Staff, find_staff, set_session_teachers
from nightschool.actions.records import locked_sessions
from nightschool.errors import NotFound, StaleRecord
from nightschool.models.teaching import ClassSession, Course
from nightschool.queries.courses import series as queries
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.changes import Change, check_change
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.courses.series import Member, State, Step, plan_following, steps_digest
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.slots import Now, Slot


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

    `seen` is the digest of the steps that were shown. All or nothing; returns how many sessions changed.
    Raises: StaleRecord when something was changed since it was shown; Refused, CannotSchedule naming each date.
    """
    records, members, this = _series(db, class_session, Change.MOVE, by, seen_revision)
    steps = plan_following(members, this, replace(this.state, slot=slot), now.moment)
    told = {"before": told_slot(this.state.slot), "after": told_slot(slot)}
    return _carry_out(
        db, Undoable.MOVE_FOLLOWING, steps, records, this, seen, by=by, now=now, agreed=agreed, told=told
    )


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
    mode: str | None = None,
    labels: Labels[str] = NO_LABELS,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> int:
    """The session has all this, and so has each to come after it that had what this one had before.

    `seen` is the digest of the steps that were shown. All or nothing; returns how many sessions changed.
    Raises: StaleRecord when something was changed since it was shown; Refused, CannotSchedule naming each date.
    """
    records, members, this = _series(db, class_session, Change.EDIT, by, seen_revision)
    former = Staff(this.state.teacher_ids, this.state.venue_id)
    region_code = records[this.id].region_code
    staff = find_staff(db, region_code, teachers=teachers, venue=venue, former=former)
    borne = find_labels(db, region_code, labels, former=this.state.labels)
    wanted = replace(
        this.state,
        title=title,
        summary=summary,
        venue_id=staff.venue_id,
        teacher_ids=staff.teacher_ids,
        mode=mode,
        hosts=borne.hosts,
        helpers=borne.helpers,
        campaigns=borne.campaigns,
    )
    steps = plan_following(members, this, wanted, now.moment)
    told = {"fields": fields_changed(this.state, wanted)}
    return _carry_out(
        db, Undoable.EDIT_FOLLOWING, steps, records, this, seen, by=by, now=now, agreed=agreed, told=told
    )


def apply_steps(db: Session, steps: Iterable[Step], records: Mapping[int, ClassSession]) -> None:
    """Each session is what its step says. To be called inside `changing`, which sees to all that belongs to it."""
    restaffed: dict[int, tuple[int, ...]] = {}
    relabelled: dict[int, Labels[int]] = {}
    for step in steps:
        if not step.changes:
            continue
        record, after = records[step.member.id], step.after
        record.day, record.starts, record.ends = after.slot.day, after.slot.starts, after.slot.ends
        record.title, record.summary = after.title, after.summary
        record.category_code, record.venue_id = after.category_code, after.venue_id
        record.delivery_mode = after.mode
        if after.teacher_ids != step.member.state.teacher_ids:
            restaffed[record.id] = after.teacher_ids
        if after.labels != step.member.state.labels:
            relabelled[record.id] = after.labels
    if restaffed:
        set_session_teachers(db, restaffed)
    set_session_labels(db, relabelled)


def check_seen(steps: Iterable[Step], seen: str) -> None:
    """Raises StaleRecord unless these steps are those that were shown."""
    if steps_digest(steps) != seen:
        raise StaleRecord("series", 0, 0)


def fields_changed(former: State, wanted: State) -> list[str]:
    """Which columns differ, as the trail names them."""
    names = ("title", "category_code", "summary", "venue_id")
    found = [name for name in names if getattr(former, name) != getattr(wanted, name)]
    found += [name for name in ("starts", "ends") if getattr(former.slot, name) != getattr(wanted.slot, name)]
    if former.mode != wanted.mode:
        found.append("delivery_mode")
    if former.labels != wanted.labels:
        found.append("labels")
    return [*found, "teachers"] if former.teacher_ids != wanted.teacher_ids else found


def _series(
    db: Session, public_id: str, change: Change, by: Actor, seen_revision: int
) -> tuple[dict[int, ClassSession], tuple[Member, ...], Member]:
    """All sessions to come of this one's course, locked; every member of it; and this one, as it was seen.

    Raises: NotFound, NotAllowed, StaleRecord; Refused when its status does not allow the change.
    """
    home = where_scheduled(db, public_id, by)
    records = {record.id: record for record in lock_to_come(db, home.id, and_this=public_id)}
    members = queries.members(db, home.public_id)
    this = next(member for member in members if member.public_id == public_id)
    if seen_revision != this.revision:
        raise StaleRecord("class_session", seen_revision, this.revision)
    check_change(change, this.status)
    return records, members, this


def where_scheduled(db: Session, public_id: str, by: Actor) -> Any:
    """The region and the course of a class session, for one who may schedule there. Raises: NotFound, NotAllowed."""
    home = db.execute(
        select(ClassSession.region_code, Course.public_id, Course.id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(ClassSession.public_id == public_id)
    ).one_or_none()
    if home is None:
        raise NotFound
    require(by, "schedule", home.region_code)
    return home


def lock_to_come(db: Session, course_id: int, *, and_this: str = "") -> Sequence[ClassSession]:
    """The sessions of a course that are neither held nor called off, as they are now, locked in one order."""
    is_reached = or_(ClassSession.status.in_(TO_COME), ClassSession.public_id == and_this)
    return locked_sessions(db, ClassSession.course_id == course_id, is_reached)


def _carry_out(
    db: Session,
    what: Undoable,
    steps: Sequence[Step],
    records: Mapping[int, ClassSession],
    this: Member,
    seen: str,
    *,
    by: Actor,
    now: Now,
    agreed: bool,
    told: dict[str, Any],
) -> int:
    """The series is as its steps say; returns how many of its sessions changed."""
    check_seen(steps, seen)
    changed = [records[step.member.id] for step in steps if step.changes]
    if changed:
        course = db.get_one(Course, changed[0].course_id)
        told = told | {"sessions": len(changed)}
        with changing(
            db, what, changed, course=course, about=records[this.id], by=by, now=now, agreed=agreed, told=told
        ):
            apply_steps(db, steps, records)
    return len(changed)
