"""Wishes, as their coordinator writes them down and decides them, and as villagers send them in and read of them."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.planning import Wish
from nightschool.models.teaching import ClassSession, Course
from nightschool.rules.access import Role
from tests.factories import (
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_region,
    make_school,
    make_session,
    make_wish,
)
from tests.web.registers.test_attendance import errors, value

LIST = f"/desk/{SHIWAN}/wishes"
PUBLIC = f"/v/{SHIWAN}/wishes"


def topics(database: Database) -> dict[str, Wish]:
    with database.reading() as db:
        return {wish.topic: wish for wish in db.scalars(select(Wish).order_by(Wish.id))}


def decide(browser: FlaskClient, wish: Wish, do: str, **fields: str) -> str:
    form = {"do": do, "version": str(wish.version), **fields}
    return browser.post(f"/wishes/{wish.public_id}/decide", data=form, follow_redirects=True).text


@pytest.mark.both_databases
def test_paper_of_a_dozen_lines_is_one_form_and_each_wish_leads_to_its_course(
    chen: FlaskClient, client: FlaskClient, database: Database
) -> None:
    assert "还没有点单" in chen.get(LIST).text
    sent = {"lines": "果树修剪 8户 一组\n电商直播 3户\n法律常识", "category": "skill"}
    assert "记下了 3 个。" in chen.post(f"{LIST}/new", data=sent, follow_redirects=True).text
    wish = topics(database)["果树修剪"]
    page = chen.get(f"/desk/{SHIWAN}/courses/new?wish={wish.public_id}").text
    assert value(page, "title") == "果树修剪" and value(page, "expected") == "8"
    form = {
        "title": "果树冬季修剪", "category": "skill", "repeat": "once", "first": "2026-12-08", "kind": "open_lecture",
        "starts": "19:00", "ends": "20:30", "do": "publish",
    }  # fmt: skip
    made = chen.post(f"/desk/{SHIWAN}/courses/new?wish={wish.public_id}", data=form)
    assert made.status_code == 303, errors(made.text)
    for page in (chen.get(LIST).text, client.get(PUBLIC).text):
        assert "排上了：周二 12月8日" in page and "讲「果树冬季修剪」" in page
    with database.reading() as db:
        assert topics(database)["果树修剪"].course_id == db.scalars(select(Course.id)).one()
        met = db.scalars(select(ClassSession.public_id)).one()
    assert chen.get(f"/sessions/{met}/notice").text.count("这是村里人点的课。") == 2, (
        "in the group, and aloud once"
    )
    chen.post(f"{LIST}/new", data={"lines": "直播卖货 2户 三组\n法律常识 4户"})
    assert chen.get(LIST).text.count("是一回事，合到") == 1, "the younger of two that are the same"
    choices = chen.get(f"/wishes/{topics(database)['电商直播'].public_id}").text
    assert "法律常识 · 1 户想学<" in choices and "法律常识 · 4 户想学<" in choices


def test_a_table_becomes_lines_to_look_through_without_anybodys_name(
    chen: FlaskClient, database: Database
) -> None:
    table = (
        "狮湾村学习需求\n序号,组别,户主,想学什么,户数,类别,哪几个月闲,什么时候方便\n"
        "1,1,张三,果树修剪,8,技术技能,11、12,□上午 □下午 √晚上 □周末\n"
        "2,二组,李四,电商直播,很多,没有的类,13,农闲\n3,,,,,,,\n"
    )
    sent = {"lines": "法律常识", "do": "read", "file": (io.BytesIO(table.encode("gbk")), "wishes.csv")}
    page = chen.post(f"{LIST}/new", data=sent)
    assert page.status_code == 200 and "从表格里读出 2 行" in page.text and "这几列没有读：户主" in page.text
    [typed] = re.findall(r"<textarea[^>]*>\r?\n?(.*?)</textarea>", page.text, re.DOTALL)
    assert typed.split("\n") == ["法律常识", "果树修剪 8户 1组 11月、12月 晚上 【技术技能】", "电商直播 二组"]
    unread = (("户数", "很多"), ("类别", "没有的类"), ("哪几个月闲", "13"), ("什么时候方便", "农闲"))
    assert "有 4 格没读懂，自己补上：" in page.text
    assert all(f"第 4 行「{head}」写的「{written}」" in page.text for head, written in unread)
    assert "张三" not in page.text and topics(database) == {}
    chen.post(f"{LIST}/new", data={"lines": typed})
    kept = topics(database)["果树修剪"]
    assert (kept.households, kept.groups, kept.months, kept.category_code) == (8, "1组", [11, 12], "skill")
    assert kept.times == ["evening"]


def test_a_table_that_says_nothing_of_wishes_says_so(chen: FlaskClient) -> None:
    for file, told in (
        (b"a,b\n1,2\n", "没有找到写着想学什么的那一列"),
        (b"%PDF-1.7", "PDF"),
        (b"", "选一个文件"),
    ):
        sent = {"lines": "法律常识", "do": "read", "file": (io.BytesIO(file), "x.csv" if file else "")}
        page = chen.post(f"{LIST}/new", data=sent)
        assert page.status_code == 422 and told in page.text and "法律常识" in page.text, told


def test_a_line_that_cannot_be_kept_keeps_all_that_was_typed(chen: FlaskClient, database: Database) -> None:
    typed = "果树修剪 8户\n张三13812345678想学电商"
    answer = chen.post(f"{LIST}/new", data={"lines": typed})
    assert answer.status_code == 422 and typed in answer.text
    assert errors(answer.text) == ["第 2 行：里面像是有手机号。这里只记想学什么、几户，把号码去掉再存。"]
    assert topics(database) == {}


@pytest.mark.both_databases
def test_a_villager_wishes_in_three_taps_and_nobody_sees_it_until_it_is_let_in(
    chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_wish(db)
    assert f'href="{PUBLIC}"' in client.get(f"/v/{SHIWAN}").text  # the first tap
    page = client.get(PUBLIC).text
    assert 'value="果树修剪"' in page  # the second
    assert "收到了" in client.post(PUBLIC, data={"topic": "果树修剪"}, follow_redirects=True).text
    client.post(PUBLIC, data={"other": "张婆婆的手机"})
    assert "张婆婆" not in client.get(PUBLIC).text
    desk = chen.get(LIST).text
    assert "村里人自己发来的，等你看" in desk and "是一回事，合到「果树修剪」" in desk
    sent = topics(database)
    with database.reading() as db:
        waiting, into = db.scalars(
            select(Wish).where(Wish.topic == "果树修剪").order_by(Wish.status.desc())
        ).all()
    assert "合过去了" in decide(chen, waiting, "merge", into=into.public_id)
    assert "9 户想学" in client.get(PUBLIC).text
    assert "上单了" in decide(chen, sent["张婆婆的手机"], "open")


@pytest.mark.both_databases
def test_what_cannot_be_met_says_why_to_whoever_asks(
    chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_wish(db)
    wish = topics(database)["果树修剪"]
    refused = decide(chen, wish, "unmet", reason="other", words="")
    assert "写一句是什么原因，问的人看得到。" in refused
    assert "村里人看得到为什么" in decide(chen, wish, "unmet", reason="no_teacher", words="")
    assert "暂时办不到：请不到会讲的老师" in client.get(PUBLIC).text
    stale = chen.post(f"/wishes/{wish.public_id}/decide", data={"do": "open", "version": "1"})
    assert stale.status_code == 422 and "别人也动过这个点单" in stale.text
    assert "上单了" in decide(chen, topics(database)["果树修剪"], "open")
    assert "删掉了" in decide(chen, topics(database)["果树修剪"], "remove")
    assert topics(database) == {}


@pytest.mark.both_databases
def test_a_villager_who_writes_nothing_or_a_number_is_told_so(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    assert errors(client.post(PUBLIC, data={}).text) == ["还没写想学什么。"]
    assert errors(client.post(PUBLIC, data={"other": "长" * 41}).text) == ["最多写 40 个字，现在有 41 个。"]
    answer = client.post(PUBLIC, data={"other": "找我13812345678"})
    assert answer.status_code == 422 and value(answer.text, "other") == "找我13812345678"
    assert topics(database) == {}


def test_blank_paper_goes_round_with_a_dozen_rows_for_each_group(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        make_wish(db)
    page = chen.get(f"/desk/{SHIWAN}/papers/wish-sheet").text
    assert "狮湾村 学习需求征求意见表" in page and "已经有人提的：果树修剪" in page
    assert page.count("□上午") == 12 and not re.search(r"1[3-9][0-9]{9}", page)


def test_villagers_do_not_read_of_a_class_that_is_not_published(
    chen: FlaskClient, client: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        course = make_course(db, title="还在商量的课", published=False)
        make_session(db, course, TODAY + timedelta(days=3), status="draft")
        make_wish(db, course_id=course.id)
    assert "还在商量的课" in chen.get(LIST).text
    page = client.get(PUBLIC).text
    assert "还在商量的课" not in page and "等着排课的" in page


@pytest.mark.both_databases
def test_everybody_reads_which_villages_wait_longest_and_why_and_nobody_is_named(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    page = f"/r/{SHIWAN[:9]}/waits"
    assert page in client.get(f"/r/{SHIWAN[:9]}").text
    assert f"/r/{SHIWAN[:6]}/waits" in client.get(f"/v/{SHIWAN}/wishes").text
    with database.writing() as db:
        make_region(db, "511002105202", "断桥村村民委员会")
        for topic, days in (("果树修剪", 90), ("电商直播", 20), ("防诈骗", 20), ("量血压", 19)):
            make_wish(db, topic=topic, wished_on=TODAY - timedelta(days=days), groups="1组陈大秀")
    assert "不到 5 个" in client.get(page).text and "果树修剪" not in client.get(page).text
    with database.writing() as db:
        draft = make_course(db, "511002105202", "广场舞")
        make_session(db, draft, TODAY + timedelta(days=3), status="draft")
        wished = {"course_id": draft.id, "wished_on": TODAY - timedelta(days=60)}
        make_wish(db, "511002105202", "广场舞", **wished)
        make_wish(db, topic="还没看的", status="submitted", wished_on=TODAY - timedelta(days=300))
    shown = client.get(page).text
    told = [
        re.sub(r"<[^>]+>|\s+", " ", one).split() for one in re.findall(r"<li>(.*?)</li>", shown, re.DOTALL)
    ]
    assert told[0] == ["果树修剪", "等了", "90", "天", "狮湾村", "·", "村里能请的老师里，没有登记会讲这个的"]
    assert told[1][:5] == ["广场舞", "等了", "60", "天", "断桥村"]
    assert "排在中间的那个等了 20 天" in shown and "一共 5 个" in shown
    assert "还没看的" not in shown and "陈大秀" not in shown and "已经排上了" not in shown
    assert client.get(f"/r/{SHIWAN[:4]}/waits").status_code == 303
    assert client.get("/r/519999/waits").status_code == 404


def test_in_a_city_without_counties_a_village_reads_of_its_township(
    client: FlaskClient, database: Database, browser_of: Any
) -> None:
    village, township = "441900003001", "441900003000"
    with database.writing() as db:
        for code, name in (("440000000000", "广东省"), ("441900000000", "东莞市"), (township, "东城街道")):
            make_region(db, code, name)
        make_region(db, village, "岗贝社区居民委员会")
        make_school(db, village)
        make_wish(db, village, "果树修剪", category_code="skill")
        of_village = make_account(db, "gbs", "岗贝", Role.COORDINATOR, village).id
    page = client.get(f"/v/{village}/wishes").text
    assert f"/r/{township[:9]}/waits" in page and "全镇哪里等得最久" in page and "全县" not in page
    assert client.post(f"/v/{village}/wishes", data={"topic": "果树修剪"}).status_code == 303
    assert "/waits" not in client.get("/v/441900000000/wishes").text, "there is no such page of a city"
    papers = browser_of(of_village).get(f"/desk/{village}/papers/longest-waits").text
    assert "东城街道 等得最久的点单" in papers
