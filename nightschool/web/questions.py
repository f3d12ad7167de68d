"""Questions asked in class: written down from the class, listed by village, answered, taken away."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for

from nightschool.actions import questions as actions
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.queries import places, sessions
from nightschool.queries import questions as queries
from nightschool.queries.questions import QuestionRecord
from nightschool.rules.questions import tell_refused_question
from nightschool.texts import _
from nightschool.web.access import actor, allows
from nightschool.web.context import now, reading, today, writing
from nightschool.web.forms.questions import AskForm, QuestionForm
from nightschool.web.listings import page_number

bp = Blueprint("questions", __name__)

BAD_INPUT, CLASH = 422, 409


@bp.get("/desk/<region_code:village>/questions")
@allows("keep_register")
def index(village: str) -> Any:
    """What was asked in this village, the open questions first."""
    with reading() as db:
        found = queries.of_village(db, village, number=page_number())
        [place] = places.regions_named(db, [village])
    return render_template("questions/index.html", found=found, place=place)


@bp.route("/sessions/<public_id:class_session>/questions", methods=["GET", "POST"])
@allows("keep_register")
def ask(class_session: str) -> Any:
    """One question more of this class; those that stand already are below."""
    form = AskForm()
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                with writing() as db:
                    actions.ask_question(
                        db,
                        class_session=class_session,
                        text=form.text.data,
                        by=actor(),
                        now=now(),
                    )
                flash(_("记下了。写错了，点那个问题改。"))
                return redirect(url_for("questions.ask", class_session=class_session), 303)
        except Refused as refused:
            form.refuse(refused.field, tell_refused_question(refused))
    with reading() as db:
        found = sessions.class_session(db, class_session)
        asked = queries.of_session(db, class_session)
    if found is None:
        raise NotFound
    is_to_come = found.line.slot.day > today()
    page = render_template("questions/ask.html", form=form, session=found, asked=asked, is_to_come=is_to_come)
    return page, status


@bp.route("/questions/<public_id:question>", methods=["GET", "POST"])
@allows("keep_register")
def edit(question: str) -> Any:
    """One question answered or put right."""
    record = _record(question)
    form = QuestionForm(data=_stored(record))
    status = 200
    if form.is_submitted():
        status = BAD_INPUT
        try:
            if form.validate():
                _save(record, form)
                flash(_told_saved(record, form))
                return redirect(url_for("questions.index", village=record.region_code), 303)
        except Refused as refused:
            form.refuse(refused.field, tell_refused_question(refused))
        except StaleRecord:
            record, status = _record(question), CLASH
            form.show_stale(_stored(record))
    with reading() as db:
        [place] = places.regions_named(db, [record.region_code])
    return render_template("questions/edit.html", form=form, record=record, place=place), status


@bp.post("/questions/<public_id:question>/remove")
@allows("keep_register")
def remove(question: str) -> Any:
    """The question is gone, unless somebody has saved it since it was looked at."""
    record = _record(question)
    form = QuestionForm()
    try:
        with writing() as db:
            actions.remove_question(db, question=question, version=form.seen_version, by=actor(), now=now())
    except StaleRecord:
        flash(_("没有删：你打开以后，别人也改过这个问题。看看再定。"), "alarm")
        return redirect(url_for("questions.edit", question=question), 303)
    flash(_("那个问题删掉了。"))
    return redirect(url_for("questions.index", village=record.region_code), 303)


def _record(question: str) -> QuestionRecord:
    with reading() as db:
        found = queries.question(db, question)
    if found is None:
        raise NotFound
    return found


def _stored(record: QuestionRecord) -> dict[str, Any]:
    return {**asdict(record.line), "version": record.version}


def _save(record: QuestionRecord, form: QuestionForm) -> None:
    with writing() as db:
        actions.edit_question(
            db,
            question=record.line.public_id,
            text=form.text.data,
            answer=form.answer.data or "",
            version=form.seen_version,
            by=actor(),
            now=now(),
        )


def _told_saved(record: QuestionRecord, form: QuestionForm) -> str:
    if form.answer.data and not record.line.answer:
        return _("答复存好了。要改，再点开这个问题。")
    if record.line.answer and not form.answer.data:
        return _("答复收回了，这个问题又算没答。")
    return _("改好了。")
