"""`/`: find your village by typing, or by walking from county to village; and the page for what is not there."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from nightschool.errors import NotFound
from nightschool.queries import places
from nightschool.rules.regions import LONGEST_QUERY, Level
from nightschool.web.access import public
from nightschool.web.context import reading, today

bp = Blueprint("find", __name__)

# Names change with a list of regions, schools open now and then: five minutes late is soon enough.
KEEP = "public, max-age=300"
_VILLAGE_ADDRESS = re.compile(r"/v/([0-9]{12})\b")


@bp.get("/")
@public
def home() -> Any:
    """What a search found, or one step of the walk down."""
    query = request.args.get("q", "").strip()[:LONGEST_QUERY]
    at = request.args.get("at") or None
    found = step = None
    with reading() as db:
        if query:
            found = places.find(db, query, today=today())
        else:
            step = places.step(db, at, today=today())
    if step is None and found is None:
        raise NotFound
    if step and step.line and step.line[-1].level == Level.VILLAGE:
        return redirect(url_for("timetable.village", code=step.line[-1].code))
    return _kept(render_template("find/home.html", query=query, at=at, found=found, step=step))


def not_found() -> tuple[str, int]:
    """The page for an address with nothing behind it, the same whether there is nothing or nothing one may see.

    After the address of an unknown village it names the township that village would lie in.
    """
    nearest = None
    if address := _VILLAGE_ADDRESS.match(request.path):
        with reading() as db:
            nearest = places.nearest(db, address[1], today=today())
    return render_template("errors/404.html", nearest=nearest), 404


def _kept(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = KEEP
    response.add_etag()
    return response.make_conditional(request)
