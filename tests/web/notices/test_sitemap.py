"""What search engines are told: where they may look, and where the night schools are."""

import re
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from nightschool.actions.touching import touch_villages
from nightschool.database import Database
from tests.factories import JIANLI, SHIWAN, Cast, later, make_region, make_school

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def listed(client: FlaskClient, address: str) -> dict[str, str]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    return {one.findtext(f"{SPACE}loc", ""): one.findtext(f"{SPACE}lastmod", "") for one in root}


def test_every_school_is_found_from_the_robots_file(
    database: Database, cast: Cast, client: FlaskClient
) -> None:
    with database.writing() as db:
        make_region(db, "511002105202", "没有夜校的村")
        make_region(db, "511100000000", "没有夜校的市")
        make_region(db, "511300000000", "别的市")
        make_region(db, "511302000000", "别的区")
        make_region(db, "511302001000", "别的街道")
        make_region(db, "511302001001", "别的社区")
        make_school(db, "511302001001")
        touch_villages(db, [JIANLI], now=later(days=1))
    [sitemap] = re.findall("^Sitemap: (.*)$", client.get("/robots.txt").text, re.MULTILINE)
    parts = listed(client, sitemap)
    assert list(parts) == ["http://localhost/sitemap/5110.xml", "http://localhost/sitemap/5113.xml"]
    pages = listed(client, "http://localhost/sitemap/5110.xml")
    old, new = "2026-11-24T02:00:00Z", "2026-11-25T02:00:00Z"
    assert pages == {
        "http://localhost/r/5110": new,
        "http://localhost/r/511002": old,
        "http://localhost/r/511002105": old,
        "http://localhost/r/511024": new,
        "http://localhost/r/511024100": new,
        f"http://localhost/v/{SHIWAN}": old,
        f"http://localhost/v/{JIANLI}": new,
    }
    for address in pages:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    "address", ["/sitemap/5199.xml", "/sitemap/51.xml", "/sitemap/511002.xml", "/sitemap/x.xml"]
)
def test_there_is_no_part_without_schools(cast: Cast, client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_an_empty_installation_has_an_empty_sitemap(database: Database, client: FlaskClient) -> None:
    assert listed(client, "/sitemap.xml") == {}


@pytest.mark.both_databases
def test_it_is_kept_and_costs_one_statement(cast: Cast, client: FlaskClient, statements: list[str]) -> None:
    for address, cost in (("/sitemap.xml", 1), ("/sitemap/5110.xml", 1), ("/robots.txt", 0)):
        statements.clear()
        first = client.get(address)
        assert len(statements) == cost
        assert first.headers["Cache-Control"] == "public, max-age=3600"
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


def test_robots_may_look_at_public_pages_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    rules = [line.split(": ", 1) for line in lines if line.startswith(("Allow", "Disallow"))]

    def may(path: str) -> bool:
        """As RFC 9309 has it: the longest rule that fits decides."""
        fitting = [
            (len(rule), kind)
            for kind, rule in rules
            if (path == rule[:-1] if rule.endswith("$") else path.startswith(rule))
        ]
        return max(fitting)[1] == "Allow"

    for path in (
        "/",
        f"/v/{SHIWAN}",
        f"/v/{SHIWAN}/past",
        "/r/511002",
        "/static/app.css",
        "/sitemap.xml",
        "/?lang=en",
    ):
        assert may(path), path
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith(("/v/", "/r/", "/static/", "/sitemap")) and rule.rule != "/":
            assert not may(rule.rule), rule.rule
    assert not may("/?q=x")
    simple = RobotFileParser()  # one that goes by the first rule that fits
    simple.parse(lines)
    assert simple.can_fetch("*", f"http://localhost/v/{SHIWAN}")
    assert not simple.can_fetch("*", "http://localhost/desk")
