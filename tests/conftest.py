"""The ground every test stands on: both databases, a still clock, a cast of people, and guards that never sleep.

A test that asks for `database`, or for what stands on it, runs on SQLite and on PostgreSQL. It is marked `one_database`,
and runs on SQLite alone, when what it looks at is settled before or after SQL: headers, redirects, wording. Whatever
stores, locks, sorts, searches, or compares text, dates or JSON, and whatever a constraint or a trigger decides, stays
on both. In doubt: both. Pages (tests/web) stand on queries and actions that are tested on both: their tests run on
SQLite, and on PostgreSQL too where they are marked `both_databases`, because no other test sends one of their
statements there, or because several write at once.
"""

import gc
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import get_ident
from typing import Any

import pytest
from flask import Flask, before_render_template, template_rendered
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from nightschool import texts
from nightschool.database import Database, migrate
from nightschool.models import Base
from nightschool.models.trust import AuditEvent
from nightschool.rules.trust.trail import ACTIONS
from nightschool.settings import Settings, sqlite_url
from nightschool.web.app import create_app
from nightschool.web.site.context import SERVICES, Services
from nightschool.web.site.delivery import EXTENSION, Shelf
from nightschool.web.site.errands import ERRANDS, Errands
from tests import factories, postgres_cluster
from tests.factories import KEYS, NOW, Cast

CLUSTER = "TESTS_CLUSTER"  # where the controller tells its workers which cluster to use
WHAT_TO_DO = "what to do"
PAGES = Path(__file__).parent / "web"
KEPT_TABLES = {"category", "feed_identity"}

# Time tells nothing on a machine that does other things too; and one database serves all examples of a test.
hypothesis_settings.register_profile(
    "nightschool",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("nightschool")


@event.listens_for(AuditEvent, "before_insert")
def every_action_has_its_words(_mapper: Any, _connection: Any, line: AuditEvent) -> None:
    """A test that leaves a line on the trail which nobody could read fails."""
    assert line.action in ACTIONS, f"write the words of {line.action} in rules/trust/trail.py"


def pytest_configure(config: pytest.Config) -> None:
    """No test sees the settings or the language of whoever runs it; one PostgreSQL cluster stands for all workers."""
    for name in [name for name in os.environ if name.startswith(("NIGHTSCHOOL_", "LC_"))]:
        del os.environ[name]
    os.environ["LANG"] = "C.UTF-8"
    is_controller = getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput")
    if is_controller and postgres_cluster.available() is None:
        cluster = postgres_cluster.start()
        os.environ[CLUSTER] = cluster.url("{name}")
        config.add_cleanup(cluster.stop)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Only tests that are to ask PostgreSQL do; what is to be done when a check fails travels with its report."""

    def is_for_sqlite(item: pytest.Item) -> bool:
        if item.path.is_relative_to(PAGES):
            return not item.get_closest_marker("both_databases")
        return item.get_closest_marker("one_database") is not None

    items[:] = [item for item in items if "[postgresql" not in item.name or not is_for_sqlite(item)]
    for item in items:
        if mark := item.get_closest_marker("check"):
            item.user_properties.append((WHAT_TO_DO, mark.args[0]))


def pytest_collection_finish() -> None:
    """What is imported by now lives as long as the tests do: to look through it for rubbish would take a tenth of
    their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """After all details, one line says of each kind of check that failed what is to be done."""
    failed = [report for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, ())]
    told = {
        words
        for report in failed
        for name, words in getattr(report, "user_properties", ())
        if name == WHAT_TO_DO
    }
    for line in sorted(told):
        terminalreporter.write_line(line, yellow=True)


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that opens a connection to anywhere else fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test wanted to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def chinese_first() -> Iterator[None]:
    """Every test starts in Chinese."""
    with texts.using_language("zh"):
        yield


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """`made_once(name, make)` is a folder that the first worker who asks has made: for what takes long, to be copied."""
    of_this_worker = tmp_path_factory.getbasetemp()
    of_the_run = of_this_worker.parent if "PYTEST_XDIST_WORKER" in os.environ else of_this_worker

    def made(name: str, make: Callable[[Path], object]) -> Path:
        import fcntl  # not on Windows, where nothing of this is tested

        folder, partial = of_the_run / name, of_the_run / f"{name}.partial"
        with (of_the_run / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(partial, ignore_errors=True)
                make(partial)
                partial.rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, made_once: Callable[..., Path]) -> Path:
    """A migrated, empty SQLite database to copy."""

    def make(folder: Path) -> None:
        folder.mkdir()
        database = Database(sqlite_url(folder / "empty.db"), sealer=factories.SEALER)
        migrate(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()

    path = tmp_path_factory.mktemp("template") / "empty.db"
    shutil.copy(made_once("migrated", make) / "empty.db", path)
    return path


@pytest.fixture
def installed(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """The empty database of an installation in the test's own folder, with the tests' keys. Migrating takes seconds."""
    shutil.copy(sqlite_template, tmp_path / "nightschool.db")
    factories.keep_keys(tmp_path)
    database = Database(sqlite_url(tmp_path / "nightschool.db"), sealer=factories.SEALER)
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def sqlite_with_cast(sqlite_template: Path) -> tuple[Path, Cast]:
    """The same with the cast in it: copying is quicker than entering them anew."""
    path = sqlite_template.with_name("cast.db")
    shutil.copy(sqlite_template, path)
    database = Database(sqlite_url(path), sealer=factories.SEALER)
    with database.writing() as db:
        cast = factories.make_cast(db)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path, cast


@pytest.fixture(scope="session")
def postgresql(made_once: Callable[..., Path]) -> Iterator[Database]:
    """A migrated PostgreSQL database of this worker's own."""
    why_not = postgres_cluster.available()
    if why_not and os.environ.get("CI"):
        pytest.fail(f"PostgreSQL must be here on CI: {why_not}")
    if why_not:
        pytest.skip(why_not)
    cluster = None
    if CLUSTER not in os.environ:
        cluster = postgres_cluster.start()
    pattern = os.environ.get(CLUSTER) or (cluster and cluster.url("{name}")) or ""

    def at(name: str) -> Database:
        return Database(pattern.replace("{name}", name), sealer=factories.SEALER)

    def create(statement: str) -> None:
        server = at("postgres")
        with server.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))
        server.dispose()

    def make(folder: Path) -> None:
        folder.mkdir()
        create("CREATE DATABASE migrated")
        migrated = at("migrated")
        migrate(migrated)
        migrated.dispose()

    made_once("migrated_postgresql", make)
    name = f"nightschool_{os.getpid()}"
    create(f"CREATE DATABASE {name} TEMPLATE migrated")
    database = at(name)
    yield database
    database.dispose()
    if cluster:
        cluster.stop()


