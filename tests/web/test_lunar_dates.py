"""The farmers' calendar beside the dates that people plan by: on pages, in forms, in feeds, on paper."""

from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.teaching import SessionStatus
from tests.factories import SHIWAN, TODAY, Cast, make_course, make_session

FRIDAY = TODAY + timedelta(days=3)
LUNAR = "十月十九"


def test_wherever_the_class_of_friday_stands_its_lunar_date_does_too(
    database: Database, cast: Cast, client: FlaskClient, browser_of: Any
) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=cast.venue)
        friday = make_session(db, course, FRIDAY, teachers=(cast.teacher,)).public_id
        make_session(db, course, FRIDAY, status=SessionStatus.DRAFT, booked=False)
    public = (
        f"/v/{SHIWAN}", f"/v/{SHIWAN}.txt", f"/v/{SHIWAN}.ics", f"/v/{SHIWAN}/year/2026",
        f"/v/{SHIWAN}/term/2026-11/2026-11", "/r/511002105", "/r/511002105.ics", "/r/511002105/month/2026-11",
    )  # fmt: skip
    own = (
        f"/desk/{SHIWAN}",
        f"/sessions/{friday}",
        f"/sessions/{friday}/move",
        f"/sessions/{friday}/register",
    )
    for address in public:
        assert LUNAR in client.get(address).text, address
    chen = browser_of(cast.chen)
    for address in own:
        assert LUNAR in chen.get(address).text, address
    week = f"/overview/{SHIWAN}?when=2026-11-27"
    assert LUNAR in browser_of(cast.township_supervisor).get(week).text


def test_a_chosen_day_is_told_under_its_field(database: Database, cast: Cast, browser_of: Any) -> None:
    with database.writing() as db:
        friday = make_session(db, make_course(db), FRIDAY).public_id
    page = browser_of(cast.chen).get(f"/sessions/{friday}/move").text
    assert ">周五 十月十九</p>" in page
    assert 'data-day-of="day"' in page
    assert "2026-11-09十月;2026-12-09冬月" in page
    assert "/static/day.js" in page
