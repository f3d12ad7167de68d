"""A coordinator keeps the roster: list, find, add, edit; nothing typed is lost, and no phone is ever shown whole."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import Learner
from nightschool.models.trust import AuditEvent
from tests.factories import JIANLI, SEALER, SHIWAN, Cast, StillClock, make_learner
from tests.web.registers.test_attendance import errors, value

LIST = f"/desk/{SHIWAN}/learners"
PHONE = "13800005678"


def learner(database: Database, name: str) -> Learner:
    with database.reading() as db:
        return db.scalars(select(Learner).where(Learner.name == name)).one()


def add(browser: FlaskClient, **fields: str) -> Any:
    return browser.post(
        f"{LIST}/new", data={"name": "陈大秀", "group_name": "三组", "version": "0", "is_told": "y", **fields}
    )


def edit(browser: FlaskClient, who: Learner, **fields: str) -> Any:
    form = {"name": who.name, "group_name": who.group_name, "version": str(who.version)}
    return browser.post(f"/learners/{who.public_id}", data={**form, **fields})


def test_an_empty_roster_teaches_the_first_step(chen: FlaskClient) -> None:
    assert "还没有学员。加一个，只要名字和组；点名的时候也能随手加。" in chen.get(LIST).text


def test_a_learner_is_added_with_a_name_and_a_group(database: Database, chen: FlaskClient) -> None:
    answer = add(chen)
    assert (answer.status_code, answer.location) == (303, f"/desk/{SHIWAN}")  # among the first steps
    assert learner(database, "陈大秀").group_number == 3
    page = chen.get(LIST).text
    assert "名单上 1 人" in page
    assert "陈大秀" in page


def test_the_roster_stands_by_group_or_without_headings_by_name(chen: FlaskClient) -> None:
    for name, group_name in (("张桂花", "二组"), ("刘国富", "一组"), ("单小红", "二组")):
        add(chen, name=name, group_name=group_name)
    marks = r"<h2>(.+?)</h2>|/learners/[\w-]{22}\">(.+?)</a>"
    by_group = [heading or name for heading, name in re.findall(marks, chen.get(LIST).text)]
    assert by_group == ["一组", "刘国富", "二组", "单小红", "张桂花"]
    by_name = [heading or name for heading, name in re.findall(marks, chen.get(f"{LIST}?sort=name").text)]
    assert by_name == ["刘国富", "单小红", "张桂花"]


def test_missing_fields_are_answered_where_they_are_missing(chen: FlaskClient) -> None:
    answer = add(chen, name=" ", group_name="")
    assert answer.status_code == 422
    assert errors(answer.text) == ["还没写名字。", "还没写是哪个组的。写三组、3组都行。"]


def test_a_year_and_a_phone_that_cannot_be_read_are_kept_and_answered(chen: FlaskClient) -> None:
    answer = add(chen, birth_year="六五年", phone="1380000")
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "出生年份写的是『六五年』。填 1965，或留空。",
        "电话写的是『1380000』。手机写 11 位，座机写上区号，比如 0832-2123456；不知道就留空。",
    ]
    assert [value(answer.text, name) for name in ("name", "birth_year", "phone")] == [
        "陈大秀",
        "六五年",
        "1380000",
    ]


def test_a_child_is_counted_but_not_named(chen: FlaskClient) -> None:
    answer = add(chen, birth_year="2016")
    assert answer.status_code == 422
    assert errors(answer.text) == [
        "2016 年出生的可能还不满 14 岁。不满 14 岁的孩子不记名字，来了就算进清点人数里。"
    ]


def test_a_namesake_is_a_question_answered_with_a_tick(database: Database, chen: FlaskClient) -> None:
    assert 'name="is_another"' not in chen.get(f"{LIST}/new").text
    add(chen)
    answer = add(chen, group_name="3组")
    assert answer.status_code == 409
    assert errors(answer.text) == ["3组已经有一个陈大秀。是同一个人就不用再加；是另一个人，在下面打勾再存。"]
    assert 'name="is_another"' in answer.text
    assert add(chen, group_name="3组", is_another="y").status_code == 303


@pytest.mark.parametrize(
    ("known", "typed"), [("王芳", "王　芳"), ("买买提·艾力", "买买提艾力"), ("王 芳", "王\t芳")]
)
def test_a_namesake_is_one_with_other_blanks_and_dots_too(chen: FlaskClient, known: str, typed: str) -> None:
    add(chen, name=known)
    answer = add(chen, name=typed)
    assert answer.status_code == 409
    assert errors(answer.text) == [
        f"三组已经有一个{known}。是同一个人就不用再加；是另一个人，在下面打勾再存。"
    ]
    assert add(chen, name=typed, group_name="四组").status_code == 303


def test_a_named_group_is_one_with_other_blanks_too(chen: FlaskClient) -> None:
    add(chen, group_name="上湾 三组")
    assert add(chen, group_name="上湾三组").status_code == 409
    add(chen, name="刘国富", group_name="上湾三组")
    assert chen.get(LIST).text.count("<h2>上湾") == 1


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("买买提·艾力", "买买提艾力"),
        ("买买提艾力", "买买提·艾力"),
        ("买买提·艾力", "买买提•艾力"),
        ("王　芳", "王芳"),
        ("王芳", "王 芳"),
        ("Ｏ’Neil", "o'neil"),
    ],
)
def test_blanks_dots_and_apostrophes_do_not_hide_anybody(
    database: Database, chen: FlaskClient, name: str, query: str
) -> None:
    add(chen, name=name)
    add(chen, name="刘国富")
    page = chen.get(LIST, query_string={"q": query}).text
    assert "找到 1 人，一共 2 人。" in page
    assert name in unescape(page)


@pytest.mark.parametrize("name", ["田\U0002ebf1", "王\ue863", "郎\uf92c", "👨\u200d👩\u200d👧"])
def test_rare_characters_of_a_name_are_kept_and_tell_people_apart(
    database: Database, chen: FlaskClient, name: str
) -> None:
    assert add(chen, name=name[0]).status_code == 303
    assert add(chen, name=name).status_code == 303
    assert learner(database, name).name == name
    assert name in chen.get(LIST).text


@pytest.mark.parametrize("field", ["name", "group_name", "household"])
def test_an_identity_number_is_written_down_nowhere(
    database: Database, chen: FlaskClient, field: str
) -> None:
    answer = add(chen, **{field: "王小明 511002199001011234"})
    assert answer.status_code == 422
    assert errors(answer.text) == ["里面像是有身份证号。夜校不记身份证号，去掉再存。"]
    with database.reading() as db:
        assert db.scalars(select(Learner)).all() == []


def test_every_number_of_a_phone_can_be_tapped(database: Database, chen: FlaskClient) -> None:
    add(chen, phone="138 0000 5678 / 0832-2123456转801")
    who = learner(database, "陈大秀")
    assert "138****5678、0832-****56转***" in chen.get(LIST).text
    shown = chen.post(f"/learners/{who.public_id}/phone").text
    assert '<a href="tel:13800005678">13800005678</a>' in shown
    assert '<a href="tel:08322123456,801">0832-2123456转801</a>' in shown


@pytest.mark.parametrize("query", ["大秀", "cdx"])
def test_a_learner_is_found_by_name_or_initials(database: Database, chen: FlaskClient, query: str) -> None:
    with database.writing() as db:
        make_learner(db, name="陈大秀")
        make_learner(db, name="刘国富")
        make_learner(db, JIANLI, "陈大秀")
    page = chen.get(f"{LIST}?q={query}").text
    assert re.findall(r'<p class="first"><a href="[^"]*">([^<]+)</a>', page) == ["陈大秀"]
    assert "找到 1 人，一共 2 人。" in page
    assert "没有找到「xyz」。" in chen.get(f"{LIST}?q=xyz").text


def test_a_phone_is_masked_everywhere_until_it_is_asked_for(database: Database, chen: FlaskClient) -> None:
    add(chen, phone="138 0000 5678")
    who = learner(database, "陈大秀")
    pages = [chen.get(LIST).text, chen.get(f"/learners/{who.public_id}").text]
    assert all("138****5678" in page and PHONE not in page for page in pages)
    assert value(pages[1], "phone") == ""
    assert 'placeholder="138****5678"' in pages[1]
    shown = chen.post(f"/learners/{who.public_id}/phone")
    assert f'<a href="tel:{PHONE}">{PHONE}</a>' in shown.text
    with database.reading() as db:
        assert db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == [
            "learner.add",
            "learner.phone",
        ]


def test_a_phone_is_kept_replaced_and_removed(database: Database, chen: FlaskClient) -> None:
    add(chen, phone=PHONE)
    edit(chen, learner(database, "陈大秀"), group_name="四组")
    assert "138****5678" in chen.get(LIST).text
    edit(chen, learner(database, "陈大秀"), phone="13911112222")
    assert "139****2222" in chen.get(LIST).text
    edit(chen, learner(database, "陈大秀"), removes_phone="y")
    assert "****" not in chen.get(LIST).text


@pytest.mark.both_databases
def test_a_stale_save_shows_both_and_can_be_saved_on_top(database: Database, chen: FlaskClient) -> None:
    add(chen)
    opened = learner(database, "陈大秀")
    edit(chen, opened, group_name="四组", household="陈老大")
    answer = edit(chen, opened, group_name="五组", household="陈老大", birth_year="1965", sex="female")
    assert answer.status_code == 409
    told = re.sub(r"<[^>]+>", "", answer.text)
    assert "哪个组：存着的是「四组」，这里是「五组」" in told
    assert "性别：存着的是「没写」，这里是「女」" in told
    assert "户主：存着的是" not in told
    assert 'name="group_name" maxlength="60" value="五组"' in answer.text
    assert learner(database, "陈大秀").group_name == "四组"
    again = edit(chen, opened, group_name="五组", version=value(answer.text, "version"))
    assert again.status_code == 303
    assert learner(database, "陈大秀").group_name == "五组"


def test_no_name_stands_in_an_address(database: Database, chen: FlaskClient) -> None:
    add(chen)
    hrefs = re.findall(r'(?:href|action)="([^"]+)"', chen.get(LIST).text)
    who = learner(database, "陈大秀")
    assert f"/learners/{who.public_id}" in hrefs
    assert not [href for href in hrefs if "陈" in href or str(who.id) == href.rpartition("/")[2]]


def test_the_roster_is_the_villages_own(
    database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient], chen: FlaskClient
) -> None:
    add(chen)
    who = learner(database, "陈大秀")
    for account in (cast.luo, cast.township_supervisor, cast.region_administrator):
        browser = browser_of(account)
        for page in (LIST, f"{LIST}/new", f"/learners/{who.public_id}"):
            assert browser.get(page).status_code == 404
        assert browser.post(f"/learners/{who.public_id}/phone").status_code == 404
        assert edit(browser, who, group_name="九组").status_code == 404
    assert learner(database, "陈大秀").group_name == "三组"


def test_fields_that_are_not_in_the_form_change_nothing(database: Database, chen: FlaskClient) -> None:
    add(chen, region_code=JIANLI, public_id="x" * 22, name_key="zzz", id="999")
    who = learner(database, "陈大秀")
    assert (who.region_code, who.id == 999, who.public_id == "x" * 22) == (SHIWAN, False, False)
    assert who.name_key.startswith("chen")


def test_a_number_that_can_no_longer_be_read_stops_nothing_and_is_written_anew(
    database: Database, chen: FlaskClient
) -> None:
    add(chen, phone=PHONE)
    add(chen, name="刘国富", phone="13800001111")
    with database.writing() as db:
        db.scalars(select(Learner).where(Learner.name == "陈大秀")).one().phone = "k1.damaged"
    page = chen.get(LIST).text
    assert "号码看不到" in page and "138****1111" in page
    who = learner(database, "陈大秀")
    assert chen.get(f"/learners/{who.public_id}").status_code == 200
    shown = chen.post(f"/learners/{who.public_id}/phone").text
    assert "重新写一次就好" in shown and "tel:" not in shown
    assert chen.get(f"/learners/{who.public_id}/edit").status_code in (200, 404)
    assert edit(chen, who, phone=PHONE).status_code == 303
    assert "138****5678" in chen.get(LIST).text


def test_an_account_sees_twenty_peoples_phones_an_hour_and_not_one_more(
    database: Database, chen: FlaskClient, clock: StillClock
) -> None:
    with database.writing() as db:
        people = [make_learner(db, name=f"学员{number}", group_name="一组") for number in range(21)]
        for one in people:
            one.phone = SEALER.seal("13800001234", about=f"learner.phone:{one.public_id}")
        names = [one.public_id for one in people]
    shown = [chen.post(f"/learners/{name}/phone") for name in names[:20]]
    assert all(one.status_code == 200 and "13800001234" in one.text for one in shown)
    refused = chen.post(f"/learners/{names[20]}/phone")
    assert refused.status_code == 429 and "13800001234" not in refused.text
    assert "一个账号一小时最多看 20 个人的电话全号" in refused.text
    assert "13800001234" in chen.post(f"/learners/{names[3]}/phone").text  # whom it has seen already
    clock.move(minutes=61)
    assert "13800001234" in chen.post(f"/learners/{names[20]}/phone").text
