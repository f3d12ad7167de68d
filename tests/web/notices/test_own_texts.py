"""A county writes notices in its own words: looked at, saved, given back; its villages say them from then on."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session
from tests.web.notices.test_messages import to_send

COUNTY = "511002000000"
HERE = f"/settings/{COUNTY}/notices/chat-usual"


@pytest.fixture
def county(cast: Cast, browser_of: Callable[[int], FlaskClient]) -> FlaskClient:
    return browser_of(cast.region_administrator)


@pytest.mark.both_databases
def test_words_are_looked_at_saved_said_and_given_back(
    county: FlaskClient, chen: FlaskClient, cast: Cast, database: Database
) -> None:
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        make_session(db, course, TODAY, starts=18 * 60 + 30, ends=20 * 60)
    assert "【{课题}】{时间}" in county.get(HERE).text
    words = "{村}今晚开课：{课题}，请{老师}来讲，地点{地点}。"
    page = county.post(HERE, data={"text": words, "do": "look", "version": "0"}).text
    assert (
        "柳树村 农民夜校今晚开课：柑橘冬季管护，请周老师（农技站）来讲，地点文化院坝（村小学旁边）。"
        not in page
    )
    assert "还没写「时间」这一项" in page  # which class it is
    words = words.replace("今晚", "{时间}")
    page = county.post(HERE, data={"text": words, "do": "look", "version": "0"}).text
    assert "开课：柑橘冬季管护，请周老师（农技站）来讲，地点文化院坝（村小学旁边）。" in page
    assert "照夜校原来的" in county.get(f"/settings/{COUNTY}/notices").text  # looking saves nothing
    assert county.post(HERE, data={"text": words, "do": "save", "version": "0"}).status_code == 303
    assert "开课：柑橘冬季管护，地点村活动室。" in to_send(chen.get(f"/desk/{SHIWAN}").text)[0]
    assert county.post(HERE, data={"text": words, "do": "save", "version": "0"}).status_code == 409
    assert county.post(HERE, data={"do": "back", "version": "1", "text": ""}).status_code == 303
    assert to_send(chen.get(f"/desk/{SHIWAN}").text)[0] == "狮湾村 农民夜校上课通知："


def test_what_cannot_be_is_told_with_its_place_and_nothing_typed_is_lost(county: FlaskClient) -> None:
    answer = county.post(HERE, data={"text": "{时间}讲{课题}，\n请{老是}来", "do": "save", "version": "0"})
    assert answer.status_code == 422
    assert "第 2 行第 2 个字：没有「老是」这一项" in answer.text
    assert "请{老是}来</textarea>" in answer.text
    assert county.get(f"/settings/{COUNTY}/notices/drum-usual").status_code == 404
    assert county.get(f"/settings/{SHIWAN}/notices").status_code == 303
