"""Who has a seat in a cohort or waits for one: never who was put away or lives in another village by now."""

from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, Enrolment, EnrolmentStatus
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.people.retiring import Seat
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.slots import Moment


def is_away() -> ColumnElement[bool]:
    """The learner comes no more, or lives in another village by now. Of a statement with Learner and Course."""
    return or_(Learner.retired_at.is_not(None), Learner.region_code != Course.region_code)


def standing() -> ColumnElement[str]:
    """How the learner of an enrolment stands by now: who is away has left. Of a statement with Learner and Course."""
    return case((is_away(), EnrolmentStatus.LEFT.value), else_=Enrolment.status)


def left_on() -> ColumnElement[date | None]:
    """The day somebody left the cohort: who is away, when they left the village. Of a statement with both."""
    gone = func.coalesce(Learner.left_on, Learner.came_on, Enrolment.enrolled_on)
    return func.coalesce(Enrolment.left_on, case((is_away(), gone)))


def count_of(status: str) -> ColumnElement[int]:
    """How many stand so in the course of the statement around it."""
    return (
        select(func.count())
        .select_from(Enrolment)
        .join(Learner, Learner.id == Enrolment.learner_id)
        .where(Enrolment.course_id == Course.id, standing() == status)
        .correlate(Course)
        .scalar_subquery()
    )


def seats_of(db: Session, learner_id: int, *, at: Moment) -> tuple[Seat, ...]:
    """The cohorts that are not over in which this learner has a seat or waits for one. Cost: 1 query."""
    last_day = (
        select(func.max(ClassSession.day))
        .where(ClassSession.course_id == Course.id, ClassSession.status.in_(HOLDING))
        .correlate(Course)
        .scalar_subquery()
    )
    rows = db.execute(
        select(Course.public_id, Course.title, Enrolment.status == EnrolmentStatus.WAITING)
        .join(Enrolment, Enrolment.course_id == Course.id)
        .join(Learner, Learner.id == Enrolment.learner_id)
        .where(
            Enrolment.learner_id == learner_id,
            standing() != EnrolmentStatus.LEFT,
            Course.kind == CourseKind.COHORT,
            Course.retired_at.is_(None),
            last_day >= at.day,
        )
        .order_by(Course.title, Course.id)
    )
    return tuple(Seat(*row) for row in rows)
