"""What a phone takes along to work without signal: the classes around today, and a key and a name for each learner."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.registers.attendance import Register, register
from nightschool.queries.registers.sign_in_sheets import row_numbers, sheet_rows
from nightschool.rules.courses.statuses import TO_COME

BACK, AHEAD = 3, 4  # classes


@dataclass(frozen=True, slots=True)
class Pocket:
    """The registers of a village's classes around today, the earliest first.

    `rows`: of each, the row number of its sign-in sheet by learner's public id, where one was printed.
    """

    day: date
    registers: tuple[Register, ...]
    rows: tuple[dict[str, int], ...]


_OF_VILLAGE = select(ClassSession.public_id).where(
    ClassSession.region_code == bindparam("village"), ClassSession.status != SessionStatus.DRAFT
)
_LAST = (
    _OF_VILLAGE.where(
        ClassSession.day < bindparam("day"),
        or_(ClassSession.status == SessionStatus.SCHEDULED, ClassSession.status == SessionStatus.HELD),
    )
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc())
    .limit(BACK)
)
_NEXT = (
    _OF_VILLAGE.where(
        ClassSession.day >= bindparam("day"),
        or_(ClassSession.status.in_(TO_COME), ClassSession.status == SessionStatus.HELD),
    )
    .order_by(ClassSession.day, ClassSession.starts)
    .limit(AHEAD)
)


def pocket(db: Session, village: str, *, today: date) -> Pocket:
    """What is taken along from this village today. Cost: 2 queries, and 6 or 7 a class."""
    which = {"village": village, "day": today}
    names = [*reversed(db.scalars(_LAST, which).all()), *db.scalars(_NEXT, which)]
    found = tuple(one for one in (register(db, name) for name in names) if one is not None)
    return Pocket(today, found, tuple(row_numbers(sheet_rows(db, one)) for one in found))
