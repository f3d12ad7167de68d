"""Venues: a coordinator lists, adds and edits them; sharing one follows what is planned there."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking, ClassSession
from nightschool.queries.dispatch.rotas import rota_ground
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_region,
    make_school,
    make_session,
    make_venue,
    make_wish,
)
from tests.web.registers.test_attendance import errors, value

DESK = f"/desk/{SHIWAN}"
LIST = f"{DESK}/venues"
PHONE = "13800005678"


def venue(database: Database, name: str) -> Venue:
    with database.reading() as db:
        return db.scalars(select(Venue).where(Venue.name == name, Venue.region_code == SHIWAN)).one()


def add(browser: FlaskClient, **fields: str) -> Any:
    return browser.post(
        f"{LIST}/new", data={"name": "陈家院坝", "kind": "courtyard", "version": "0", **fields}
    )


def edit(browser: FlaskClient, place: Venue, **fields: str) -> Any:
    form = {"name": place.name, "kind": place.kind, "version": str(place.version)}
    return browser.post(f"/venues/{place.public_id}", data={**form, **fields})


def test_a_venue_is_added_and_listed(database: Database, chen: FlaskClient) -> None:
    assert add(chen, seats="60", key_holder="陈会计", phone=PHONE).location == DESK  # among the first steps
    page = chen.get(LIST).text
    assert re.findall(r'<p class="first"><a href="[^"]*">([^<]+)</a>', page) == ["村活动室", "陈家院坝"]
    for told in ("平常在这里", "院坝 · 坐 60 人 · 晚上没灯 · 露天", "钥匙：陈会计 138****5678"):
        assert told in page
    assert PHONE not in page


def test_what_cannot_be_saved_is_answered_and_kept(chen: FlaskClient) -> None:
    answer = add(chen, name="", seats="很多", directions="过了桥左转")
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "还没写叫什么。写大家平时叫的名字，比如村活动室。",
        "这里填 1 到 20000 的整数，写的是「很多」。",
    ]
    assert "过了桥左转" in answer.text
    assert errors(add(chen, name="村活动室").text) == ["已经有一个场地叫村活动室。换个名字，免得弄混。"]


def test_an_unknown_kind_is_answered(chen: FlaskClient) -> None:
    answer = add(chen, kind="castle")
    assert (answer.status_code, errors(answer.text)) == (422, ["这一项已经不在单子上了，重新选一个。"])


def test_the_key_holders_phone_is_shown_when_asked_for(database: Database, chen: FlaskClient) -> None:
    add(chen, phone=PHONE)
    place = venue(database, "陈家院坝")
    page = chen.get(f"/venues/{place.public_id}").text
    assert 'placeholder="138****5678"' in page
    assert PHONE not in page
    assert f'<a href="tel:{PHONE}">' in chen.post(f"/venues/{place.public_id}/phone").text


@pytest.mark.both_databases
def test_a_stale_save_shows_both(database: Database, chen: FlaskClient) -> None:
    opened = venue(database, "村活动室")
    edit(chen, opened, seats="60")
    answer = edit(chen, opened, seats="80")
    assert answer.status_code == 409
    assert "能坐几个人：存着的是「60」，这里是「80」" in re.sub(r"<[^>]+>", "", answer.text)
    assert edit(chen, opened, seats="80", version=value(answer.text, "version")).status_code == 303
    assert venue(database, "村活动室").seats == 80


@pytest.mark.both_databases
def test_a_shared_venue_with_overlapping_sessions_stays_shared(database: Database, chen: FlaskClient) -> None:
    with database.writing() as db:
        place = make_venue(db, name="院坝", allows_parallel=True)
        for title, starts in (("柑橘", 19 * 60), ("医保", 19 * 60 + 30)):
            course = make_course(db, title=title, venue_id=place.id, starts=starts, ends=starts + 60)
            make_session(db, course, TODAY + timedelta(days=3), booked=False)
    answer = edit(chen, venue(database, "院坝"), seats="90")
    assert answer.status_code == 409
    assert errors(answer.text) == [
        "周五 11月27日 这里同时排着两节课：19:00 柑橘，19:30 医保。先改开一节，再定成一次只上一节。"
    ]
    assert value(answer.text, "seats") == "90"
    assert venue(database, "院坝").allows_parallel


@pytest.mark.both_databases
def test_a_venue_may_become_shared_and_single_again(database: Database, chen: FlaskClient) -> None:
    with database.writing() as db:
        place = db.scalars(select(Venue).where(Venue.region_code == SHIWAN)).one()
        make_session(db, make_course(db, venue_id=place.id), TODAY)
    assert bookings(database) == 1
    assert edit(chen, venue(database, "村活动室"), allows_parallel="y").status_code == 303
    assert bookings(database) == 0
    assert edit(chen, venue(database, "村活动室")).status_code == 303
    assert bookings(database) == 1


def bookings(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Booking)) or 0


def test_venues_are_the_villages_own(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    place = venue(database, "村活动室")
    for account in (cast.luo, cast.county_supervisor, cast.region_administrator):
        browser = browser_of(account)
        for page in (LIST, f"{LIST}/new", f"/venues/{place.public_id}"):
            assert browser.get(page).status_code == 404
        assert browser.post(f"/venues/{place.public_id}/phone").status_code == 404


NEIGHBOUR = "511002105202"  # in the same township
FRIDAY_CLASS = {
    "title": "用电安全", "category": "skill", "starts": "19:00", "ends": "20:30", "repeat": "once",
    "first": "2026-11-27", "do": "publish",
}  # fmt: skip


@pytest.fixture
def wang(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> FlaskClient:
    """断桥村's coordinator, whose school has no room of its own."""
    with database.writing() as db:
        make_region(db, NEIGHBOUR, "断桥村村民委员会")
        make_school(db, NEIGHBOUR, contact_name="王文书", contact_phone="0832-5550303")
        wang = make_account(db, "wws", "王文书", Role.COORDINATOR, NEIGHBOUR).id
    return browser_of(wang)


