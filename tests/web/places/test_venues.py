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
from nightschool.models.teaching import Booking
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session, make_venue
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
