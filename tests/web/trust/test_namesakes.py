"""Nobody gets a second account by mistake: whoever is called so and has one is asked about wherever one is opened."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.trust import Account, Posting
from nightschool.rules.access import Role
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, make_account, make_region, make_school
from tests.web.site.test_forms import summary

TOWNSHIP = "511002105000"
QIAO, BA, KEPT = "511002105202", "511002105203", "511002105204"
ALL = f"/admin/{TOWNSHIP}/schools/all"


@pytest.fixture
def wang(cast: Cast, database: Database) -> str:
    """王小明 keeps 永兴村, and another of the name a village of a county that is not this administrator's."""
    with database.writing() as db:
        make_region(db, QIAO, "断桥村村民委员会")
        make_region(db, BA, "洪坝村村民委员会")
        make_region(db, KEPT, "永兴村村民委员会")
        make_school(db, KEPT)
        make_account(db, "wxm9", "王 小明", Role.COORDINATOR, JIANLI)
        return make_account(db, "wxm", "王小明", Role.COORDINATOR, KEPT).public_id


@pytest.fixture
def admin(cast: Cast, wang: str, browser_of: Any) -> FlaskClient:
    browser: FlaskClient = browser_of(cast.region_administrator)
    return browser


def accounts(database: Database) -> int:
    with database.reading() as db:
        return db.scalars(select(func.count()).select_from(Account)).one()


def posted(database: Database, account: str, region: str) -> bool:
    with database.reading() as db:
        found = select(Posting.id).join(Account, Account.id == Posting.account_id)
        return db.scalar(found.where(Account.public_id == account, Posting.region_code == region)) is not None


def answers(page: str) -> list[str]:
    return re.findall(r'type="radio" name="who" value="([^"]+)"', page)


def forms(cast: Cast, database: Database) -> dict[str, tuple[str, dict[str, str]]]:
    """Region -> the form that gives somebody who is called so a role there."""
    with database.reading() as db:
        chen = db.get_one(Account, cast.chen).public_id
    leaving = {"leaving": chen, "from_day": TODAY.isoformat()}
    return {
        SHIWAN: (f"/admin/{SHIWAN}/handover", leaving),
        TOWNSHIP: (f"/admin/{TOWNSHIP}/accounts/new", {"role": "supervisor"}),
        BA: (f"/admin/{BA}/schools/new", {"village": BA}),
    }


@pytest.mark.parametrize("region", [SHIWAN, TOWNSHIP, BA])
def test_the_account_that_is_meant_is_taken_or_another_is_opened(
    admin: FlaskClient, cast: Cast, database: Database, wang: str, region: str
) -> None:
    before = accounts(database)
    path, data = forms(cast, database)[region]
    data |= {"display_name": "王　小明"}
    asked = admin.post(path, data=data)
    assert asked.status_code == 422 and "已经有一个叫王　小明的账号" in summary(asked.text)["who"]
    assert answers(asked.text) == [wang, "another"], "who is not this administrator's to manage is not told"
    assert "是王小明，永兴村，登录名 wxm" in asked.text
    wrong = admin.post(path, data={**data, "login_name": "x"})
    assert {"who", "login_name"} <= {*summary(wrong.text)}, "asked together with what else is wrong"
    assert accounts(database) == before
    assert admin.post(path, data={**data, "who": "nobody"}).status_code == 422
    taken = admin.post(path, data={**data, "who": wang})
    assert taken.status_code == 303 and "slip" not in taken.location.rpartition("/")[0].rpartition("/")[2]
    assert accounts(database) == before and posted(database, wang, region)


@pytest.mark.parametrize("region", [SHIWAN, TOWNSHIP, BA])
def test_another_of_the_name_gets_an_account_of_their_own(
    admin: FlaskClient, cast: Cast, database: Database, wang: str, region: str
) -> None:
    before = accounts(database)
    path, data = forms(cast, database)[region]
    answer = admin.post(path, data={**data, "display_name": "王小明", "who": "another"})
    assert answer.status_code == 303
    assert accounts(database) == before + 1 and not posted(database, wang, region)


def test_a_name_written_as_a_login_name_is_answered_with_the_login_name(
    admin: FlaskClient, cast: Cast, database: Database, wang: str
) -> None:
    told = "没有登录名是「王小明」的账号。叫这个名字的：wxm（永兴村）。"
    data = {"login_name": "王小明", "role": "supervisor", "from_day": TODAY.isoformat()}
    assert told in admin.post(f"/admin/{TOWNSHIP}/postings/new", data=data).text
    path, data = forms(cast, database)[SHIWAN]
    assert told in admin.post(path, data={**data, "login_name": "王小明"}).text
    page = admin.get(path).text
    assert "可不填" not in page[page.index("谁接手") : page.index("职务")]


def test_many_schools_ask_of_each_name_and_one_person_keeps_two_villages_with_one_slip(
    admin: FlaskClient, database: Database, wang: str
) -> None:
    before = accounts(database)
    data = {"o": [QIAO, BA], f"n-{QIAO}": "王小明", f"n-{BA}": "王小明"}
    asked = admin.post(ALL, data=data)
    assert sorted(summary(asked.text)) == [f"n-{QIAO}", f"n-{BA}"] and accounts(database) == before
    assert re.findall(rf'name="w-{QIAO}" value="([^"]+)"', asked.text) == [wang, "another"]
    assert re.findall(rf'name="w-{BA}" value="([^"]+)"', asked.text) == [wang, "above", "another"]
    again = admin.post(ALL, data={**data, f"w-{QIAO}": "another"})
    assert sorted(summary(again.text)) == [f"n-{BA}"]
    assert f'name="w-{QIAO}" value="another" checked' in again.text
    sheet = admin.post(ALL, data={**data, f"w-{QIAO}": "another", f"w-{BA}": "above"}, follow_redirects=True)
    assert (
        sheet.text.count('class="slip"') == 1 and "洪坝村的夜校办好了，管理员用已有的账号登录" in sheet.text
    )
    assert accounts(database) == before + 1


@pytest.mark.both_databases
def test_schools_of_who_has_an_account_need_no_slip(
    admin: FlaskClient, database: Database, wang: str
) -> None:
    before = accounts(database)
    data = {"o": [QIAO, BA], f"n-{QIAO}": "王小明", f"n-{BA}": "王小明"}
    done = admin.post(ALL, data={**data, f"w-{QIAO}": wang, f"w-{BA}": wang})
    assert (done.status_code, done.location) == (303, f"/admin/{TOWNSHIP}")
    assert accounts(database) == before and posted(database, wang, BA)
