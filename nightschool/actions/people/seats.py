"""Seats in cohorts of a learner who is back on the roster."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked
from nightschool.models.teaching import Course, Enrolment, EnrolmentStatus
from nightschool.queries.registers.seats import count_of


def seat_again(db: Session, learner_id: int) -> None:
    """Who is back on the roster has their seats again; where others have them by now, they wait, first in the row."""
    db.flush()
    seats = select(Enrolment).where(
        Enrolment.learner_id == learner_id, Enrolment.status == EnrolmentStatus.ENROLLED
    )
    for enrolment in db.scalars(seats).all():
        course = locked(db, Course, Course.id == enrolment.course_id)
        taken = db.scalar(select(count_of(EnrolmentStatus.ENROLLED)).where(Course.id == course.id)) or 0
        if course.capacity is not None and taken > course.capacity:
            enrolment.status = EnrolmentStatus.WAITING
    db.flush()
