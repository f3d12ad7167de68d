"""Kinds of households (户类) are noted, put right and taken away by the coordinator; each look is on the trail.

The trail names the learner of whom somebody looked, but of what was noted only the row: who reads the trail, or the
database, does not learn of whom something is noted.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.base import new_public_id
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.queries.household_status import (
    KeptStatus,
    has_any,
    holder_of,
    status_sealed_for,
    statuses_of,
    write_status,
)
from nightschool.queries.places.region_settings import purpose_for
from nightschool.queries.scope import inside
from nightschool.rules.access import Actor
from nightschool.rules.people.household_status import Status, check_status
from nightschool.rules.slots import Now


def look_at_statuses(db: Session, *, learner: str, by: Actor, now: Now) -> tuple[KeptStatus, ...]:
    """What is noted of this learner; that somebody looked is on the trail, also where nothing is.

    Raises: NotFound where no region says for what kinds are noted.
    """
    found = _learner(db, learner, by)
    note(db, found, "learner.household_seen", by=by, now=now)
    return statuses_of(db, learner)


def note_status(db: Session, *, learner: str, status: Status, by: Actor, now: Now) -> None:
    """This is noted too. Raises: NotFound as `look_at_statuses`; Refused as `check_status`."""
    found = _learner(db, learner, by)
    check_status(status, [one.status for one in statuses_of(db, learner)], today=now.day)
    row = HouseholdStatus(public_id=new_public_id(), holder=holder_of(db, learner))
    _seal(db, row, status)
    db.add(row)
    db.flush()
    note(db, row, "learner.household_noted", by=by, now=now, region_code=found.region_code)


def change_status(
    db: Session, *, learner: str, kept: str, status: Status, version: int, by: Actor, now: Now
) -> None:
    """What was noted says this now. Raises: as `note_status`; StaleRecord."""
    found = _learner(db, learner, by)
    others = [one.status for one in statuses_of(db, learner) if one.public_id != kept]
    row = _row(db, learner, kept, version)
    check_status(status, others, today=now.day)
    _seal(db, row, status)
    db.flush()
    note(db, row, "learner.household_changed", by=by, now=now, region_code=found.region_code)


def take_status_away(db: Session, *, learner: str, kept: str, version: int, by: Actor, now: Now) -> None:
    """It was noted by mistake, and is there no more. Raises: NotFound, StaleRecord."""
    found = _learner(db, learner, by)
    row = _row(db, learner, kept, version)
    db.delete(row)
    db.flush()
    note(db, row, "learner.household_removed", by=by, now=now, region_code=found.region_code)


def forget_statuses(db: Session, region: str, *, confirmed: bool) -> None:
    """What was noted in the villages of this region that have no purpose any more is gone for good.

    Raises: Refused with `statuses_kept` where there is something, and it is not `confirmed` that it goes.
    Cost: a few microseconds a learner.
    """
    people = db.execute(
        select(Learner.public_id, Learner.region_code).where(inside(Learner.region_code, region))
    )
    where: dict[str, list[str]] = {}
    for public_id, village in people:
        where.setdefault(village, []).append(public_id)
    over = [one for village, those in where.items() if purpose_for(db, village) is None for one in those]
    held = has_any(db, over)
    if not held:
        return
    if not confirmed:
        raise Refused("statuses_kept", field="household_purpose")
    for one in held:
        for row in db.scalars(select(HouseholdStatus).where(HouseholdStatus.holder == holder_of(db, one))):
            db.delete(row)
    db.flush()


def _learner(db: Session, learner: str, by: Actor) -> Learner:
    """Locked, so that two who note something of one learner see each other."""
    found = locked_for(db, Learner, Learner.public_id == learner, verb="keep_people", by=by)
    if found.merged_into_id is not None or purpose_for(db, found.region_code) is None:
        raise NotFound
    return found


def _row(db: Session, learner: str, kept: str, version: int) -> HouseholdStatus:
    """One of this learner's, as it was seen."""
    if kept not in {one.public_id for one in statuses_of(db, learner)}:
        raise NotFound
    row = db.scalars(select(HouseholdStatus).where(HouseholdStatus.public_id == kept)).one()
    if row.version != version:
        raise StaleRecord("household_status", version, row.version)
    return row


def _seal(db: Session, row: HouseholdStatus, status: Status) -> None:
    row.sealed = db.info["sealer"].seal(
        write_status(status), about=status_sealed_for(row.holder, row.public_id)
    )
