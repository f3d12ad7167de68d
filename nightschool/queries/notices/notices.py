"""What a notice says: classes of one village as everybody may know them, so that no villager can stand on one."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, ClassSessionTeacher
from nightschool.queries.notices import timetable
from nightschool.queries.notices.timetable import Entry, Village, entries_of, entry_rows
from nightschool.rules.slots import Moment

WEEK = 7  # days, today among them
_MOST = 30

_OF_ONE = (
    entry_rows()
    .where(ClassSession.public_id == bindparam("class_session"), ClassSession.published_at.is_not(None))
    .order_by(ClassSessionTeacher.position)
)
_FIRST_OF_WEEK = (
    select(ClassSession.id)
    .where(
        ClassSession.region_code == bindparam("village"),
        ClassSession.published_at.is_not(None),
        ClassSession.day.between(bindparam("first"), bindparam("last")),
    )
    .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    .limit(_MOST)
)
_OF_WEEK = (
    entry_rows()
    .where(ClassSession.id.in_(_FIRST_OF_WEEK))
    .order_by(ClassSession.day, ClassSession.starts, ClassSession.id, ClassSessionTeacher.position)
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One village and those of its classes that are told of, the soonest first, on the day on which that is done."""

    village: Village
    entries: tuple[Entry, ...]
    today: date


def class_notice(db: Session, code: str, class_session: str, *, at: Moment) -> Notice | None:
    """Of one class; None while it is no class of this village that villagers may know of. Cost: 2 queries."""
    entries = entries_of(db.execute(_OF_ONE, {"class_session": class_session}).all())
    place = timetable.village(db, code, at=at) if entries else None
    return Notice(place, tuple(entries), at.day) if place else None


def week_notice(db: Session, code: str, *, at: Moment) -> Notice | None:
    """Of the classes of seven days that are not over; None where there is no such village. Cost: 2 queries."""
    place = timetable.village(db, code, at=at)
    if place is None:
        return None
    asked = {"village": code, "first": at.day, "last": at.day + timedelta(days=WEEK - 1)}
    found = entries_of(db.execute(_OF_WEEK, asked).all())
    return Notice(place, tuple(one for one in found if one.slot.finishes > at), at.day)
