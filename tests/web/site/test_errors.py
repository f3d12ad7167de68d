"""What people see when there is nothing there, or something cannot be done."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import event, text, update

from nightschool.database import Database
from nightschool.models.trust import Posting
from nightschool.web.site.access import public
from nightschool.web.site.context import reading, writing
from tests.factories import JIANLI, SHIWAN, TODAY, Cast, make_places

PAGES = ["400", "400_form", "404", "409_form", "413", "500", "503", "507", "not_logged_in"]
NEW_LEARNER = f"/desk/{SHIWAN}/learners/new"
TYPED = {"name": "张桂花", "group_name": "二组", "sex": "female", "household": "家住桥头，门口有两棵柚子树"}
FROM_HERE = {"Origin": "http://localhost"}


@pytest.fixture
def places(database: Database) -> None:
    with database.writing() as db:
        make_places(db)


@pytest.fixture
def no_names(database: Database) -> Iterator[None]:
    """A database in which the names of the regions cannot be read."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE region_name RENAME TO region_name_away"))
    yield
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE region_name_away RENAME TO region_name"))


@pytest.fixture
def no_learners(database: Database) -> Iterator[None]:
    """A database in which no learner can be read or written."""
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE learner RENAME TO learner_away"))
    yield
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE learner_away RENAME TO learner"))


@pytest.mark.parametrize("ending", ["", ".ics", ".txt", "/past"])
def test_an_unknown_village_leads_to_the_township_it_would_lie_in(
    places: None, client: FlaskClient, ending: str
) -> None:
    answer = client.get(f"/v/511002105999{ending}")
    assert answer.status_code == 404
    assert "照代码看，它应该在全安镇" in answer.text
    assert 'href="/?at=511002105000"' in answer.text
    assert client.get("/?at=511002105000").text.count(f"/v/{SHIWAN}") == 1


def test_an_unknown_village_of_an_unknown_township_leads_to_its_county(
    places: None, client: FlaskClient
) -> None:
    assert "市中区" in client.get("/v/511002999999").text


@pytest.mark.parametrize(
    "address", ["/v/990000000001", "/v/000000000000", "/v/5110", "/v/", "/nothing", "/%00", "/ä"]
)
def test_any_other_wrong_address_offers_the_search(places: None, client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "没有这一页" in answer.text
    assert '<input type="search"' in answer.text
    assert "照代码看" not in answer.text


def test_a_wrong_address_is_told_in_the_language_and_size_of_its_reader(
    places: None, client: FlaskClient
) -> None:
    page = client.get("/v/511002105999?lang=en&big=1").text
    assert '<html lang="en" class="big">' in page
    assert "/?at=511002105000&amp;lang=en&amp;big=1" in page
    assert '<input type="hidden" name="lang" value="en">' in page


def test_a_wrong_address_sets_no_cookie(places: None, client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/v/511002105999").headers


def test_a_wrong_method_is_told_and_leads_back(client: FlaskClient) -> None:
    answer = client.post("/")
    assert answer.status_code == 405
    assert "什么也没有改动" in answer.text
    assert 'href="/"' in answer.text


def test_too_much_at_once_is_told(client: FlaskClient) -> None:
    answer = client.post("/login", data={"name": "x" * 1_200_000})
    assert answer.status_code == 413
    assert "最多收 64 KB" in answer.text


def test_a_failing_database_is_told_without_asking_it_anything(
    places: None, no_names: None, client: FlaskClient
) -> None:
    answer = client.get("/?q=狮湾")
    assert answer.status_code in (500, 503)
    assert "之前存好的都在" in answer.text
    assert "region_name" not in answer.text


def test_every_page_of_errors_stands_by_itself(app: Flask, statements: list[str]) -> None:
    for language in ["zh", "en"]:
        for page in PAGES:
            with app.test_request_context(f"/?lang={language}"):
                app.preprocess_request()
                shown = render_template(f"errors/{page}.html", status=500)
            assert shown.count("<h1>") == 1
            assert "<title></title>" not in shown
            assert "%(" not in shown
            assert statements == []


def test_a_page_that_a_village_lacks_does_not_say_that_the_village_is_missing(
    places: None, client: FlaskClient
) -> None:
    answer = client.get(f"/v/{SHIWAN}/nothing")
    assert answer.status_code == 404 and "地址可能抄漏了" in answer.text and "照代码看" not in answer.text


FILE = (BytesIO(b"x" * 20), "learners.txt")


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/login", {"login_name": "a", "password": FILE}),
        ("/login", {"login_name": FILE, "password": "a"}),
        ("/login/slip", {"login_name": "a", "code": FILE}),
        (f"/desk/{SHIWAN}/learners/new", {"name": FILE, "group_name": "三组", "version": "0"}),
        (f"/desk/{SHIWAN}/courses/new", {"title": FILE}),
        ("/admin/regions/import", {"as_of": FILE}),
    ],
)
def test_a_file_in_place_of_a_text_is_no_form(
    app: Flask, cast: Cast, browser_of: Any, address: str, fields: dict[str, Any]
) -> None:
    who = cast.system_administrator if address.startswith("/admin") else cast.chen
    for browser in (browser_of(who), app.test_client()):
        answer = browser.post(
            address,
            data={
                name: (BytesIO(b"x" * 20), "learners.txt") if value is FILE else value
                for name, value in fields.items()
            },
            content_type="multipart/form-data",
        )
        assert answer.status_code == 400


