"""The database: engine, SQLite's pragmas, and the only two ways to use it: `reading()` and `writing()`.

Nothing is created or migrated when this is imported. Migrating is one explicit step under a lock (`migrate`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.sealing import Sealer

# Older SQLite libraries can corrupt a WAL database when two connections write and checkpoint at once.
SQLITE_FIT_FOR_WAL = (3, 51, 3)
MIGRATION_LOCK = 0x4E696768745363  # any constant of this project's own, for pg_advisory_lock
MIGRATIONS = Path(__file__).parent / "migrations"


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


@dataclass(frozen=True, slots=True)
class Glance:
    """What `glancing()` gives; `queries.prepared` knows what to do with it."""

    engine: Engine  # the one for everything else, whose listeners hear of every statement
    raw: PoolProxiedConnection


class Database:
    """One database, SQLite or PostgreSQL. Sessions made here carry the sealer in `db.info["sealer"]`."""

    def __init__(self, url: str, *, sealer: Sealer) -> None:
        self.url = make_url(url)
        self.sealer = sealer
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite_engine() if self.is_sqlite else self._postgresql_engine()
        self._for_looking = self.engine.execution_options(postgresql_readonly=True)
        # A connection of SQLite's is in no transaction until one is begun. PostgreSQL has some that never are in one.
        self._glances = self.engine if self.is_sqlite else self._postgresql_engine(glances=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking, in one transaction, in which PostgreSQL refuses to write.

        There it ends with a COMMIT: a ROLLBACK would make psycopg forget the statements it has prepared.
        """
        with Session(self._for_looking, info={"sealer": self.sealer}, expire_on_commit=False) as db:
            yield db
            if not self.is_sqlite:
                db.commit()

    @contextmanager
    def glancing(self) -> Iterator[Glance]:
        """The driver's own connection without a transaction: for prepared statements, much cheaper than reading()."""
        dialect = self.engine.dialect
        assert dialect.loaded_dbapi is not None
        try:
            raw = self._glances.raw_connection()
        except dialect.loaded_dbapi.Error:
            self.engine.connect().close()  # says in SQLAlchemy's words what is wrong, if it still is
            raw = self._glances.raw_connection()
        try:
            yield Glance(self.engine, raw)
        finally:
            raw.close()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session for changing: commits when the block ends well, leaves nothing behind when it does not.

        On SQLite it starts with BEGIN IMMEDIATE, so that looking and then inserting is one step nobody gets between.
        """
        with self.engine.connect() as connection:
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
        self.engine.dispose()
        self._glances.dispose()

    def _sqlite_engine(self) -> Engine:
        if self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            self.url,
            hide_parameters=True,  # an error's text must not carry what people entered
            module=sqlite_module(),
            pool_size=10,
            max_overflow=20,
            connect_args={"timeout": 5.0},
        )
        journal = "WAL" if sqlite_is_fit_for_wal() else "DELETE"

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = (
                None  # the driver's own BEGIN comes too late; _begin below says which one
            )
            cursor = connection.cursor()
            for pragma in (
                "busy_timeout=5000",
                f"journal_mode={journal}",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
                "cache_size=-16000",  # 16 MB: a county's timetables stay in memory
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            writes = connection.get_execution_options().get("nightschool_writes")
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def _postgresql_engine(self, *, glances: bool = False) -> Engine:
        pool: dict[str, Any] = {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True}
        planning = ""
        if (
            glances
        ):  # neither asked whether they still work nor rolled back, which is dearer than a glance itself
            pool = {"pool_size": 5, "max_overflow": 10, "pool_reset_on_return": None, "pool_use_lifo": True}
            pool |= {"isolation_level": "AUTOCOMMIT"}
            # Prepared statements only: planned once a connection, not at each call, which is dearer than the answer.
            planning = " -c plan_cache_mode=force_generic_plan"
        return create_engine(
            self.url,
            **pool,
            hide_parameters=True,  # an error's text must not carry what people entered
            connect_args={
                "connect_timeout": 5,
                "options": f"-c statement_timeout=15000 -c lock_timeout=10000{planning}",
            },
        )


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
    """The tables are those of this revision. One process migrates at a time; the others wait and find it done."""
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
    config.attributes["connection"] = connection
    if revision == "head":
        command.upgrade(config, "head")
    else:
        command.downgrade(config, revision)


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
