"""Timetables as data: they keep to their published schemas, and say exactly what the pages say."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nightschool.formats.timetable_json import region_json, schema, village_json
from nightschool.queries.notices.region_timetable import Area, Host, Meeting, RegionTimetable, Start
from nightschool.queries.notices.timetable import Entry, SeenTeacher, Successor, Timetable
from nightschool.queries.places.places import NamedRegion
from nightschool.rules.regions import Level
from nightschool.rules.slots import Slot
from tests.formats.test_ics import CHANGED, ENTRY, TODAY, VILLAGE, ZONE, entries

SITE = "https://school.example.org"
AREA = Area(
    code="511002105000",
    name="全安镇",
    official_name="全安镇",
    level=Level.TOWNSHIP,
    above=(NamedRegion("511002000000", "市中区"),),
    is_former=False,
    successor=None,
    revisions=9,
    changed_at=CHANGED,
)
HOST = Host("511002105201", "狮湾村", "全安镇", "市中区")
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
    "object": dict,
    "array": list,
}
SAID = {"$schema", "$defs", "title", "description"}


def faults(value: Any, rules: dict[str, Any], root: dict[str, Any], at: str = "$") -> list[str]:
    """What the schema says against the value. A word of JSON Schema that is not known here fails the test."""
    found: list[str] = []
    for word, rule in rules.items():
        match word:
            case "$ref":
                found += faults(value, root["$defs"][rule.removeprefix("#/$defs/")], root, at)
            case "type":
                kinds = [rule] if isinstance(rule, str) else rule
                if not any(type(value) is TYPES[kind] for kind in kinds):
                    found.append(f"{at}: {value!r} is none of {kinds}")
            case "enum" if value not in rule:
                found.append(f"{at}: {value!r} is none of {rule}")
            case "pattern" if isinstance(value, str) and not re.search(rule, value):
                found.append(f"{at}: {value!r} is not like {rule}")
            case "minimum" if isinstance(value, int) and value < rule:
                found.append(f"{at}: {value} is less than {rule}")
            case "maxItems" if isinstance(value, list) and len(value) > rule:
                found.append(f"{at}: more than {rule}")
            case "anyOf" if all(faults(value, one, root, at) for one in rule):
                found.append(f"{at}: {value!r} fits none")
            case "required" if isinstance(value, dict):
                found += [f"{at}: no {name}" for name in rule if name not in value]
            case "properties" if isinstance(value, dict):
                found += [f"{at}: {name} is not described" for name in value if name not in rule]
                for name in value.keys() & rule.keys():
                    found += faults(value[name], rule[name], root, f"{at}.{name}")
            case "items" if isinstance(value, list):
                for number, one in enumerate(value):
                    found += faults(one, rule, root, f"{at}[{number}]")
            case _:
                known = {"enum", "pattern", "minimum", "maxItems", "anyOf", "required", "properties", "items"}
                assert word in SAID | known, word
    return found


def against(name: str, data: bytes) -> list[str]:
    rules = json.loads(schema(name))
    return faults(json.loads(data), rules, rules)


def village_data(*ahead: Entry, past: tuple[Entry, ...] = (), **changes: Any) -> Any:
    timetable = Timetable(replace(VILLAGE, **changes), TODAY, ahead=ahead, past=past)
    data = village_json(timetable, site=SITE, zone=ZONE)
    assert against("village", data) == []
    return json.loads(data)


def region_data(*told: Entry, goes_on: Start | None = None, zone: ZoneInfo = ZONE) -> Any:
    meetings = tuple(Meeting(HOST, entry) for entry in told)
    last = TODAY + timedelta(days=12)
    timetable = RegionTimetable(AREA, TODAY, last, Start(TODAY), meetings, goes_on, ())
    data = region_json(timetable, site=SITE, zone=zone, part=lambda start: f"{SITE}?from={start.day}")
    assert against("region", data) == []
    return json.loads(data)


def test_the_little_validator_finds_what_is_wrong() -> None:
    data = village_data(ENTRY)
    for wrong in (
        {**data, "code": "51"},
        {**data, "today": None},
        {**data, "surprise": 1},
        {**data, "school": {"name": "x"}},
        {**data, "sessions": [{**data["sessions"][0], "status": "draft"}]},
        {**data, "sessions": [{**data["sessions"][0], "revision": 0}]},
        {**data, "sessions": [{**data["sessions"][0], "takes_place": 1}]},
        {name: value for name, value in data.items() if name != "url"},
    ):
        assert against("village", json.dumps(wrong).encode()), wrong


def test_a_session_is_told_by_the_wall_clock_and_as_an_instant() -> None:
    [session] = village_data(ENTRY)["sessions"]
    assert (session["day"], session["starts"], session["ends"]) == ("2026-11-27", "19:00", "20:30")
    assert session["starts_at"] == "2026-11-27T19:00:00+08:00"
    assert session["ends_at"] == "2026-11-27T20:30:00+08:00"
    assert (session["id"], session["revision"]) == (ENTRY.public_id, 3)
    assert session["venue"] == {"name": "村活动室", "directions": "村委会二楼"}
    assert session["teachers"] == [{"name": "周老师", "unit": "农技站"}]


def test_midnight_closes_the_day() -> None:
    [session] = village_data(ENTRY._replace(slot=Slot(TODAY, 1380, 1440)))["sessions"]
    assert (session["ends"], session["ends_at"]) == ("24:00", "2026-11-25T00:00:00+08:00")


def test_the_offset_is_that_of_the_day() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    summer = datetime(2026, 7, 1, tzinfo=UTC).date()
    winter, in_july = region_data(ENTRY, ENTRY._replace(slot=Slot(summer, 600, 660)), zone=berlin)["sessions"]
    assert winter["starts_at"].endswith("+01:00")
    assert in_july["starts_at"] == "2026-07-01T10:00:00+02:00"


def test_a_teacher_whose_name_is_not_public_has_none() -> None:
    [session] = village_data(ENTRY._replace(teachers=(SeenTeacher("", "卫生院"),)))["sessions"]
    assert session["teachers"] == [{"name": None, "unit": "卫生院"}]


def test_a_village_without_a_school_and_a_former_one_fit_too() -> None:
    assert village_data(school=None)["school"] is None
    gone = village_data(is_former=True, successor=Successor("511002105202", "新村", None))
    assert gone["successor"] == {"code": "511002105202", "name": "新村", "since": None}


def test_a_region_names_the_village_of_each_session_and_where_the_list_goes_on() -> None:
    data = region_data(ENTRY, goes_on=Start(TODAY))
    assert data["sessions"][0]["village"] == {
        "code": HOST.code, "name": "狮湾村", "township": "全安镇", "county": "市中区", "url": f"{SITE}/v/{HOST.code}",
    }  # fmt: skip
    assert data["next"] == f"{SITE}?from=2026-11-24"
    assert data["above"] == [{"code": "511002000000", "name": "市中区", "url": f"{SITE}/r/511002"}]
    assert region_data()["next"] is None


@settings(max_examples=60)
@given(st.lists(entries(), max_size=4))
def test_whatever_there_is_keeps_to_the_schema_and_is_the_same_in_both(many: list[Entry]) -> None:
    in_village, in_region = village_data(*many)["sessions"], region_data(*many)["sessions"]
    assert [{k: v for k, v in one.items() if k != "village"} for one in in_region] == in_village
    assert [one["title"] for one in in_village] == [entry.title for entry in many]


@pytest.mark.parametrize("name", ["village", "region"])
def test_every_field_of_a_schema_is_required_and_described(name: str) -> None:
    rules = json.loads(schema(name))
    for part in (rules, *rules["$defs"].values()):
        assert set(part["required"]) == set(part["properties"])
        assert all("description" in field or "$ref" in field for field in part["properties"].values())


def test_both_schemas_describe_a_session_alike() -> None:
    village, region = (
        json.loads(schema(name))["$defs"]["session"]["properties"] for name in ("village", "region")
    )
    assert {name: rule for name, rule in region.items() if name != "village"} == village
