"""A village's public pages and feeds are told of a change."""

from collections.abc import Iterable

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.rules.slots import Now

_TOUCH = (
    update(Region)
    .where(Region.code == bindparam("of"))
    .values(revision=Region.revision + 1, changed_at=bindparam("at"))
)


def touch_villages(db: Session, codes: Iterable[str], *, now: Now) -> None:
    """The public pages of these regions are built anew at their next call, their feeds count one revision more."""
    touched = [{"of": code, "at": now.instant} for code in sorted(set(codes))]
    if touched:
        db.flush()
        db.connection().execute(_TOUCH, touched)
        forget_loaded(db)


def forget_loaded(db: Session) -> None:
    """Rows written past the session are read anew when somebody asks for them."""
    for loaded in list(db.identity_map.values()):
        if isinstance(loaded, Region):
            db.expire(loaded)
