"""A list's address holds all that was asked for; its page keeps what was typed and says how many of how many."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from nightschool.database import Database
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    make_course,
    make_learner,
    make_session,
    make_teacher,
    make_venue,
)
from tests.web.registers.test_attendance import value

DESK = f"/desk/{SHIWAN}"
LISTS = ("learners", "teachers", "venues", "courses", "past")


def fill(database: Database, items: int = 1) -> None:
    with database.writing() as db:
        for n in range(items):
            make_learner(db, name=f"陈大秀{n}", group_name="一组" if n % 2 else "二组")
            make_teacher(db, SHIWAN, f"吴老师{n}")
            make_venue(db, name=f"院坝{n}")
            make_session(db, make_course(db, title=f"养兔{n}"), TODAY - timedelta(days=n + 1))


def links(page: str, words: str) -> list[dict[str, list[str]]]:
    found = re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>{words}</a>', page)
    return [parse_qs(urlsplit(href.replace("&amp;", "&")).query) for href in found]


@pytest.mark.both_databases
@pytest.mark.parametrize("name", LISTS)
def test_what_was_typed_stays_and_an_empty_answer_leads_on(
    database: Database, chen: FlaskClient, name: str
) -> None:
    fill(database)
    page = chen.get(f"{DESK}/{name}?q=zzz").text
    assert value(page, "q") == "zzz"
    assert "没有找到「zzz」" in page
    assert links(page, "看全部") == [{}]


@pytest.mark.parametrize("name", LISTS)
def test_choices_that_exist_nowhere_and_pages_that_are_none_are_left_alone(
    database: Database, chen: FlaskClient, name: str
) -> None:
    fill(database)
    for query in (
        "page=x",
        "page=-3",
        "page=99999999",
        "sort=zz&state=%00&group=<b>&when=%25&status=zz",
        "q=%25",
    ):
        assert chen.get(f"{DESK}/{name}?{query}").status_code == 200, query


def test_pages_carry_everything_that_was_asked_for(database: Database, chen: FlaskClient) -> None:
    fill(database, 120)
    page = chen.get(f"{DESK}/learners?q=cdx&group=一组&sort=name&lang=en").text
    [onward] = links(page, "Next page") or links(page, "下一页")
    assert onward == {"q": ["cdx"], "group": ["一组"], "sort": ["name"], "page": ["2"], "lang": ["en"]}
    second = chen.get(f"{DESK}/learners?q=cdx&group=一组&page=2&lang=zh").text
    assert links(second, "上一页") == [{"q": ["cdx"], "group": ["一组"]}]
    assert "找到 60 人，一共 120 人。" in second
    assert second.count('<p class="first">') == 10


def test_a_form_keeps_language_and_size(database: Database, chen: FlaskClient) -> None:
    fill(database)
    page = chen.get(f"{DESK}/learners?lang=en&big=1").text
    assert (value(page, "lang"), value(page, "big")) == ("en", "1")


def test_the_chosen_one_is_selected_and_the_choices_stay_open(database: Database, chen: FlaskClient) -> None:
    fill(database, 2)
    assert "<details>" in chen.get(f"{DESK}/learners").text
    page = chen.get(f"{DESK}/learners?group=二组").text
    assert '<option value="二组" selected>' in page
    assert "<details open>" in page


def test_a_choice_that_nothing_fits_says_so(database: Database, chen: FlaskClient) -> None:
    fill(database)
    page = chen.get(f"{DESK}/courses?state=draft").text
    assert "这样选，一个都没有。" in page


def test_those_put_away_are_one_tap_away(database: Database, chen: FlaskClient) -> None:
    fill(database)
    with database.writing() as db:
        make_learner(db, name="刘国富", retired_at=NOW.instant)
        make_teacher(db, SHIWAN, "单老师", retired_at=NOW.instant)
        make_venue(db, name="老村小", retired_at=NOW.instant)
        make_course(db, title="旧课", retired_at=NOW.instant)
    for name, who, words, back in (
        ("learners", "刘国富", "不再来的（1）", "请回来"),
        ("teachers", "单老师", "不再请的（1）", "请回来"),
        ("venues", "老村小", "不再用的（1）", "再用起来"),
        ("courses", "旧课", "收起的（1）", "放回来"),
    ):
        page = chen.get(f"{DESK}/{name}").text
        assert who not in page
        assert links(page, words) == [{"state": ["retired"]}]
        page = chen.get(f"{DESK}/{name}?state=retired").text
        assert who in page
        assert f">{back}</button>" in page


def test_what_is_not_recorded_is_listed_from_the_desk(database: Database, chen: FlaskClient) -> None:
    fill(database, 10)
    assert links(chen.get(DESK).text, "都列出来") == [{"status": ["scheduled"]}]


def test_a_phone_asked_for_on_the_second_page_shows_there(database: Database, chen: FlaskClient) -> None:
    from tests.factories import SEALER

    with database.writing() as db:
        for n in range(60):
            make_teacher(db, SHIWAN, f"吴老师{n:02}", name_key=f"wu2 {n:02}")
        last = make_teacher(db, SHIWAN, "赵老师", name_key="zhao4")
        last.phone = SEALER.seal("13800005678", about=f"teacher.phone:{last.public_id}")
        key = last.public_id
    page = chen.get(f"{DESK}/teachers?page=2").text
    [action] = re.findall(rf'action="([^"]*{key}/phone[^"]*)"', page)
    shown = chen.post(action.replace("&amp;", "&")).text
    assert "13800005678" in shown
    assert "第 2 页，共 2 页" in shown


@pytest.mark.parametrize("items", [1, 30])
def test_pages_of_lists_cost_the_same_however_long_they_are(
    database: Database, chen: FlaskClient, statements: list[str], items: int
) -> None:
    fill(database, items)
    # Login, scope, and the name of the village; the rest is the list's.
    for name, cost in (("learners", 6), ("teachers", 6), ("venues", 5), ("courses", 6), ("past", 6)):
        statements.clear()
        assert chen.get(f"{DESK}/{name}").status_code == 200
        assert len(statements) == cost, (name, statements)
