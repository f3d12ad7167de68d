"""Outlines out of GeoJSON: drawn from numbers, or refused with what is wrong and where."""

import json
from typing import Any

import pytest

from nightschool.errors import Refused
from nightschool.rules.oversight.outlines import (
    ACROSS,
    height_of,
    middle_of,
    read_outlines,
    tell_refused_outlines,
)

PARTS = {"511002105000", "511002106000"}
SQUARE = [[[105.0, 29.0], [105.1, 29.0], [105.1, 29.1], [105.0, 29.1], [105.0, 29.0]]]


def feature(code: Any = "511002105", coordinates: Any = SQUARE, kind: str = "Polygon") -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def geojson(*features: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def test_each_part_is_a_path_of_whole_numbers() -> None:
    east = [[[[x + 0.1, y] for x, y in SQUARE[0]]]]
    drawn = read_outlines(geojson(feature(), feature(511002106000, east, "MultiPolygon")), PARTS)
    high = height_of(drawn)
    assert drawn == {
        "511002105000": f"M0,{high} 500,{high} 500,0 0,0 0,{high}Z",
        "511002106000": f"M500,{high} {ACROSS},{high} {ACROSS},0 500,0 500,{high}Z",
    }
    assert 565 < high < 580  # a degree of longitude is 0.874 of one of latitude here
    assert middle_of(drawn["511002106000"]) == (750, high // 2)


def test_points_that_fall_together_are_one() -> None:
    many = [[[105.0 + n / 100_000, 29.0] for n in range(10_000)] + SQUARE[0][1:]]
    [path] = read_outlines(geojson(feature(coordinates=many)), PARTS).values()
    assert path.count(",") < 520


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "outline_unreadable"),
        (b"\xff\xfe", "outline_unreadable"),
        (b"[" * 100_000, "outline_unreadable"),
        (b'{"features": {}}', "outline_unreadable"),
        (b'{"features": [1]}', "outline_unreadable"),
        (b'{"features": [' + b"9" * 5000 + b"]}", "outline_unreadable"),
        (geojson(), "outline_none"),
        (geojson(feature("511024105")), "outline_code"),
        (geojson(feature("'/><script>")), "outline_code"),
        (geojson(feature(None)), "outline_code"),
        (geojson(feature(), feature()), "outline_twice"),
        (geojson(feature(kind="Point")), "outline_kind"),
        (geojson({"properties": {"code": "511002105"}, "geometry": None}), "outline_kind"),
        (geojson(feature(coordinates=[[["1", "2"]]])), "outline_point"),
        (geojson(feature(coordinates=[[[181, 0]]])), "outline_point"),
        (geojson(feature(coordinates=[[[float("nan"), 0]]])), "outline_point"),
        (geojson(feature(coordinates=[[[1]]])), "outline_point"),
        (geojson(feature(coordinates=7)), "outline_point"),
        (geojson(feature(coordinates=[[[True, False]]])), "outline_point"),
        (geojson(feature(coordinates=[[[105, 29]]])), "outline_none"),
        (geojson(feature(coordinates=[])), "outline_none"),
        (geojson(feature(coordinates=[[[105, 29]] * 200_001])), "outline_points"),
    ],
)
def test_what_is_no_map_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_outlines(content, PARTS)
    assert refused.value.code == code and refused.value.field == "file"
    assert tell_refused_outlines(refused.value).endswith("。")
