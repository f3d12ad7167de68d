"""When teachers do not come and venues are not open: for their own pages, and for who wants to schedule."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.planning import ClosedTime as Row
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.scope import inside
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Slot

_COLUMNS = (Row.first, Row.last, Row.weekdays, Row.starts, Row.ends, Row.note, Row.is_own_word)


@dataclass(frozen=True, slots=True)
class Absence:
    """A class session to come that stands in a closed time of its teacher or its place."""

    class_session: str  # public id
    title: str
    slot: Slot
    region_code: str
    status: str
    kind: str  # of what is closed
    name: str
    closed_time: str  # public id
    closed: ClosedTime


@dataclass(frozen=True, slots=True)
class ClosedLine:
    """One closed time as a page lists it; `standing`: the class sessions to come in it that nobody agreed to yet."""

    public_id: str
    closed: ClosedTime
    standing: tuple[Absence, ...]


@dataclass(frozen=True, slots=True)
class ClosedPage:
    """The closed times of one teacher or venue."""

    kind: str
    public_id: str
    region_code: str
    region: str
    name: str
    lines: tuple[ClosedLine, ...]
    contacts: Mapping[str, VillageContact]  # of the villages whose class sessions stand in them


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
    """The closed times of a teacher or venue that are not over, the nearest first; None: no such. Cost: 4 queries."""
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
    its = and_(Row.resource_kind == kind, Row.resource_id == record.id)
    standing: dict[str, list[Absence]] = defaultdict(list)
    for one in _absences(db, _standing_in(its), today=today) if rows else ():
        standing[one.closed_time].append(one)
    return ClosedPage(
        kind=kind,
        public_id=public_id,
        region_code=record.region_code,
        region=record.region,
        name=record.name,
        lines=tuple(ClosedLine(row.public_id, from_row(row), tuple(standing[row.public_id])) for row in rows),
        contacts=contacts(db, {one.region_code for them in standing.values() for one in them}),
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
    first, last, weekdays, starts, ends, note, own = (getattr(row, column.key) for column in _COLUMNS)
    return ClosedTime(first, last, frozenset(weekdays), starts, ends, note, bool(own))


def _closing(kind: ResourceKind) -> Select[*tuple[Any, ...]]:
    """Class sessions beside the closed times of what they need of this kind, whenever these are."""
    table: Any = Teacher if kind is ResourceKind.TEACHER else Venue
    statement = select(
        ClassSession.id,
        ClassSession.public_id,
        ClassSession.title,
        ClassSession.day,
        ClassSession.starts.label("starts_at"),
        ClassSession.ends.label("ends_at"),
        ClassSession.region_code,
        ClassSession.status,
        Row.id.label("closed_id"),
        Row.public_id.label("closed_time"),
        Row.resource_kind,
        *_COLUMNS,
        table.name.label("name"),
    )
    if kind is ResourceKind.TEACHER:
        needs = ClassSessionTeacher.class_session_id == ClassSession.id
        statement = statement.join(ClassSessionTeacher, needs).join(
            Teacher, Teacher.id == ClassSessionTeacher.teacher_id
        )
    else:
        statement = statement.join(Venue, Venue.id == ClassSession.venue_id)
    return statement.join(Row, (Row.resource_kind == kind) & (Row.resource_id == table.id))


def _standing_in(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The class sessions to come of these that stand in a closed time, by day; each closed time of each.

    What their village agreed to after it was noted is left out.
    """
    unsettled = or_(ClassSession.agreed_at.is_(None), Row.made_at > ClassSession.agreed_at)
    found = union_all(
        *(
            _closing(kind).where(
                ClassSession.day >= bindparam("today"),
                ClassSession.status.in_(TO_COME),
                or_(Row.first.is_(None), Row.first <= ClassSession.day),
                or_(Row.last.is_(None), Row.last >= ClassSession.day),
                unsettled,
                *which,
            )
            for kind in ResourceKind
        )
    ).subquery()
    return select(found).order_by(found.c.day, found.c.starts_at, found.c.id, found.c.closed_id)


_OF_A_VILLAGE = _standing_in(ClassSession.region_code == bindparam("village"))
_OF_A_SESSION = _standing_in(ClassSession.public_id == bindparam("class_session"))


def absences_in(db: Session, village: str, *, today: date) -> tuple[Absence, ...]:
    """What of a village's classes stands in closed times, by day. Cost: 1 query."""
    return _absences(db, _OF_A_VILLAGE, today=today, village=village)


def standing_in_region(db: Session, code: str, *, today: date) -> tuple[Absence, ...]:
    """The same of all villages of a region. Cost: 1 query."""
    return _absences(db, _standing_in(inside(ClassSession.region_code, code)), today=today)


def absences_of(db: Session, class_session: str, *, today: date) -> tuple[Absence, ...]:
    """The closed times in which this class session stands. Cost: 1 query."""
    return _absences(db, _OF_A_SESSION, today=today, class_session=class_session)


def _absences(db: Session, statement: Select[*tuple[Any, ...]], **values: Any) -> tuple[Absence, ...]:
    return tuple(
        Absence(
            row.public_id,
            row.title,
            Slot(row.day, row.starts_at, row.ends_at),
            row.region_code,
            row.status,
            row.resource_kind,
            row.name,
            row.closed_time,
            closed,
        )
        for row in db.execute(statement, values)
        if (closed := from_row(row)).covers(Slot(row.day, row.starts_at, row.ends_at))
    )
