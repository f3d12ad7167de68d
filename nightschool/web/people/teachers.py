"""The teachers a region can call on: its own and those of the regions above. List, find, add, edit."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.people import people as actions
from nightschool.errors import Refused
from nightschool.queries.people import merges, people, rosters
from nightschool.queries.people import teachers as queries
from nightschool.queries.people.people import TeacherRecord
from nightschool.queries.people.teachers import TeacherPage
from nightschool.queries.places import places
from nightschool.rules.people.people import teacher_kind_word, tell_refused_person
from nightschool.rules.regions import Level, level_of
from nightschool.texts import _
from nightschool.web.courses.closed_times import closed_of
from nightschool.web.people.people_form import TeacherForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, writing
from nightschool.web.site.listings import Shown, asked, page_number
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, edited, look_up, tried

bp = Blueprint("teachers", __name__)


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
    look = partial(look_up, people.teacher, teacher)
    record = look()
    if record.merged_into_id:
        return redirect(url_for("merges.merged_teacher", teacher=teacher), 303)
    form = TeacherForm(data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_teacher(
            db, teacher=teacher, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )

    record, status = edited(form, record, save, _refuse, again=look)
    if status == SAVED:
        flash(_("%(name)s改好了。", name=form.name.data))
        return redirect(list_of(record.region_code), SAVED)
    return _page(form, record.region_code, status, record)


@bp.post("/teachers/<public_id:teacher>/phone")
@allows("keep_teachers")
def phone(teacher: str) -> Any:
    """The phone in full, once, for who keeps the record; the trail says who looked."""
    record = look_up(people.teacher, teacher)
    number = _reveal(teacher, record.region_code)
    form = TeacherForm(formdata=None, data=asdict(record))
    return _page(form, record.region_code, 200, record, number)


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
    return _shown(look_up(queries.for_village, teacher, village, at=moment(), number=page_number()), village)


@bp.get("/teachers/<public_id:teacher>/taught")
@allows("keep_teachers")
def taught(teacher: str) -> Any:
    """One teacher as who keeps them sees them: what they teach in every village, without what is not public yet."""
    page = look_up(queries.everywhere, teacher, at=moment(), number=page_number())
    return _shown(page, page.record.region_code)


def _shown(page: TeacherPage, region: str) -> Any:
    return render_template(
        "people/teachers/show.html",
        page=page,
        teacher=page.record,
        place=look_up(places.region_named, region),
        kind_word=teacher_kind_word,
        closed=closed_of("teacher", page.record.public_id),
    )


def list_of(region: str) -> str:
    """Where the teachers of this region are listed."""
    if level_of(region) is Level.VILLAGE:
        return url_for("teachers.index", village=region)
    return url_for("teachers.of_region", region=region)


def _list(region: str, *, teacher: str = "", number: str = "") -> Any:
    ask = asked()
    is_village = level_of(region) is Level.VILLAGE
    return render_template(
        "people/teachers/index.html",
        shown=Shown(
            "teachers.index" if is_village else "teachers.of_region",
            {"village" if is_village else "region": region},
            ask,
            look_up(rosters.teachers, region, ask),
        ),
        place=look_up(places.region_named, region),
        is_village=is_village,
        kind_word=teacher_kind_word,
        revealed=(teacher, number),
    )


def _new(region: str) -> Any:
    form = TeacherForm()

    def add(db: Session) -> None:
        actions.add_teacher(db, region=region, entry=form.entry(), by=actor(), now=now())

    def rule() -> None:
        with reading() as db:
            actions.check_new_teacher(db, region=region, entry=form.entry())

    status = tried(form, add, _refuse, check=rule)
    if status == SAVED:
        flash(_("%(name)s加进名单了。", name=form.name.data))
        return redirect(list_of(region), SAVED)
    return _page(form, region, status)


def _refuse(form: TeacherForm, refused: Refused) -> int:
    form.refuse(refused.field, tell_refused_person(refused))
    form.namesakes = refused.details.get("namesakes", form.namesakes)
    return CLASH if form.namesakes else BAD_INPUT


def _reveal(teacher: str, region: str) -> str:
    with writing() as db:
        return actions.reveal_teacher_phone(db, teacher=teacher, region=region, by=actor(), now=now())


def _page(
    form: TeacherForm, region: str, status: int, record: TeacherRecord | None = None, number: str = ""
) -> Any:
    with reading() as db:
        merged = merges.undoable_merges(db, "teacher", record.public_id, now=now()) if record else ()
    page = render_template(
        "people/teachers/edit.html",
        form=form,
        record=record,
        place=look_up(places.region_named, region),
        number=number,
        back=list_of(region),
        merged=merged,
        closed=closed_of("teacher", record.public_id) if record else None,
    )
    return page, status
