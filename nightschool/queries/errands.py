"""Errands as their pages show them: how far one is, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.errands import Errand
from nightschool.models.places import Region
from nightschool.queries.records import shaped
from nightschool.rules.errands import GOING_ON, LEASE
from nightschool.rules.slots import Now


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """One errand without its content."""

    public_id: str
    kind: str
    region_code: str | None
    region: str | None  # its name
    asked: dict[str, Any]
    state: str
    steps_done: int
    steps_all: int
    made_at: datetime
    changed_at: datetime
    has_content: bool


def errand_line(db: Session, public_id: str) -> ErrandLine | None:
    """The errand of this name; None when there is no such. Cost: 1 query."""
    own = [getattr(Errand, name) for name in ErrandLine.__dataclass_fields__ if hasattr(Errand, name)]
    row = db.execute(
        select(*own, Region.name.label("region"), Errand.content.is_not(None).label("has_content"))
        .outerjoin(Region, Region.code == Errand.region_code)
        .where(Errand.public_id == public_id)
    ).one_or_none()
    return shaped(ErrandLine, row) if row else None


def content_of(db: Session, public_id: str) -> bytes | None:
    """The file that was made, None where there is none (any more). Cost: 1 query."""
    return db.scalar(select(Errand.content).where(Errand.public_id == public_id))


def is_due(now: Now) -> ColumnElement[bool]:
    """The condition that an errand waits for somebody to take it up."""
    # Whoever held it until then had a clock that nobody believes.
    unbelievable = Errand.due_at > now.believable + LEASE
    return Errand.state.in_(sorted(GOING_ON)) & or_(Errand.due_at <= now.instant, unbelievable)


def errands_waiting(db: Session, *, since: datetime) -> int:
    """How many could have been taken up since then, and nobody has. Cost: 1 query."""
    which = Errand.state.in_(sorted(GOING_ON)), Errand.due_at <= since
    return db.scalar(select(func.count(Errand.id)).where(*which)) or 0


def is_any_due(db: Session, *, now: Now) -> bool:
    """Whether somebody is waited for. Cost: 1 query."""
    return db.scalar(select(Errand.id).where(is_due(now)).limit(1)) is not None
