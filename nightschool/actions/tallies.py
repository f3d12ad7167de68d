"""Tallies are kept here: every class session that changed is counted anew before its change is committed.

So are the villages and night schools of a township, and the villages with a class in a month.

All that a transaction touched is gathered, and added up once, at its end, in the order of the keys: two that save at
once wait for each other briefly and never in a ring. What the ORM writes is noticed by itself; what is written past it
(`recount`, `recount_townships`, `recount_months`) says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import ORMExecuteState, Session, object_session
from sqlalchemy.orm.attributes import get_history

from nightschool.actions.bulk import insert_rows
from nightschool.database import Database
from nightschool.models.attendance import Evaluation, EvaluationCount, Guest, Headcount, Mark
from nightschool.models.places import NightSchool, Region
from nightschool.models.tallies import (
    CountedSession,
    PlannedMonth,
    RegionTally,
    TownshipOpening,
    TownshipTally,
)
from nightschool.models.teaching import ClassSession
from nightschool.queries.oversight.plans import CALLED_OFF, in_month
from nightschool.queries.scope import inside
from nightschool.queries.tallies import (
    counted_last,
    counting_now,
    last_and_now,
    months_now,
    openings_now,
    places_counted,
    townships_now,
)
from nightschool.rules.oversight.tallies import NOTHING, ClassCount, Sums, TallyKey, differing, tallied
from nightschool.rules.regions import Level, level_of, parent_of, township_of
from nightschool.rules.seasons.months import Month, month_of

_WAITING = "class sessions to count anew"
_TOWNSHIPS = "townships to count anew"
_MONTHS = "months of townships to count anew"
_FORGET = delete(CountedSession).where(CountedSession.class_session_id == bindparam("id"))
_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_COLUMNS = tuple(CountedSession.__table__.columns.keys())
_OF_ONE = _COLUMNS[1:]
_AT_ONCE = 500  # class sessions in one statement; a database takes only so many values
_TALLIES = {CountedSession, RegionTally, TownshipTally, TownshipOpening, PlannedMonth}
_OF_TOWNSHIPS = ((TownshipTally, townships_now), (TownshipOpening, openings_now))
_KEY = TallyKey._fields
_TALLY = tuple(getattr(RegionTally, name) for name in (*_KEY, *Sums._fields))


def _put(into: Any, table: Any, *, adds: bool) -> Any:
    keys = [column.name for column in table.__table__.primary_key]
    put = into(table)
    return put.on_conflict_do_update(
        index_elements=keys,
        set_={
            column.name: getattr(table, column.name) + put.excluded[column.name]
            if adds
            else put.excluded[column.name]
            for column in table.__table__.columns
            if column.name not in keys
        },
    )


_KEEP = {name: _put(into, CountedSession, adds=False) for name, into in _INSERTS.items()}
_ADD = {name: _put(into, RegionTally, adds=True) for name, into in _INSERTS.items()}


def recount(db: Session, class_sessions: Iterable[int]) -> None:
    """These class sessions are counted anew before the transaction commits."""
    db.info.setdefault(_WAITING, set()).update(class_sessions)


def recount_townships(db: Session, regions: Iterable[str]) -> None:
    """The townships of the villages among these regions are counted anew before the transaction commits."""
    villages = (code for code in regions if level_of(code) is Level.VILLAGE)
    db.info.setdefault(_TOWNSHIPS, set()).update(map(parent_of, villages))


def recount_months(db: Session, records: Iterable[ClassSession]) -> None:
    """The months of these class sessions are counted anew before the transaction commits, also those they were in."""
    for record in records:
        regions, days = (
            {*get_history(record, name).deleted, getattr(record, name)} for name in ("region_code", "day")
        )
        db.info.setdefault(_MONTHS, set()).update(
            (township_of(region), month_of(day)) for region in regions for day in days
        )


def count_now(db: Session) -> None:
    """The tallies say what this transaction has made of its class sessions, villages and night schools."""
    if not any(db.info.get(waiting) for waiting in (_WAITING, _TOWNSHIPS, _MONTHS)):
        return
    db.flush()
    townships, months = sorted(db.info.pop(_TOWNSHIPS, ())), sorted(db.info.pop(_MONTHS, ()))
    _lock(db, {*townships, *(township for township, _month in months)})
    _count_townships(db, townships)
    _count_months(db, months)
    _count_sessions(db, db.info.pop(_WAITING, set()))


def _lock(db: Session, townships: set[str]) -> None:
    """Nobody else counts these. By itself, so that the next statement sees what was waited for."""
    if townships and db.get_bind().dialect.name != "sqlite":
        these = select(Region.code).where(Region.code.in_(townships)).order_by(Region.code)
        db.execute(these.with_for_update(key_share=True))


def _count_townships(db: Session, townships: list[str]) -> None:
    if not townships:
        return
    for table, counted in _OF_TOWNSHIPS:
        rows = counted(db, Region.parent_code.in_(townships))
        db.execute(delete(table).where(table.region_code.in_(townships)))
        insert_rows(db, table, rows)


def _count_months(db: Session, months: list[tuple[str, Month]]) -> None:
    for township, month in months:
        is_it = PlannedMonth.region_code == township, PlannedMonth.month == month.code
        db.execute(delete(PlannedMonth).where(*is_it))
        insert_rows(
            db, PlannedMonth, months_now(db, inside(ClassSession.region_code, township), in_month(month))
        )


def _count_sessions(db: Session, waiting: set[int]) -> None:
    dialect = db.get_bind().dialect.name
    gone, there = [], []
    differs: dict[TallyKey, Sums] = {}
    keys = sorted(waiting)
    parts = [keys[at : at + _AT_ONCE] for at in range(0, len(keys), _AT_ONCE)]
    for key, before, after in (one for part in parts for one in last_and_now(db, part)):
        if before == after:
            continue
        if after is None:
            gone.append({"id": key})
        else:
            there.append(_row(key, after))
        for tally, sums in differing(before, after).items():
            differs[tally] = differs[tally].plus(sums) if tally in differs else sums
    connection = db.connection()
    if gone:
        connection.execute(_FORGET, gone)
    if there:
        connection.execute(_KEEP[dialect], there)
    rows = [key._asdict() | sums._asdict() for key, sums in sorted(differs.items()) if any(sums)]
    if rows:
        connection.execute(_ADD[dialect], rows)


def _row(key: int, one: ClassCount) -> dict[str, Any]:
    return {"class_session_id": key, **{name: getattr(one, name) for name in _OF_ONE}}


@event.listens_for(Session, "before_commit")
def _at_the_end(db: Session) -> None:
    if not db.in_nested_transaction():
        db.flush()  # what is written only now is noticed, too
        count_now(db)


@event.listens_for(Session, "do_orm_execute")
def _before_they_are_read(asked: ORMExecuteState) -> None:
    """Who reads tallies in the transaction that changes what they count reads what it comes to, as of any row."""
    is_due = asked.is_select and not asked.session.info.keys().isdisjoint((_WAITING, _TOWNSHIPS, _MONTHS))
    if is_due and not _TALLIES.isdisjoint(mapper.class_ for mapper in asked.all_mappers):
        count_now(asked.session)


def _village_noticed(_mapper: Any, _connection: Any, record: Any) -> None:
    db = object_session(record)
    assert db is not None, "what is flushed is in a session"
    recount_townships(db, [record.code if isinstance(record, Region) else record.region_code])


def _noticed(_mapper: Any, _connection: Any, record: Any) -> None:
    db = object_session(record)
    assert db is not None, "what is flushed is in a session"
    recount(db, [record.id if isinstance(record, ClassSession) else record.class_session_id])


def _month_noticed(_mapper: Any, _connection: Any, record: Any) -> None:
    db = object_session(record)
    assert db is not None, "what is flushed is in a session"
    recount_months(db, [record])


def _month_looked_at(mapper: Any, connection: Any, record: Any) -> None:
    was = get_history(record, "status").deleted
    is_turned = any((one in CALLED_OFF) != (record.status in CALLED_OFF) for one in was)
    if is_turned or any(get_history(record, name).deleted for name in ("region_code", "day")):
        _month_noticed(mapper, connection, record)


event.listen(ClassSession, "after_update", _month_looked_at)
event.listen(ClassSession, "after_insert", _month_noticed)
event.listen(ClassSession, "after_delete", _month_noticed)
for moment in ("after_insert", "after_update", "after_delete"):
    for model in (ClassSession, Mark, Guest, Headcount, Evaluation, EvaluationCount):
        event.listen(model, moment, _noticed)
    for place in (Region, NightSchool):
        event.listen(place, moment, _village_noticed)


@dataclass(frozen=True, slots=True)
class Differing:
    """How many class sessions, and how many sums, stood otherwise than a new count has them."""

    class_sessions: int = 0
    sums: int = 0

    def __add__(self, other: "Differing") -> "Differing":
        return Differing(self.class_sessions + other.class_sessions, self.sums + other.sums)

    def __bool__(self) -> bool:
        return bool(self.class_sessions or self.sums)


def recount_all(database: Database, *, only_look: bool = False) -> Differing:
    """All class sessions are counted anew, city by city, in a transaction each; how much stood otherwise comes back."""
    with database.reading() as db:
        cities = places_counted(db)
    found = Differing()
    for city in cities:
        with (database.reading if only_look else database.writing)() as db:
            if only_look and not database.is_sqlite:
                db.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            elif not database.is_sqlite:
                db.execute(text("LOCK TABLE counted_session, region_tally IN EXCLUSIVE MODE"))
            found += _recount_city(db, city, only_look=only_look)
    with (database.reading if only_look else database.writing)() as db:
        return found + _recount_townships(db, only_look=only_look)


def _recount_townships(db: Session, *, only_look: bool) -> Differing:
    if not only_look:  # nobody counts one meanwhile
        db.execute(select(Region.code).where(Region.level == Level.TOWNSHIP).with_for_update(key_share=True))
    found = Differing()
    for table, rows in (
        *((table, counted(db, Region.parent_code.is_not(None))) for table, counted in _OF_TOWNSHIPS),
        (PlannedMonth, months_now(db)),
    ):
        columns = table.__table__.columns
        now = {tuple(row[column.name] for column in columns) for row in rows}
        stood = {tuple(row) for row in db.execute(select(*columns))}
        if stood != now and not only_look:
            db.execute(delete(table))
            insert_rows(db, table, rows)
        keys = [at for at, column in enumerate(columns) if column.primary_key]
        found += Differing(sums=len({tuple(row[at] for at in keys) for row in stood ^ now}))
    return found


def count_the_first_time(database: Database) -> bool:
    """Where there are class sessions and nothing was ever counted, all are; True when they were."""
    with database.reading() as db:
        is_due = not db.scalar(select(CountedSession.class_session_id).limit(1)) and places_counted(db)
    if is_due:
        recount_all(database)
    return bool(is_due)


def _recount_city(db: Session, city: str, *, only_look: bool) -> Differing:
    stood_here, is_here, adds_here = (
        inside(table.region_code, city) for table in (CountedSession, ClassSession, RegionTally)
    )
    rows = counting_now(db, is_here)
    was = counted_last(db, stood_here)
    tallies = tallied(rows.values())
    stood = {
        TallyKey(*row[: len(_KEY)]): Sums(*row[len(_KEY) :])
        for row in db.execute(select(*_TALLY).where(adds_here))
    }
    found = Differing(
        sum(was.get(key) != rows.get(key) for key in was.keys() | rows.keys()),
        sum(stood.get(key, NOTHING) != tallies.get(key, NOTHING) for key in stood.keys() | tallies.keys()),
    )
    if found and not only_look:
        of_here = CountedSession.class_session_id.in_(select(ClassSession.id).where(is_here))
        db.execute(delete(CountedSession).where(stood_here | of_here))
        db.execute(delete(RegionTally).where(adds_here))
        insert_rows(db, CountedSession, [_row(key, one) for key, one in rows.items()])
        insert_rows(db, RegionTally, [key._asdict() | sums._asdict() for key, sums in tallies.items()])
    return found
