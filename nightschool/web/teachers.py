"""The teachers a region can call on: its own and those of the regions above. List, find, add, edit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions import people as actions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.queries import merges, people, places, rosters
from nightschool.queries import teachers as queries
from nightschool.queries.people import TeacherRecord
from nightschool.rules.people import teacher_kind_word, tell_refused_person
from nightschool.rules.regions import Level, level_of
from nightschool.texts import _
from nightschool.web.access import actor, allows
from nightschool.web.closed_times import closed_of
from nightschool.web.context import moment, now, reading, writing
from nightschool.web.forms.people import TeacherForm
from nightschool.web.listings import Shown, asked, page_number

bp = Blueprint("teachers", __name__)

BAD_INPUT, CLASH = 422, 409


@bp.get("/desk/<region_code:village>/teachers")
@allows("keep_teachers")
def index(village: str) -> Any:
    """The teachers this village can call on."""
    return _list(village)


@bp.get("/admin/<region_code:region>/teachers")
@allows("keep_teachers")
def of_region(region: str) -> Any:
    """The same, for who keeps the teachers of a township or county."""
    return _list(region)


@bp.route("/desk/<region_code:village>/teachers/new", methods=["GET", "POST"])
@allows("keep_teachers")
def new(village: str) -> Any:
    """One teacher more, kept at this village."""
    return _new(village)


@bp.route("/admin/<region_code:region>/teachers/new", methods=["GET", "POST"])
@allows("keep_teachers")
def new_of_region(region: str) -> Any:
    """One teacher more, kept at this township or county for all villages below it."""
    return _new(region)


@bp.route("/teachers/<public_id:teacher>", methods=["GET", "POST"])
@allows("keep_teachers")
def edit(teacher: str) -> Any:
    """One teacher put right, where they are kept; who was merged into another is looked at there."""
    record = _record(teacher)
    if record.is_merged:
        return redirect(url_for("merges.merged_teacher", teacher=teacher), 303)
    form = TeacherForm(data=asdict(record))
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                _save(record, form)
                flash(_("%(name)s改好了。", name=form.name.data))
                return redirect(list_of(record.region_code), 303)
        except Refused as refused:
            form.refuse(refused.field, tell_refused_person(refused))
        except StaleRecord:
            record, status = _record(teacher), CLASH
            form.show_stale(asdict(record))
    return _page(form, record.region_code, status, record=record)


@bp.post("/teachers/<public_id:teacher>/phone")
@allows("keep_teachers")
def phone(teacher: str) -> Any:
    """The phone in full, once, for who keeps the record; the trail says who looked."""
    record = _record(teacher)
    number = _reveal(teacher, record.region_code)
    form = TeacherForm(formdata=None, data=asdict(record))
    return _page(form, record.region_code, 200, record=record, number=number)


@bp.post("/desk/<region_code:village>/teachers/<public_id:called>/phone")
@allows("keep_teachers")
def phone_for_village(village: str, called: str) -> Any:
    """The phone in full, once, for a village the teacher can come to; the trail says who looked.

    Not named `teacher`, which would ask for rights where the teacher is kept: the action asks that this village sees
    them.
    """
    return _list(village, teacher=called, number=_reveal(called, village))


@bp.get("/desk/<region_code:village>/teachers/<public_id:teacher>")
@allows("keep_teachers")
def show(village: str, teacher: str) -> Any:
    """One teacher as a village sees them: its own sessions, and of other villages numbers alone."""
    with reading() as db:
        found = queries.for_village(db, teacher, village, at=moment(), number=page_number())
        [place] = places.regions_named(db, [village])
    return _shown(found, place)


@bp.get("/teachers/<public_id:teacher>/taught")
@allows("keep_teachers")
def taught(teacher: str) -> Any:
    """One teacher as who keeps them sees them: what they teach in every village, without what is not public yet."""
    with reading() as db:
        found = queries.everywhere(db, teacher, at=moment(), number=page_number())
        places_ = places.regions_named(db, [found.region_code]) if found else [None]
    return _shown(found, places_[0])


def _shown(found: Any, place: Any) -> Any:
    if found is None:
        raise NotFound
    return render_template(
        "teachers/show.html",
        teacher=found,
        place=place,
        kind_word=teacher_kind_word,
        closed=closed_of("teacher", found.public_id),
    )


def list_of(region: str) -> str:
    """Where the teachers of this region are listed."""
    if level_of(region) is Level.VILLAGE:
        return url_for("teachers.index", village=region)
    return url_for("teachers.of_region", region=region)


def _list(region: str, *, teacher: str = "", number: str = "") -> Any:
    ask = asked()
    with reading() as db:
        found = rosters.teachers(db, region, ask)
        [place] = places.regions_named(db, [region])
    is_village = level_of(region) is Level.VILLAGE
    return render_template(
        "teachers/index.html",
        shown=Shown(
            "teachers.index" if is_village else "teachers.of_region",
            {"village" if is_village else "region": region},
            ask,
            found,
        ),
        place=place,
        is_village=is_village,
        kind_word=teacher_kind_word,
        revealed=(teacher, number),
    )


def _new(region: str) -> Any:
    form = TeacherForm()
    status, namesakes = 200, ()
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                with writing() as db:
                    actions.add_teacher(db, region=region, entry=form.entry(), by=actor(), now=now())
                flash(_("%(name)s加进名单了。", name=form.name.data))
                return redirect(list_of(region), 303)
        except Refused as refused:
            form.refuse(refused.field, tell_refused_person(refused))
            namesakes = refused.details.get("namesakes", ())
            status = CLASH if namesakes else BAD_INPUT
    return _page(form, region, status, namesakes=namesakes)


def _save(record: TeacherRecord, form: TeacherForm) -> None:
    with writing() as db:
        actions.edit_teacher(
            db, teacher=record.public_id, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )


def _reveal(teacher: str, region: str) -> str:
    with writing() as db:
        return actions.reveal_teacher_phone(db, teacher=teacher, region=region, by=actor(), now=now())


def _record(teacher: str) -> TeacherRecord:
    with reading() as db:
        found = people.teacher(db, teacher)
    if found is None:
        raise NotFound
    return found


def _page(
    form: TeacherForm,
    region: str,
    status: int,
    *,
    record: TeacherRecord | None = None,
    namesakes: Any = (),
    number: str = "",
) -> Any:
    with reading() as db:
        [place] = places.regions_named(db, [region])
        merged = merges.undoable(db, "teacher", record.public_id, now=now()) if record else ()
    form.phone.hide(record.masked_phone if record else "")
    page = render_template(
        "teachers/edit.html",
        form=form,
        record=record,
        place=place,
        namesakes=namesakes,
        number=number,
        back=list_of(region),
        merged=merged,
        closed=closed_of("teacher", record.public_id) if record else None,
    )
    return page, status
