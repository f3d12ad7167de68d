"""Tonight's class on a loudspeaker, in a chat group and on the board, and what changed since."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from nightschool.actions.courses.sessions import cancel_session
from nightschool.database import Database
from nightschool.models.people import Teacher
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_learner, make_session
from tests.web.notices.test_messages import to_send

TONIGHT = {"starts": 18 * 60 + 30, "ends": 20 * 60}


@pytest.fixture
def tonight(cast: Cast, database: Database) -> str:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        return make_session(db, course, TODAY, teachers=(cast.teacher,), **TONIGHT).public_id


def test_the_desk_has_the_words_for_the_group_ready(chen: FlaskClient, tonight: str) -> None:
    desk = chen.get(f"/desk/{SHIWAN}").text
    assert to_send(desk)[:2] == [
        "狮湾村 农民夜校上课通知：",
        "【柑橘冬季管护】今晚，周二 11月24日（十月十六） 18:30–20:00",
    ]
    assert f"/sessions/{tonight}/notice" in desk


def test_a_class_is_said_in_three_ways_and_printed(chen: FlaskClient, tonight: str) -> None:
    page = chen.get(f"/sessions/{tonight}/notice").text
    assert page.count("今晚六点半") == 2
    assert "狮湾村夜校：周二 11月24日 18:30 柑橘冬季管护" in page
    assert "贴条" not in page
    for paper in ("a4", "a3"):
        answer = chen.get(f"/sessions/{tonight}/poster.pdf?paper={paper}")
        assert answer.data.startswith(b"%PDF")


def test_once_called_off_all_says_so_and_a_strip_is_printed(
    chen: FlaskClient, cast: Cast, database: Database, tonight: str
) -> None:
    assert chen.get(f"/sessions/{tonight}/strip.pdf").status_code == 303
    with database.writing() as db:
        cancel_session(
            db,
            class_session=tonight,
            seen_revision=1,
            reason="farm_work",
            reason_text="",
            by=cast.chen_actor,
            now=NOW,
        )
    page = chen.get(f"/sessions/{tonight}/notice").text
    assert page.count("今晚六点半的柑橘冬季管护不上了") == 2
    assert chen.get(f"/sessions/{tonight}/strip.pdf").data.startswith(b"%PDF")


def test_a_class_nobody_knows_of_is_announced_to_nobody(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, published=False)
        draft = make_session(db, course, TODAY + timedelta(days=1), status="draft").public_id
    answer = chen.get(f"/sessions/{draft}/notice")
    assert answer.headers["Location"] == f"/sessions/{draft}"
    assert "没有什么要通知的" in chen.get(f"/desk/{SHIWAN}/notice").text


def test_a_week_is_said_in_one(chen: FlaskClient, database: Database, cast: Cast, tonight: str) -> None:
    with database.writing() as db:
        course = make_course(db, title="防诈骗")
        make_session(db, course, TODAY + timedelta(days=6), starts=1140, ends=1200)
        make_session(db, course, TODAY + timedelta(days=7), starts=1140, ends=1200)
    page = chen.get(f"/desk/{SHIWAN}/notice").text
    assert to_send(page)[1].startswith("【柑橘冬季管护】今晚")
    assert page.count("【防诈骗】") == 1


def test_no_villager_and_no_hidden_teacher_stands_on_a_notice(
    chen: FlaskClient, database: Database, cast: Cast, tonight: str
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀")
        db.get_one(Teacher, cast.teacher).name_is_public = False
    for path in (f"/sessions/{tonight}/notice", f"/desk/{SHIWAN}/notice"):
        page = chen.get(path).text
        assert "陈大秀" not in page
        assert "周老师" not in page
        assert "农技站的老师" in page
