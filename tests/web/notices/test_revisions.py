"""What changed since the notice, as everybody may read it: marks on the village's page, its changelog, its Atom feed."""

import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from nightschool.actions.courses.courses import publish_course
from nightschool.actions.courses.sessions import cancel_session, move_session
from nightschool.actions.courses.undo import take_back
from nightschool.actions.notices.revisions import mark_told
from nightschool.database import Database
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.rules.slots import Slot
from tests.factories import NOW, SHIWAN, TODAY, Cast, later, make_course, make_learner, make_session

FRIDAY = TODAY + timedelta(days=10)  # 12月4日
ATOM = "{http://www.w3.org/2005/Atom}"
AN_HOUR = timedelta(hours=1)
MOVED = "12月4日（十月廿六） 19:00 的柑橘修剪改到 12月5日（十月廿七） 19:00。"
MOVED_BACK = "12月5日（十月廿七） 19:00 的柑橘修剪改到 12月4日（十月廿六） 19:00。"


@pytest.fixture
def announced(database: Database, cast: Cast) -> str:
    """The public id of a class of Friday week, which the December notice has told an hour ago."""
    with database.writing() as db:
        course = make_course(db, title="柑橘修剪", teachers=(cast.teacher,), venue_id=cast.venue)
        record = make_session(db, course, FRIDAY, teachers=(cast.teacher,))
        mark_told(db, [record], later(-AN_HOUR))
        month = FRIDAY.replace(day=1)
        db.add(
            MonthPlan(
                public_id="p" * 22,
                region_code=SHIWAN,
                month=month,
                status="announced",
                announced_at=NOW.instant - AN_HOUR,
            )
        )
        return record.public_id


def change(database: Database, cast: Cast, public_id: str, action: Any, **values: Any) -> None:
    with database.writing() as db:
        record = db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()
        seen = {"class_session": public_id, "seen_revision": record.revision}
        action(db, **seen, by=cast.chen_actor, now=NOW, **values)


def move(database: Database, cast: Cast, public_id: str) -> None:
    slot = Slot(FRIDAY + timedelta(days=1), 19 * 60, 20 * 60 + 30)
    change(database, cast, public_id, move_session, slot=slot)


