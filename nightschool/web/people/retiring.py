"""Learners, teachers, venues and courses put away, with a way back in the confirmation, and brought back."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from nightschool.actions.people import retiring as actions
from nightschool.errors import Refused, StaleRecord
from nightschool.queries.people import retiring as queries
from nightschool.queries.people.retiring import Retirable
from nightschool.queries.places import places
from nightschool.queries.registers.seats import seats_of
from nightschool.rules.access import KEEPERS
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
from nightschool.web.people.retiring_form import GoneForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, writing
from nightschool.web.site.forms import version_in
from nightschool.web.site.records import BAD_INPUT, CLASH, look_up

bp = Blueprint("retiring", __name__)


def _add_views(kind: RecordKind) -> None:
    """Each kind has addresses of its own, which name its record: by that it is known who may be here."""
    address = f"/{kind}s/<public_id:{kind}>"

    @bp.route(f"{address}/retire", methods=["GET", "POST"], endpoint=kind.value)
    @allows(KEEPERS[kind])
    def retire(**named: str) -> Any:
        return _retire(kind, named[kind])

    @bp.post(f"{address}/back", endpoint=f"{kind}_back")
    @allows(KEEPERS[kind])
    def back(**named: str) -> Any:
        return _bring_back(kind, named[kind])


for each in RecordKind:
    _add_views(each)


def _retire(kind: RecordKind, public_id: str) -> Any:
    """Done, with the way back beside it; or the page that tells what still counts on the record, and asks."""
    found = _found(kind, public_id)
    form = GoneForm()
    if request.method == "GET":
        return _page(kind, found, form)
    if not form.validate():
        return _page(kind, found, form), BAD_INPUT
    try:
        with writing() as db:
            version = actions.retire(
                db,
                kind,
                public_id=public_id,
                version=_seen(),
                keeps_booked=request.form.get("keeps") == "1",
                day=form.day.data,
                by=actor(),
                now=now(),
            )
    except StaleRecord:
        return _page(kind, _found(kind, public_id), form, is_stale=True), CLASH
    except Refused as refused:
        if refused.field:
            form.refuse(refused.field, tell_refused_retiring(refused, kind, found.name))
        return _page(kind, found, form), CLASH
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
            actions.bring_back(
                db,
                kind,
                public_id=public_id,
                version=_seen(),
                by=actor(),
                now=now(),
            )
        flash(_(BACK[kind], name=found.name))
        return redirect(_list_of(kind, found.region_code), 303)
    except StaleRecord:
        flash(_("还没改：你打开以后，别人也改过这一份。看一眼现在的样子，再按一次。"), "alarm")
    except Refused as refused:
        flash(tell_refused_retiring(refused, kind, found.name), "alarm")
    return redirect(_record_of(kind, public_id), 303)


def _page(kind: RecordKind, found: Retirable, form: GoneForm, *, is_stale: bool = False) -> str:
    is_learner = kind is RecordKind.LEARNER
    with reading() as db:
        booked = queries.still_booked(db, kind, found.id, home=found.region_code, at=moment())
        seats = seats_of(db, found.id, at=moment()) if is_learner and not found.is_retired else ()
    code = "still_coming" if kind is RecordKind.COURSE else "still_booked"
    return render_template(
        "people/retiring/retire.html",
        kind=kind.value,
        found=found,
        place=look_up(places.region_named, found.region_code),
        booked=booked,
        sentence=tell_refused_retiring(Refused(code, sessions=booked), kind, found.name) if booked else "",
        seats=seats,
        seated=tell_refused_retiring(Refused("still_seated"), kind, found.name),
        form=form,
        heading=_(RETIRE[kind], name=found.name),
        meaning=_(MEANING[kind]),
        back_words=_(BRING_BACK[kind]),
        back=url_for(f"retiring.{kind}_back", **{kind.value: found.public_id}),
        record=_record_of(kind, found.public_id),
        is_stale=is_stale,
    )


def _found(kind: RecordKind, public_id: str) -> Retirable:
    return look_up(queries.retirable, kind, public_id)


def _seen() -> int:
    """The version that was looked at."""
    return version_in(request.form.get("seen"))


def _record_of(kind: RecordKind, public_id: str) -> str:
    """The record itself."""
    page = "courses.show" if kind is RecordKind.COURSE else f"{kind}s.edit"
    return url_for(page, **{kind.value: public_id})


def _list_of(kind: RecordKind, region: str) -> str:
    """Where records of this kind are listed."""
    if kind is RecordKind.TEACHER and level_of(region) is not Level.VILLAGE:
        return url_for("teachers.of_region", region=region)
    return url_for(f"{kind}s.index", village=region)
