"""A fair sample for inspectors: drawn, taken along on paper, noted class by class, and what it says of all."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.oversight import inspections as actions
from nightschool.errors import Refused
from nightschool.formats.inspection_sheet import tell_finding
from nightschool.queries.oversight import inspections as queries
from nightschool.queries.oversight.inspections import InspectionPage
from nightschool.queries.places import places
from nightschool.rules.courses.reach import can_call_off
from nightschool.rules.oversight.inspections import (
    USUAL_MINUTES,
    USUAL_SIZE,
    tell_refused_inspection,
    tell_share,
)
from nightschool.rules.regions import ancestors_of
from nightschool.texts import _
from nightschool.web.oversight.frame import kept
from nightschool.web.oversight.inspections_form import DrawForm, FindingForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, today
from nightschool.web.site.records import SAVED, look_up, tried

bp = Blueprint("inspections", __name__)

_A_FORTNIGHT = timedelta(days=13)


@bp.route("/overview/<region_code:region>/inspections", methods=["GET", "POST"])
@allows("inspect")
def draw(region: str) -> Any:
    """Classes are drawn; and what was drawn before."""
    if not can_call_off(region):
        return redirect(url_for("overview.region", region=region), SAVED)
    started = {"place": region, "minutes": USUAL_MINUTES, "size": USUAL_SIZE}
    form = DrawForm(data=started | {"first": today(), "last": today() + _A_FORTNIGHT})
    with reading() as db:
        line = places.names_of(db, [*ancestors_of(region), region])
        form.offer(queries.places_to_set_out_from(db, region))
        draws = queries.draws_of(db, region)
    drawn: list[str] = []

    def save(db: Session) -> None:
        wanted = {name: form[name].data for name in ("place", "minutes", "first", "last", "size")}
        drawn.append(actions.draw_inspection(db, region=region, **wanted, by=actor(), now=now()))

    status = tried(form, save, _refuse)
    if status == SAVED:
        return redirect(url_for("inspections.show", inspection=drawn[0]), SAVED)
    page = render_template(
        "oversight/inspections/draw.html",
        code=region,
        place=line.pop(region),
        path=tuple(line.items()),
        form=form,
        draws=draws,
        kept=kept(),
    )
    return page, status


@bp.route("/inspections/<public_id:inspection>", methods=["GET", "POST"])
@allows("inspect")
def show(inspection: str) -> Any:
    """What was drawn, by which seed, what was found, and what that says of all."""
    found = look_up(queries.inspection_page, inspection)
    visit = request.form.get("do", "")
    if request.method == "POST" and visit not in {one.public_id for one in found.visits}:
        return redirect(url_for("inspections.show", inspection=inspection), SAVED)
    form = FindingForm()
    form.offer()

    def save(db: Session) -> None:
        said = {"outcome": form.outcome.data or "", "reason": form.reason.data or ""}
        words = form.reason_text.data or ""
        actions.note_visit(db, inspection=inspection, visit=visit, **said, text=words, by=actor(), now=now())

    status = tried(form, save, _refuse)
    if status == SAVED:
        flash(_("记下了。村里看得到。"))
        return redirect(url_for("inspections.show", inspection=inspection, _anchor=visit), SAVED)
    return _page(found, form, visit), status


def _page(found: InspectionPage, form: FindingForm, visit: str) -> str:
    return render_template(
        "oversight/inspections/show.html",
        found=found,
        form=form,
        noting=visit,
        told=tell_share(found.share, len(found.frame)),
        tell_finding=tell_finding,
        begun={one.public_id for one in found.visits if one.slot.begins <= moment()},
    )


def _refuse(form: DrawForm | FindingForm, refused: Refused) -> None:
    form.refuse(refused.field, tell_refused_inspection(refused))
    for other in refused.others:
        form.refuse(other.field, tell_refused_inspection(other))
