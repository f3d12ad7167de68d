"""In the browser: somebody is away, and the classes planned already say so where somebody can do something about it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, SessionStatus
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, StillClock, make_course, make_session, make_teacher

WEEK = timedelta(days=7)
AWAY = {"first": TODAY.isoformat(), "last": (TODAY + timedelta(days=60)).isoformat(), "note": "学习"}


@pytest.fixture
def county_teacher(cast: Cast, database: Database) -> str:
    """马老师 of 市中区 teaches 狮湾村 in five weeks, and in a draft of another village of the county."""
    with database.writing() as db:
        teacher = make_teacher(db, "511002000000", name="马老师")
        course = make_course(db, teachers=(teacher.id,), venue_id=cast.venue)
        make_session(db, course, TODAY + WEEK * 5, teachers=(teacher.id,))
        make_session(db, course, TODAY + WEEK * 20, teachers=(teacher.id,))
        return teacher.public_id


@pytest.fixture
def of_chen(database: Database, county_teacher: str) -> str:
    with database.reading() as db:
        return db.scalars(select(ClassSession.public_id).order_by(ClassSession.day)).first() or ""


def test_who_notes_an_absence_sees_each_class_with_village_and_phone_and_what_to_do(
    cast: Cast, browser_of: Any, county_teacher: str
) -> None:
    admin: FlaskClient = browser_of(cast.region_administrator)
    page = admin.post(f"/teachers/{county_teacher}/closed", data=AWAY, follow_redirects=True).text
    assert "已经排了 1 节课" in page
    assert '狮湾村 周二 12月29日（冬月廿一） <span class="nobr">19:00–20:30</span> 柑橘冬季管护' in page
    assert '陈书记 <a href="tel:08325550101">0832-5550101</a>' in page
    assert "由村里在那节课上定" in page


@pytest.mark.both_databases
def test_the_desk_and_the_class_name_it_with_the_reason_until_it_is_settled(
    cast: Cast, browser_of: Any, county_teacher: str, of_chen: str, clock: StillClock
) -> None:
    chen: FlaskClient = browser_of(cast.chen)
    assert "不来" not in chen.get(f"/desk/{SHIWAN}").text
    admin: FlaskClient = browser_of(cast.region_administrator)
    admin.post(f"/teachers/{county_teacher}/closed", data=AWAY)
    desk = chen.get(f"/desk/{SHIWAN}").text
    sentence = "马老师 11月24日（十月十六）到2027年1月23日（腊月十六） 不来：学习。"
    assert re.search(f"要你定的.*12月29日.*柑橘冬季管护.*{re.escape(sentence)}", desk, re.DOTALL)
    assert sentence in chen.get(f"/sessions/{of_chen}").text
    clock.move(minutes=1)
    said = chen.post(f"/sessions/{of_chen}/agree", follow_redirects=True).text
    assert "说好了照常上" in said
    assert sentence not in said
    assert sentence not in chen.get(f"/desk/{SHIWAN}").text
    # What is noted after that is another matter.
    clock.move(minutes=1)
    admin.post(f"/teachers/{county_teacher}/closed", data={**AWAY, "note": "住院"})
    assert "不来：住院。" in chen.get(f"/desk/{SHIWAN}").text


def test_a_place_that_is_not_open_is_told_too_and_calling_off_settles_it(
    cast: Cast, browser_of: Any, database: Database
) -> None:
    with database.writing() as db:
        public = make_session(db, make_course(db, venue_id=cast.venue), TODAY + WEEK).public_id
        venue = db.get_one(Venue, cast.venue).public_id
    chen: FlaskClient = browser_of(cast.chen)
    chen.post(f"/venues/{venue}/closed", data={"weekdays": ["1"], "note": "修房顶"})
    assert "村活动室 每周二 不开：修房顶。" in chen.get(f"/desk/{SHIWAN}").text
    with database.writing() as db:
        db.scalars(select(ClassSession)).one().status = SessionStatus.HELD
    assert "修房顶" not in chen.get(f"/desk/{SHIWAN}").text
    assert "修房顶" not in chen.get(f"/sessions/{public}").text


def test_what_was_agreed_while_scheduling_is_not_asked_again(
    cast: Cast, browser_of: Any, database: Database, clock: StillClock
) -> None:
    chen: FlaskClient = browser_of(cast.chen)
    with database.reading() as db:
        venue = db.get_one(Venue, cast.venue).public_id
    chen.post(f"/venues/{venue}/closed", data={"weekdays": ["4"], "note": "修房顶"})
    clock.move(minutes=1)
    course = {
        "title": "养蜂", "category": "skill", "venue": venue, "starts": "19:00", "ends": "20:30", "repeat": "once",
        "first": (TODAY + timedelta(days=3)).isoformat(), "do": "publish",
    }  # fmt: skip
    asked = chen.post(f"/desk/{SHIWAN}/courses/new", data=course)
    assert asked.status_code == 409
    found = re.search(r'name="agreed_for" value="([0-9a-f]+)"', asked.text)
    assert found is not None
    sent = {**course, "agreed": "y", "agreed_for": found[1]}
    assert chen.post(f"/desk/{SHIWAN}/courses/new", data=sent).status_code == 303
    assert "修房顶" not in chen.get(f"/desk/{SHIWAN}").text


def test_the_draft_of_another_village_keeps_its_title(
    cast: Cast, browser_of: Any, database: Database
) -> None:
    """A city's teacher: who keeps them learns that a village has planned something, and whom to phone, no more."""
    with database.writing() as db:
        teacher = make_teacher(db, "511002000000", name="马老师")
        course = make_course(db, title="还没说的课", teachers=(teacher.id,), published=False)
        make_session(db, course, TODAY + WEEK, teachers=(teacher.id,), status=SessionStatus.DRAFT)
        key = db.get_one(Teacher, teacher.id).public_id
        assert JIANLI != SHIWAN
    admin: FlaskClient = browser_of(cast.region_administrator)
    page = admin.post(f"/teachers/{key}/closed", data=AWAY, follow_redirects=True).text
    assert "狮湾村 周二 12月1日" in page
    assert "还没说的课" not in page
