"""A township's month with all its villages, for the notice board: `/r/<code>/month/2026-11`. No login, no cookie.

The paper of a county and above would be a wall of names: it leads to its towns instead.
"""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for

from nightschool.errors import Refused
from nightschool.formats.qr import qr_svg
from nightschool.formats.region_month import month_words, tell_month_summary, tell_region_month
from nightschool.queries.notices.region_month import RegionMonth, region_month
from nightschool.rules.regions import Level, full_code, level_of, prefix_of
from nightschool.rules.seasons.months import (
    FIRST_YEAR,
    LAST_YEAR,
    Month,
    month_of,
    read_month,
    tell_month,
    tell_refused_months,
)
from nightschool.web.site.access import public
from nightschool.web.site.context import today, whole
from nightschool.web.site.delivery import deliver
from nightschool.web.site.language import reading_here
from nightschool.web.site.records import look_up
from nightschool.web.site.sharing import card

bp = Blueprint("region_month", __name__)


@bp.get("/r/<short_code:area>/month")
@public
def this_month(area: str) -> Any:
    """The month it is."""
    return redirect(url_for("region_month.month", area=area, month_code=month_of(today()).code), 303)


@bp.get("/r/<short_code:area>/month/<month_code>")
@public
def month(area: str, month_code: str) -> Any:
    """One table of the month; other ways to write code or month lead here, a village's code to its own paper."""
    code, short = full_code(area), prefix_of(full_code(area))
    try:
        wanted = read_month(month_code)
    except Refused as refused:
        return _refused(short, refused)
    if level_of(code) is Level.VILLAGE:
        return redirect(url_for("school_months.term", code=code, first=wanted.code, last=wanted.code), 301)
    if (area, month_code) != (short, wanted.code):
        return redirect(url_for("region_month.month", area=short, month_code=wanted.code), 301)
    found = look_up(region_month, code, wanted, today=today())
    return deliver(reading_here(), repr(found), lambda: _shown(short, found))


@bp.get("/r/<short_code:area>/qr.svg")
@public
def qr(area: str) -> Response:
    """The address of the region's page for the camera of a phone; printed with its month."""
    page = url_for("region_timetable.region", area=prefix_of(full_code(area)), lang=None, big=None)
    return Response(qr_svg(whole(page)), mimetype="image/svg+xml")


def _shown(short: str, found: RegionMonth) -> str:
    return render_template(
        "notices/region_month/month.html",
        **month_words(found),
        area=short,
        month=found.month.code,
        others=_others(short, found.month),
        full=whole(url_for("region_timetable.region", area=short)),
        card=card(
            reading_here(),
            tell_region_month(found),
            tell_month_summary(found),
            is_indexed=bool(found.meetings),
        ),
    )


def _others(short: str, month: Month) -> list[tuple[str, str]]:
    """The month before and the one after, with their addresses."""
    return [
        (tell_month(other), url_for("region_month.month", area=short, month_code=other.code))
        for other in (month.before, month.after)
        if FIRST_YEAR <= other.year <= LAST_YEAR
    ]


def _refused(short: str, refused: Refused) -> Any:
    page = render_template(
        "notices/region_month/refused.html", sentence=tell_refused_months(refused), area=short
    )
    return page, 422
