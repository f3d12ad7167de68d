"""The night school of a village: what it calls itself, who runs it, whom villagers phone, and where it mostly meets."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.notices.feeds import show_otherwise, told_contact
from nightschool.actions.records import changed_fields, locked_as_seen, note
from nightschool.actions.touching import touch_villages
from nightschool.errors import Refused
from nightschool.models.places import NightSchool, Venue
from nightschool.models.teaching import ClassSession
from nightschool.queries.shared_venues import can_meet_at
from nightschool.rules.access import Actor
from nightschool.rules.places.checklist import TICKED
from nightschool.rules.places.schools import SchoolEntry
from nightschool.rules.slots import Now


def edit_school(db: Session, *, village: str, entry: SchoolEntry, version: int, by: Actor, now: Now) -> None:
    """The school's record says what the entry says, and so does the village's page.

    Raises: NotFound when the village has no school; StaleRecord when somebody saved it since this version; Refused
    with `unknown_venue` when the usual venue is not one that the village can meet at, `opens_later` when it is said
    to have opened on a day that is yet to come.
    """
    which = NightSchool.region_code == village
    found = locked_as_seen(db, NightSchool, which, version=version, by=by)
    if entry.opened_on and entry.opened_on > now.day:
        raise Refused("opens_later", field="opened_on")
    former = told_contact(found)
    found.opened_on = entry.opened_on or found.opened_on
    found.usual_venue_id = _venue_id(db, village, entry.usual_venue)
    found.institution_name = entry.institution_name or None
    found.principal = entry.principal
    found.contact_name = entry.contact_name
    found.contact_phone = entry.contact_phone
    found.households = entry.households
    ticked = {code: True for code in TICKED if code in entry.equipment}
    if ticked != {code: True for code, is_there in found.equipment.items() if is_there}:
        found.equipment = ticked
    fields = changed_fields(found)
    if not fields:
        return
    db.flush()
    if set(fields) - {"equipment", "households", "opened_on"}:  # which no public page shows
        touch_villages(db, [village], now=now)
    if told_contact(found) != former:
        show_otherwise(db, ClassSession.region_code == village, now=now)
    note(db, found, "school.edit", by=by, now=now, fields=fields)


def _venue_id(db: Session, village: str, venue: str) -> int | None:
    if not venue:
        return None
    found = db.scalar(
        select(Venue.id).where(Venue.public_id == venue, can_meet_at(village), Venue.retired_at.is_(None))
    )
    if found is None:
        raise Refused("unknown_venue", field="usual_venue")
    return found
