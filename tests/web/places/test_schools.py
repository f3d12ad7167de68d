"""The school's own description; its contact is public, and the form says so."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import NightSchool, Venue
from tests.factories import SHIWAN, Cast
from tests.web.registers.test_attendance import errors, value

PAGE = f"/desk/{SHIWAN}/school"
URL = f"{PAGE}/edit"


def school(database: Database) -> NightSchool:
    with database.reading() as db:
        return db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()


def save(browser: FlaskClient, **fields: str) -> Any:
    form = {
        "contact_name": "陈书记",
        "contact_phone": "0832-5550101",
        "usual_venue": "",
        "opened_on": "2017-01-10",
        "version": "1",
    }
    return browser.post(URL, data={**form, **fields})


def test_the_form_shows_what_is_stored_and_that_the_contact_is_public(
    database: Database, cast: Cast, chen: FlaskClient
) -> None:
    page = chen.get(URL).text
    assert value(page, "contact_phone") == "0832-5550101"
    assert "公开：写在村里的课表上，谁都看得到，也能打。" in page
    with database.reading() as db:
        usual = db.get_one(Venue, cast.venue).public_id
    assert re.search(rf'<option selected value="{usual}">村活动室</option>', page)


@pytest.mark.both_databases
def test_the_profile_is_saved(database: Database, chen: FlaskClient) -> None:
    answer = save(chen, institution_name="乡村夜校", principal="陈书记", contact_phone="（0832）5550199")
    assert (answer.status_code, answer.location) == (303, PAGE)
    found = school(database)
    assert (found.institution_name, found.principal, found.contact_phone, found.usual_venue_id) == (
        "乡村夜校",
        "陈书记",
        "0832-5550199",
        None,
    )


def test_a_phone_that_is_none_is_answered_and_kept(chen: FlaskClient) -> None:
    answer = save(chen, contact_phone="找支书")
    assert answer.status_code == 422
    assert errors(answer.text)[0].startswith("电话写的是『找支书』。")
    assert value(answer.text, "contact_phone") == "找支书"


@pytest.mark.both_databases
def test_the_number_of_households_is_kept_and_a_word_in_its_place_is_answered(
    database: Database, chen: FlaskClient
) -> None:
    assert save(chen, households="６１２").status_code == 303
    assert (school(database).households, value(chen.get(URL).text, "households")) == (612, "612")
    answer = save(chen, households="六百来户", version="2")
    assert answer.status_code == 422 and value(answer.text, "households") == "六百来户"
    assert errors(answer.text) == ["这里填 1 到 20000 的整数，写的是「六百来户」。"]
    assert save(chen, households="", version="2").status_code == 303 and school(database).households is None


def test_the_day_on_which_it_opened_is_put_right_and_none_that_is_yet_to_come(
    database: Database, chen: FlaskClient
) -> None:
    assert value(chen.get(URL).text, "opened_on") == "2017-01-10"
    answer = save(chen, opened_on="2026-12-31", principal="陈书记")
    assert (answer.status_code, errors(answer.text)) == (422, ["这一天还没到。写夜校已经办起来的那一天。"])
    assert (value(answer.text, "opened_on"), value(answer.text, "principal")) == ("2026-12-31", "陈书记")
    assert errors(save(chen, opened_on="").text) == ["夜校是哪天办起来的？"]
    assert save(chen, opened_on="2026年9月1日").status_code == 303
    assert school(database).opened_on == date(2026, 9, 1)
    assert "哪天办起来的" in chen.get(f"/trail/{SHIWAN}").text


def test_a_venue_of_another_village_is_not_on_the_list(
    database: Database, cast: Cast, chen: FlaskClient
) -> None:
    with database.reading() as db:
        foreign = db.get_one(Venue, cast.other_venue).public_id
    answer = save(chen, usual_venue=foreign)
    assert (answer.status_code, errors(answer.text)) == (422, ["这一项已经不在单子上了，重新选一个。"])


@pytest.mark.both_databases
def test_a_stale_profile_shows_both(database: Database, chen: FlaskClient) -> None:
    save(chen, principal="陈书记")
    answer = save(chen, principal="王主任")
    assert answer.status_code == 409
    assert "校长（负责人）：存着的是「陈书记」，这里是「王主任」" in re.sub(r"<[^>]+>", "", answer.text)
    assert save(chen, principal="王主任", version=value(answer.text, "version")).status_code == 303
    assert school(database).principal == "王主任"


def test_only_its_own_coordinator_sees_the_form(cast: Cast, browser_of: Callable[[int], FlaskClient]) -> None:
    for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
        assert browser_of(account).get(URL).status_code == 404
