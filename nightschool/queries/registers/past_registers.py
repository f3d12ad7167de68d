"""Past classes of a village and who ever was on its roster, for registers that come in from a spreadsheet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses.sessions import is_over
from nightschool.queries.people.lists import PeopleListPage
from nightschool.queries.people.stays import EVER_OF_VILLAGE
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.registers.from_paper import OnRoster
from nightschool.rules.registers.past_registers import (
    FoundRegisters,
    PastClass,
    attended_in,
    sort_out_registers,
)
from nightschool.rules.slots import Moment


def past_classes(db: Session, village: str, *, at: Moment) -> list[PastClass]:
    """All that are over and took place or may have, the earliest first. Cost: 1 query."""
    rows = db.execute(
        select(
            ClassSession.public_id,
            ClassSession.day,
            ClassSession.title,
            Course.public_id,
            Course.kind,
            ClassSession.status,
        )
        .join(Course, Course.id == ClassSession.course_id)
        .where(
            ClassSession.region_code == village,
            ClassSession.status.in_((SessionStatus.SCHEDULED, SessionStatus.HELD)),
            is_over(at),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )
    return [
        PastClass(public_id, day, title, course, kind == CourseKind.COHORT, status == SessionStatus.HELD)
        for public_id, day, title, course, kind, status in rows
    ]


def registers_found(db: Session, found: PeopleListPage, *, at: Moment) -> FoundRegisters:
    """What taking this list in would do. Cost: 2 queries."""
    classes = past_classes(db, found.region_code, at=at)
    days = {one.day for one in classes}
    roster = db.execute(
        select(Learner.public_id, Learner.name, Learner.group_name).where(
            Learner.id.in_(EVER_OF_VILLAGE), Learner.merged_into_id.is_(None)
        ),
        {"village": found.region_code},
    )
    attended = (
        one
        for sheet, columns in zip(found.sheets, found.columns, strict=False)
        for one in attended_in(sheet, columns, days)
    )
    return sort_out_registers(attended, classes, (OnRoster(*row) for row in roster), course=found.course)
