"""Several learners at once, from a list that is pasted in."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.people import people as actions
from nightschool.errors import Refused
from nightschool.queries.people import people
from nightschool.queries.places import places
from nightschool.rules.people.people import tell_refused_person
from nightschool.rules.registers.attendance import tell_refused_guests
from nightschool.texts import counted
from nightschool.web.people.newcomers_form import NewPeopleForm, PastedForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, SHOWN, look_up, tried

bp = Blueprint("newcomers", __name__)


@bp.route("/desk/<region_code:village>/learners/several", methods=["GET", "POST"])
@allows("keep_people")
def several(village: str) -> Any:
    """A pasted list is shown in rows first, and saved from there."""
    form = PastedForm()
    if form.is_submitted() and form.pasted.data:
        try:
            form.read()
        except Refused as refused:
            form.refuse("pasted", tell_refused_guests(refused))
            return _page(form, village, BAD_INPUT)
        return _page(form, village, SHOWN)

    def add(db: Session) -> None:
        actions.add_learners(db, village=village, newcomers=form.new_learners(), by=actor(), now=now())

    status = tried(form, add, _refuse, check=partial(check_rows, form, village))
    if status != SAVED:
        return _page(form, village, status)
    flash(counted("%(n)d 个人记在名单上了。", len(form.new_learners())))
    return redirect(url_for("learners.index", village=village), SAVED)


def check_rows(form: NewPeopleForm, village: str) -> None:
    """Raises what stands against the people whom the rows name, as far as these can be read."""
    with reading() as db:
        actions.check_newcomers(db, village=village, newcomers=form.new_learners(), today=today())


def _refuse(form: PastedForm, refused: Refused) -> int:
    return CLASH if form.refuse_new(refused, tell_refused_person(refused)) else BAD_INPUT


def _page(form: PastedForm, village: str, status: int) -> Any:
    with reading() as db:
        form.group_name.known = people.groups(db, village)
    place = look_up(places.region_named, village)
    return render_template("people/newcomers/several.html", form=form, place=place), status
