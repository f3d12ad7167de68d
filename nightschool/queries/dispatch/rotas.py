"""What a rota is found for: the open wishes of a region, when their villages can meet, and who could be sent."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.errands import Errand
from nightschool.models.places import Region
from nightschool.models.planning import Dispatch, Rota, Wish
from nightschool.queries.courses.bookings import busy, holdings
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.closed_times import closed_times
from nightschool.queries.courses.surroundings import meeting_at, surroundings_of
from nightschool.queries.dispatch.wishes import RegionWish, wishes_in
from nightschool.queries.offers import is_waiting
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import localities, positions_of
from nightschool.rules.almanac import monday_of
from nightschool.rules.courses.advice import Surroundings, advise
from nightschool.rules.courses.choices import Choices, TeacherChoice, told_apart
from nightschool.rules.courses.good_days import burden
from nightschool.rules.dispatch.candidates import teaches
from nightschool.rules.dispatch.clusters import same_topics
from nightschool.rules.dispatch.dispatches import DispatchStatus
from nightschool.rules.dispatch.rota_drafts import RotaRow, rows_of_json
from nightschool.rules.dispatch.rotas import (
    APART_DAYS,
    MOST_WAITED,
    RotaEvenings,
    RotaTask,
    RotaTeacher,
    RotaVillage,
    RotaWish,
    worth_by_rank,
)
from nightschool.rules.dispatch.wishes import WishStage, part_topic, parts_wished
from nightschool.rules.errands import ErrandState
from nightschool.rules.regions import Level, ancestors_of, county_or_city_of, level_of, township_of
from nightschool.rules.slots import Moment, Slot

_POINT = 30  # what burden calls a point, in tenths of a kilometre
_A_DAY_WAITED = 5  # who has waited longer comes first where all else is the same
_TO_MEET = ("morning", "afternoon", "evening")
_LATEST = 5
_BEGUN = (WishStage.DISPATCHED, WishStage.SCHEDULED, WishStage.DONE)
_Asked = dict[str, list[tuple[str | None, str, date]]]  # by village: the wish, the topic, the day


@dataclass(frozen=True, slots=True)
class RotaGround:
    """A task as the database has it, and the rows of its wishes before any has a class."""

    task: RotaTask
    rows: tuple[RotaRow, ...]
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class RotaPage:
    """A rota as it is kept."""

    public_id: str
    region_code: str
    region: str
    first_day: date
    last_day: date
    starts: int
    ends: int
    state: str  # rules.errands.ErrandState, of how it was found last
    steps_done: int | None
    steps_all: int | None
    is_whole: bool
    knows_ways: bool
    gap_permille: int | None
    greedy_met: int
    rows: tuple[RotaRow, ...]
    made_at: datetime


def rota_page(db: Session, public_id: str) -> RotaPage | None:
    """One rota; None when there is no such. Cost: 1 query."""
    return next(iter(_pages(db, Rota.public_id == public_id)), None)


def latest_rotas(db: Session, region: str) -> tuple[RotaPage, ...]:
    """The last rotas of a region, the newest first. Cost: 1 query."""
    return _pages(db, Rota.region_code == region)


def _pages(db: Session, which: Any, *, most: int | None = _LATEST) -> tuple[RotaPage, ...]:
    own = [getattr(Rota, name) for name in RotaPage.__dataclass_fields__ if hasattr(Rota, name)]
    state = func.coalesce(Errand.state, ErrandState.DONE).label("state")
    rows = db.execute(
        select(*own, Region.name.label("region"), state, Errand.steps_done, Errand.steps_all)
        .join(Region, Region.code == Rota.region_code)
        .outerjoin(Errand, Errand.id == Rota.errand_id)
        .where(which)
        .order_by(Rota.id.desc())
        .limit(most)
    )
    return tuple(shaped(RotaPage, row, rows=rows_of_json(row.rows)) for row in rows)


@dataclass(frozen=True, slots=True)
class CountyRota:
    """A county of a rota that is made by counties; a city that has none."""

    code: str
    name: str
    wishes: int  # that wait now
    rota: RotaPage | None  # begun for this one


def county_rotas(db: Session, whole: RotaPage, *, at: Moment) -> tuple[CountyRota, ...]:
    """The counties in which somebody waits or something was found, with what was begun for it. Cost: 4 queries."""
    waiting = Counter(
        county_or_city_of(one.line.region_code) for one in open_wishes(db, whole.region_code, at=at)
    )
    found = _parts_of(db, whole)
    counties = {*waiting, *found}
    rows = db.execute(select(Region.code, Region.name).where(Region.code.in_(counties)).order_by(Region.code))
    return tuple(CountyRota(code, name, waiting[code], found.get(code)) for code, name in rows)


def rows_beside(db: Session, page: RotaPage) -> tuple[RotaRow, ...]:
    """What the counties beside this one have in their rotas, where all were made for a city or a province.

    Whom several counties can call on is in none of them twice. Cost: 1 query, or 2.
    """
    above = and_(Rota.region_code.in_(ancestors_of(page.region_code)), Rota.made_at <= page.made_at)
    wholes = _pages(db, and_(above, *_same_times(page)), most=1)
    parts = [one for whole in wholes for one in _parts_of(db, whole).values()]
    return tuple(
        row for one in parts if one.region_code != page.region_code for row in one.rows if row.is_planned
    )


def _parts_of(db: Session, whole: RotaPage) -> dict[str, RotaPage]:
    """What was found last for each county of a rota that is made by them."""
    below = (inside(Rota.region_code, whole.region_code), Rota.region_code != whole.region_code)
    pages = _pages(db, and_(*below, Rota.made_at >= whole.made_at, *_same_times(whole)), most=None)
    return {one.region_code: one for one in reversed(pages) if one.state == ErrandState.DONE}


def _same_times(page: RotaPage) -> list[Any]:
    return [
        getattr(Rota, name) == getattr(page, name) for name in ("first_day", "last_day", "starts", "ends")
    ]


def open_wishes(db: Session, region: str, *, at: Moment) -> tuple[RegionWish, ...]:
    """The wishes a rota would be for: nobody is asked for them yet, or not for all their parts. Cost: 2 queries."""
    return tuple(_open_wishes(db, region, at)[0])


def _open_wishes(db: Session, region: str, at: Moment) -> tuple[dict[RegionWish, list[int]], _Asked]:
    """The wishes with the parts that nobody is asked for (none: it has no parts), and what is asked in the region."""
    asked: _Asked = defaultdict(list)
    rows = db.execute(
        select(Dispatch.region_code, Wish.public_id, Dispatch.topic, Dispatch.day)
        .outerjoin(Wish, Wish.id == Dispatch.wish_id)
        .where(
            inside(Dispatch.region_code, region),
            Dispatch.class_session_id.is_(None),
            or_(is_waiting(at), Dispatch.status == DispatchStatus.SCHEDULED),
        )
    )
    for village, wish, topic, day in rows:
        asked[village].append((wish, topic, day))
    found: dict[RegionWish, list[int]] = {}
    for one in wishes_in(db, region, at=at):
        about, parts = parts_wished(one.line.topic)
        has = {topic for wish, topic, _day in asked[one.line.region_code] if wish == one.line.public_id}
        missing = [part for part in range(1, parts + 1) if part_topic(about, part) not in has]
        if one.line.stage is WishStage.APPROVED and parts == 1:
            found[one] = []
        elif (
            parts > 1
            and missing
            and (one.line.stage is WishStage.APPROVED or (has and one.line.stage in _BEGUN))
        ):
            found[one] = missing
    return found, asked


def rota_ground(
    db: Session,
    region: str,
    first: date,
    last: date,
    *,
    starts: int,
    ends: int,
    zone: str,
    at: Moment,
    beside: Mapping[str, Sequence[date]],
    tell: Callable[[int, int], object] = lambda done, every: None,
) -> RotaGround:
    """Everything a rota between two days has to know; `beside`: when whom other counties need, as `days_taken` has it.

    Cost: 15 queries, and 2 for each village that waits."""
    days = tuple(first + timedelta(days=number) for number in range((last - first).days + 1))
    by_village: dict[str, list[RegionWish]] = defaultdict(list)
    waiting, asked = _open_wishes(db, region, at)
    categories = _categories([*waiting])
    for one in waiting:
        by_village[one.line.region_code].append(one)
    weeks = tuple((day - first + timedelta(days=first.weekday())).days // 7 for day in days)
    villages, wishes, rows = [], [], []
    places = localities(db, by_village.keys())
    offered = {}
    for number, code in enumerate(by_village):
        tell(number, len(by_village))
        offered[code] = on_offer(db, code)
    people = {one.public_id: one for choices in offered.values() for one in choices.teachers}
    usual = {
        code: one
        for code, choices in offered.items()
        for one in choices.venues
        if one.public_id == choices.usual_venue
    }
    taken = busy(db, {one.resource for one in usual.values()}, days)
    known = (
        surroundings_of(db, tuple(places.values()), days, choices=Choices(), teachers={}, zone=zone)
        if places
        else {}
    )
    for number, (code, wished) in enumerate(by_village.items()):
        here, choices, venue = places[code], offered[code], usual.get(code)
        around = meeting_at(known[code], choices, choices.usual_venue)
        hall = taken[venue.resource] if venue else []
        villages.append(RotaVillage(code, here.name, township_of(code), wished[0].position))
        slots = [Slot(day, starts, ends) for day in days]
        rank = 0
        for one in wished:
            evenings = _evenings(slots, one, around, hall, at)
            evenings = _beside(evenings, days, [day for _wish, _topic, day in asked[code]])
            waited = max((first - one.line.wished_on).days, 0)
            parts = waiting[one]
            now_parts = parts[: weeks[-1] + 1]
            for part in now_parts or [0]:
                topic = part_topic(parts_wished(one.line.topic)[0], part) if part else one.line.topic
                wishes.append(
                    RotaWish(
                        f"{one.line.public_id}.{part}" if part else one.line.public_id,
                        number,
                        topic,
                        worth_by_rank(rank) + _A_DAY_WAITED * min(waited, MOST_WAITED),
                        _between(evenings, days, part, one, asked[code]) if part else evenings,
                        venue.resource.id if venue and venue.holds_slots else None,
                        waited,
                        one.line.public_id if part else "",
                    )
                )
                rows.append(
                    RotaRow(
                        one.line.public_id,
                        code,
                        one.village,
                        one.township,
                        topic,
                        categories.get(one.line.public_id, ""),
                        waited,
                        why="",
                        venue=choices.usual_venue,
                        expected=one.line.wanted_by,
                        part=part,
                        more=len(parts) - len(now_parts) if part and part == now_parts[-1] else 0,
                    )
                )
                rank += 1
    topics = {one.topic for one in wishes}
    teachers = _teachers(
        db, tuple(people.values()), topics, days, weeks, starts=starts, ends=ends, at=at, beside=beside
    )
    return RotaGround(RotaTask(weeks, tuple(villages), tuple(wishes), teachers), tuple(rows), days)


def _categories(wished: Sequence[RegionWish]) -> dict[str, str]:
    """The category of each wish, by public id: its own, else that of the first of the same topic that says one."""
    found: dict[str, str] = {}
    for cluster in same_topics([one.line.topic for one in wished]):
        ones = [wished[place].line for place in cluster]
        said = next((one.category for one in ones if one.category), None)
        found |= {one.public_id: mine for one in ones if (mine := one.category or said)}
    return found


def _evenings(
    slots: Sequence[Slot], one: RegionWish, around: Surroundings, hall: Sequence[Slot], at: Moment
) -> RotaEvenings:
    """What speaks against each day for this wish, by what a coordinator reads who chooses a day, and what closes it."""
    around = replace(around, title=one.line.topic)
    closed, against = {}, []
    for number, slot in enumerate(slots):
        against.append(_POINT * burden(slot, advise(slot, around, today=at.day)))
        if not _suits(slot, one, around):
            closed[number] = "not_wished"
        elif any(slot.overlaps(taken) for taken in hall):
            closed[number] = "hall"
        elif any(there.day == slot.day for there in around.here):
            closed[number] = "class"
    return RotaEvenings(tuple(against), closed)


def _beside(evenings: RotaEvenings, days: Sequence[date], asked: Sequence[date]) -> RotaEvenings:
    """Closed too are the evenings that are in the week of what the village is asked already, or too near to it."""
    near = {
        number: "asked"
        for number, day in enumerate(days)
        for one in asked
        if abs((one - day).days) < APART_DAYS or monday_of(one) == monday_of(day)
    }
    return RotaEvenings(evenings.against, near | dict(evenings.closed))


def _between(
    evenings: RotaEvenings,
    days: Sequence[date],
    part: int,
    wish: RegionWish,
    asked: Sequence[tuple[str | None, str, date]],
) -> RotaEvenings:
    """Closed too are the evenings that are not between the parts that somebody is asked for."""
    about, parts = parts_wished(wish.line.topic)
    when = {topic: day for of, topic, day in asked if of == wish.line.public_id}
    before = [day for one in range(1, part) if (day := when.get(part_topic(about, one)))]
    after = [day for one in range(part + 1, parts + 1) if (day := when.get(part_topic(about, one)))]
    outside = {
        number: "order"
        for number, day in enumerate(days)
        if any(day <= one for one in before) or any(day >= one for one in after)
    }
    return RotaEvenings(evenings.against, outside | dict(evenings.closed)) if outside else evenings


def _suits(slot: Slot, one: RegionWish, around: Surroundings) -> bool:
    line = one.line
    if line.months and slot.day.month not in line.months:
        return False
    part = _TO_MEET[0 if slot.starts < 12 * 60 else 1 if slot.starts < 17 * 60 else 2]
    if (parts := set(line.times) & set(_TO_MEET)) and part not in parts:
        return False
    days = set(line.times) - set(_TO_MEET)
    on_day = ("weekend" in days and slot.day.weekday() >= 5) or (
        "market" in days and around.markets.on(slot.day)
    )
    return not days or on_day


def _teachers(
    db: Session,
    people: Sequence[TeacherChoice],
    topics: Collection[str],
    days: Sequence[date],
    weeks: Sequence[int],
    *,
    starts: int,
    ends: int,
    at: Moment,
    beside: Mapping[str, Sequence[date]],
) -> tuple[RotaTeacher, ...]:
    """Who could be sent. A day on which somebody teaches already, or is asked or planned to, is none of theirs."""
    if not people:
        return ()
    resources = {one.resource: one for one in people}
    taken: dict[int, list[date]] = defaultdict(list)
    for holding in holdings(db, set(resources), _whole_weeks(days), for_village=""):
        taken[holding.resource.id].append(holding.slot.day)
    asked = select(Dispatch.teacher_id, Dispatch.day).where(is_waiting(at))
    for teacher, day in db.execute(asked):
        taken[teacher].append(day)
    closed = closed_times(db, resources, days[0], days[-1])
    homes = positions_of(db, {one.region_code for one in people})
    names = told_apart(people)
    found = []
    for resource, one in resources.items():
        taken[resource.id] += beside.get(one.public_id, ())
        away = {*taken[resource.id]}
        free = frozenset(
            number
            for number, day in enumerate(days)
            if day not in away
            and not any(time.covers(Slot(day, starts, ends)) for time in closed.get(resource, ()))
        )
        by_week = Counter(_week(day, days) for day in taken[resource.id])
        most = 7 if one.weekly_limit is None else one.weekly_limit
        found.append(
            RotaTeacher(
                one.public_id,
                names[one.public_id],
                frozenset(topic for topic in topics if teaches(topic, one.specialities)),
                free,
                tuple(max(most - by_week[week], 0) for week in range(max(weeks) + 1)),
                _served(one.region_code),
                homes.get(one.region_code),
                township_of(one.region_code),
            )
        )
    return tuple(found)


def _served(region: str) -> frozenset[str]:
    """Who is kept at a village or a township goes there alone; whoever is kept above goes to all of them."""
    return frozenset({region} if level_of(region) in (Level.VILLAGE, Level.TOWNSHIP) else ())


def _whole_weeks(days: Sequence[date]) -> list[date]:
    monday, sunday = monday_of(days[0]), days[-1] + timedelta(6 - days[-1].weekday())
    return [monday + timedelta(number) for number in range((sunday - monday).days + 1)]


def _week(day: date, days: Sequence[date]) -> int:
    return (day - days[0] + timedelta(days=days[0].weekday())).days // 7
