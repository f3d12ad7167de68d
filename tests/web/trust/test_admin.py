"""Administrators open night schools, give and end postings, print login slips, and see no villager."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.actions.places.successors import set_successor
from nightschool.actions.trust.hashing import hash_password
from nightschool.database import Database
from nightschool.formats.qr import qr_svg
from nightschool.models.places import NightSchool, RegionKey
from nightschool.models.trust import Account, AuditEvent, LoginSlip, Posting
from nightschool.rules.access import SYSTEM, Role
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_account,
    make_learner,
    make_login,
    make_region,
    make_school,
)

QIAO = "511002105202"
COUNTY, TOWNSHIP = "511002000000", "511002105000"
NEW = "/admin/{}/accounts/new"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture
def admin(cast: Cast, browser_of: Any, database: Database) -> FlaskClient:
    """The browser of 市中区's administrator; 断桥村 has no night school yet."""
    with database.writing() as db:
        make_region(db, QIAO, "断桥村村民委员会")
        db.add(RegionKey(key="dqc", region_code=QIAO))
    browser: FlaskClient = browser_of(cast.region_administrator)
    return browser


def key_of(database: Database, account_id: int) -> str:
    with database.reading() as db:
        return db.get_one(Account, account_id).public_id


def code_on(page: str) -> str:
    found = CODE.findall(page)
    assert len(found) == 1
    return str(found[0])


def count(database: Database, table: Any) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(table)) or 0


# Opening a night school


def test_night_school_is_opened_and_its_coordinator_gets_in_with_the_slip(
    admin: FlaskClient, database: Database, client: FlaskClient
) -> None:
    found = admin.get(f"/admin/{COUNTY}/schools/new?q=dqc").text
    assert f"village={QIAO}" in found
    assert "断桥村" in admin.get(f"/admin/{COUNTY}/schools/new?village={QIAO}").text
    data = {"village": QIAO, "display_name": "王支书", "title": "村支书", "login_name": ""}
    paper = admin.post(f"/admin/{COUNTY}/schools/new", data=data, follow_redirects=True)
    assert paper.status_code == 200 and "王支书" in paper.text
    with database.reading() as db:
        assert db.scalars(select(NightSchool).where(NightSchool.region_code == QIAO)).one().opened_on == TODAY
        account = db.scalars(select(Account).where(Account.display_name == "王支书")).one()
        posting = db.scalars(select(Posting).where(Posting.account_id == account.id)).one()
    assert (posting.role, posting.region_code, posting.from_day) == (Role.COORDINATOR, QIAO, TODAY)
    entered = {
        "login_name": account.login_name,
        "code": code_on(paper.text),
        "new_password": "秋收以后再来上课",
    }
    assert client.post("/login/slip", data=entered).location == "/desk"
    assert client.get(f"/desk/{QIAO}").status_code == 200
    assert client.get(f"/desk/{SHIWAN}").status_code == 404


def test_code_is_shown_once_and_stored_nowhere(admin: FlaskClient, database: Database) -> None:
    data = {"village": QIAO, "display_name": "王支书"}
    paper = admin.post(f"/admin/{COUNTY}/schools/new", data=data, follow_redirects=True)
    code = code_on(paper.text)
    assert paper.headers["Cache-Control"] == "no-store"
    with database.reading() as db:
        key = db.scalars(select(Account.public_id).where(Account.display_name == "王支书")).one()
        stored = [
            vars(row) for table in (LoginSlip, AuditEvent, Account) for row in db.scalars(select(table))
        ]
    for text in (code, code.replace("-", "")):
        assert text not in str(stored)
        for path in (f"/accounts/{key}", f"/admin/{QIAO}", f"/admin/{COUNTY}"):
            assert text not in admin.get(path).text


