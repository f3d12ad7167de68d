"""Several learners at once: a pasted list is read into rows, looked at, put right and saved; one after another, too."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from nightschool.database import Database
from nightschool.models.people import Learner
from nightschool.models.trust import AuditEvent
from tests.factories import SHIWAN, make_learner

LIST = f"/desk/{SHIWAN}/learners"
SEVERAL = f"{LIST}/several"


def rows(page: str) -> list[tuple[str, str]]:
    """Names and groups in the rows of the page that are filled in."""
    names, groups = (re.findall(rf'name="{one}"[^>]*value="([^"]*)"', page) for one in ("nn", "ng"))
    return [(unescape(name), unescape(group)) for name, group in zip(names, groups, strict=True) if name]


def stored(database: Database) -> list[tuple[str, str]]:
    with database.reading() as db:
        return [
            tuple(row) for row in db.execute(select(Learner.name, Learner.group_name).order_by(Learner.id))
        ]


def save(browser: FlaskClient, people: list[tuple[str, str]], **fields: Any) -> Any:
    names, groups = map(list, zip(*people, strict=True))
    return browser.post(SEVERAL, data={"nn": names, "ng": groups, "do": "save", **fields})


@pytest.mark.parametrize(
    "pasted",
    [
        "陈大秀 三组\n刘国富 一组\n张桂花",
        "陈大秀\t三组\r\n刘国富\t一组\r\n张桂花\t",
        "陈大秀（三组）、刘国富（一组）、张桂花",
        "姓名,性别,组\n1. 陈大秀 女 1958 三组\n2、刘国富，男，62岁，一组\n3 张桂花 13800000001",
    ],
)
def test_a_pasted_list_is_looked_at_first_and_then_saved(
    chen: FlaskClient, database: Database, pasted: str
) -> None:
    page = chen.post(SEVERAL, data={"pasted": pasted, "group_name": ["", "二组"], "do": "read"}).text
    assert "读出来 3 个人" in page
    read = rows(page)
    assert read == [("陈大秀", "三组"), ("刘国富", "一组"), ("张桂花", "二组")]
    assert stored(database) == []
    answer = save(chen, read)
    assert (answer.status_code, answer.location) == (303, LIST)
    assert stored(database) == read
    with database.reading() as db:
        assert db.scalar(select(func.count()).where(AuditEvent.action == "learner.add")) == 3
    assert "3 个人记在名单上了。" in chen.get(LIST).text


@pytest.mark.both_databases
def test_what_is_pasted_and_not_looked_at_is_not_saved_unseen(chen: FlaskClient, database: Database) -> None:
    page = save(chen, [("刘国富", "一组")], pasted="陈大秀 三组").text
    assert rows(page) == [("刘国富", "一组"), ("陈大秀", "三组")]
    assert stored(database) == []


def test_everybody_who_must_be_asked_about_is_named_at_once_and_nobody_is_half_saved(
    chen: FlaskClient, database: Database
) -> None:
    with database.writing() as db:
        for name in ("陈大秀", "刘国富"):
            make_learner(db, name=name, group_name="三组")
    people = [("陈大秀", "三组"), ("张桂花", "三组"), ("刘 国富", "三组")]
    answer = save(chen, people)
    assert answer.status_code == 409
    assert answer.text.count("是另一个同名的人") == 2
    assert rows(answer.text) == people
    assert len(stored(database)) == 2
    assert save(chen, people, ns=["0", "2"]).status_code == 303
    assert len(stored(database)) == 5


def test_each_row_says_what_is_wrong_with_it(chen: FlaskClient, database: Database) -> None:
    answer = save(chen, [("陈大秀", ""), ("王小明 511002199001011234", "三组")])
    assert answer.status_code == 422
    assert "还没写是哪个组的" in answer.text and "像是有身份证号" in answer.text
    assert stored(database) == []
    empty = chen.post(SEVERAL, data={"do": "save"})
    assert empty.status_code == 422 and "还没写名字。" in empty.text


def test_two_words_that_may_be_two_people_are_asked_about(chen: FlaskClient) -> None:
    answer = chen.post(SEVERAL, data={"pasted": "张三 李四", "do": "read"})
    assert answer.status_code == 422
    assert "张三 李四</textarea>" in answer.text


def test_one_after_another_keeps_the_group(chen: FlaskClient, database: Database) -> None:
    form = {"name": "陈大秀", "group_name": ["三组", ""], "version": "0", "do": "another"}
    answer = chen.post(f"{LIST}/new", data=form)
    page = chen.get(answer.location).text
    assert "记下了：陈大秀（三组）。" in page
    assert re.search(r'type="radio" name="group_name" value="三组" checked', page)
    assert chen.post(f"{LIST}/new", data={**form, "name": "刘国富", "group_name": ["三组", "新湾"]}).location
    assert stored(database) == [("陈大秀", "三组"), ("刘国富", "新湾")]
