"""The tables a migration makes are those the models describe, with the guards no comparison sees."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from nightschool.database import Database, broken_constraint, is_current, migrate
from nightschool.migrations.guards import EXPECTED
from nightschool.models import Base
from nightschool.models.teaching import Booking
from tests.factories import NOW, Cast, make_course, make_register, make_session


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
