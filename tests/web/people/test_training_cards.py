"""What a learner and a household came to (F10): on a page and as PDF, whole, and with nobody else's."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from nightschool.database import Database
from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from tests.factories import TODAY, Cast, make_course, make_learner, make_register, make_session

RARE = "\U0002ebf1"


@pytest.fixture
def people(database: Database, cast: Cast) -> dict[str, str]:
    """刘国富's household came to three classes in turn, once by a son who is no learner; a namesake lives in 二组."""
    with database.writing() as db:
        head = make_learner(db, name="刘国富", group_name="一组", household="刘国富")
        wife = make_learner(db, name="张桂花", group_name="1组", group_number=1, household="刘 国富")
        other = make_learner(db, name="刘国富", group_name="二组")
        course = make_course(db, title="柑橘")

        def held(weeks: int, title: str, **marks: Learner) -> None:
            session = make_session(db, course, TODAY - timedelta(weeks=weeks), title=title)
            submission = make_register(db, session, cast.chen)
            for status, who in marks.items():
                mark = Mark(
                    class_session_id=session.id, learner_id=who.id, status=status, submission_id=submission.id
                )
                mark.came_instead = "刘小军" if status == "substitute" else ""
                db.add(mark)

        held(4, "剪枝 #panic(1)", present=head, late=wife)
        held(3, "施肥", excused=head)
        held(2, "嫁接", substitute=wife)
        held(1, "防冻", present=other, makeup=head)
        return {"head": head.public_id, "wife": wife.public_id, "other": other.public_id}


def rows_of(page: str) -> list[list[str]]:
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]


def paper(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.mimetype == "application/pdf"
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())


def test_a_history_has_every_mark_and_its_sum(chen: FlaskClient, people: dict[str, str]) -> None:
    here = f"/learners/{people['head']}/history"
    assert here in chen.get(f"/learners/{people['head']}").text
    page = chen.get(here).text
    assert [row[2:] for row in rows_of(page)] == [
        ["剪枝 #panic(1)", "到", "2"],
        ["施肥", "请假", ""],
        ["防冻", "补课", "2"],
    ]
    assert "来上课 2 次，4 学时" in page
    said = paper(chen, f"{here}.pdf")
    for words in ("刘国富上过的课", "剪枝#panic(1)", "施肥请假", "来上课2次，4学时", "第1页，共1页"):
        assert words in said


def test_a_card_has_the_classes_of_the_whole_household_and_of_no_namesake(
    chen: FlaskClient, people: dict[str, str]
) -> None:
    here = f"/learners/{people['wife']}/card"
    page = chen.get(here).text
    assert "家里来上课的：刘国富、张桂花" in page
    assert [row[2:5] for row in rows_of(page)] == [
        ["剪枝 #panic(1)", "刘国富、张桂花", "2"],
        ["嫁接", "刘小军", "2"],
        ["防冻", "刘国富", "2"],
    ]
    assert "来上课 3 次，6 学时" in page
    said = paper(chen, f"{here}.pdf")
    for words in ("一户一培训卡：刘国富家", "嫁接刘小军2", "记录人（章）"):
        assert words in said
    assert [row[2] for row in rows_of(chen.get(f"/learners/{people['other']}/card").text)] == ["防冻"]


@pytest.mark.both_databases
def test_nobody_is_added_where_two_bear_the_name_of_the_head(
    chen: FlaskClient, database: Database, people: dict[str, str]
) -> None:
    with database.writing() as db:
        son = make_learner(db, name="刘小军", group_name="二组", household="刘国富").public_id
        make_learner(db, name="刘国富", group_name="二组")
    page = chen.get(f"/learners/{son}/card").text
    assert "家里来上课的：刘小军 ·" in page and "还没有上过的课" in page


def test_a_name_that_no_font_has_is_told(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        who = make_learner(db, name=f"田{RARE}").public_id
    for page in ("history", "card"):
        assert f"会留空：{RARE}" in chen.get(f"/learners/{who}/{page}").text
        assert chen.get(f"/learners/{who}/{page}.pdf").mimetype == "application/pdf"


def test_nobody_else_gets_to_them(browser_of: Any, cast: Cast, people: dict[str, str]) -> None:
    for page in ("history", "history.pdf", "card", "card.pdf"):
        for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
            assert browser_of(account).get(f"/learners/{people['head']}/{page}").status_code == 404
