"""The five names of a village (五个一): written down by its coordinator, shown to who keeps or hands over the village."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.places import Supporter
from nightschool.models.trust import AuditEvent
from tests.factories import SHIWAN, Cast
from tests.web.registers.test_attendance import value

SCHOOL = f"/desk/{SHIWAN}/school"
URL = f"/desk/{SHIWAN}/supporters"
SHEET = f"/admin/{SHIWAN}/handover/sheet"
FIVE = {
    "contact_leader": "罗副镇长",
    "contact_leader_phone": "13800005678",
    "helping_unit": "市中区农业农村局",
    "helping_unit_phone": "0832-5550123",
    "agronomist": "周老师",
}


def save(browser: FlaskClient, **fields: str) -> Any:
    version = value(browser.get(URL).text, "version")
    return browser.post(URL, data={**fields, "version": version}, follow_redirects=True)


def stored(database: Database) -> dict[str, Supporter]:
    with database.reading() as db:
        return {one.part: one for one in db.scalars(select(Supporter))}


def looked_up(database: Database) -> int:
    with database.reading() as db:
        return len(db.scalars(select(AuditEvent).where(AuditEvent.action == "school.phones")).all())


@pytest.mark.both_databases
def test_the_school_page_names_them_and_numbers_are_seen_only_when_asked_for(
    chen: FlaskClient, database: Database
) -> None:
    page = save(chen, **FIVE).text
    assert "五个一改好了。" in page and "罗副镇长" in page and "周老师" in page
    assert "138****5678" in page and "13800005678" not in page
    assert all("5678" not in (one.phone or "") for one in stored(database).values())
    assert looked_up(database) == 0
    told = chen.post(f"{URL}/phones").text
    assert 'href="tel:13800005678"' in told and "0832-5550123" in told
    assert looked_up(database) == 1
    assert "看了五个一的电话全号" in chen.get(f"/trail/{SHIWAN}").text


@pytest.mark.both_databases
def test_a_number_stays_with_its_name_and_goes_with_it(chen: FlaskClient, database: Database) -> None:
    save(chen, **FIVE)
    phone = stored(database)["contact_leader"].phone
    save(chen, contact_leader="罗 副镇长", helping_unit="县司法局")
    kept = stored(database)
    assert kept.keys() == {"contact_leader", "helping_unit"}
    assert kept["contact_leader"].phone == phone
    assert kept["helping_unit"].phone is None  # it was another unit's
    save(chen, contact_leader="罗副镇长", removes_phones="y")
    assert stored(database)["contact_leader"].phone is None
    save(chen)
    assert stored(database) == {}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"agronomist_phone": "13800005678"}, "写了电话，还没写是谁。"),
        ({"agronomist": "周老师", "agronomist_phone": "找村长"}, "电话写的是『找村长』"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    chen: FlaskClient, database: Database, fields: dict[str, str], sentence: str
) -> None:
    answer = save(chen, contact_leader="罗副镇长", **fields)
    assert answer.status_code == 422 and sentence in answer.text
    assert value(answer.text, "contact_leader") == "罗副镇长"
    assert stored(database) == {}


def test_the_sheet_of_a_handover_has_them_and_the_numbers_when_asked_for(
    chen: FlaskClient, cast: Cast, database: Database, browser_of: Any
) -> None:
    save(chen, **FIVE)
    county = browser_of(cast.region_administrator)
    sheet = county.get(SHEET).text
    assert "罗副镇长" in sheet and "138****5678" in sheet and "13800005678" not in sheet
    assert "13800005678" in county.post(SHEET).text
    assert looked_up(database) == 1


def test_nobody_else_sees_them(chen: FlaskClient, cast: Cast, browser_of: Any, client: FlaskClient) -> None:
    save(chen, **FIVE)
    for other in (cast.luo, cast.township_supervisor, cast.county_supervisor):
        browser = browser_of(other)
        for path in (SCHOOL, URL, SHEET):
            assert browser.get(path).status_code == 404
        assert browser.post(f"{URL}/phones").status_code == 404
    assert "罗副镇长" not in client.get(f"/v/{SHIWAN}").text
