"""After saving, the coordinator reads who usually comes and has missed two classes; nobody else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.people import Learner
from tests.factories import SOON, TODAY, Cast, make_course, make_learner, make_register, make_session
from tests.web.registers.test_attendance import Village

NAMED = "平常都来，这两次没来，也没请假："


@pytest.fixture
def village(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Village:
    """Four classes of this village are held; to the last of them only 刘国富 came."""
    with database.writing() as db:
        people = {name: make_learner(db, name=name) for name in ("陈大秀", "刘国富", "张桂花", "新来的")}
        people["新来的"].came_on = TODAY - timedelta(days=8)
        for weeks, came in (
            (4, ("陈大秀", "刘国富", "张桂花")),
            (3, ("陈大秀",)),
            (2, ("陈大秀", "刘国富")),
            (1, ("刘国富",)),
        ):
            held = make_session(db, make_course(db), TODAY - timedelta(weeks=weeks))
            make_register(db, held, cast.chen, present=tuple(people[name].id for name in came))
        session = make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON).public_id
        keys = {name: person.public_id for name, person in people.items()}
    return Village(browser_of(cast.chen), session, keys)


def test_who_usually_comes_and_missed_two_is_named_to_the_coordinator(village: Village) -> None:
    assert NAMED not in village.browser.get(village.url).text
    village.send("刘国富")
    page = village.browser.get(village.url).text
    named = page.split(NAMED)[1].split("</p>")[0]
    assert "陈大秀（一组）" in named
    assert "刘国富" not in named and "张桂花" not in named and "新来的" not in named


def test_who_said_that_they_would_not_come_is_not_named(village: Village) -> None:
    village.send("刘国富", e=[village.learners["陈大秀"]])
    assert NAMED not in village.browser.get(village.url).text


@pytest.mark.both_databases
def test_who_came_again_is_not_named(village: Village) -> None:
    village.send("陈大秀")
    assert NAMED not in village.browser.get(village.url).text


def test_too_few_classes_name_nobody(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    with database.writing() as db:
        one: Learner = make_learner(db)
        course = make_course(db)
        for weeks in (3, 2, 1):
            held = make_session(db, course, TODAY - timedelta(weeks=weeks))
            make_register(db, held, cast.chen, present=(one.id,) if weeks > 1 else ())
        session = make_session(db, course, TODAY, **SOON).public_id
    here = Village(browser_of(cast.chen), session, {})
    here.send(h="0")
    assert NAMED not in here.browser.get(here.url).text
