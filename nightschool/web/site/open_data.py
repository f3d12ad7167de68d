"""The schemas that answers for other programs keep to."""

from flask import Blueprint, Response

from nightschool.formats.timetable_json import schema
from nightschool.web.site.access import open_data
from nightschool.web.site.delivery import fresh_for

bp = Blueprint("open_data", __name__)

_A_DAY = 24 * 3600


@bp.get('/schema/<any("village", "region"):document>.json')
@open_data
def show_schema(document: str) -> Response:
    """What the fields of /v/….json or /r/….json are and mean."""
    return fresh_for(_A_DAY, schema(document), "application/schema+json")
