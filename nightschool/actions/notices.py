"""What villagers were told last is kept with each class session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession


def told(db: Session, class_sessions: Sequence[ClassSession], *, now: datetime) -> None:
    """Villagers were told of these class sessions as they are: none of them differs from the notice any more."""
    db.flush()
    numbers = [record.id for record in class_sessions]
    # Past the session: what villagers read is the same as before, so the revision must not rise.
    db.connection().execute(
        update(ClassSession.__table__)  # type: ignore[arg-type]  # a mapped class has a Table
        .where(ClassSession.__table__.c.id.in_(numbers))
        .values(
            announced_revision=ClassSession.__table__.c.revision,
            told_day=ClassSession.__table__.c.day,
            told_starts=ClassSession.__table__.c.starts,
            differs="",
        )
    )
    for record in class_sessions:
        db.expire(record)
