"""What a region settles for itself: one page."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import region_settings as actions
from nightschool.errors import Refused
from nightschool.queries.places import region_settings as queries
from nightschool.rules.oversight.targets import tell_target
from nightschool.rules.regions import Level, level_of, parent_of
from nightschool.texts import _
from nightschool.web.places.region_settings_form import SettingsForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now
from nightschool.web.site.records import SAVED, edited, look_up

bp = Blueprint("region_settings", __name__)
bp.add_app_template_global(tell_target)


@bp.route("/settings/<region_code:region>", methods=["GET", "POST"])
@allows("settle")
def edit(region: str) -> Any:
    """The settings of a township or of a region above; a village has those of its township."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("region_settings.edit", region=parent_of(region)), 303)
    look = partial(look_up, queries.settings, region)
    found = look()
    form = SettingsForm(data=asdict(found))

    def save(db: Session) -> None:
        actions.change_settings(
            db,
            region=region,
            approves_plans=bool(form.approves_plans.data),
            travel_kmh=form.travel_kmh.data,
            register_days=form.register_days.data,
            target_per=form.target_per.data or None,
            village_target=form.village_target.data,
            community_target=form.community_target.data,
            household_purpose=form.household_purpose.data or "",
            forgets_statuses=bool(form.forgets_statuses.data),
            seen_version=form.seen_version,
            by=actor(),
            now=now(),
        )

    found, status = edited(form, found, save, _refuse, again=look)
    if status == SAVED:
        flash(_("%(place)s的设置存好了。", place=found.name))
        return redirect(url_for("region_settings.edit", region=region, when=request.args.get("when")), SAVED)
    is_township = found.level == Level.TOWNSHIP
    page = render_template(
        "places/region_settings/edit.html", found=found, form=form, is_township=is_township
    )
    return page, status


def _refuse(form: SettingsForm, refused: Refused) -> None:
    """All else the form lets nothing through."""
    form.asks_if_forgotten = True
    form.refuse(
        refused.field,
        _("下面的村已经记了户类。不写用途，这些就全部删掉，找不回来。真要删，在下面打勾再存。"),
    )
