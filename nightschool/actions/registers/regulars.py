"""A guest who keeps coming becomes a learner, with the visits of before."""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.people.people import add_learner
from nightschool.actions.registers.attendance import record_sheet
from nightschool.errors import Refused
from nightschool.models.teaching import ClassSession
from nightschool.queries.registers.attendance import register_version
from nightschool.queries.registers.regulars import visits_of
from nightschool.queries.registers.waiting import standing_sheet
from nightschool.rules.access import Actor, require
from nightschool.rules.names import compared
from nightschool.rules.people.people import LearnerEntry
from nightschool.rules.registers.attendance import PRESENT, WrittenGuest
from nightschool.rules.slots import Now


def take_regular(
    db: Session,
    *,
    village: str,
    guest: WrittenGuest,
    group_name: str,
    reason: str,
    device: str,
    by: Actor,
    now: Now,
) -> str:
    """The guest is a learner of the village since their first visit, and was there each time; the public id comes back.

    The registers of those classes say the learner instead of the guest, for this reason, and keep what they said.
    Raises: VillageEnded; Refused with `no_visits`, or as `add_learner` does. Cost: some twenty statements a visit.
    """
    require(by, "keep_register", village)
    visits = visits_of(db, village, guest, today=now.day).visits
    if not visits:
        raise Refused("no_visits", name=guest.name)
    entry = LearnerEntry(guest.name, group_name, came_on=visits[0].day)
    learner = add_learner(db, village=village, entry=entry, by=by, now=now)
    for visit in visits:
        _was_there(db, visit.class_session, guest, learner, reason, device, by, now)
    return learner


def _was_there(
    db: Session,
    class_session: str,
    guest: WrittenGuest,
    learner: str,
    reason: str,
    device: str,
    by: Actor,
    now: Now,
) -> None:
    held = db.scalar(select(ClassSession.id).where(ClassSession.public_id == class_session)) or 0
    standing = standing_sheet(db, held)
    assert standing is not None, "a guest stands in a register"
    sheet = standing[1]
    record_sheet(
        db,
        class_session=class_session,
        sheet=replace(
            sheet,
            marks={**sheet.marks, learner: PRESENT},
            guests=tuple(one for one in sheet.guests if not _is_same(one, guest)),
        ),
        submission_id=uuid4(),
        device=device,
        taken_at=now.instant,
        based_on=register_version(db, held),
        reason=reason,
        by=by,
        now=now,
    )


def _is_same(one: WrittenGuest, other: WrittenGuest) -> bool:
    return (compared(one.name), compared(one.home)) == (compared(other.name), compared(other.home))
