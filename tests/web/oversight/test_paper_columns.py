"""A county's own columns of a paper: chosen in the browser, printed in the villages below, and taken back."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.trust import AuditEvent
from nightschool.rules.trust.trail import tell
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, make_learner
from tests.web.people.test_training_cards import rows_of

COUNTY, TOWNSHIP = "511002000000", SHIWAN[:9] + "000"
ROSTER = f"/desk/{SHIWAN}/papers/roster"


def page_of(region: str, paper: str = "roster") -> str:
    return f"/settings/{region}/papers/{paper}"


def fields(*columns: tuple[str, str, str], version: str = "0", **more: str) -> dict[str, str]:
    """The form with these columns: key, name, place; shown where there is a place."""
    data = {"version": version, "do": "save", **more}
    for number, (key, name, place) in enumerate(columns):
        data |= {f"k-{number}": key, f"n-{number}": name, f"p-{number}": place or "9"}
        data |= {f"s-{number}": "y"} if place else {}
    return data


def heads(browser: FlaskClient, path: str = ROSTER) -> list[str]:
    page = browser.get(path).text.split("<thead>")[1].split("</thead>")[0]
    return [part.split("</th>")[0].split(">")[1] for part in page.split("<th")[1:]]


@pytest.fixture
def county(browser_of: Any, cast: Cast, database: Database) -> FlaskClient:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="一组")
        make_learner(db, JIANLI, name="罗家人")
    browser: FlaskClient = browser_of(cast.region_administrator)
    return browser


@pytest.mark.both_databases
def test_villages_print_what_the_county_chose_and_after_the_way_back_what_was_before(
    county: FlaskClient, chen: FlaskClient, browser_of: Any, cast: Cast, database: Database
) -> None:
    standard = heads(chen)
    saved = county.post(
        page_of(COUNTY),
        data=fields(
            ("group", "所在组", "2"), ("name", "学员姓名", "1"), ("", "党员", "3"), ("sex", "性别", "")
        ),
    )
    assert saved.status_code == 303
    assert "学员花名册的栏目存好了" in county.get(saved.location).text
    assert heads(chen) == ["学员姓名", "所在组", "党员"]
    assert rows_of(chen.get(ROSTER).text) == [["陈大秀", "一组", ""]]
    assert heads(browser_of(cast.luo), f"/desk/{JIANLI}/papers/roster") == standard  # another county
    page = county.get(page_of(COUNTY)).text
    assert 'value="学员姓名"' in page and "这里自己定的" in page
    back = county.post(page_of(COUNTY), data={"do": "back", "version": "1"})
    assert back.status_code == 303 and heads(chen) == standard
    with database.reading() as db:
        noted = db.scalars(
            select(AuditEvent).where(AuditEvent.region_code == COUNTY).order_by(AuditEvent.id)
        ).all()
    assert [tell(one.action, one.details, who="张局", what="", today=TODAY) for one in noted] == [
        "张局 定了学员花名册的栏目",
        "张局 让学员花名册照上一级的印",
    ]


def test_the_nearest_region_decides(
    county: FlaskClient, chen: FlaskClient, browser_of: Any, cast: Cast
) -> None:
    township = browser_of(cast.township_supervisor)
    county.post(page_of(COUNTY), data=fields(("name", "县里叫的", "1")))
    assert "照市中区定的" in township.get(f"/settings/{TOWNSHIP}/papers").text
    assert 'value="县里叫的"' in township.get(page_of(TOWNSHIP)).text
    township.post(page_of(TOWNSHIP), data=fields(("name", "镇里叫的", "1")))
    assert heads(chen) == ["镇里叫的"]
    township.post(page_of(TOWNSHIP), data={"do": "back", "version": "1"})
    assert heads(chen) == ["县里叫的"]


def test_what_cannot_be_is_told_at_its_row_and_nothing_typed_is_lost(
    county: FlaskClient, chen: FlaskClient
) -> None:
    standard = heads(chen)
    answer = county.post(
        page_of(COUNTY), data=fields(("name", "姓名", "1"), ("poor", "贫困户", "2"), ("sex", "长" * 21, "3"))
    )
    assert answer.status_code == 422
    assert "第 2 行：这张表没有「贫困户」这一栏" in answer.text and 'href="#n-1"' in answer.text
    assert f"第 3 行：「{'长' * 20}…」太长" in answer.text and 'value="' + "长" * 21 in answer.text
    misplaced = county.post(page_of(COUNTY), data=fields(("name", "姓名", "1"), ("sex", "性别", "x")))
    assert misplaced.status_code == 422 and 'value="x"' in misplaced.text and 'href="#n-1"' in misplaced.text
    empty = county.post(page_of(COUNTY), data=fields(("name", "姓名", "")))
    assert empty.status_code == 422 and "一栏都没勾" in empty.text
    assert heads(chen) == standard


def test_a_heading_from_a_table_program_is_read_to_be_looked_at(
    county: FlaskClient, chen: FlaskClient
) -> None:
    standard = heads(chen)
    read = county.post(page_of(COUNTY), data=fields(pasted="学员=姓名\t组别\t党员=空", do="read"))
    assert read.status_code == 200 and heads(chen) == standard
    rows = read.text.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    assert ["checked" in row for row in rows[:4]] == [True, True, True, False]
    assert 'value="学员"' in rows[0] and 'value="党员"' in rows[2] and "留空手填的一栏" in rows[2]
    wrong = county.post(page_of(COUNTY), data=fields(pasted="姓名\t贫困户", do="read"))
    assert (
        wrong.status_code == 422
        and "B1：夜校没有「贫困户」这一栏" in wrong.text
        and "贫困户</textarea>" in wrong.text
    )


@pytest.mark.both_databases
def test_who_saves_on_an_older_page_is_told_what_differs(county: FlaskClient, chen: FlaskClient) -> None:
    county.post(page_of(COUNTY), data=fields(("name", "先存的", "1")))
    late = county.post(page_of(COUNTY), data=fields(("name", "后存的", "1")))
    assert late.status_code == 409 and "存着的是「先存的」，这里是「后存的」" in late.text
    assert heads(chen) == ["先存的"]
    again = county.post(page_of(COUNTY), data=fields(("name", "后存的", "1"), version="1"))
    assert again.status_code == 303 and heads(chen) == ["后存的"]


def test_a_village_has_no_columns_of_its_own_and_papers_of_people_have_theirs(
    county: FlaskClient, chen: FlaskClient
) -> None:
    assert county.get(page_of(SHIWAN)).location == page_of(TOWNSHIP)
    assert county.post(page_of(SHIWAN), data=fields(("name", "姓名", "1"))).status_code == 303
    for paper in ("card", "nothing"):
        assert county.get(page_of(COUNTY, paper)).status_code == 404
    assert chen.get(page_of(TOWNSHIP)).status_code == 404
