"""What can still be taken back: the latest changes of class sessions and courses, while their time lasts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.rules.courses.undo import OF_ONE_SESSION, UNDO_WITHIN, Undoable
from nightschool.rules.slots import Now

_MOST_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class Recent:
    """A change that can be taken back."""

    public_id: str
    what: str
    until: datetime


def just_made(db: Session, village: str, *, now: Now) -> str | None:
    """The change that was made in this transaction, by its public id; None: nothing changed. Cost: 1 query."""
    made = select(ChangeSet.public_id).where(
        ChangeSet.region_code == village, ChangeSet.made_at == now.instant, ChangeSet.undone_at.is_(None)
    )
    return db.scalars(made.order_by(ChangeSet.id.desc()).limit(1)).first()


def latest_of(db: Session, region: str, what: Undoable, *, now: Now) -> str | None:
    """The latest such change of this region that was not taken back, while it is remembered. Cost: 1 query."""
    statement = select(ChangeSet.public_id).where(
        ChangeSet.region_code == region,
        ChangeSet.what == what,
        ChangeSet.made_at >= now.instant - timedelta(hours=12),
        ChangeSet.undone_at.is_(None),
    )
    return db.scalars(statement.order_by(ChangeSet.id.desc()).limit(1)).first()


def recent_of_session(
    db: Session, village: str, class_session: str, *, revision: int, now: Now
) -> Recent | None:
    """What was last done to this one class session, if it can be taken back and nothing came after. Cost: 1 query."""
    for row in _latest(db, village, now):
        entries = [*row.before["changed"], *row.before["made"]]
        found = {entry["public_id"]: entry["revision"] for entry in entries}
        if row.what in OF_ONE_SESSION and found.get(class_session) == revision:
            return Recent(row.public_id, row.what, row.made_at + UNDO_WITHIN)
    return None


def recent_of_course(db: Session, village: str, course: str, *, now: Now) -> Recent | None:
    """What was last done to the course as a whole, if it can be taken back and nothing came after.

    Cost: 1 query, 2 when there is such a change, 3 when it edited the course itself.
    """
    for row in _latest(db, village, now):
        if row.before.get("course", {}).get("public_id") == course:
            is_as_left = _is_as_left(db, row.before)
            return Recent(row.public_id, row.what, row.made_at + UNDO_WITHIN) if is_as_left else None
    return None


def _is_as_left(db: Session, kept: dict[str, Any]) -> bool:
    """Whether the class sessions of a change, and a course that it edited, are still as the change left them."""
    left = {entry["id"]: entry["revision"] for entry in (*kept["changed"], *kept["made"])}
    now = db.execute(select(ClassSession.id, ClassSession.revision).where(ClassSession.id.in_(left)))
    if {row.id: row.revision for row in now} != left:
        return False
    course = kept["course"]
    if "columns" not in course:
        return True
    return bool(db.scalar(select(Course.version).where(Course.id == course["id"])) == course["version"])


def _latest(db: Session, village: str, now: Now) -> list[ChangeSet]:
    statement = (
        select(ChangeSet)
        .where(
            ChangeSet.region_code == village,
            ChangeSet.made_at.between(now.instant - UNDO_WITHIN, now.believable),
            ChangeSet.undone_at.is_(None),
        )
        .order_by(ChangeSet.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    return list(db.scalars(statement))
