"""Wishes of a village, with what became of each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import Dispatch, Wish
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses.sessions import is_over
from nightschool.queries.offers import is_waiting
from nightschool.queries.people.people import groups
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.dispatch.candidates import teaches
from nightschool.rules.dispatch.dispatches import DispatchStatus
from nightschool.rules.dispatch.summaries import (
    LongestWaits,
    LongWait,
    WaitingWish,
    WhyWaiting,
    WishFacts,
    WishTopic,
    by_topic,
    is_long_wait,
    median_wait,
    waits,
)
from nightschool.rules.dispatch.wishes import WishStage, WishStatus, are_alike, stage_of
from nightschool.rules.regions import ancestors_of
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment

OPEN_STAGES = (WishStage.APPROVED, WishStage.DISPATCHED)
_ROWS = 12  # for each group
_TOPICS = 12
_MOST_WAITS = 200  # on one paper; nobody reads further
_PARENT = aliased(Wish, name="parent")


@dataclass(frozen=True, slots=True)
class WishLine:
    """One wish. `wanted_by`: so many households, with those of the wishes that were merged into it."""

    public_id: str
    region_code: str
    version: int
    topic: str
    category: str | None
    households: int
    groups: str
    months: tuple[int, ...]
    times: tuple[str, ...]
    wished_on: date
    stage: WishStage
    reason: str | None
    words: str
    parent: str  # the topic of the wish it was merged into; empty: none
    course: str  # public id of the course that is held for it; empty: none
    title: str
    next_on: date | None  # of that course, the next class
    held_on: date | None  # and the one held last
    wanted_by: int

    @property
    def is_open(self) -> bool:
        """True when it waits for a class, whether somebody has been asked for it or not."""
        return self.stage in OPEN_STAGES


@dataclass(frozen=True, slots=True)
class WishList:
    """A village's wishes, each part the longest waiting first."""

    waiting: tuple[WishLine, ...]  # sent in by villagers, not looked at
    open: tuple[WishLine, ...]
    met: tuple[WishLine, ...]  # a class is to come, or was held
    closed: tuple[WishLine, ...]  # cannot be met, merged, not wanted any more


def wishes_of(db: Session, village: str, *, at: Moment, is_public: bool = False) -> WishList:
    """All wishes of the village. `is_public`: as villagers may know of them, of published classes. Cost: 1 query."""
    lines = _read(db, _lines(at, is_public=is_public).where(Wish.region_code == village))

    def at_stage(*stages: WishStage) -> tuple[WishLine, ...]:
        return tuple(one for one in lines if one.stage in stages)

    return WishList(
        at_stage(WishStage.SUBMITTED),
        at_stage(*OPEN_STAGES),
        at_stage(WishStage.SCHEDULED, WishStage.DONE),
        at_stage(WishStage.UNMET, WishStage.MERGED, WishStage.WITHDRAWN),
    )


@dataclass(frozen=True, slots=True)
class RegionWish:
    """One wish of a region, with where it is."""

    line: WishLine
    village: str
    township: str
    position: Position | None  # of where the village usually meets, as far as it is known