def undo(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        last = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one()
        take_back(db, change=last, by=cast.chen_actor, now=later(minutes=2))


def read(client: FlaskClient, ending: str) -> str:
    response = client.get(f"/v/{SHIWAN}{ending}")
    assert response.status_code == 200
    return response.get_data(as_text=True)


def sequence(client: FlaskClient) -> int:
    [event] = Calendar.from_ical(read(client, ".ics")).walk("VEVENT")
    return int(event["SEQUENCE"])


def feed(client: FlaskClient) -> tuple[ET.Element, list[ET.Element]]:
    """The feed and its entries, which keep what RFC 4287 demands of them."""
    root = ET.fromstring(read(client, ".atom"))
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for one in (root, *entries):
        for name in ("id", "title", "updated"):
            [found] = one.findall(f"{ATOM}{name}")
            assert found.text
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one.findtext(f"{ATOM}id") or "")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.findtext(f"{ATOM}updated") or "")
        alternates = [link for link in one.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1 and alternates[0].get("href", "").startswith("http://localhost/v/")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "狮湾村 农民夜校"  # so its entries need none
    [own] = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own.get("href") == f"http://localhost/v/{SHIWAN}.atom"
    ids = [one.findtext(f"{ATOM}id") for one in (root, *entries)]
    assert len(set(ids)) == len(ids)
    return root, entries


def titles(client: FlaskClient) -> list[str | None]:
    return [one.findtext(f"{ATOM}title") for one in feed(client)[1]]


def test_changed_class_is_marked_everywhere_and_told_once(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    assert "变更" not in read(client, "")
    assert "通知以后没有变动，照通知上课。" in read(client, "/changes")
    before = sequence(client)
    move(database, cast, announced)
    for ending in ("", ".txt", ".ics"):
        shown = read(client, ending).replace("\r\n ", "")
        assert "变更：原定周五 12月4日（十月廿六） 19:00" in shown
    [session] = client.get(f"/v/{SHIWAN}.json").get_json()["sessions"]
    assert (session["differs"], session["announced"]["day"]) == (["time"], "2026-12-04")
    page = read(client, "/changes")
    assert MOVED in page and "今天 09:00 通知以后改了的" in page
    assert titles(client) == [MOVED]
    assert sequence(client) > before


def test_notice_of_the_next_month_does_not_hide_what_changed_in_this_one(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    move(database, cast, announced)
    with database.writing() as db:
        after = make_session(db, make_course(db, title="养猪"), FRIDAY + timedelta(days=35))
        mark_told(db, [after], later(AN_HOUR))
        month = after.day.replace(day=1)
        db.add(
            MonthPlan(region_code=SHIWAN, month=month, status="announced", announced_at=NOW.instant + AN_HOUR)
        )
    assert titles(client) == [MOVED]
    assert "养猪" not in read(client, "/changes")


def test_undone_move_leaves_two_entries_and_no_mark(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    move(database, cast, announced)
    [first] = feed(client)[1]
    before = sequence(client)
    undo(database, cast)
    assert "变更" not in read(client, "") + read(client, ".txt") + read(client, ".ics")
    assert titles(client) == [MOVED_BACK, MOVED]
    page = read(client, "/changes")
    assert page.index(MOVED_BACK) < page.index(MOVED)
    assert feed(client)[1][1].findtext(f"{ATOM}id") == first.findtext(f"{ATOM}id")
    assert sequence(client) > before


def test_called_off_class_says_that_the_notice_still_had_it(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    change(database, cast, announced, cancel_session, reason="farm_work", reason_text="收<柑橘>\ufffe")
    page = read(client, "")
    assert "取消：收&lt;柑橘&gt;" in page and "变更：通知时还要上" in page
    assert titles(client) == ["12月4日（十月廿六） 19:00 的柑橘修剪取消了：收<柑橘>。"]
    assert "STATUS:CANCELLED" in read(client, ".ics")


def test_draft_is_in_no_changelog_and_new_class_is(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    with database.writing() as db:
        make_learner(db)
        course = make_course(db, title="养猪", published=False)
        make_session(db, course, FRIDAY + timedelta(days=2), status="draft")
        course_id = course.public_id
    assert "养猪" not in read(client, "/changes") + read(client, ".atom")
    with database.writing() as db:
        publish_course(db, course=course_id, by=cast.chen_actor, now=NOW)
    assert titles(client) == ["加了一次：12月6日（十月廿八） 19:00 养猪。"]
    assert "加了一次：12月6日（十月廿八） 19:00 养猪。" in read(client, "/changes")
    assert "陈大秀" not in read(client, "/changes") + read(client, ".atom")


def test_without_a_notice_the_last_sixty_days_are_told(
    client: FlaskClient, database: Database, cast: Cast, announced: str, clock: Any
) -> None:
    with database.writing() as db:
        db.delete(db.scalars(select(MonthPlan)).one())
    move(database, cast, announced)
    assert "近 60 天里改了的" in read(client, "/changes")
    clock.move(days=61)
    assert "这些天没有变动，照课表上课。" in read(client, "/changes")
    assert titles(client) == []


def test_feed_is_asked_for_again_by_its_tag_and_by_other_sites(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    first = client.get(f"/v/{SHIWAN}.atom")
    assert first.mimetype == "application/atom+xml"
    assert first.headers["Access-Control-Allow-Origin"] == "*"
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/v/{SHIWAN}.atom", headers=tag).status_code == 304
    assert client.get(f"/v/{SHIWAN}.atom?utm=1", headers=tag).status_code == 304
    move(database, cast, announced)
    assert client.get(f"/v/{SHIWAN}.atom", headers=tag).status_code == 200
    assert client.get("/v/511002105999/changes").status_code == 404
    assert client.get(f"/v/{SHIWAN}/changes?page=0").status_code == 404
    assert "application/atom+xml" in read(client, "/changes")


@pytest.mark.parametrize("sessions", [1, 250])
def test_changelog_costs_three_statements_and_has_pages(
    client: FlaskClient, database: Database, cast: Cast, statements: list[str], sessions: int
) -> None:
    with database.writing() as db:
        course = make_course(db, title="养猪", published=False)
        for number in range(sessions):
            make_session(db, course, FRIDAY + timedelta(days=number), status="draft")
        publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW)
    for ending in ("/changes", ".atom"):
        statements.clear()
        shown = read(client, ending)
        assert len(statements) == 3
        assert shown.count("加了一次") == min(sessions, 200)
    assert ("更早的变动" in read(client, "/changes")) == (sessions > 200)
    assert read(client, "/changes?page=2").count("加了一次") == max(sessions - 200, 0)


def test_coordinator_sees_the_mark_and_how_it_came_about(
    browser_of: Any, database: Database, cast: Cast, announced: str
) -> None:
    move(database, cast, announced)
    browser = browser_of(cast.chen)
    with database.reading() as db:
        course = db.scalars(select(Course.public_id)).one()
    for path in (f"/sessions/{announced}", f"/courses/{course}"):
        page = browser.get(path).get_data(as_text=True)
        assert "变更：原定周五 12月4日（十月廿六） 19:00" in page
        assert MOVED in page and "改动经过" in page
    assert "要再通知一次" in browser.get(f"/sessions/{announced}").text
