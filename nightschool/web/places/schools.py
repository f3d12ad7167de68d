"""A village's school: looked at with its checklist, and its profile put right."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import schools as actions
from nightschool.errors import Refused
from nightschool.queries.places import schools, venues
from nightschool.queries.places.supporters import supporters
from nightschool.rules.places.schools import institution_word
from nightschool.texts import _
from nightschool.web.places.venues_form import SchoolForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, services, today
from nightschool.web.site.records import SAVED, edited, look_up

bp = Blueprint("schools", __name__)


@bp.get("/desk/<region_code:village>/school")
@allows("keep_school")
def show(village: str) -> Any:
    """The school with all that belongs to it, its checklist, and the address villagers open."""
    school = look_up(schools.school, village, today=today())
    with reading() as db:
        five = supporters(db, village)
    address = f"{services().settings.base_url}/v/{village}"
    return render_template(
        "places/schools/show.html",
        school=school,
        supporters=five,
        village=village,
        address=address,
        institution_word=institution_word,
    )


@bp.route("/desk/<region_code:village>/school/edit", methods=["GET", "POST"])
@allows("keep_school")
def edit(village: str) -> Any:
    """What the school says about itself."""
    look = partial(look_up, schools.school_record, village)
    record = look()
    with reading() as db:
        form = SchoolForm(venues=venues.offered(db, village), data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_school(
            db, village=village, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )

    record, status = edited(form, record, save, _refuse, again=look)
    if status == SAVED:
        flash(_("改好了，村里人在课表上看到的就是这个。"))
        return redirect(url_for("schools.show", village=village), SAVED)
    page = render_template(
        "places/schools/edit.html", form=form, record=record, institution_word=institution_word
    )
    return page, status


def _refuse(form: SchoolForm, refused: Refused) -> None:
    words = {
        "opens_later": _("这一天还没到。写夜校已经办起来的那一天。"),
        "unknown_venue": _("这一项已经不在单子上了，重新选一个。"),  # it was put away meanwhile
    }
    form.refuse(refused.field, words[refused.code])
