"""What of learners is kept longer than it is of use."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession
from nightschool.queries.household_status import has_any
from nightschool.rules.people.retention import is_erasure_due, is_status_due


@dataclass(frozen=True, slots=True)
class DuePerson:
    """A learner of whom something is due to go."""

    public_id: str
    village: str


@dataclass(frozen=True, slots=True)
class Due:
    """Whose kind of household goes, and who is erased."""

    statuses: Sequence[DuePerson]
    people: Sequence[DuePerson]


def due(db: Session, *, today: date) -> Due:
    """All that is due on this day. Cost: 1 query, and 1 for each 5,000 whose last class is long ago."""
    last = select(Mark.learner_id, func.max(ClassSession.day).label("day")).join(
        ClassSession, ClassSession.id == Mark.class_session_id
    )
    last_class = last.group_by(Mark.learner_id).subquery()
    rows = db.execute(
        select(
            Learner.public_id,
            Region.name.label("village"),
            Learner.came_on,
            Learner.left_on,
            Learner.retired_at,
            last_class.c.day,
        )
        .join(Region, Region.code == Learner.region_code)
        .outerjoin(last_class, last_class.c.learner_id == Learner.id)
        .where(Learner.erased_at.is_(None))
        .order_by(Learner.region_code, Learner.id)
    ).all()
    people = [
        DuePerson(row.public_id, row.village)
        for row in rows
        if row.retired_at and is_erasure_due(row.left_on, today=today)
    ]
    gone = {one.public_id for one in people}
    long_ago = [
        DuePerson(row.public_id, row.village)
        for row in rows
        if row.public_id not in gone and is_status_due(row.day, row.came_on, today=today)
    ]
    noted = has_any(db, [one.public_id for one in long_ago])
    return Due([one for one in long_ago if one.public_id in noted], people)
