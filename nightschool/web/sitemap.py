"""For search engines: `/robots.txt`, and `/sitemap.xml` with every village that has a night school, a part a city."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request

from nightschool.formats.sitemap import robots_text, sitemap_index, sitemap_part
from nightschool.queries import places
from nightschool.web.access import public
from nightschool.web.context import reading, services

bp = Blueprint("sitemap", __name__)

# Search engines come by once a day or less; an hour late is soon enough.
KEEP = "public, max-age=3600"


@bp.get("/robots.txt")
@public
def robots() -> Any:
    """Which pages search engines are welcome to."""
    return _kept(robots_text(_site()), "text/plain")


@bp.get("/sitemap.xml")
@public
def index() -> Any:
    """The parts of the sitemap, one a city."""
    with reading() as db:
        cities = places.cities_with_schools(db)
    return _kept(sitemap_index(_site(), cities), "application/xml")


@bp.get("/sitemap/<short_code:city>.xml")
@public
def part(city: str) -> Any:
    """The villages of one city that have a night school, and the townships and counties they lie in."""
    if len(city) != 4:
        abort(404)
    with reading() as db:
        schools = places.schools_inside(db, city)
    if not schools:
        abort(404)
    return _kept(sitemap_part(_site(), schools), "application/xml")


def _site() -> str:
    return services().settings.base_url + request.script_root


def _kept(content: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = KEEP
    response.add_etag()
    answered: Response = response.make_conditional(request)
    return answered
