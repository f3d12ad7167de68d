"""People come in from a spreadsheet: looked through first, taken in as far as wished, and for a day taken back."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from io import BytesIO
from threading import Barrier, Event, Thread
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from nightschool.actions.people.lists import begin_list
from nightschool.database import Database
from nightschool.models.people import Learner, PeopleList, Teacher
from nightschool.models.places import Region
from nightschool.models.trust import AuditEvent
from nightschool.web.people import lists
from nightschool.web.site.errands import ERRANDS, Errands
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_register,
    make_session,
)
from tests.formats.test_people_lists import ID_NUMBER, workbook

TABLE = f"/desk/{SHIWAN}/learners/table"
TOWNSHIP = "511002105000"
HEADS = ["姓名", "组", "户主", "性别", "出生年份", "电话"]
CHEN = ["陈大秀", "三组", "陈国富", "女", 1965, "13800005678"]
LIU = ["刘国富", "一组", "", "男", 1958, ""]


def upload(browser: FlaskClient, data: bytes, address: str = TABLE, name: str = "花名册.xlsx") -> Any:
    return browser.post(address, data={"file": (BytesIO(data), name)})


def shown(browser: FlaskClient, *rows: list[Any], address: str = TABLE) -> tuple[str, str]:
    """The address of the preview of these rows, and the text of its page."""
    answer = upload(browser, workbook([HEADS, *rows]), address)
    assert answer.status_code == 303, answer.text
    return answer.location, text_of(browser.get(answer.location).text)


def text_of(page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", page))


def numbers(page: str) -> dict[str, int]:
    """What the preview says it read."""
    rows = re.findall(r'<th scope="row">([^<]*)</th><td class="number">([0-9]*)</td>', page)
    return {called: int(number) for called, number in rows}


def stored(database: Database, model: Any = Learner) -> list[Any]:
    with database.reading() as db:
        return list(db.scalars(select(model).order_by(model.id)))


def names(database: Database) -> list[tuple[str, str]]:
    return [(one.name, one.group_name) for one in stored(database)]


def test_a_list_is_looked_at_then_taken_in_and_a_second_run_changes_nothing(
    chen: FlaskClient, database: Database
) -> None:
    there, page = shown(chen, CHEN, LIU)
    assert "这是先看一看，还什么也没有记。" in page
    assert "陈大秀三组 · 户主 陈国富 · 女 · 1965 年生 · 138****5678" in page
    assert stored(database) == []
    answer = chen.post(f"{there}/take")
    assert (answer.status_code, answer.location) == (303, there)
    assert "2 个人记在名单上了。" in chen.get(there).text
    first, second = stored(database)
    assert (first.name, first.group_name, first.group_number, first.household) == (
        "陈大秀",
        "三组",
        3,
        "陈国富",
    )
    assert (first.sex, first.birth_year, first.came_on, first.version) == ("female", 1965, TODAY, 1)
    assert (second.birth_year, second.phone) == (1958, None)
    assert "138****5678" in chen.get(f"/learners/{first.public_id}").text
    assert "陈大秀" in chen.get(f"/desk/{SHIWAN}/learners?q=cdx").text
    again, page = shown(chen, CHEN, LIU)
    assert numbers(chen.get(again).text)["名单上已经有，不动"] == 2
    assert "记在名单上" not in page
    assert "没有要加的人" in page
    before = [(one.id, one.version) for one in stored(database)]
    assert "这份表已经带入了。" in chen.post(f"{there}/take", follow_redirects=True).text
    chen.post(f"{again}/take")
    assert [(one.id, one.version) for one in stored(database)] == before


def test_who_is_on_the_roster_is_not_touched_and_namesakes_are_asked_about(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="三组", household="陈国富")
        make_learner(db, name="刘国富", group_name="一组", birth_year=1958)
    namesake = ["刘国富", "1组", "", "男", 1990, ""]
    there, page = shown(chen, CHEN, namesake, ["张桂花", "二组", "", "女", 1970, ""])
    assert numbers(chen.get(there).text) == {
        "要带入的人": 1,
        "名单上已经有，不动": 1,
        "表里又写了一次，只记一次": 0,
        "同名的，要问你": 1,
        "带不进来的行": 0,
    }
    assert "表1!A3 刘国富 是另一个人" in page
    assert "名单上已经有一个同组的刘国富，写的不一样。" in page
    chen.post(f"{there}/take")
    assert [name for name, _group in names(database)] == ["陈大秀", "刘国富", "张桂花"]
    again, _page = shown(chen, CHEN, namesake)
    chen.post(f"{again}/take", data={"ns": "0-3"})
    assert [one.birth_year for one in stored(database) if one.name == "刘国富"] == [1958, 1990]
    last, _page = shown(chen, namesake, ["刘国富", "一组", "", "", 1958, ""], CHEN)
    assert numbers(chen.get(last).text)["名单上已经有，不动"] == 3


def test_who_has_changed_groups_since_is_asked_about(chen: FlaskClient, database: Database) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="一组", birth_year=1965)
        make_learner(db, name="刘国富", group_name="三组", birth_year=1990)
    there, page = shown(chen, CHEN, LIU)
    assert "名单上别的组有一个陈大秀，出生年份或者电话一样，像是换过组。" in page
    chen.post(f"{there}/take")
    assert names(database) == [("陈大秀", "一组"), ("刘国富", "三组"), ("刘国富", "一组")]
    again, _page = shown(chen, CHEN)
    chen.post(f"{again}/take", data={"ns": "0-2"})
    assert ("陈大秀", "三组") in names(database)


def test_one_record_is_one_row_of_the_list_and_never_two_namesakes(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀", group_name="三组")
    there, page = shown(
        chen, CHEN, ["陈大秀", "三组", "", "女", 1980, ""], ["陈大秀", "三组", "", "女", 1980, ""]
    )
    assert numbers(chen.get(there).text)["名单上已经有，不动"] == 1
    assert "表里前面已经有一个同组的陈大秀，写的不一样。" in page
    chen.post(f"{there}/take", data={"ns": "0-3"})
    assert [one.birth_year for one in stored(database)] == [None, 1980]


def test_part_of_a_list_is_taken_and_every_doubtful_cell_is_named(
    chen: FlaskClient, database: Database
) -> None:
    rows = [
        ["陈大秀（王二娘）", "三组", "", "女", "六五年", "1380000"],
        ["刘国富", "一组", "", "男", 1958, ""],
        ["张三、李四", "一组", "", "", "", ""],
    ]
    there, page = shown(chen, *rows)
    assert "表1!A2 陈大秀：写的是「陈大秀（王二娘）」，只记「陈大秀」" in page
    assert "表1!E2 陈大秀：出生年份写的是『六五年』。填 1965，或留空。" in page
    assert "表1!F2 陈大秀：电话写的是『1380000』。手机写 11 位" in page
    assert "表1!A4 张三、李四：「张三、李四」像是不止一个人。" in page
    assert "带入这 2 人，别的不带" in page
    chen.post(f"{there}/take")
    assert names(database) == [("陈大秀", "三组"), ("刘国富", "一组")]
    assert "1 行没有带入。" in text_of(chen.get(there).text)


def test_identity_numbers_are_left_out_and_the_page_says_so(chen: FlaskClient, database: Database) -> None:
    answer = upload(chen, workbook([["姓名", "身份证号码", "组"], ["陈大秀", ID_NUMBER, "三组"]]))
    page = chen.get(answer.location).text
    assert "身份证号码里是身份证号。夜校不记身份证号，没有带入，也没有存下来。" in page
    assert ID_NUMBER not in page
    with database.reading() as db:
        kept = db.scalars(select(PeopleList)).one()
        about = f"people_list.content:{kept.public_id}"
        opened = "".join(db.info["sealer"].open(one, about=about) for one in kept.content.decode().split())
    assert ID_NUMBER not in opened
    assert "陈大秀" in opened
    assert "陈大秀".encode() not in kept.content


def test_guessed_columns_are_put_right_in_the_preview(chen: FlaskClient, database: Database) -> None:
    answer = upload(chen, workbook([["称呼", "在哪里"], ["阿普尔古", "三组"], ["刘国富", ""]]))
    there = answer.location
    page = chen.get(there).text
    assert "找不到哪一列是姓名" in page
    assert 'name="c"' in page
    chosen = {"c": ["name", "group_name"], "h": "1", "group_name": ["", ""]}
    answer = chen.post(f"{there}/columns", data=chosen)
    assert answer.location == there
    assert "阿普尔古三组" in text_of(chen.get(there).text)
    chen.post(f"{there}/take")
    assert names(database) == [("阿普尔古", "三组"), ("刘国富", "三组")]


@pytest.mark.parametrize(
    ("chosen", "head", "told"),
    [
        (["name"], "1", "这一页不是最新的。"),
        (["name", "none_of_these"], "1", "这一页不是最新的。"),
        (["name", "group_name"], "9", "列名那一行没有找到。"),
        (["name", "group_name"], "一", "列名那一行没有找到。"),
        (["name", "name"], "1", "有两列都选了姓名。只选一列，另一列选不带入。"),
    ],
)
def test_what_cannot_be_chosen_changes_nothing(
    chen: FlaskClient, chosen: list[str], head: str, told: str
) -> None:
    there = upload(chen, workbook([["姓名", "组"], ["陈大秀", "三组"]])).location
    page = chen.post(f"{there}/columns", data={"c": chosen, "h": head}, follow_redirects=True).text
    assert told in page
    assert numbers(page)["要带入的人"] == 1


def test_a_sheet_may_be_left_out_and_a_group_said_for_those_without_one(
    chen: FlaskClient, database: Database
) -> None:
    data = workbook([["姓名"], ["陈大秀"]], [["姓名"], ["刘国富"]], titles=("在家的", "走了的"))
    there = upload(chen, data).location
    assert "还没写是哪个组的" in chen.get(there).text
    chen.post(f"{there}/columns", data={"c": ["name", ""], "h": ["1", "1"], "group_name": ["", "二组"]})
    chen.post(f"{there}/take", data={"always_here": "1"})
    assert names(database) == [("陈大秀", "二组")]
    assert stored(database)[0].came_on is None


@pytest.mark.parametrize("is_gone_stale", [False, True])
def test_within_a_day_a_list_is_taken_back_but_for_those_something_is_known_of(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock, is_gone_stale: bool
) -> None:
    there, _page = shown(chen, CHEN, LIU, ["张桂花", "二组", "", "", "", ""])
    chen.post(f"{there}/take")
    with database.writing() as db:
        session = make_session(db, make_course(db), TODAY)
        chen_row, liu_row, _zhang = db.scalars(select(Learner).order_by(Learner.id))
        make_register(db, session, cast.chen, present=(chen_row.id,), total=1)
        liu_row.household = "刘老大"
        liu_row.version = 2
    clock.move(hours=25 if is_gone_stale else 23)
    page = chen.post(f"{there}/undo", follow_redirects=True).text
    left = [one.name for one in stored(database)]
    if is_gone_stale:
        assert "带入一天多了，不能整份撤回。" in page
        assert left == ["陈大秀", "刘国富", "张桂花"]
    else:
        assert "撤回了：1 个人又不在名单上了。2 个人已经改过或者点过名，留着。" in page
        assert left == ["陈大秀", "刘国富"]
        assert "这份表没有带入，或者已经撤回了。" in chen.post(f"{there}/undo", follow_redirects=True).text


@pytest.mark.both_databases
def test_what_a_list_said_is_gone_after_a_day(
    chen: FlaskClient, database: Database, clock: StillClock
) -> None:
    there, _page = shown(chen, CHEN)
    clock.move(hours=25)
    assert "这份表传上来一天多了" in chen.get(there).text
    assert "这份表传上来一天多了" in chen.post(f"{there}/take", follow_redirects=True).text
    assert stored(database) == []
    shown(chen, LIU)
    old, new = stored(database, PeopleList)
    assert (old.content, new.content is None) == (None, False)
    assert "内容已经删掉的表" in chen.get(TABLE).text


@pytest.mark.both_databases
def test_two_lists_with_the_same_people_at_once_write_them_down_once(
    app: Flask, database: Database, browser_of: Callable[[int], FlaskClient], cast: Cast
) -> None:
    browsers = [browser_of(cast.chen), browser_of(cast.chen)]
    rows = [[f"陈大{chr(0x4E00 + number)}", "三组"] for number in range(300)]
    addresses = [upload(one, workbook([["姓名", "组"], *rows])).location for one in browsers]
    start, answers = Barrier(2), []

    def take(browser: FlaskClient, there: str) -> None:
        start.wait()
        answers.append(browser.post(f"{there}/take").status_code)

    threads = [Thread(target=take, args=both) for both in zip(browsers, addresses, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303, 303]
    assert len(stored(database)) == 300


@pytest.mark.both_databases
def test_teachers_come_in_for_a_village_and_for_a_township(
    chen: FlaskClient, database: Database, browser_of: Callable[[int], FlaskClient], cast: Cast
) -> None:
    rows = [["教师姓名", "工作单位", "专长", "手机"], ["周农技", "农技站", "柑橘", 13800005678]]
    own = f"/desk/{SHIWAN}/teachers/table"
    there = upload(chen, workbook(rows), own).location
    assert "周农技农技站 · 柑橘 · 138****5678" in text_of(chen.get(there).text)
    chen.post(f"{there}/take")
    admin = browser_of(cast.region_administrator)
    above = f"/desk/{TOWNSHIP}/teachers/table"
    there = upload(admin, workbook([*rows, ["吴医生", "卫生院", "慢性病", ""]]), above).location
    admin.post(f"{there}/take")
    found = [(one.name, one.region_code, one.unit, one.kind) for one in stored(database, Teacher)]
    assert ("周农技", SHIWAN, "农技站", "local_expert") in found
    assert ("周农技", TOWNSHIP, "农技站", "local_expert") in found
    assert ("吴医生", TOWNSHIP, "卫生院", "local_expert") in found
    with database.reading() as db:
        lines = db.scalars(select(AuditEvent).where(AuditEvent.action == "teacher.take_list")).all()
    assert {(line.region_code, line.details["n"]) for line in lines} == {(SHIWAN, 1), (TOWNSHIP, 2)}


def parts(many: int) -> bytes:
    """A workbook that says it is of so many files."""
    kept = BytesIO()
    with ZipFile(kept, "w") as archive:
        for number in range(many):
            archive.writestr(str(number), "")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7 ...", "这是 PDF，读不出表格。"),
        (b"PK\x03\x04 cut off", "这个 Excel 文件打不开"),
        ("一行字，没有表格\n".encode(), "表里没有找到人。"),
        (parts(501), "这张表太大了。只留要带入的那几列"),
    ],
)
def test_a_file_nothing_can_be_read_from_gets_a_sentence(chen: FlaskClient, data: bytes, told: str) -> None:
    answer = upload(chen, data)
    assert answer.status_code == 422
    assert told in answer.text


def test_without_a_file_the_form_says_so(chen: FlaskClient) -> None:
    answer = chen.post(TABLE, data={})
    assert (answer.status_code, "选一个文件。" in answer.text) == (422, True)


def test_a_village_that_stands_in_another_gets_nobody_new(chen: FlaskClient, database: Database) -> None:
    there, _page = shown(chen, CHEN)
    with database.writing() as db:
        ended = {"valid_to": TODAY - timedelta(days=1), "successor_day": TODAY, "successor_code": JIANLI}
        db.execute(update(Region).where(Region.code == SHIWAN).values(**ended))
    assert "建立村" in chen.post(f"{there}/take", follow_redirects=True).text
    assert stored(database) == []


def many(n: int) -> bytes:
    """A list of so many people, none of whom shares a name with another."""
    rows = [[f"陈{chr(0x4E00 + n)}", "三组", "", "女", 1965, ""] for n in range(n)]
    return workbook([HEADS, *rows])


def errands_of(app: Flask) -> Errands:
    found: Errands = app.extensions[ERRANDS]
    return found


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are large from ten people on."""
    monkeypatch.setattr(lists, "MOST_ROWS_AT_ONCE", 10)
    monkeypatch.setattr(lists, "MOST_BYTES_AT_ONCE", 5500)


@pytest.mark.both_databases
def test_a_large_list_is_read_and_taken_in_while_its_page_tells_how_far_it_is(
    app: Flask, chen: FlaskClient, database: Database, at_once: None
) -> None:
    there = upload(chen, many(40)).location
    errands_of(app).wait()
    page = chen.get(there)
    assert "Refresh" not in page.headers
    assert (numbers(page.text)["要带入的人"], stored(database)) == (40, [])
    assert "花名册.xlsx" in page.text

    assert chen.post(f"{there}/take").location == there
    page = chen.get(there)
    assert "正在带入：0%" in page.text
    assert "<progress" in page.text
    assert page.headers["Refresh"] == "2"
    assert chen.post(f"{there}/take").location == there  # once more changes nothing
    errands_of(app).wait()
    assert "加了 40 人" in chen.get(there).text
    assert len(stored(database)) == 40


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"PK\x03\x04" + b"x" * 6000, "这个 Excel 文件打不开"),
        (("姓名,组\n" + "陈大秀,三组\n" * 20_200).encode(), "一份表最多 20000 人。"),
    ],
)
def test_a_large_list_that_cannot_be_read_says_why_on_its_page(
    app: Flask, chen: FlaskClient, database: Database, at_once: None, data: bytes, told: str
) -> None:
    there = upload(chen, data).location
    errands_of(app).wait()
    page = chen.get(there).text
    assert told in text_of(page)
    assert "<progress" not in page and f"{there}/take" not in page
    assert "没读成" in chen.get(TABLE).text
    assert "这份表没有读完。" in chen.post(f"{there}/take", follow_redirects=True).text
    assert stored(database) == []


