"""The database: engine, SQLite's pragmas, and the only two ways to use it: `reading()` and `writing()`.

Nothing is created or migrated when this is imported. Migrating is one explicit step under a lock (`migrate`).
"""

import errno
import re
import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError, InvalidatePoolError, OperationalError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from nightschool.errors import NewerDatabase
from nightschool.sealing import Sealer

# Older SQLite libraries can corrupt a WAL database when two connections write and checkpoint at once.
SQLITE_FIT_FOR_WAL = (3, 51, 3)
MIGRATION_LOCK = 0x4E696768745363  # any constant of this project's own, for pg_advisory_lock
SECONDS_OF_REST = 1.0  # a database server takes longer to start anew
MIGRATIONS = Path(__file__).parent / "migrations"
# SQLite has one writer. Nobody waits longer than this for being it: a page must say something in the end.
LONGEST_WAIT = 10.0
# What is raised when the database is not there, or has let nobody in for too long.
OUT_OF_REACH = (OperationalError, TimeoutError)
BUSY_TIMEOUT = 5000  # milliseconds, for what else SQLite may have to wait for
# SQLite asks for its lock less and less often, up to every tenth of a second, and is overtaken by who comes later. We
# ask this often instead; and a process whose writers follow one another leaves, now and then, a gap that the others
# find.
ASK_EVERY = 0.002
GIVE_WAY_AFTER = 0.1
GAP = 0.006


def sqlite_module() -> ModuleType:
    """The SQLite driver to use: pysqlite3 with its own, newer library where it is installed, else Python's."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]  # pysqlite3 ships no types


def sqlite_is_fit_for_wal() -> bool:
    """True when the SQLite library in use has the WAL-reset race mended."""
    return tuple(sqlite_module().sqlite_version_info) >= SQLITE_FIT_FOR_WAL


class Turns:
    """One at a time, in the order they came: the queue of this process's writers."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queue: deque[Lock] = deque()  # the first one's is open
        self._busy_since = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """The block runs when all who came earlier are done. Raises TimeoutError after LONGEST_WAIT."""
        mine = Lock()
        mine.acquire()
        with self._lock:
            self._queue.append(mine)
            if len(self._queue) == 1:
                self._busy_since = time.monotonic()
                mine.release()
        try:
            if not mine.acquire(timeout=LONGEST_WAIT):
                raise TimeoutError("too many writers wait")
            yield
        finally:
            self._leave(mine)

    def _leave(self, mine: Lock) -> None:
        if time.monotonic() - self._busy_since > GIVE_WAY_AFTER:
            time.sleep(GAP)
            self._busy_since = time.monotonic()
        with self._lock:
            was_first = self._queue[0] is mine
            self._queue.remove(mine)
            if was_first and self._queue:
                self._queue[0].release()


