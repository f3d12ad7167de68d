"""Courses: scheduled whole, published, and edited in what their class sessions have in common."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions.courses.changing import changing
from nightschool.actions.courses.labelling import find_labels, set_course_labels, set_session_labels
from nightschool.actions.courses.series import apply_steps, check_seen, fields_changed, lock_to_come
from nightschool.actions.courses.sessions import check_none_there, new_session
from nightschool.actions.courses.staffing import (
    Staff,
    find_staff,
    find_staffs,
    set_course_teachers,
    set_session_teachers,
)
from nightschool.actions.records import locked_as_seen, locked_for, locked_sessions
from nightschool.errors import NotFound, Refused
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses import series as queries
from nightschool.queries.oversight import plans
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.labels import NO_LABELS, Labels
from nightschool.rules.courses.proposals import Proposal, check_proposal
from nightschool.rules.courses.recurrence import recurrence_json
from nightschool.rules.courses.series import State, plan_whole
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.names import stored_keys
from nightschool.rules.slots import Now, Slot, slot_problem

# What a course that is held again takes over besides what its form says.
_LIKE = ("capacity", "graduation_basis", "graduation_percent")


def schedule_course(
    db: Session,
    *,
    proposal: Proposal,
    publish: bool,
    by: Actor,
    now: Now,
    agreed: bool = False,
    not_twice: bool = False,
    like: str | None = None,
) -> str:
    """The course stands with a class session for each of its dates, every one of them holding its slot.

    Where the proposal has something otherwise for one date, that session alone has its own time, place or teachers.
    Published, villagers see it at once; a draft holds its slots just the same. Dates may be past. `agreed`: closed
    times of its teachers and its venues do not stand against it. It is `like` another course of the village (public id)
    in what a proposal says nothing of: how many seats a cohort has, and who graduates.
    Returns the course's public id. Raises: Refused for impossible times or dates, with `plan_not_approved` where the
    township approves plans first, and with `course_twice` where the village has it already and it shall be
    `not_twice`; CannotSchedule for taken dates.
    """
    require(by, "schedule", proposal.region_code)
    check_proposal(proposal)
    dates = proposal.dates
    if publish:
        _check_plans(db, proposal.region_code, [one.slot.day for one in dates], now.day)
    model = {} if like is None else _settings(db, like, proposal.region_code)
    staff, *of_dates = _find_staffs(db, proposal)
    labels, of_lessons = _find_labels(db, proposal)
    course = Course(
        **model,
        region_code=proposal.region_code,
        kind=proposal.kind,
        title=proposal.title,
        search_keys=stored_keys(proposal.title),
        category_code=proposal.category_code,
        summary=proposal.summary,
        audience=proposal.audience,
        expected=proposal.expected,
        delivery_mode=proposal.mode,
        venue_id=staff.venue_id,
        starts=proposal.starts,
        ends=proposal.ends,
        recurrence=recurrence_json(proposal.recurrence),
        skipped_dates=[day.isoformat() for day in proposal.skipped],
        published_at=now.instant if publish else None,
        created_at=now.instant,
    )
    db.add(course)
    db.flush()
    set_course_teachers(db, course.id, staff.teacher_ids, is_new=True)
    set_course_labels(db, course.id, labels, is_new=True)
    class_sessions = _add_sessions(db, course, proposal, of_dates, publish=publish, now=now, agreed=agreed)
    counts = {"sessions": len(class_sessions), "skipped": len(course.skipped_dates), "published": publish}
    with changing(
        db, Undoable.SCHEDULE, made=class_sessions, course=course, by=by, now=now, agreed=agreed, told=counts
    ):
        _put_in(db, class_sessions, of_dates, of_lessons)
    if not_twice:
        _check_not_twice(db, course, class_sessions)
    return course.public_id


def extend_course(
    db: Session,
    *,
    course: str,
    proposal: Proposal,
    publish: bool,
    by: Actor,
    now: Now,
    agreed: bool = False,
) -> int:
    """The course meets on the dates of the proposal too, each as the proposal says; what it was stays as it was.

    By which rule it meets, and which dates were left out, is kept with it. Returns how many class sessions were added.
    Raises: as `schedule_course`; Refused with `already_there` where the course meets then as it is.
    """
    record = locked_for(db, Course, Course.public_id == course, verb="schedule", by=by)
    check_proposal(proposal)
    dates = proposal.dates
    check_none_there(db, [(record.id, one.slot, 0) for one in dates])
    if publish:
        _check_plans(db, record.region_code, [one.slot.day for one in dates], now.day)
    _staff, *of_dates = _find_staffs(db, proposal)
    _labels, of_lessons = _find_labels(db, proposal)
    made = _add_sessions(db, record, proposal, of_dates, publish=publish, now=now, agreed=agreed)
    told = {"sessions": len(made), "published": publish}
    with changing(
        db,
        Undoable.EXTEND,
        made=made,
        course=record,
        edits_course=True,
        by=by,
        now=now,
        agreed=agreed,
        told=told,
    ):
        record.recurrence = recurrence_json(proposal.recurrence)
        skipped = {*record.skipped_dates, *(day.isoformat() for day in proposal.skipped)}
        record.skipped_dates = sorted(skipped)
        if publish and record.published_at is None:
            record.published_at = now.instant
        _put_in(db, made, of_dates, of_lessons)
    return len(made)


def _settings(db: Session, like: str, village: str) -> dict[str, Any]:
    """What another course of the village has that no proposal speaks of. Raises NotFound."""
    where = (Course.public_id == like, Course.region_code == village)
    found = db.scalars(select(Course).where(*where)).one_or_none()
    if found is None:
        raise NotFound
    return {name: getattr(found, name) for name in _LIKE}


def _find_staffs(db: Session, proposal: Proposal) -> Sequence[Staff]:
    """Who teaches and where: of the course, then of each of its dates."""
    wanted = [(one.teachers, one.venue) for one in proposal.dates]
    return find_staffs(db, proposal.region_code, [(proposal.teachers, proposal.venue), *wanted])


def _find_labels(db: Session, proposal: Proposal) -> tuple[Labels[int], Sequence[Labels[int]]]:
    """What the course bears, then what each of its dates bears. Cost: 1 query for each that is otherwise."""
    of_lessons = [
        proposal.labels if one.lesson.labels is None else one.lesson.labels for one in proposal.dates
    ]
    found = {
        labels: find_labels(db, proposal.region_code, labels) for labels in {proposal.labels, *of_lessons}
    }
    return found[proposal.labels], [found[labels] for labels in of_lessons]


def _add_sessions(
    db: Session,
    course: Course,
    proposal: Proposal,
    of_dates: Sequence[Staff],
    *,
    publish: bool,
    now: Now,
    agreed: bool,
) -> list[ClassSession]:
    """A class session for each date of the proposal, without teachers and labels yet."""
    made = []
    for one, own in zip(proposal.dates, of_dates, strict=True):
        record = new_session(course, one.slot, own.venue_id, is_public=publish, now=now, agreed=agreed)
        record.title, record.summary = proposal.title, proposal.summary
        record.category_code, record.delivery_mode = proposal.category_code, proposal.mode
        for name in ("title", "summary", "category_code"):
            if (value := getattr(one.lesson, name)) is not None:
                setattr(record, name, value)
        if one.lesson.mode is not None:
            record.delivery_mode = one.lesson.mode or None
        made.append(record)
    db.add_all(made)
    db.flush()
    return made


def _put_in(
    db: Session, made: Sequence[ClassSession], of_dates: Sequence[Staff], of_lessons: Sequence[Labels[int]]
) -> None:
    teachers = {record.id: own.teacher_ids for record, own in zip(made, of_dates, strict=True)}
    set_session_teachers(db, teachers, are_new=True)
    labels = {record.id: own for record, own in zip(made, of_lessons, strict=True)}
    set_session_labels(db, labels, are_new=True)


def _check_not_twice(db: Session, course: Course, made: Sequence[ClassSession]) -> None:
    """Raises Refused when the village has such a class at the same time and place: a form sent twice would make two."""
    others = db.execute(
        select(ClassSession.day, ClassSession.starts, ClassSession.venue_id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(
            ClassSession.region_code == course.region_code,
            ClassSession.course_id != course.id,
            ClassSession.title == course.title,
            ClassSession.day.in_({one.day for one in made}),
            ClassSession.status.in_(TO_COME),
            Course.kind == course.kind,
        )
        .order_by(ClassSession.day, ClassSession.starts)
    ).all()
    wanted = {(one.day, one.starts, one.venue_id) for one in made}
    for day, starts, venue in others:
        if (day, starts, venue) in wanted:
            raise Refused("course_twice", field="title", day=day, starts=starts, title=course.title)


def publish_course(db: Session, *, course: str, by: Actor, now: Now) -> int:
    """Every draft of the course is scheduled and public; returns how many were. A second time nothing changes.

    Raises: Refused with `plan_not_approved` where the township approves plans first; never for days that are over.
    """
    record = locked_for(db, Course, Course.public_id == course, verb="schedule", by=by)
    is_draft = ClassSession.status == SessionStatus.DRAFT
    drafts = locked_sessions(db, ClassSession.course_id == record.id, is_draft)
    if not drafts and record.published_at is not None:
        return 0
    _check_plans(db, record.region_code, (draft.day for draft in drafts), now.day)
    with changing(
        db, Undoable.PUBLISH, drafts, course=record, by=by, now=now, told={"sessions": len(drafts)}
    ):
        record.published_at = record.published_at or now.instant
        for class_session in drafts:
            class_session.status, class_session.published_at = SessionStatus.SCHEDULED, now.instant
    return len(drafts)


def _check_plans(db: Session, village: str, days: Iterable[date], today: date) -> None:
    """Raises Refused when one of these days is in a month whose plan the township has not approved yet."""
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
    mode: str | None = None
    labels: Labels[str] = NO_LABELS


def edit_course(
    db: Session,
    *,
    course: str,
    seen_version: int,
    common: Common,
    by: Actor,
    now: Now,
    agreed: bool = False,
    seen: str | None = None,
) -> int:
    """The course has these values, and so has each of its sessions to come that had the course's former ones.

    A session that was changed by itself keeps what was changed in it. Held, cancelled, postponed and past sessions and
    their registers never change. `seen` is the digest of the steps that were shown, where they were.
    Returns how many sessions changed. Raises: StaleRecord, Refused, CannotSchedule.
    """
    record = locked_as_seen(db, Course, Course.public_id == course, version=seen_version, by=by)
    if fault := slot_problem(common.starts, common.ends):
        raise Refused(fault.fault, field="ends", problem=fault)
    former = queries.course_state(db, course, now.day)
    staff = find_staff(
        db,
        record.region_code,
        teachers=common.teachers,
        venue=common.venue,
        former=Staff(former.teacher_ids, former.venue_id),
    )
    labels = find_labels(db, record.region_code, common.labels, former=former.labels)
    wanted = State(
        slot=Slot(now.day, common.starts, common.ends),
        title=common.title,
        category_code=common.category_code,
        summary=common.summary,
        venue_id=staff.venue_id,
        teacher_ids=staff.teacher_ids,
        mode=common.mode,
        hosts=labels.hosts,
        helpers=labels.helpers,
        campaigns=labels.campaigns,
    )
    records = {one.id: one for one in lock_to_come(db, record.id)}
    steps = plan_whole(queries.members(db, course), former, wanted, now.moment)
    if seen is not None:
        check_seen(steps, seen)
    own = {"audience": common.audience, "expected": common.expected}  # of the course alone
    other = [name for name, value in own.items() if value != getattr(record, name)]
    if former == wanted and not other:
        return 0
    touched = [records[step.member.id] for step in steps if step.changes]
    told = {"fields": [*fields_changed(former, wanted), *other], "sessions": len(touched)}
    with changing(
        db,
        Undoable.COURSE,
        touched,
        course=record,
        edits_course=True,
        by=by,
        now=now,
        agreed=agreed,
        told=told,
    ):
        apply_steps(db, steps, records)
        _put(db, record, wanted, own)
    return len(touched)


def _put(db: Session, record: Course, wanted: State, own: Mapping[str, Any]) -> None:
    values = {
        "title": wanted.title,
        "search_keys": stored_keys(wanted.title),
        "category_code": wanted.category_code,
        "summary": wanted.summary,
        "venue_id": wanted.venue_id,
        "starts": wanted.slot.starts,
        "ends": wanted.slot.ends,
        "delivery_mode": wanted.mode,
        **own,
    }
    for name, value in values.items():
        setattr(record, name, value)
    flag_modified(record, "title")  # the version rises also when only teachers or labels are others
    set_course_teachers(db, record.id, wanted.teacher_ids)
    set_course_labels(db, record.id, wanted.labels)
