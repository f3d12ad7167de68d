"""How a class is given and who organises it: said once with the course, otherwise for one class, read everywhere."""

import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.courses.labelling import set_session_labels
from nightschool.database import Database
from nightschool.models.teaching import ClassSession, Label
from nightschool.rules.courses.labels import LabelKind, Labels
from tests.factories import JIANLI, SHIWAN, Cast, make_course, make_label, make_session, make_venue

NEW = f"/desk/{SHIWAN}/courses/new"
PLAN = f"/desk/{SHIWAN}/plan/2026-12"
UNITS = f"/lists/{SHIWAN}/units"
COURSE = {
    "title": "柑橘冬季管护", "category": "skill", "starts": "14:00", "ends": "15:30", "repeat": "once",
    "first": "2026-12-04", "kind": "open_lecture", "do": "publish",
}  # fmt: skip


@pytest.fixture
def units(cast: Cast, database: Database) -> None:
    with database.writing() as db:
        for name in ("县农业农村局", "县妇女联合会", "县农机站"):
            make_label(db, name)
        make_label(db, "感恩奋进", kind=LabelKind.CAMPAIGN)


def orchard(database: Database) -> str:
    with database.writing() as db:
        return make_venue(db, name="二组柑橘园", kind="field").public_id


def edited(browser: FlaskClient, path: str, **changed: Any) -> Any:
    """What the form of this page holds is sent again with this changed; a preview is agreed to."""
    page = browser.get(path).text
    form = page[page.index("<form method") :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (not re.search(r'type="(checkbox|radio)"', tag) or " checked" in tag):
            fields.setdefault(name[1], []).append(value[1] if value else "")
    fields |= changed
    shown = browser.post(path, data=fields)
    if shown.status_code == 200:  # every class that changes is shown first
        seen = re.search(r'name="seen" value="(\w+)"', shown.text)
        assert seen is not None
        shown = browser.post(path, data={**fields, "do": "save", "seen": seen[1]})
    assert shown.status_code == 303, shown.text
    return browser.get(shown.location)


def paper(browser: FlaskClient) -> list[tuple[str, ...]]:
    """The rows of December's plan, as Excel shows them."""
    book = openpyxl.load_workbook(
        BytesIO(browser.get(f"/desk/{SHIWAN}/papers/plan.xlsx?period=2026-12").data)
    )
    return [tuple(cell or "" for cell in row) for row in book.active.iter_rows(min_row=3, values_only=True)]


def cell(row: tuple[str, ...], head: str, rows: list[tuple[str, ...]]) -> str:
    return row[rows[0].index(head)]


def test_an_orchard_class_is_a_field_class_on_the_signed_paper_though_nobody_said_so(
    chen: FlaskClient, database: Database
) -> None:
    assert chen.post(NEW, data={**COURSE, "venue": orchard(database)}).status_code == 303
    rows = paper(chen)
    assert cell(rows[1], "授课形式", rows) == "田间课堂"
    assert cell(rows[1], "主办（协办）", rows) == "狮湾村"


def test_moved_into_the_hall_it_is_a_lecture_again_unless_it_was_said_what_it_is(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, venue_id=make_venue(db, name="果园", kind="field").id)
        by_place = make_session(db, course, date(2026, 12, 4)).public_id
        said = make_session(db, course, date(2026, 12, 11), delivery_mode="demo").public_id
        hall = make_venue(db, name="会议室").public_id
    for public_id in (by_place, said):
        edited(chen, f"/sessions/{public_id}/edit", venue=hall)
    rows = paper(chen)
    assert [cell(row, "授课形式", rows) for row in rows[1:3]] == ["讲座", "现场示范"]


def test_a_course_gives_its_classes_form_and_organisers_found_by_pinyin(
    chen: FlaskClient, units: None, database: Database
) -> None:
    made = chen.post(NEW, data={**COURSE, "mode": "demo", "hosts": "xnyncj", "helpers": "妇女、nongji"})
    assert made.status_code == 303, made.text
    assert "主办：县农业农村局" in chen.get(made.location).text
    rows = paper(chen)
    assert cell(rows[1], "授课形式", rows) == "现场示范"
    assert cell(rows[1], "主办（协办）", rows) == "县农业农村局（县妇女联合会、县农机站）"
    assert "现场示范 · 主办：县农业农村局；协办：县妇女联合会、县农机站" in chen.get(PLAN).text


def test_villagers_and_other_programs_read_the_same(chen: FlaskClient, units: None) -> None:
    chen.post(NEW, data={**COURSE, "mode": "field", "hosts": "县农业农村局", "helpers": "县妇女联合会"})
    told = "田间课堂 · 主办：县农业农村局；协办：县妇女联合会"
    assert told in chen.get(f"/v/{SHIWAN}").text
    assert told in chen.get(f"/v/{SHIWAN}.txt").text
    feed = chen.get(f"/v/{SHIWAN}.ics").text.replace("\r\n ", "")
    assert "田间课堂 · 主办：县农业农村局；协办：县妇女联合会".replace("；", "；") in feed
    [session] = json.loads(chen.get(f"/v/{SHIWAN}.json").data)["sessions"]
    assert session["delivery_mode"] == "field"
    assert (session["organisers"], session["co_organisers"]) == (["县农业农村局"], ["县妇女联合会"])
    assert session["campaigns"] == []


def test_a_lecture_of_the_village_itself_is_told_without_a_word_more(chen: FlaskClient) -> None:
    chen.post(NEW, data=COURSE)
    assert "讲座 ·" not in chen.get(f"/v/{SHIWAN}").text and "主办" not in chen.get(f"/v/{SHIWAN}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("县农", "「县农」有几个：县农机站、县农业农村局。写全一点。"),
        ("水务局", "单位名单里没有「水务局」。换个写法，或者先加进名单。"),
    ],
)
def test_a_unit_that_is_not_found_is_said_at_its_field_and_nothing_is_lost(
    chen: FlaskClient, units: None, typed: str, sentence: str
) -> None:
    answer = chen.post(NEW, data={**COURSE, "hosts": f"县妇女联合会、{typed}"})
    assert answer.status_code == 422 and sentence in answer.text
    assert f'value="县妇女联合会、{typed}"' in answer.text
    assert "<details open>" in answer.text


