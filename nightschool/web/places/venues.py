"""The venues of a village: list, add, edit."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.places import venues as actions
from nightschool.errors import CannotSchedule, Refused
from nightschool.queries.courses.desk import is_beginning
from nightschool.queries.places import places
from nightschool.queries.places import venues as queries
from nightschool.queries.places.venues import VenueRecord
from nightschool.rules.courses.conflicts import explain
from nightschool.rules.places.venues import tell_refused_venue, venue_kind_word
from nightschool.texts import _
from nightschool.web.courses.closed_times import closed_of
from nightschool.web.places.venues_form import VenueForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.listings import Shown, asked
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, edited, look_up, tried

bp = Blueprint("venues", __name__)


@bp.get("/desk/<region_code:village>/venues")
@allows("keep_venues")
def index(village: str) -> Any:
    """Where the village's school meets."""
    ask = asked()
    shown = Shown("venues.index", {"village": village}, ask, look_up(queries.venues, village, ask))
    place = look_up(places.region_named, village)
    shared = look_up(queries.shared_with, village)
    return render_template(
        "places/venues/index.html", shown=shown, place=place, shared=shared, kind_word=venue_kind_word
    )


@bp.route("/desk/<region_code:village>/venues/new", methods=["GET", "POST"])
@allows("keep_venues")
def new(village: str) -> Any:
    """One venue more; among the first steps, back to them."""
    form = VenueForm()

    def add(db: Session) -> None:
        actions.add_venue(db, village=village, entry=form.entry(), by=actor(), now=now())

    status = tried(form, add, _refuse, check=partial(_check_name, form, village))
    if status == SAVED:
        flash(_("%(name)s可以排课了。", name=form.name.data))
        with reading() as db:
            back = "desk.village" if is_beginning(db, village) else "venues.index"
        return redirect(url_for(back, village=village), SAVED)
    return _page(form, village, status)


@bp.route("/venues/<public_id:venue>", methods=["GET", "POST"])
@allows("keep_venues")
def edit(venue: str) -> Any:
    """One venue put right."""
    look = partial(look_up, queries.venue, venue)
    record = look()
    form = VenueForm(data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_venue(
            db, venue=venue, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )

    def refuse(form: VenueForm, why: Refused | CannotSchedule) -> int:
        if isinstance(why, Refused):
            return _refuse(form, why)
        for conflict in why.conflicts:
            sentence = explain(conflict, village_code=record.region_code, today=today())
            form.refuse("allows_parallel", sentence)
        return CLASH

    rule = partial(_check_name, form, record.region_code, but=venue)
    record, status = edited(form, record, save, refuse, again=look, check=rule)
    if status == SAVED:
        flash(_("%(name)s改好了。", name=form.name.data))
        return redirect(url_for("venues.index", village=record.region_code), SAVED)
    return _page(form, record.region_code, status, record)


@bp.post("/venues/<public_id:venue>/phone")
@allows("keep_venues")
def phone(venue: str) -> Any:
    """The key holder's phone in full, once; the trail says who looked."""
    with writing() as db:
        number = actions.reveal_venue_phone(db, venue=venue, by=actor(), now=now())
    record = look_up(queries.venue, venue)
    form = VenueForm(formdata=None, data=asdict(record))
    return _page(form, record.region_code, 200, record, number)


def _check_name(form: VenueForm, village: str, *, but: str = "") -> None:
    with reading() as db:
        actions.check_venue_name(db, village, form.name.data or "", but=but)


def _refuse(form: VenueForm, refused: Refused) -> int:
    form.refuse(refused.field, tell_refused_venue(refused, today=today()))
    form.retired_namesake = refused.details.get("retired")
    return CLASH if refused.code == "still_shared" or form.retired_namesake else BAD_INPUT


def _page(
    form: VenueForm, village: str, status: int, record: VenueRecord | None = None, number: str = ""
) -> Any:
    page = render_template(
        "places/venues/edit.html",
        form=form,
        record=record,
        place=look_up(places.region_named, village),
        number=number,
        closed=closed_of("venue", record.public_id) if record else None,
    )
    return page, status