@pytest.mark.both_databases
def test_two_villages_share_one_hall_and_no_two_of_their_classes_meet_in_it_at_once(
    database: Database, cast: Cast, chen: FlaskClient, wang: FlaskClient, browser_of: Any
) -> None:
    hall = venue(database, "村活动室")
    new, school = f"/desk/{NEIGHBOUR}/courses/new", f"/desk/{NEIGHBOUR}/school/edit"
    usual = {
        "usual_venue": hall.public_id,
        "contact_name": "王文书",
        "contact_phone": "0832-5550303",
        "opened_on": "2017-01-10",
    }
    there = {**FRIDAY_CLASS, "venue": hall.public_id}
    for page in (new, school):
        assert hall.public_id not in wang.get(page).text, "it has not been offered"
    assert errors(wang.post(school, data={**usual, "version": "1"}).text) == [
        "这一项已经不在单子上了，重新选一个。"
    ]
    assert wang.post(new, data=there).status_code == 422
    assert edit(chen, hall, for_township="y", is_lit="y").status_code == 303
    assert "本镇别的村也可以来上课" in chen.get(LIST).text
    assert "别的村也让本村去上课的：狮湾村活动室。" in wang.get(f"/desk/{NEIGHBOUR}/venues").text
    assert hall.public_id not in browser_of(cast.luo).get(f"/desk/{JIANLI}/courses/new").text, "too far away"
    assert f'name="venue" value="{hall.public_id}"' in wang.get(new).text
    assert wang.post(school, data={**usual, "version": "1"}).status_code == 303
    assert f'name="venue" value="{hall.public_id}" checked' in wang.get(new).text, "it is where they meet"
    assert wang.post(new, data=there).status_code == 303
    assert "狮湾村活动室" in wang.get(f"/v/{NEIGHBOUR}").text, "villagers read whose it is"
    taken = chen.post(
        f"{DESK}/courses/new", data={**there, "title": "柑橘管护", "starts": "20:00", "ends": "21:00"}
    )
    assert taken.status_code == 409
    assert "村活动室已经给断桥村上课用了：用电安全" in taken.text and "0832-5550303" in taken.text
    # What it is like, who has its key and who may come stays with its own village.
    for page in (f"/venues/{hall.public_id}", f"/venues/{hall.public_id}/closed"):
        assert wang.get(page).status_code == 404
    with database.writing() as db:
        for village in (SHIWAN, NEIGHBOUR):
            make_wish(db, village, "果树修剪", category_code="skill")
        when: Any = {"starts": 1140, "ends": 1230, "zone": "Asia/Shanghai", "at": NOW.moment, "beside": {}}
        ground = rota_ground(db, "511002105000", TODAY, TODAY + timedelta(days=6), **when)
    assert {one.hall for one in ground.task.wishes} == {hall.id}, "one class an evening of both"
    assert [one.evenings.closed.get(3) for one in ground.task.wishes] == ["hall", "hall"]
    # No more of it: what was scheduled stays, and can be put right in everything else.
    assert edit(chen, venue(database, "村活动室")).status_code == 303
    assert hall.public_id not in wang.get(new).text
    assert wang.get(f"/desk/{NEIGHBOUR}/school").status_code == 200
    with database.reading() as db:
        kept = db.scalars(select(ClassSession).where(ClassSession.region_code == NEIGHBOUR)).one()
    assert (kept.venue_id, kept.status) == (hall.id, "scheduled")


@pytest.mark.both_databases
def test_of_another_villages_draft_in_a_shared_hall_no_title_is_told(
    database: Database, chen: FlaskClient, wang: FlaskClient
) -> None:
    with database.writing() as db:
        yard = make_venue(db, name="院坝", allows_parallel=True, for_township=True).id
        for village, title, state in ((SHIWAN, "柑橘", "scheduled"), (NEIGHBOUR, "防诈骗", "draft")):
            course = make_course(db, village, title, venue_id=yard)
            make_session(db, course, TODAY + timedelta(days=3), status=state, booked=False)
    answer = edit(chen, venue(database, "院坝"), for_township="y")
    assert answer.status_code == 409 and "19:00 断桥村" in answer.text and "防诈骗" not in answer.text
