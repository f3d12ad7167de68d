"""Registers as workbooks: a row a person, a column a class, real dates, text that stays text."""

import csv
from collections.abc import Callable
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from nightschool.database import Database
from nightschool.models.people import Learner
from nightschool.models.teaching import CourseKind, SessionStatus
from tests.factories import SHIWAN, SOON, TODAY, Cast, make_course, make_learner, make_session
from tests.web.registers.test_attendance import Village


@pytest.fixture
def village(database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]) -> Village:
    with database.writing() as db:
        learners = {
            name: make_learner(db, name=name, group_name=group).public_id
            for name, group in (("陈大秀", "一组"), ("=1+1", "一组"), ("张桂花", "二组"))
        }
        session = make_session(
            db, make_course(db, venue_id=cast.venue, title="柑橘防冻"), TODAY, title="柑橘防冻", **SOON
        )
        key = session.public_id
    here = Village(browser_of(cast.chen), key, learners)
    here.send("陈大秀", "=1+1", e=[learners["张桂花"]], g="周远客 建立村", gn="2", h="6", op="4")
    return here


def table(here: Village, path: str) -> list[list[Any]]:
    answer = here.browser.get(path)
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def test_a_class_has_its_people_guests_and_counts(village: Village) -> None:
    rows = table(village, f"/sessions/{village.session}/register.xlsx")
    assert rows[0][4] == datetime.combine(TODAY, time())
    assert (rows[1][4], rows[2]) == ("10:30–12:00", ["序号", "姓名", "组别", "来了几次", "柑橘防冻"])
    assert rows[3:7] == [
        [1, "=1+1", "一组", 1, "到"],
        [2, "陈大秀", "一组", 1, "到"],
        [3, "张桂花", "二组", 0, "请假"],
        [4, "周远客", "外来 建立村", 1, "到"],
    ]
    counts = {row[1]: row[4] for row in rows[7:]}
    assert counts == {
        "没记名字的外来人": 2,
        "记了名字的，一共": 5,
        "清点人数": 6,
        "纸上签了几个": 4,
        "其中女的": None,
        "60 岁以上的": None,
        "到课人次": 6,
    }


@pytest.mark.both_databases
def test_a_month_has_a_column_a_class_and_is_offered(database: Database, village: Village) -> None:
    with database.writing() as db:
        other = make_session(
            db, make_course(db, title="防诈骗"), TODAY - timedelta(days=3), title="防诈骗"
        ).public_id
    second = Village(village.browser, other, village.learners)
    second.send("陈大秀")
    page = village.browser.get(f"/desk/{SHIWAN}/registers").text
    assert f"/desk/{SHIWAN}/registers/{TODAY:%Y-%m}.xlsx" in page
    rows = table(village, f"/desk/{SHIWAN}/registers/{TODAY:%Y-%m}.xlsx")
    assert rows[2][4:] == ["防诈骗", "柑橘防冻"]
    [chen] = [row for row in rows if row[1] == "陈大秀"]
    assert chen[3:] == [2, "到", "到"]


def test_a_course_says_who_of_the_family_came_instead(
    database: Database, village: Village, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, kind=CourseKind.COHORT)
        session = make_session(db, course, TODAY, starts=630, ends=700).public_id
        key = course.public_id
    here = Village(village.browser, session, village.learners)
    chen = village.learners["陈大秀"]
    answer = here.browser.post(
        here.url,
        data={
            "s": here.open()["s"],
            "v": "0",
            "x": f"{chen} substitute",
            "ci": chen,
            "c": "陈小妹",
            "do": "save",
        },
    )
    assert answer.status_code == 303
    rows = table(village, f"/courses/{key}/registers.xlsx")
    assert [row[4] for row in rows if row[1] == "陈大秀"] == ["家人代到（陈小妹）"]


@pytest.mark.both_databases
def test_a_month_without_registers_is_an_empty_table(village: Village) -> None:
    rows = table(village, f"/desk/{SHIWAN}/registers/2020-01.xlsx")
    assert rows[2][:4] == ["序号", "姓名", "组别", "来了几次"]


@pytest.mark.both_databases
def test_a_course_leaves_as_moodle_takes_it_in(database: Database, village: Village, cast: Cast) -> None:
    """Sessions by place: course, groups, date, from, to, description; marks by session, idnumber, status, remarks."""
    with database.writing() as db:
        course = make_course(db, kind=CourseKind.COHORT, title="果树班")
        held = make_session(db, course, TODAY, title="=剪枝", starts=630, ends=700).public_id
        make_session(db, course, TODAY + timedelta(days=7), title="嫁接")
        make_session(
            db,
            course,
            TODAY + timedelta(days=8),
            title="没上",
            status=SessionStatus.CANCELLED,
            reason="weather",
        )
        key = course.public_id
        begins_like_a_formula = "-" + "x" * 21
        db.execute(update(Learner).where(Learner.name == "陈大秀").values(public_id=begins_like_a_formula))
    village.learners["陈大秀"] = begins_like_a_formula
    here = Village(village.browser, held, village.learners)
    chen, plus, zhang = (village.learners[name] for name in ("陈大秀", "=1+1", "张桂花"))
    marks = [f"{chen} substitute", f"{zhang} late"]
    data = {
        "s": here.open()["s"],
        "v": "0",
        "m": [plus],
        "x": marks,
        "ci": chen,
        "c": "陈小妹",
        "g": "周远客",
        "do": "save",
    }
    assert here.browser.post(here.url, data=data).status_code == 303
    assert f"/courses/{key}/registers-moodle.zip" in here.browser.get(f"/courses/{key}").text
    archive = ZipFile(BytesIO(here.browser.get(f"/courses/{key}/registers-moodle.zip").data))
    tables = {
        name: [*csv.reader(archive.read(name).decode("utf-8-sig").splitlines())]
        for name in archive.namelist()
    }
    next_week = TODAY + timedelta(days=7)
    assert tables["sessions.csv"] == [
        ["course", "groups", "sessiondate", "from", "to", "description"],
        ["果树班", "", TODAY.isoformat(), "10:30", "11:40", "'=剪枝"],
        ["果树班", "", next_week.isoformat(), "19:00", "20:30", "嫁接"],
    ]
    head, *rows = tables["marks.csv"]
    assert head == ["sessiondate", "idnumber", "name", "status", "remarks"]
    at = f"{TODAY.isoformat()} 10:30"
    assert sorted(rows) == sorted(
        [
            [at, chen, "陈大秀", "E", "家人代到（陈小妹）"],
            [at, plus, "'=1+1", "P", ""],
            [at, zhang, "张桂花", "L", ""],
        ]
    )
