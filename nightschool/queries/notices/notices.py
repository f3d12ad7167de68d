"""What a notice says: classes of one village as everybody may know them, so that no villager can stand on one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import ColumnElement, and_, bindparam, func, select
from sqlalchemy.orm import Session

from nightschool.models.planning import Wish
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.notices import timetable
from nightschool.queries.notices.timetable import Entry, Village, entries_beside, entries_of, entry_rows
from nightschool.queries.notices.told import Told, told_of
from nightschool.queries.scope import inside
from nightschool.rules.dispatch.wishes import WishStatus
from nightschool.rules.notices.revisions import Difference, differences
from nightschool.rules.notices.told import Channel, said_before
from nightschool.rules.regions import PREFIX_DIGITS, Level
from nightschool.rules.slots import Moment, Slot

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
    told: Mapping[str, Told] = field(default_factory=dict)  # by public id
    wished: frozenset[str] = frozenset()  # those whose course households wished for

    def on(self, channel: Channel) -> Notice:
        """The same as it is said on this channel: what differs is what differs from what was said there last."""
        return replace(self, entries=tuple(self._compared(entry, channel) for entry in self.entries))

    def told_at(self, channel: Channel) -> datetime | None:
        """When all of this was said on the channel just as it is now; None where it was not."""
        times = [
            self.told[one.public_id].told_at.get(channel)
            for one in self.entries
            if one.public_id in self.told
        ]
        known = [time for time in times if time]
        return max(known) if known and len(known) == len(self.entries) else None

    def revision_of(self, public_id: str) -> int:
        """Which revision of this class session it says; 0: it never changed, as far as is known."""
        return self.told[public_id].revision if public_id in self.told else 0

    def _compared(self, entry: Entry, channel: Channel) -> Entry:
        told = self.told.get(entry.public_id)
        before = said_before(told.history, channel) if told else None
        if told is None or before is None:
            return entry
        differs = ",".join(differences(before, told.history[0].facts))
        if entry.takes_place:
            return entry._replace(differs=differs, told=before.begins, moved_from=None)
        if before.is_off:
            return entry._replace(differs=differs, moved_from=None)
        # What is called off is the class that people know of, not what became of it meanwhile.
        slot = Slot(before.day, before.starts, before.ends)
        return entry._replace(differs=Difference.OFF, title=before.title, slot=slot, moved_from=None)


def class_notice(db: Session, code: str, class_session: str, *, at: Moment) -> Notice | None:
    """Of one class; None while it is no class of this village that villagers may know of. Cost: 4 queries."""
    entries = entries_of(db.execute(_OF_ONE, {"class_session": class_session}).all())
    place = timetable.village(db, code, at=at) if entries else None
    return _notice(db, place, entries, at) if place else None


def week_notice(db: Session, code: str, *, at: Moment) -> Notice | None:
    """Of the classes of seven days that are not over; None where there is no such village. Cost: 4 queries."""
    place = timetable.village(db, code, at=at)
    if place is None:
        return None
    asked = {"village": code, "first": at.day, "last": at.day + timedelta(days=WEEK - 1)}
    found = entries_of(db.execute(_OF_WEEK, asked).all())
    return _notice(db, place, [one for one in found if one.slot.finishes > at], at)


def poster_parts(db: Session, region: str, first: date, last: date) -> dict[str, int]:
    """The townships of a region with how many classes take place in the villages of each. Cost: 1 query."""
    part = func.substr(ClassSession.region_code, 1, PREFIX_DIGITS[Level.TOWNSHIP]).label("part")
    counted = select(part, func.count()).where(*_meeting(region, first, last)).group_by(part).order_by(part)
    return {f"{digits}000": n for digits, n in db.execute(counted)}


def region_notices(db: Session, region: str, first: date, last: date, *, at: Moment) -> list[Notice]:
    """Of the classes that take place in a region's villages in these days: a notice a village, by code.

    Cost: 3 queries, and 1 for each such village.
    """
    return _by_village(db, _meeting(region, first, last), at)


def notices_of(db: Session, ids: Sequence[int], *, at: Moment) -> list[Notice]:
    """Of these class sessions, so far as villagers may know of them: a notice a village, by code. Cost as above."""
    return _by_village(db, (ClassSession.id.in_(ids), ClassSession.published_at.is_not(None)), at)


def _by_village(db: Session, which: tuple[ColumnElement[bool], ...], at: Moment) -> list[Notice]:
    rows = db.execute(
        entry_rows()
        .add_columns(ClassSession.region_code)
        .where(*which)
        .order_by(
            *(ClassSession.region_code, ClassSession.day, ClassSession.starts, ClassSession.id),
            ClassSessionTeacher.position,
        )
    )
    beside = _beside(db, and_(*which))
    found: list[Notice] = []
    for code, entries in groupby(entries_beside(rows, 1), key=lambda one: one[1][0]):
        if place := timetable.village(db, code, at=at):
            found.append(Notice(place, tuple(entry for entry, _code in entries), at.day, *beside))
    return found


def _meeting(region: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        inside(ClassSession.region_code, region),
        ClassSession.day.between(first, last),
        ClassSession.published_at.is_not(None),
        ClassSession.status == SessionStatus.SCHEDULED.value,
    )


def _notice(db: Session, village: Village, entries: Sequence[Entry], at: Moment) -> Notice:
    beside = _beside(db, ClassSession.public_id.in_([one.public_id for one in entries]))
    return Notice(village, tuple(entries), at.day, *beside)


def _beside(db: Session, which: ColumnElement[bool]) -> tuple[Mapping[str, Told], frozenset[str]]:
    """What was said of these classes before, and for which of them households had wished."""
    wished = (
        select(ClassSession.public_id)
        .join(Wish, and_(Wish.course_id == ClassSession.course_id, Wish.status == WishStatus.APPROVED))
        .where(which)
    )
    return told_of(db, which), frozenset(db.scalars(wished))
