"""A list of regions in the browser: uploaded, looked through, taken in; told how far, and what came of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.actions.places.region_lists import import_steps
from nightschool.database import Database
from nightschool.errors import NotFound
from nightschool.models.places import Region, RegionImport, RegionKey
from nightschool.models.trust import AuditEvent
from nightschool.web.site.errands import ERRANDS, Errands
from tests.factories import JIANLI, NOW, SHIWAN, Cast, StillClock, make_errand, make_upload
from tests.formats.test_region_lists import book_of

PATH = "/admin/regions/import"
XINCUN, YUBA = "511002105203", "511002105202"
EDGE = "edge-of-a-part"
LIST = f"""\
代码,名称
510000000000,四川省
511000000000,内江市
511002000000,市中区
511002105000,全安街道办事处
{YUBA},余坝村村委会
{XINCUN},新村村委会
"""


@pytest.fixture
def admin(cast: Cast, browser_of: Any) -> FlaskClient:
    """The browser of the system's administrator."""
    browser: FlaskClient = browser_of(cast.system_administrator)
    return browser


def hand_in(browser: FlaskClient, content: str | bytes = LIST, name: str = "名单.csv", **fields: str) -> Any:
    data = content.encode("gb18030") if isinstance(content, str) else content
    fields = {"as_of": "2024-06-30", "end_missing": "y", **fields}
    return browser.post(
        PATH, data=multipart(data, name, fields), content_type=f"multipart/form-data; boundary={EDGE}"
    )


def multipart(content: bytes, name: str, fields: dict[str, str]) -> bytes:
    """The body as browsers send it. The test client would leave a temporary file open for a large one."""
    file = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    rest = "".join(
        f'\r\n--{EDGE}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}'
        for key, value in fields.items()
    )
    return file + content + f"{rest}\r\n--{EDGE}--\r\n".encode()


def errands_of(app: Flask) -> Errands:
    found: Errands = app.extensions[ERRANDS]
    return found


def count(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count(Region.code))) or 0


def stored(database: Database) -> RegionImport:
    with database.reading() as db:
        return db.scalars(select(RegionImport).order_by(RegionImport.id.desc())).first()


def figures(page: str) -> dict[str, int]:
    return {
        name: int(n) for name, n in re.findall(r'<th scope="row">(.+?)</th><td class="number">(\d+)<', page)
    }