@pytest.mark.both_databases
def test_one_class_with_another_organiser_keeps_it_when_its_course_is_edited(
    chen: FlaskClient, units: None, database: Database
) -> None:
    made = chen.post(
        NEW, data={**COURSE, "repeat": "dates", "dates": "12月4日 12月11日", "hosts": "县农机站"}
    )
    with database.reading() as db:
        first = db.scalars(select(ClassSession.public_id).order_by(ClassSession.day)).first()
    edited(chen, f"/sessions/{first}/edit", hosts="县妇女联合会")
    edited(chen, f"{made.location}/edit", hosts="县农业农村局", mode="demo")
    rows = paper(chen)
    assert [cell(row, "主办（协办）", rows) for row in rows[1:3]] == ["县妇女联合会", "县农业农村局"]
    assert [cell(row, "授课形式", rows) for row in rows[1:3]] == ["现场示范", "现场示范"]


@pytest.mark.both_databases
def test_what_a_former_village_had_on_its_list_stays_with_a_class_that_was_taken_over(
    chen: FlaskClient, units: None, database: Database
) -> None:
    with database.writing() as db:
        former = make_label(db, "村合作社", JIANLI)
        session = make_session(db, make_course(db), date(2026, 12, 4))
        set_session_labels(db, {session.id: Labels((former.id,))})
        path = f"/sessions/{session.public_id}/edit"
    assert "村合作社" in edited(chen, path, helpers="县农机站").text
    refused = chen.post(NEW, data={**COURSE, "hosts": "村合作社"})
    assert "单位名单里没有「村合作社」" in refused.text


