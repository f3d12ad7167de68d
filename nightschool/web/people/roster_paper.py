"""The roster of a village on paper (F5): as a page that prints, and as PDF."""

from typing import Any

from flask import Blueprint, render_template, url_for

from nightschool.formats import roster_table
from nightschool.queries.people import rosters
from nightschool.queries.places import places
from nightschool.web.site.access import allows
from nightschool.web.site.context import today
from nightschool.web.site.papers import pdf_answer, unprintable
from nightschool.web.site.records import look_up

bp = Blueprint("roster_paper", __name__)


@bp.get("/desk/<region_code:village>/learners/paper")
@allows("keep_people")
def show(village: str) -> Any:
    """Everybody who still comes, in a table."""
    place = look_up(places.region_named, village)
    lines = look_up(rosters.village_roster, village)
    rows = roster_table.roster_rows(lines)
    return render_template(
        "people/learners/paper.html",
        place=place,
        title=roster_table.roster_title(place.name),
        under=roster_table.roster_under(lines, today()),
        columns=roster_table.roster_columns(),
        rows=rows,
        unprintable=unprintable([cell for row in rows for cell in row]),
    )


@bp.get("/desk/<region_code:village>/learners/paper.pdf")
@allows("keep_people")
def pdf(village: str) -> Any:
    """The same table as PDF."""
    place = look_up(places.region_named, village)
    data = roster_table.roster_data(place.name, look_up(rosters.village_roster, village), today())
    otherwise = url_for("roster_paper.show", village=village)
    return pdf_answer("table", data, name=f"{village}-{today()}", otherwise=otherwise)