@pytest.mark.both_databases
def test_a_list_is_looked_through_then_taken_in_and_told(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    before = count(database)
    handed = hand_in(admin)
    assert handed.status_code == 303
    page = admin.get(handed.location).text
    assert "2024年6月30日 的区划名单" in page and "范围：全安街道" in page
    assert figures(page) == {
        "新增": 2,
        "改名，或者又有了": 1,
        "标成已撤并": 1,
        "没有变化": 3,
        "读不了的行": 0,
    }
    assert "全安镇 → 全安街道" in page and "全安街道 · " in page and "狮湾村" in page
    assert "有 1 处会标成已撤并" in page
    assert count(database) == before, "looking changes nothing"

    begun = admin.post(f"{handed.location}/apply")
    assert (begun.status_code, begun.location) == (303, handed.location)
    errands_of(app).wait()
    page = admin.get(handed.location)
    assert "Refresh" not in page.headers
    assert "导入好了" in page.text and figures(page.text)["新增"] == 2 and "<form" not in page.text
    assert "去办夜校、开账号" in page.text
    assert "全安镇 → 全安街道" in page.text, "what was renamed is still told by both names"
    assert count(database) == before + 2
    with database.reading() as db:
        assert db.get_one(Region, SHIWAN).valid_to is not None
        assert db.get_one(Region, JIANLI).valid_to is None, "outside of what the list covers"
        assert "xincun" in db.scalars(select(RegionKey.key).where(RegionKey.region_code == XINCUN)).all()
        events = db.execute(select(AuditEvent.action, AuditEvent.account_id).order_by(AuditEvent.id)).all()
    row = stored(database)
    assert (row.content, row.file_name) == (None, "名单.csv")
    assert events == [("regions.upload", row.account_id), ("regions.import", row.account_id)]


def test_a_list_that_was_taken_in_is_not_begun_again(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    address = hand_in(admin).location
    admin.post(f"{address}/apply")
    errands_of(app).wait()
    again = admin.post(f"{address}/apply", follow_redirects=True)
    assert "这份名单已经导入了。" in again.text
    assert "没有要导入的" in admin.get(hand_in(admin).location).text


def test_bad_rows_are_named_and_left_out_only_when_told_to(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    text = LIST + "5.11E+11,田家镇\n511099105203,远村\n"
    address = hand_in(admin, text).location
    page = admin.get(address).text
    assert "第 8 行 代码：「5.11E+11」的后几位被表格软件抹掉了" in page
    assert "第 9 行 代码：511099105203 的上级" in page
    assert figures(page)["读不了的行"] == 2
    refused = admin.post(f"{address}/apply")
    assert refused.status_code == 422 and "有读不了的行" in refused.text
    before = count(database)
    assert admin.post(f"{address}/apply", data={"skip_bad": "y"}).status_code == 303
    errands_of(app).wait()
    assert count(database) == before + 2
    assert figures(admin.get(address).text)["跳过的行"] == 2


def test_nothing_that_stands_in_a_skipped_row_is_said_to_be_gone(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    damaged = LIST + f"{SHIWAN},#N/A\n"
    page = admin.get(address := hand_in(admin, damaged).location).text
    assert (figures(page)["标成已撤并"], figures(page)["读不了的行"]) == (0, 1)
    assert "第 8 行 名称：「#N/A」不是名字，像是坏掉的字。" in page
    admin.post(f"{address}/apply", data={"skip_bad": "y"})
    errands_of(app).wait()
    with database.reading() as db:
        village = db.get_one(Region, SHIWAN)
        assert (village.name, village.valid_to) == ("狮湾村", None)


@pytest.mark.both_databases
def test_nothing_is_said_to_be_gone_while_a_code_cannot_be_read(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    page = admin.get(address := hand_in(admin, LIST + "5.11E+11,狮湾村村委会\n").location).text
    assert figures(page)["标成已撤并"] == 0
    assert "所以不知道名单里少了谁，什么也不标成已撤并" in page
    admin.post(f"{address}/apply", data={"skip_bad": "y"})
    errands_of(app).wait()
    with database.reading() as db:
        assert db.get_one(Region, SHIWAN).valid_to is None
        assert db.get_one(Region, XINCUN).name == "新村"


def test_rows_that_end_early_are_whole_rows(admin: FlaskClient) -> None:
    rows = LIST.replace("代码,名称\n", "代码,名称,备注\n") + f"{SHIWAN},狮湾村村委会\n"
    page = admin.get(hand_in(admin, rows).location).text
    assert (figures(page)["标成已撤并"], figures(page)["读不了的行"]) == (0, 0)


SWAPPED = f"""\
代码,名称
510000000000,四川省
511000000000,内江市
511002000000,市中区
511002105000,全安镇
{SHIWAN},余坝村村委会
{YUBA},狮湾村村委会
"""


def test_codes_that_were_exchanged_are_set_apart_and_asked_about(
    app: Flask, admin: FlaskClient, database: Database
) -> None:
    first = SWAPPED.replace("余坝", "?").replace("狮湾", "余坝").replace("?", "狮湾")
    admin.post(hand_in(admin, first, as_of="2024-01-01").location + "/apply")
    errands_of(app).wait()
    address = hand_in(admin, SWAPPED).location
    page = admin.get(address).text
    assert f"{SHIWAN} 现在是狮湾村，名单里写的是余坝村。余坝村原来的代码是 {YUBA}。" in page
    assert (figures(page)["改名，或者又有了"], figures(page)["标成已撤并"]) == (0, 0)
    admin.post(f"{address}/apply")
    errands_of(app).wait()
    with database.reading() as db:
        assert db.get_one(Region, SHIWAN).name == "狮湾村"
    address = hand_in(admin, SWAPPED).location
    admin.post(f"{address}/apply", data={"takes_given": "y"})
    errands_of(app).wait()
    with database.reading() as db:
        assert db.get_one(Region, SHIWAN).name == "余坝村"
    taken = re.findall(r'name="taken" value="([0-9]+)"', admin.get(PATH).text)[0]
    answer = admin.post(f"{PATH}/withdraw", data={"taken": taken}, follow_redirects=True)
    assert "2024年6月30日 的名单撤回了：" in answer.text
    with database.reading() as db:
        assert (db.get_one(Region, SHIWAN).name, db.get_one(Region, YUBA).name) == ("狮湾村", "余坝村")
    again = admin.post(f"{PATH}/withdraw", data={"taken": taken}, follow_redirects=True)
    assert "没有可以撤回的名单" in again.text
    assert 'name="taken"' not in admin.get(PATH).text


def test_sheets_that_are_not_read_are_named(admin: FlaskClient) -> None:
    content = book_of(填表说明=[("照着填",)], 名单=[row.split(",") for row in LIST.splitlines()])
    page = admin.get(hand_in(admin, content, "名单.xlsx").location).text
    assert "这些工作表没有读：填表说明。" in page
    assert figures(page)["新增"] == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"%PDF-1.4", "这是 PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "这个 Excel 文件打不开"),
        (b"PK\x03\x04broken", "打不开"),
        ("代码,名称\nx,甲\n", "第 2 行 代码"),
        ("", "空的"),
    ],
)
def test_what_cannot_be_read_is_told_at_the_file_and_kept_nowhere(
    admin: FlaskClient, database: Database, content: Any, told: str
) -> None:
    page = hand_in(admin, content)
    assert page.status_code == 422 and told in page.text
    assert 'value="2024-06-30"' in page.text and "checked" in page.text, "what was filled in is still there"
    assert stored(database) is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"as_of": ""}, "写名单是哪天的"),
        ({"as_of": "去年"}, "不是一个日期"),
        ({"as_of": "2027-01-01"}, "这一天还没到"),
    ],
)
def test_the_day_of_the_list_must_be_given(
    admin: FlaskClient, database: Database, fields: dict[str, str], told: str
) -> None:
    page = hand_in(admin, **fields)
    assert page.status_code == 422 and told in page.text
    assert stored(database) is None


