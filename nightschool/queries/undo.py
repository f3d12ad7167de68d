"""What can still be taken back: the latest changes of class sessions and courses, while their time lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ChangeSet
from nightschool.rules.undo import OF_ONE_SESSION, UNDO_WITHIN

MOST_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class Recent:
    """A change that can be taken back."""

    public_id: str
    what: str
    until: datetime


def of_session(
    db: Session, village: str, class_session: str, *, revision: int, now: datetime
) -> Recent | None:
    """What was last done to this one class session, if it can be taken back and nothing came after. Cost: 1 query."""
    for row in _latest(db, village, now):
        entries = [*row.before["changed"], *row.before["made"]]
        found = {entry["public_id"]: entry["revision"] for entry in entries}
        if row.what in OF_ONE_SESSION and found.get(class_session) == revision:
            return Recent(row.public_id, row.what, row.made_at + UNDO_WITHIN)
    return None


def of_course(db: Session, village: str, course: str, *, now: datetime) -> Recent | None:
    """The course's scheduling or publication, whichever came last, if it can be taken back. Cost: 1 query."""
    for row in _latest(db, village, now):
        if row.before.get("course", {}).get("public_id") == course:
            return Recent(row.public_id, row.what, row.made_at + UNDO_WITHIN)
    return None


def _latest(db: Session, village: str, now: datetime) -> list[ChangeSet]:
    statement = (
        select(ChangeSet)
        .where(
            ChangeSet.region_code == village,
            ChangeSet.made_at >= now - UNDO_WITHIN,
            ChangeSet.undone_at.is_(None),
        )
        .order_by(ChangeSet.id.desc())
        .limit(MOST_LOOKED_AT)
    )
    return list(db.scalars(statement))
