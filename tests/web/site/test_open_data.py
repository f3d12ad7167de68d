"""What other programs read: from any site, without a key or a cookie."""

import json

import pytest
from flask.testing import FlaskClient

from tests.factories import SHIWAN, Cast

OPEN = [
    f"/v/{SHIWAN}.json", f"/v/{SHIWAN}.ics", f"/v/{SHIWAN}.txt", "/r/511002.json", "/r/511002.ics",
    "/schema/village.json", "/schema/region.json",
]  # fmt: skip


def test_any_site_may_read_it(cast: Cast, client: FlaskClient) -> None:
    for address in OPEN:
        for way in ["", "?utm=x"]:
            answer = client.get(address + way, headers={"Origin": "https://elsewhere.example"})
            assert answer.status_code == 200
            assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
            assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
            assert "Access-Control-Allow-Credentials" not in answer.headers
            assert "Set-Cookie" not in answer.headers
            again = client.get(address + way, headers={"If-None-Match": answer.headers["ETag"]})
            assert (again.status_code, again.headers["Access-Control-Allow-Origin"]) == (304, "*")
            head = client.head(address + way)
            assert (head.status_code, head.data, head.headers["Access-Control-Allow-Origin"]) == (
                200,
                b"",
                "*",
            )


@pytest.mark.parametrize("address", OPEN)
def test_a_browser_that_asks_first_is_told_that_it_may(cast: Cast, client: FlaskClient, address: str) -> None:
    asked = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "if-none-match",
    }
    answer = client.options(address, headers=asked)
    assert answer.status_code == 200
    assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
    assert "GET" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "If-None-Match"


def test_a_program_learns_too_that_there_is_nothing(cast: Cast, client: FlaskClient) -> None:
    for address in ("/v/511002105999.json", "/r/511099.json", "/r/511002105000.json"):
        answer = client.get(address)
        assert answer.status_code in (301, 404)
        assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]


@pytest.mark.parametrize(
    "address", [f"/v/{SHIWAN}", "/r/511002", "/", "/login", f"/desk/{SHIWAN}", "/healthz"]
)
def test_nothing_else_is_open(cast: Cast, client: FlaskClient, address: str) -> None:
    for answer in (client.get(address), client.options(address)):
        assert not [name for name in answer.headers.keys() if name.startswith("Access-Control")]  # noqa: SIM118


def test_schemas_are_json_of_their_own_type(client: FlaskClient) -> None:
    for name in ("village", "region"):
        answer = client.get(f"/schema/{name}.json")
        assert answer.mimetype == "application/schema+json"
        assert json.loads(answer.data)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert client.get("/schema/other.json").status_code == 404


def test_data_says_what_it_is(cast: Cast, client: FlaskClient) -> None:
    assert client.get(f"/v/{SHIWAN}.json").headers["Content-Type"] == "application/json"
    assert json.loads(client.get(f"/v/{SHIWAN}.json?lang=en").data)["language"] == "en"
