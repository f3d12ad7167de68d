"""A learner, or a whole group, goes into another group or another village; what was stays as it was."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from nightschool.actions.places.successors import set_successor
from nightschool.actions.places.takeovers import take_over
from nightschool.database import Database
from nightschool.queries.places.takeovers import belongings
from nightschool.queries.registers.attendance import register
from nightschool.rules.access import SYSTEM
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_course, make_learner, make_region, make_session

NEAR = "511002105202"
MOVE = f"/desk/{SHIWAN}/learners/move"


@pytest.fixture
def village(database: Database, cast: Cast) -> dict[str, Any]:
    with database.writing() as db:
        make_region(db, NEAR, "断桥村村民委员会")
        course = make_course(db)
        return {
            "old": make_session(db, course, TODAY - timedelta(days=20)).public_id,
            "new": make_session(db, course, TODAY).public_id,
            "chen": make_learner(db, name="陈大秀", group_name="一组").public_id,
            "liu": make_learner(db, name="刘国富", group_name="1组", group_number=1).public_id,
            "zhang": make_learner(db, name="张桂花", group_name="二组").public_id,
        }


def groups(database: Database, session: str) -> dict[str, list[str]]:
    with database.reading() as db:
        found = register(db, session)
    assert found is not None
    return {group.label: [person.name for person in group.people] for group in found.in_class}


def seen(page: str) -> str:
    return re.findall(r'name="seen" [^>]*value="(\w+)"', page)[0]


def test_a_group_renamed_in_one_step_keeps_its_old_name_on_old_registers(
    database: Database, cast: Cast, village: dict[str, Any], browser_of: Callable[[int], FlaskClient]
) -> None:
    chen = browser_of(cast.chen)
    assert f"{MOVE}?group=" in chen.get(f"/desk/{SHIWAN}/learners").text
    page = chen.get(MOVE, query_string={"group": "一组"}).text
    assert "一共 2 人" in page and "张桂花" not in page
    day = (TODAY - timedelta(days=10)).isoformat()
    form = {"group": "一组", "to": SHIWAN, "group_name": "向阳社", "day": day, "seen": seen(page)}
    assert chen.post(MOVE, data=form).status_code == 303
    assert groups(database, village["old"]) == {"一组": ["陈大秀", "刘国富"], "二组": ["张桂花"]} or groups(
        database, village["old"]
    ) == {"1组": ["陈大秀", "刘国富"], "二组": ["张桂花"]}
    assert groups(database, village["new"]) == {"二组": ["张桂花"], "向阳社": ["陈大秀", "刘国富"]}
    assert "以前在哪里" in chen.get(f"/learners/{village['chen']}").text


@pytest.mark.both_databases
def test_a_learner_goes_to_another_village_and_comes_back_within_the_day(
    database: Database, cast: Cast, village: dict[str, Any], browser_of: Callable[[int], FlaskClient]
) -> None:
    chen = browser_of(cast.chen)
    page = chen.get(MOVE, query_string={"learner": village["chen"]}).text
    form = {"learner": village["chen"], "to": NEAR, "group_name": "三组", "day": "", "seen": seen(page)}
    done = chen.post(MOVE, data=form, follow_redirects=True).text
    assert "转过去了" in done and "陈大秀" not in str(groups(database, village["new"]))
    assert "陈大秀" in str(groups(database, village["old"]))
    assert chen.get(f"/learners/{village['chen']}").status_code == 404  # another coordinator's by now
    assert "转到断桥村 1 人" in chen.get(f"/desk/{SHIWAN}/learners").text
    back = chen.post(f"/desk/{SHIWAN}/learners/moved/{NEAR}/back", follow_redirects=True).text
    assert "又在原来的组里" in back and "陈大秀" in str(groups(database, village["new"]))
    form["seen"] = seen(chen.get(MOVE, query_string={"learner": village["chen"]}).text)
    assert chen.post(MOVE, data={**form, "to": SHIWAN, "group_name": "一组"}).status_code == 422
    wrong = chen.post(MOVE, data={**form, "group_name": "", "day": (TODAY + timedelta(days=1)).isoformat()})
    assert wrong.status_code == 422 and "还没写是哪个组的" in wrong.text and "这一天还没到" in wrong.text


@pytest.mark.both_databases
def test_a_group_that_has_changed_since_it_was_shown_is_shown_once_more(
    database: Database, cast: Cast, village: dict[str, Any], browser_of: Callable[[int], FlaskClient]
) -> None:
    chen = browser_of(cast.chen)
    form = {"group": "一组", "to": NEAR, "group_name": "三组", "day": ""}
    form["seen"] = seen(chen.get(MOVE, query_string={"group": "一组"}).text)
    chen.post(f"/desk/{SHIWAN}/learners/new", data={"name": "单小红", "group_name": "一组"})
    told = chen.post(MOVE, data=form)
    assert (
        told.status_code == 409 and "单小红" in told.text and "存着的是「一组」，这里是「三组」" in told.text
    )
    again = {**form, "seen": seen(told.text)}
    assert "等 3 人转过去了" in chen.post(MOVE, data=again, follow_redirects=True).text
    gone = chen.post(MOVE, data=again, follow_redirects=True).text
    assert "他们已经不在这个组里了" in gone


def test_who_keeps_people_puts_back_people_and_no_takeover(
    database: Database, cast: Cast, village: dict[str, Any], browser_of: Callable[[int], FlaskClient]
) -> None:
    with database.writing() as db:
        set_successor(db, predecessor=SHIWAN, successor=NEAR, day=TODAY, by=SYSTEM, now=NOW)
        held = belongings(db, SHIWAN, at=NOW.moment)
        take_over(db, village=NEAR, former=SHIWAN, seen=held.code, by=SYSTEM, now=NOW)
    chen = browser_of(cast.chen)
    assert "撤回" not in chen.get(f"/desk/{SHIWAN}/learners").text
    back = chen.post(f"/desk/{SHIWAN}/learners/moved/{NEAR}/back", follow_redirects=True).text
    assert "没有可以撤回的" in back
