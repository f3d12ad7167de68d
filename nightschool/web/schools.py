"""A village's school: looked at with its checklist, and its profile put right."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions import schools as actions
from nightschool.errors import NotFound, StaleRecord
from nightschool.queries import schools
from nightschool.queries import venues as queries
from nightschool.queries.venues import SchoolRecord
from nightschool.rules.schools import institution_word
from nightschool.texts import _
from nightschool.web.access import actor, allows
from nightschool.web.context import now, reading, services, today, writing
from nightschool.web.forms.venues import SchoolForm

bp = Blueprint("schools", __name__)

BAD_INPUT, CLASH = 422, 409


@bp.get("/desk/<region_code:village>/school")
@allows("keep_school")
def show(village: str) -> Any:
    """The school with all that belongs to it, its checklist, and the address villagers open."""
    with reading() as db:
        found = schools.school(db, village, today=today())
    if found is None:
        raise NotFound
    address = f"{services().settings.base_url}/v/{village}"
    return render_template(
        "schools/show.html",
        school=found,
        village=village,
        address=address,
        institution_word=institution_word,
    )


@bp.route("/desk/<region_code:village>/school/edit", methods=["GET", "POST"])
@allows("keep_school")
def edit(village: str) -> Any:
    """What the school says about itself."""
    record, venues = _record(village)
    form = SchoolForm(venues=venues, data=asdict(record))
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                _save(village, form)
                flash(_("改好了，村里人在课表上看到的就是这个。"))
                return redirect(url_for("schools.show", village=village), 303)
        except StaleRecord:
            (record, venues), status = _record(village), CLASH
            form.show_stale(asdict(record))
    page = render_template("schools/edit.html", form=form, record=record, institution_word=institution_word)
    return page, status


def _record(village: str) -> tuple[SchoolRecord, dict[str, str]]:
    with reading() as db:
        found, venues = queries.school(db, village), queries.offered(db, village)
    if found is None:
        raise NotFound
    return found, venues


def _save(village: str, form: SchoolForm) -> None:
    with writing() as db:
        actions.edit_school(
            db, village=village, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )
