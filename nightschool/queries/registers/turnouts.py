"""How many came to the last classes: of the same cohort, or of the village where a class is open to everybody."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.figures import attendances
from nightschool.rules.registers.cohorts import CourseKind

TURNOUTS_SHOWN = 5
_This = aliased(ClassSession, name="this")
_Its = aliased(Course, name="its")
# The class session itself and those held before it, the latest first: of its course where that is a cohort, else of
# the village.
HELD_UP_TO = (
    select(ClassSession.id, ClassSession.day)
    .join(_This, _This.public_id == bindparam("class_session"))
    .join(_Its, _Its.id == _This.course_id)
    .where(
        ClassSession.region_code == _This.region_code,
        or_(_Its.kind != CourseKind.COHORT, ClassSession.course_id == _This.course_id),
        ClassSession.status == SessionStatus.HELD,
        or_(
            ClassSession.day < _This.day,
            (ClassSession.day == _This.day) & (ClassSession.starts <= _This.starts),
        ),
    )
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
)
_TURNOUTS = HELD_UP_TO.with_only_columns(ClassSession.day, attendances()).limit(TURNOUTS_SHOWN)


@dataclass(frozen=True, slots=True)
class LastTurnout:
    """One class that was held. `attendances`: 人次."""

    day: date
    attendances: int


def last_turnouts(db: Session, class_session: str) -> tuple[LastTurnout, ...]:
    """Of the last five classes up to this one, the earliest first. Cost: 1 query."""
    rows = db.execute(_TURNOUTS, {"class_session": class_session}).all()
    return tuple(LastTurnout(day, came or 0) for day, came in reversed(rows))
