"""The cohorts of a village or a region that met in a period: who is in them by sex and age, how far they are."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, Course, Enrolment, EnrolmentStatus, SessionStatus
from nightschool.queries.registers.seats import left_on
from nightschool.queries.scope import inside
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.registers.attendance import CAME_IN_PERSON
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.registers.graduation import Basis, CohortSessions, GraduationRule, progress_of
from nightschool.rules.slots import Moment, Slot

OLD = 60  # in the year of the period's last day: of a learner the year of birth is kept, and often not even that


@dataclass(frozen=True, slots=True)
class Split:
    """A count, and how much of it is women and people of 60 or more, as far as that is written down."""

    all: int
    women: int
    over_60: int


@dataclass(frozen=True, slots=True)
class CohortCounts:
    """One cohort. People are 人数 of its roster; `came`: how often they came in person in the period."""

    village: str
    title: str
    people: Split
    held: int  # all its class sessions so far
    planned: int  # with those still to come
    came: Split
    graduates: int
    left: int


def cohort_counts(db: Session, code: str, first: date, last: date, *, at: Moment) -> tuple[CohortCounts, ...]:
    """Those that held a class from this day to that, by village and the order of their making. Cost: 4 queries."""
    met = select(ClassSession.course_id).where(
        ClassSession.day.between(first, last), ClassSession.status == SessionStatus.HELD
    )
    courses = db.execute(
        select(Course, Region.name)
        .join(Region, Region.code == Course.region_code)
        .where(inside(Course.region_code, code), Course.kind == CourseKind.COHORT, Course.id.in_(met))
        .order_by(Course.region_code, Course.id)
    ).all()
    ids = [course.id for course, _village in courses]
    sessions = defaultdict(list)
    for one in db.execute(
        select(
            ClassSession.course_id,
            ClassSession.id,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
        ).where(ClassSession.course_id.in_(ids), ClassSession.status.in_(HOLDING))
    ):
        sessions[one.course_id].append(one)
    people = defaultdict(list)
    for seat in db.execute(
        select(
            Enrolment.course_id,
            Learner.id,
            Learner.sex,
            Learner.birth_year,
            left_on().label("left_on"),
        )
        .join(Learner, Learner.id == Enrolment.learner_id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.course_id.in_(ids), Enrolment.status != EnrolmentStatus.WAITING)
    ):
        people[seat.course_id].append(seat)
    marks: dict[int, dict[int, str]] = defaultdict(dict)  # learner -> class session -> mark
    for mark in db.execute(
        select(Mark.learner_id, Mark.class_session_id, Mark.status)
        .join(ClassSession, ClassSession.id == Mark.class_session_id)
        .where(ClassSession.course_id.in_(ids), ClassSession.status == SessionStatus.HELD)
    ):
        marks[mark.learner_id][mark.class_session_id] = mark.status
    found = []
    for course, village in courses:
        held = {s.id: s.ends - s.starts for s in sessions[course.id] if s.status == SessionStatus.HELD}
        coming = {
            s.id: s.ends - s.starts
            for s in sessions[course.id]
            if s.status != SessionStatus.HELD and Slot(s.day, s.starts, s.ends).finishes > at
        }
        shown = {s.id for s in sessions[course.id] if s.id in held and first <= s.day <= last}
        rule = GraduationRule(Basis(course.graduation_basis), course.graduation_percent)
        by_now = CohortSessions(held, coming)
        staying = [one for one in people[course.id] if one.left_on is None]
        times = {
            one.id: sum(marks[one.id].get(session) in CAME_IN_PERSON for session in shown)
            for one in people[course.id]
        }
        found.append(
            CohortCounts(
                village=village,
                title=course.title,
                people=_split([(one, 1) for one in people[course.id]], last.year),
                held=len(held),
                planned=len(held) + len(coming),
                came=_split([(one, times[one.id]) for one in people[course.id]], last.year),
                graduates=sum(progress_of(rule, by_now, marks[one.id]).graduates for one in staying),
                left=len(people[course.id]) - len(staying),
            )
        )
    return tuple(found)


def _split(counted: Sequence[tuple[Any, int]], year: int) -> Split:
    return Split(
        sum(n for _one, n in counted),
        sum(n for one, n in counted if one.sex == "female"),
        sum(n for one, n in counted if one.birth_year and year - one.birth_year >= OLD),
    )