def test_another_organiser_is_taken_back_like_any_other_change(
    chen: FlaskClient, units: None, database: Database
) -> None:
    chen.post(NEW, data={**COURSE, "hosts": "县农机站"})
    with database.reading() as db:
        only = db.scalars(select(ClassSession.public_id)).one()
    page = edited(chen, f"/sessions/{only}/edit", hosts="县妇女联合会", mode="home").text
    assert "县妇女联合会" in page and "送教入户" in page
    undo = re.search(r'action="(/changes/[^"]+/undo)"', page)
    assert undo is not None
    chen.post(undo[1])
    page = chen.get(f"/sessions/{only}").text
    assert "县农机站" in page and "县妇女联合会" not in page and "送教入户" not in page


@pytest.mark.both_databases
def test_a_postponed_class_takes_its_organisers_along(
    chen: FlaskClient, units: None, database: Database
) -> None:
    chen.post(NEW, data={**COURSE, "hosts": "县农机站", "mode": "demo"})
    with database.reading() as db:
        only = db.scalars(select(ClassSession.public_id)).one()
    moved = edited(chen, f"/sessions/{only}/postpone", day="2026-12-05", reason="weather").text
    assert "县农机站" in moved and "现场示范" in moved


def test_a_list_takes_a_pasted_column_once(chen: FlaskClient, units: None) -> None:
    page = chen.post(
        UNITS, data={"names": "村合作社\n县农机站\n村合作社\n王家坝家庭农场"}, follow_redirects=True
    ).text
    assert "加了 2 个。" in page and page.count("县农机站") == 1
    assert (
        "名单里都有了，没有加新的。"
        in chen.post(UNITS, data={"names": "村合作社"}, follow_redirects=True).text
    )
    assert "王家坝家庭农场" in chen.get(f"{UNITS}?q=wjb").text


def test_one_unit_is_one_whatever_blanks_and_dots_are_in_its_name(
    chen: FlaskClient, units: None, database: Database, cast: Cast, browser_of: Any
) -> None:
    page = chen.post(
        UNITS, data={"names": "县 农机站\n县·农机站\n村 合作社\n村合作社"}, follow_redirects=True
    ).text
    assert "加了 1 个。" in page
    assert chen.post(NEW, data={**COURSE, "hosts": "县　农机站"}).status_code == 303
    with database.reading() as db:
        bureau = db.scalars(select(Label).where(Label.name == "县农业农村局")).one()
    county = browser_of(cast.region_administrator)
    data = {"name": "县 农机站", "version": bureau.version}
    assert "「县 农机站」名单里已经有了。" in county.post(f"/labels/{bureau.public_id}", data=data).text


@pytest.mark.both_databases
def test_a_unit_renamed_is_renamed_on_every_class_and_one_put_away_is_offered_no_more(
    chen: FlaskClient, cast: Cast, browser_of: Any, units: None, database: Database
) -> None:
    chen.post(NEW, data={**COURSE, "hosts": "县农机站"})
    with database.reading() as db:
        unit = db.scalars(select(Label).where(Label.name == "县农机站")).one().public_id
        before = db.scalars(select(ClassSession.revision)).one()
    assert chen.get(f"/labels/{unit}").status_code == 404  # the county's list is not the village's
    county = browser_of(cast.region_administrator)
    edited(county, f"/labels/{unit}", name="县农机服务中心", is_retired="y")
    assert "主办：县农机服务中心" in chen.get(f"/v/{SHIWAN}").text
    with database.reading() as db:
        assert db.scalars(select(ClassSession.revision)).one() == before + 1
    assert "县农机服务中心" not in chen.get(NEW).text
    refused = chen.post(NEW, data={**COURSE, "first": "2026-12-09", "hosts": "县农机服务中心"})
    assert "单位名单里没有「县农机服务中心」" in refused.text


def test_a_new_list_of_campaigns_begins_with_those_everybody_knows(chen: FlaskClient) -> None:
    assert "感恩奋进、法律七进" in chen.get(f"/lists/{SHIWAN}/campaigns").text