@pytest.mark.both_databases
def test_who_opens_a_school_is_told_so_and_what_comes_next_and_may_say_where_villagers_phone(
    admin: FlaskClient, database: Database, client: FlaskClient
) -> None:
    data = {"village": QIAO, "display_name": "王支书", "contact_phone": "打给我"}
    refused = admin.post(f"/admin/{COUNTY}/schools/new", data=data)
    assert refused.status_code == 422 and 'href="#contact_phone"' in refused.text
    data["contact_phone"] = "139 0000 0001"
    page = admin.post(f"/admin/{COUNTY}/schools/new", data=data, follow_redirects=True).text
    assert "<h1>断桥村的夜校办好了</h1>" in page and "接下来" in page and 'class="print"' in page
    assert f"/admin/{TOWNSHIP}/schools/all" in page and f"/admin/{QIAO}" in page
    assert 'href="tel:13900000001"' in client.get(f"/v/{QIAO}").text
    with database.reading() as db:
        account = db.scalars(select(Account.public_id).where(Account.display_name == "王支书")).one()
    again = admin.post(f"/accounts/{account}/slip", follow_redirects=True).text
    assert "<h1>王支书的新登录单</h1>" in again and "办好了" not in again and "接下来" not in again
    data = {"role": "supervisor", "display_name": "李四"}
    made = admin.post(f"/admin/{TOWNSHIP}/accounts/new", data=data, follow_redirects=True).text
    assert "<h1>李四的账号开好了</h1>" in made and "接下来" not in made


def test_night_school_that_stands_already_is_refused_with_everything_typed(
    admin: FlaskClient, database: Database
) -> None:
    data = {"village": SHIWAN, "display_name": "王支书", "title": "村支书"}
    refused = admin.post(f"/admin/{COUNTY}/schools/new", data=data)
    assert refused.status_code == 422 and "狮湾村已经办了夜校" in refused.text
    assert 'value="王支书"' in refused.text
    assert count(database, NightSchool) == 2


def test_taken_login_name_leaves_no_half_opened_school(admin: FlaskClient, database: Database) -> None:
    data = {"village": QIAO, "display_name": "王支书", "login_name": "CJS"}
    refused = admin.post(f"/admin/{COUNTY}/schools/new", data=data)
    assert refused.status_code == 422 and "已经有人用了" in refused.text
    assert count(database, NightSchool) == 2


@pytest.mark.parametrize(
    "village", [JIANLI, TOWNSHIP, COUNTY, "511002999999", "x", "' OR 1=1", "511002105202\n"]
)
def test_school_is_opened_only_in_a_village_of_the_region(
    admin: FlaskClient, database: Database, village: str
) -> None:
    admin.post(f"/admin/{COUNTY}/schools/new", data={"village": village, "display_name": "王支书"})
    assert count(database, NightSchool) == 2


# Slips


def test_new_slip_voids_the_old_one(
    admin: FlaskClient, database: Database, cast: Cast, client: FlaskClient
) -> None:
    slip = f"/accounts/{key_of(database, cast.chen)}/slip"
    old, new = (code_on(admin.post(slip, follow_redirects=True).text) for _ in range(2))
    entered = {"login_name": "cjs", "new_password": "秋收以后再来上课"}
    assert client.post("/login/slip", data={**entered, "code": old}).status_code == 422
    assert client.post("/login/slip", data={**entered, "code": new}).status_code == 303


def test_slip_ends_after_two_weeks(
    admin: FlaskClient, database: Database, cast: Cast, client: FlaskClient, clock: StillClock
) -> None:
    code = code_on(admin.post(f"/accounts/{key_of(database, cast.chen)}/slip", follow_redirects=True).text)
    clock.move(days=14)
    entered = {"login_name": "cjs", "code": code, "new_password": "秋收以后再来上课"}
    assert client.post("/login/slip", data=entered).status_code == 422


def test_slip_is_no_good_for_another_name(
    admin: FlaskClient, database: Database, cast: Cast, client: FlaskClient
) -> None:
    code = code_on(admin.post(f"/accounts/{key_of(database, cast.chen)}/slip", follow_redirects=True).text)
    entered = {"login_name": "qaz", "code": code, "new_password": "秋收以后再来上课"}
    assert client.post("/login/slip", data=entered).status_code == 422


def test_looking_at_the_slips_address_makes_none(admin: FlaskClient, database: Database, cast: Cast) -> None:
    assert admin.get(f"/accounts/{key_of(database, cast.chen)}/slip").status_code in (404, 405)
    assert count(database, LoginSlip) == 0


# Accounts and postings


def test_account_gets_its_role_and_its_slip(admin: FlaskClient, database: Database) -> None:
    data = {"display_name": "李督导", "role": "supervisor"}
    code_on(admin.post(NEW.format(TOWNSHIP), data=data, follow_redirects=True).text)
    with database.reading() as db:
        account = db.scalars(select(Account).where(Account.display_name == "李督导")).one()
        posting = db.scalars(select(Posting).where(Posting.account_id == account.id)).one()
    assert (posting.role, posting.region_code) == (Role.SUPERVISOR, TOWNSHIP)


