"""The binder of a village's year (R6): one PDF with contents, all papers and page numbers, and what is missing first."""

from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from nightschool.database import Database
from nightschool.models.attendance import SheetPhoto
from nightschool.models.places import NightSchool
from nightschool.models.planning import MonthPlan, PlanStatus
from tests.factories import (
    NOW,
    SHIWAN,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
)
from tests.web.people.test_training_cards import paper

BINDER = f"/desk/{SHIWAN}/papers/binder"


@pytest.fixture
def year(database: Database, cast: Cast) -> None:
    """Opened in September: a class with all that belongs to it, one without its sheet, one without a register."""
    with database.writing() as db:
        db.execute(update(NightSchool).values(opened_on=date(2026, 9, 20)))
        came = make_learner(db, name="陈大秀").id
        course = make_course(db, title="柑橘冬季管护")
        whole = make_session(db, course, date(2026, 10, 8), booked=False, summary="怎么剪枝")
        make_register(db, whole, cast.chen, present=(came,))
        db.add(
            SheetPhoto(
                class_session_id=whole.id,
                image=b"jpeg",
                digest="0" * 64,
                account_id=cast.chen,
                kept_at=NOW.instant,
            )
        )
        bare = make_session(db, course, date(2026, 10, 15), booked=False)
        make_register(db, bare, cast.chen, present=(came,))
        make_session(db, course, date(2026, 11, 3), booked=False)
        told = {"status": PlanStatus.ANNOUNCED, "announced_at": NOW.instant}
        db.add(MonthPlan(region_code=SHIWAN, month=date(2026, 10, 1), **told))


def cells(page: str) -> list[list[str]]:
    rows: Any = page.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")[1:]
    return [[cell.split("</td>")[0] for cell in row.split("<td>")[1:]] for row in rows]


def test_what_is_missing_is_listed_class_by_class_and_month_by_month(chen: FlaskClient, year: None) -> None:
    page = chen.get(f"{BINDER}?period=2026").text
    assert "狮湾村档案册 2026年" in page
    missing = cells(page)
    assert missing[:5] == [
        ["点名", "2026年11月3日 柑橘冬季管护", "上过了没有记：点名，或者写为什么没上"],
        ["签到单", "2026年10月15日 柑橘冬季管护", "没有签到单的照片，也没写纸上签了几个：把纸的放进档案册"],
        ["教学记录", "2026年10月15日 柑橘冬季管护", "没写讲了什么"],
        ["开课计划", "9月", "没有公布过这个月的开课计划"],
        ["开课计划", "11月", "没有公布过这个月的开课计划"],
    ]
    assert ["开课", "每个月的课", "9月、11月没有上课"] in missing
    assert f"还缺 {len(missing)} 样" in page


def test_all_papers_of_a_year_are_one_pdf_with_contents_and_page_numbers_throughout(
    chen: FlaskClient, year: None
) -> None:
    said = paper(chen, f"{BINDER}.pdf?period=2026")
    contents = said.partition("核对码")[0]
    titles = (
        "还缺什么",
        "10月开课计划",
        "11月开课计划",
        "培训台账",
        "教学记录",
        "自查表",
        "师资库登记表",
        "学员花名册",
    )
    places = [contents.find(title) for title in titles]
    assert -1 not in places and places == sorted(places)
    assert "9月开课计划" not in contents  # nothing stands on it
    pages = said.count("页，共")
    assert f"第{pages}页，共{pages}页" in said
    assert "陈大秀" in said and "怎么剪枝" in said


@pytest.mark.both_databases
def test_what_is_missing_can_be_had_as_a_workbook_and_has_no_text_to_send(
    chen: FlaskClient, year: None
) -> None:
    assert chen.get(f"{BINDER}.xlsx?period=2026").status_code == 200
    assert chen.get(f"{BINDER}.txt?period=2026").status_code == 404
