"""The supervisor's pages: a region, a week or a month, one table, and one sentence to copy."""

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from nightschool.errors import NotFound
from nightschool.formats.overview_text import tell_figures, tell_reasons
from nightschool.queries.courses import labels
from nightschool.queries.oversight import overview, township_plans
from nightschool.queries.places import places
from nightschool.queries.places.takeovers import todays_villages
from nightschool.rules.seasons.months import month_of
from nightschool.rules.seasons.periods import Period, tell_period, week_of, whole_month
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import reading, today

bp = Blueprint("overview", __name__)
for telling in (tell_figures, tell_period, tell_reasons):
    bp.add_app_template_global(telling)


@bp.get("/overview")
@allows("see_overview")
def home() -> Any:
    """The one region supervised, or the choice among several."""
    codes = sorted({post.region_code for post in actor().posts_for("see_overview") if post.region_code})
    if len(codes) == 1:
        return redirect(url_for("overview.region", region=codes[0]), 303)
    with reading() as db:
        regions = places.regions_named(db, codes)
    return render_template("oversight/overview/home.html", regions=regions)


@bp.get("/overview/<region_code:region>")
@allows("see_overview")
def region(region: str) -> Any:
    """One region's figures of a period, of all its classes or of those of one unit or campaign."""
    period, by_todays = _period(), request.args.get("by") == "today"
    days: dict[str, Any] = {"first": period.first, "last": period.last}
    with reading() as db:
        if by_todays:
            days["heirs"] = todays_villages(db, today=today())
        label = labels.kept_label(db, request.args.get("label", ""))
        found = overview.overview_of(
            db, region, **days, today=today(), label=label.public_id if label else ""
        )
        figures = {} if label else labels.label_figures(db, region, **days)
        waiting = township_plans.waiting(db, region, today=today())
    if found is None:
        raise NotFound
    return render_template(
        "oversight/overview/region.html",
        overview=found,
        period=period,
        label=label,
        figures=figures,
        by_todays=by_todays,
        waiting=waiting[1] if waiting else 0,
    )


def _period() -> Period:
    """The period the address names; this week when it names none that can be read."""
    try:
        day = date.fromisoformat(request.args.get("day", "")[:10])
    except ValueError:
        day = today()
    if not date(2000, 1, 1) <= day <= date(2100, 12, 31):
        day = today()
    return whole_month(month_of(day)) if request.args.get("period") == "month" else week_of(day)
