"""The weekly digest of an officer: a page, and a feed that opens while its owner may see the region."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nightschool.database import Database
from nightschool.models.trust import Account, Posting
from nightschool.settings import MailServer
from nightschool.web.site.context import SERVICES
from tests.factories import TODAY, Cast, make_course, make_learner, make_register, make_session

ATOM = "{http://www.w3.org/2005/Atom}"
TOWNSHIP = "/overview/511002105000"


@pytest.fixture
def last_week(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        held = make_session(db, make_course(db, title="防诈骗"), TODAY - timedelta(days=7))
        make_register(db, held, cast.chen, present=(make_learner(db, name="陈大秀").id,), total=28)


def address_of(page: str) -> str:
    [found] = re.findall(r"http://localhost(/w/[^<\"]+\.atom)", page)
    return html.unescape(found)


def test_last_weeks_are_read_and_subscribed_to(
    last_week: None, browser_of: Any, cast: Cast, client: FlaskClient
) -> None:
    page = browser_of(cast.township_supervisor).get(f"{TOWNSHIP}/digest").text
    assert "全安镇：应开 1 次，已开 1 次，到课 28 人次" in page and "陈大秀" not in page
    answer = client.get(address_of(page))
    assert answer.mimetype == "application/atom+xml" and "no-store" in answer.headers["Cache-Control"]
    entries = ElementTree.fromstring(answer.data).findall(f"{ATOM}entry")
    assert len(entries) == 4
    told = entries[0].findtext(f"{ATOM}content") or ""
    assert "已开 1 次，到课 28 人次" in told and len(told) <= 300 and "陈大秀" not in answer.text
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 4
    links = [link.get("href") for link in entries[0].findall(f"{ATOM}link")]
    assert links == ["http://localhost/overview/511002105000/papers/circular?period=2026-11-16"]
    assert [entry.findtext(f"{ATOM}id") for entry in entries] == [
        entry.findtext(f"{ATOM}id")
        for entry in ElementTree.fromstring(client.get(address_of(page)).data).findall(f"{ATOM}entry")
    ]


def test_each_of_four_weeks_says_what_was_taught_in_it_and_all_are_asked_for_at_once(
    database: Database, browser_of: Any, cast: Cast, statements: list[str]
) -> None:
    with database.writing() as db:
        for weeks, title in enumerate(("防诈骗", "柑橘剪枝", "手机支付", "红苕储藏"), 1):
            held = make_session(db, make_course(db, title=title), TODAY - timedelta(days=7 * weeks))
            make_register(db, held, cast.chen, present=(), total=8 + weeks)
    browser = browser_of(cast.township_supervisor)
    browser.get(f"{TOWNSHIP}/digest")
    statements.clear()
    page = browser.get(f"{TOWNSHIP}/digest").text
    weeks = page.split("<h2>")[1:5]
    for week, told in zip(
        weeks, ("9 人次|防诈骗", "10 人次|柑橘剪枝", "11 人次|手机支付", "12 人次|红苕储藏"), strict=True
    ):
        came, title = told.split("|")
        assert came in week and f"讲的有{title}。" in week
    assert len(statements) <= 17


@pytest.mark.parametrize("end", ["posting", "password", "account"])
def test_a_digest_ends_with_what_it_stands_on(
    database: Database, browser_of: Any, cast: Cast, client: FlaskClient, end: str
) -> None:
    address = address_of(browser_of(cast.township_supervisor).get(f"{TOWNSHIP}/digest").text)
    assert client.get(address).status_code == 200
    with database.writing() as db:
        account = db.get_one(Account, cast.township_supervisor)
        if end == "posting":
            db.query(Posting).filter_by(account_id=account.id).update({"to_day": TODAY - timedelta(days=1)})
        elif end == "password":
            account.password_hash = "another"
        else:
            account.disabled_at = account.created_at
    assert client.get(address).status_code == 404


@pytest.mark.both_databases
def test_nobody_makes_an_address_of_another_region_or_account(
    database: Database, browser_of: Any, cast: Cast, client: FlaskClient
) -> None:
    address = address_of(browser_of(cast.township_supervisor).get(f"{TOWNSHIP}/digest").text)
    assert client.get(address.replace("511002105000", "511002000000")).status_code == 404
    with database.writing() as db:
        mine, theirs = (
            db.get_one(Account, one).public_id for one in (cast.township_supervisor, cast.county_supervisor)
        )
    assert client.get(address.replace(mine, theirs)).status_code == 404
    assert client.get(address.replace(".atom", "0.atom")).status_code == 404


@pytest.mark.both_databases
def test_an_officer_has_the_digest_mailed_where_there_is_a_mail_server(
    app: Flask, browser_of: Any, cast: Cast
) -> None:
    officer = browser_of(cast.township_supervisor)
    assert "寄到邮箱" not in officer.get(f"{TOWNSHIP}/digest").text
    services = app.extensions[SERVICES]
    server = MailServer("mail.example.cn", 465, "nightschool@example.cn")
    app.extensions[SERVICES] = replace(services, settings=replace(services.settings, mail=server))
    assert "寄到邮箱" in officer.get(f"{TOWNSHIP}/digest").text
    wrong = officer.post(f"{TOWNSHIP}/digest", data={"mail_address": "zhen@例子"})
    assert wrong.status_code == 422 and "邮箱要写成像 chen@example.cn 这样" in wrong.text
    assert 'value="zhen@例子"' in wrong.text
    saved = officer.post(
        f"{TOWNSHIP}/digest", data={"mail_address": " zhen@example.cn "}, follow_redirects=True
    )
    assert "每周一把上一周的周报寄到 zhen@example.cn。" in saved.text
    assert 'value="zhen@example.cn"' in saved.text
    assert 'value="zhen@example.cn"' not in browser_of(cast.county_supervisor).get(f"{TOWNSHIP}/digest").text
    assert (
        "不再寄周报了。"
        in officer.post(f"{TOWNSHIP}/digest", data={"mail_address": ""}, follow_redirects=True).text
    )
