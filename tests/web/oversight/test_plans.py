"""A coordinator plans a month, a township reads it, villagers are told; with approval and without."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.courses.sessions import cancel_session, move_session
from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.places import RegionSettings
from nightschool.models.teaching import ClassSession
from nightschool.rules.slots import Slot
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    Cast,
    StillClock,
    make_course,
    make_login,
    make_region,
    make_school,
    make_session,
)

TOWNSHIP = "511002105000"
PLAN = f"/desk/{SHIWAN}/plan/2026-12"
PAPER = f"/desk/{SHIWAN}/papers/plan?period=2026-12"
READ = f"/overview/{SHIWAN}/plans/2026-12"
FIRST = date(2026, 12, 5)


@pytest.fixture
def township(browser_of: Any, cast: Cast) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.township_supervisor)
    return browser


def december(database: Database, cast: Cast, *, approves: bool = False, items: int = 2) -> None:
    with database.writing() as db:
        if approves:
            db.add(RegionSettings(region_code=TOWNSHIP, approves_plans=True))
        course = make_course(
            db, teachers=(cast.teacher,), published=False, audience="果农", expected=40, venue_id=cast.venue
        )
        for number in range(items):
            make_session(
                db, course, FIRST + timedelta(days=number * 7 % 26), teachers=(cast.teacher,), status="draft",
                booked=False,
            )  # fmt: skip


def do(browser: FlaskClient, path: str, todo: str, **fields: str) -> Any:
    """What the button with this value sends, with what its page has in hidden fields."""
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(path).text)
    values = {"do": todo, **({"seen": seen[1]} if seen else {}), **fields}
    return browser.post(path, data=values, follow_redirects=True)


def test_an_empty_month_teaches_the_first_step(chen: FlaskClient) -> None:
    page = chen.get(PLAN).text
    assert "12月还没有课。先排一门" in page
    assert f'class="button" href="/desk/{SHIWAN}/courses/new?day=2026-12-01"' in page
    assert 'value="2026-12-01"' in chen.get(f"/desk/{SHIWAN}/courses/new?day=2026-12-01").text


@pytest.mark.both_databases
def test_from_the_20th_the_next_month_comes_first_and_says_why(
    chen: FlaskClient, clock: StillClock, database: Database, cast: Cast
) -> None:
    page = chen.get(f"/desk/{SHIWAN}/plan").text
    assert "12月的开课计划" in page and "从 20 号起，先看12月的。" in page
    assert "/plan/2026-11" in page and "/plan/2027-01" in page
    clock.move(days=-10)
    chen.set_cookie("nightschool", make_login(database, cast.chen, at=clock()))
    assert "11月没有课要上了" in chen.get(f"/desk/{SHIWAN}/plan").text


def test_without_approval_one_tap_makes_the_month_public(
    chen: FlaskClient, database: Database, cast: Cast, client: FlaskClient
) -> None:
    december(database, cast)
    page = chen.get(PLAN).text
    assert "周六 12月5日（十月廿七）" in page and "果农" in page and "周老师（农技站）" in page
    assert "有 2 次课村里人还看不到" in page and "提交给" not in page
    assert "柑橘冬季管护" not in client.get(f"/v/{SHIWAN}").text
    page = do(chen, PLAN, "announce").text
    assert "公布了：12月的 2 次课" in page and "已公布" in page and 'value="announce"' not in page
    assert "狮湾村农民夜校，12月的课：\n周六 12月5日（十月廿七） 19:00 柑橘" in page  # to send
    assert "柑橘冬季管护" in client.get(f"/v/{SHIWAN}").text


def test_a_change_after_the_notice_is_shown_and_told_by_announcing_again(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    december(database, cast)
    do(chen, PLAN, "announce")
    with database.writing() as db:
        moved = db.scalars(select(ClassSession).where(ClassSession.day == FIRST)).one()
        later = Slot(FIRST + timedelta(days=1), moved.starts, moved.ends)
        seen = {"class_session": moved.public_id, "seen_revision": moved.revision}
        move_session(db, slot=later, by=cast.chen_actor, now=NOW, **seen)
    page = chen.get(PLAN).text
    assert "有 1 处变更还没告诉村里人，重新公布。" in page
    assert "有变更" in page
    assert "变更：原定周六 12月5日（十月廿七） 19:00" in page
    assert "变更：原定周六 12月5日（十月廿七） 19:00" in chen.get(PAPER).text
    assert "12月的开课计划有 1 处变更还没告诉村里人" in chen.get(f"/desk/{SHIWAN}").text
    with database.writing() as db:
        moved = db.scalars(select(ClassSession).where(ClassSession.public_id == moved.public_id)).one()
        why = {"reason": "weather", "reason_text": ""}
        seen = {"class_session": moved.public_id, "seen_revision": moved.revision}
        cancel_session(db, by=cast.chen_actor, now=NOW, **why, **seen)
    page = do(chen, PLAN, "announce").text
    assert "公布了：12月的 1 次课" in page  # the other is called off
    assert "有 1 处变更" not in page and "变更：原定" not in page


def test_what_was_not_seen_is_not_announced(chen: FlaskClient, database: Database, cast: Cast) -> None:
    december(database, cast)
    answer = chen.post(PLAN, data={"do": "announce", "seen": "0" * 16})
    assert answer.status_code == 409 and "刚才又改过" in answer.text and 'value="announce"' in answer.text


@pytest.mark.both_databases
def test_the_whole_life_with_approval(
    chen: FlaskClient, township: FlaskClient, database: Database, cast: Cast
) -> None:
    december(database, cast, approves=True)
    assert "12月的开课计划还没提交给镇上" in chen.get(f"/desk/{SHIWAN}").text
    page = chen.get(PLAN).text
    assert "提交给全安镇" in page and 'value="announce"' not in page
    assert "12月的开课计划提交给全安镇了。" in do(chen, PLAN, "submit").text
    assert "收回来了" in do(chen, PLAN, "withdraw").text
    do(chen, PLAN, "submit")

    listed = township.get(f"/overview/{TOWNSHIP}/plans", follow_redirects=True).text
    assert "有 1 个村的计划等着批" in listed and READ in listed
    assert "有 1 份开课计划等着批" in township.get(f"/overview/{TOWNSHIP}").text
    # Whom to phone stands on it; what the table of F1 asks for and nobody has said is no column.
    waiting = township.get(READ).text
    assert "陈书记" in waiting and 'href="tel:' in waiting
    assert "授课形式" in waiting and "主办、协办的单位" not in waiting
    answer = do(township, READ, "return", reason="")
    assert answer.status_code == 422 and "写一句为什么退回" in answer.text
    do(township, READ, "return", reason="12月5日镇上开会，能换一天吗？")
    page = chen.get(PLAN).text
    assert (
        "全安镇退回来了：「12月5日镇上开会，能换一天吗？」照着改好，再提交。" in page
        and 'value="submit"' in page
    )
    do(chen, PLAN, "submit")

    stale = township.post(READ, data={"do": "approve", "seen": "0" * 16})
    assert stale.status_code == 409 and "刚才又改过" in stale.text
    approved = do(township, READ, "approve")
    assert "狮湾村的计划批准了，村里可以公布12月的课了。" in approved.text
    assert approved.request.path == f"/overview/{TOWNSHIP}/plans/2026-12"  # where the next one waits
    assert "全安镇批了" in chen.get(PLAN).text
    assert "公布了：12月的 2 次课" in do(chen, PLAN, "announce").text
    assert "已公布" in township.get(f"/overview/{TOWNSHIP}/plans/2026-12").text
    read = township.get(READ).text
    assert 'name="do"' not in read  # nothing left to decide
    assert re.search(
        r'<table class="plan desk">.*<th scope="row" class="day">周六 12月5日（十月廿七） <span class="nobr">19:00',
        read,
        re.S,
    )
    for text in ("果农", "40 人", "讲座", "周老师（农技站）"):
        assert text in read, text
    assert "全安镇督导 批准了12月的开课计划，2 次课" in chen.get(f"/trail/{SHIWAN}").text

    with database.writing() as db:
        added = make_course(db, title="防诈骗")
        make_session(db, added, date(2026, 12, 20))
    assert "批后加的" in township.get(READ).text


def test_publishing_one_by_one_leads_to_the_plan_and_nothing_typed_is_lost(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    december(database, cast, approves=True, items=0)
    path = f"/desk/{SHIWAN}/courses/new"
    form = {
        "title": "防诈骗", "category": "law", "first": "2026-12-05", "starts": "19:00", "ends": "20:00",
        "repeat": "once", "kind": "open_lecture", "audience": "全体村民", "expected": "30", "do": "publish",
    }  # fmt: skip
    answer = chen.post(path, data=form)
    assert answer.status_code == 409
    assert "全安镇要先审12月的开课计划。先提交，批了就公布。" in answer.text and PLAN in answer.text
    assert 'value="防诈骗"' in answer.text and 'value="全体村民"' in answer.text
    made = chen.post(path, data={**form, "do": "draft"})
    assert made.status_code == 303
    refused = chen.post(f"{made.location}/publish", follow_redirects=True)
    assert "全安镇要先审12月的开课计划" in refused.text and refused.request.path == PLAN
    assert "全体村民" in refused.text and "预计 30 人" in refused.text


@pytest.mark.both_databases
def test_a_note_is_kept_and_one_that_is_too_long_is_not_lost(chen: FlaskClient) -> None:
    assert "备注存好了。" in do(chen, PLAN, "note", note="元旦前后不排课").text
    assert "元旦前后不排课" in chen.get(PAPER).text
    answer = do(chen, PLAN, "note", note="长" * 201)
    assert answer.status_code == 422 and "最多写 200 个字" in answer.text and "长" * 201 in answer.text


def test_the_paper_has_its_columns_and_no_name_that_is_not_public(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    december(database, cast)
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).name_is_public = False
        make_session(db, make_course(db, title="=1+1"), date(2026, 12, 24))
        make_session(db, make_course(db, title="果\x1b树\ufffe"), date(2026, 12, 25))
    page = chen.get(PAPER).text
    for text in (
        "序号",
        "授课人及单位",
        "预计人数",
        "责任人",
        "2026年12月",
        "十月廿七",
        "果农",
        ">40<",
        "讲座",
        "乡镇审核：",
        "核对码",
    ):
        assert text in page, text
    assert "周老师" not in page and "农技站" in page
    answer = chen.get(PAPER.replace("?", ".xlsx?"))
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[2][:4] == ["序号", "时间", "课程类别", "课题"] and len(rows) == 9
    assert rows[5][3] == "=1+1"
    assert rows[6][3] == "果树"  # from before such characters were refused
    assert rows[7][0].startswith("村（盖章）：____") and "A8:K8" in sheet.merged_cells
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_those_above_see_counts_and_a_village_only_inside_their_scope(
    chen: FlaskClient, township: FlaskClient, browser_of: Any, database: Database, cast: Cast
) -> None:
    december(database, cast, approves=True)
    do(chen, PLAN, "submit")
    county = browser_of(cast.county_supervisor)
    page = county.get("/overview/511002000000/plans/2026-12").text
    total = page[page.index("<tfoot>") :]
    assert re.findall(r'data-head="(\w+)">(\d)<', total)[:3] == [
        ("夜校数", "1"),
        ("排了课的村", "1"),
        ("待审", "1"),
    ]
    assert re.search(r"全安镇</a></th>\s*(<td class=\"number\" data-head=\"\w+\">1</td>){3}", page)
    assert "批准狮湾村12月的计划" in county.get(READ).text
    for path in (f"/overview/{JIANLI}/plans/2026-12", "/overview/511024000000/plans/2026-12"):
        assert township.get(path).status_code == 404
        assert township.post(path, data={"do": "approve"}).status_code == 404
    assert chen.post(READ, data={"do": "approve"}).status_code == 404
    assert township.post(PLAN, data={"do": "announce"}).status_code == 404
    assert chen.get(f"/desk/{SHIWAN}/plan/2026-13").status_code == 404
    assert chen.get(f"/desk/{SHIWAN}/plan/1999-12").status_code == 404


def test_a_village_without_a_plan_is_listed_in_the_order_of_codes(
    township: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        for code in ("511002105203", "511002105202"):
            make_region(db, code)
            make_school(db, code)
    page = township.get(f"/overview/{TOWNSHIP}/plans/2026-12").text
    assert page.index("狮湾村") < page.index("测试202村") < page.index("测试203村")
    assert page.count("还没排") == 3 and "不用先批" in page


@pytest.mark.both_databases
@pytest.mark.parametrize("items", [1, 30])
def test_plan_pages_cost_the_same_however_much_there_is(
    chen: FlaskClient,
    township: FlaskClient,
    database: Database,
    cast: Cast,
    statements: list[str],
    items: int,
) -> None:
    december(database, cast, approves=True, items=items)
    do(chen, PLAN, "submit")
    do(township, READ, "approve")
    with database.writing() as db:
        for number in range(items):
            make_school(db, make_region(db, f"5110021053{number:02d}").code)
    costs = []
    for browser, path in (
        (chen, PLAN),
        (chen, PAPER),
        (township, READ),
        (township, f"/overview/{TOWNSHIP}/plans/2026-12"),
    ):
        statements.clear()
        assert browser.get(path).status_code == 200
        costs.append(len(statements))
    # Login and scope each time; a plan costs five with what was approved, its paper the village's name
    # and which columns it has, what the township reads whom to phone, a township three.
    assert costs == [9, 11, 10, 9]
