"""A guest who keeps coming is offered, and in one tap a learner with all earlier visits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.attendance import Guest, Mark
from nightschool.models.people import Learner
from tests.factories import (
    SHIWAN,
    SOON,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
)
from tests.web.registers.test_attendance import Village


@pytest.fixture
def village(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Village:
    """A class today after two to which the same guest came, once written with a blank in the name."""
    with database.writing() as db:
        course = make_course(db)
        for days, name in ((40, "周远客"), (20, "周 远客")):
            held = make_session(db, course, TODAY - timedelta(days=days))
            register = make_register(db, held, cast.chen, total=9)
            db.add(Guest(class_session_id=held.id, submission_id=register.id, name=name, home="建立村"))
            db.add(
                Guest(
                    class_session_id=held.id,
                    submission_id=register.id,
                    name="吴一回" if days == 40 else "郑一回",
                )
            )
        learners = {"陈大秀": make_learner(db, name="陈大秀").public_id}
        session = make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON).public_id
    return Village(browser_of(cast.chen), session, learners)


TAKE = f"/desk/{SHIWAN}/regulars"


@pytest.mark.both_databases
def test_who_came_three_times_as_a_guest_is_offered_and_nobody_else(village: Village) -> None:
    village.send("陈大秀", g="周远客 建立村\n吴一回\n赵头回")
    page = village.browser.get(village.url).text
    assert "收周远客（建立村）：来过 3 次" in page
    assert "收吴一回" not in page and "收赵头回" not in page


@pytest.mark.both_databases
def test_one_tap_makes_a_learner_who_was_there_each_time(database: Database, village: Village) -> None:
    village.send("陈大秀", g="周远客 建立村\n赵头回", h="20")
    answer = village.browser.post(
        TAKE, data={"name": "周远客", "home": "建立村", "then": village.session}, follow_redirects=True
    )
    assert answer.request.path == village.url
    assert "周远客写进学员名单了（建立村），以前来的都记在名下。" in answer.text
    assert "收周远客" not in answer.text
    with database.reading() as db:
        learner = db.scalars(select(Learner).where(Learner.name == "周远客")).one()
        assert (learner.group_name, learner.came_on) == ("建立村", TODAY - timedelta(days=40))
        marks = db.scalars(select(Mark.status).where(Mark.learner_id == learner.id)).all()
        assert marks == ["present"] * 3
        left = db.scalars(select(Guest.name).where(Guest.superseded_by.is_(None)).order_by(Guest.name)).all()
        assert sorted(left) == ["吴一回", "赵头回", "郑一回"]
    history = village.browser.get(f"{village.url}/history").text
    assert "常来，写进了学员名单" in history


def test_somebody_of_the_same_name_on_the_roster_is_told_and_nothing_changes(
    database: Database, village: Village
) -> None:
    with database.writing() as db:
        make_learner(db, name="周远客", group_name="建立村", group_number=0)
    answer = village.browser.post(TAKE, data={"name": "周远客", "home": "建立村"}, follow_redirects=True)
    assert "建立村名单上已经有周远客。" in answer.text
    with database.reading() as db:
        assert db.scalars(select(Mark)).all() == []


def test_a_name_that_is_in_no_register_any_more_is_told(village: Village) -> None:
    answer = village.browser.post(TAKE, data={"name": "无此人"}, follow_redirects=True)
    assert "「无此人」的名字已经不在登记里了。" in answer.text
