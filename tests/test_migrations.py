"""What migrations make is what the models and the guards describe, and old rows come along."""

import gzip
import json
import shutil
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Boolean, Connection, DateTime, MetaData, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from nightschool.database import Database, alembic_config, broken_constraint, is_current, migrate
from nightschool.migrations import guards
from nightschool.migrations.guards import EXPECTED
from nightschool.models import Base
from nightschool.models.errands import Errand
from nightschool.models.places import RegionImport, Venue
from nightschool.models.planning import Rota
from nightschool.models.teaching import Booking
from nightschool.settings import sqlite_url
from tests.factories import NOW, SEALER, Cast, make_course, make_register, make_session, make_teacher

CLUSTER_PAGE = Path(__file__).parents[1] / "docs" / "cluster.md"


def row_counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            table.name: connection.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0
            for table in Base.metadata.sorted_tables
        }


def schema_of(connection: Connection) -> dict[str, str]:
    """What this database promises about its tables, by name: columns, keys, constraints, indexes, guards."""
    found, told = inspect(connection), {}
    for kind, by_table in (
        ("column", found.get_multi_columns()),
        ("primary key", {table: [key] for table, key in found.get_multi_pk_constraint().items()}),
        ("foreign key", found.get_multi_foreign_keys()),
        ("unique", found.get_multi_unique_constraints()),
        ("check", found.get_multi_check_constraints()),
        ("index", found.get_multi_indexes()),
    ):
        for (_schema, table), things in by_table.items():
            for thing in things if table != "alembic_version" else ():
                # What a column is filled with when it is added to old rows says nothing about new ones.
                facts = {key: _plain(value) for key, value in thing.items() if key not in ("name", "default")}
                told[f"{kind} {table}.{thing['name']}"] = str(sorted(facts.items()))
    guards = (
        ("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",)
        if connection.dialect.name == "sqlite"
        else (
            "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'x'",
            "SELECT proname, prosrc FROM pg_proc JOIN pg_language AS l ON l.oid = prolang WHERE lanname = 'plpgsql'",
        )
    )
    for statement in guards:
        told |= {f"guard {name}": " ".join(sql.split()) for name, sql in connection.execute(text(statement))}
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _plain(inner)) for key, inner in value.items())
    return value if isinstance(value, bool | int | list | None) else str(value)


def schema(database: Database) -> dict[str, str]:
    with database.engine.connect() as connection:
        return schema_of(connection)


def schema_of_models(database: Database) -> dict[str, str]:
    """What the same database would promise, had the models and the guards made it; nothing of it stays."""
    with database.engine.connect() as connection:
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)
        Base.metadata.create_all(connection)
        with Operations.context(MigrationContext.configure(connection)):
            guards.put_up()
        told = schema_of(connection)
        connection.rollback()
    return told


@pytest.mark.check("tables: write a migration, or mend it; README tells how")
def test_models_and_migrations_make_the_same_schema(database) -> None:
    migrated, wanted = schema(database), schema_of_models(database)
    differing = [
        f"{name}\n  in migrations: {migrated.get(name)}\n  in models:     {wanted.get(name)}"
        for name in sorted(migrated.keys() | wanted.keys())
        if migrated.get(name) != wanted.get(name)
    ]
    assert not differing, "\n".join(
        ["a migration is missing in nightschool/migrations/versions:", *differing]
    )


def test_the_comparison_sees_every_constraint_index_and_guard(database) -> None:
    seen = {name.rpartition(" ")[2] for name in schema_of_models(database)}
    things = {
        f"{table.name}.{thing.name}"
        for table in Base.metadata.sorted_tables
        for thing in (*table.constraints, *table.indexes)
    }
    assert (things | EXPECTED[database.engine.dialect.name]) - seen == set()


@pytest.mark.check("tables: a migration asks `op` for nothing outside its two functions")
def test_migrating_again_keeps_every_row_and_every_guard(database, cast) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db, teachers=(cast.teacher,)), teachers=(cast.teacher,))
        make_register(db, held, cast.chen, total=12)
    rows, tables = row_counts(database), schema(database)
    migrate(database)
    assert is_current(database)
    assert row_counts(database) == rows
    assert schema(database) == tables