def wishes_in(
    db: Session,
    region: str,
    *,
    at: Moment,
    first: date | None = None,
    last: date | None = None,
    is_public: bool = False,
) -> tuple[RegionWish, ...]:
    """The wishes of all villages of a region that their villages have let in, the longest waiting first.

    Between two days, where they are named; those merged into another stand in that one. `is_public`: as villagers may
    know of them, of published classes. Cost: 1 query.
    """
    township = aliased(Region, name="township")
    which = [inside(Wish.region_code, region), Wish.status.not_in((WishStatus.SUBMITTED, WishStatus.MERGED))]
    if first is not None:
        which.append(Wish.wished_on >= first)
    if last is not None:
        which.append(Wish.wished_on <= last)
    rows = db.execute(
        _lines(at, is_public=is_public)
        .add_columns(
            Region.name.label("village"),
            func.coalesce(township.name, "").label("township"),
            RegionPosition.latitude,
            RegionPosition.longitude,
        )
        .join(Region, Region.code == Wish.region_code)
        .outerjoin(township, township.code == Region.parent_code)
        .outerjoin(NightSchool, NightSchool.region_code == Wish.region_code)
        .outerjoin(Venue, and_(Venue.id == NightSchool.usual_venue_id, Venue.retired_at.is_(None)))
        .outerjoin(
            RegionPosition,
            RegionPosition.region_code == func.coalesce(Venue.region_code, Wish.region_code),
        )
        .where(*which)
    )
    return tuple(
        RegionWish(
            _line(row),
            row.village,
            row.township,
            None if row.latitude is None else Position(row.latitude, row.longitude),
        )
        for row in rows
    )


def wish_topics(db: Session, region: str, first: date, last: date, *, at: Moment) -> tuple[WishTopic, ...]:
    """What was wished for in a region between two days, topic by topic; what nobody wants any more is left out.

    Cost: 1 query.
    """
    found = wishes_in(db, region, at=at, first=first, last=last)
    return by_topic(
        [
            WishFacts(one.line.topic, one.village, one.line.wanted_by, one.line.stage, one.line.wished_on)
            for one in found
            if one.line.stage is not WishStage.WITHDRAWN
        ],
        at.day,
    )


def longest_waits(
    db: Session, region: str, *, at: Moment, is_public: bool = False, most: int = _MOST_WAITS
) -> LongestWaits:
    """The wishes of a region that wait for a class, the longest first. Cost: 2 queries, 2 more where some wait long.

    Among teachers are those whom every village of the region may call on, and those kept in its township or itself.
    """
    place = db.scalars(select(Region.name).where(Region.code == region)).one()
    found = wishes_in(db, region, at=at, is_public=is_public)
    waiting = [one for one in found if waits(one.line.stage)]
    days = {one.line.public_id: (at.day - one.line.wished_on).days for one in waiting}
    median = median_wait(list(days.values()))
    shown = waiting[:most]  # who waits longest stands first
    long = {key for one in shown if is_long_wait(days[key := one.line.public_id], median)}
    last = _last_offers(db, long) if long else {}
    teachers = _specialities(db, region) if long else ()
    rows = tuple(
        WaitingWish(
            line.public_id,
            line.topic,
            one.village,
            line.region_code,
            one.township,
            line.wished_on,
            days[line.public_id],
            line.stage,
            _why(line, last.get(line.public_id), teachers) if line.public_id in long else None,
        )
        for one in shown
        for line in (one.line,)
    )
    return LongestWaits(place, median, rows, len(waiting))


def _why(line: WishLine, last: Any, teachers: Sequence[tuple[str, str]]) -> LongWait:
    if line.stage is WishStage.SCHEDULED:
        return LongWait(WhyWaiting.PLANNED)
    if line.stage is WishStage.DISPATCHED:
        return LongWait(WhyWaiting.ASKED)
    if last is not None and last.status == DispatchStatus.DECLINED:
        return LongWait(WhyWaiting.DECLINED, last.declined_by, last.reason or "")
    if last is not None and last.status == DispatchStatus.OVERTAKEN:
        return LongWait(WhyWaiting.OVERTAKEN)
    near = (line.region_code, *ancestors_of(line.region_code))
    is_taught = any(home in near and teaches(line.topic, what) for home, what in teachers)
    return LongWait(WhyWaiting.NOT_OFFERED if is_taught else WhyWaiting.NOBODY)


def _last_offers(db: Session, wishes: Collection[str]) -> dict[str, Any]:
    rows = db.execute(
        select(Wish.public_id, Dispatch.status, Dispatch.declined_by, Dispatch.reason)
        .join(Wish, Wish.id == Dispatch.wish_id)
        .where(Wish.public_id.in_(wishes))
        .order_by(Dispatch.id)
    )
    return {row.public_id: row for row in rows}


