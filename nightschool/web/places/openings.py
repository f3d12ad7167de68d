"""All villages of a township at once: night schools opened, slips printed on sheets, and printed anew when lost."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import openings as actions
from nightschool.actions.trust.accounts import Slip
from nightschool.errors import Refused
from nightschool.queries.places import openings as queries
from nightschool.queries.places import places
from nightschool.rules.regions import Level, level_of
from nightschool.rules.trust.accounts import tell_refusal
from nightschool.rules.trust.slips import grouped
from nightschool.texts import _
from nightschool.web.places.openings_form import OpeningsForm, SlipsForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import digester, now, reading, services, today, writing
from nightschool.web.site.records import BAD_INPUT, answered, look_up
from nightschool.web.site.secret_pages import keep_secret, secret_of
from nightschool.web.trust.admin import known_as
from nightschool.web.trust.slips import kept_slip, read_slip

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
    _ask(form, region, [row.code for row in form.ticked if row.who])
    if form.is_submitted() and not form.was_pasted and form.validate() and not form.is_wrong:
        try:
            return redirect(_open(form, region), 303)
        except Refused as refusal:
            told = (refusal, *refusal.others)
            for one in told:
                form.refuse_row(one.details.get("row", ""), tell_refusal(one))
            _ask(form, region, [one.details["row"] for one in told if one.code == "known_account"])
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
            return _keep(db, region, actions.renew_slips(db, region_code=region, **how))

    if page := answered(form, renew, tell_refusal):
        return redirect(page, 303)
    page = render_template(
        "places/openings/slips.html", form=form, waiting=waiting, here=step.line[-1], above=step.line[:-1]
    )
    return page, BAD_INPUT if form.form_errors else 200


@bp.get("/admin/<region_code:region>/slips/<public_id:secret_page>")
@allows("manage_accounts")
def sheet(region: str, secret_page: str) -> Any:
    """The slips on a sheet, for who made them and for an hour: afterwards their codes are stored nowhere."""
    kept = secret_of(secret_page)
    if kept is None or kept["region"] != region:
        flash(_("登录码只留一个小时，这一页看不到了。没打出来的，在这里再打。"), "alarm")
        return redirect(url_for("openings.slips", region=region), 303)
    slips = [(village, read_slip(slip)) for village, slip in kept["slips"]]
    return render_template(
        "places/openings/sheet.html",
        here=look_up(places.step, region, today=today()).line[-1],
        slips=[(village, slip, grouped(slip.code)) for village, slip in slips],
        opened=kept.get("opened", False),
        base=services().settings.base_url,
    )


def _ask(form: OpeningsForm, region: str, codes: Iterable[str]) -> None:
    """It can be chosen in these villages' rows who is meant by the name."""
    named = {row.code: row.display_name for row in form.rows}
    for code in codes:
        form.ask(code, known_as(named[code], region))


def _open(form: OpeningsForm, region: str) -> str:
    wanted = form.openings()
    with writing() as db:
        made = actions.open_schools(db, openings=wanted, digester=digester(), by=actor(), now=now())
        slips = [(one.village, slip) for one, slip in zip(wanted, made, strict=True) if slip]
        page = _keep(db, region, slips, opened=True) if slips else url_for("admin.region", region=region)
    if known := [one.village for one, slip in zip(wanted, made, strict=True) if slip is None]:
        flash(
            _(
                "%(villages)s的夜校办好了，管理员用已有的账号登录，不用另外的单子。",
                villages=_("、").join(known),
            )
        )
    return page


def _keep(db: Session, region: str, made: Iterable[tuple[str, Slip]], *, opened: bool = False) -> str:
    """Where the sheet can be looked at; `opened`: schools were."""
    slips = [(village, kept_slip(slip)) for village, slip in made]
    page = keep_secret(db, region=region, slips=slips, opened=opened)
    return url_for("openings.sheet", region=region, secret_page=page)


def _larger(region: str) -> Any:
    """Of a county the townships to choose from; a village is opened alone, and whatever is larger is walked down."""
    level = level_of(region)
    if level is Level.VILLAGE:
        return redirect(url_for("admin.open_school", region=region, village=region), 303)
    if level is not Level.COUNTY:
        return redirect(url_for("admin.region", region=region), 303)
    step = look_up(places.step, region, today=today())
    with reading() as db:
        below = queries.units_below(db, region, today=today())
    return render_template(
        "places/openings/townships.html", here=step.line[-1], above=step.line[:-1], below=below
    )
