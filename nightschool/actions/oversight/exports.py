"""Large tables and posters somebody asked for: begun, and kept for a day."""

from datetime import date

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from nightschool.actions.errands import begin_errand
from nightschool.actions.records import note
from nightschool.errors import Refused
from nightschool.models.errands import Errand
from nightschool.queries.notices.notices import poster_parts
from nightschool.queries.oversight.exports import parts_of
from nightschool.rules.access import Actor, require
from nightschool.rules.errands import ErrandKind
from nightschool.rules.oversight.exports import (
    EXPORT_KEPT_FOR,
    MOST_CLASSES_OUT,
    MOST_POSTERS_OUT,
)
from nightschool.rules.slots import Now


def begin_export(
    db: Session,
    *,
    region: str,
    first: date,
    last: date,
    kind: ErrandKind = ErrandKind.CLASSES,
    by: Actor,
    now: Now,
) -> str:
    """The region's class sessions, as a table or as posters, count as being made; the answer is its name in addresses.

    What is older than a day loses its content. Raises Refused with "nothing_to_export", "too_many_rows",
    "no_posters" or "too_many_posters".
    """
    require(by, "see_overview", region)
    if kind is ErrandKind.POSTERS:
        posters = sum(poster_parts(db, region, first, last).values())
        if not posters:
            raise Refused("no_posters")
        if posters > MOST_POSTERS_OUT:
            raise Refused("too_many_posters", n=posters, most=MOST_POSTERS_OUT)
    else:
        rows = sum(parts_of(db, region, first, last).values())
        if not rows:
            raise Refused("nothing_to_export")
        if rows > MOST_CLASSES_OUT:
            raise Refused("too_many_rows", n=rows)
    _forget_old(db, now)
    days = {"first": first.isoformat(), "last": last.isoformat()}
    errand = begin_errand(db, kind, region=region, by=by, now=now, **days)
    action = "exports.make_posters" if kind is ErrandKind.POSTERS else "exports.make"
    note(db, errand, action, by=by, now=now, **days)
    return errand.public_id


def _forget_old(db: Session, now: Now) -> None:
    is_old = or_(Errand.made_at < now.instant - EXPORT_KEPT_FOR, Errand.made_at > now.believable)
    db.execute(update(Errand).where(Errand.content.is_not(None), is_old).values(content=None))


def note_for_analysts(db: Session, region: str, *, by: Actor, now: Now) -> None:
    """The trail says that the classes and marks of a region were written out for analysts."""
    note(db, f"region {region}", "exports.analysts", by=by, now=now, region_code=region)
