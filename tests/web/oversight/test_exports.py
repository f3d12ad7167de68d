"""A region's year as a table: asked for, made after the answer, fetched; counts and reasons, and no villager."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update

from nightschool.actions.oversight import exports as actions
from nightschool.database import Database
from nightschool.models.errands import Errand
from nightschool.queries.notices.notices import region_notices
from nightschool.rules.slots import Moment
from nightschool.web.site.errands import ERRANDS
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_register,
    make_session,
)

TOWNSHIP = SHIWAN[:9] + "000"
MAKE = f"/overview/{TOWNSHIP}/years/2026/export"
POSTERS = f"/overview/{TOWNSHIP}/posters"
ASKED_FOR = "这一年还没有课。"


@pytest.fixture
def year(database: Database, cast: Cast) -> None:
    """A class that was held, one that was not, one to come, a draft, and one that was put off."""
    with database.writing() as db:
        course = make_course(db, title="=1+1 果树管护")
        here = make_learner(db, name="陈大秀")
        held = make_session(db, course, TODAY - timedelta(days=7))
        make_register(db, held, cast.chen, present=(here.id,), total=12)
        make_session(db, course, TODAY - timedelta(days=6), status="cancelled", reason="weather")
        make_session(db, course, TODAY + timedelta(days=7))
        make_session(db, course, TODAY + timedelta(days=8), status="draft", published_at=None)


@pytest.fixture
def officer(cast: Cast, browser_of: Any) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.township_supervisor)
    return browser


def made(app: Flask, officer: FlaskClient) -> str:
    """The table has been asked for and made; the address of its page."""
    answer = officer.post(MAKE)
    assert answer.status_code == 303
    app.extensions[ERRANDS].wait()
    return str(answer.headers["Location"])


def rows_of(content: bytes) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in row) for row in load_workbook(BytesIO(content)).worksheets[0]]


def test_a_year_is_a_row_a_class_with_counts_and_reasons_and_no_villager(
    app: Flask, officer: FlaskClient, year: None
) -> None:
    page = made(app, officer)
    text = officer.get(page).text
    assert "做好了" in text
    assert "Refresh" not in officer.get(page).headers
    answer = officer.get(f"{page}/classes.xlsx")
    assert "511002105000-2026-classes.xlsx" in answer.headers["Content-Disposition"]
    head, held, called_off, to_come = rows_of(answer.data)
    assert head[:5] == ("县", "乡镇", "村", "村的代码", "日子")
    by = dict(zip(head, held, strict=True))
    assert by["村的代码"] == SHIWAN
    assert by["日子"].date() == date(2026, 11, 17)
    assert (by["课"], by["上了没有"]) == ("=1+1 果树管护", "已开课")
    assert (by["名单上到的"], by["清点人数"], by["人次"], by["人时"]) == (1, 12, 12, 18)
    by = dict(zip(head, called_off, strict=True))
    assert (by["上了没有"], by["原因"], by["人次"], by["名单上到的"]) == ("没开成", "天气不好", None, None)
    assert dict(zip(head, to_come, strict=True))["人次"] is None
    assert "陈大秀".encode() not in answer.data
    cells = load_workbook(BytesIO(answer.data)).worksheets[0]
    assert {cell.data_type for row in cells for cell in row} <= {"s", "inlineStr", "n", "d"}, "a formula"
    notes = [row[0].value for row in load_workbook(BytesIO(answer.data))["说明"]]
    assert notes[0] == "2026年1月1日到2026年12月31日的课，2026年11月24日 10:00的数据。"


def test_a_year_without_classes_is_said(officer: FlaskClient) -> None:
    answer = officer.post(MAKE, follow_redirects=True)
    assert ASKED_FOR in answer.text


def test_too_many_classes_for_one_table_are_refused_with_what_to_do(
    officer: FlaskClient, year: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_CLASSES_OUT", 2)
    assert "这一年有 3 次课，一张表放不下。" in officer.post(MAKE, follow_redirects=True).text


@pytest.mark.both_databases
def test_how_far_it_is_is_told_while_another_process_makes_it(
    app: Flask, officer: FlaskClient, year: None, database: Database
) -> None:
    page = str(officer.post(MAKE).headers["Location"])
    answer = officer.get(page)
    assert "正在做：0%" in answer.text and answer.headers["Refresh"] == "2"
    assert officer.get(f"{page}/classes.xlsx").headers["Location"] == page
    with database.writing() as db:  # whoever took it up holds it for a minute, and has said so
        held = {"turns": 1, "due_at": NOW.instant + timedelta(minutes=1)}
        db.execute(update(Errand).values(**held, steps_done=3, steps_all=4))
    app.extensions[ERRANDS].wait()
    assert "正在做：75%" in officer.get(page).text


@pytest.mark.both_databases
def test_a_table_that_fails_is_tried_three_times_and_then_says_so(
    app: Flask,
    officer: FlaskClient,
    year: None,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_args: Any, **_more: Any) -> None:
        raise OSError("no room")

    monkeypatch.setattr("nightschool.web.oversight.exports.classes_workbook", broken)
    page = made(app, officer)
    for _turn in range(2):
        assert "正在做" in officer.get(page).text
        clock.move(seconds=11)
        app.extensions[ERRANDS].wait()
    text = officer.get(page).text
    assert "没有做成。" in text and MAKE in text
    assert caplog.text.count("an errand was not done") == 3


@pytest.mark.both_databases
def test_after_a_day_the_table_is_gone(
    app: Flask, officer: FlaskClient, year: None, database: Database, clock: StillClock
) -> None:
    page = made(app, officer)
    clock.move(days=1, minutes=1)
    assert "这张表做好一天多了" in officer.get(page).text
    made(app, officer)
    with database.reading() as db:
        assert [content is None for content in db.scalars(select(Errand.content).order_by(Errand.id))] == [
            True,
            False,
        ]


@pytest.mark.both_databases
def test_the_posters_of_all_villages_are_one_pdf(
    app: Flask, officer: FlaskClient, cast: Cast, database: Database
) -> None:
    assert "没有海报要做" in officer.post(POSTERS, follow_redirects=True).text
    with database.writing() as db:
        course = make_course(db, title="防诈骗")
        for days in (0, 6, 7):
            make_session(db, course, TODAY + timedelta(days=days), starts=20 * 60, ends=21 * 60)
        make_session(db, course, TODAY + timedelta(days=1), status="cancelled", reason="weather")
    answer = officer.post(POSTERS)
    app.extensions[ERRANDS].wait()
    page = str(answer.headers["Location"])
    assert "下载海报" in officer.get(page).text
    assert officer.get(f"{page}/classes.xlsx").status_code == 303
    made = officer.get(f"{page}/posters.pdf")
    assert made.data.startswith(b"%PDF")
    assert made.headers["Content-Disposition"] == "attachment; filename=511002105000-2026-11-24-posters.pdf"
    with database.reading() as db:
        [notice] = region_notices(db, TOWNSHIP, TODAY, TODAY + timedelta(days=6), at=Moment(TODAY, 600))
    assert [one.slot.day for one in notice.entries] == [TODAY, TODAY + timedelta(days=6)]