def test_a_form_without_a_file_says_so(admin: FlaskClient) -> None:
    page = admin.post(PATH, data={"as_of": "2024-06-30"})
    assert page.status_code == 422 and "选一个文件。" in page.text


@pytest.mark.both_databases
def test_a_file_name_is_kept_without_its_way_and_without_tricks(
    admin: FlaskClient, database: Database
) -> None:
    address = hand_in(admin, name="桌面/<b>名单\u202e.csv").location
    assert stored(database).file_name == "<b>名单.csv"
    assert "&lt;b&gt;名单" in admin.get(address).text


@pytest.mark.both_databases
def test_a_file_named_by_an_identity_number_is_refused(admin: FlaskClient, database: Database) -> None:
    answer = hand_in(admin, name="王小明511002199001011234.csv")
    assert answer.status_code == 422
    assert "文件名：里面像是有身份证号。" in answer.text


@pytest.mark.both_databases
def test_only_this_page_takes_more_than_a_megabyte_and_only_from_who_may(
    app: Flask, admin: FlaskClient, cast: Cast, browser_of: Any, database: Database
) -> None:
    large = LIST.encode("gb18030") + b" " * 2_000_000
    assert hand_in(admin, large).status_code == 303
    assert hand_in(browser_of(cast.region_administrator), large).status_code in (404, 413)
    assert hand_in(app.test_client(), large).status_code in (303, 413)
    with database.reading() as db:
        assert db.scalar(select(func.count(RegionImport.id))) == 1
    assert admin.post("/me/password", data=b"password=" + b"x" * 2_000_000).status_code == 413
    too_large = hand_in(admin, b"x" * 21 * 1024 * 1024)
    assert too_large.status_code == 413 and "20 MB" in too_large.text


