"""What who keeps a village tells who comes after: what is open, whom to phone, and which villagers to see."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.people.rosters import TeacherLine, village_teachers
from nightschool.queries.registers.attendance import RegisterPerson, register
from nightschool.queries.registers.missed import stayed_away
from nightschool.queries.registers.questions import QuestionLine, open_of_village
from nightschool.queries.registers.waiting import SheetWaiting, sheets_waiting
from nightschool.queries.trust.handovers import Estate, estate
from nightschool.queries.trust.trust import Device, devices_of
from nightschool.rules.slots import Now

_LAST_HELD = (
    select(ClassSession.public_id)
    .where(ClassSession.status == SessionStatus.HELD)
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ToKnow:
    """What who keeps a village tells who comes after, the names of villagers too; `missed` at its last class."""

    estate: Estate
    waiting: tuple[SheetWaiting, ...]
    questions: tuple[QuestionLine, ...]
    teachers: tuple[TeacherLine, ...]  # who have taught here, the last first
    missed: tuple[RegisterPerson, ...]
    phones: tuple[tuple[str, Device], ...]  # which keep registers without signal, each with whose it is


def to_know(db: Session, village: str, *, now: Now) -> ToKnow | None:
    """All of that; None when the village has no night school. Cost: 30 queries at most, 1 a coordinator."""
    found = estate(db, village, at=now.moment)
    if found is None:
        return None
    taught = [one for one in village_teachers(db, village) if one.last_taught is not None]
    last = db.scalar(_LAST_HELD.where(ClassSession.region_code == village))
    last_register = register(db, last) if last else None
    return ToKnow(
        estate=found,
        waiting=tuple(one for one in sheets_waiting(db, village) if one.settled_at is None),
        questions=open_of_village(db, village),
        teachers=tuple(sorted(taught, key=lambda one: one.last_taught or date.min, reverse=True)),
        missed=stayed_away(db, last_register) if last_register else (),
        phones=tuple(
            (one.display_name, device)
            for one in found.coordinators
            for device in devices_of(db, one.account, now=now)
            if device.pocket_at is not None
        ),
    )
