"""Whatever a phone shows of a class moves the stamps of exactly the events concerned; who they are never changes."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import move_session
from nightschool.actions.notices.feeds import keep_identity
from nightschool.actions.notices.revisions import mark_told
from nightschool.actions.people.people import edit_teacher
from nightschool.actions.places.region_lists import import_regions
from nightschool.actions.places.schools import edit_school
from nightschool.actions.places.venues import edit_venue
from nightschool.actions.trust.handovers import hand_over
from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.models.planning import FeedIdentity
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.rules.access import SYSTEM
from nightschool.rules.people.people import TeacherEntry
from nightschool.rules.places.region_lists import RegionRow
from nightschool.rules.places.schools import SchoolEntry
from nightschool.rules.places.venues import VenueEntry
from nightschool.rules.slots import Slot
from nightschool.rules.trust.handovers import Handover
from nightschool.sealing import Digester
from nightschool.web.app import create_app
from tests.factories import (
    JIANLI,
    KEYS,
    NOW,
    OFFICIAL_NAMES,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_link,
    make_session,
)
from tests.web.notices.test_revisions import change

SECRET = "s" * 32
FEEDS = (f"/v/{SHIWAN}.ics", f"/v/{JIANLI}.ics", "/r/511002105.ics", "/r/5110.ics", f"/t/{SECRET}.ics")
STAMPS = ("SEQUENCE", "DTSTAMP", "LAST-MODIFIED")
AFTER = later(minutes=30)


@pytest.fixture
def term(database: Database, cast: Cast) -> None:
    """Two villages with classes past and to come, in their usual rooms and elsewhere, with 周老师 and without."""
    with database.writing() as db:
        for village, venue, starts in ((SHIWAN, cast.venue, 1140), (JIANLI, cast.other_venue, 600)):
            course = make_course(db, village, teachers=(cast.teacher,), venue_id=venue)
            for days in (-90, -20, 1, 3):
                day = TODAY + timedelta(days=days)
                hours = {"starts": starts, "ends": starts + 90}
                make_session(db, course, day, title="嫁接", venue_id=venue, teachers=(cast.teacher,), **hours)
                make_session(db, course, day, title="合唱", venue_id=None, starts=900, ends=960)
        make_link(db, db.get_one(Teacher, cast.teacher), SECRET)


def events(app: Flask) -> dict[tuple[str, str], dict[str, bytes]]:
    """All events of all feeds, by feed and UID."""
    found = {}
    for feed in FEEDS:
        answer = app.test_client().get(feed)
        assert answer.status_code == 200
        for event in Calendar.from_ical(answer.data).walk("VEVENT"):
            found[feed, str(event["UID"])] = {name: event[name].to_ical() for name in event}
    return found


def school(db: Session, cast: Cast, **changed: Any) -> None:
    found = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
    entry = SchoolEntry("", found.principal, found.contact_name, found.contact_phone)
    edit_school(
        db,
        village=SHIWAN,
        entry=replace(entry, **changed),
        version=found.version,
        by=cast.chen_actor,
        now=AFTER,
    )


def venue(db: Session, cast: Cast, **changed: Any) -> None:
    found = db.get_one(Venue, cast.venue)
    entry = VenueEntry(**{"name": found.name, "kind": found.kind, **changed})
    edit_venue(db, venue=found.public_id, entry=entry, version=found.version, by=cast.chen_actor, now=AFTER)


def teacher(db: Session, cast: Cast, **changed: Any) -> None:
    found = db.get_one(Teacher, cast.teacher)
    usual = {"name": found.name, "kind": found.kind, "unit": found.unit, "name_is_public": True}
    entry = TeacherEntry(**{**usual, **changed})
    by = cast.region_administrator_actor
    edit_teacher(db, teacher=found.public_id, entry=entry, version=found.version, by=by, now=AFTER)


def handed_over(db: Session, cast: Cast, **said: Any) -> None:
    leaving = (db.get_one(Account, cast.chen).public_id,)
    handover = Handover(leaving, display_name="王小明", title="村文书", from_day=TODAY, **said)
    hand_over(
        db,
        village=SHIWAN,
        handover=handover,
        digester=Digester(KEYS.signing),
        by=cast.region_administrator_actor,
        now=AFTER,
    )


def called(db: Session, _cast: Cast, **names: str) -> None:
    official = {**OFFICIAL_NAMES, **{f"{code[1:]}": name for code, name in names.items()}}
    rows = [RegionRow(number, code, name) for number, (code, name) in enumerate(official.items(), 2)]
    import_regions(db, rows, as_of=date(2026, 11, 1), by=SYSTEM, now=AFTER)


CHANGES: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "another phone to call": (school, {"contact_phone": "0832-5559999"}),
    "somebody else to ask": (school, {"contact_name": "王会计"}),
    "the school has another name": (school, {"institution_name": "讲习所"}),
    "a principal beside the contact": (school, {"principal": "刘书记"}),
    "the equipment": (school, {"equipment": ("teaching_kit",)}),
    "the room has another name": (venue, {"name": "党群服务中心"}),
    "how one gets there": (venue, {"directions": "小学后面"}),
    "the seats": (venue, {"seats": 40}),
    "the teacher's name": (teacher, {"name": "周农艺师"}),
    "the teacher's unit": (teacher, {"unit": "农业局"}),
    "the teacher's name is not public": (teacher, {"name_is_public": False}),
    "how much a teacher takes on": (teacher, {"weekly_limit": 3}),
    "handed over, the contact stays": (handed_over, {}),
    "handed over with the contact": (handed_over, {"becomes_contact": True, "contact_phone": "0832-5558888"}),
    "the village has another name": (called, {f"_{SHIWAN}": "新湾村村民委员会"}),
    "the village is written otherwise": (called, {f"_{SHIWAN}": "狮湾村村委会"}),
    "the township has another name": (called, {"_511002105000": "全新镇"}),
    "the county has another name": (called, {"_511002000000": "中心区"}),
}


@pytest.mark.both_databases
@pytest.mark.parametrize("which", CHANGES)
def test_what_a_phone_shows_moves_the_stamps_of_exactly_the_events_concerned(
    app: Flask, database: Database, cast: Cast, term: None, clock: Any, which: str
) -> None:
    before = events(app)
    action, values = CHANGES[which]
    with database.writing() as db:
        action(db, cast, **values)
    clock.move(minutes=30)
    after = events(app)
    assert before.keys() == after.keys()
    moved = set()
    for key, event in after.items():
        shown = {name: value for name, value in event.items() if name not in STAMPS}
        if shown != {name: value for name, value in before[key].items() if name not in STAMPS}:
            moved.add(key[1])
            assert int(event["SEQUENCE"]) > int(before[key]["SEQUENCE"]), (which, key)
            assert all(event[name] > before[key][name] for name in STAMPS[1:]), (which, key)
    if which in ("the township has another name", "the county has another name"):
        assert moved  # those of the whole region, which only some of its feeds name
        return
    # One event has one stamp in all feeds, though some of them say less of it.
    assert {key: event for key, event in after.items() if key[1] not in moved} == {
        key: event for key, event in before.items() if key[1] not in moved
    }


def test_a_notice_that_tells_of_a_change_takes_its_mark_away_and_moves_the_stamps(
    app: Flask, database: Database, cast: Cast, term: None
) -> None:
    with database.writing() as db:
        here = list(db.scalars(select(ClassSession).where(ClassSession.region_code == SHIWAN)))
        mark_told(db, here, NOW)
        moved = max(here, key=lambda one: one.day).public_id
    slot = Slot(TODAY + timedelta(days=2), 600, 660)
    change(database, cast, moved, move_session, slot=slot)
    before = events(app)
    with database.writing() as db:
        mark_told(db, list(db.scalars(select(ClassSession).where(ClassSession.region_code == SHIWAN))), AFTER)
    after = events(app)
    changed = {key[1].split("@")[0] for key in after if after[key] != before[key]}
    assert changed == {moved}
    for key in (key for key in after if key[1].startswith(moved)):
        assert (
            "变更".encode() in before[key]["DESCRIPTION"] and "变更".encode() not in after[key]["DESCRIPTION"]
        )
        assert int(after[key]["SEQUENCE"]) > int(before[key]["SEQUENCE"])


@pytest.mark.both_databases
@pytest.mark.parametrize("settled", ["from the beginning", "at the first start of this version"])
def test_events_and_feeds_are_known_by_the_same_ids_wherever_they_are_served(
    app: Flask, database: Database, cast: Cast, term: None, clock: Any, settled: str
) -> None:
    def ids(served: Flask) -> tuple[set[str], str | None]:
        root = ET.fromstring(served.test_client().get(f"/v/{SHIWAN}.atom").data)
        return {uid for _feed, uid in events(served)}, root.findtext("{http://www.w3.org/2005/Atom}id")

    settings = app.extensions["nightschool"].settings
    if settled != "from the beginning":
        with database.writing() as db:
            db.execute(delete(FeedIdentity))
    before = ids(app)
    with database.writing() as db:
        keep_identity(db, address=settings.base_url)
    moved = create_app(replace(settings, base_url="http://127.0.0.1:8080"), database, clock=clock)
    assert ids(app) == ids(moved) == before
    assert all(
        uid.endswith("@nightschool" if settled == "from the beginning" else "@localhost") for uid in before[0]
    )
    address = Calendar.from_ical(moved.test_client().get(FEEDS[0]).data).walk("VEVENT")[0]["URL"]
    assert str(address).startswith("http://127.0.0.1:8080/v/")
