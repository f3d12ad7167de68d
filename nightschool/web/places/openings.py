"""All villages of a township at once: night schools opened, slips printed on sheets, and printed anew when lost."""

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from nightschool.actions.places import openings as actions
from nightschool.errors import Refused
from nightschool.queries.places import openings as queries
from nightschool.queries.places import places
from nightschool.queries.places.places import PlaceStep
from nightschool.rules.regions import Level, level_of
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.rules.trust.slips import grouped
from nightschool.web.places.openings_form import OpeningsForm, SlipsForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import digester, now, reading, services, today, writing
from nightschool.web.site.records import BAD_INPUT, answered, look_up

bp = Blueprint("openings", __name__)


@bp.route("/admin/<region_code:region>/schools/all", methods=["GET", "POST"])
@allows("manage_accounts")
def villages(region: str) -> Any:
    """The villages of a township without a night school, all ticked; of a county, its townships."""
    if level_of(region) is not Level.TOWNSHIP:
        return _larger(region)
    step = look_up(places.step, region, today=today())
    with reading() as db:
        found = queries.villages(db, region, today=today())
    form = OpeningsForm(found)
    if form.is_submitted() and form.validate() and not form.is_wrong:
        try:
            return _sheet(step, _open(form))
        except Refused as refusal:
            form.refuse_row(refusal.details.get("row", ""), tell_refusal(refusal))
    page = render_template(
        "places/openings/villages.html",
        form=form,
        here=step.line[-1],
        above=step.line[:-1],
        are_any=bool(found),
    )
    return page, BAD_INPUT if form.is_wrong else 200


@bp.route("/admin/<region_code:region>/slips", methods=["GET", "POST"])
@allows("manage_accounts")
def slips(region: str) -> Any:
    """New slips for coordinators who have never logged in: the sheet was lost, or never reached them."""
    form = SlipsForm()
    step = look_up(places.step, region, today=today())
    with reading() as db:
        waiting = queries.never_logged_in(db, region, now=now())

    def renew() -> str:
        how = {"chosen": form.chosen.data, "digester": digester(), "by": actor(), "now": now()}
        with writing() as db:
            made = actions.renew_slips(db, region_code=region, **how)
        return _sheet(step, list(made))

    if paper := answered(form, renew, tell_refusal):
        return paper
    page = render_template(
        "places/openings/slips.html", form=form, waiting=waiting, here=step.line[-1], above=step.line[:-1]
    )
    return page, BAD_INPUT if form.form_errors else 200


def _open(form: OpeningsForm) -> list[tuple[str, Any]]:
    wanted = form.openings()
    with writing() as db:
        made = actions.open_schools(db, openings=wanted, digester=digester(), by=actor(), now=now())
    return [(one.village, slip) for one, slip in zip(wanted, made, strict=True)]


def _larger(region: str) -> Any:
    """Of a county the townships to choose from; a village is opened alone, and whatever is larger is walked down."""
    level = level_of(region)
    if level is Level.VILLAGE:
        return redirect(url_for("admin.open_school", region=region, village=region), 303)
    if level is not Level.COUNTY:
        return redirect(url_for("admin.region", region=region), 303)
    step = look_up(places.step, region, today=today())
    with reading() as db:
        below = queries.units_below(db, region, Level.TOWNSHIP, today=today())
    return render_template(
        "places/openings/townships.html", here=step.line[-1], above=step.line[:-1], below=below
    )


def _sheet(step: PlaceStep, made: list[tuple[str, Any]]) -> str:
    """The slips themselves are the answer: to show them at another address, their codes would have to be kept."""
    return render_template(
        "places/openings/sheet.html",
        here=step.line[-1],
        slips=[(village, slip, grouped(slip.code)) for village, slip in made],
        base=services().settings.base_url,
    )
