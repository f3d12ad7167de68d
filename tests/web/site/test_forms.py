"""What is wrong in a form is told all at once, and each sentence leads to its field."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.people import Teacher
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_learner, make_session

NEW_LEARNER = f"/desk/{SHIWAN}/learners/new"


@pytest.fixture
def chen(cast: Cast, browser_of: Any) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.chen)
    return browser


def summary(page: str) -> dict[str, str]:
    """Where the list above the form leads to, and what it says there."""
    box = page.partition('class="notice alarm wrongs"')[2].partition("</div>")[0]
    assert "autofocus" in box, "the browser jumps to it"
    links = re.findall(r'<a href="#([^"]+)">(.*?)</a>', box)
    for where, _told in links:
        assert page.count(f' id="{where}"') == 1, f"{where} is nowhere on the page"
    return {where: unescape(told) for where, told in links}


@pytest.mark.parametrize("year", ["2020", "2090", "六十年代"])
def test_a_wrong_phone_and_a_wrong_year_are_told_at_once(
    chen: FlaskClient, database: Database, year: str
) -> None:
    data = {"name": "陈大秀", "group_name": "一组", "phone": "不知道", "birth_year": year}
    page = chen.post(NEW_LEARNER, data=data)
    assert page.status_code == 422
    told = summary(page.text)
    assert list(told) == ["birth_year", "phone"] or list(told) == ["phone", "birth_year"]
    assert told["phone"].startswith("电话：") and told["birth_year"].startswith("出生年份：")
    for text in data.values():
        assert text in page.text


def test_each_field_says_one_thing_once(chen: FlaskClient, database: Database) -> None:
    page = chen.post(NEW_LEARNER, data={"phone": "不知道"}).text
    assert sorted(summary(page)) == ["group_name", "name", "phone"]
    assert page.count("还没写名字。") == 2  # in the list, and at the field


def test_the_same_holds_for_a_learner_put_right(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        learner = make_learner(db).public_id
    data = {"name": "陈大秀", "group_name": "一组", "phone": "不知道", "birth_year": "2020", "version": "1"}
    assert sorted(summary(chen.post(f"/learners/{learner}", data=data).text)) == ["birth_year", "phone"]


def test_all_that_is_wrong_with_a_hand_over_is_told_at_once(browser_of: Any, cast: Cast) -> None:
    admin = browser_of(cast.region_administrator)
    data = {"from_day": "2026-11-23", "contact_phone": "不知道"}
    page = admin.post(f"/admin/{SHIWAN}/handover", data=data).text
    assert sorted(summary(page)) == ["contact_phone", "from_day", "leaving", "login_name"]


def test_all_that_is_wrong_with_a_closed_time_is_told_at_once(
    browser_of: Any, cast: Cast, database: Database
) -> None:
    with database.reading() as db:
        teacher = db.get_one(Teacher, cast.teacher).public_id
    data = {"first": "2026-12-05", "last": "2026-12-01", "starts": "20:00", "ends": "19:00"}
    page = browser_of(cast.region_administrator).post(f"/teachers/{teacher}/closed", data=data).text
    assert sorted(summary(page)) == ["ends", "last"]


def test_all_that_is_wrong_with_a_course_is_told_at_once(chen: FlaskClient, database: Database) -> None:
    data = {"repeat": "weekly", "first": "2027-02-31", "starts": "20:30", "ends": "19:00", "do": "publish"}
    told = summary(chen.post(f"/desk/{SHIWAN}/courses/new", data=data).text)
    assert {"title", "category", "first", "ends"} <= {*told}


def test_the_registers_rows_are_led_to_as_well(chen: FlaskClient, database: Database, cast: Cast) -> None:
    with database.writing() as db:
        learner = make_learner(db).public_id
        lesson = make_session(db, make_course(db), TODAY).public_id
    data = {"m": learner, "e": learner, "h": "很多", "nn": "王小明", "ng": "", "do": "save"}
    told = summary(chen.post(f"/sessions/{lesson}/register", data=data).text)
    assert sorted(told) == sorted(["h", "new-0", f"wrong-{learner}"])
