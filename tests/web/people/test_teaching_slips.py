"""A teacher's slip of hours (F12): of one village or of all, year by year, with its sums."""

import io
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from nightschool.database import Database
from nightschool.models.people import Teacher
from tests.factories import JIANLI, SHIWAN, Cast, make_course, make_register, make_session
from tests.web.people.test_training_cards import paper, rows_of


@pytest.fixture
def teacher(database: Database, cast: Cast) -> str:
    with database.writing() as db:
        for code, day, total, title in (
            (SHIWAN, date(2025, 12, 30), 9, "去年的课"),
            (SHIWAN, date(2026, 3, 2), 30, "剪枝" * 20),
            (JIANLI, date(2026, 5, 6), 12, "别村的课"),
            (SHIWAN, date(2026, 9, 8), None, "没数人的课"),
        ):
            held = make_session(
                db, make_course(db, code), day, teachers=(cast.teacher,), title=title, booked=False
            )
            make_register(db, held, cast.chen, total=total)
        make_session(db, make_course(db), date(2026, 10, 1), teachers=(cast.teacher,), title="还没上的")
        found = db.get_one(Teacher, cast.teacher)
        found.unit = "市农业科学院经济作物研究所柑橘栽培技术推广中心"
        return found.public_id


@pytest.mark.both_databases
def test_a_village_prints_what_was_taught_there(chen: FlaskClient, teacher: str) -> None:
    home = f"/desk/{SHIWAN}/teachers/{teacher}"
    assert f"{home}/hours" in chen.get(home).text
    page = chen.get(f"{home}/hours").text
    assert [row[3:] for row in rows_of(page)] == [["剪枝" * 20, "2", "30"], ["没数人的课", "2", "0"]]
    assert "讲了 2 次课，4 学时 · 听课 30 人次" in page
    assert f"{home}/hours?period=2025" in page and "别村的课" not in page
    said = paper(chen, f"{home}/hours.pdf?period=2026")
    for words in (
        "授课证明：周老师，2026年",
        "市农业科学院经济作物研究所",
        "狮湾村（盖章）",
        "2026年3月2日",
        "剪枝" * 20,
    ):
        assert words in said
    assert "去年的课" in chen.get(f"{home}/hours?period=2025").text
    assert "这一年还没有上过的课" in chen.get(f"{home}/hours?period=2024").text


@pytest.mark.both_databases
def test_who_keeps_a_teacher_prints_all_villages(browser_of: Any, cast: Cast, teacher: str) -> None:
    keeper = browser_of(cast.region_administrator)
    page = keeper.get(f"/teachers/{teacher}/hours").text
    assert [row[2] for row in rows_of(page)] == ["全安镇 狮湾村", "严陵镇 建立村", "全安镇 狮湾村"]
    answer = keeper.get(f"/teachers/{teacher}/hours.pdf?period=2026")
    assert len(PdfReader(io.BytesIO(answer.data)).pages) == 1
