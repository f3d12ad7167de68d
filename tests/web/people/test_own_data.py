"""Whoever asks what is kept about them reads all of it, and takes it along; that they asked is on record."""

import json
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.attendance import Mark, MarkEvent
from nightschool.models.people import FormerStay, Learner
from nightschool.models.teaching import Enrolment
from nightschool.models.trust import AuditEvent
from nightschool.queries.trust.own_data import referring_columns
from nightschool.rules.people.own_data import NOT_TOLD, OWN_COLUMNS, OWN_TABLES
from tests.factories import (
    JIANLI,
    NOW,
    SEALER,
    TODAY,
    Cast,
    make_course,
    make_household_status,
    make_learner,
    make_register,
    make_session,
)


@pytest.fixture
def asks(database: Database, cast: Cast) -> str:
    """陈大秀, of whom something stands in every table; and a neighbour who stands beside her everywhere."""
    with database.writing() as db:
        her = make_learner(db, name="陈大秀", sex="female", birth_year=1958, household="陈大明")
        her.phone = SEALER.seal("13800001234", about=f"learner.phone:{her.public_id}")
        other = make_learner(db, name="刘二强")
        merged = make_learner(db, name="陈秀", merged_into_id=her.id, retired_at=NOW.instant)
        course = make_course(db, title="柑橘冬季管护")
        for one in (her, other, merged):
            db.add(
                FormerStay(
                    learner_id=one.id,
                    region_code=JIANLI,
                    group_name="五组",
                    group_number=5,
                    came_on=date(2019, 1, 1),
                    left_on=date(2020, 1, 1),
                )
            )
        for one in (her, other):
            db.add(Enrolment(course_id=course.id, learner_id=one.id, enrolled_on=TODAY, asked_at=NOW.instant))
        held = make_session(db, course)
        make_register(db, held, cast.chen, present=(her.id, other.id))
        for mark in db.scalars(select(Mark)):
            db.add(
                MarkEvent(
                    submission_id=mark.submission_id,
                    class_session_id=held.id,
                    learner_id=mark.learner_id,
                    status="present",
                )
            )
        make_household_status(db, merged)
        return her.public_id


def test_every_table_and_column_about_learners_has_its_words_or_a_reason() -> None:
    """A new one fails here until somebody has thought of what the person reads."""
    tables = referring_columns()
    assert {table.name for table in tables} == set(OWN_TABLES) - {"audit_event", "household_status"}
    columns = {column.name for table in tables for column in table.columns}
    assert columns - set(OWN_COLUMNS) == set(NOT_TOLD) - {"record", "details"}


def test_a_person_reads_all_that_is_kept_about_them_and_nothing_of_a_neighbour(
    chen: FlaskClient, asks: str, database: Database
) -> None:
    page = chen.post(f"/learners/{asks}/data").text
    for words in (
        "13800001234", "1958", "陈大明", "女", "建立村", "五组", "柑橘冬季管护", "陈秀", "脱贫户", "2021年1月1日", "在名单上", "陈书记",
    ):  # fmt: skip
        assert words in page, words
    assert "刘二强" not in page
    with database.reading() as db:
        actions = list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
        assert actions[-2:] == ["learner.phone", "learner.data"]
    assert "陈书记 调出了这个人的全部资料" in chen.post(f"/learners/{asks}/data").text


@pytest.mark.both_databases
def test_they_take_it_along_as_a_file(chen: FlaskClient, asks: str) -> None:
    answer = chen.post(f"/learners/{asks}/data", data={"as": "json"})
    assert answer.mimetype == "application/json" and "attachment" in answer.headers["Content-Disposition"]
    told: dict[str, Any] = json.loads(answer.data)
    assert [row["name"] for row in told["learner"]] == ["陈大秀", "陈秀"]
    assert told["learner"][0]["phone"] == "13800001234"
    assert [row["status"] for row in told["mark"]] == ["present"]
    assert set(told) == {
        "learner",
        "former_stay",
        "enrolment",
        "mark",
        "mark_event",
        "household_status",
        "audit_event",
    }


@pytest.mark.both_databases
def test_nobody_else_calls_it_up(browser_of: Any, cast: Cast, asks: str, database: Database) -> None:
    for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
        assert browser_of(account).post(f"/learners/{asks}/data").status_code == 404
    with database.reading() as db:
        assert not db.scalars(select(AuditEvent.action)).all()
        assert db.scalars(select(Learner.name)).all()
