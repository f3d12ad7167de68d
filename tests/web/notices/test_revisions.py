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
from nightschool.actions.oversight.plans import announce
from nightschool.database import Database
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.rules.oversight.plans import check_code
from nightschool.rules.seasons.months import Month, month_of
from nightschool.rules.slots import Slot
from tests.factories import NOW, SHIWAN, TODAY, Cast, later, make_course, make_learner, make_session

FRIDAY = TODAY + timedelta(days=10)  # 12月4日
ATOM = "{http://www.w3.org/2005/Atom}"
AN_HOUR = timedelta(hours=1)
MOVED = "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周六 12月5日（十月廿七） 19:00。"
MOVED_BACK = "周六 12月5日（十月廿七） 19:00 的柑橘修剪改到 周五 12月4日（十月廿六） 19:00。"


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


def announce_again(database: Database, cast: Cast, month: Month) -> None:
    with database.writing() as db:
        lines = [line for line in db.scalars(select(ClassSession)) if month_of(line.day) == month]
        seen = check_code((line.id, line.revision) for line in lines)
        announce(db, village=SHIWAN, month=month, seen=seen, by=cast.chen_actor, now=later(AN_HOUR))


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
    assert "通知以后没有变动，照课表上课。" in read(client, "/changes")
    before = sequence(client)
    move(database, cast, announced)
    for ending in ("", ".txt", ".ics"):
        shown = read(client, ending).replace("\r\n ", "")
        assert "变更：原定周五 12月4日（十月廿六） 19:00" in shown
    [session] = client.get(f"/v/{SHIWAN}.json").get_json()["sessions"]
    assert (session["differs"], session["announced"]["day"]) == (["time"], "2026-12-04")
    page = read(client, "/changes")
    assert MOVED in page and "近 60 天里改了、通知里还没说过的" in page
    assert titles(client) == [MOVED]
    assert sequence(client) > before


def test_notice_closes_its_own_month_and_the_feed_keeps_what_it_told(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    with database.writing() as db:
        course = make_course(db, title="养猪")
        january = make_session(db, course, FRIDAY + timedelta(days=34)).public_id
        make_session(db, course, FRIDAY + timedelta(days=41))
    move(database, cast, announced)
    change(database, cast, january, cancel_session, reason="holiday", reason_text="")
    cancelled = "周四 2027年1月7日（冬月三十） 19:00 的养猪取消了：过节。"
    assert titles(client) == [MOVED, cancelled]
    announce_again(database, cast, Month(2026, 12))
    page = read(client, "/changes")
    assert cancelled in page and MOVED not in page
    assert titles(client) == [MOVED, cancelled]
    announce_again(database, cast, Month(2027, 1))
    assert "通知以后没有变动" in read(client, "/changes")
    assert titles(client) == [MOVED, cancelled]


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


def test_undone_move_was_never_told_and_leaves_no_mark(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    move(database, cast, announced)
    assert titles(client) == [MOVED]
    before = sequence(client)
    undo(database, cast)
    assert "变更" not in read(client, "") + read(client, ".txt") + read(client, ".ics")
    assert titles(client) == []
    assert "通知以后没有变动" in read(client, "/changes")
    assert sequence(client) > before  # what a phone fetched meanwhile is put right


def test_past_class_that_was_not_held_by_a_slip_of_the_finger_is_never_told_of(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        yesterday = make_session(db, make_course(db, title="养猪"), TODAY - timedelta(days=1)).public_id
    change(database, cast, yesterday, cancel_session, reason="weather", reason_text="")
    assert titles(client) == ["周一 11月23日（十月十五） 19:00 的养猪没开成：天气不好。"]
    undo(database, cast)
    shown = read(client, "/changes") + read(client, ".atom") + read(client, "") + read(client, ".ics")
    assert "没开成" not in shown and "恢复" not in shown and "照常上" not in shown


def test_what_a_notice_told_within_the_minutes_is_put_right_by_the_undo(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    move(database, cast, announced)
    with database.writing() as db:
        mark_told(db, list(db.scalars(select(ClassSession))), NOW)
    undo(database, cast)
    assert titles(client) == [MOVED_BACK, MOVED]
    assert MOVED_BACK in read(client, "/changes")
    assert MOVED not in read(client, "/changes")


def test_called_off_class_says_that_the_notice_still_had_it(
    client: FlaskClient, database: Database, cast: Cast, announced: str
) -> None:
    change(database, cast, announced, cancel_session, reason="farm_work", reason_text="收<柑橘>\ufffe")
    page = read(client, "")
    assert "取消：收&lt;柑橘&gt;" in page and "变更：先前通知这天要上，现在不上了" in page
    assert titles(client) == ["周五 12月4日（十月廿六） 19:00 的柑橘修剪取消了：收<柑橘>。"]
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
    assert titles(client) == ["加了一次：周日 12月6日（十月廿八） 19:00 养猪。"]
    assert "加了一次：周日 12月6日（十月廿八） 19:00 养猪。" in read(client, "/changes")
    assert "陈大秀" not in read(client, "/changes") + read(client, ".atom")


def test_the_last_sixty_days_are_told(
    client: FlaskClient, database: Database, cast: Cast, announced: str, clock: Any
) -> None:
    move(database, cast, announced)
    assert "近 60 天里改了" in read(client, "/changes")
    clock.move(days=61)
    assert "没有变动，照课表上课。" in read(client, "/changes")
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


@pytest.mark.both_databases
@pytest.mark.parametrize("sessions", [1, 250])
def test_changelog_costs_two_statements_and_has_pages(
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
        assert len(statements) == 2
        assert shown.count("加了一次") == min(sessions, 200)
    assert ("更早的变动" in read(client, "/changes")) == (sessions > 200)
    assert read(client, "/changes?page=2").count("加了一次") == max(sessions - 200, 0)


@pytest.mark.both_databases
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


@pytest.mark.both_databases
def test_a_region_tells_what_changed_in_its_villages(
    client: FlaskClient, database: Database, cast: Cast, announced: str, statements: list[str]
) -> None:
    unchanged = client.get("/r/511002105.atom")
    assert ET.fromstring(unchanged.data).findall(f"{ATOM}entry") == []
    move(database, cast, announced)
    statements.clear()
    answer = client.get("/r/511002105.atom", headers={"If-None-Match": unchanged.headers["ETag"]})
    assert (answer.status_code, answer.mimetype, len(statements)) == (200, "application/atom+xml", 2)
    root = ET.fromstring(answer.data)
    [entry] = root.findall(f"{ATOM}entry")
    own, there = (
        (link.get("rel"), link.get("href")) for link in (*root.findall(f"{ATOM}link"), *entry.findall(f"{ATOM}link"))
        if link.get("rel") == "self" or "/v/" in link.get("href", "")
    )  # fmt: skip
    assert own == ("self", "http://localhost/r/511002105.atom")
    [of_the_village] = feed(client)[1]
    assert there == ("alternate", of_the_village.find(f"{ATOM}link").get("href"))  # type: ignore[union-attr]
    assert entry.findtext(f"{ATOM}id") == of_the_village.findtext(f"{ATOM}id")
    assert entry.findtext(f"{ATOM}title") == f"狮湾村：{MOVED}"
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "全安镇农民夜校"
    for area, many in (("511002", 1), ("51", 1), ("511024", 0)):
        assert client.get(f"/r/{area}.atom").text.count("<entry>") == many
    assert client.get(f"/r/{SHIWAN}.atom").headers["Location"] == f"/v/{SHIWAN}.atom"
    assert client.get("/r/511009.atom").status_code == 404