HAVE_CAST: list[str] = []  # the tables in which the cast stands, once a test has asked PostgreSQL for it


def empty(database: Database, *, but_cast: bool = False) -> None:
    """Every table but the shipped categories is empty, or holds the cast alone; quicker than making tables anew."""
    tables = [table.name for table in Base.metadata.sorted_tables if table.name not in KEPT_TABLES]
    # Without its keys and guards for the moment: all of them hold when all is there again.
    statements = ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in tables)]
    if but_cast:
        statements += [f"INSERT INTO {name} SELECT * FROM kept_cast.{name}" for name in HAVE_CAST]
    with database.engine.begin() as connection:
        connection.exec_driver_sql("; ".join(statements))


@pytest.fixture(scope="session")
def postgresql_with_cast(postgresql: Database) -> Cast:
    """The cast, and its rows in a schema of their own: copying is quicker than entering them anew."""
    empty(postgresql)
    with postgresql.writing() as db:
        cast = factories.make_cast(db)
    with postgresql.engine.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA kept_cast")
        for table in Base.metadata.sorted_tables:
            if table.name not in KEPT_TABLES and connection.scalar(select(select(table).exists())):
                connection.exec_driver_sql(f"CREATE TABLE kept_cast.{table.name} AS TABLE {table.name}")
                HAVE_CAST.append(table.name)
    return cast


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """This worker's SQLite database. One for all tests, as on PostgreSQL: SQL that has been compiled once stays so."""
    database = Database(
        sqlite_url(tmp_path_factory.mktemp("sqlite") / "nightschool.db"), sealer=factories.SEALER
    )
    for engine in database.engines:  # whoever is here for a test only need not be safe against a power cut
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    yield database
    database.dispose()


