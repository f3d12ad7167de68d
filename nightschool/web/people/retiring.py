"""Learners, teachers, venues and courses put away, with a way back in the confirmation, and brought back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.people import retiring as actions
from nightschool.errors import Refused, StaleRecord
from nightschool.queries.people import retiring as queries
from nightschool.queries.people.retiring import Retirable
from nightschool.queries.places import places
from nightschool.rules.people.retiring import (
    BACK,
    BRING_BACK,
    MEANING,
    RETIRE,
    RETIRED,
    RecordKind,
    tell_refused_retiring,
)
from nightschool.rules.regions import Level, level_of
from nightschool.texts import _
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, writing
from nightschool.web.site.records import look_up

bp = Blueprint("retiring", __name__)

CLASH = 409


@bp.route("/learners/<public_id:learner>/retire", methods=["GET", "POST"])
@allows("keep_people")
def learner(learner: str) -> Any:
    """A learner who comes no more."""
    return _retire(RecordKind.LEARNER, learner)


@bp.post("/learners/<public_id:learner>/back")
@allows("keep_people")
def learner_back(learner: str) -> Any:
    """A learner who comes again."""
    return _bring_back(RecordKind.LEARNER, learner)


@bp.route("/teachers/<public_id:teacher>/retire", methods=["GET", "POST"])
@allows("keep_teachers")
def teacher(teacher: str) -> Any:
    """A teacher who is asked no more."""
    return _retire(RecordKind.TEACHER, teacher)


@bp.post("/teachers/<public_id:teacher>/back")
@allows("keep_teachers")
def teacher_back(teacher: str) -> Any:
    """A teacher who is asked again."""
    return _bring_back(RecordKind.TEACHER, teacher)


@bp.route("/venues/<public_id:venue>/retire", methods=["GET", "POST"])
@allows("keep_venues")
def venue(venue: str) -> Any:
    """A venue that is used no more."""
    return _retire(RecordKind.VENUE, venue)


@bp.post("/venues/<public_id:venue>/back")
@allows("keep_venues")
def venue_back(venue: str) -> Any:
    """A venue that is used again."""
    return _bring_back(RecordKind.VENUE, venue)


@bp.route("/courses/<public_id:course>/retire", methods=["GET", "POST"])
@allows("schedule")
def course(course: str) -> Any:
    """A course put away."""
    return _retire(RecordKind.COURSE, course)


@bp.post("/courses/<public_id:course>/back")
@allows("schedule")
def course_back(course: str) -> Any:
    """A course among the others again."""
    return _bring_back(RecordKind.COURSE, course)


def _retire(kind: RecordKind, public_id: str) -> Any:
    """Done, with the way back beside it; or the page that tells what still counts on the record, and asks."""
    found = _found(kind, public_id)
    if request.method == "GET":
        return _page(kind, found)
    try:
        with writing() as db:
            version = actions.retire(
                db,
                kind,
                public_id=public_id,
                version=_seen_version(),
                keeps_booked=request.form.get("keeps") == "1",
                by=actor(),
                now=now(),
            )
    except StaleRecord:
        return _page(kind, _found(kind, public_id), is_stale=True), CLASH
    except Refused:
        return _page(kind, found), CLASH
    done = {
        "said": _(RETIRED[kind], name=found.name),
        "undo": url_for(f"retiring.{kind}_back", **{kind.value: public_id}),
        "seen": version,
    }
    flash(done, "undo")  # type: ignore[arg-type]  # staff.html knows how to show it
    return redirect(_list_of(kind, found.region_code), 303)


def _bring_back(kind: RecordKind, public_id: str) -> Any:
    found = _found(kind, public_id)
    try:
        with writing() as db:
            actions.bring_back(db, kind, public_id=public_id, version=_seen_version(), by=actor(), now=now())
        flash(_(BACK[kind], name=found.name))
        return redirect(_list_of(kind, found.region_code), 303)
    except StaleRecord:
        flash(_("还没改：你打开以后，别人也改过这一份。看一眼现在的样子，再按一次。"), "alarm")
    except Refused as refused:
        flash(tell_refused_retiring(refused, kind, found.name), "alarm")
    return redirect(_record_of(kind, public_id), 303)


def _page(kind: RecordKind, found: Retirable, *, is_stale: bool = False) -> str:
    with reading() as db:
        booked = queries.still_booked(db, kind, found.id, home=found.region_code, at=moment())
        [place] = places.regions_named(db, [found.region_code])
    code = "still_coming" if kind is RecordKind.COURSE else "still_booked"
    return render_template(
        "people/retiring/retire.html",
        kind=kind.value,
        found=found,
        place=place,
        booked=booked,
        sentence=tell_refused_retiring(Refused(code, sessions=booked), kind, found.name) if booked else "",
        heading=_(RETIRE[kind], name=found.name),
        meaning=_(MEANING[kind]),
        back_words=_(BRING_BACK[kind]),
        back=url_for(f"retiring.{kind}_back", **{kind.value: found.public_id}),
        record=_record_of(kind, found.public_id),
        is_stale=is_stale,
    )


def _found(kind: RecordKind, public_id: str) -> Retirable:
    return look_up(queries.retirable, kind, public_id)


def _seen_version() -> int:
    """The version that was looked at; 0, which none has, when the form does not say."""
    text = request.form.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _record_of(kind: RecordKind, public_id: str) -> str:
    """The record itself."""
    page = "courses.show" if kind is RecordKind.COURSE else f"{kind}s.edit"
    return url_for(page, **{kind.value: public_id})


def _list_of(kind: RecordKind, region: str) -> str:
    """Where records of this kind are listed."""
    if kind is RecordKind.TEACHER and level_of(region) is not Level.VILLAGE:
        return url_for("teachers.of_region", region=region)
    return url_for(f"{kind}s.index", village=region)
