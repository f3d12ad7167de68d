"""Whom a village could be sent: every teacher it may call on, with what to know before one is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.planning import Dispatch
from nightschool.models.teaching import ClassSession
from nightschool.queries.courses.bookings import busy
from nightschool.queries.courses.closed_times import closed_times
from nightschool.queries.dispatch.dispatches import engagements
from nightschool.queries.offers import is_waiting
from nightschool.queries.phones import masked
from nightschool.queries.seasons.localities import Locality
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.dispatch.candidates import free_days, teaches
from nightschool.rules.dispatch.dispatches import Engagement
from nightschool.rules.names import finder
from nightschool.rules.places.travel import Journey, way_between
from nightschool.rules.regions import ancestors_of
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment, Slot

_MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """One teacher who could be sent. `free`: the first days on which nothing stands against it."""

    public_id: str
    name: str
    unit: str
    kind: str
    specialities: str
    languages: str
    region: str  # where they are kept, and start from
    way: Journey | None  # from there
    weekly_limit: int | None
    engagements: tuple[Engagement, ...]  # in these weeks
    masked_phone: str
    asked: tuple[Slot, ...]  # what they are asked, wherever, and have not all answered yet
    free: tuple[Slot, ...]
    teaches: bool
    home: Position | None = None  # where they start from, where that is known

    @property
    def nearest(self) -> Engagement | None:
        """The class that brings them nearest to the village; None where no way is known."""
        known = [one for one in self.engagements if one.way is not None]
        return min(known, key=lambda one: one.way.km if one.way else 0.0, default=None)

    @property
    def km(self) -> float:
        """How far they are at the nearest; without end where nobody knows."""
        ways = (self.way, self.nearest.way if self.nearest else None)
        return min((way.km for way in ways if way is not None), default=float("inf"))


def candidates(
    db: Session,
    here: Locality,
    *,
    days: Sequence[date],
    starts: int,
    ends: int,
    topic: str,
    venue: int | None = None,
    named: str = "",
    but_session: str = "",
    at: Moment,
) -> tuple[Candidate, ...]:
    """The teachers a village may call on, those first who teach this, are free, and are near.

    `named`: only those whose name, unit or subject answers to it. `but_session`: a class of the village for which
    somebody is looked for, which itself stands against nobody. Cost: at most 6 queries, however many teachers.
    """
    rows = db.execute(
        select(
            Teacher.id,
            Teacher.public_id,
            Teacher.name,
            Teacher.name_key,
            Teacher.search_keys,
            Teacher.unit,
            Teacher.kind,
            Teacher.specialities,
            Teacher.languages,
            Teacher.weekly_limit,
            Teacher.region_code,
            Teacher.phone,
            Region.name.label("region"),
            RegionPosition.latitude,
            RegionPosition.longitude,
        )
        .join(Region, Region.code == Teacher.region_code)
        .outerjoin(RegionPosition, RegionPosition.region_code == Teacher.region_code)
        .where(Teacher.region_code.in_((here.code, *ancestors_of(here.code))), Teacher.retired_at.is_(None))
    ).all()
    fits = finder(named)
    rows = [one for one in rows if fits(f"{one.name}{one.unit}{one.specialities}", one.search_keys)]
    if not rows:
        return ()
    first, last = (days[0], days[-1]) if days else (at.day, at.day)
    slots = [Slot(day, starts, ends) for day in days]
    teachers = {one.id: Resource(ResourceKind.TEACHER, one.id) for one in rows}
    does = engagements(db, teachers, here, first, last)
    closed = closed_times(db, teachers.values(), first, last)
    asked = _asked(db, at)
    village = _taken(db, here.code, venue, days, but_session)
    found = []
    for one in rows:
        there = None if one.latitude is None else Position(one.latitude, one.longitude)
        is_there = one.region_code == (here.hall_in or here.code)
        own = does.get(one.id, ())
        waiting = asked.get(one.id, ())
        free = free_days(
            slots,
            engagements=(*own, *(Engagement(slot, "", None) for slot in waiting)),
            closed=closed.get(teachers[one.id], ()),
            village=village,
            weekly_limit=one.weekly_limit,
        )
        candidate = Candidate(
            one.public_id,
            one.name,
            one.unit,
            one.kind,
            one.specialities,
            one.languages,
            one.region,
            Journey(0, here.kmh) if is_there else way_between(there, here.position, here.kmh),
            one.weekly_limit,
            own,
            masked(db, "teacher", one.public_id, one.phone),
            waiting,
            free,
            teaches(topic, one.specialities),
            there,
        )
        order = (not candidate.teaches, not free, candidate.km, len(own), one.name_key, one.id)
        found.append((order, candidate))
    return tuple(candidate for _order, candidate in sorted(found, key=lambda pair: pair[0])[:_MOST_SHOWN])


def _asked(db: Session, at: Moment) -> dict[int, tuple[Slot, ...]]:
    """What every teacher is asked and is still open. Cost: 1 query."""
    found: dict[int, tuple[Slot, ...]] = {}
    rows = db.execute(
        select(Dispatch.teacher_id, Dispatch.day, Dispatch.starts, Dispatch.ends)
        .where(is_waiting(at))
        .order_by(Dispatch.day, Dispatch.starts)
    )
    for teacher, day, starts, ends in rows:
        found[teacher] = (*found.get(teacher, ()), Slot(day, starts, ends))
    return found


def _taken(
    db: Session, village: str, venue: int | None, days: Sequence[date], but_session: str
) -> list[Slot]:
    """When the village has a class already, or the venue is booked or closed. Cost: at most 3 queries."""
    if not days:
        return []
    rows = db.execute(
        select(ClassSession.day, ClassSession.starts, ClassSession.ends).where(
            ClassSession.region_code == village,
            ClassSession.public_id != but_session,
            ClassSession.day.between(days[0], days[-1]),
            ClassSession.status.in_(HOLDING),
        )
    )
    taken = [Slot(*row) for row in rows]
    if venue is not None:
        place = Resource(ResourceKind.VENUE, venue)
        taken += busy(db, [place], days)[place]
    return taken
