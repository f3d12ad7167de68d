"""待处理: sheets that came from phones and do not count, each with why, to be looked at and saved, or left."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions.registers import deliveries as actions
from nightschool.queries.places import places
from nightschool.queries.registers import waiting as queries
from nightschool.queries.registers.waiting import SheetWaiting
from nightschool.rules.registers.attendance import ATTENDED, why_no_register
from nightschool.rules.registers.waiting import tell_why_waiting
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, today, writing
from nightschool.web.site.records import look_up

bp = Blueprint("waiting", __name__)


@bp.get("/desk/<region_code:village>/waiting")
@allows("keep_register")
def index(village: str) -> Any:
    """The sheets of this village that wait; below them those that were settled."""
    found = look_up(queries.sheets_waiting, village)
    return render_template(
        "registers/waiting/index.html",
        place=look_up(places.region_named, village),
        waiting=[(one, _why(one), _came(one), _register_of(one)) for one in found if not one.settled_at],
        settled=[(one, _came(one)) for one in found if one.settled_at],
    )


@bp.post("/waiting/<public_id:waiting_sheet>/leave")
@allows("keep_register")
def leave(waiting_sheet: str) -> Any:
    """The sheet waits no more, and what counts stays as it is."""
    found = look_up(queries.sheet_waiting, waiting_sheet)
    with writing() as db:
        actions.leave_waiting(db, waiting_sheet=waiting_sheet, by=actor(), now=now())
    flash(_("放下了，算数的没有变。要用的时候，在下面「处理过的」里还打得开。"))
    return redirect(url_for("waiting.index", village=found.region_code), 303)


def _why(one: SheetWaiting) -> str:
    return tell_why_waiting(one.why, day=one.day, today=today())


def _came(one: SheetWaiting) -> int:
    """How many the sheet says were there."""
    sheet = one.sheet
    if sheet.headcount is not None:
        return sheet.headcount
    here = sum(status in ATTENDED for status in sheet.marks.values())
    return here + len(sheet.new_learners) + len(sheet.guests) + sheet.unnamed_guests


def _register_of(one: SheetWaiting) -> str | None:
    """The class whose register it can be saved in: its own, or of one that was put off the one instead of it."""
    if one.goes_on_as:
        return one.goes_on_as
    return None if why_no_register(one.status, one.slot, moment()) else one.class_session
