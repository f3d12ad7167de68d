"""The tables a migration makes are those the models describe, with the guards no comparison sees."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Boolean, Connection, DateTime, MetaData, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from nightschool.database import Database, broken_constraint, is_current, migrate
from nightschool.migrations.guards import EXPECTED
from nightschool.models import Base
from nightschool.models.teaching import Booking
from tests.factories import NOW, Cast, make_course, make_register, make_session, make_teacher


def guards_of(database: Database) -> frozenset[str]:
    statement = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal UNION SELECT conname FROM pg_constraint WHERE contype = 'x'"
    )
    with database.engine.connect() as connection:
        return frozenset(connection.scalars(text(statement)))


def row_counts(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return {
            table.name: connection.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0
            for table in Base.metadata.sorted_tables
        }


def test_models_equal_the_newest_migration(database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_constraint_of_the_models_stands_in_the_database(database) -> None:
    wanted = {
        constraint.name
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.__visit_name__ == "check_constraint"
    }
    statement = (
        "SELECT group_concat(sql) FROM sqlite_master WHERE type = 'table'"
        if database.is_sqlite
        else "SELECT string_agg(conname, ',') FROM pg_constraint WHERE contype = 'c'"
    )
    with database.engine.connect() as connection:
        found = connection.scalar(text(statement))
    assert {name for name in wanted if str(name) not in found} == set()


def test_guards_are_those_expected(database) -> None:
    assert guards_of(database) == EXPECTED[database.engine.dialect.name]


def test_migrating_again_keeps_every_row_and_every_guard(database, cast) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db, teachers=(cast.teacher,)), teachers=(cast.teacher,))
        make_register(db, held, cast.chen, total=12)
    before = row_counts(database)
    migrate(database)
    assert is_current(database)
    assert row_counts(database) == before
    assert guards_of(database) == EXPECTED[database.engine.dialect.name]


def test_down_to_nothing_and_up_again(sqlite_template, tmp_path) -> None:
    import shutil

    from nightschool.settings import sqlite_url
    from tests.factories import SEALER

    path = tmp_path / "down.db"
    shutil.copy(sqlite_template, path)
    database = Database(sqlite_url(path), sealer=SEALER)
    migrate(database, "base")
    assert not is_current(database)
    migrate(database)
    assert is_current(database)
    assert guards_of(database) == EXPECTED["sqlite"]
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


def rows_of(database: Database, kept: dict[str, list[dict[str, Any]]]) -> dict[str, list[tuple[Any, ...]]]:
    """The old columns of every row."""
    with database.engine.connect() as connection:
        return {
            name: sorted(
                map(tuple, connection.execute(text(f"SELECT {', '.join(rows[0])} FROM {name}"))), key=repr
            )
            for name, rows in kept.items()
            if rows
        }


@pytest.mark.parametrize("path", OLD_DATABASES, ids=lambda path: path.name)
def test_an_old_demonstration_comes_along_whole(database, path) -> None:
    kept = json.loads(gzip.decompress(path.read_bytes()))
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
    assert guards_of(database) == EXPECTED[database.engine.dialect.name]


def test_records_of_before_are_found_by_their_sound_after_an_upgrade(database, cast) -> None:
    with database.writing() as db:
        make_teacher(db, name="单老师", search_keys="")
    migrate(database, "0001")
    migrate(database)
    with database.engine.connect() as connection:
        keys = connection.scalar(text("SELECT search_keys FROM teacher WHERE name = '单老师'"))
    assert "shanlaoshi" in keys.split() and "sls" in keys.split()


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
                    "changed_at": NOW,
                },
            )
        assert "code" in str(refused.value) or "too long" in str(refused.value)
        db.rollback()
