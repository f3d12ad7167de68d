"""The roster of a village on paper (F5): as a page that prints, and as PDF."""

from typing import Any

from flask import Blueprint, url_for

from nightschool.formats.roster_table import roster_paper
from nightschool.formats.table_paper import TablePaper
from nightschool.queries.people import rosters
from nightschool.queries.places import places
from nightschool.texts import _
from nightschool.web.site.access import allows
from nightschool.web.site.context import today
from nightschool.web.site.papers import pdf_answer, table_page
from nightschool.web.site.records import look_up

bp = Blueprint("roster_paper", __name__)


@bp.get("/desk/<region_code:village>/learners/paper")
@allows("keep_people")
def show(village: str) -> Any:
    """Everybody who still comes, in a table."""
    back = {
        url_for("learners.index", village=village): _("回到学员名单"),
        url_for("desk.papers", village=village): _("打印"),
    }
    return table_page(
        _paper(village),
        pdf=url_for("roster_paper.pdf", village=village),
        back=back,
        empty=_("还没有学员。加一个，只要名字和组；点名的时候也能随手加。"),
    )


@bp.get("/desk/<region_code:village>/learners/paper.pdf")
@allows("keep_people")
def pdf(village: str) -> Any:
    """The same table as PDF."""
    otherwise = url_for("roster_paper.show", village=village)
    return pdf_answer("table", _paper(village).data(), name=f"{village}-{today()}", otherwise=otherwise)


def _paper(village: str) -> TablePaper:
    place = look_up(places.region_named, village)
    return roster_paper(place.name, look_up(rosters.village_roster, village), today())
