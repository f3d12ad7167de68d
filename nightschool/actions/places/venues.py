"""Venues: written down, put right, and whether two classes may share one kept true to what is booked."""

from datetime import date

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import hold_slots, slot_of
from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.revisions import in_feeds, shown_anew
from nightschool.actions.records import (
    changed_fields,
    fill,
    locked_as_seen,
    locked_for,
    note,
    reveal_phone,
)
from nightschool.actions.touching import touch_villages
from nightschool.errors import Refused
from nightschool.models.base import new_public_id
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Booking, ClassSession, SessionStatus
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.names import compared
from nightschool.rules.people.people import Namesake
from nightschool.rules.places.venues import PlannedHere, VenueEntry, check_unshared
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Moment, Now


def add_venue(db: Session, *, village: str, entry: VenueEntry, by: Actor, now: Now) -> str:
    """The venue is one of the village's; its public id comes back.

    Raises: VillageEnded; Refused with `name_missing` or `same_venue`.
    """
    require(by, "keep_venues", village)
    check_goes_on(db, [(village, now.day)])
    check_venue_name(db, village, entry.name)
    venue = Venue(public_id=new_public_id(), region_code=village)
    fill(db, venue, entry)
    db.add(venue)
    db.flush()
    note(db, venue, "venue.add", by=by, now=now)
    return venue.public_id


def edit_venue(db: Session, *, venue: str, entry: VenueEntry, version: int, by: Actor, now: Now) -> None:
    """The venue's record says what the entry says; what is booked in it from today on fits whether it may be shared.

    Raises: StaleRecord when somebody saved it since this version; Refused with `name_missing`, `same_venue`, or
    `still_shared` when it is no longer to be shared and sessions from today on overlap in it.
    """
    # Class sessions are locked first, as by whoever changes one of them.
    shown = in_feeds(db, _shown_otherwise(venue, entry), now=now)
    # Until the transaction ends nobody schedules by what it said before (see actions.courses.bookings).
    found = locked_as_seen(db, Venue, Venue.public_id == venue, version=version, by=by)
    check_venue_name(db, found.region_code, entry.name, but=venue)
    held_slots = found.holds_slots
    fill(db, found, entry)
    fields = changed_fields(found)
    if not fields:
        return
    if found.holds_slots and not held_slots:
        _hold(db, found, today=now.day)
    elif held_slots and not found.holds_slots:
        _release(db, found)
    db.flush()
    if {"name", "directions", "kind"} & set(fields):
        villages = select(ClassSession.region_code).where(ClassSession.venue_id == found.id).distinct()
        touch_villages(db, db.scalars(villages), now=now)
    shown_anew(db, shown, now=now)
    note(db, found, "venue.edit", by=by, now=now, fields=fields)


def reveal_venue_phone(db: Session, *, venue: str, by: Actor, now: Now) -> str:
    """The key holder's phone in full, empty when there is none; that it was looked up is on the trail."""
    found = locked_for(db, Venue, Venue.public_id == venue, verb="keep_venues", by=by)
    return reveal_phone(db, found, by=by, now=now)


def _shown_otherwise(venue: str, entry: VenueEntry) -> ColumnElement[bool]:
    """Class sessions at this venue, while it is not called, described and of a kind as in the entry."""
    others = or_(Venue.name != entry.name, Venue.directions != entry.directions, Venue.kind != entry.kind)
    return ClassSession.venue_id.in_(select(Venue.id).where(Venue.public_id == venue, others))


def check_venue_name(db: Session, village: str, name: str, *, but: str = "") -> None:
    """Raises Refused with `name_missing`, or `same_venue` when another than `but` of this village is called so."""
    if not name:
        raise Refused("name_missing", field="name")
    is_retired = Venue.retired_at.is_not(None).label("is_retired")
    known = select(Venue.public_id, Venue.name, Venue.version, is_retired)
    known = known.where(Venue.region_code == village, Venue.public_id != but).order_by(is_retired, Venue.id)
    if row := next((row for row in db.execute(known) if compared(row.name) == compared(name)), None):
        retired = Namesake(row.public_id, row.name, row.version, is_retired=True)
        raise Refused("same_venue", field="name", name=row.name, retired=retired if row.is_retired else None)


def _hold(db: Session, venue: Venue, *, today: date) -> None:
    """Every class session here from today on holds its slot; sessions past were right to share it."""
    db.flush()
    sessions = db.scalars(
        select(ClassSession)
        .where(ClassSession.venue_id == venue.id, ClassSession.day >= today, ClassSession.status.in_(HOLDING))
        .with_for_update()
    ).all()
    codes = {one.region_code for one in sessions}
    villages = dict(db.execute(select(Region.code, Region.name).where(Region.code.in_(codes))).all())

    def told(one: ClassSession) -> str:
        is_private = one.status == SessionStatus.DRAFT and one.region_code != venue.region_code
        return villages[one.region_code] if is_private else one.title

    planned = (PlannedHere(slot_of(one), told(one)) for one in sessions)
    check_unshared(planned, venue=venue.name)
    hold_slots(db, sessions, moment=Moment(today, 0), agreed=True)  # they stand already


def _release(db: Session, venue: Venue) -> None:
    """Nothing holds this place any more."""
    db.execute(
        delete(Booking).where(Booking.resource_kind == ResourceKind.VENUE, Booking.resource_id == venue.id)
    )