def replace_file(database: Database, template: Path) -> None:
    """The SQLite database is a copy of this one, and nobody has it open."""
    database.dispose()
    path = Path(str(database.url.database))
    for left in path.parent.glob(f"{path.name}*"):  # with its log, if somebody still held it open
        left.unlink()
    shutil.copy(template, path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database without rows, or with the cast: each test runs on SQLite and on PostgreSQL."""
    has_cast = "cast" in request.fixturenames
    if request.param == "postgresql":
        shared: Database = request.getfixturevalue("postgresql")
        if has_cast:
            request.getfixturevalue("postgresql_with_cast")
        empty(shared, but_cast=has_cast)
        yield shared
        return
    template = request.getfixturevalue("sqlite_with_cast")[0] if has_cast else None
    shared = request.getfixturevalue("sqlite")
    replace_file(shared, template or request.getfixturevalue("sqlite_template"))
    yield shared


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A writing session; for tests of actions and queries. Pages have their own sessions."""
    with database.writing() as db:
        yield db


@pytest.fixture
def cast(request: pytest.FixtureRequest, database: Database) -> Cast:
    """Two villages in two counties, with their schools and the named people; see factories.Cast."""
    if database.is_sqlite:
        made: Cast = request.getfixturevalue("sqlite_with_cast")[1]
        return made
    return request.getfixturevalue("postgresql_with_cast")


@pytest.fixture
def clock() -> factories.StillClock:
    """The clock of the application; a test moves it."""
    return factories.StillClock(NOW.instant)


@pytest.fixture(scope="session")
def compiled(made_once: Callable[..., Path]) -> FileSystemBytecodeCache:
    """The templates that any worker has compiled; to compile all takes longer than to show all."""
    return FileSystemBytecodeCache(str(made_once("compiled", Path.mkdir)))


MADE: list[Flask] = []  # the one application of this worker, once a test has asked for one


@pytest.fixture
def own_application() -> None:
    """The test has an application to which it may add addresses."""


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    database: Database,
    clock: factories.StillClock,
    tmp_path: Path,
    compiled: FileSystemBytecodeCache,
) -> Iterator[Flask]:
    """The application on this database. Any SQL while a template renders fails the test.

    It is made once a worker, which takes longer than most tests of a page, and keeps nothing between two tests but its
    compiled templates and addresses. What adds an address to it asks for `own_application`.
    """
    settings = Settings(
        data_folder=tmp_path,
        database_url="",
        base_url="http://localhost",
        listen_host="127.0.0.1",
        listen_port=8000,
        timezone="Asia/Shanghai",
        keys=KEYS,
    )
    is_shared = "own_application" not in request.fixturenames
    if MADE and is_shared:
        app = MADE[0]
        services: Services = app.extensions[SERVICES]
        app.extensions[SERVICES] = replace(services, settings=settings, database=database, clock=clock)
        app.extensions[ERRANDS] = Errands(app)
        app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], shelf=Shelf())
    else:
        app = create_app(settings, database, clock=clock)
        app.jinja_env.bytecode_cache = compiled
        MADE.extend([app] if is_shared else [])
    as_made = dict(app.config), dict(app.view_functions), dict(app.jinja_env.globals)
    app.config.update(TESTING=False, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    rendering: list[str] = []
    asking = get_ident()  # errands go on beside it, in threads of their own

    def begin(_app: Flask, template: Any, context: Any) -> None:
        rendering.append(template.name)

    def end(_app: Flask, template: Any, context: Any) -> None:
        rendering.clear()

    def refuse(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if rendering and get_ident() == asking:
            raise AssertionError(f"SQL while {rendering[-1]} renders: {statement}")

    with (
        before_render_template.connected_to(begin, app),
        template_rendered.connected_to(end, app),
        listening(database, refuse),
    ):
        yield app
    app.config.clear()
    app.config.update(as_made[0])
    assert (app.view_functions, app.jinja_env.globals) == as_made[1:] or not is_shared, (
        "ask for own_application"
    )


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An anonymous visitor's browser."""
    return app.test_client()


@pytest.fixture
def browser_of(app: Flask, database: Database) -> Any:
    """`browser_of(account_id)` gives a browser logged in as that account."""

    def make(account_id: int) -> FlaskClient:
        browser = app.test_client()
        browser.set_cookie("nightschool", factories.make_login(database, account_id))
        return browser

    return make


@pytest.fixture
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL statements sent since the test began, or since the list was cleared."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            seen.append(statement)

    with listening(database, note):
        yield seen


@contextmanager
def listening(database: Database, note: Callable[..., None]) -> Iterator[None]:
    """Within the block every statement that is sent to the database is told first."""
    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    yield
    for engine in database.engines:
        event.remove(engine, "before_cursor_execute", note)