def test_a_large_upload_needs_its_form_s_token(app: Flask, admin: FlaskClient, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert hand_in(admin, LIST.encode() + b" " * 2_000_000).status_code == 400
    assert stored(database) is None


# How far it is


def going_on(database: Database, cast: Cast, state: str = "open", **columns: Any) -> str:
    """A list that somebody has begun to take in."""
    with database.writing() as db:
        counts = {"new": 1, "differing": 1}
        upload = make_upload(db, cast.system_administrator, **{"counts": counts, **columns})
        asked = {"upload": upload.public_id, "skip_bad": False, "takes_given": False}
        steps = {"steps_done": 30, "steps_all": 100, "state": state}
        errand = make_errand(db, "regions", cast.system_administrator, asked=asked, **steps)
        upload.errand_id = errand.id
        return f"{PATH}/{upload.public_id}"


@pytest.mark.both_databases
def test_while_it_goes_on_the_page_says_how_far_and_whoever_is_alive_brings_it_to_its_end(
    app: Flask, admin: FlaskClient, cast: Cast, database: Database
) -> None:
    address = going_on(database, cast)
    page = admin.get(address)
    assert page.headers["Refresh"] == "2"
    assert "正在导入：30%" in page.text and '<progress id="steps" max="100" value="30">' in page.text
    assert "<form" not in page.text
    assert "正在导入，不用再点" in admin.post(f"{address}/apply", follow_redirects=True).text
    other = hand_in(admin).location
    assert "另一份名单正在导入" in admin.post(f"{other}/apply", follow_redirects=True).text
    assert "另一份名单正在导入" in admin.post(f"{PATH}/withdraw", follow_redirects=True).text
    errands_of(app).wait()
    assert "导入好了" in admin.get(address).text


@pytest.mark.parametrize("by_a_new_errand", [True, False])
def test_what_was_broken_off_and_went_on_tells_all_that_it_changed(
    app: Flask,
    admin: FlaskClient,
    database: Database,
    clock: StillClock,
    monkeypatch: pytest.MonkeyPatch,
    by_a_new_errand: bool,
) -> None:
    address = hand_in(admin).location

    def breaking_off(*args: Any, **more: Any) -> Any:
        def die(_db: Any) -> None:
            raise NotFound if by_a_new_errand else OSError("no room")

        return *import_steps(*args, **more)[:-1], die

    with monkeypatch.context() as patch:
        patch.setattr("nightschool.web.places.region_lists.import_steps", breaking_off)
        admin.post(f"{address}/apply")
        errands_of(app).wait()
    if by_a_new_errand:
        assert "没有导入完" in admin.get(address).text
        admin.post(f"{address}/apply")
    clock.move(seconds=11)
    errands_of(app).wait()
    page = admin.get(address).text
    told = {"新增": 2, "改名，或者又有了": 1, "标成已撤并": 1, "没有变化": 3, "跳过的行": 0}
    assert "导入好了" in page and figures(page) == told
    assert "全安镇 → 全安街道" in page


@pytest.mark.both_databases
def test_what_fails_in_between_leaves_nothing_and_says_so(
    app: Flask, admin: FlaskClient, cast: Cast, database: Database
) -> None:
    before = count(database)
    address = going_on(database, cast, content=LIST.encode() + "511099105203,远村\n".encode())
    errands_of(app).wait()
    page = admin.get(address).text
    assert "没有导入完。再开始一次，就从断的地方接着导" in page and "导入 2023年6月30日 的名单" in page
    assert count(database) == before


@pytest.mark.both_databases
def test_an_upload_is_kept_for_a_day(
    admin: FlaskClient, database: Database, clock: StillClock, cast: Cast
) -> None:
    address = hand_in(admin).location
    clock.move(days=1, minutes=1)
    page = admin.get(address).text
    assert "内容已经删掉" in page and "<form" not in page
    assert "内容已经删掉" in admin.post(f"{address}/apply", follow_redirects=True).text
    hand_in(admin)
    with database.reading() as db:
        contents = db.scalars(select(RegionImport.content.is_(None)).order_by(RegionImport.id)).all()
    assert contents == [True, False]


def test_the_last_ones_are_listed_with_where_they_stand(
    admin: FlaskClient, cast: Cast, database: Database
) -> None:
    going_on(database, cast, state="done", content=None, file_name="旧.csv")
    with database.writing() as db:
        long_ago = NOW.instant - timedelta(days=2)
        make_upload(db, cast.system_administrator, made_at=long_ago, file_name="过期.csv")
    hand_in(admin)
    page = admin.get(PATH).text
    assert [name in page for name in ("旧.csv", "过期.csv", "名单.csv")] == [True] * 3
    assert "导入了" in page and "已经过期" in page and "还没导入" in page


def test_statements_do_not_grow_with_uploads(
    admin: FlaskClient, cast: Cast, database: Database, statements: list[str]
) -> None:
    for many in (1, 30):
        for _ in range(many):
            address = going_on(database, cast, state="done")
        for path in (PATH, address):
            statements.clear()
            assert admin.get(path).status_code == 200
            assert len(statements) <= 3


def test_the_way_there_is_shown_to_who_may_go_it(cast: Cast, browser_of: Any) -> None:
    assert PATH in browser_of(cast.system_administrator).get("/admin").text
    assert PATH not in browser_of(cast.region_administrator).get("/admin", follow_redirects=True).text
