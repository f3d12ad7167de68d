"""A village handed over on one form: what is open is shown first, the slip and the sheet come out."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import NightSchool
from nightschool.models.trust import Account, Posting
from tests.factories import (
    JIANLI,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_session,
)

PATH = f"/admin/{SHIWAN}/handover"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture
def admin(cast: Cast, browser_of: Any, database: Database) -> FlaskClient:
    """The browser of 市中区's administrator; 狮湾村 has one class held, one not recorded, one to come."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        held = make_session(db, course, TODAY - timedelta(days=14), teachers=(cast.teacher,))
        make_register(db, held, cast.chen, present=(make_learner(db).id,))
        make_session(db, course, TODAY - timedelta(days=7))
        make_session(db, course, TODAY + timedelta(days=2), teachers=(cast.teacher,))
    browser: FlaskClient = browser_of(cast.region_administrator)
    return browser


def key(database: Database, account_id: int) -> str:
    with database.reading() as db:
        return db.get_one(Account, account_id).public_id


def said(database: Database, cast: Cast, **other: Any) -> dict[str, Any]:
    usual = {
        "leaving": key(database, cast.chen),
        "display_name": "王小明",
        "title": "村文书",
        "from_day": TODAY.isoformat(),
    }
    return {**usual, **other}


def test_open_tasks_stand_before_the_form(admin: FlaskClient) -> None:
    page = admin.get(PATH).text
    assert page.index("11月17日") < page.index("<form method") and "11月26日" in page
    assert "陈书记" in page and "陈大秀" not in page


def test_new_coordinator_gets_in_and_the_old_one_is_out(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, client: FlaskClient
) -> None:
    chen = browser_of(cast.chen)
    answer = admin.post(PATH, data=said(database, cast), follow_redirects=True)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert "狮湾村从 周二 11月24日 起由王小明接手。陈书记的职责到前一天为止" in answer.text
    [code] = CODE.findall(answer.text)
    entered = {"login_name": "wxm2", "code": code, "new_password": "秋收以后再来上课"}
    assert client.post("/login/slip", data=entered).location == "/desk"
    assert client.get(f"/desk/{SHIWAN}").status_code == 200
    assert chen.get(f"/desk/{SHIWAN}").status_code == 303


def test_sheet_names_what_is_handed_over_and_no_learner(admin: FlaskClient) -> None:
    page = admin.get(f"{PATH}/sheet").text
    for text in ("陈书记", "0832-5550101", "村活动室", "周老师", "讲过 1 次", "11月17日", "11月26日"):
        assert text in page, text
    assert "陈大秀" not in page and not CODE.findall(page)


def test_from_a_day_to_come_both_hold_in_turn(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, clock: StillClock
) -> None:
    other = browser_of(cast.township_supervisor)
    day = TODAY + timedelta(days=2)
    chosen = said(database, cast, display_name="", login_name="qaz", from_day=day.isoformat())
    with database.writing() as db:
        db.get_one(Account, cast.township_supervisor).password_hash = "x"
    answer = admin.post(PATH, data=chosen)
    assert answer.location == f"{PATH}/sheet"
    chen, seen = browser_of(cast.chen), []
    for _ in range(3):
        seen.append((chen.get(f"/desk/{SHIWAN}").status_code, other.get(f"/desk/{SHIWAN}").status_code))
        clock.move(days=1)
    assert seen == [(200, 404), (200, 404), (303, 200)]


def test_public_contact_is_changed_only_when_ticked_and_was_one_of_them(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    assert "becomes_contact" in admin.get(PATH).text
    with database.writing() as db:
        db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one().contact_name = "刘主任"
    assert "becomes_contact" not in admin.get(PATH).text
    admin.post(PATH, data=said(database, cast, becomes_contact="y", contact_phone="0832-5550109"))
    with database.reading() as db:
        school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
    assert (school.contact_name, school.contact_phone) == ("刘主任", "0832-5550101")


def test_who_becomes_the_public_contact_can_be_phoned(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    page = admin.post(PATH, data=said(database, cast, becomes_contact="y", contact_phone=""))
    assert page.status_code == 422 and 'id="contact_phone-errors"' in page.text
    assert "写一个电话，不然村里人没有地方打。" in page.text and "王小明" in page.text
    assert admin.post(PATH, data=said(database, cast, contact_phone="")).status_code == 303
    with database.reading() as db:
        school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
    assert (school.contact_name, school.contact_phone) == ("陈书记", "0832-5550101")


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    page = admin.post(PATH, data=said(database, cast, login_name="lzs", contact_phone="0832-5550109"))
    assert page.status_code == 422
    assert "只写一样" in page.text and 'id="login_name-errors"' in page.text
    assert all(text in page.text for text in ("王小明", "村文书", "lzs", "0832-5550109"))
    late = admin.post(PATH, data=said(database, cast, from_day="2026-11-23"))
    assert late.status_code == 422 and 'id="from_day-errors"' in late.text
    with database.reading() as db:
        assert db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one().to_day is None


def test_village_of_another_county_and_one_without_school_are_not_there(
    admin: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        make_region(db, "511002105202")
    for village in (JIANLI, "511002105202", "511002105999"):
        for path in (f"/admin/{village}/handover", f"/admin/{village}/handover/sheet"):
            assert admin.get(path).status_code == 404, path


def test_hand_over_can_be_taken_back(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any
) -> None:
    admin.post(PATH, data=said(database, cast))
    chen = key(database, cast.chen)
    page = admin.get(f"/accounts/{chen}").text
    again = re.search(r'href="(/admin/\d+/postings/new\?[^"]+)"', page)
    assert again is not None
    prefilled = admin.get(again[1].replace("&amp;", "&")).text
    assert 'value="cjs"' in prefilled and 'value="coordinator" checked' in prefilled
    given = {"login_name": "cjs", "role": "coordinator", "from_day": TODAY.isoformat()}
    assert admin.post(f"/admin/{SHIWAN}/postings/new", data=given).status_code == 303
    assert browser_of(cast.chen).get(f"/desk/{SHIWAN}").status_code == 200


def test_page_and_sheet_are_bounded(admin: FlaskClient, database: Database, statements: list[str]) -> None:
    for _round in range(2):
        for path in (PATH, f"{PATH}/sheet"):
            statements.clear()
            assert admin.get(path).status_code == 200
            assert len(statements) <= 12, path
        with database.writing() as db:
            course = make_course(db, title="防诈骗")
            for day in range(30):
                make_session(db, course, TODAY - timedelta(days=day), booked=False)
