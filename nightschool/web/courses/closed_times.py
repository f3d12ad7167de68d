"""When a teacher does not come and a venue is not open: one page for each, with the list and the form."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, session, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import closed_times as actions
from nightschool.errors import NotFound, Refused
from nightschool.queries.courses import closed_times as queries
from nightschool.queries.courses.closed_times import Absence, ClosedPage
from nightschool.rules.almanac import clock
from nightschool.rules.courses.closed_times import (
    ClosedTime,
    check_closed_time,
    tell_closed,
    tell_closed_when,
    tell_refused_closed_time,
)
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import shown_end
from nightschool.texts import _, counted
from nightschool.web.courses.closed_times_form import ClosedTimeForm, RemovedForm
from nightschool.web.site.access import actor, allows, may_here
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.records import SAVED, SHOWN, look_up, tried

bp = Blueprint("closed_times", __name__)

_REMOVED = "removed_closed_time"  # what was taken off last, so that it can be put back with one tap


@bp.route("/teachers/<public_id:teacher>/closed", methods=["GET", "POST"])
@allows("keep_teachers")
def of_teacher(teacher: str) -> Any:
    """When this teacher does not come."""
    return _page(ResourceKind.TEACHER, teacher)


@bp.route("/venues/<public_id:venue>/closed", methods=["GET", "POST"])
@allows("keep_venues")
def of_venue(venue: str) -> Any:
    """When this venue is not open."""
    return _page(ResourceKind.VENUE, venue)


@bp.post("/teachers/<public_id:teacher>/closed/remove")
@allows("keep_teachers")
def remove_of_teacher(teacher: str) -> Any:
    """One closed time less."""
    return _remove(ResourceKind.TEACHER, teacher)


@bp.post("/venues/<public_id:venue>/closed/remove")
@allows("keep_venues")
def remove_of_venue(venue: str) -> Any:
    """One closed time less."""
    return _remove(ResourceKind.VENUE, venue)


def shown(found: ClosedPage) -> dict[str, Any]:
    """The list as templates/closed_times/_list.html takes it."""
    is_venue = found.kind == ResourceKind.VENUE
    address = {"venue" if is_venue else "teacher": found.public_id}
    return {
        "is_venue": is_venue,
        "page": url_for("closed_times.of_venue" if is_venue else "closed_times.of_teacher", **address),
        "remove": url_for(
            "closed_times.remove_of_venue" if is_venue else "closed_times.remove_of_teacher", **address
        ),
        "lines": [
            {
                "public_id": line.public_id,
                "when": tell_closed_when(line.closed, today()),
                "sentence": tell_closed(line.closed, kind=found.kind, name=found.name, today=today()),
                "standing": [_told(found, one) for one in line.standing],
            }
            for line in found.lines
        ],
    }


def _told(found: ClosedPage, one: Absence) -> dict[str, Any]:
    """A class session that stands in it: where, when, what as far as one may know, and whom to phone."""
    is_own = may_here("schedule", one.region_code)
    contact = found.contacts[one.region_code]
    return {
        "class_session": one.class_session if is_own else "",
        "village": contact.village,
        "title": one.title if is_own or one.status != "draft" else "",
        "slot": one.slot,
        "contact": contact,
    }


def closed_of(kind: str, public_id: str) -> dict[str, Any] | None:
    """The same for a page that shows the record itself; None where there is no such record."""
    with reading() as db:
        found = queries.page(db, kind, public_id, today=today())
    return shown(found) if found else None


def _page(kind: ResourceKind, public_id: str) -> Any:
    found = _found(kind, public_id)
    form = ClosedTimeForm()
    form.offer()
    made: list[str] = []

    def save(db: Session) -> None:
        key = actions.add_closed_time(
            db,
            kind=kind,
            of=public_id,
            closed=form.closed(),
            by=actor(),
            now=now(),
            is_sure=bool(form.is_sure.data),
        )
        made.append(key)

    sure = bool(form.is_sure.data)
    rule = partial(check_closed_time, today=today(), is_sure=sure)
    status = tried(form, save, _refuse, check=lambda: rule(form.closed()))
    if status == SAVED:
        _tell_added(_found(kind, public_id), made[0])
        return redirect(shown(found)["page"], SAVED)
    removed = session.pop(_REMOVED, None) if status == SHOWN else None
    page = render_template(
        "courses/closed_times/show.html",
        found=found,
        closed=shown(found),
        form=form,
        removed=removed if removed and removed["of"] == public_id else None,
    )
    return page, status


def _refuse(form: ClosedTimeForm, refused: Refused) -> None:
    form.asks_if_sure = refused.code == "always"
    form.refuse(
        "is_sure" if form.asks_if_sure else refused.field,
        tell_refused_closed_time(refused, today=today()),
    )


def _tell_added(found: ClosedPage, key: str) -> None:
    line = next(line for line in found.lines if line.public_id == key)
    sentence = tell_closed(line.closed, kind=found.kind, name=found.name, today=today())
    flash(_("记下了：%(sentence)s", sentence=sentence))
    if line.standing:
        flash(
            counted(
                "这段时间里已经排了 %(n)d 节课，没有动。都列在下面，给村里打电话。",
                len(line.standing),
            ),
            "alarm",
        )


def _remove(kind: ResourceKind, public_id: str) -> Any:
    found = _found(kind, public_id)
    form = RemovedForm()
    try:
        with writing() as db:
            was = actions.remove_closed_time(
                db, kind=kind, of=public_id, closed_time=form.closed_time.data or "", by=actor(), now=now()
            )
    except NotFound:
        flash(_("那一条已经不在了。"))
    else:
        session[_REMOVED] = {
            "of": public_id,
            "sentence": tell_closed(was, kind=kind, name=found.name, today=today()),
            "values": _values(was),
        }
    return redirect(shown(found)["page"], SAVED)


def _values(was: ClosedTime) -> list[tuple[str, str]]:
    """The inputs of a form that adds it again as it was."""
    values = [("weekdays", str(number)) for number in sorted(was.weekdays)]
    values += [(name, day.isoformat()) for name, day in (("first", was.first), ("last", was.last)) if day]
    values += [("starts", clock(was.starts)), ("ends", clock(shown_end(was.ends))), ("note", was.note)]
    return [*values, ("is_sure", "y")] if was.is_always else values


def _found(kind: ResourceKind, public_id: str) -> ClosedPage:
    return look_up(queries.page, kind, public_id, today=today())
