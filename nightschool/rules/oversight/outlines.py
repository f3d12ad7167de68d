"""Outlines of a region's parts out of GeoJSON (RFC 7946): read, checked, and made into small pictures of whole numbers.

What is kept is only what was drawn here from numbers; nothing else of a file gets any further.
"""

import json
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from nightschool.errors import Refused
from nightschool.rules.regions import full_code
from nightschool.texts import N_, _

MOST_OUTLINE_MEGABYTES = 4
MOST_POINTS = 200_000
_MOST_CHARACTERS = 300_000  # of all paths together
ACROSS = 1000  # units of the picture's width
_NEAREST = 2  # points closer than this to the one before are left out
_CODE_NAMES = ("code", "adcode", "region_code", "id")

Ring = list[tuple[float, float]]


def read_outlines(content: bytes, parts: Collection[str]) -> dict[str, str]:
    """For each part its outline as the path of an SVG, in a picture that is ACROSS wide.

    Longitudes are made narrower as in the middle of the region, which is near enough for one county. Points that fall
    together are one. Raises: Refused, with the how manieth feature it is about as `line`.
    """
    found: dict[str, list[Ring]] = {}
    points = 0
    for number, feature in enumerate(_features(content), start=1):
        code = _code_of(feature)
        if code not in parts:
            raise Refused("outline_code", field="file", line=number, value=str(code)[:40])
        if code in found:
            raise Refused("outline_twice", field="file", line=number, value=code)
        found[code] = rings = list(_rings(feature.get("geometry"), number))
        points += sum(map(len, rings))
        if points > MOST_POINTS:
            raise Refused("outline_points", field="file", most=MOST_POINTS)
    if not found:
        raise Refused("outline_none", field="file")
    drawn = _drawn(found)
    if sum(map(len, drawn.values())) > _MOST_CHARACTERS:
        raise Refused("outline_points", field="file", most=MOST_POINTS)
    return drawn


def height_of(outlines: Mapping[str, str]) -> int:
    """How high the picture of these outlines is."""
    pairs = (pair for path in outlines.values() for pair in path.replace("M", " ").replace("Z", "").split())
    return max((int(pair.split(",")[1]) for pair in pairs), default=0)


def middle_of(path: str) -> tuple[int, int]:
    """Where the name of a part stands: in the middle of its box."""
    pairs = [tuple(map(int, pair.split(","))) for pair in path.replace("M", " ").replace("Z", "").split()]
    across, down = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return (min(across) + max(across)) // 2, (min(down) + max(down)) // 2


def _features(content: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        read = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("outline_unreadable", field="file") from None
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list) or not all(isinstance(one, dict) for one in features):
        raise Refused("outline_unreadable", field="file")
    return features


def _code_of(feature: Mapping[str, Any]) -> str:
    """Full codes, and those that end where zeros would begin."""
    properties = feature.get("properties")
    said = {**(properties if isinstance(properties, dict) else {}), "id": feature.get("id")}
    text = next((str(said[name]) for name in _CODE_NAMES if said.get(name) not in (None, "")), "")
    try:
        return full_code(text)
    except ValueError:
        return text


def _rings(geometry: Any, number: int) -> Iterator[Ring]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise Refused("outline_kind", field="file", line=number, value=str(kind)[:40])
    shapes = geometry.get("coordinates")
    try:
        for shape in (shapes,) if kind == "Polygon" else shapes:
            for ring in shape:
                yield [_point(*point[:2]) for point in ring]
    except (TypeError, ValueError, KeyError):
        raise Refused("outline_point", field="file", line=number) from None


def _point(longitude: Any, latitude: Any) -> tuple[float, float]:
    for degrees, most in ((longitude, 180), (latitude, 90)):
        if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not abs(degrees) <= most:
            raise ValueError
    return float(longitude), float(latitude)


def _drawn(found: Mapping[str, Sequence[Ring]]) -> dict[str, str]:
    points = [point for rings in found.values() for ring in rings for point in ring]
    if not points:
        raise Refused("outline_none", field="file")
    west, east = min(one[0] for one in points), max(one[0] for one in points)
    south, north = min(one[1] for one in points), max(one[1] for one in points)
    narrower = math.cos(math.radians((south + north) / 2))
    if (east - west) * narrower <= 0 or not 0.02 < (north - south) / ((east - west) * narrower) < 50:
        raise Refused("outline_none", field="file")
    scale = ACROSS / ((east - west) * narrower)
    drawn = {}
    for code, rings in found.items():
        path = ""
        for ring in rings:
            put = [(round((x - west) * narrower * scale), round((north - y) * scale)) for x, y in ring]
            kept = put[:1]
            for point in put[1:]:
                if math.dist(point, kept[-1]) >= _NEAREST:
                    kept.append(point)
            if len(kept) > 2:
                path += "M" + " ".join(f"{x},{y}" for x, y in kept) + "Z"
        if path:
            drawn[code] = path
    return drawn


_REFUSED = {
    "outline_unreadable": N_("这个文件不是 GeoJSON，里面要有 features。请做地图的人导出 GeoJSON，再来一次。"),
    "outline_none": N_("这个文件里没有画得出来的边界。"),
    "outline_points": N_("边界的点太多，最多 %(most)d 个。请做地图的人简化一下再导出。"),
    "outline_code": N_(
        "第 %(line)d 个图形的代码是「%(value)s」，不是这里的下一级。每个图形的 properties 里要有 code，写区划代码。"
    ),
    "outline_twice": N_("第 %(line)d 个图形的代码 %(value)s 前面已经有了。一个地方只画一个图形。"),
    "outline_kind": N_("第 %(line)d 个图形是「%(value)s」，要 Polygon 或者 MultiPolygon。"),
    "outline_point": N_("第 %(line)d 个图形里有不是经纬度的点。经度从 -180 到 180，纬度从 -90 到 90。"),
}


def tell_refused_outlines(refused: Refused) -> str:
    """One sentence: what is wrong with the file, where, and what to do."""
    return _(_REFUSED[refused.code], **refused.details)