class Database:
    """One database, SQLite or PostgreSQL. Sessions made here carry the sealer in `db.info["sealer"]`.

    `is_alone`: the SQLite file is this process's alone. It opens on a disk without room for what processes share, is
    read as always, and written again as soon as there is room. Not on Windows.
    """

    def __init__(self, url: str, *, sealer: Sealer, is_alone: bool = False) -> None:
        self.url = make_url(url)
        self.is_alone = is_alone
        self.sealer = sealer
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        make = self._sqlite_engine if self.is_sqlite else self._postgresql_engine
        self.engine = make()
        self._for_looking = self.engine.execution_options(postgresql_readonly=True)
        # One of its own, with connections of its own: nothing is to be set and set back around a statement.
        self._without_transactions = make(isolation_level="AUTOCOMMIT", pool_reset_on_return=None)
        self._turns = Turns()
        if self.is_sqlite:
            event.listen(self.engine, "begin", _begin)

    @property
    def engines(self) -> tuple[Engine, ...]:
        """All that talk to it, for who wants to hear what they say."""
        return self.engine, self._without_transactions

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking, in one transaction, in which PostgreSQL refuses to write.

        There it ends with a COMMIT: a ROLLBACK would make psycopg forget the statements it has prepared.
        """
        with Session(self._for_looking, info={"sealer": self.sealer}, expire_on_commit=False) as db:
            yield db
            if not self.is_sqlite:
                db.commit()

    def looking(self) -> Connection:
        """A connection for looking without the ORM and without a transaction, to be closed by `with`: half of what a
        session costs. For queries that take one. Each statement sees what is committed just then.
        """
        return self._without_transactions.connect()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for changing: commits when the block ends well, leaves nothing behind when it does not.

        On SQLite it starts with BEGIN IMMEDIATE, so that looking and then inserting is one step nobody gets between;
        writers come in one after another, in the order they came. Raises one of OUT_OF_REACH when nobody was let in for
        LONGEST_WAIT seconds.
        """
        with self._turns.turn() if self.is_sqlite else nullcontext(), self.engine.connect() as connection:
            connection = connection.execution_options(nightschool_writes=True)
            with Session(connection, info={"sealer": self.sealer}, expire_on_commit=False) as db:
                try:
                    db.connection()
                    yield db
                    db.commit()
                except BaseException:
                    db.rollback()
                    raise

    def dispose(self) -> None:
        """All pooled connections are closed."""
        for engine in self.engines:
            engine.dispose()

    def settle(self) -> None:
        """What was deleted stands in no log beside the database; unless somebody reads just now, then soon."""
        if self.is_sqlite:
            with self._without_transactions.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def _sqlite_engine(self, **options: Any) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        url = self.url
        if self.is_alone:
            file = Path(self.url.database or "").resolve().as_uri()
            url = url.set(database=file, query={"vfs": "unix-excl", "uri": "true"})
        engine = create_engine(
            url,
            hide_parameters=True,  # an error's text must not carry what people entered
            module=sqlite_module(),
            pool_size=10,
            max_overflow=20,
            **options,
        )
        journal = "WAL" if sqlite_is_fit_for_wal() else "DELETE"

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the driver's own BEGIN comes too late; _begin says which one
            cursor = connection.cursor()
            for pragma in (
                f"busy_timeout={BUSY_TIMEOUT}",
                f"journal_mode={journal}",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
                "cache_size=-16000",  # 16 MB: a county's timetables stay in memory
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        return engine

    def _postgresql_engine(self, **options: Any) -> Engine:
        engine = create_engine(
            self.url,
            pool_size=10,
            max_overflow=20,
            hide_parameters=True,  # an error's text must not carry what people entered
            connect_args={
                "connect_timeout": 5,
                # jit: to compile a page's statements takes longer than to run them, half a second where few rows are.
                "options": "-c statement_timeout=15000 -c lock_timeout=10000 -c jit=off",
            },
            **options,
        )

        @event.listens_for(engine, "checkin")
        def _rest(_connection: Any, record: ConnectionPoolEntry) -> None:
            record.info["rests_since"] = time.monotonic()

        # The server may have been started anew since. SQLAlchemy can ask it at every turn (`pool_pre_ping`), which
        # costs as much as a statement.
        @event.listens_for(engine, "checkout")
        def _wake(connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
            rests_since = record.info.get("rests_since")
            if rests_since is None or time.monotonic() - rests_since < SECONDS_OF_REST:
                return
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as gone:
                raise InvalidatePoolError from gone  # the pool opens another

        @event.listens_for(engine, "handle_error")
        def _tell_away(found: ExceptionContext) -> OperationalError | None:
            if not _leads_no_more(found):
                return None
            found.is_disconnect = True  # the pool opens others, to whoever leads by then
            return OperationalError(found.statement, None, found.original_exception, hide_parameters=True)

        return engine


def _leads_no_more(found: ExceptionContext) -> bool:
    """Another machine leads by now: a writer is refused here, or a go-between (PgBouncer) has lost its server."""
    error, connection = found.original_exception, found.connection
    state = getattr(error, "sqlstate", None)
    if state is None:
        return type(error).__name__ == "InternalError"  # psycopg's own: an answer to what it never asked
    is_writer = connection is not None and connection.get_execution_options().get("nightschool_writes")
    is_follower = state == "25006" or (state == "0A000" and "during recovery" in str(error))
    return bool(is_writer and is_follower)


def _begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("nightschool_writes"):
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        _begin_writing(connection)
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")


def _begin_writing(connection: Connection) -> None:
    """The transaction of a writer has begun, as soon as no other process writes."""
    until = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or time.monotonic() > until:
                raise
        time.sleep(ASK_EVERY)


def is_full(error: BaseException) -> bool:
    """True when this error says that there is no room left on the disk."""
    words = str(getattr(error, "orig", error))
    return getattr(error, "errno", None) == errno.ENOSPC or "is full" in words or "No space left" in words


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint this error broke, or None when the driver does not say.

    SQLite names CHECK constraints and our trigger's message; for UNIQUE it names ``table.column`` pairs, which come
    back as ``uq_<table>_<columns>``, the name our convention gives.
    """
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return diagnostics.constraint_name  # type: ignore[no-any-return]  # psycopg's diagnostics
    message = str(error.orig)
    if found := re.search(r"CHECK constraint failed: (\w+)", message):
        return found[1]
    if found := re.search(r"UNIQUE constraint failed: (.+)", message):
        columns = [part.strip().split(".") for part in found[1].split(",")]
        return "_".join(["uq", columns[0][0], *(column for _, column in columns)])
    if "FOREIGN KEY" in message:
        return "foreign_key"
    return message if re.fullmatch(r"\w+", message) else None


def migrate(database: Database, revision: str = "head") -> None:
    """The tables are those of this revision. One process migrates at a time; the others wait and find it done.

    Raises NewerDatabase, and leaves it alone.
    """
    if revision == "head" and is_current(database):
        return
    with database.engine.connect() as connection:
        if database.is_sqlite:
            _migrate_sqlite(connection, revision)
        else:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.commit()
            try:
                _run_migrations(connection, revision)
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
                connection.commit()


def _migrate_sqlite(connection: Connection, revision: str) -> None:
    # Rebuilding a parent table with foreign keys on would cascade into its children and empty them.
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        writing = connection.execution_options(nightschool_writes=True)
        with writing.begin():
            _run_migrations(writing, revision)
            broken = writing.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration would leave rows without their parents: {broken[:5]}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _run_migrations(connection: Connection, revision: str) -> None:
    from alembic import command

    config = alembic_config()
    _refuse_newer(connection, config)
    config.attributes["connection"] = connection
    if revision == "head":
        command.upgrade(config, "head")
    else:
        command.downgrade(config, revision)


def _refuse_newer(connection: Connection, config: Any) -> None:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if MigrationContext.configure(connection).get_current_revision() not in known | {None}:
        raise NewerDatabase


def alembic_config() -> Any:
    """Alembic's configuration for this project; the caller gives it a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix().replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def is_current(database: Database) -> bool:
    """True when the database stands at the newest revision this code knows."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
