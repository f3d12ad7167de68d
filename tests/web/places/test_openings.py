"""The villages of a township, opened in one go; the sheet of slips; and slips printed anew."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.places import NightSchool
from nightschool.models.trust import Account, LoginSlip
from tests.factories import SHIWAN, Cast, make_region, make_school

COUNTY, TOWNSHIP, OTHER_TOWNSHIP = "511002000000", "511002105000", "511024100000"
ALL = "/admin/{}/schools/all"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
QIAO, BA = "511002105202", "511002105203"


@pytest.fixture
def admin(cast: Cast, browser_of: Any, database: Database) -> FlaskClient:
    """The browser of 市中区's administrator; 断桥村 and 洪坝村 have no night school yet."""
    with database.writing() as db:
        make_region(db, QIAO, "断桥村村民委员会")
        make_region(db, BA, "洪坝村村民委员会")
    browser: FlaskClient = browser_of(cast.region_administrator)
    return browser


def schools(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(NightSchool)) or 0


def test_page_lists_the_villages_without_a_school_all_ticked(admin: FlaskClient) -> None:
    page = admin.get(ALL.format(TOWNSHIP)).text
    assert page.count(" checked") == 2 and "断桥村" in page and "洪坝村" in page
    assert f'value="{SHIWAN}"' not in page


@pytest.mark.both_databases
def test_all_are_opened_and_every_slip_lets_its_coordinator_in(
    admin: FlaskClient, database: Database, client: FlaskClient
) -> None:
    sheet = admin.post(
        ALL.format(TOWNSHIP),
        data={"o": [QIAO, BA], f"n-{BA}": "王小明", f"t-{BA}": "村文书"},
        follow_redirects=True,
    )
    assert sheet.status_code == 200 and sheet.headers["Cache-Control"] == "no-store"
    codes = CODE.findall(sheet.text)
    assert len(codes) == len(set(codes)) == 2
    assert sheet.text.count('class="slip"') == 2 and "断桥村夜校管理员" in sheet.text
    for login_name, code, village in (("dqc2", codes[0], QIAO), ("wxm2", codes[1], BA)):
        entered = {"login_name": login_name, "code": code, "new_password": "秋收以后再来上课"}
        assert client.post("/login/slip", data=entered).location == "/desk"
        assert client.get(f"/desk/{village}").status_code == 200
    with database.reading() as db:
        contacts = select(NightSchool.contact_name).where(NightSchool.region_code.in_([QIAO, BA]))
        assert sorted(db.scalars(contacts)) == ["", "王小明"]  # a village's name is nobody to turn to
        stored = str([vars(row) for row in db.scalars(select(LoginSlip))])
    assert not any(code.replace("-", "") in stored or code in stored for code in codes)
    assert "都办了夜校" in admin.get(ALL.format(TOWNSHIP)).text


def test_a_pasted_list_ticks_its_villages_and_opens_nothing_yet(
    admin: FlaskClient, database: Database
) -> None:
    before = schools(database)
    pasted = "断桥村 王小明 村文书 0832-5550101\n石坝村 李四"
    page = admin.post(ALL.format(TOWNSHIP), data={"o": [QIAO, BA], "pasted": pasted, "do": "read"}).text
    assert schools(database) == before
    assert page.count(" checked") == 1 and f'value="{QIAO}" checked' in page
    for box, text in (("n", "王小明"), ("t", "村文书"), ("p", "0832-5550101")):
        assert f'name="{box}-{QIAO}" value="{text}"' in page
    assert "有 1 行没找到" in page and "石坝村 李四</textarea>" in page


def test_the_phone_that_is_written_is_where_villagers_phone(
    admin: FlaskClient, database: Database, client: FlaskClient
) -> None:
    wrong = {"o": [QIAO, BA], f"p-{QIAO}": "打给王小明", f"p-{BA}": "139 0000 0001"}
    page = admin.post(ALL.format(TOWNSHIP), data=wrong)
    assert page.status_code == 422 and f'href="#p-{QIAO}"' in page.text and "打给王小明" in page.text
    sheet = admin.post(
        ALL.format(TOWNSHIP), data={**wrong, f"p-{QIAO}": "0832 5550101"}, follow_redirects=True
    )
    assert "2 所夜校办好了" in sheet.text and 'class="print"' in sheet.text
    assert "0832-5550101" in client.get(f"/v/{QIAO}").text
    assert 'href="tel:13900000001"' in client.get(f"/v/{BA}").text


def test_only_the_ticked_ones_are_opened(admin: FlaskClient, database: Database) -> None:
    sheet = admin.post(
        ALL.format(TOWNSHIP), data={"o": [BA], f"n-{QIAO}": "没打勾的人"}, follow_redirects=True
    )
    assert len(CODE.findall(sheet.text)) == 1
    page = admin.get(ALL.format(TOWNSHIP)).text
    assert "断桥村" in page and "洪坝村" not in page
    with database.reading() as db:
        assert db.scalars(select(Account).where(Account.display_name == "没打勾的人")).all() == []


