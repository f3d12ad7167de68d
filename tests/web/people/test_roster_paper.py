"""The roster on paper (F5): everybody who still comes, by group, with no telephone in full."""

import io
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader

from nightschool.database import Database
from tests.factories import JIANLI, NOW, SEALER, SHIWAN, TODAY, Cast, make_learner

HERE = f"/desk/{SHIWAN}/papers/roster"
PHONE = "19912345671"


@pytest.fixture
def browser(browser_of: Any, cast: Cast, database: Database) -> FlaskClient:
    with database.writing() as db:
        who = make_learner(
            db, name="张桂花", group_name="二组", household="刘国富", sex="female", birth_year=1958,
            came_on=date(2025, 3, 1),
        )  # fmt: skip
        who.phone = SEALER.seal(PHONE, about=f"learner.phone:{who.public_id}")
        make_learner(db, name="#panic(1)", group_name="一组")
        make_learner(db, name="不再来", retired_at=NOW.instant, left_on=TODAY)
        make_learner(db, JIANLI, name="外村人")
    browser: FlaskClient = browser_of(cast.chen)
    return browser


def text_of(browser: FlaskClient) -> str:
    answer = browser.get(f"{HERE}.pdf")
    assert answer.mimetype == "application/pdf"
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


def test_the_roster_is_a_table_on_the_page_and_as_pdf(browser: FlaskClient) -> None:
    assert HERE in browser.get(f"/desk/{SHIWAN}/papers").text
    page = browser.get(HERE).text
    rows = page.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    assert [row.split("<td>")[1].split("</td>")[0] for row in rows[:-1]] == ["#panic(1)", "张桂花"]
    paper = "".join(text_of(browser).split())
    for words in ("狮湾村农民夜校学员花名册", "一共2人", "2026年11月24日", "#panic(1)", "第1页，共1页"):
        assert words in paper
    assert "2张桂花女1958二组刘国富199****56712025年3月1日" in paper
    for absent in ("不再来", "外村人", PHONE):
        assert absent not in paper + page


def test_two_hundred_names_stand_on_as_many_pages_as_it_says(
    browser: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        for number in range(200):
            make_learner(db, name=f"陈{number}")
    pages = PdfReader(io.BytesIO(browser.get(f"{HERE}.pdf").data)).pages
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页，共{len(pages)}页" in "".join(page.extract_text().split())
        assert "联系电话" in page.extract_text()


def test_nobody_else_gets_to_the_roster(
    browser: FlaskClient, browser_of: Any, client: FlaskClient, cast: Cast
) -> None:
    for path in (HERE, f"{HERE}.pdf"):
        for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
            assert browser_of(account).get(path).status_code == 404
        assert client.get(path).status_code == 303