def test_down_to_nothing_and_up_again(sqlite_template, tmp_path) -> None:
    path = tmp_path / "down.db"
    shutil.copy(sqlite_template, path)
    database = Database(sqlite_url(path), sealer=SEALER)
    tables = schema(database)
    migrate(database, "base")
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    assert schema(database) == tables
    database.dispose()


# Across these, all servers are stopped first; docs/cluster.md says so. Another migration leaves the code before it at work.
STOPPING_ALL = {"0059"}


def asked_for(database: Database) -> dict[str, bool]:
    """What code may ask of these tables and leave out when it writes, by name; True: it may leave it out."""
    with database.engine.connect() as connection:
        found = inspect(connection)
        may_leave_out = {f"table {table}": True for table in found.get_table_names()} | {
            f"column {table}.{column['name']}": bool(column["nullable"] or column["default"] is not None)
            or column["name"] == "id"
            for (_schema, table), columns in found.get_multi_columns().items()
            for column in columns
        }
        for kind, by_table in (
            ("unique", found.get_multi_unique_constraints()),
            ("check", found.get_multi_check_constraints()),
        ):
            may_leave_out |= {
                f"{kind} {table}.{one['name']}": False
                for (_schema, table), ones in by_table.items()
                for one in ones
            }
    return may_leave_out


def test_the_code_before_a_migration_goes_on_beside_its_schema(sqlite_template, tmp_path) -> None:
    path = tmp_path / "beside.db"
    shutil.copy(sqlite_template, path)
    database, page = Database(sqlite_url(path), sealer=SEALER), CLUSTER_PAGE.read_text("utf-8")
    newest = list(islice(ScriptDirectory.from_config(alembic_config()).walk_revisions(), 3))
    for script in newest:
        after = asked_for(database)
        migrate(database, script.down_revision)
        before = asked_for(database)
        tables = {name.removeprefix("table ") for name in before if name.startswith("table ")}
        in_the_way = {
            name for name in before.keys() - after.keys() if name.startswith(("table ", "column "))
        } | {
            name
            for name, may_leave_out in after.items()
            if not may_leave_out
            and before.get(name, True)
            and name.partition(" ")[2].partition(".")[0] in tables
        }
        if script.revision in STOPPING_ALL:
            assert f"migration {script.revision}" in page
        else:
            assert not in_the_way, (
                f"{script.revision} stops the code before it: {sorted(in_the_way)}; add in one release and take away "
                "in the next, or say in docs/cluster.md that all servers are stopped first"
            )
    database.dispose()


# What the demonstration of each released schema entered, by table: gzipped JSON of the rows as SQLite kept them.
OLD_DATABASES = sorted((Path(__file__).parent / "old_databases").glob("*.json.gz"))


def fill_old(connection: Connection, kept: dict[str, list[dict[str, Any]]]) -> None:
    """The rows of an old database stand in this one, which has the same old tables."""
    tables = MetaData()
    tables.reflect(connection)
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    for name, rows in kept.items():
        connection.execute(text(f"DELETE FROM {name}"))
        columns = {column.name: column.type for column in tables.tables[name].columns}
        for row in rows if not is_sqlite else ():
            for column, kind in columns.items():
                if row[column] is not None and isinstance(kind, Boolean):
                    row[column] = bool(row[column])
                elif row[column] is not None and isinstance(kind, DateTime):
                    row[column] += "+00:00"
        if rows:
            named, places = ", ".join(columns), ", ".join(f":{column}" for column in columns)
            connection.execute(text(f"INSERT INTO {name} ({named}) VALUES ({places})"), rows)


BEFORE_ERRANDS = "0057"

# What was never filled in by anybody, and is otherwise or gone since.
NOT_KEPT = {"course": {"organiser", "delivery_mode"}, "class_session": {"delivery_mode"}}