@pytest.mark.parametrize("role", ["system_administrator", "root", "", "coordinator", "SUPERVISOR"])
@pytest.mark.parametrize("who", ["region_administrator", "system_administrator"])
def test_nobody_is_made_what_the_page_does_not_offer(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, role: str, who: str
) -> None:
    browser = browser_of(getattr(cast, who))
    before = count(database, Account), count(database, Posting)
    given = {"display_name": "王二", "login_name": "w2", "role": role}
    assert browser.post(NEW.format(COUNTY), data=given).status_code == 422
    posting = {"login_name": "cjs", "role": role, "from_day": TODAY.isoformat()}
    assert browser.post(f"/admin/{COUNTY}/postings/new", data=posting).status_code == 422
    assert (count(database, Account), count(database, Posting)) == before
    assert "system_administrator" not in browser.get(NEW.format(COUNTY)).text


@pytest.mark.both_databases
def test_fields_a_form_does_not_have_change_nothing(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    data = {
        "display_name": "李督导", "role": "supervisor", "region_code": "", "region": JIANLI, "id": "1",
        "account_id": str(cast.system_administrator), "public_id": "A" * 22, "password_hash": "x",
        "password": "x", "disabled_at": "2020-01-01", "version": "9", "by": "1", "from_day": "2000-01-01",
        "is_admin": "1", "posts": "system_administrator", "role_": "system_administrator",
    }  # fmt: skip
    assert admin.post(NEW.format(TOWNSHIP), data=data).status_code == 303
    with database.reading() as db:
        account = db.scalars(select(Account).where(Account.display_name == "李督导")).one()
        posting = db.scalars(select(Posting).where(Posting.account_id == account.id)).one()
    assert (posting.role, posting.region_code, posting.from_day) == (Role.SUPERVISOR, TOWNSHIP, TODAY)
    assert account.public_id != "A" * 22 and account.password_hash is None and account.disabled_at is None


@pytest.mark.both_databases
def test_role_sent_twice_is_still_one_the_page_offers(admin: FlaskClient, database: Database) -> None:
    data = {"display_name": "李督导", "role": ["supervisor", "system_administrator"]}
    admin.post(NEW.format(TOWNSHIP), data=data)
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(Posting.role == Role.SYSTEM_ADMINISTRATOR)) == 1


def test_posting_ended_is_out_with_the_next_request(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any
) -> None:
    chen, key = browser_of(cast.chen), key_of(database, cast.chen)
    assert chen.get(f"/desk/{SHIWAN}").status_code == 200
    with database.reading() as db:
        posting = db.scalars(select(Posting.id).where(Posting.account_id == cast.chen)).one()
    assert admin.post(f"/accounts/{key}/postings/{posting}/end").location == f"/accounts/{key}"
    assert chen.get(f"/desk/{SHIWAN}").status_code == 303
    again = admin.post(f"/accounts/{key}/postings/{posting}/end", follow_redirects=True)
    assert "已经在 2026年11月23日 到期了" in again.text


