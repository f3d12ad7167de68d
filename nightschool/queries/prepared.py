"""Statements for what is asked most: written out once for each database, then sent straight through its driver.

SQLAlchemy's own way costs three times as much a statement as the database does. It still writes the SQL, turns values
both ways, tells listeners, and puts a failure into its own words. On PostgreSQL a glance goes through psycopg's
`pq.PGconn`, which is libpq itself: half of what psycopg's cursor costs, because nothing there waits in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, Select
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from nightschool.database import Glance

_Processor = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class ByNumber:
    """The statement in PostgreSQL's own words, with $1 and $2 for values, and the name it is prepared under."""

    name: bytes
    sql: bytes
    places: tuple[str, ...]  # which value stands at which number


_numbers = count()


@dataclass(frozen=True, slots=True)
class _Written:
    """The statement in one database's own dialect."""

    sql: str
    order: tuple[str, ...] | None  # of the values, where the driver takes them by position
    fixed: Mapping[str, Any]  # values that stand in the statement itself
    ingoing: Mapping[str, _Processor]
    outgoing: tuple[tuple[int, _Processor], ...]  # column number, and what turns the driver's value into ours

    by_number: ByNumber | None = None

    def parameters(self, values: Mapping[str, Any]) -> Any:
        given = {**self.fixed, **values}
        for name, process in self.ingoing.items():
            given[name] = process(given[name])
        return given if self.order is None else [given[name] for name in self.order]


class Prepared:
    """A SELECT with named places for values, and no lists of them (IN)."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._written: dict[str, _Written] = {}

    def rows(self, db: Session | Glance, values: Mapping[str, Any]) -> Iterator[list[Any]]:
        """The rows that answer with these values, each a list in the order of the statement's columns."""
        if isinstance(db, Session):
            connection = db.connection()
            place: Connection | Engine = connection
            raw = connection.connection
        else:
            place, raw = db.engine, db.raw
        dialect = place.dialect
        assert dialect.loaded_dbapi is not None
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _write(self.statement, dialect)
        parameters = written.parameters(values)
        try:
            if raw.is_valid:
                for listener in place.dispatch.before_cursor_execute:
                    listener(None, None, written.sql, parameters, None, False)
                if written.by_number and isinstance(db, Glance):
                    return _processed(_through_libpq(raw, written.by_number, parameters), written.outgoing)
                cursor = raw.cursor()
                cursor.execute(written.sql, parameters)
                found = cursor.fetchall()
                cursor.close()
                return _processed(found, written.outgoing)
        except dialect.loaded_dbapi.Error:
            if isinstance(db, Glance):
                raw.invalidate()  # it may be a connection that the server has closed
        return map(list, self._in_the_ordinary_way(db, values))

    def _in_the_ordinary_way(self, db: Session | Glance, values: Mapping[str, Any]) -> Sequence[Any]:
        """Once more, where the driver failed: this says in SQLAlchemy's words what is wrong, or works after all."""
        if isinstance(db, Session):
            return db.connection().execute(self.statement, dict(values)).all()
        with db.engine.connect() as connection:
            return connection.execute(self.statement, dict(values)).all()


def _through_libpq(
    raw: PoolProxiedConnection, statement: ByNumber, parameters: Mapping[str, Any]
) -> Iterable[Sequence[Any]]:
    """The rows as psycopg reads them. The connection prepares the statement once, and is in no transaction."""
    from psycopg import OperationalError, pq
    from psycopg.adapt import Transformer

    connection: Any = raw.dbapi_connection
    libpq = connection.pgconn
    if "transformer" not in raw.info:  # kept with the connection, and gone with it
        raw.info["transformer"] = Transformer.from_context(connection)
    if statement.name not in raw.info:
        made = libpq.prepare(statement.name, statement.sql)
        if made.status != pq.ExecStatus.COMMAND_OK:
            raise OperationalError(made.get_error_message())
        raw.info[statement.name] = True
    given = [_as_text(parameters[place]) for place in statement.places]
    result = libpq.exec_prepared(statement.name, given, result_format=pq.Format.BINARY)
    if result.status != pq.ExecStatus.TUPLES_OK:
        raise OperationalError(result.get_error_message())
    transformer = raw.info["transformer"]
    transformer.set_pgresult(result)
    rows: Iterable[Sequence[Any]] = transformer.load_rows(0, result.ntuples, tuple)
    return rows


def _as_text(value: Any) -> bytes | None:
    """A value as PostgreSQL reads it: text, a number, or a day."""
    return None if value is None else str(value).encode()


def _processed(found: Iterable[Any], outgoing: tuple[tuple[int, _Processor], ...]) -> Iterator[list[Any]]:
    for row in found:
        values = list(row)
        for column, process in outgoing:
            values[column] = process(values[column])
        yield values


def _write(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Written:
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)
    binds = compiled.binds
    ingoing = {
        name: process
        for name, bind in binds.items()
        if (process := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
    }
    # Days and instants are the same ones again and again; made of them is nothing that changes.
    outgoing = tuple(
        (number, lru_cache(maxsize=1024)(process))
        for number, column in enumerate(statement.selected_columns)
        if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
    )
    order = None if compiled.positiontup is None else tuple(compiled.positiontup)
    fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
    written = _Written(str(compiled), order, fixed, ingoing, outgoing)
    if dialect.name != "postgresql":
        return written
    anew: Any = type(dialect)
    numbered = statement.compile(dialect=anew(paramstyle="numeric_dollar"))
    assert isinstance(numbered, SQLCompiler)
    places = tuple(numbered.positiontup or ())
    return replace(written, by_number=ByNumber(b"glance_%d" % next(_numbers), str(numbered).encode(), places))
