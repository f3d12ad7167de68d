"""Inspections: which classes lie within reach of a place, what was drawn of them, and what was found there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.calendars import RegionPosition
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import Inspection, InspectionVisit
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import locality
from nightschool.queries.shared_venues import MEETS_IN, venue_name
from nightschool.rules.courses.advice import AFTER_WORK
from nightschool.rules.oversight.inspections import Share, share_found
from nightschool.rules.places.travel import way_between
from nightschool.rules.places.venues import ONLINE
from nightschool.rules.regions import Level, is_inside, township_of
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment, Slot

_MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class WithinReach:
    """The classes that could be drawn, by public id, as rows; and how far anybody knows where villages lie."""

    classes: Mapping[str, Any]
    by_township: bool
    unplaced: int  # villages left out, for nobody knows where they lie


@dataclass(frozen=True, slots=True)
class VisitLine:
    """A class that was drawn, how it stands now, and what was found."""

    public_id: str
    region_code: str
    village: str
    township: str
    title: str
    slot: Slot  # as it was drawn
    venue: str
    contact_name: str
    contact_phone: str
    status: str
    called_off: str  # why it does not take place by now, code
    called_off_text: str
    outcome: str | None
    reason: str | None
    reason_text: str
    noted_at: datetime | None
    office: str


@dataclass(frozen=True, slots=True)
class InspectionPage:
    """A draw with its classes, and what they come to."""

    public_id: str
    region_code: str
    region: str
    place: str
    minutes: int
    first_day: date
    last_day: date
    seed: str
    frame: tuple[str, ...]
    by_township: bool
    unplaced: int
    made_at: datetime
    visits: tuple[VisitLine, ...]

    @property
    def share(self) -> Share:
        """What was noted so far."""
        return share_found([one.outcome for one in self.visits], len(self.frame))


@dataclass(frozen=True, slots=True)
class DrawLine:
    """A draw in a list."""

    public_id: str
    place: str
    minutes: int
    first_day: date
    last_day: date
    drawn: int
    noted: int


def within_reach(
    db: Session, region: str, place: str, minutes: int, first: date, last: date, *, at: Moment
) -> WithinReach:
    """The public classes of these evenings, after work, in villages of the region within so many minutes of a place.

    Of a village that nobody knows the position of, those in the township of the place count; where that of the place
    is not known, its township does, or of a county all of it. Cost: 2 queries.
    """
    here = locality(db, place)
    rows = db.execute(
        select(
            ClassSession.public_id,
            ClassSession.id,
            ClassSession.region_code,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            RegionPosition.latitude,
            RegionPosition.longitude,
        )
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(RegionPosition, RegionPosition.region_code == MEETS_IN)
        .where(
            inside(ClassSession.region_code, region),
            ClassSession.day.between(first, last),
            ClassSession.starts >= AFTER_WORK,
            ClassSession.status == SessionStatus.SCHEDULED.value,
            ClassSession.published_at.is_not(None),
            or_(ClassSession.day > at.day, ClassSession.starts > at.minutes),
            func.coalesce(Venue.kind, "") != ONLINE,
        )
    ).all()
    knows = here.position is not None and not here.position.stands_for
    around = township_of(place) or place
    found, left_out = {}, set()
    for row in rows:
        there = None if row.latitude is None else Position(row.latitude, row.longitude)
        way = way_between(here.position, there, here.kmh) if knows else None
        is_near = way.minutes <= minutes if way else is_inside(row.region_code, around)
        if is_near:
            found[row.public_id] = row
        elif way is None and knows:
            left_out.add(row.region_code)
    return WithinReach(found, not knows, len(left_out))


def places_to_set_out_from(db: Session, region: str) -> dict[str, str]:
    """The region, what lies right below it, and every village that has a night school, by code. Cost: 2 queries."""
    named = select(Region.code, Region.name).where(inside(Region.code, region))
    above = db.execute(named.where(Region.level < Level.VILLAGE).order_by(Region.code))
    schools = named.join(NightSchool, NightSchool.region_code == Region.code).order_by(Region.code)
    return {row.code: row.name for row in (*above, *db.execute(schools))}


def draws_of(db: Session, region: str) -> tuple[DrawLine, ...]:
    """What this office drew, the latest first. Cost: 1 query."""
    rows = db.execute(
        select(
            Inspection.public_id,
            Region.name.label("place"),
            Inspection.minutes,
            Inspection.first_day,
            Inspection.last_day,
            func.count(InspectionVisit.id).label("drawn"),
            func.count(InspectionVisit.outcome).label("noted"),
        )
        .join(Region, Region.code == Inspection.place_code)
        .join(InspectionVisit, InspectionVisit.inspection_id == Inspection.id)
        .where(Inspection.region_code == region)
        .group_by(
            Inspection.id,
            Inspection.public_id,
            Region.name,
            Inspection.minutes,
            Inspection.first_day,
            Inspection.last_day,
        )
        .order_by(Inspection.id.desc())
        .limit(_MOST_SHOWN)
    )
    return tuple(shaped(DrawLine, row) for row in rows)


def inspection_page(db: Session, public_id: str) -> InspectionPage | None:
    """One draw; None when there is no such. Cost: 2 queries."""
    place = aliased(Region, name="place")
    row = db.execute(
        select(
            *(
                getattr(Inspection, name)
                for name in ("public_id", "region_code", "minutes", "first_day", "last_day", "seed", "frame")
            ),
            Inspection.by_township,
            Inspection.unplaced,
            Inspection.made_at,
            Region.name.label("region"),
            place.name.label("place"),
        )
        .join(Region, Region.code == Inspection.region_code)
        .join(place, place.code == Inspection.place_code)
        .where(Inspection.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    visits = _visits(db, Inspection.public_id == public_id)
    return shaped(InspectionPage, row, frame=tuple(row.frame), visits=visits)


def visits_to(db: Session, village: str) -> tuple[VisitLine, ...]:
    """What was noted at classes of this village, the latest first; never what is drawn and not noted. Cost: 1 query."""
    noted = _visits(db, (InspectionVisit.region_code == village) & InspectionVisit.outcome.is_not(None))
    return noted[::-1]


def _visits(db: Session, which: ColumnElement[bool]) -> tuple[VisitLine, ...]:
    township, office = aliased(Region, name="township"), aliased(Region, name="office")
    rows = db.execute(
        select(
            *(
                getattr(InspectionVisit, name)
                for name in ("public_id", "region_code", "day", "starts", "ends", "outcome", "reason")
            ),
            InspectionVisit.reason_text,
            InspectionVisit.noted_at,
            Region.name.label("village"),
            func.coalesce(township.name, "").label("township"),
            ClassSession.title,
            ClassSession.status,
            func.coalesce(ClassSession.reason, "").label("called_off"),
            ClassSession.reason_text.label("called_off_text"),
            func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
            func.coalesce(NightSchool.contact_name, "").label("contact_name"),
            func.coalesce(NightSchool.contact_phone, "").label("contact_phone"),
            office.name.label("office"),
        )
        .join(Inspection, Inspection.id == InspectionVisit.inspection_id)
        .join(office, office.code == Inspection.region_code)
        .join(ClassSession, ClassSession.id == InspectionVisit.class_session_id)
        .join(Region, Region.code == InspectionVisit.region_code)
        .outerjoin(township, township.code == Region.parent_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(NightSchool, NightSchool.region_code == InspectionVisit.region_code)
        .where(which)
        .order_by(InspectionVisit.day, InspectionVisit.starts, InspectionVisit.id)
    )
    return tuple(shaped(VisitLine, row, slot=Slot(row.day, row.starts, row.ends)) for row in rows)
