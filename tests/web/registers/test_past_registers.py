"""Registers of past classes come in from a spreadsheet: looked at first, written where there is none, taken back."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.registers.attendance import record_sheet
from nightschool.database import Database
from nightschool.models.attendance import Guest, Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession
from nightschool.rules.registers.attendance import Sheet
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
from tests.formats.test_people_lists import workbook
from tests.web.people.test_lists import text_of, upload

TABLE = f"/desk/{SHIWAN}/registers/table"
DAYS = [TODAY - timedelta(days=days) for days in (21, 14, 7)]


@pytest.fixture
def classes(database: Database) -> list[str]:
    """Three past classes of one course, and people of two groups, two of one name."""
    with database.writing() as db:
        course = make_course(db, title="柑橘冬季管护")
        sessions = [make_session(db, course, day, title="柑橘冬季管护") for day in DAYS]
        for name, group in (("陈大秀", "三组"), ("刘国富", "一组"), ("周明华", "一组"), ("周明华", "二组")):
            make_learner(db, name=name, group_name=group)
        return [one.public_id for one in sessions]


def counted(database: Database) -> dict[date, list[str]]:
    """Who is marked at which class, and who walked in."""
    with database.reading() as db:
        marks = db.execute(
            select(ClassSession.day, Learner.name, Learner.group_name, Mark.status)
            .join(Mark, Mark.class_session_id == ClassSession.id)
            .join(Learner, Learner.id == Mark.learner_id)
        ).all()
        guests = db.execute(
            select(ClassSession.day, Guest.name)
            .join(Guest, Guest.class_session_id == ClassSession.id)
            .where(Guest.superseded_by.is_(None))
        ).all()
    found: dict[date, list[str]] = {}
    for day, name, group, status in marks:
        found.setdefault(day, []).append(f"{name} {group} {status}")
    for day, name in guests:
        found.setdefault(day, []).append(f"{name} guest")
    return {day: sorted(people) for day, people in sorted(found.items())}


def held_days(database: Database) -> list[date]:
    with database.reading() as db:
        held = select(ClassSession.day).where(ClassSession.status == "held", ClassSession.day < TODAY)
        return list(db.scalars(held.order_by(ClassSession.day)))


def short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def head(*more: Any) -> list[Any]:
    """Three ways to write the day of a class."""
    return [
        "姓名",
        "组",
        short(DAYS[0]),
        datetime.combine(DAYS[1], datetime.min.time()),
        f"{DAYS[2]:%m.%d}",
        *more,
    ]


def shown(browser: FlaskClient, rows: list[list[Any]]) -> tuple[str, str]:
    answer = upload(browser, workbook(rows), TABLE)
    assert answer.status_code == 303, answer.text
    return answer.location, text_of(browser.get(answer.location).text)


ROWS = [
    ["签到表"],
    head(),
    ["陈 大秀", "三组", "√", 1, "到"],
    ["刘国富", "1组", "", "×", "假"],
    ["周明华", "二组", "周明华", None, 0],
    ["赵远客", "建立村", "√", "", ""],
    ["外村的"],
    ["合计", "", 3, 1, 1],
]
WRITTEN = {
    DAYS[0]: ["周明华 二组 present", "赵远客 guest", "陈大秀 三组 present"],
    DAYS[1]: ["陈大秀 三组 present"],
    DAYS[2]: ["刘国富 一组 excused", "陈大秀 三组 present"],
}


def test_a_matrix_is_looked_at_written_and_a_second_run_changes_nothing(
    chen: FlaskClient, database: Database, classes: list[str]
) -> None:
    there, page = shown(chen, ROWS)
    assert "名单上到 2 人" in page
    assert "不在名单上，记成外来的：赵远客" in page
    assert counted(database) == {}
    assert "3 次课的点名补上了。" in chen.post(f"{there}/take", follow_redirects=True).text
    assert counted(database) == WRITTEN
    assert "陈大秀" in chen.get(f"/sessions/{classes[0]}/register").text
    again, page = shown(chen, ROWS)
    assert "已经点过名，不动：" in page
    assert "没有要补的点名" in page
    chen.post(f"{again}/take")
    chen.post(f"{there}/take")
    assert counted(database) == WRITTEN


@pytest.mark.usefixtures("classes")
def test_a_row_for_each_who_came_says_the_same(chen: FlaskClient, database: Database) -> None:
    rows = [
        ["上课日期", "课程名称", "参加人员"],
        [f"{DAYS[0]}", "柑橘冬季管护", "陈大秀、赵远客"],
        [None, None, "刘国富"],
        [f"{DAYS[1].year}年{short(DAYS[1])}", "柑橘", "陈大秀"],
    ]
    there, _page = shown(chen, rows)
    chen.post(f"{there}/take")
    assert counted(database) == {
        DAYS[0]: ["刘国富 一组 present", "赵远客 guest", "陈大秀 三组 present"],
        DAYS[1]: ["陈大秀 三组 present"],
    }


@pytest.mark.both_databases
@pytest.mark.usefixtures("classes")
def test_what_is_not_certain_is_named_and_left(chen: FlaskClient, database: Database) -> None:
    rows = [
        head(short(TODAY - timedelta(days=1))),
        ["周明华", "", "√", "", "", "√"],
        ["陈大秀", "三组", "也许", "√", "", ""],
        ["刘国富", "九组", "√", "", "", ""],
    ]
    there, page = shown(chen, rows)
    for told in (
        "表1!F1：「11月23日」没有这一天的课，这一列没有带入。",
        "表1!C2：名单上有 2 个周明华，不知道是哪一个。",
        "表1!C3：写的是『也许』，看不出到没到。",
        "表1!C4：名单上的刘国富不是九组的。",
    ):
        assert told in page
    chen.post(f"{there}/take")
    assert counted(database) == {DAYS[1]: ["陈大秀 三组 present"]}


def test_a_register_that_is_there_is_never_touched(
    chen: FlaskClient, database: Database, cast: Cast, classes: list[str]
) -> None:
    with database.writing() as db:
        held = db.scalars(select(ClassSession).where(ClassSession.public_id == classes[0])).one()
        make_register(db, held, cast.chen, total=9)
    there, page = shown(chen, ROWS)
    assert "已经点过名，不动：" in page
    chen.post(f"{there}/take")
    assert counted(database) == {day: people for day, people in WRITTEN.items() if day != DAYS[0]}


@pytest.mark.both_databases
@pytest.mark.usefixtures("classes")
def test_of_two_classes_on_a_day_it_is_asked_which(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        other = make_course(db, title="反诈课")
        make_session(db, other, DAYS[0], title="反诈课", starts=540, ends=600)
        chosen = other.public_id
    there, page = shown(chen, ROWS)
    assert "有 2 次课，不知道是哪一次。在下面选是哪门课。" in page
    columns = ["name", "group_name", *(day.isoformat() for day in DAYS)]
    chen.post(f"{there}/columns", data={"c": columns, "h": "2", "course": chosen})
    assert "会补这些课的点名" in chen.get(there).text
    chen.post(f"{there}/take")
    with database.reading() as db:
        marked = select(ClassSession.title).join(Mark, Mark.class_session_id == ClassSession.id).distinct()
        assert db.scalars(marked).all() == ["反诈课"]


@pytest.mark.both_databases
@pytest.mark.parametrize("hours", [23, 25])
def test_for_a_day_the_registers_are_taken_back_but_for_those_changed_since(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock, classes: list[str], hours: int
) -> None:
    there, _page = shown(chen, ROWS)
    chen.post(f"{there}/take")
    with database.writing() as db:
        how: dict[str, Any] = {"submission_id": uuid4(), "device": "", "by": cast.chen_actor, "now": NOW}
        seen = {"taken_at": NOW.instant, "based_on": 1}
        record_sheet(db, class_session=classes[1], sheet=Sheet(headcount=9), **seen, **how)
    clock.move(hours=hours)
    page = chen.post(f"{there}/undo", follow_redirects=True).text
    if hours == 23:
        assert "撤回了：2 次课的点名作废。1 次课后来又改过，留着。" in page
        assert counted(database) == {}
        assert held_days(database) == [DAYS[1]]
        assert "没有带入，或者已经撤回了" in chen.post(f"{there}/undo", follow_redirects=True).text
    else:
        assert "带入一天多了" in page
        assert held_days(database) == DAYS


def test_what_moodle_writes_is_read_back(chen: FlaskClient, database: Database, classes: list[str]) -> None:
    """Its report, a column a class, with names in two parts; and the marks as we write them for it."""
    report = [
        ["Course", "果树班"],
        ["Group", "All participants"],
        [],
        ["Last name", "First name", *(f"{day.day} {day:%b} {day.year} 7.00PM All students" for day in DAYS), "P", "Points"],
        ["陈", "大秀", "P (2/2)", "L (1/2)", "?", 2, "3 / 4"],
        ["刘", "国富", "A (0/2)", "E (1/2)", "P", 1, "3 / 6"],
    ]  # fmt: skip
    there, _page = shown(chen, report)
    chen.post(f"{there}/take")
    assert counted(database) == {
        DAYS[0]: ["陈大秀 三组 present"],
        DAYS[1]: ["刘国富 一组 excused", "陈大秀 三组 present"],
        DAYS[2]: ["刘国富 一组 present"],
    }
    chen.post(f"{there}/undo")
    assert counted(database) == {}
    rows = [
        f"{DAYS[0]} 19:00,{'x' * 22},陈大秀,P,",
        f"{DAYS[0]} 19:00,{'y' * 22},刘国富,A,",
        f"{DAYS[1]} 19:00,,刘国富,L,",
    ]
    marks = "\r\n".join(["sessiondate,idnumber,name,status,remarks", *rows]).encode("utf-8-sig")
    there = upload(chen, marks, TABLE, name="marks.csv").location
    chen.post(f"{there}/take")
    assert counted(database) == {DAYS[0]: ["陈大秀 三组 present"], DAYS[1]: ["刘国富 一组 present"]}