def rows_of(database: Database, kept: dict[str, list[dict[str, Any]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The old columns of every row."""
    columns = {
        name: ", ".join(column for column in rows[0] if column not in NOT_KEPT.get(name, ()))
        for name, rows in kept.items()
        if rows
    }
    with database.engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(text(f"SELECT {named} FROM {name}"))), key=repr)
            for name, named in columns.items()
        }


@pytest.mark.parametrize("path", OLD_DATABASES, ids=lambda path: path.name)
def test_an_old_demonstration_comes_along_whole(database, path) -> None:
    kept = json.loads(gzip.decompress(path.read_bytes()))
    tables = schema(database)
    migrate(database, path.name[:4])
    if database.is_sqlite:
        connection = database.engine.raw_connection()
        connection.execute("PRAGMA foreign_keys=OFF")  # rows refer to others of their own table
        connection.close()
    with database.engine.connect() as connection:
        fill_old(connection, kept)
        connection.commit()
    before = rows_of(database, kept)
    migrate(database)
    assert is_current(database)
    assert {name: count for name, count in row_counts(database).items() if name in kept} == {
        name: len(rows) for name, rows in kept.items()
    }
    assert rows_of(database, kept) == before
    assert schema(database) == tables


def test_records_of_before_are_found_by_their_sound_after_an_upgrade(database, cast) -> None:
    with database.writing() as db:
        make_teacher(db, name="单老师", search_keys="")
    migrate(database, "0001")
    migrate(database)
    with database.engine.connect() as connection:
        keys = connection.scalar(text("SELECT search_keys FROM teacher WHERE name = '单老师'"))
    assert "shanlaoshi" in keys.split() and "sls" in keys.split()


def test_what_was_going_on_before_errands_is_taken_up_again(database, cast) -> None:
    migrate(database, BEFORE_ERRANDS)
    with database.reading() as db:
        now = db.scalar(select(func.current_timestamp()))
    at, just_now, weeks_ago = (
        (now - ago).strftime("%Y-%m-%d %H:%M:%S" + ("" if database.is_sqlite else now.strftime("%z")))
        for ago in (timedelta(hours=1), timedelta(seconds=30), timedelta(days=30))
    )
    shared, silent = (f"{cast.chen}, 1, 4, '{at}', '{last}'" for last in (just_now, weeks_ago))
    whose = "account_id, steps_done, steps_all, made_at, changed_at"
    days, two = "'511002105201', '2026-01-01', '2026-12-31'", "region_code, first_day, last_day"
    with database.engine.begin() as connection:
        for name, state, said in (
            ("ready", "ready", silent),
            ("making", "making", shared),
            ("died", "making", silent),
        ):
            connection.execute(
                text(
                    f"INSERT INTO export (public_id, kind, state, {two}, {whose})"
                    f" VALUES ('{name}', 'posters', '{state}', {days}, {said})"
                )
            )
        for name, state, rows in (
            ("found", "ready", []),
            ("stopped", "stopping", []),
            ("mended", "making", [1]),
        ):
            connection.execute(
                text(
                    f"INSERT INTO rota (public_id, state, starts, ends, knows_ways, greedy_met, rows, {two}, {whose})"
                    f" VALUES ('{name}', '{state}', 1140, 1230, true, 0, '{rows}', {days}, {shared})"
                )
            )
        for name, state, said in (
            ("seen", "previewed", silent),
            ("taken", "applying", shared),
            ("broken_off", "applying", silent),
        ):
            connection.execute(
                text(
                    "INSERT INTO region_import (public_id, state, file_name, as_of, end_missing, skip_bad, counts,"
                    f" {whose}) VALUES ('{name}', '{state}', '', '2026-01-01', false, true, '{{}}', {said})"
                )
            )
    migrate(database)
    with database.reading() as db:
        found = {one.public_id: one for one in db.scalars(select(Errand))}
        assert {name: (one.kind, one.state) for name, one in found.items()} == {
            "ready": ("posters", "done"),
            "making": ("posters", "open"),
            "died": ("posters", "failed"),
            "stopped": ("rota", "stopping"),
            "mended": ("mend", "open"),
            "taken": ("regions", "open"),
            "broken_off": ("regions", "failed"),
        }
        assert found["making"].asked == {"first": "2026-01-01", "last": "2026-12-31"}
        assert found["taken"].asked == {"upload": "taken", "skip_bad": True, "takes_given": False}
        assert found["making"].due_at == found["making"].made_at
        rotas = {one.public_id: (one.errand_id, one.is_whole) for one in db.scalars(select(Rota))}
        assert rotas == {
            "found": (None, False),
            **{name: (found[name].id, False) for name in ("stopped", "mended")},
        }
        lists = {one.public_id: one.errand_id for one in db.scalars(select(RegionImport))}
        assert lists == {"seen": None, **{name: found[name].id for name in ("taken", "broken_off")}}


def test_a_server_of_the_version_before_adds_venues_to_the_new_tables(database, cast) -> None:
    told = "region_code, name, kind, is_lit, is_covered, directions, key_holder, allows_parallel, search_keys, public_id"
    with database.engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO venue ({told}, version) VALUES"
                " ('511002105201', '老祠堂', 'meeting_room', true, true, '', '', false, '', 'old', 1)"
            )
        )
    with database.reading() as db:
        assert db.scalars(select(Venue.for_township).where(Venue.public_id == "old")).one() is False


def book(db, session_id: int, starts: int, ends: int) -> None:
    db.add(
        Booking(
            resource_kind="venue",
            resource_id=7,
            day=make_day(),
            starts=starts,
            ends=ends,
            class_session_id=session_id,
        )
    )
    db.flush()


def make_day():
    from tests.factories import TODAY

    return TODAY


def test_database_itself_refuses_an_overlap_and_takes_back_to_back(database, cast: Cast) -> None:
    with database.writing() as db:
        course = make_course(db)
        first, second, third = (make_session(db, course) for _ in range(3))
        book(db, first.id, 1140, 1200)
        book(db, second.id, 1200, 1260)
        with pytest.raises(IntegrityError) as refused:
            book(db, third.id, 1195, 1205)
        assert broken_constraint(refused.value) == "booking_overlap"
        db.rollback()


@pytest.mark.parametrize("table", ["mark_event", "audit_event"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_history_cannot_be_changed_or_deleted(database, cast, table, statement) -> None:
    with database.writing() as db:
        if table == "audit_event":
            db.execute(
                text("INSERT INTO audit_event (at, action, record, details) VALUES (:at, 'x', 'y', '{}')"),
                {"at": "2026-11-24 00:00:00+00:00"},
            )
        else:
            from tests.factories import make_learner

            held = make_session(db, make_course(db))
            submission = make_register(db, held, cast.chen)
            db.execute(
                Base.metadata.tables["mark_event"].insert(),
                {
                    "submission_id": submission.id,
                    "class_session_id": held.id,
                    "learner_id": make_learner(db).id,
                },
            )
        with pytest.raises(IntegrityError) as refused:
            db.execute(text(statement.format(table)))
        assert broken_constraint(refused.value) == f"{table}_append_only"
        db.rollback()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"starts": 1140, "ends": 1140}, "ck_class_session_slot_sound"),
        ({"starts": 1140, "ends": 1145}, "ck_class_session_slot_sound"),
        ({"starts": 400, "ends": 900}, "ck_class_session_slot_sound"),
        ({"starts": 1400, "ends": 1450}, "ck_class_session_slot_sound"),
        ({"status": "cancelled", "reason": None}, "ck_class_session_reason_given"),
        ({"status": "postponed", "reason": "weather"}, "ck_class_session_successor_when_postponed"),
        ({"status": "cancelled", "reason": "bored"}, "ck_class_session_reason_known"),
        ({"status": "gone"}, "ck_class_session_status_known"),
    ],
)
def test_database_itself_refuses_what_can_never_be(database, cast, change, constraint) -> None:
    with database.writing() as db:
        course = make_course(db)
        with pytest.raises(IntegrityError) as refused:
            make_session(db, course, booked=False, **change)
        assert broken_constraint(refused.value) == constraint
        db.rollback()


def test_a_session_is_the_successor_of_one_other_at_most(database, cast) -> None:
    with database.writing() as db:
        course = make_course(db)
        successor = make_session(db, course)
        make_session(db, course, status="postponed", reason="weather", successor_id=successor.id)
        with pytest.raises(IntegrityError) as refused:
            make_session(db, course, status="postponed", reason="weather", successor_id=successor.id)
        assert broken_constraint(refused.value) == "uq_class_session_successor_id"
        db.rollback()


@pytest.mark.parametrize("code", ["51100210520", "5110021052011", "51100210520x", "５１１００２１０５２０１"])
def test_region_codes_are_twelve_digits_in_the_database_too(database, code) -> None:
    with database.writing() as db:
        with pytest.raises(DBAPIError) as refused:
            db.execute(
                Base.metadata.tables["region"].insert(),
                {
                    "code": code,
                    "level": "village",
                    "name": "x",
                    "official_name": "x",
                    "changed_at": NOW.instant,
                },
            )
        assert "code" in str(refused.value) or "too long" in str(refused.value)
        db.rollback()
