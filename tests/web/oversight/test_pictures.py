"""Figures as pictures that need no script, each with its numbers behind it."""

import io
import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from nightschool.database import Database
from nightschool.queries.oversight.overview import Narrowed, held_by_day
from nightschool.rules.seasons.periods import marks_of, parsed_period, tell_span
from tests.factories import SHIWAN, Cast, make_course, make_region, make_register, make_session


@pytest.mark.parametrize(
    ("period", "spans"),
    [
        ("2026-11-23", ["11.23", "11.24", "11.25", "11.26", "11.27", "11.28", "11.29"]),
        ("2026-11", ["10.26", "11.2", "11.9", "11.16", "11.23", "11.30"]),
        ("2026-Q4", ["10月", "11月", "12月"]),
        ("2026-11-03..2027-01-05", ["11月", "12月", "1月"]),
    ],
)
def test_a_picture_has_a_mark_for_every_span(period: str, spans: list[str]) -> None:
    asked = parsed_period(period)
    assert asked is not None
    assert [tell_span(one) for one in marks_of(asked)] == spans


def test_a_year_is_drawn_and_its_numbers_stand_behind(
    database: Database, cast: Cast, browser_of: Any
) -> None:
    with database.writing() as db:
        for day, total in ((date(2026, 1, 1), 10), (date(2026, 10, 31), 20), (date(2026, 10, 1), 5)):
            make_register(db, make_session(db, make_course(db), day), cast.chen, total=total)
        make_region(db, "511002106000", "测试乡")
        make_region(db, "511002106200")
    browser = browser_of(cast.county_supervisor)
    page = browser.get("/overview/511002000000/pictures?when=2026").text
    drawn = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert [svg.get("role") for svg in drawn] == ["img", "img", "group"]
    assert "1月 1、2月 0" in str(drawn[0].get("aria-label")) and "10月 2" in str(drawn[0].get("aria-label"))
    assert "1月 10、" in str(drawn[1].get("aria-label")) and "10月 25" in str(drawn[1].get("aria-label"))
    tiles = [(one.get("href"), one.get("aria-label")) for one in drawn[2].iter("a")]
    assert tiles == [
        ("/overview/511002105000/pictures?when=2026", "全安镇 3"),
        ("/overview/511002106000/pictures?when=2026", "测试乡 没办"),
    ]
    assert '<th scope="row">10月</th><td class="number" data-head="已开">2</td>' in page
    rates = browser.get("/overview/511002105000/pictures?when=2026&of=reported_percent").text
    assert 'aria-label="狮湾村 100%"' in rates
    assert browser.get(f"/overview/{SHIWAN}/pictures?when=2026&of=%00&first=x").status_code == 200


@pytest.mark.both_databases
def test_days_are_the_same_from_tallies_and_from_classes(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        for hour, day in enumerate((date(2026, 10, 1), date(2026, 10, 1), date(2026, 11, 2))):
            session = make_session(db, make_course(db), day, starts=600 + 60 * hour, ends=640 + 60 * hour)
            make_register(db, session, cast.chen, total=10 + hour)
    days = {"first": date(2026, 10, 1), "last": date(2026, 11, 30)}
    with database.reading() as db:
        found = [
            held_by_day(db, code, **days)
            for code in (SHIWAN, "511002105000", "511002000000", "511000000000", "510000000000")
        ]
        skill = held_by_day(db, "511002000000", **days, narrowed=Narrowed(category="law"))
    assert found == [((date(2026, 10, 1), 2, 21), (date(2026, 11, 2), 1, 12))] * 5
    assert skill == ()


@pytest.mark.both_databases
def test_a_county_brings_its_map_and_leaves_it_again(database: Database, cast: Cast, browser_of: Any) -> None:
    with database.writing() as db:
        make_region(db, "511002106000", "测试乡")
        make_region(db, "511002106200")
    browser, settings = browser_of(cast.county_supervisor), "/settings/511002000000/map"
    square = [[[105.0, 29.0], [105.1, 29.0], [105.1, 29.1], [105.0, 29.1], [105.0, 29.0]]]
    feature = {"properties": {"code": "511002105"}, "geometry": {"type": "Polygon", "coordinates": square}}

    def send(content: bytes) -> Any:
        file = (io.BytesIO(content), "县界.geojson")
        return browser.post(settings, data={"file": file}, content_type="multipart/form-data")

    refused = send(b"<svg onload=alert(1)>")
    assert refused.status_code == 422 and "不是 GeoJSON" in refused.text and "onload" not in refused.text
    assert browser.post(settings, data={}).status_code == 422
    assert send(json.dumps({"features": [feature]}).encode()).status_code == 303
    drawn = browser.get(settings).text
    assert (
        "画了 1 个地方。 图上没有的：测试乡。" in drawn and "全安镇</text>" in drawn
    )  # so that it can be checked
    pictures = browser.get("/overview/511002000000/pictures?when=2026").text
    assert pictures.count('<path class="shade-0" d="M0,') == 1 and 'aria-label="全安镇 0"' in pictures
    assert 'aria-label="测试乡 没办"' in pictures  # what the map lacks is a tile
    assert browser.post(settings, data={"do": "drop"}).status_code == 303
    assert '<path class="shade' not in browser.get("/overview/511002000000/pictures?when=2026").text