def _specialities(db: Session, region: str) -> tuple[tuple[str, str], ...]:
    there = or_(inside(Teacher.region_code, region), Teacher.region_code.in_(ancestors_of(region)))
    rows = db.execute(
        select(Teacher.region_code, Teacher.specialities)
        .where(there, Teacher.retired_at.is_(None), Teacher.specialities != "")
        .distinct()
    )
    return tuple((row.region_code, row.specialities) for row in rows)


@dataclass(frozen=True, slots=True)
class WishSheet:
    """What stands on the paper that goes round: a row a household, by groups; topics wished for already."""

    rows: tuple[str, ...]
    topics: tuple[str, ...]


def wish_sheet(db: Session, village: str, *, at: Moment) -> WishSheet:
    """The blank paper of a village, a dozen rows for each of its groups. Cost: 2 queries."""
    named = groups(db, village) or ("",)
    topics = wishes_of(db, village, at=at).open[:_TOPICS]
    return WishSheet(
        tuple(group for group in named for _row in range(_ROWS)), tuple(one.topic for one in topics)
    )


def wish(db: Session, public_id: str, *, at: Moment) -> WishLine | None:
    """One wish; None when there is no such. Cost: 1 query."""
    return next(iter(_read(db, _lines(at).where(Wish.public_id == public_id))), None)


def alike(line: WishLine, among: Sequence[WishLine]) -> tuple[WishLine, ...]:
    """Those of these wishes that may be the same as this one, which they may hold."""
    return tuple(one for one in among if one.public_id != line.public_id and are_alike(one.topic, line.topic))


def _read(db: Session, statement: Select[*tuple[Any, ...]]) -> list[WishLine]:
    return [_line(row) for row in db.execute(statement)]


def _line(row: Any) -> WishLine:
    stage = stage_of(
        WishStatus(row.status),
        is_planned=row.next_on is not None,
        is_held=row.held_on is not None,
        is_asked=row.is_asked,
    )
    return shaped(WishLine, row, stage=stage, months=tuple(row.months), times=tuple(row.times))


def _lines(at: Moment, *, is_public: bool = False) -> Select[*tuple[Any, ...]]:
    merged = aliased(Wish)
    of_course = ClassSession.course_id == Wish.course_id
    if is_public:
        of_course = and_(of_course, ClassSession.published_at.is_not(None))
    is_to_come = and_(ClassSession.status.in_(TO_COME), ~is_over(at))

    def day(which: Any, condition: Any) -> Any:
        return select(which(ClassSession.day)).where(of_course, condition).correlate(Wish).scalar_subquery()

    more = (
        select(func.coalesce(func.sum(merged.households), 0))
        .where(merged.merged_into_id == Wish.id)
        .correlate(Wish)
        .scalar_subquery()
    )
    return (
        select(
            Wish.public_id,
            Wish.region_code,
            Wish.version,
            Wish.topic,
            Wish.category_code.label("category"),
            Wish.households,
            Wish.groups,
            Wish.months,
            Wish.times,
            Wish.wished_on,
            Wish.status,
            Wish.reason,
            Wish.reason_text.label("words"),
            func.coalesce(_PARENT.topic, "").label("parent"),
            func.coalesce(Course.public_id, "").label("course"),
            func.coalesce(Course.title, "").label("title"),
            day(func.min, is_to_come).label("next_on"),
            day(func.max, ClassSession.status == SessionStatus.HELD).label("held_on"),
            (Wish.households + more).label("wanted_by"),
            exists().where(Dispatch.wish_id == Wish.id, is_waiting(at)).correlate(Wish).label("is_asked"),
        )
        .outerjoin(_PARENT, _PARENT.id == Wish.merged_into_id)
        .outerjoin(Course, Course.id == Wish.course_id)
        .order_by(Wish.wished_on, Wish.id)
    )
