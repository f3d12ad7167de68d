"""What a region settles for itself: one page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions import region_settings as actions
from nightschool.errors import NotFound, StaleRecord
from nightschool.queries import region_settings as queries
from nightschool.queries.region_settings import Settings
from nightschool.rules.regions import Level, level_of, parent_of
from nightschool.texts import _
from nightschool.web.access import actor, allows
from nightschool.web.context import now, reading, writing
from nightschool.web.forms.region_settings import SettingsForm

bp = Blueprint("region_settings", __name__)

BAD_INPUT, CLASH = 422, 409


@bp.route("/settings/<region_code:region>", methods=["GET", "POST"])
@allows("settle")
def edit(region: str) -> Any:
    """The settings of a township or of a region above; a village has those of its township."""
    if level_of(region) is Level.VILLAGE:
        return redirect(url_for("region_settings.edit", region=parent_of(region)), 303)
    found = _found(region)
    form = SettingsForm(data=asdict(found))
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                _save(region, form)
                flash(_("%(place)s的设置存好了。", place=found.name))
                return redirect(url_for("region_settings.edit", region=region), 303)
        except StaleRecord:
            found, status = _found(region), CLASH
            form.show_stale(asdict(found))
    is_township = found.level == Level.TOWNSHIP
    page = render_template("region_settings/edit.html", found=found, form=form, is_township=is_township)
    return page, status


def _save(region: str, form: SettingsForm) -> None:
    with writing() as db:
        actions.settle(
            db,
            region=region,
            approves_plans=bool(form.approves_plans.data),
            travel_kmh=form.travel_kmh.data,
            seen_version=form.seen_version,
            by=actor(),
            now=now(),
        )


def _found(region: str) -> Settings:
    with reading() as db:
        found = queries.settings(db, region)
    if found is None:
        raise NotFound
    return found
