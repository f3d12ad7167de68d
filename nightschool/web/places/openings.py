"""All villages of a township at once: night schools opened, slips printed on sheets, and printed anew when lost."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from nightschool.actions.places import openings as actions
from nightschool.errors import NotFound, Refused
from nightschool.queries.places import openings as queries
from nightschool.queries.places import places
from nightschool.queries.places.places import Step
from nightschool.rules.places.openings import VillageToOpen
from nightschool.rules.regions import Level, level_of
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.rules.trust.slips import grouped
from nightschool.texts import _
from nightschool.web.places.openings_form import OpeningsForm, SlipsForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import digester, now, reading, services, today, writing

bp = Blueprint("openings", __name__)

BAD_INPUT = 422


@bp.route("/admin/<region_code:region>/schools/all", methods=["GET", "POST"])
@allows("manage_accounts")
def villages(region: str) -> Any:
    """The villages of a township without a night school, all ticked; of a county, its townships."""
    if level_of(region) is not Level.TOWNSHIP:
        return _larger(region)
    step, found = _township(region)
    form = OpeningsForm(found)
    if form.is_submitted() and form.validate() and not form.is_wrong:
        try:
            return _sheet(step, _open(form))
        except Refused as refusal:
            form.refuse_row(refusal.details.get("row", ""), _told(refusal))
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
    with reading() as db:
        step = places.step(db, region, today=today())
        waiting = queries.never_logged_in(db, region, now=now())
    if step is None:
        raise NotFound
    if form.validate_on_submit():
        try:
            with writing() as db:
                made = actions.renew_slips(
                    db, region_code=region, chosen=form.chosen.data, digester=digester(), **_acting()
                )
            return _sheet(step, list(made))
        except Refused as refusal:
            form.form_errors.append(_told(refusal))
    page = render_template(
        "places/openings/slips.html", form=form, waiting=waiting, here=step.line[-1], above=step.line[:-1]
    )
    return page, BAD_INPUT if form.form_errors else 200


def _acting() -> dict[str, Any]:
    return {"by": actor(), "now": now()}


def _open(form: OpeningsForm) -> list[tuple[str, Any]]:
    wanted = form.openings()
    with writing() as db:
        made = actions.open_schools(db, openings=wanted, digester=digester(), **_acting())
    return [(one.village, slip) for one, slip in zip(wanted, made, strict=True)]


def _township(region: str) -> tuple[Step, tuple[VillageToOpen, ...]]:
    with reading() as db:
        step = places.step(db, region, today=today())
        found = queries.villages(db, region, today=today())
    if step is None:
        raise NotFound
    return step, found


def _larger(region: str) -> Any:
    """Of a county the townships to choose from; a village is opened alone, and whatever is larger is walked down."""
    level = level_of(region)
    if level is Level.VILLAGE:
        return redirect(url_for("admin.open_school", region=region, village=region), 303)
    if level is not Level.COUNTY:
        return redirect(url_for("admin.region", region=region), 303)
    with reading() as db:
        step = places.step(db, region, today=today())
        below = queries.below(db, region, Level.TOWNSHIP, today=today())
    if step is None:
        raise NotFound
    return render_template(
        "places/openings/townships.html", here=step.line[-1], above=step.line[:-1], below=below
    )


def _sheet(step: Step, made: list[tuple[str, Any]]) -> str:
    """The slips themselves are the answer: to show them at another address, their codes would have to be kept."""
    return render_template(
        "places/openings/sheet.html",
        here=step.line[-1],
        slips=[(village, slip, grouped(slip.code)) for village, slip in made],
        base=services().settings.base_url,
    )


def _told(refusal: Refused) -> str:
    match refusal.code:
        case "nothing_chosen":
            return _("一个也没有勾。勾上要办的再按。")
        case "nobody_waits":
            return _("勾上的人刚才都登录过了，不用再打。")
        case "too_many_at_once":
            return _("一次最多 %(n)d 个。分几次办。", n=refusal.details["most"])
        case "no_village":
            return _("这个村已经不在名单上了。")
    return tell_refusal(refusal.code, refusal.details)
