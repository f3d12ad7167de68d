"""Prepared statements: the same answer by every way to the database, also after the server has closed a connection."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import bindparam, column, select, table, text
from sqlalchemy.exc import DBAPIError

from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.prepared import Prepared
from tests.factories import SHIWAN, TODAY, make_course, make_session

ON_A_DAY = Prepared(
    select(
        ClassSession.title,
        ClassSession.day,
        ClassSession.starts,
        ClassSession.changed_at,
        ClassSession.reason,
    )
    .where(
        ClassSession.region_code == bindparam("village"),
        ClassSession.day == bindparam("day", type_=ClassSession.day.type),
        ClassSession.status == SessionStatus.SCHEDULED,
    )
    .order_by(ClassSession.starts, ClassSession.title)
)


@pytest.fixture
def evening(database, cast):
    with database.writing() as db:
        course = make_course(db)
        for title in ("柑橘修剪", "100% '稳'"):
            make_session(db, course, title=title)
    return {"village": SHIWAN, "day": TODAY}


def answers(place, values) -> list[list[object]]:
    return list(ON_A_DAY.rows(place, values))


def test_a_glance_and_a_transaction_read_the_same(database, evening) -> None:
    with database.reading() as db, database.glancing() as glance:
        found = answers(glance, evening)
        assert found == answers(db, evening) == answers(glance, evening)
    assert [row[0] for row in found] == ["100% '稳'", "柑橘修剪"]
    assert all(row[1] == TODAY and row[4] is None and row[3].tzinfo for row in found)
    assert answers_of_another_day(database, evening) == []


def answers_of_another_day(database, evening) -> list[list[object]]:
    with database.glancing() as glance:
        return answers(glance, {**evening, "day": date(1999, 12, 31)})


def test_a_glance_through_a_connection_the_server_has_closed_is_answered(database, evening) -> None:
    with database.glancing() as glance:
        expected = answers(glance, evening)
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
            )
    for _again in range(2):
        with database.glancing() as glance:
            assert answers(glance, evening) == expected


def test_a_glance_that_cannot_be_answered_says_so_as_any_other_statement(database, cast) -> None:
    nowhere = Prepared(select(column("name")).select_from(table("nowhere")))
    with database.glancing() as glance, pytest.raises(DBAPIError, match="nowhere"):
        nowhere.rows(glance, {})
