"""Dispatches: what a village or a teacher is asked and has not answered, and those of a region with their outcome."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import Dispatch, Wish
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course
from nightschool.queries.offers import is_waiting
from nightschool.queries.people.teacher_links import Opened
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import Locality, locality, positions_of
from nightschool.queries.shared_venues import MEETS_IN, venue_name
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.dispatch.dispatches import (
    DispatchStatus,
    Engagement,
    decline_word,
    tell_dispatch,
)
from nightschool.rules.dispatch.trips import Leg
from nightschool.rules.places.travel import Journey, way_between
from nightschool.rules.places.venues import ONLINE
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment, Slot

_SETTLED_SHOWN = timedelta(days=14)
_MOST_SHOWN = 200
_PERSON = aliased(Teacher, name="person")
_TOWNSHIP = aliased(Region, name="township")
_OFFICE = aliased(Region, name="office")


@dataclass(frozen=True, slots=True)
class DispatchLine:
    """One offer. The teacher is who they are today, where two records were put together."""

    public_id: str
    region_code: str
    village: str
    township: str
    topic: str
    category: str
    expected: int | None
    slot: Slot
    venue: str
    meets_in: str  # the code of the village that the way goes to, whose hall it is
    note: str
    teacher: str
    teacher_name: str
    unit: str
    office_code: str
    office: str
    offered_at: datetime
    status: DispatchStatus
    village_says_yes: bool
    teacher_says_yes: bool
    declined_by: str | None
    why: str
    wish: str  # public id; empty: none
    course: str
    class_session: str
    trip: str  # empty: none
    contact_name: str
    contact_phone: str
    is_past: bool

    @property
    def is_open(self) -> bool:
        """True while it can be answered."""
        return self.status is DispatchStatus.OFFERED and not self.is_past

    @property
    def told(self) -> str:
        """Where it stands, in one sentence."""
        return tell_dispatch(
            self.status,
            village=self.village_says_yes,
            teacher=self.teacher_says_yes,
            is_past=self.is_past,
            who=self.declined_by,
            why=self.why,
        )


def asked_of_village(db: Session, village: str, *, at: Moment) -> tuple[DispatchLine, ...]:
    """What a village is asked, the soonest first; what it asks a teacher itself is not among it. Cost: 1 query."""
    own = (Dispatch.region_code == village, Dispatch.class_session_id.is_(None), is_waiting(at))
    return _read(db, _lines().where(*own), at)


def offers_in_region(db: Session, region: str, *, at: Moment) -> tuple[DispatchLine, ...]:
    """What was offered in a region and is still open, or was settled lately; the soonest first. Cost: 1 query."""
    lately = at.day - _SETTLED_SHOWN
    which = (
        inside(Dispatch.region_code, region),
        Dispatch.class_session_id.is_(None),
        or_(is_waiting(at), Dispatch.day >= lately),
    )
    return _read(db, _lines().where(*which).limit(_MOST_SHOWN), at)


def asked_of_teacher(db: Session, found: Opened, *, at: Moment) -> tuple[DispatchLine, ...]:
    """What a teacher is asked in the villages that their address is about, the soonest first. Cost: 1 query."""
    theirs = (
        _PERSON.id == found.teacher_id,
        inside(Dispatch.region_code, found.region_code),
        is_waiting(at),
    )
    return _read(db, _lines().where(*theirs), at)


def asked_for_session(db: Session, class_session: str, *, at: Moment) -> tuple[DispatchLine, ...]:
    """Whom a village has asked to stand in at one of its classes, and what they said. Cost: 1 query."""
    return _read(db, _lines().where(ClassSession.public_id == class_session), at)


@dataclass(frozen=True, slots=True)
class TripLeg:
    """One village of a trip, and the way there from the one before; None: the first of a day, or nobody knows it."""

    line: DispatchLine
    way: Journey | None
    day_begins: int  # the trip, on that day, as it was offered first
    at: Moment

    @property
    def leg(self) -> Leg:
        """As the rules of trips look at it; by telephone nobody is asked again once a village has said yes."""
        is_agreed = not self.line.is_open or self.line.village_says_yes
        return Leg(self.line.village, self.line.slot, self.way, is_agreed, self.day_begins)


def trip(db: Session, public_id: str, *, at: Moment) -> tuple[TripLeg, ...] | None:
    """The trip that this offer belongs to, in the order of its times; by itself it is one. What came to nothing is out.

    None when there is no such offer. Cost: 5 queries.
    """
    own = dispatch(db, public_id, at=at)
    if own is None:
        return None
    goes_on = Dispatch.status.in_((DispatchStatus.OFFERED, DispatchStatus.SCHEDULED))
    together = _read(db, _lines().where(Dispatch.trip == own.trip, goes_on), at) if own.trip else ()
    lines = together or (own,)
    here = locality(db, lines[0].region_code)
    lies = positions_of(db, {each.meets_in for each in lines})
    positions = [lies.get(each.meets_in) for each in lines]
    days = select(Dispatch.day, func.min(Dispatch.starts)).where(Dispatch.trip == own.trip)
    begins = dict(db.execute(days.group_by(Dispatch.day)).all()) if own.trip else {}
    legs = []
    for place, line in enumerate(lines):
        goes_on_there = place and lines[place - 1].slot.day == line.slot.day
        way = way_between(positions[place - 1], positions[place], here.kmh) if goes_on_there else None
        legs.append(TripLeg(line, way, begins.get(line.slot.day, line.slot.starts), at))
    return tuple(legs)


def dispatch(db: Session, public_id: str, *, at: Moment) -> DispatchLine | None:
    """One offer; None when there is no such. Cost: 1 query."""
    return next(iter(_read(db, _lines().where(Dispatch.public_id == public_id), at)), None)


def engagements(
    db: Session, teachers: Collection[int], here: Locality, first: date, last: date
) -> dict[int, tuple[Engagement, ...]]:
    """What each of these teachers (ids) does between two days, drafts too, with the way to here; in its order.

    Cost: 1 query.
    """
    found: dict[int, list[Engagement]] = defaultdict(list)
    rows = db.execute(
        select(
            ClassSessionTeacher.teacher_id,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            MEETS_IN.label("meets_in"),
            Region.name.label("village"),
            RegionPosition.latitude,
            RegionPosition.longitude,
            Venue.kind,
        )
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .join(Region, Region.code == ClassSession.region_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(RegionPosition, RegionPosition.region_code == MEETS_IN)
        .where(
            ClassSessionTeacher.teacher_id.in_(teachers),
            ClassSession.day.between(first, last),
            ClassSession.status.in_(HOLDING),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )
    for row in rows:
        there = None if row.latitude is None else Position(row.latitude, row.longitude)
        found[row.teacher_id].append(
            Engagement(
                Slot(row.day, row.starts, row.ends),
                row.village,
                way_between(there, here.position, here.kmh),
                is_here=row.meets_in == (here.hall_in or here.code) or row.kind == ONLINE,
            )
        )
    return {teacher: tuple(ones) for teacher, ones in found.items()}


def _read(db: Session, statement: Select[*tuple[Any, ...]], at: Moment) -> tuple[DispatchLine, ...]:
    return tuple(_line(row, at) for row in db.execute(statement))


def _line(row: Any, at: Moment) -> DispatchLine:
    slot = Slot(row.day, row.starts, row.ends)
    return shaped(
        DispatchLine,
        row,
        slot=slot,
        status=DispatchStatus(row.status),
        village_says_yes=row.village_yes_at is not None,
        teacher_says_yes=row.teacher_yes_at is not None,
        why=decline_word(row.reason, row.reason_text),
        is_past=slot.begins <= at,
    )


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Dispatch.public_id,
            Dispatch.region_code,
            Region.name.label("village"),
            func.coalesce(_TOWNSHIP.name, "").label("township"),
            Dispatch.topic,
            Dispatch.category_code.label("category"),
            Dispatch.expected,
            Dispatch.day,
            Dispatch.starts,
            Dispatch.ends,
            func.coalesce(venue_name(Dispatch.region_code), "").label("venue"),
            func.coalesce(Venue.region_code, Dispatch.region_code).label("meets_in"),
            Dispatch.note,
            _PERSON.public_id.label("teacher"),
            _PERSON.name.label("teacher_name"),
            _PERSON.unit,
            Dispatch.office_code,
            _OFFICE.name.label("office"),
            Dispatch.offered_at,
            Dispatch.status,
            Dispatch.village_yes_at,
            Dispatch.teacher_yes_at,
            Dispatch.declined_by,
            Dispatch.reason,
            Dispatch.reason_text,
            func.coalesce(Wish.public_id, "").label("wish"),
            func.coalesce(Course.public_id, "").label("course"),
            func.coalesce(ClassSession.public_id, "").label("class_session"),
            func.coalesce(Dispatch.trip, "").label("trip"),
            func.coalesce(NightSchool.contact_name, "").label("contact_name"),
            func.coalesce(NightSchool.contact_phone, "").label("contact_phone"),
        )
        .join(Region, Region.code == Dispatch.region_code)
        .outerjoin(_TOWNSHIP, _TOWNSHIP.code == Region.parent_code)
        .join(_OFFICE, _OFFICE.code == Dispatch.office_code)
        .join(Teacher, Teacher.id == Dispatch.teacher_id)
        .join(_PERSON, _PERSON.id == func.coalesce(Teacher.merged_into_id, Teacher.id))
        .outerjoin(Venue, Venue.id == Dispatch.venue_id)
        .outerjoin(Wish, Wish.id == Dispatch.wish_id)
        .outerjoin(Course, Course.id == Dispatch.course_id)
        .outerjoin(ClassSession, ClassSession.id == Dispatch.class_session_id)
        .outerjoin(NightSchool, NightSchool.region_code == Dispatch.region_code)
        .order_by(Dispatch.day, Dispatch.starts, Dispatch.id)
    )
