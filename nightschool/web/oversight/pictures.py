"""A region's figures as pictures: bars and a line of a time, a map of its parts; each with its numbers behind it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for

from nightschool.errors import NotFound
from nightschool.queries.oversight.outlines import outlines_of
from nightschool.queries.oversight.overview import RegionFigures, held_by_day, overview_of
from nightschool.rules.oversight.outlines import ACROSS, height_of, middle_of
from nightschool.rules.seasons.periods import marks_of, tell_span
from nightschool.texts import N_, _
from nightschool.web.oversight.frame import ANY_PERIOD, asked_days, asked_figures, asked_period, chooser, kept
from nightschool.web.site.access import allows
from nightschool.web.site.context import reading, today

bp = Blueprint("pictures", __name__)

SHADED = {
    "held": N_("已开"),
    "attendances": N_("人次"),
    "held_percent": N_("完成率"),
    "reported_percent": N_("登记率"),
}
_STEPS = (1, 34, 67)  # percent of the most there is, from which on a tile is a shade darker


@dataclass(frozen=True, slots=True)
class Tile:
    """One part of a region on its map. `shade`: 0 to 3, or none where there is no school."""

    name: str
    told: str
    shade: str
    address: str
    path: str  # its outline on the region's own map; empty: it has none there
    middle: tuple[int, int]


@bp.get("/overview/<region_code:region>/pictures")
@allows("see_overview")
def show(region: str) -> Any:
    """What was held and who came in the spans of a time, and a map shaded by one figure."""
    period = asked_period()
    shaded = of if (of := request.args.get("of", "")) in SHADED else "held"

    def at(code: str) -> str:
        return url_for(
            "pictures.show", region=region, **{**kept(), "when": code, "of": request.args.get("of")}
        )

    form, elsewhere = asked_days(period, at)
    if elsewhere:
        return elsewhere
    with reading() as db:
        asked = asked_figures(db)
        which: dict[str, Any] = {"first": period.first, "last": period.last, "narrowed": asked.narrowed}
        found = overview_of(db, region, today=today(), **which, counts_people=False)
        if found is None:
            raise NotFound
        paths = outlines_of(db, region)
        days = held_by_day(db, region, **which)
    spans = marks_of(period)
    held, came = [0] * len(spans), [0] * len(spans)
    firsts, labels = [span.first for span in spans], [tell_span(span) for span in spans]
    for day, classes, attendances in days:
        place = bisect_right(firsts, day) - 1
        held[place] += classes
        came[place] += attendances
    return render_template(
        "oversight/pictures/show.html",
        overview=found,
        name=asked.of(found.name),
        held=list(zip(labels, held, strict=True)),
        came=list(zip(labels, came, strict=True)),
        spans=list(zip(labels, held, came, strict=True)),
        rows=[
            (
                one.name,
                one.planned,
                one.held,
                *map(_percent, (one.held_percent, one.reported_percent)),
                one.attendances,
            )
            for one in found.parts
        ],
        shaded=shaded,
        choices={one: _(word) for one, word in SHADED.items()},
        tiles=(tiles := _tiles(found.parts, shaded, paths)),
        drawn=[one for one in tiles if one.path],
        across=ACROSS,
        high=height_of(paths),
        kept={**kept(), **asked.kept},
        at=at,
        **chooser(period, ANY_PERIOD, form),
    )


def _percent(value: int | None) -> str:
    return "" if value is None else f"{value}%"


def shade_of(percent: int) -> str:
    """How dark a tile is that has so much of the most there is."""
    return str(bisect_right(_STEPS, percent))


def _tiles(parts: Sequence[RegionFigures], shaded: str, paths: Mapping[str, str]) -> list[Tile]:
    most = max((getattr(one, shaded) or 0 for one in parts), default=0)
    found = []
    for one in parts:
        value = getattr(one, shaded)
        shade = shade_of(100 * value // most) if value and most else "0"
        told = _percent(value) if shaded.endswith("percent") else str(value)
        address = url_for("pictures.show", region=one.code, **{**kept(), "of": request.args.get("of")})
        path = paths.get(one.code, "")
        found.append(
            Tile(
                one.name,
                told if one.schools else _("没办"),
                shade if one.schools else "none",
                address,
                path,
                middle_of(path) if path else (0, 0),
            )
        )
    return found