def test_one_wrong_row_opens_none_and_nothing_typed_is_lost(admin: FlaskClient, database: Database) -> None:
    before = schools(database)
    data = {"o": [QIAO, BA], f"n-{QIAO}": "很长的名字" * 20, f"n-{BA}": "王小明", f"t-{BA}": "村文书"}
    page = admin.post(ALL.format(TOWNSHIP), data=data)
    assert page.status_code == 422 and schools(database) == before
    assert f'id="e-{QIAO}"' in page.text and f'id="e-{BA}"' not in page.text
    assert "最多写 60 个字，现在有 100 个" in page.text
    assert all(text in page.text for text in ("王小明", "村文书", "很长的名字" * 20))


def test_village_opened_meanwhile_is_told_and_the_rest_waits(admin: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        make_school(db, QIAO)
    before = schools(database)
    page = admin.post(ALL.format(TOWNSHIP), data={"o": [QIAO, BA], f"n-{BA}": "王小明"})
    assert page.status_code == 422 and schools(database) == before
    assert "断桥村已经办了夜校，从下面去掉了" in page.text and "王小明" in page.text


def test_sheet_asked_for_twice_opens_nothing_twice(admin: FlaskClient, database: Database) -> None:
    data = {"o": [QIAO, BA]}
    admin.post(ALL.format(TOWNSHIP), data=data)
    before = schools(database)
    again = admin.post(ALL.format(TOWNSHIP), data=data)
    assert again.status_code == 422 and schools(database) == before and not CODE.findall(again.text)
    assert f"/admin/{TOWNSHIP}/slips" in again.text


def test_nothing_ticked_is_told(admin: FlaskClient, database: Database) -> None:
    page = admin.post(ALL.format(TOWNSHIP), data={f"n-{BA}": "王小明"})
    assert page.status_code == 422 and "一个也没有勾" in page.text and "王小明" in page.text


def test_village_of_elsewhere_in_the_form_opens_nothing(admin: FlaskClient, database: Database) -> None:
    before = schools(database)
    assert admin.post(ALL.format(TOWNSHIP), data={"o": ["511024100219", "x"]}).status_code == 422
    assert admin.post(ALL.format(OTHER_TOWNSHIP), data={"o": [QIAO]}).status_code == 404
    assert schools(database) == before


def test_county_leads_to_its_townships(admin: FlaskClient) -> None:
    page = admin.get(ALL.format(COUNTY)).text
    assert f"/admin/{TOWNSHIP}/schools/all" in page
    assert re.findall(r'data-head="(\w+)">(\d)<', page) == [("村数", "3"), ("夜校数", "1"), ("还没办", "2")]
    assert admin.get(ALL.format(QIAO)).location == f"/admin/{QIAO}/schools/new?village={QIAO}"


# Slips printed anew


def test_lost_sheet_is_printed_anew_for_who_has_not_got_in(
    admin: FlaskClient, client: FlaskClient, database: Database
) -> None:
    first = CODE.findall(admin.post(ALL.format(TOWNSHIP), data={"o": [QIAO, BA]}, follow_redirects=True).text)
    entered = {"login_name": "dqc2", "code": first[0], "new_password": "秋收以后再来上课"}
    client.post("/login/slip", data=entered)
    page = admin.get(f"/admin/{TOWNSHIP}/slips")
    assert "洪坝村" in page.text and "断桥村" not in page.text
    with database.reading() as db:
        waiting = db.scalars(select(Account.public_id).where(Account.login_name == "hbc2")).one()
        done = db.scalars(select(Account.public_id).where(Account.login_name == "dqc2")).one()
    sheet = admin.post(f"/admin/{TOWNSHIP}/slips", data={"a": [waiting, done]}, follow_redirects=True)
    [code] = CODE.findall(sheet.text)
    assert code not in first
    entered |= {"login_name": "hbc2"}
    assert client.post("/login/slip", data={**entered, "code": first[1]}).status_code == 422
    assert client.post("/login/slip", data={**entered, "code": code}).status_code == 303


def test_slips_for_nobody_and_for_others_are_refused(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.reading() as db:
        far = db.get_one(Account, cast.luo).public_id
    assert "一个也没有勾" in admin.post(f"/admin/{TOWNSHIP}/slips", data={}).text
    assert "刚才都登录过了" in admin.post(f"/admin/{TOWNSHIP}/slips", data={"a": [far]}).text
    assert admin.post(f"/admin/{OTHER_TOWNSHIP}/slips", data={"a": [far]}).status_code == 404
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(LoginSlip)) == 0


@pytest.mark.parametrize("number", [1, 30])
def test_pages_cost_the_same_however_many_villages(
    admin: FlaskClient, database: Database, statements: list[str], number: int
) -> None:
    with database.writing() as db:
        for one in range(number):
            make_region(db, f"511002105{300 + one}")
    for path, most in ((ALL.format(TOWNSHIP), 5), (ALL.format(COUNTY), 7), (f"/admin/{TOWNSHIP}/slips", 5)):
        statements.clear()
        assert admin.get(path).status_code == 200
        assert len(statements) <= most, path
