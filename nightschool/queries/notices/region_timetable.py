"""What runs in a region this week and next: the one object behind its page, its calendar feed and its data.

Public, as a village's timetable is. What is asked for is bounded: so many sessions, whole evenings of whole villages,
and where to go on. So it costs the same in a township of a small database and of a whole province's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    join,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher
from nightschool.queries.notices.timetable import (
    KNOWN_BY,
    Entry,
    Successor,
    entries_beside,
    entry_rows,
    literal_number,
    over,
    successor_in,
)
from nightschool.queries.places.places import NamedRegion
from nightschool.rules.regions import CODE_DIGITS, PREFIX_DIGITS, Level, code_range, is_code, level_of
from nightschool.rules.seasons.periods import week_of

ON_A_PAGE = 200  # class sessions; a township's two weeks are seldom more
IN_A_FEED = 1000
DAYS = 14  # this week and next, seen from a Monday


class Start(NamedTuple):
    """Where a part of a long list begins: a day, and the first code of a village on it."""

    day: date
    code: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A region larger than a village on one day. Its pages are kept by `revisions`, which every change in it raises."""

    code: str
    name: str
    official_name: str
    level: Level
    above: tuple[NamedRegion, ...]  # the largest first
    is_former: bool
    successor: Successor | None
    revisions: int
    changed_at: datetime
    known_by: str = ""  # the address in the ids of its feeds; empty while that is the one it is served at
    is_over: bool = False  # it is a former one, and nothing is to come in it


class Host(NamedTuple):
    """The village where a class session takes place, and where that lies."""

    code: str
    name: str
    township: str
    county: str


class Meeting(NamedTuple):
    """One published class session of a region."""

    village: Host
    entry: Entry


@dataclass(frozen=True, slots=True)
class RegionTimetable:
    """What there is to say about the sessions of a region from one day to another, both included."""

    area: Area
    today: date
    last: date  # the Sunday of next week
    start: Start  # where this part of the list begins
    meetings: tuple[Meeting, ...]  # by day, then village, then hour; called-off ones among them
    goes_on: Start | None  # where the next part begins
    below: tuple[NamedRegion, ...]  # the regions right below that have a night school; of townships none

    @property
    def is_first_part(self) -> bool:
        """True when the list begins with today's first."""
        return self.start == Start(self.today)

    @property
    def days(self) -> tuple[tuple[date, tuple[tuple[Host, tuple[Entry, ...]], ...]], ...]:
        """The sessions by day and, on each, by village."""
        return tuple(
            (
                day,
                tuple(
                    (village, tuple(meeting.entry for meeting in there))
                    for village, there in groupby(those, key=lambda meeting: meeting.village)
                ),
            )
            for day, those in groupby(self.meetings, key=lambda meeting: meeting.entry.slot.day)
        )


def last_day(today: date) -> date:
    """The Sunday of next week."""
    return week_of(today).after.last


def area(db: Session | Connection, code: str, *, today: date) -> Area | None:
    """A region as it stands today; None for a village and for what is unknown. Cost: 1 query."""
    if not is_code(code) or level_of(code) is Level.VILLAGE:
        return None
    low, high = code_range(code)
    row = db.execute(_STANDING, {"region": code, "low": low, "high": high, "today": today}).one_or_none()
    if row is None:
        return None
    above = [(row.code_2, row.name_2), (row.code_1, row.name_1), (row.code_0, row.name_0)]
    return Area(
        code=code,
        name=row.name,
        official_name=row.official_name,
        level=Level(row.level),
        above=tuple(NamedRegion(*region) for region in above if region[0]),
        is_former=row.valid_to is not None and row.valid_to < today,
        successor=successor_in(row),
        revisions=int(row.revisions),
        changed_at=row.changed_at,
        known_by=row.known_by or "",
        is_over=row.is_over,
    )


def region_timetable(
    db: Session | Connection, area: Area, *, today: date, start: Start | None = None, most: int = ON_A_PAGE
) -> RegionTimetable:
    """A region's sessions from today, or from `start` if that is later, to the Sunday of next week, at most so many.

    An evening of a village is never cut in two, unless it alone is more. The region is as `area` answered in the
    same look. Cost: 2 queries.
    """
    begin = start if start is not None and start.day >= today else Start(today)
    last = last_day(today)
    rows = db.execute(_meetings(most, area.level is not Level.TOWNSHIP), _places(area.code, begin, last))
    meetings = [Meeting(Host(*place), entry) for entry, place in entries_beside(rows, 4)]
    shown, goes_on = _cut(meetings, most)
    regions = () if area.level is Level.TOWNSHIP else below(db, area.code, today=today)
    return RegionTimetable(area, today, last, begin, tuple(shown), goes_on, regions)


def below(db: Session | Connection, code: str, *, today: date) -> tuple[NamedRegion, ...]:
    """The regions right below a region, villages never, that have a night school in them. Cost: 1 query."""
    return tuple(NamedRegion(*row) for row in db.execute(_BELOW, {"region": code, "today": today}))


def _cut(meetings: list[Meeting], most: int) -> tuple[list[Meeting], Start | None]:
    """As many of these as are wanted, and where the rest begins: with an evening of a village."""
    if len(meetings) <= most:
        return meetings, None
    rest = _evening(meetings[most])
    shown = [meeting for meeting in meetings[:most] if _evening(meeting) != rest]
    if shown:
        return shown, rest
    return meetings[:most], Start(rest.day, str(int(rest.code) + 1).zfill(CODE_DIGITS))


