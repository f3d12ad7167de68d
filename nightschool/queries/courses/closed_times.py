"""When teachers do not come and venues are not open: for their own pages, and for who wants to schedule."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.planning import ClosedTime as Row
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Slot

_COLUMNS = (Row.first, Row.last, Row.weekdays, Row.starts, Row.ends, Row.note)


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """One closed time as a page lists it; `standing`: how many class sessions to come stand in it all the same."""

    public_id: str
    closed: ClosedTime
    standing: int


@dataclass(frozen=True, slots=True)
class ClosedPage:
    """The closed times of one teacher or venue."""

    kind: str
    public_id: str
    region_code: str
    region: str
    name: str
    lines: tuple[ClosedLine, ...]


def closed_times(
    db: Session, resources: Collection[Resource], first: date, last: date
) -> dict[Resource, tuple[ClosedTime, ...]]:
    """What is closed of these teachers and venues between two days, both included. Cost: 1 query; none for nothing."""
    if not resources:
        return {}
    found: dict[Resource, list[ClosedTime]] = defaultdict(list)
    rows = db.execute(
        select(Row.resource_kind, Row.resource_id, *_COLUMNS)
        .where(
            of_resources(Row, resources),
            or_(Row.first.is_(None), Row.first <= last),
            or_(Row.last.is_(None), Row.last >= first),
        )
        .order_by(Row.id)
    )
    for row in rows:
        found[Resource(ResourceKind(row.resource_kind), row.resource_id)].append(from_row(row))
    return {resource: tuple(times) for resource, times in found.items()}


def page(db: Session, kind: str, public_id: str, *, today: date) -> ClosedPage | None:
    """The closed times of a teacher or venue that are not over, the nearest first; None: no such. Cost: 3 queries."""
    table: type[Teacher | Venue] = Teacher if kind == ResourceKind.TEACHER else Venue
    record = db.execute(
        select(table.id, table.region_code, table.name, Region.name.label("region"))
        .join(Region, Region.code == table.region_code)
        .where(table.public_id == public_id)
    ).one_or_none()
    if record is None:
        return None
    rows = db.execute(
        select(Row.public_id, *_COLUMNS)
        .where(
            Row.resource_kind == kind,
            Row.resource_id == record.id,
            or_(Row.last.is_(None), Row.last >= today),
        )
        .order_by(Row.first.is_not(None), Row.first, Row.id)
    ).all()
    slots = _standing(db, kind, record.id, today) if rows else []
    lines = ((row.public_id, from_row(row)) for row in rows)
    return ClosedPage(
        kind=kind,
        public_id=public_id,
        region_code=record.region_code,
        region=record.region,
        name=record.name,
        lines=tuple(ClosedLine(key, closed, sum(map(closed.covers, slots))) for key, closed in lines),
    )


def of_resources(table: type[Row | Booking], resources: Collection[Resource]) -> ColumnElement[bool]:
    """The row is of one of these; a condition a kind, so that each is a scan of the index of kind and id."""
    ids: dict[ResourceKind, list[int]] = defaultdict(list)
    for resource in sorted(resources):
        ids[resource.kind].append(resource.id)
    of_kinds = (
        and_(table.resource_kind == kind, table.resource_id.in_(found)) for kind, found in ids.items()
    )
    return or_(*of_kinds)


def from_row(row: object) -> ClosedTime:
    """What stands in a row of the table, or in one that has its columns."""
    first, last, weekdays, starts, ends, note = (getattr(row, column.key) for column in _COLUMNS)
    return ClosedTime(first, last, frozenset(weekdays), starts, ends, note)


def _standing(db: Session, kind: str, key: int, today: date) -> list[Slot]:
    """The slots of the sessions to come; those of a venue that holds no slots are among them."""
    statement = select(ClassSession.day, ClassSession.starts, ClassSession.ends)
    if kind == ResourceKind.TEACHER:
        statement = statement.join(
            ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id
        ).where(ClassSessionTeacher.teacher_id == key)
    else:
        statement = statement.where(ClassSession.venue_id == key)
    to_come = (ClassSession.day >= today, ClassSession.status.in_(TO_COME))
    return [Slot(*row) for row in db.execute(statement.where(*to_come))]
