"""A region's own map: brought as GeoJSON, looked at, and left again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.oversight.outlines import keep_outlines
from nightschool.queries.oversight.outlines import outlines_of
from nightschool.queries.places import openings, places
from nightschool.rules.oversight.outlines import (
    ACROSS,
    MOST_OUTLINE_MEGABYTES,
    height_of,
    middle_of,
    read_outlines,
    tell_refused_outlines,
)
from nightschool.rules.regions import Level, level_of, parent_of
from nightschool.texts import _
from nightschool.web.oversight.outlines_form import OutlinesForm
from nightschool.web.site.access import MEGABYTE, actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.records import SAVED, look_up, tried

bp = Blueprint("outlines", __name__)


@bp.route("/settings/<region_code:region>/map", methods=["GET", "POST"])
@allows("settle", most_bytes=MOST_OUTLINE_MEGABYTES * MEGABYTE, files=frozenset({"file"}))
def upload(region: str) -> Any:
    """The map of a region: a file is taken, or the one that was taken goes."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("outlines.upload", region=parent_of(region)), 303)
    place = look_up(places.region_named, region)
    if request.form.get("do") == "drop":
        with writing() as db:
            keep_outlines(db, region=region, paths={}, by=actor(), now=now())
        flash(_("地图去掉了，图上还是一格一个地方。"))
        return redirect(url_for("outlines.upload", region=region), SAVED)
    with reading() as db:
        parts = {one.code: one.name for one in openings.units_below(db, region, today=today())}
        paths = outlines_of(db, region)
    form = OutlinesForm()

    def save(db: Session) -> None:
        read = read_outlines(form.file.data.read(), parts.keys())
        keep_outlines(db, region=region, paths=read, by=actor(), now=now())

    status = tried(form, save, lambda form, one: form.refuse(one.field, tell_refused_outlines(one)))
    if status == SAVED:
        flash(_("地图存好了，看一看对不对。"))
        return redirect(url_for("outlines.upload", region=region), SAVED)
    page = render_template(
        "oversight/outlines/edit.html",
        place=place,
        form=form,
        drawn=[(parts.get(code, code), path, middle_of(path)) for code, path in sorted(paths.items())],
        left_out=[name for code, name in sorted(parts.items()) if code not in paths],
        across=ACROSS,
        high=height_of(paths),
    )
    return page, status