def _evening(meeting: Meeting) -> Start:
    return Start(meeting.entry.slot.day, meeting.village.code)


def _places(code: str, begin: Start, last: date) -> dict[str, Any]:
    """A day and a range of codes for each arm of the statement; arms after the last day look at no code."""
    low, high = code_range(code)
    values: dict[str, Any] = {"high": high}
    for number in range(DAYS):
        day = begin.day + timedelta(days=number)
        first = max(low, begin.code) if number == 0 else low
        values |= {f"day_{number}": day, f"low_{number}": first if day <= last else high}
    return values


def _standing() -> Select[*tuple[Any, ...]]:
    successor, above = aliased(Region), [aliased(Region) for _ in range(3)]
    inside = aliased(Region)
    all_of_it = (
        select(
            func.sum(inside.revision).label("revisions"),
            # As SQL's own maximum, it would lose its type, and SQLite would give text.
            func.max(inside.changed_at, type_=Region.changed_at.type).label("changed_at"),
        )
        .where(inside.code >= bindparam("low"), inside.code < bindparam("high"))
        .subquery()
    )
    statement = select(
        Region.name,
        Region.official_name,
        Region.level,
        Region.valid_to,
        successor.code.label("successor_code"),
        successor.name.label("successor_name"),
        Region.successor_day,
        all_of_it.c.revisions,
        all_of_it.c.changed_at,
        KNOWN_BY,
        over(
            and_(ClassSession.region_code >= bindparam("low"), ClassSession.region_code < bindparam("high"))
        ),
        *(
            column
            for number, one in enumerate(above)
            for column in (one.code.label(f"code_{number}"), one.name.label(f"name_{number}"))
        ),
    ).outerjoin(successor, successor.code == Region.successor_code)
    below: Any = Region
    for one in above:
        statement = statement.outerjoin(one, one.code == below.parent_code)
        below = one
    return statement.join(all_of_it, Region.code.is_not(None)).where(Region.code == bindparam("region"))


def _below() -> Select[*tuple[Any, ...]]:
    digits = case(
        *(
            (Region.level == level.value, PREFIX_DIGITS[level])
            for level in Level
            if level is not Level.VILLAGE
        ),
        else_=CODE_DIGITS,
    )
    # Every code that begins with these digits sorts between the region's own and this.
    after = func.substr(Region.code, 1, digits, type_=String) + "9" * CODE_DIGITS
    has_school = (
        select(NightSchool.id)
        .where(NightSchool.region_code >= Region.code, NightSchool.region_code <= after)
        .correlate(Region)
        .exists()
    )
    return (
        select(Region.code, Region.name)
        .where(
            Region.parent_code == bindparam("region"),
            Region.level != Level.VILLAGE.value,
            or_(Region.valid_to.is_(None), Region.valid_to >= bindparam("today", type_=Date())),
            has_school,
        )
        .order_by(Region.code)
    )


def _arm(number: int, most: int, *, is_wide: bool) -> Select[*tuple[Any, ...]]:
    """The first sessions of one day.

    A township has few sessions in all, any index will do. In a wide region they are read in order from the index of
    days and codes; compared in pairs, because PostgreSQL would else take the one of codes and days and look at all.
    """
    day, low, high = (
        bindparam(f"day_{number}", type_=Date()),
        bindparam(f"low_{number}", type_=String()),
        bindparam("high", type_=String()),
    )
    place = tuple_(ClassSession.day, ClassSession.region_code)
    of_the_day: Sequence[ColumnElement[bool]] = (
        (place >= tuple_(day, low), place < tuple_(day, high))
        if is_wide
        else (ClassSession.day == day, ClassSession.region_code >= low, ClassSession.region_code < high)
    )
    return (
        select(ClassSession.id, ClassSession.day, ClassSession.region_code)
        .where(*of_the_day, ClassSession.published_at.is_not(None))
        .order_by(ClassSession.day, ClassSession.region_code)
        .limit(literal_number(most + 1))
    )


@cache
def _meetings(most: int, is_wide: bool) -> Select[*tuple[Any, ...]]:
    every = (_arm(number, most, is_wide=is_wide) for number in range(DAYS))
    arms = union_all(*(select(arm.subquery()) for arm in every)).subquery()
    wanted = (
        select(arms.c.id)
        .order_by(arms.c.day, arms.c.region_code)
        .limit(literal_number(most + 1))
        .subquery("wanted")
    )
    # First, and not in a condition: PostgreSQL tries no other order among so many tables, and would join them all.
    chosen = join(wanted, ClassSession, ClassSession.id == wanted.c.id)
    return with_hosts(entry_rows(chosen)).order_by(
        ClassSession.day,
        ClassSession.region_code,
        ClassSession.starts,
        ClassSession.id,
        ClassSessionTeacher.position,
    )


def with_hosts(sessions: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement about class sessions, with the columns of a Host after its own."""
    village, township, county = aliased(Region), aliased(Region), aliased(Region)
    return (
        sessions.add_columns(
            village.code.label("village_code"),
            village.name.label("village_name"),
            func.coalesce(township.name, "").label("township_name"),
            func.coalesce(county.name, "").label("county_name"),
        )
        .join(village, village.code == ClassSession.region_code)
        .outerjoin(township, township.code == village.parent_code)
        .outerjoin(county, county.code == township.parent_code)
    )


_STANDING = _standing()
_BELOW = _below()
