"""When a teacher does not come or a venue is not open, as who keeps the record was told."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked, locked_for, note
from nightschool.models.base import new_public_id
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.planning import ClosedTime as Row
from nightschool.queries.courses.closed_times import from_row
from nightschool.rules.access import KEEPERS, Actor
from nightschool.rules.courses.closed_times import ClosedTime, check_closed_time
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Now

TABLES: dict[ResourceKind, Any] = {ResourceKind.TEACHER: Teacher, ResourceKind.VENUE: Venue}


def add_closed_time(
    db: Session,
    *,
    kind: str,
    of: str,
    closed: ClosedTime,
    by: Actor,
    now: Now,
    is_sure: bool = False,
) -> str:
    """The teacher or venue (public id) has this closed time; what is scheduled in it already stays as it is.

    Returns its public id. Raises: NotFound; Refused as `rules.courses.closed_times.check_closed_time` does.
    """
    record = _keeper(db, kind, of, by)
    row = store_closed_time(db, kind=kind, record=record, closed=closed, now=now, is_sure=is_sure)
    note(db, record, f"{kind}.closed", by=by, now=now, closed_time=row.id)
    return row.public_id


def store_closed_time(
    db: Session, *, kind: str, record: Any, closed: ClosedTime, now: Now, is_sure: bool = False
) -> Row:
    """This teacher or venue, which is locked, has the closed time. Raises Refused as `add_closed_time` does."""
    rows = db.scalars(select(Row).where(Row.resource_kind == kind, Row.resource_id == record.id))
    known = [from_row(one) for one in rows if one.last is None or one.last >= now.day]
    check_closed_time(closed, known, today=now.day, is_sure=is_sure)
    row = Row(
        public_id=new_public_id(),
        resource_kind=kind,
        resource_id=record.id,
        region_code=record.region_code,
        first=closed.first,
        last=closed.last,
        weekdays=sorted(closed.weekdays),
        starts=closed.starts,
        ends=closed.ends,
        note=closed.note,
        made_at=now.instant,
        is_own_word=closed.is_own_word or None,
    )
    db.add(row)
    db.flush()
    return row


def remove_closed_time(
    db: Session, *, kind: str, of: str, closed_time: str, by: Actor, now: Now
) -> ClosedTime:
    """The teacher or venue has this closed time no more; what it was comes back. Raises: NotFound."""
    record = _keeper(db, kind, of, by)
    its = (Row.resource_kind == kind) & (Row.resource_id == record.id)
    row = locked(db, Row, its & (Row.public_id == closed_time))
    was = from_row(row)
    key = row.id
    db.delete(row)
    db.flush()
    note(db, record, f"{kind}.open", by=by, now=now, closed_time=key)
    return was


def _keeper(db: Session, kind: str, public_id: str, by: Actor) -> Any:
    """The teacher or venue, locked, for one who keeps it."""
    table = TABLES[ResourceKind(kind)]
    return locked_for(db, table, table.public_id == public_id, verb=KEEPERS[kind], by=by)
