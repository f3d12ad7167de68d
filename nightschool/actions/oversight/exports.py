"""Large tables somebody asked for: begun, told how far they are, kept for a day."""

from datetime import date
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import Refused
from nightschool.models.exports import Export, ExportState
from nightschool.queries.notices.notices import poster_parts
from nightschool.queries.oversight.exports import parts_of
from nightschool.rules.access import Actor, require
from nightschool.rules.oversight.exports import (
    EXPORT_KEPT_FOR,
    MOST_CLASSES_OUT,
    MOST_POSTERS_OUT,
    ExportKind,
)
from nightschool.rules.slots import Now


def begin_export(
    db: Session,
    *,
    region: str,
    first: date,
    last: date,
    kind: ExportKind = ExportKind.CLASSES,
    by: Actor,
    now: Now,
) -> str:
    """The region's class sessions, as a table or as posters, count as being made; the answer is its name in addresses.

    What is older than a day loses its content. Raises Refused with "nothing_to_export", "too_many_rows",
    "no_posters" or "too_many_posters".
    """
    require(by, "see_overview", region)
    if kind is ExportKind.POSTERS:
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
    export = Export(
        account_id=by.account_id,
        region_code=region,
        kind=kind,
        first_day=first,
        last_day=last,
        made_at=now.instant,
        changed_at=now.instant,
    )
    db.add(export)
    db.flush()
    action = "exports.make_posters" if kind is ExportKind.POSTERS else "exports.make"
    note(db, export, action, by=by, now=now, first=first.isoformat(), last=last.isoformat())
    return export.public_id


def tell_export(db: Session, export: str, done: int, every: int, *, now: Now) -> None:
    """Others can see how far it is."""
    _set(db, export, now, steps_done=done, steps_all=every)


def finish_export(db: Session, export: str, content: bytes, *, now: Now) -> None:
    """The table can be fetched."""
    _set(db, export, now, state=ExportState.READY, content=content)


def fail_export(db: Session, export: str, *, now: Now) -> None:
    """There is no table; it can be asked for again."""
    _set(db, export, now, state=ExportState.FAILED)


def _set(db: Session, export: str, now: Now, **values: Any) -> None:
    db.execute(update(Export).where(Export.public_id == export).values(**values, changed_at=now.instant))


def _forget_old(db: Session, now: Now) -> None:
    is_old = or_(Export.made_at < now.instant - EXPORT_KEPT_FOR, Export.made_at > now.believable)
    db.execute(update(Export).where(Export.content.is_not(None), is_old).values(content=None))


def note_for_analysts(db: Session, region: str, *, by: Actor, now: Now) -> None:
    """The trail says that the classes and marks of a region were written out for analysts."""
    note(db, f"region {region}", "exports.analysts", by=by, now=now, region_code=region)
