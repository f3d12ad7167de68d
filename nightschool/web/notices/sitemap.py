"""For search engines: `/robots.txt`, and `/sitemap.xml` with every village that has a night school, a part a city."""

from typing import Any

from flask import Blueprint, abort, request

from nightschool.formats.sitemap import robots_text, sitemap_index, sitemap_part
from nightschool.queries.places import places
from nightschool.web.site.access import public
from nightschool.web.site.context import reading, whole
from nightschool.web.site.delivery import fresh_for

bp = Blueprint("sitemap", __name__)

# Search engines come by once a day or less; an hour late is soon enough.
AN_HOUR = 3600


@bp.get("/robots.txt")
@public
def robots() -> Any:
    """Which pages search engines are welcome to."""
    return fresh_for(AN_HOUR, robots_text(_site()), "text/plain")


@bp.get("/sitemap.xml")
@public
def index() -> Any:
    """The parts of the sitemap, one a city."""
    with reading() as db:
        cities = places.cities_with_schools(db)
    return fresh_for(AN_HOUR, sitemap_index(_site(), cities), "application/xml")


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
    return fresh_for(AN_HOUR, sitemap_part(_site(), schools), "application/xml")


def _site() -> str:
    return whole(request.script_root)
