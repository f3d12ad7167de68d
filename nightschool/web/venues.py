"""The venues of a village: list, add, edit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions import venues as actions
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.queries import places
from nightschool.queries import venues as queries
from nightschool.queries.venues import VenueRecord
from nightschool.rules.conflicts import explain
from nightschool.rules.venues import tell_refused_venue, venue_kind_word
from nightschool.texts import _
from nightschool.web.access import actor, allows
from nightschool.web.closed_times import closed_of
from nightschool.web.context import now, reading, today, writing
from nightschool.web.forms.venues import VenueForm
from nightschool.web.listings import Shown, asked

bp = Blueprint("venues", __name__)

BAD_INPUT, CLASH = 422, 409


@bp.get("/desk/<region_code:village>/venues")
@allows("keep_venues")
def index(village: str) -> Any:
    """Where the village's school meets."""
    ask = asked()
    with reading() as db:
        found = queries.venues(db, village, ask)
        [place] = places.regions_named(db, [village])
    shown = Shown("venues.index", {"village": village}, ask, found)
    return render_template("venues/index.html", shown=shown, place=place, kind_word=venue_kind_word)


@bp.route("/desk/<region_code:village>/venues/new", methods=["GET", "POST"])
@allows("keep_venues")
def new(village: str) -> Any:
    """One venue more."""
    form = VenueForm()
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                with writing() as db:
                    actions.add_venue(db, village=village, entry=form.entry(), by=actor(), now=now())
                flash(_("%(name)s可以排课了。", name=form.name.data))
                return redirect(url_for("venues.index", village=village), 303)
        except Refused as refused:
            status = _refuse(form, refused)
    return _page(form, village, status)


@bp.route("/venues/<public_id:venue>", methods=["GET", "POST"])
@allows("keep_venues")
def edit(venue: str) -> Any:
    """One venue put right."""
    record = _record(venue)
    form = VenueForm(data=asdict(record))
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                _save(record, form)
                flash(_("%(name)s改好了。", name=form.name.data))
                return redirect(url_for("venues.index", village=record.region_code), 303)
        except Refused as refused:
            status = _refuse(form, refused)
        except CannotSchedule as clash:
            status = _refuse_clash(form, clash, record.region_code)
        except StaleRecord:
            record, status = _record(venue), CLASH
            form.show_stale(asdict(record))
    return _page(form, record.region_code, status, record)


@bp.post("/venues/<public_id:venue>/phone")
@allows("keep_venues")
def phone(venue: str) -> Any:
    """The key holder's phone in full, once; the trail says who looked."""
    with writing() as db:
        number = actions.reveal_venue_phone(db, venue=venue, by=actor(), now=now())
    record = _record(venue)
    return _page(
        VenueForm(formdata=None, data=asdict(record)), record.region_code, 200, record, number=number
    )


def _record(venue: str) -> VenueRecord:
    with reading() as db:
        found = queries.venue(db, venue)
    if found is None:
        raise NotFound
    return found


def _save(record: VenueRecord, form: VenueForm) -> None:
    with writing() as db:
        actions.edit_venue(
            db,
            venue=record.public_id,
            entry=form.entry(),
            version=form.seen_version,
            by=actor(),
            now=now(),
        )


def _refuse(form: VenueForm, refused: Refused) -> int:
    form.refuse(refused.field, tell_refused_venue(refused, today=today()))
    form.retired_namesake = refused.details.get("retired")
    return CLASH if refused.code == "still_shared" or form.retired_namesake else BAD_INPUT


def _refuse_clash(form: VenueForm, clash: CannotSchedule, village: str) -> int:
    for conflict in clash.conflicts:
        form.refuse("allows_parallel", explain(conflict, village_code=village, today=today()))
    return CLASH


def _page(
    form: VenueForm, village: str, status: int, record: VenueRecord | None = None, number: str = ""
) -> Any:
    with reading() as db:
        [place] = places.regions_named(db, [village])
    form.phone.hide(record.masked_phone if record else "")
    page = render_template(
        "venues/edit.html",
        form=form,
        record=record,
        place=place,
        number=number,
        closed=closed_of("venue", record.public_id) if record else None,
    )
    return page, status
