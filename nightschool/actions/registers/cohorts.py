"""Cohorts change here: what kind a course is, who enrols, who waits, who is let in, who leaves and comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.people.people import enrol_newcomers
from nightschool.actions.records import changed_fields, locked_as_seen, locked_for, note
from nightschool.errors import Refused, told_together
from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, Enrolment, EnrolmentStatus
from nightschool.queries.registers.cohorts import last_day_of
from nightschool.queries.registers.seats import count_of, is_away
from nightschool.rules.access import Actor
from nightschool.rules.registers.attendance import OF_OPEN_LECTURES, NewLearner
from nightschool.rules.registers.cohorts import (
    CohortEntry,
    CourseKind,
    check_enrolment,
    check_kind_change,
    places_free,
)
from nightschool.rules.slots import Now

ACTIVE = (EnrolmentStatus.ENROLLED, EnrolmentStatus.WAITING)

_AWAY = (
    select(is_away())
    .select_from(Enrolment)
    .join(Learner, Learner.id == Enrolment.learner_id)
    .join(Course, Course.id == Enrolment.course_id)
)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a place in a cohort, and how: learners by their public ids, and people not yet on the roster."""

    learners: tuple[str, ...] = ()
    new_learners: tuple[NewLearner, ...] = ()
    source: str = "self"
    proxy_name: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many got a place, and how many wait for one. Who was in the cohort already is in neither."""

    enrolled: int
    waiting: int


def set_cohort(
    db: Session, *, course: str, entry: CohortEntry, seen_version: int, by: Actor, now: Now
) -> None:
    """The course is of this kind; of a cohort, its capacity and what it takes to graduate are these.

    Raises: StaleRecord; Refused as `check_kind_change` does.
    """
    which = Course.public_id == course
    record = locked_as_seen(db, Course, which, version=seen_version, by=by)
    if record.kind == CourseKind.COHORT != entry.kind:
        active = _count(db, record.id, *ACTIVE)
        check_kind_change(record.kind, entry.kind, active=active, has_marks=_has_marks(db, record.id))
    record.kind = entry.kind
    if entry.kind == CourseKind.COHORT:
        record.capacity = entry.capacity
        record.graduation_basis, record.graduation_percent = entry.rule.basis.value, entry.rule.percent
    if fields := changed_fields(record):
        db.flush()
        note(db, record, "cohorts.set", by=by, now=now, fields=fields)


def enrol_learners(db: Session, *, course: str, asking: Asking, day: date, by: Actor, now: Now) -> Outcome:
    """Each of them is in the cohort from this day; beyond its capacity they wait, in the order given.

    Who left is back. Who is in it or waits already stays as they are, so that a form sent twice changes nothing.
    Raises: VillageEnded; Refused as `check_enrolment` does, with `put_away`, `foreign_learner`, or as `add_learner`
    does for the new learners (`row` in the details). Cost: some ten statements, however many learners are known.
    """
    record = locked_for(db, Course, Course.public_id == course, verb="keep_people", by=by)
    check_goes_on(db, [(record.region_code, day)])  # what stood on paper can be entered later
    if record.retired_at is not None:
        raise Refused("put_away")
    proxy_name = asking.proxy_name if asking.source == "proxy" else ""
    ids = _learner_ids(db, record.region_code, asking.learners)
    told_together(
        lambda: check_enrolment(
            record.kind,
            last_day_of(db, record.id),
            day,
            today=now.day,
            source=asking.source,
            proxy_name=proxy_name,
            asking=len(asking.learners) + len(asking.new_learners),
        ),
        lambda: ids.extend(
            enrol_newcomers(
                db, village=record.region_code, newcomers=asking.new_learners, came_on=day, today=now.day
            )
        ),
    )
    known = _enrolments(db, record.id, ids)
    wanting = [key for key in ids if key not in known or known[key].status == EnrolmentStatus.LEFT]
    enrolled, waiting = _count(db, record.id, ACTIVE[0]), _count(db, record.id, ACTIVE[1])
    free = places_free(record.capacity, enrolled, waiting, asking=len(wanting))
    for place, key in enumerate(wanting):
        enrolment = known.get(key) or Enrolment(course_id=record.id, learner_id=key, enrolled_on=day)
        enrolment.status = EnrolmentStatus.ENROLLED if place < free else EnrolmentStatus.WAITING
        enrolment.source, enrolment.proxy_name = asking.source, proxy_name
        enrolment.left_on, enrolment.asked_at = None, now.instant
        db.add(enrolment)
    db.flush()
    outcome = Outcome(free, len(wanting) - free)
    if wanting:
        note(
            db,
            record,
            "cohorts.enrol",
            by=by,
            now=now,
            enrolled=outcome.enrolled,
            waiting=outcome.waiting,
            source=asking.source,
            learners=wanting,
            new_learners=len(asking.new_learners),
        )
    return outcome


def let_in(db: Session, *, course: str, learner: str, by: Actor, now: Now) -> int:
    """Who waited is in the cohort from today, also beyond its capacity; returns how many are in it now.

    Done already, nothing changes. Raises: VillageEnded; Refused with `not_enrolled`, or as `check_enrolment` does.
    """
    record = locked_for(db, Course, Course.public_id == course, verb="keep_people", by=by)
    check_goes_on(db, [(record.region_code, now.day)])
    enrolment = _enrolment(db, record, learner)
    if enrolment.status == EnrolmentStatus.LEFT:
        raise Refused("not_enrolled")
    if db.scalar(_AWAY.where(Enrolment.id == enrolment.id)):
        raise Refused("away")
    if enrolment.status == EnrolmentStatus.WAITING:
        last_day = last_day_of(db, record.id)
        check_enrolment(record.kind, last_day, now.day, today=now.day, source="self", proxy_name="")
        enrolment.status, enrolment.enrolled_on = EnrolmentStatus.ENROLLED, now.day
        db.flush()
        note(db, record, "cohorts.let_in", by=by, now=now, learner=enrolment.learner_id)
    return _count(db, record.id, EnrolmentStatus.ENROLLED)


def leave(db: Session, *, course: str, learner: str, by: Actor, now: Now) -> None:
    """The learner has left the cohort, or its waiting list, today; that they were in it stays on record.

    Done already, nothing changes. Raises: Refused with `not_enrolled`.
    """
    record = locked_for(db, Course, Course.public_id == course, verb="keep_people", by=by)
    enrolment = _enrolment(db, record, learner)
    if enrolment.status == EnrolmentStatus.LEFT:
        return
    was = enrolment.status
    enrolment.status = EnrolmentStatus.LEFT
    enrolment.left_on = max(now.day, enrolment.enrolled_on)
    db.flush()
    note(
        db,
        record,
        "cohorts.leave",
        by=by,
        now=now,
        learner=enrolment.learner_id,
        was=was,
        since=enrolment.enrolled_on.isoformat(),
    )


def _count(db: Session, course_id: int, *statuses: str) -> int:
    seats = select(*(count_of(status) for status in statuses)).where(Course.id == course_id)
    return sum(db.execute(seats).one())


def _has_marks(db: Session, course_id: int) -> bool:
    """True when a register of this course holds a mark that open lectures do not know."""
    found = db.scalar(
        select(Mark.learner_id)
        .join(ClassSession, ClassSession.id == Mark.class_session_id)
        .where(ClassSession.course_id == course_id, Mark.status.not_in(sorted(OF_OPEN_LECTURES)))
        .limit(1)
    )
    return found is not None


def _learner_ids(db: Session, region_code: str, public_ids: Sequence[str]) -> list[int]:
    """The learners behind these public ids, all of this village and on its roster, in this order."""
    wanted = list(dict.fromkeys(public_ids))
    rows = db.execute(
        select(Learner.public_id, Learner.id).where(
            Learner.public_id.in_(wanted),
            Learner.region_code == region_code,
            Learner.retired_at.is_(None),
        )
    )
    ids = {row.public_id: row.id for row in rows}
    if len(ids) != len(wanted):
        raise Refused("foreign_learner")
    return [ids[public_id] for public_id in wanted]


def _enrolments(db: Session, course_id: int, learner_ids: Sequence[int]) -> dict[int, Enrolment]:
    rows = db.scalars(
        select(Enrolment).where(Enrolment.course_id == course_id, Enrolment.learner_id.in_(learner_ids))
    )
    return {row.learner_id: row for row in rows}


def _enrolment(db: Session, course: Course, learner: str) -> Enrolment:
    found = db.scalar(
        select(Enrolment)
        .join(Learner, Learner.id == Enrolment.learner_id)
        .where(Enrolment.course_id == course.id, Learner.public_id == learner)
    )
    if found is None:
        raise Refused("not_enrolled")
    return found
