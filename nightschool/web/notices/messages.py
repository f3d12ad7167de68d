"""What to send to the people of a village, in finished words."""

from typing import Any

from flask import Blueprint, render_template

from nightschool.formats.messages import change_message
from nightschool.queries.notices.changes import changed_by, changes_since
from nightschool.queries.places import places
from nightschool.web.courses.undo import TOGETHER
from nightschool.web.site.access import allows
from nightschool.web.site.context import moment, now, reading
from nightschool.web.site.records import look_up

bp = Blueprint("messages", __name__)


@bp.get("/desk/<region_code:village>/message")
@allows("see_village")
def latest(village: str) -> Any:
    """All that changed in the last day, as one message."""
    place = look_up(places.region_named, village)
    with reading() as db:
        found = changes_since(db, village, since=now().instant - TOGETHER)
        people = changed_by(db, village, since=now().instant - TOGETHER)
    return render_template(
        "notices/messages/latest.html",
        place=place,
        message=change_message([found], moment()),
        people=people,
    )