def test_posting_of_another_account_cannot_be_ended_beside_ones_own(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.reading() as db:
        foreign = db.scalars(select(Posting.id).where(Posting.account_id == cast.luo)).one()
    ended = admin.post(f"/accounts/{key_of(database, cast.chen)}/postings/{foreign}/end")
    assert ended.status_code == 404
    with database.reading() as db:
        assert db.get_one(Posting, foreign).to_day is None


def test_posting_for_a_while_begins_and_ends_by_itself(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, clock: StillClock
) -> None:
    days = {
        "from_day": (TODAY + timedelta(days=1)).isoformat(),
        "to_day": (TODAY + timedelta(days=2)).isoformat(),
    }
    given = {"login_name": "qaz", "role": "coordinator", **days}
    assert admin.post(f"/admin/{SHIWAN}/postings/new", data=given).status_code == 303
    supervisor = browser_of(cast.township_supervisor)
    seen = []
    for _ in range(4):
        seen.append(supervisor.get(f"/desk/{SHIWAN}").status_code)
        clock.move(days=1)
    assert seen == [404, 200, 200, 404]


def test_a_login_name_longer_than_any_is_nobodys(admin: FlaskClient) -> None:
    given = {"login_name": "a" * 60_000, "role": "supervisor", "from_day": TODAY.isoformat()}
    answer = admin.post(f"/admin/{TOWNSHIP}/postings/new", data=given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text or "errors" in answer.text


def test_account_of_another_county_cannot_be_told_from_none(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    def answer(name: str) -> tuple[int, str]:
        given = {"login_name": name, "role": "supervisor", "from_day": TODAY.isoformat()}
        response = admin.post(f"/admin/{TOWNSHIP}/postings/new", data=given)
        same_form = re.sub(r'name="once" value="[^"]+"', "", response.text)
        return response.status_code, same_form.replace(name, "?")

    assert answer("lzs") == answer("nobody1") and answer("lzs")[0] == 422
    pages = [admin.get(f"/accounts/{key}") for key in (key_of(database, cast.luo), "A" * 22)]
    assert [page.status_code for page in pages] == [404, 404]


def test_account_with_a_role_beyond_ones_region_is_out_of_reach(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.add(
            Posting(
                account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=date(2020, 1, 1)
            )
        )
    key = key_of(database, cast.chen)
    for act in ("slip", "disable", "enable"):
        assert admin.post(f"/accounts/{key}/{act}").status_code == 404
    assert count(database, LoginSlip) == 0


def test_disabled_account_is_out_until_it_is_enabled(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, client: FlaskClient
) -> None:
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = hash_password("秋收以后再来上课")
    chen, key = browser_of(cast.chen), key_of(database, cast.chen)
    entered = {"login_name": "cjs", "password": "秋收以后再来上课"}
    assert admin.post(f"/accounts/{key}/disable").status_code == 303
    assert chen.get(f"/desk/{SHIWAN}").status_code == 303
    assert client.post("/login", data=entered).status_code == 422
    told = admin.post(f"/accounts/{key}/slip", follow_redirects=True).text
    assert "停用了" in told
    admin.post(f"/accounts/{key}/enable")
    assert chen.get(f"/desk/{SHIWAN}").status_code == 303  # the login that ended stays ended
    assert client.post("/login", data=entered).status_code == 303


def test_nobody_manages_himself(admin: FlaskClient, database: Database, cast: Cast) -> None:
    key = key_of(database, cast.region_administrator)
    for act in ("slip", "disable"):
        assert "自己的账号自己动不了" in admin.post(f"/accounts/{key}/{act}", follow_redirects=True).text
    given = {"login_name": "szqgl", "role": "supervisor", "from_day": TODAY.isoformat()}
    refused = admin.post(f"/admin/{COUNTY}/postings/new", data=given)
    assert refused.status_code == 422 and "自己的账号自己动不了" in refused.text
    with database.reading() as db:
        assert db.get_one(Account, cast.region_administrator).disabled_at is None


# What administrators see


def test_system_administrator_begins_with_the_provinces(cast: Cast, browser_of: Any) -> None:
    page = browser_of(cast.system_administrator).get("/admin")
    assert "点一个地方进去：办夜校、开账号、打登录单都在里面。" in page.text
    assert page.status_code == 200 and "四川省" in page.text


@pytest.mark.both_databases
def test_one_region_is_opened_at_once(admin: FlaskClient) -> None:
    assert admin.get("/admin").location == f"/admin/{COUNTY}"


def test_region_shows_its_schools_and_accounts_and_nobody_elses(admin: FlaskClient) -> None:
    page = admin.get(f"/admin/{COUNTY}").text
    assert "狮湾村" in page and "陈书记" in page
    assert "建立村" not in page and "罗支书" not in page


@pytest.mark.parametrize("who", ["region_administrator", "system_administrator"])
def test_administrator_sees_no_villager(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, who: str
) -> None:
    with database.writing() as db:
        learner = make_learner(db).public_id
    browser = browser_of(getattr(cast, who))
    for path in (
        f"/desk/{SHIWAN}/learners",
        f"/learners/{learner}",
        f"/desk/{SHIWAN}",
        f"/overview/{SHIWAN}",
    ):
        assert browser.get(path).status_code == 404, path
    for path in (
        "/admin",
        f"/admin/{COUNTY}",
        f"/admin/{SHIWAN}",
        f"/accounts/{key_of(database, cast.chen)}",
    ):
        assert "陈大秀" not in browser.get(path, follow_redirects=True).text


def test_name_with_markup_is_shown_as_it_was_written(admin: FlaskClient) -> None:
    name = "<script>alert(1)</script>"
    admin.post(NEW.format(TOWNSHIP), data={"display_name": name, "role": "supervisor", "login_name": "w22"})
    page = admin.get(f"/admin/{TOWNSHIP}").text
    assert name not in page and "&lt;script&gt;" in page


@pytest.mark.both_databases
def test_every_change_leaves_its_line_in_the_trail(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    admin.post(f"/admin/{COUNTY}/schools/new", data={"village": QIAO, "display_name": "王支书"})
    key = key_of(database, cast.chen)
    for act in ("slip", "disable", "enable"):
        admin.post(f"/accounts/{key}/{act}")
    with database.reading() as db:
        lines = db.execute(select(AuditEvent.action, AuditEvent.account_id, AuditEvent.at)).all()
        details = str(db.scalars(select(AuditEvent.details)).all())
    wanted = {"school.open", "account.create", "slip.make", "account.disable", "account.enable"}
    assert wanted <= {line.action for line in lines}
    assert {line.account_id for line in lines} == {cast.region_administrator}
    assert {line.at for line in lines} == {NOW.instant}
    assert "王支书" not in details


def test_login_of_who_administers_no_longer_counts(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any
) -> None:
    with database.writing() as db:
        db.scalars(select(Posting).where(Posting.account_id == cast.region_administrator)).one().to_day = (
            TODAY - timedelta(days=1)
        )
    assert admin.post(f"/accounts/{key_of(database, cast.chen)}/slip").status_code == 303
    assert count(database, LoginSlip) == 0
    make_login(database, cast.chen)


# A posting's last day, devices, and who holds what


def posting_of(database: Database, account_id: int) -> int:
    with database.reading() as db:
        return db.scalars(select(Posting.id).where(Posting.account_id == account_id)).one()


def test_posting_ends_on_the_day_written_and_not_before(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any, clock: StillClock
) -> None:
    chen, key = browser_of(cast.chen), key_of(database, cast.chen)
    path = f"/accounts/{key}/postings/{posting_of(database, cast.chen)}/end"
    told = admin.post(path, data={"last_day": "2026-11-25"}, follow_redirects=True).text
    assert "到 周三 11月25日 为止" in told and "再给一次" in told
    seen = []
    for _ in range(3):
        seen.append(chen.get(f"/desk/{SHIWAN}").status_code)
        clock.move(days=1)
    assert seen == [200, 200, 303]


def test_last_day_that_cannot_be_read_ends_nothing(
    admin: FlaskClient, database: Database, cast: Cast, browser_of: Any
) -> None:
    key = key_of(database, cast.chen)
    path = f"/accounts/{key}/postings/{posting_of(database, cast.chen)}/end"
    assert "没收回" in admin.post(path, data={"last_day": "明天"}, follow_redirects=True).text
    assert browser_of(cast.chen).get(f"/desk/{SHIWAN}").status_code == 200


def test_devices_are_listed_and_taken_off_one_by_one_or_all(
    admin: FlaskClient, database: Database, cast: Cast, app: Any
) -> None:
    tokens = [make_login(database, cast.chen, device=name) for name in ("丢了的手机", "办公室电脑", "旧手机")]
    key = key_of(database, cast.chen)
    page = admin.get(f"/accounts/{key}").text
    assert "丢了的手机" in page and "自己的手机" in page and "全都退出" in page
    logins = re.findall(r"/devices/(\d+)/revoke", page)
    assert len(logins) == 3
    told = admin.post(f"/accounts/{key}/devices/{logins[0]}/revoke", follow_redirects=True).text
    assert "退出了，马上生效" in told

    def still_in() -> int:
        answers = []
        for token in tokens:
            browser = app.test_client()
            browser.set_cookie("nightschool", token)
            answers.append(browser.get(f"/desk/{SHIWAN}").status_code)
        return answers.count(200)

    assert still_in() == 2
    assert "2 台设备退出了" in admin.post(f"/accounts/{key}/devices/revoke", follow_redirects=True).text
    assert still_in() == 0
    again = admin.post(f"/accounts/{key}/devices/{logins[0]}/revoke", follow_redirects=True).text
    assert "已经退出了" in again


def test_ones_own_account_page_leads_to_ones_own_devices(
    admin: FlaskClient, database: Database, cast: Cast
) -> None:
    page = admin.get(f"/accounts/{key_of(database, cast.region_administrator)}").text
    assert "自己的账号" in page and "/me" in page and "<form" not in page


@pytest.mark.parametrize(
    ("asked", "are_there"),
    [("q=chenshuji", True), ("q=cjs", True), ("q=狮湾", True), ("show=supervisor", False), ("q=luo", False)],
)
def test_who_holds_what_is_searched(admin: FlaskClient, asked: str, are_there: bool) -> None:
    page = admin.get(f"/admin/{COUNTY}?{asked}")
    assert page.status_code == 200 and ("陈书记" in page.text) == are_there
    assert ("没有这样的账号" in page.text) == (asked == "q=luo")


@pytest.mark.parametrize("villages", [1, 30])
def test_pages_of_a_region_cost_the_same_however_large_it_is(
    admin: FlaskClient, database: Database, statements: list[str], villages: int
) -> None:
    with database.writing() as db:
        make_region(db, "511002106000", "永安镇")
        for number in range(villages):
            code = f"511002106{300 + number}"
            make_region(db, code)
            make_school(db, code)
            make_account(db, f"gl{number}", f"管理员{number}", Role.COORDINATOR, code)
    for path in (
        f"/admin/{COUNTY}",
        f"/admin/{COUNTY}?q=guanli",
        f"/admin/{COUNTY}?q=管理&page=2",
        "/admin/511002106000",
    ):
        statements.clear()
        page = admin.get(path)
        assert page.status_code == 200
        assert len(statements) <= 10, path
    assert ("下一页" in admin.get(f"/admin/{COUNTY}").text) == (villages > 29)


def test_a_slip_says_the_village_and_leads_a_camera_to_the_page_that_takes_it(
    database: Database, cast: Cast, browser_of: Any, client: FlaskClient
) -> None:
    with database.reading() as db:
        account = db.get_one(Account, cast.chen).public_id
    page = browser_of(cast.region_administrator).post(f"/accounts/{account}/slip", follow_redirects=True)
    assert "狮湾村 农民夜校登录单" in page.text and "/login/slip/qr.svg" in page.text
    [code] = CODE.findall(page.text)
    assert not set(code) & set("01BGILOQSUZ")
    [address] = re.findall(r'src="(/login/slip/qr\.svg[^"]*)"', page.text)
    picture = client.get(address)
    assert picture.mimetype == "image/svg+xml"
    assert picture.data == qr_svg("http://localhost/login/slip?login_name=cjs")
    assert client.get(f"/login/slip/qr.svg?login_name={'长' * 3000}").status_code == 200
    # Who scans it finds the login name filled in, and types the code alone.
    assert 'value="cjs"' in client.get("/login/slip?login_name=cjs").text


def test_a_region_s_page_has_its_schools_first_then_who_holds_what_and_all_else_at_the_end(
    admin: FlaskClient,
) -> None:
    page = admin.get(f"/admin/{TOWNSHIP}").text
    order = ["几个村一起办夜校", "狮湾村", "断桥村", "谁管什么", "开一个账号", "找人", "场期和农时"]
    assert sorted(order, key=page.index) == order
    assert f'href="/admin/{QIAO}/schools/new?village={QIAO}"' in page
    county = admin.get(f"/admin/{COUNTY}").text
    assert re.search(
        r'全安镇</a></th>\s*<td class="number" data-head="村数">2</td><td class="number" data-head="夜校数">1</td>',
        county,
    )


def test_a_merged_village_says_where_it_belongs_and_what_is_taken_over_and_opens_no_school(
    admin: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        old = make_region(db, "511002105209", "老桥村村民委员会", valid_to=TODAY - timedelta(days=1))
        set_successor(db, predecessor=old.code, successor=QIAO, day=TODAY, by=SYSTEM, now=NOW)
    page = admin.get(f"/admin/{old.code}").text
    assert "老桥村从2026年11月24日起归断桥村" in page and f"/desk/{QIAO}/takeover/{old.code}" in page
    assert "给这个村办夜校" not in page
    assert f"/desk/{QIAO}/takeover/{old.code}" in admin.get(f"/admin/{QIAO}").text
    found = admin.get(f"/admin/{COUNTY}/schools/new?q=老桥").text
    assert "已撤并" in found and f"village={old.code}" not in found
    chosen = admin.get(f"/admin/{COUNTY}/schools/new?village={old.code}").text
    assert "老桥村已经撤并，不再办夜校" in chosen and "display_name" not in chosen
