"""What people see when there is nothing there, or something cannot be done."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import event, text

from nightschool.database import Database
from tests.factories import SHIWAN, Cast, make_places

PAGES = ["400", "400_form", "404", "413", "500", "503", "507"]


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


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_errors_stands_by_itself(
    app: Flask, statements: list[str], page: str, language: str
) -> None:
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
    database: Database, cast: Cast, browser_of: Any, client: FlaskClient
) -> None:
    with database.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    database.dispose()

    @event.listens_for(database.engine, "connect")
    def no_room(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    for who, address, words in (
        (cast.chen, f"/desk/{SHIWAN}/learners/new", "告诉管理员"),
        (cast.system_administrator, "/me/name", "磁盘满了"),
    ):
        browser, statuses = browser_of(who), []
        while 507 not in statuses and len(statuses) < 200:
            name = "很长的名字" * 8 + str(len(statuses))
            fields = {"name": name, "display_name": name, "group_name": "三组", "version": "0"}
            answer = browser.post(address, data=fields)
            statuses.append(answer.status_code)
        assert statuses[-1] == 507 and words in answer.text and "之前存好的都在" in answer.text
    assert client.get(f"/v/{SHIWAN}").status_code == 200
