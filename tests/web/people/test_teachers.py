"""Teachers: a village sees its own and those above it, keeps its own, and is offered whom it already has."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.people import Teacher
from nightschool.models.trust import AuditEvent
from tests.factories import JIANLI, SHIWAN, Cast
from tests.web.registers.test_attendance import errors, value

LIST = f"/desk/{SHIWAN}/teachers"
TOWNSHIP = "511002105000"
PHONE = "13800005678"


@pytest.fixture
def administrator(cast: Cast, browser_of: Callable[[int], FlaskClient]) -> FlaskClient:
    return browser_of(cast.region_administrator)


def teacher(database: Database, name: str) -> Teacher:
    with database.reading() as db:
        return db.scalars(select(Teacher).where(Teacher.name == name)).one()


def add(browser: FlaskClient, name: str, *, at: str = LIST, **fields: str) -> Any:
    form = {"name": name, "kind": "doctor", "version": "0", "name_is_public": "y"}
    return browser.post(f"{at}/new", data={**form, **fields})


def edit(browser: FlaskClient, who: Teacher, **fields: str) -> Any:
    form = {"name": who.name, "kind": who.kind, "unit": who.unit, "version": str(who.version)}
    return browser.post(f"/teachers/{who.public_id}", data={**form, **fields})


def listed(page: str) -> list[str]:
    return [re.sub(r"<[^>]+>", "", found) for found in re.findall(r'<p class="first">(.*?)</p>', page)]


def test_a_village_lists_its_own_teachers_and_the_townships(database: Database, chen: FlaskClient) -> None:
    assert add(chen, "吴医生", unit="村卫生室").status_code == 303
    page = chen.get(LIST).text
    assert listed(page) == ["吴医生", "周老师"]
    assert "全安镇管的" in page
    assert f'href="/teachers/{teacher(database, "吴医生").public_id}"' in page
    assert f'href="/teachers/{teacher(database, "周老师").public_id}"' not in page


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["周老师", "周劳师"])
def test_a_known_teacher_is_offered_before_another_is_made(
    database: Database, chen: FlaskClient, name: str
) -> None:
    answer = add(chen, name, unit="卫生院", specialities="急救")
    assert answer.status_code == 409
    assert "是不是他？" in answer.text
    assert "<li>周老师（农技站） · 全安镇</li>" in answer.text
    assert [value(answer.text, field) for field in ("unit", "specialities")] == ["卫生院", "急救"]
    assert count(database) == 1
    assert add(chen, name, is_another="y").status_code == 303
    assert count(database) == 2


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(Teacher)) or 0


def test_a_name_is_all_that_is_needed(chen: FlaskClient) -> None:
    answer = add(chen, "")
    assert (answer.status_code, errors(answer.text)) == (422, ["还没写名字。"])


def test_an_administrator_keeps_the_townships_teachers(
    database: Database, chen: FlaskClient, administrator: FlaskClient
) -> None:
    at = f"/admin/{TOWNSHIP}/teachers"
    answer = add(administrator, "吴医生", at=at)
    assert (answer.status_code, answer.location) == (303, at)
    who = teacher(database, "吴医生")
    assert who.region_code == TOWNSHIP
    assert listed(administrator.get(at).text) == ["吴医生", "周老师"]
    assert edit(administrator, who, unit="中心卫生院").location == at
    assert teacher(database, "吴医生").unit == "中心卫生院"
    assert "吴医生" in chen.get(LIST).text
    assert chen.get(at).status_code == 404


def test_a_village_does_not_edit_whom_the_township_keeps(database: Database, chen: FlaskClient) -> None:
    who = teacher(database, "周老师")
    assert chen.get(f"/teachers/{who.public_id}").status_code == 404
    assert edit(chen, who, name="周大师").status_code == 404
    assert chen.post(f"/teachers/{who.public_id}/phone").status_code == 404


def test_a_stale_save_shows_both(database: Database, chen: FlaskClient) -> None:
    add(chen, "吴医生")
    opened = teacher(database, "吴医生")
    edit(chen, opened, unit="卫生院", name_is_public="y")
    answer = edit(chen, opened, unit="县医院")
    assert answer.status_code == 409
    told = re.sub(r"<[^>]+>", "", answer.text)
    assert "单位：存着的是「卫生院」，这里是「县医院」" in told
    assert "课表上写出名字：存着的是「✓」，这里是「✗」" in told
    again = edit(chen, opened, unit="县医院", version=value(answer.text, "version"))
    assert again.status_code == 303
    assert teacher(database, "吴医生").unit == "县医院"


@pytest.mark.both_databases
def test_a_saved_record_alike_asks_only_to_save_again(database: Database, chen: FlaskClient) -> None:
    add(chen, "吴医生")
    opened = teacher(database, "吴医生")
    edit(chen, opened, unit="卫生院")
    assert "别人也存过这一份，内容和这里一样" in edit(chen, opened, unit="卫生院").text


@pytest.mark.both_databases
def test_a_phone_is_masked_until_asked_for_by_who_may(
    database: Database,
    cast: Cast,
    chen: FlaskClient,
    administrator: FlaskClient,
    browser_of: Callable[[int], FlaskClient],
) -> None:
    add(administrator, "吴医生", at=f"/admin/{TOWNSHIP}/teachers", phone=PHONE)
    who = teacher(database, "吴医生")
    page = chen.get(LIST).text
    assert "138****5678" in page
    assert PHONE not in page
    assert f'<a href="tel:{PHONE}">' in chen.post(f"{LIST}/{who.public_id}/phone").text
    assert f'<a href="tel:{PHONE}">' in administrator.post(f"/teachers/{who.public_id}/phone").text
    luo = browser_of(cast.luo)
    assert luo.post(f"{LIST}/{who.public_id}/phone").status_code == 404
    assert luo.post(f"/desk/{JIANLI}/teachers/{who.public_id}/phone").status_code == 404
    with database.reading() as db:
        looked = db.scalars(
            select(AuditEvent.account_id).where(AuditEvent.action == "teacher.phone").order_by(AuditEvent.id)
        ).all()
    assert looked == [cast.chen, cast.region_administrator]


def test_other_villages_and_supervisors_do_not_see_the_list(
    cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    for account in (cast.luo, cast.township_supervisor):
        assert browser_of(account).get(LIST).status_code == 404