@pytest.mark.both_databases
def test_a_list_whose_server_stopped_while_reading_can_be_sent_again(
    chen: FlaskClient, database: Database, cast: Cast, clock: StillClock
) -> None:
    with database.writing() as db:
        name = begin_list(db, kind="learner", region=SHIWAN, by=cast.chen_actor, now=NOW)
    page = chen.get(f"{TABLE}/{name}")
    assert "正在读：0%" in page.text
    assert page.headers["Refresh"] == "2"
    assert "正在读" in chen.get(TABLE).text
    clock.move(minutes=3)
    page = chen.get(f"{TABLE}/{name}")
    assert "没有读完，服务器可能停过。" in page.text
    assert "Refresh" not in page.headers


def test_while_another_large_list_is_read_the_next_is_read_in_its_answer(
    app: Flask, chen: FlaskClient, database: Database, at_once: None
) -> None:
    end = Event()
    errands_of(app).go_on_with(lambda: end.wait(20) and None)
    there = upload(chen, many(40)).location
    page = chen.get(there).text
    end.set()
    assert numbers(page)["要带入的人"] == 40


@pytest.mark.both_databases
def test_a_large_list_that_breaks_off_is_not_taken_in_and_says_so(
    app: Flask, chen: FlaskClient, database: Database, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = upload(chen, many(40)).location
    errands_of(app).wait()
    with database.writing() as db:  # its village has ended since
        db.execute(update(Region).where(Region.code == SHIWAN).values(valid_to=TODAY - timedelta(days=1)))
    chen.post(f"{there}/take")
    errands_of(app).wait()
    assert stored(database) == []
    assert "没有带入，什么也没有记。" in chen.get(there).text
