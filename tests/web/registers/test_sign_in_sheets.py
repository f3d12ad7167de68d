"""Sign-in sheets from the desk to the paper: numbered by a button, looked at as a page, printed as PDF."""

import io
import logging
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from werkzeug.test import TestResponse

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.registers.sign_in_sheets import class_code
from tests.factories import SEALER, SHIWAN, TODAY, Cast, make_course, make_learner, make_session

TOMORROW = TODAY + timedelta(days=1)
HOSTILE = '#panic("x") $y$ *b* <b>'
PHONE = "19912345671"


def squeezed(text: str) -> str:
    return "".join(text.split())


def read(answer: TestResponse) -> list[str]:
    """The pages of a PDF as text without blanks."""
    assert answer.status_code == 200 and answer.mimetype == "application/pdf", answer.text
    return [squeezed(page.extract_text()) for page in PdfReader(io.BytesIO(answer.data)).pages]


@pytest.fixture
def browser(browser_of: Any, cast: Cast) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.chen)
    return browser


@pytest.fixture
def class_session(database: Database, cast: Cast) -> str:
    """The second of two classes, tomorrow; four learners, one with a phone, one of a name that is no name."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        make_session(db, course, TODAY - timedelta(days=6), status=SessionStatus.HELD)
        this = make_session(db, course, TOMORROW, teachers=(cast.teacher,))
        who = make_learner(db, name="陈大秀", group_name="二组", household="陈户主")
        who.phone = SEALER.seal(PHONE, about=f"learner.phone:{who.public_id}")
        make_learner(db, name="王䶮", group_name="一组")
        make_learner(db, name=HOSTILE, group_name="三组")
        make_learner(db, name="赵𠮷", group_name="三组")
        return this.public_id


def test_the_sheet_of_a_class_is_numbered_by_a_button_and_printed(
    browser: FlaskClient, class_session: str
) -> None:
    here = f"/sessions/{class_session}/sheet"
    assert here in browser.get(f"/sessions/{class_session}").text
    before = browser.get(here).text
    assert "名单上 4 人" in before and "陈大秀" not in before
    assert browser.get(f"{here}.pdf").headers["Location"] == here
    assert browser.post(here).headers["Location"] == here
    page = browser.get(here)
    assert page.headers["Cache-Control"] == "no-store"
    rows = page.text.split("<tbody>")[1]
    assert [rows.index(name) for name in ("王䶮", "陈大秀")] == sorted(
        rows.index(name) for name in ("王䶮", "陈大秀")
    )
    assert rows.count("<tr>") == 14
    assert "#panic(&#34;x&#34;) $y$ *b* &lt;b&gt;" in rows
    assert "会留空：𠮷" in page.text
    answer = browser.get(f"{here}.pdf")
    assert answer.headers["Cache-Control"] == "no-store"
    [paper] = read(answer)
    for words in (
        *("全安镇", "狮湾村", "柑橘冬季管护", "2026年11月25日周三", "19:00–20:30", "第2次，一共2次"),
        *("村活动室", "周老师（农技站）", "1王䶮一组", "2陈大秀二组", squeezed(HOSTILE), "第1页，共1页"),
        class_code(class_session),
    ):
        assert words in paper
    for hidden in (PHONE, PHONE[-4:], "陈户主"):
        assert hidden not in paper + page.text


def test_who_came_on_the_roster_since_is_added_behind(
    browser: FlaskClient, database: Database, class_session: str
) -> None:
    here = f"/sessions/{class_session}/sheet"
    browser.post(here)
    with database.writing() as db:
        make_learner(db, name="安小红", group_name="一组")
    page = browser.get(here).text
    assert "有 1 人后来才上名单" in page and "安小红" not in page
    browser.post(here)
    page = browser.get(here).text
    assert "后来才上名单" not in page
    assert '<td>15</td><th scope="row">安小红</th>' in page
    assert "15安小红一组" in read(browser.get(f"{here}.pdf"))[0]


def test_a_teacher_whose_name_is_not_public_is_there_by_their_unit(
    browser: FlaskClient, database: Database, cast: Cast, class_session: str
) -> None:
    with database.writing() as db:
        db.get_one(Teacher, cast.teacher).name_is_public = False
    browser.post(f"/sessions/{class_session}/sheet")
    [paper] = read(browser.get(f"/sessions/{class_session}/sheet.pdf"))
    assert "农技站" in paper and "周老师" not in paper


def test_the_sheets_of_a_month_have_each_their_own_day(
    browser: FlaskClient, database: Database, class_session: str
) -> None:
    with database.writing() as db:
        course = make_course(db, title="医保怎么报销")
        make_session(db, course, date(2026, 11, 30))
        make_session(db, course, date(2026, 11, 29), status=SessionStatus.CANCELLED)
        make_session(db, course, date(2026, 12, 1))
    assert browser.get(f"/desk/{SHIWAN}/sheets").headers["Location"].endswith("/sheets/2026-11")
    here = f"/desk/{SHIWAN}/sheets/2026-11"
    assert here.rsplit("/", 1)[0] in browser.get(f"/desk/{SHIWAN}/papers").text
    assert "排好这 2 次课的签到簿" in browser.get(here).text
    assert browser.post(here).status_code == 303
    page = browser.get(here).text
    assert page.count("排好了") == 2 and "这 2 次课" not in page
    papers = read(browser.get(f"{here}/sheets.pdf"))
    assert len(papers) == 5
    assert "2026年11月25日" in papers[0] and "柑橘冬季管护" in papers[0]
    assert "2026年11月30日" in papers[1] and "医保怎么报销" in papers[1]
    assert all("陈大秀" in paper and "第1页，共1页" in paper for paper in papers[:2])
    assert all("课题" in paper and "陈大秀" not in paper and "25" in paper for paper in papers[2:])
    assert len(read(browser.get(f"{here}/sheets.pdf?only=blank"))) == 3


@pytest.mark.both_databases
def test_a_month_without_classes_has_blank_sheets(browser: FlaskClient) -> None:
    here = f"/desk/{SHIWAN}/sheets/2027-03"
    assert "没有还要上的课" in browser.get(here).text
    assert browser.post(here).status_code == 303
    assert len(read(browser.get(f"{here}/sheets.pdf"))) == 3


@pytest.mark.both_databases
def test_what_is_called_off_has_no_sheet(
    browser: FlaskClient, database: Database, class_session: str
) -> None:
    with database.writing() as db:
        db.query(ClassSession).filter_by(public_id=class_session).update(
            {"status": SessionStatus.CANCELLED, "reason": "weather"}
        )
    here = f"/sessions/{class_session}/sheet"
    assert browser.post(here).headers["Location"] == here
    page = browser.get(here).text
    assert page.count("这节课不上了") == 2 and "<button>" not in page


def test_where_no_pdf_can_be_made_the_page_says_so_and_no_log_names_anybody(
    browser: FlaskClient, class_session: str, monkeypatch: pytest.MonkeyPatch, caplog: Any, app: Flask
) -> None:
    here = f"/sessions/{class_session}/sheet"
    browser.post(here)
    monkeypatch.setattr("sys.executable", "/bin/false")
    with caplog.at_level(logging.DEBUG):
        answer = browser.get(f"{here}.pdf")
    assert answer.headers["Location"] == here
    assert "网页打印" in browser.get(here).text
    assert "sign_in_sheet: not_set 1" in caplog.text
    assert not any(name in caplog.text for name in ("陈大秀", "王䶮", class_session))


@pytest.mark.parametrize(
    "path", ["/sessions/{}/sheet", "/sessions/{}/sheet.pdf", f"/desk/{SHIWAN}/sheets/2026-11"]
)
def test_nobody_else_gets_to_a_sheet(
    browser_of: Any, client: FlaskClient, cast: Cast, class_session: str, path: str
) -> None:
    path = path.format(class_session)
    for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
        assert browser_of(account).get(path).status_code == 404
    assert client.get(path).status_code == 303
