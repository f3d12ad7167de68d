"""The five names of a village (五个一): put right, and their telephones looked up."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import supporters as actions
from nightschool.errors import Refused
from nightschool.queries.places import supporters as queries
from nightschool.rules.places.supporters import SUPPORTERS, supporter_word
from nightschool.texts import _
from nightschool.web.places.supporters_form import SupportersForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, writing
from nightschool.web.site.records import SAVED, edited, look_up

bp = Blueprint("supporters", __name__)
bp.add_app_template_global(supporter_word)


@bp.route("/desk/<region_code:village>/supporters", methods=["GET", "POST"])
@allows("keep_school")
def edit(village: str) -> Any:
    """All five on one page."""
    look = partial(look_up, queries.supporters_record, village)
    record = look()
    form = SupportersForm(data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_supporters(
            db,
            village=village,
            entries=form.entries(),
            removes_phones=bool(form.removes_phones.data),
            version=form.seen_version,
            by=actor(),
            now=now(),
        )

    record, status = edited(form, record, save, _refuse, again=look)
    if status == SAVED:
        flash(_("五个一改好了。"))
        return redirect(url_for("schools.show", village=village), SAVED)
    with reading() as db:
        masked = {one.part: one.phone for one in queries.supporters(db, village)}
    page = render_template(
        "places/supporters/edit.html", form=form, record=record, parts=SUPPORTERS, masked=masked
    )
    return page, status


@bp.post("/desk/<region_code:village>/supporters/phones")
@allows("keep_school")
def phones(village: str) -> Any:
    """The telephones in full, once; the trail says who looked."""
    with writing() as db:
        found = actions.reveal_supporters(db, village=village, verb="keep_school", by=actor(), now=now())
    return render_template("places/supporters/phones.html", village=village, supporters=found)


def _refuse(form: SupportersForm, refused: Refused) -> None:
    form.refuse(refused.field, _("写了电话，还没写是谁。"))
