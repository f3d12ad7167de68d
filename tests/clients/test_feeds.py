"""Our feeds as other people's programs read them: vdirsyncer and khal, and the libraries that others are made of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from nightschool.actions.courses.sessions import cancel_session, move_session, restore_session
from nightschool.database import Database
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.slots import Slot
from tests import factories
from tests.clients.conftest import Shown, Subscriber
from tests.factories import SHIWAN, TODAY, Cast, later

TOWNSHIP = "511002105000"
TITLE = "柑橘冬季管护；修枝, 清园"
DAYS = [TODAY + timedelta(days=ahead) for ahead in (1, 3, 6, 10)]
MOVED, CANCELLED, RESTORED, _LEFT_ALONE = range(4)
MOVED_TO = Slot(DAYS[MOVED] + timedelta(days=1), 14 * 60, 15 * 60)


def line(day: date, times: str = "19:00 20:30", *, takes_place: bool = True, village: str = "") -> Shown:
    """A class session as khal is to show it; `village` is what a township's feed says before the title."""
    starts, ends = times.split()
    return Shown(
        title=f"{'' if takes_place else '取消：'}{village}{TITLE}",
        starts=f"{day} {starts}",
        ends=f"{day} {ends}",
        status="CONFIRMED" if takes_place else "CANCELLED",
        place="狮湾村 村活动室",
        uid="",
    )


def lines(*, changed: bool, village: str = "") -> list[Shown]:
    """The four sessions before and after one was moved, one called off and one brought back."""
    if not changed:
        takes_place = [number != RESTORED for number in range(4)]
        return [
            line(day, takes_place=taking, village=village)
            for day, taking in zip(DAYS, takes_place, strict=True)
        ]
    return [
        line(MOVED_TO.day, "14:00 15:00", village=village),
        line(DAYS[CANCELLED], takes_place=False, village=village),
        *(line(day, village=village) for day in DAYS[RESTORED:]),
    ]


def without_uid(shown: list[Shown]) -> list[Shown]:
    """The lines as they are read; each of them was an event of its own."""
    assert len({one.uid for one in shown}) == len(shown)
    return [replace(one, uid="") for one in shown]


@pytest.mark.one_database
def test_moved_cancelled_and_restored_dates_arrive_where_people_read_them(
    database: Database, cast: Cast, app: Flask, address: str, subscriber: Subscriber
) -> None:
    sessions = four_sessions(database, cast)
    uids = {f"{public_id}@nightschool" for public_id in sessions}
    subscriber.subscribe(village=f"{address}/v/{SHIWAN}.ics", township=f"{address}/r/{TOWNSHIP}.ics")

    subscriber.sync()
    assert without_uid(subscriber.shown("village")) == lines(changed=False)
    assert without_uid(subscriber.shown("township")) == lines(changed=False, village="狮湾村：")
    subscriber.take_in(app.test_client().get(f"/v/{SHIWAN}.ics").data)
    assert without_uid(subscriber.shown("by_hand")) == lines(changed=False)

    files = subscriber.files("village")
    subscriber.sync()
    assert subscriber.files("village") == files, "nothing has changed, so nothing is written"

    change_dates(database, cast, sessions)
    subscriber.sync()
    assert without_uid(subscriber.shown("village")) == lines(changed=True)
    assert without_uid(subscriber.shown("township")) == lines(changed=True, village="狮湾村：")
    subscriber.take_in(app.test_client().get(f"/v/{SHIWAN}.ics").data)
    by_hand = subscriber.shown("by_hand")
    assert without_uid(by_hand) == lines(changed=True), "known by their UIDs, they replace what was there"
    assert {one.uid for one in by_hand} == uids
    assert len(files.items() & subscriber.files("village").items()) == 1, "the one left alone stays as it is"


@pytest.mark.parametrize("library", ["vobject", "ics", "ical.js"], indirect=True)
@pytest.mark.one_database
def test_libraries_read_moved_cancelled_and_restored_dates(
    database: Database, cast: Cast, app: Flask, library: Callable[[bytes], list[Shown]]
) -> None:
    sessions = four_sessions(database, cast)
    for is_changed in (False, True):
        if is_changed:
            change_dates(database, cast, sessions)
        village, township = (
            library(app.test_client().get(path, follow_redirects=True).data)
            for path in (f"/v/{SHIWAN}.ics", f"/r/{TOWNSHIP}.ics")
        )
        assert without_uid(village) == lines(changed=is_changed)
        assert without_uid(township) == lines(changed=is_changed, village="狮湾村：")
        uids = {f"{public_id}@nightschool" for public_id in sessions}
        assert {one.uid for one in village} == {one.uid for one in township} == uids


def four_sessions(database: Database, cast: Cast) -> list[str]:
    """The public ids of four published class sessions, the third of which is called off."""
    with database.writing() as db:
        course = factories.make_course(db, title=TITLE, venue_id=cast.venue, teachers=(cast.teacher,))
        statuses = [SessionStatus.SCHEDULED] * 4
        statuses[RESTORED] = SessionStatus.CANCELLED
        return [
            factories.make_session(db, course, day, teachers=(cast.teacher,), status=status).public_id
            for day, status in zip(DAYS, statuses, strict=True)
        ]


def change_dates(database: Database, cast: Cast, sessions: list[str]) -> None:
    """One date is moved, one called off, one brought back, as the coordinator does it five minutes later."""
    with database.writing() as db:
        seen = dict(db.execute(select(ClassSession.public_id, ClassSession.revision)).all())
        changes = [
            (move_session, MOVED, {"slot": MOVED_TO}),
            (cancel_session, CANCELLED, {"reason": "farm_work", "reason_text": ""}),
            (restore_session, RESTORED, {}),
        ]
        for change, which, details in changes:
            public_id = sessions[which]
            change(
                db,
                class_session=public_id,
                seen_revision=seen[public_id],
                by=cast.chen_actor,
                now=later(minutes=5),
                **details,
            )
