"""Guests who keep coming: walk-ins written down by name at several classes of a village."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Guest
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.names import compared
from nightschool.rules.registers.attendance import WrittenGuest
from nightschool.rules.registers.regulars import LOOKED_BACK_DAYS, is_regular


@dataclass(frozen=True, slots=True)
class GuestVisit:
    """One class session to which the guest came."""

    class_session: str
    day: date


@dataclass(frozen=True, slots=True)
class Regular:
    """A guest by name and home, with the class sessions they came to, the first first."""

    name: str
    home: str
    visits: tuple[GuestVisit, ...]


_VISITS = (
    select(Guest.name, Guest.home, ClassSession.public_id, ClassSession.day)
    .join(ClassSession, ClassSession.id == Guest.class_session_id)
    .where(
        ClassSession.region_code == bindparam("village"),
        ClassSession.status == SessionStatus.HELD,
        ClassSession.day >= bindparam("since"),
        Guest.superseded_by.is_(None),
    )
    .order_by(ClassSession.day, ClassSession.starts, Guest.id)
)


def visits_of(db: Session, village: str, guest: WrittenGuest, *, today: date) -> Regular:
    """The class sessions of this village to which the guest came of late. Cost: 1 query."""
    return _regulars(db, village, [guest], today)[0]


def regulars(
    db: Session, village: str, guests: Iterable[WrittenGuest], *, today: date
) -> tuple[Regular, ...]:
    """Those of the guests who keep coming. Cost: 1 query, none without guests."""
    named = list(dict.fromkeys(guests))
    found = _regulars(db, village, named, today) if named else []
    return tuple(one for one in found if is_regular(len(one.visits)))


def _regulars(db: Session, village: str, guests: list[WrittenGuest], today: date) -> list[Regular]:
    visits: dict[tuple[str, str], dict[str, GuestVisit]] = defaultdict(dict)
    since = today - timedelta(days=LOOKED_BACK_DAYS)
    for name, home, class_session, day in db.execute(_VISITS, {"village": village, "since": since}):
        visits[compared(name), compared(home)][class_session] = GuestVisit(class_session, day)
    return [
        Regular(one.name, one.home, tuple(visits[compared(one.name), compared(one.home)].values()))
        for one in guests
    ]
