"""What a coordinator prints for who comes after: all that is open, whom to phone, whom to visit, and whose phone waits."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.trust import AuditEvent
from nightschool.queries.phones import sealed_for
from tests.factories import (
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_login,
    make_question,
    make_register,
    make_session,
    make_venue,
)

PAGE = f"/desk/{SHIWAN}/handover"


@pytest.fixture
def term(database: Database, cast: Cast) -> None:
    """陈大秀 came four times and missed two; a question is open, a class is to come, a phone still has two sheets."""
    with database.writing() as db:
        teacher = db.get_one(Teacher, cast.teacher)
        teacher.phone = SEALER.seal("13800005678", about=sealed_for("teacher", teacher.public_id))
        make_venue(db, name="老学堂", key_holder="王婆婆")
        chen, liu = (make_learner(db, name=name).id for name in ("陈大秀", "刘国富"))
        course = make_course(db, title="柑橘冬季管护")
        for number in range(6):
            day = TODAY - timedelta(days=40 - 7 * number)
            held = make_session(db, course, day, teachers=(cast.teacher,), booked=False)
            make_register(db, held, cast.chen, present=(liu,) if number > 3 else (chen, liu))
        make_session(db, course, TODAY + timedelta(days=3), booked=False, title="腊肉怎么存")
        make_question(db, held, "叶子黄了怎么办")
    make_login(database, cast.chen, device="红米", pocket_at=NOW.instant, pocket_waits=2)


def test_a_successor_reads_what_is_open_and_whom_to_see(chen: FlaskClient, term: None) -> None:
    assert PAGE in chen.get(f"/desk/{SHIWAN}/papers").text
    page = chen.get(PAGE).text
    for told in ("腊肉怎么存", "叶子黄了怎么办", "钥匙在王婆婆那里", "陈大秀", "138****5678"):
        assert told in page
    assert "刘国富" not in page  # who is there every time needs no visit
    assert "13800005678" not in page
    assert "红米" in page and "还有 2 张单子没发，先发了再交" in page


def test_telephones_in_full_are_asked_for_and_that_is_on_the_trail(
    chen: FlaskClient, term: None, database: Database
) -> None:
    assert "13800005678" in chen.post(PAGE).text
    with database.reading() as db:
        actions = db.scalars(select(AuditEvent.action)).all()
    assert "teacher.phone" in actions
    assert "13800005678" not in chen.get(PAGE).text


@pytest.mark.both_databases
def test_where_nothing_is_open_the_page_says_so(chen: FlaskClient) -> None:
    page = chen.get(PAGE).text
    for told in ("没有没做完的事", "没有等着看的单子。", "没有等着答复的提问。", "没有手机带着点名表。"):
        assert told in page


def test_above_the_village_nobody_reads_it(cast: Cast, browser_of) -> None:
    assert browser_of(cast.township_supervisor).get(PAGE).status_code in (403, 404)
