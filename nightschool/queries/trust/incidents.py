"""After something has happened: whether the school is only looked at now, and whose data somebody had in hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region, Supporter, Venue
from nightschool.models.trust import Account, AuditEvent, FrozenTime, Posting
from nightschool.queries.scope import inside

# Whose data stands in these tables, and what they are called there; of a venue it is who has the key.
_PEOPLE: Mapping[str, Any] = {"learner": Learner, "teacher": Teacher, "venue": Venue, "supporter": Supporter}


@dataclass(frozen=True, slots=True)
class TouchedPerson:
    """Somebody did something with one person's data. `name` is empty of who is not there any more."""

    at: datetime
    place: str
    who: str  # did it; empty: the server itself
    action: str
    details: Mapping[str, Any]
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class OpenRoster:
    """A place where an account could read the lists of people, whether or not it did."""

    code: str
    name: str
    people: int


def is_frozen(db: Session) -> bool:
    """True while the school is only looked at. Cost: one look into a table of a few rows."""
    return db.scalar(select(FrozenTime.id).where(FrozenTime.thawed_at.is_(None)).limit(1)) is not None


def touched_people(
    db: Session, *, since: datetime, until: datetime, account_id: int | None = None
) -> tuple[TouchedPerson, ...]:
    """Every line of the trail about one person from an instant to another, of this account or of all, in order.

    Looking at a list is not on the trail: see `open_rosters`. Cost: 1 query for each kind of person.
    """
    found = []
    by = aliased(Account, name="by")
    for kind, model in _PEOPLE.items():
        statement = (
            select(
                AuditEvent.at,
                func.coalesce(Region.name, ""),
                func.coalesce(by.display_name, ""),
                AuditEvent.action,
                AuditEvent.details,
                literal(kind),
                func.coalesce(model.name, ""),
            )
            .outerjoin(model, AuditEvent.record == literal(f"{kind} ") + cast(model.id, String))
            .outerjoin(by, by.id == AuditEvent.account_id)
            .outerjoin(Region, Region.code == AuditEvent.region_code)
            .where(AuditEvent.record.startswith(f"{kind} "), AuditEvent.at >= since, AuditEvent.at < until)
        )
        if account_id is not None:
            statement = statement.where(AuditEvent.account_id == account_id)
        found += [TouchedPerson(*row) for row in db.execute(statement)]
    return tuple(sorted(found, key=lambda one: one.at))


def open_rosters(db: Session, account_id: int, *, since: datetime, until: datetime) -> tuple[OpenRoster, ...]:
    """Where the account was posted in that time, and how many learners stand there. Cost: 1 query and 1 a place."""
    posted = db.execute(
        select(Region.code, Region.name)
        .join(Posting, Posting.region_code == Region.code)
        .where(
            Posting.account_id == account_id,
            Posting.from_day <= until.date(),
            or_(Posting.to_day.is_(None), Posting.to_day >= since.date()),
        )
        .distinct()
        .order_by(Region.code)
    ).all()
    return tuple(
        OpenRoster(
            code,
            name,
            db.scalar(select(func.count()).select_from(Learner).where(inside(Learner.region_code, code)))
            or 0,
        )
        for code, name in posted
    )
