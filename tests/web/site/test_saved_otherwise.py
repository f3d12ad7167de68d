"""Two people who edit the same thing: who saves later is told what the other has saved, and loses nothing."""

import re
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_label,
    make_learner,
    make_question,
    make_register,
    make_session,
    make_wish,
)
from tests.web.site.test_once import CHANGING

MINE, THEIRS = "我写的这一句", "别人先存的那句"


@dataclass(frozen=True)
class Edited:
    """A page where something that stands already is edited: where, by whom, and the field in which both write."""

    path: str
    field: str
    by: str = "chen"
    mine: str = MINE
    theirs: str = THEIRS
    do: str = ""
    also: dict[str, str] = dataclass_field(default_factory=dict)


EDITED = {
    "calendars.show": Edited(
        f"/calendars/{SHIWAN}", "latitude", mine="29.61", theirs="29.62", also={"longitude": "105.01"}
    ),
    "courses.edit": Edited("/courses/{course}/edit", "summary"),
    "cohorts.settings": Edited("/courses/{course}/cohort", "capacity", mine="31", theirs="32"),
    "labels.edit": Edited("/labels/{label}", "name"),
    "learners.edit": Edited("/learners/{learner}", "household"),
    "own_texts.edit": Edited(
        "/settings/511002105000/notices/chat-usual",
        "text",
        by="township_supervisor",
        do="save",
        mine="{时间}，{课题}，甲",
        theirs="{时间}，{课题}，乙",
    ),
    "paper_columns.edit": Edited(
        "/settings/511002105000/papers/ledger", "n-1", by="township_supervisor", do="save"
    ),
    "plans.act": Edited(f"/desk/{SHIWAN}/plan/2026-12", "note", do="note"),
    "questions.edit": Edited("/questions/{question}", "answer"),
    "region_settings.edit": Edited(
        "/settings/511002105000", "travel_kmh", by="township_supervisor", mine="31", theirs="32"
    ),
    "schools.edit": Edited(f"/desk/{SHIWAN}/school/edit", "principal"),
    "sessions.edit": Edited("/sessions/{class_session}/edit", "summary"),
    "supporters.edit": Edited(f"/desk/{SHIWAN}/supporters", "agronomist"),
    "teachers.edit": Edited("/teachers/{teacher}", "specialities", by="region_administrator"),
    "venues.edit": Edited("/venues/{venue}", "directions"),
    "wishes.edit": Edited("/wishes/{wish}", "groups"),
}
# Steps rather than texts: what has been done meanwhile is told, or was the same step.
SEEN = r'name="(version|revision|seen|seen_note|once)"[^>]* value="([^"]*)"'
STEPS = CHANGING - EDITED.keys()


@pytest.fixture
def records(database: Database, cast: Cast) -> dict[str, str]:
    with database.writing() as db:
        course = make_course(
            db, kind="cohort", capacity=30, graduation_basis="sessions", graduation_percent=75
        )
        held = make_session(db, make_course(db), TODAY - timedelta(days=1), published_at=NOW.instant)
        make_register(db, held, cast.chen, total=3)
        return {
            "course": course.public_id,
            "label": make_label(db, "农技站", SHIWAN).public_id,
            "class_session": make_session(db, course, TODAY + timedelta(days=7)).public_id,
            "question": make_question(db, held).public_id,
            "learner": make_learner(db).public_id,
            "teacher": db.get_one(Teacher, cast.teacher).public_id,
            "venue": db.get_one(Venue, cast.venue).public_id,
            "wish": make_wish(db).public_id,
        }


def opened(browser: FlaskClient, path: str, field: str) -> dict[str, Any]:
    """The fields of the form with this field, as a browser would send them back."""
    page = browser.get(path).text
    [form] = [one for one in re.findall(r"<form.*?</form>", page, re.DOTALL) if f'name="{field}"' in one]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_on = named.get("type") not in ("radio", "checkbox") or re.search(r"\schecked", tag)
        if "name" in named and is_on:
            sent.setdefault(named["name"], []).append(unescape(named.get("value", "")))
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', form, re.DOTALL
    ):
        sent[name] = [unescape(text)]
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'<option selected value="([^"]*)"', options)
    return sent


def save(browser: FlaskClient, path: str, data: dict[str, Any]) -> Any:
    """The form is sent; where it is shown first what would change, that is agreed to."""
    answer = browser.post(path, data=data)
    if answer.status_code == 200:
        typed = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.text)
        agreed: dict[str, list[str]] = {}
        for name, value in typed:
            agreed.setdefault(name, []).append(unescape(value))
        answer = browser.post(path, data=agreed | {"do": "save"})
    return answer


@pytest.mark.both_databases
@pytest.mark.parametrize("endpoint", EDITED)
def test_who_saves_later_is_shown_both_and_may_save_on_top(
    database: Database, cast: Cast, records: dict[str, str], browser_of: Any, endpoint: str
) -> None:
    edited = EDITED[endpoint]
    path, field = edited.path.format(**records), edited.field
    one, other = (browser_of(getattr(cast, edited.by)) for _ in range(2))
    mine = opened(one, path, field) | {field: edited.mine, "do": edited.do} | edited.also
    theirs = opened(other, path, field) | {field: edited.theirs, "do": edited.do} | edited.also
    assert save(other, path, theirs).status_code == 303
    stale = save(one, path, mine)
    assert stale.status_code == 409
    told = rf"存着的是「[^」]*{edited.theirs}[^」]*」，这里是「[^」]*{edited.mine}[^」]*」"
    assert re.search(told, unescape(stale.text))
    again = re.findall(SEEN, stale.text)
    on_top = mine | {name: unescape(value) for name, value in again} | {field: edited.mine, "do": edited.do}
    assert save(one, path, on_top).status_code == 303
    assert edited.mine in unescape(one.get(path).text)


def test_everything_that_is_edited_is_in_the_list(app: Flask) -> None:
    """A form of a record carries its version, and stands above."""
    assert not {name for name in STEPS if name.endswith((".edit", ".settings"))}
    assert EDITED.keys() <= CHANGING | {"calendars.show"}


@pytest.mark.both_databases
def test_a_day_of_which_somebody_else_has_said_otherwise_shows_both(
    cast: Cast, database: Database, browser_of: Any
) -> None:
    one, other = browser_of(cast.chen), browser_of(cast.chen)
    path, day = f"/calendars/{SHIWAN}", {"day": "2026-12-03"}
    mine = opened(one, path, "what") | day | {"what": "holiday-off", "name": MINE}
    theirs = opened(other, path, "what") | day | {"what": "holiday-on", "name": THEIRS}
    assert other.post(path, data=theirs).status_code == 303
    stale = one.post(path, data=mine)
    assert stale.status_code == 409
    told = unescape(stale.text)
    assert (
        "存着的是「这天放假」，这里是「这天上班」" in told
        and f"存着的是「{THEIRS}」，这里是「{MINE}」" in told
    )
    on_top = opened(one, path, "what") | day | {"what": "holiday-off", "name": MINE}
    assert one.post(path, data=on_top).status_code == 303
    assert THEIRS not in unescape(one.get(path).text)
