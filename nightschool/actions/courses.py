"""Courses: scheduled whole, published, and edited in what their class sessions have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions import audit
from nightschool.actions.bookings import hold_slots, slot_of
from nightschool.actions.places import touch_villages
from nightschool.actions.staffing import (
    Staff,
    find_staff,
    set_course_teachers,
    set_session_teachers,
    teachers_of_course,
    teachers_of_sessions,
)
from nightschool.actions.undo import keep, picture
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries import plans
from nightschool.rules.access import Actor, require
from nightschool.rules.names import stored_keys
from nightschool.rules.proposals import (
    Proposal,
    check_proposal,
    proposed_days,
    proposed_slots,
    skipped_days,
)
from nightschool.rules.recurrence import to_json
from nightschool.rules.slots import Moment, Slot, slot_problem
from nightschool.rules.undo import Undoable

STILL_TO_COME = (SessionStatus.DRAFT, SessionStatus.SCHEDULED)


def schedule_course(
    db: Session,
    *,
    proposal: Proposal,
    publish: bool,
    by: Actor,
    now: datetime,
    today: date,
    minutes_now: int = 0,
    agreed: bool = False,
) -> str:
    """The course stands with a class session on each of its dates, every one of them holding its slot.

    Published, villagers see it at once; a draft holds its slots just the same. Dates may be past. `agreed`: closed
    times of its teachers and its venue do not stand against it.
    Returns the course's public id. Raises: Refused for impossible times or dates, and with `plan_not_approved` where
    the township approves plans first; CannotSchedule for taken dates.
    """
    require(by, "schedule", proposal.region_code)
    check_proposal(proposal)
    if publish:
        _check_plans(db, proposal.region_code, proposed_days(proposal), today)
    staff = find_staff(db, proposal.region_code, teachers=proposal.teachers, venue=proposal.venue)
    course = Course(
        region_code=proposal.region_code,
        kind=proposal.kind,
        title=proposal.title,
        search_keys=stored_keys(proposal.title),
        category_code=proposal.category_code,
        summary=proposal.summary,
        audience=proposal.audience,
        expected=proposal.expected,
        venue_id=staff.venue_id,
        starts=proposal.starts,
        ends=proposal.ends,
        recurrence=to_json(proposal.recurrence),
        skipped_dates=[day.isoformat() for day in skipped_days(proposal)],
        published_at=now if publish else None,
        created_at=now,
    )
    db.add(course)
    db.flush()
    set_course_teachers(db, course.id, staff.teacher_ids)
    class_sessions = [_session_of(course, slot, publish, now) for slot in proposed_slots(proposal)]
    db.add_all(class_sessions)
    db.flush()
    set_session_teachers(db, [class_session.id for class_session in class_sessions], staff.teacher_ids)
    hold_slots(db, class_sessions, moment=Moment(today, minutes_now), agreed=agreed)
    if publish:
        touch_villages(db, [course.region_code], now=now)
    counts = {"sessions": len(class_sessions), "skipped": len(course.skipped_dates), "published": publish}
    _note(db, "courses.schedule", course, by, now, **counts)
    keep(db, what=Undoable.SCHEDULE, by=by, now=now, made=class_sessions, course=course)
    return course.public_id


def _session_of(course: Course, slot: Slot, publish: bool, now: datetime) -> ClassSession:
    return ClassSession(
        course_id=course.id,
        region_code=course.region_code,
        title=course.title,
        category_code=course.category_code,
        summary=course.summary,
        venue_id=course.venue_id,
        day=slot.day,
        starts=slot.starts,
        ends=slot.ends,
        status=SessionStatus.SCHEDULED if publish else SessionStatus.DRAFT,
        published_at=now if publish else None,
        changed_at=now,
    )


def publish_course(db: Session, *, course: str, by: Actor, now: datetime, today: date | None = None) -> int:
    """Every draft of the course is scheduled and public; returns how many were. A second time nothing changes.

    Raises: Refused with `plan_not_approved` where the township approves plans first; never for days before `today`.
    """
    record = _course(db, course, by)
    drafts = db.scalars(
        select(ClassSession)
        .where(ClassSession.course_id == record.id, ClassSession.status == SessionStatus.DRAFT)
        .order_by(ClassSession.id)
        .with_for_update()
    ).all()
    if not drafts and record.published_at is not None:
        return 0
    _check_plans(db, record.region_code, (draft.day for draft in drafts), today)
    before = picture(db, drafts)
    record.published_at = record.published_at or now
    for class_session in drafts:
        class_session.status = SessionStatus.SCHEDULED
        class_session.published_at = class_session.changed_at = now
    db.flush()
    touch_villages(db, [record.region_code], now=now)
    _note(db, "courses.publish", record, by, now, sessions=len(drafts))
    if drafts:
        keep(db, what=Undoable.PUBLISH, by=by, now=now, before=before, changed=drafts, course=record)
    return len(drafts)


def _check_plans(db: Session, village: str, days: Iterable[date], today: date | None) -> None:
    """Nothing happens unless one of these days is in a month whose plan the township has not approved yet."""
    if waiting := plans.waiting_months(db, village, days, today=today):
        raise Refused("plan_not_approved", month=waiting[0], township=plans.township_name(db, village))


@dataclass(frozen=True, slots=True)
class Common:
    """What the class sessions of a course have in common. Teachers and venue go by their public ids."""

    title: str
    category_code: str
    summary: str
    teachers: tuple[str, ...]
    venue: str | None
    starts: int
    ends: int
    audience: str = ""
    expected: int | None = None


def edit_course(
    db: Session,
    *,
    course: str,
    seen_version: int,
    common: Common,
    by: Actor,
    now: datetime,
    today: date,
    minutes_now: int,
    agreed: bool = False,
) -> int:
    """The course has these values, and so has each of its sessions to come that had the course's former ones.

    A session that was changed by itself keeps what was changed in it. Held, cancelled, postponed and past sessions and
    their registers never change. Returns how many sessions changed. Raises: StaleRecord, Refused, CannotSchedule.
    """
    record = _course(db, course, by, seen_version=seen_version)
    if fault := slot_problem(common.starts, common.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    former_staff = Staff(teachers_of_course(db, record.id), record.venue_id)
    staff = find_staff(
        db, record.region_code, teachers=common.teachers, venue=common.venue, former=former_staff
    )
    values = {
        "title": common.title,
        "category_code": common.category_code,
        "summary": common.summary,
        "venue_id": staff.venue_id,
        "starts": common.starts,
        "ends": common.ends,
    }
    former = {name: getattr(record, name) for name in values}
    own = {"audience": common.audience, "expected": common.expected}  # of the course alone
    changed = sorted(name for name, value in (values | own).items() if value != getattr(record, name))
    if former_staff.teacher_ids != staff.teacher_ids:
        changed.append("teachers")
        set_course_teachers(db, record.id, staff.teacher_ids)
    if not changed:
        return 0
    for name, value in (values | own).items():
        setattr(record, name, value)
    record.search_keys = stored_keys(record.title)
    flag_modified(
        record, "title"
    )  # teachers stand in a table of their own: the version must rise for them too
    coming = _still_to_come(db, record.id, Moment(today, minutes_now))
    touched = _follow(db, coming, former, values, former_staff, staff)
    for class_session in touched:
        class_session.changed_at = now
        flag_modified(
            class_session, "changed_at"
        )  # the revision rises also when only the teachers are others
    db.flush()
    was_agreed = not {"starts", "ends", "venue_id", "teachers"} & set(
        changed
    )  # nothing else is wanted than before
    hold_slots(db, touched, moment=Moment(today, minutes_now), agreed=agreed or was_agreed)
    if any(class_session.published_at for class_session in touched):
        touch_villages(db, [record.region_code], now=now)
    _note(db, "courses.edit", record, by, now, fields=changed, sessions=len(touched))
    return len(touched)


def _still_to_come(db: Session, course_id: int, moment: Moment) -> list[ClassSession]:
    """The sessions that have not begun, and are neither held nor called off."""
    rows = db.scalars(
        select(ClassSession)
        .where(
            ClassSession.course_id == course_id,
            ClassSession.status.in_(STILL_TO_COME),
            ClassSession.day >= moment.day,
        )
        .order_by(ClassSession.id)
        .with_for_update()
    )
    return [class_session for class_session in rows if slot_of(class_session).begins > moment]


def _follow(
    db: Session,
    class_sessions: Sequence[ClassSession],
    former: Mapping[str, Any],
    values: Mapping[str, Any],
    former_staff: Staff,
    staff: Staff,
) -> list[ClassSession]:
    """Where a session has what the course had, it has what the course has now; those that changed come back."""
    teachers = teachers_of_sessions(db, [class_session.id for class_session in class_sessions])
    touched, restaffed = [], []
    for class_session in class_sessions:
        # Start and end go together: a session that was moved keeps its own time whole.
        kept_time = (class_session.starts, class_session.ends) != (former["starts"], former["ends"])
        follows = {
            name
            for name in values
            if values[name] != former[name]
            and (
                not kept_time if name in ("starts", "ends") else getattr(class_session, name) == former[name]
            )
        }
        for name in follows:
            setattr(class_session, name, values[name])
        is_restaffed = staff.teacher_ids != former_staff.teacher_ids == teachers[class_session.id]
        if is_restaffed:
            restaffed.append(class_session.id)
        if follows or is_restaffed:
            touched.append(class_session)
    set_session_teachers(db, restaffed, staff.teacher_ids)
    return touched


def _course(db: Session, public_id: str, by: Actor, *, seen_version: int | None = None) -> Course:
    """The course, locked, for one who may schedule in its village.

    Raises: NotFound, NotAllowed; StaleRecord when it is not as it was seen.
    """
    record = db.scalar(select(Course).where(Course.public_id == public_id).with_for_update())
    if record is None:
        raise NotFound
    require(by, "schedule", record.region_code)
    if seen_version is not None and seen_version != record.version:
        raise StaleRecord("course", seen_version, record.version)
    return record


def _note(db: Session, action: str, course: Course, by: Actor, now: datetime, **details: Any) -> None:
    audit.note(
        db,
        by=by,
        now=now,
        action=action,
        region_code=course.region_code,
        record=f"course {course.id}",
        **details,
    )
