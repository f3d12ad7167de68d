"""Questions asked in class, as their coordinator writes them down and answers them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.planning import Question
from tests.factories import JIANLI, NOW, SHIWAN, TODAY, Cast, make_course, make_question, make_session
from tests.web.registers.test_attendance import errors, value

LIST = f"/desk/{SHIWAN}/questions"


@pytest.fixture
def lesson(database: Database, cast: Cast) -> str:
    with database.writing() as db:
        return make_session(db, make_course(db), TODAY, published_at=NOW.instant).public_id


def only(database: Database) -> Question:
    with database.reading() as db:
        return db.scalars(select(Question)).one()


def test_asked_answered_and_taken_back(
    chen: FlaskClient, client: FlaskClient, database: Database, lesson: str
) -> None:
    ask = f"/sessions/{lesson}/questions"
    assert f'href="{ask}"' in chen.get(f"/sessions/{lesson}").text
    assert chen.post(ask, data={"text": "黄龙病怎么认？"}).location == ask
    assert "黄龙病怎么认？" in chen.get(ask).text and "1 个还没答" in chen.get(LIST).text
    edit = f"/questions/{only(database).public_id}"
    form = {"text": "黄龙病怎么认？", "version": "1"}
    assert chen.post(edit, data={**form, "answer": "看叶脉。"}).location == LIST
    page = chen.get(LIST).text
    assert "1 个答了" in page and "看叶脉。" in page and "周二 11月24日（十月十六） 答的" in page
    assert "黄龙病" not in client.get(f"/v/{SHIWAN}").text
    chen.post(edit, data={**form, "version": "2", "answer": ""})
    assert "1 个还没答" in chen.get(LIST).text
    chen.post(f"{edit}/remove", data={"version": "3"})
    assert "还没有记过问题" in chen.get(LIST).text


@pytest.mark.both_databases
def test_number_of_somebody_is_refused_and_nothing_typed_is_lost(
    chen: FlaskClient, database: Database, lesson: str
) -> None:
    typed = "打13812345678问问他家的树"
    answer = chen.post(f"/sessions/{lesson}/questions", data={"text": typed})
    assert answer.status_code == 422
    assert errors(answer.text) == ["里面像是有手机号。这里不记是谁问的，把号码去掉再存。"]
    assert value(answer.text, "text") == typed
    with database.reading() as db:
        assert db.scalars(select(Question)).all() == []


@pytest.mark.both_databases
def test_who_saved_meanwhile_is_shown_and_may_be_overwritten(
    chen: FlaskClient, database: Database, lesson: str
) -> None:
    chen.post(f"/sessions/{lesson}/questions", data={"text": "怎么剪？"})
    edit = f"/questions/{only(database).public_id}"
    chen.post(edit, data={"text": "怎么剪？", "answer": "先剪枯枝。", "version": "1"})
    mine = {"text": "怎么剪？", "answer": "看老师做。", "version": "1"}
    stale = chen.post(edit, data=mine)
    assert stale.status_code == 409
    assert "存着的是「先剪枯枝。」，这里是「看老师做。」" in stale.text
    assert chen.post(f"{edit}/remove", data={"version": "1"}).location == edit
    assert chen.post(edit, data={**mine, "version": value(stale.text, "version")}).status_code == 303
    assert only(database).answer == "看老师做。"


@pytest.mark.parametrize("many", [1, 60])
def test_the_list_costs_five_statements_and_turns_its_pages(
    chen: FlaskClient, database: Database, lesson: str, statements: list[str], many: int
) -> None:
    with database.writing() as db:
        away = make_session(db, make_course(db, JIANLI), TODAY)
        make_question(db, away, "别村的问题")
        course = make_course(db, title="别的课")
        for number in range(many):
            make_question(db, make_session(db, course, TODAY, booked=False), f"问题 {number}")
    statements.clear()
    page = chen.get(LIST).text
    assert len(statements) == 5  # login, scope, two of the list, the village's name
    assert page.count("写答复：") == min(many, 50) and "别村的问题" not in page
    assert ("第 1 页，共 2 页" in page) == (many > 50)
