"""The learners of a village: list, find, add, edit."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.people import people as actions
from nightschool.errors import Refused
from nightschool.queries.courses import histories
from nightschool.queries.courses.desk import is_beginning
from nightschool.queries.people import merges, people, rosters, stays
from nightschool.queries.people.people import LearnerRecord
from nightschool.queries.places import places, takeovers
from nightschool.queries.places.region_settings import purpose_for
from nightschool.queries.trust.own_data import own_data
from nightschool.rules.people.own_data import column_heading, table_word, value_words
from nightschool.rules.people.people import dialable, sex_word, tell_refused_person
from nightschool.rules.people.told import NOTICE_NOW
from nightschool.rules.registers.attendance import STATUS_WORDS
from nightschool.rules.registers.cohorts import SOURCES
from nightschool.texts import _
from nightschool.web.people.people_form import LearnerForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, services, today, writing
from nightschool.web.site.listings import Shown, asked
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, edited, look_up, tried

bp = Blueprint("learners", __name__)
bp.add_app_template_global(dialable)


@bp.get("/desk/<region_code:village>/learners")
@allows("keep_people")
def index(village: str) -> Any:
    """The roster by group and name, or those who were asked for."""
    ask = asked()
    learners = look_up(rosters.learners, village, ask)
    by_name = learners.value("sort") == "name"
    with reading() as db:
        handed_on = takeovers.handed_on(db, village, now=now())
    groups = groupby(learners.lines, lambda line: "" if by_name else line.group)
    return render_template(
        "people/learners/index.html",
        shown=Shown("learners.index", {"village": village}, ask, learners),
        groups=[(label, list(members)) for label, members in groups],
        place=look_up(places.region_named, village),
        sex_word=sex_word,
        handed_on=handed_on,
    )


@bp.route("/desk/<region_code:village>/learners/new", methods=["GET", "POST"])
@allows("keep_people")
def new(village: str) -> Any:
    """One learner more; the next one is likely of the same group. Among the first steps, back to them."""
    form = LearnerForm(data={"group_name": request.args.get("group", "")[:60]})

    def add(db: Session) -> None:
        actions.add_learner(db, village=village, entry=form.entry(), by=actor(), now=now())

    status = tried(form, add, _refuse, check=_rule_of(form, village))
    if status == SAVED:
        flash(_("记下了：%(name)s（%(group)s）。", name=form.name.data, group=form.group_name.data))
        if request.form.get("do") == "another":
            return redirect(url_for("learners.new", village=village, group=form.group_name.data), SAVED)
        with reading() as db:
            back = "desk.village" if is_beginning(db, village) else "learners.index"
        return redirect(url_for(back, village=village), SAVED)
    return _page(form, village, status)


@bp.route("/learners/<public_id:learner>", methods=["GET", "POST"])
@allows("keep_people")
def edit(learner: str) -> Any:
    """One learner put right; who was merged into another is looked at there."""
    look = partial(look_up, people.learner, learner)
    record = look()
    if record.merged_into_id:
        return redirect(url_for("merges.merged_learner", learner=learner), 303)
    form = LearnerForm(data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_learner(
            db, learner=learner, entry=form.entry(), version=form.seen_version, by=actor(), now=now()
        )

    record, status = edited(
        form, record, save, _refuse, again=look, check=_rule_of(form, record.region_code, learner)
    )
    if status == SAVED:
        flash(_("改好了：%(name)s。", name=form.name.data))
        return redirect(url_for("learners.index", village=record.region_code), SAVED)
    return _page(form, record.region_code, status, record)


@bp.post("/learners/<public_id:learner>/phone")
@allows("keep_people")
def phone(learner: str) -> Any:
    """The phone in full, once; the trail says who looked."""
    with writing() as db:
        number = actions.reveal_learner_phone(db, learner=learner, by=actor(), now=now())
    record = look_up(people.learner, learner)
    form = LearnerForm(formdata=None, data=asdict(record))
    return _page(form, record.region_code, 200, record, number=number)


@bp.post("/learners/<public_id:learner>/data")
@allows("keep_people")
def data(learner: str) -> Any:
    """Everything that is kept about one person, for them to read or take along; the trail says who called it up."""
    with writing() as db:
        actions.note_own_data(db, learner=learner, by=actor(), now=now())
    parts = look_up(own_data, learner, zone=services().zone)
    if request.form.get("as") == "json":
        told = {part.table: part.rows for part in parts}
        written = json.dumps(told, ensure_ascii=False, indent=1, default=str)
        answer = Response(written, mimetype="application/json")
        answer.headers["Content-Disposition"] = "attachment; filename=learner.json"
        return answer
    return render_template(
        "people/learners/data.html",
        parts=parts,
        record=look_up(people.learner, learner),
        table_word=table_word,
        column_heading=column_heading,
        value_words=partial(value_words, codes={**STATUS_WORDS, **SOURCES}),
    )


def _rule_of(form: LearnerForm, village: str, learner: str = "") -> Callable[[], None]:
    def rule() -> None:
        with reading() as db:
            actions.check_entry(db, village=village, entry=form.entry(), today=today(), of=learner)

    return rule


def _refuse(form: LearnerForm, refused: Refused) -> int:
    form.refuse(refused.field, tell_refused_person(refused))
    if refused.code == "same_name":
        form.asks_if_another, form.retired_namesake = True, refused.details["retired"]
    return CLASH if form.asks_if_another else BAD_INPUT


def _page(
    form: LearnerForm, village: str, status: int, record: LearnerRecord | None = None, number: str = ""
) -> Any:
    with reading() as db:
        form.group_name.known = people.groups(db, village)
        attended = histories.attended(db, record.public_id) if record else None
        former = stays.former_stays(db, record.public_id) if record else ()
        purpose = purpose_for(db, village) if record else None
        merged = merges.undoable_merges(db, "learner", record.public_id, now=now()) if record else ()
    page = render_template(
        "people/learners/edit.html",
        form=form,
        record=record,
        place=look_up(places.region_named, village),
        number=number,
        attended=attended,
        merged=merged,
        purpose=purpose,
        stays=former,
        NOTICE_NOW=NOTICE_NOW,
    )
    return page, status