@pytest.mark.parametrize("number", [2**31, 2**63, 10**19, 10**300])
def test_a_number_that_no_column_holds_names_nothing(cast: Cast, browser_of: Any, number: int) -> None:
    account = "x" * 22
    for address in (
        f"/me/devices/{number}/revoke",
        f"/accounts/{account}/postings/{number}/end",
        f"/accounts/{account}/devices/{number}/revoke",
    ):
        for who in (cast.chen, cast.system_administrator):
            assert browser_of(who).post(address).status_code == 404
    pages = (
        f"/v/{SHIWAN}/past?page={number}",
        f"/desk/{SHIWAN}/learners?page={number}",
        f"/v/{SHIWAN}/year/{number}",
    )
    for address in pages:
        assert browser_of(cast.chen).get(address).status_code in (200, 404)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_lets_everybody_read_and_tells_who_looks_after_it(
    request: pytest.FixtureRequest, database: Database, cast: Cast, browser_of: Any, client: FlaskClient
) -> None:
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    database.dispose()

    def no_room(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(database.engine, "connect", no_room)
    request.addfinalizer(lambda: event.remove(database.engine, "connect", no_room))
    for who, address, words in (
        (cast.chen, f"/desk/{SHIWAN}/learners/new", "告诉管理员"),
        (cast.system_administrator, "/me/name", "磁盘满了"),
    ):
        browser, statuses = browser_of(who), []
        while 507 not in statuses and len(statuses) < 200:
            name = "很长的名字" * 8 + str(len(statuses))
            fields = {"name": name, "display_name": name, "group_name": "三组", "version": "0"}
            answer = browser.post(address, data=fields, headers=FROM_HERE)
            statuses.append(answer.status_code)
        assert statuses[-1] == 507 and words in answer.text and "之前存好的都在" in answer.text
        assert name in html.unescape(answer.text) and "再存一次" in answer.text
    assert client.get(f"/v/{SHIWAN}").status_code == 200


# What was sent and could not be saved


def copied(page: str) -> list[str]:
    """The lines that the page hands back to be copied."""
    found = re.search(r'<textarea id="written"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return html.unescape(found[1]).strip().splitlines() if found else []


@pytest.mark.both_databases
def test_form_of_a_village_that_is_no_longer_mine_hands_the_text_back(
    browser_of: Any, cast: Cast, database: Database
) -> None:
    chen = browser_of(cast.chen)
    with database.writing() as db:
        db.execute(update(Posting).where(Posting.account_id == cast.chen).values(region_code=JIANLI))
    answer = chen.post(NEW_LEARNER, data={**TYPED, "once": "x" * 22, "version": "3"}, headers=FROM_HERE)
    assert answer.status_code == 404 and "不归你管了" in answer.text
    assert copied(answer.text) == [TYPED["name"], TYPED["group_name"], TYPED["household"]]
    unknown = chen.post(NEW_LEARNER.replace(SHIWAN, "511002999999"), data=TYPED, headers=FROM_HERE)
    assert (unknown.status_code, copied(unknown.text)) == (404, copied(answer.text))


def test_who_has_handed_over_the_only_village_gets_the_text_back_too(
    browser_of: Any, cast: Cast, database: Database
) -> None:
    chen = browser_of(cast.chen)
    with database.writing() as db:
        yesterday = TODAY - timedelta(days=1)
        db.execute(update(Posting).where(Posting.account_id == cast.chen).values(to_day=yesterday))
    answer = chen.post(NEW_LEARNER, data=TYPED, headers=FROM_HERE)
    assert answer.status_code == 403
    assert copied(answer.text) == [TYPED["name"], TYPED["group_name"], TYPED["household"]]


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        (TYPED, {}),
        (TYPED, {"Origin": "http://evil.example"}),
        ({"password": "秋收以后再来上课"}, FROM_HERE),
        ({"new_password": "秋收以后再来上课", "note": "x y"}, FROM_HERE),
    ],
)
def test_nothing_secret_and_nothing_of_another_site_is_handed_back(
    browser_of: Any, cast: Cast, data: dict[str, str], headers: dict[str, str]
) -> None:
    answer = browser_of(cast.chen).post("/nothing/here", data=data, headers=headers)
    assert answer.status_code == 404 and copied(answer.text) == []


def test_a_busy_database_hands_the_form_back_to_be_sent_once_more(
    browser_of: Any, cast: Cast, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightschool.database.LONGEST_WAIT", 0.05)
    chen, once = browser_of(cast.chen), "o" * 22
    with database.writing():
        busy = chen.post(NEW_LEARNER, data={**TYPED, "once": once}, headers=FROM_HERE)
    assert busy.status_code == 503
    again = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', busy.text))
    assert {**TYPED, "once": once}.items() <= {k: html.unescape(v) for k, v in again.items()}.items()
    assert f'action="{NEW_LEARNER}"' in busy.text
    assert chen.post(NEW_LEARNER, data=again).status_code == 303


def test_a_failure_of_ours_hands_the_form_back(
    browser_of: Any, cast: Cast, database: Database, no_learners: None
) -> None:
    failed = browser_of(cast.chen).post(NEW_LEARNER, data=TYPED, headers=FROM_HERE)
    assert failed.status_code >= 500 and "再存一次" in failed.text
    assert TYPED["household"] in html.unescape(failed.text)


@pytest.mark.both_databases
def test_a_server_that_goes_down_or_leads_no_more_while_somebody_is_here_is_told_as_one_that_is_away(
    own_application: None, app: Flask
) -> None:
    @public
    def looks() -> str:
        with reading() as db:
            db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))  # SQLite knows nothing of it
        return ""

    @public
    def saves() -> str:
        with writing() as db:
            db.execute(text("SET TRANSACTION READ ONLY"))  # as it is on a machine that leads no more
            make_places(db)
        return ""

    app.add_url_rule("/looks", view_func=looks)
    app.add_url_rule("/saves", view_func=saves)
    for path in ("/looks", "/saves"):
        answer = app.test_client().get(path)
        assert answer.status_code == 503 and "text/html" in answer.content_type
