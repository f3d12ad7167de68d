"""Questions asked in class: written down from the class, listed by village, answered, taken away."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.registers import questions as actions
from nightschool.errors import StaleRecord
from nightschool.queries.courses import sessions
from nightschool.queries.places import places
from nightschool.queries.registers import questions as queries
from nightschool.queries.registers.questions import QuestionRecord
from nightschool.rules.registers.questions import check_question, tell_refused_question
from nightschool.texts import _
from nightschool.web.registers.questions_form import AskForm, QuestionForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, today, writing
from nightschool.web.site.listings import page_number
from nightschool.web.site.records import SAVED, edited, look_up, telling, tried

bp = Blueprint("questions", __name__)


@bp.get("/desk/<region_code:village>/questions")
@allows("keep_register")
def index(village: str) -> Any:
    """What was asked in this village, the open questions first."""
    page = look_up(queries.of_village, village, number=page_number())
    place = look_up(places.region_named, village)
    return render_template("registers/questions/index.html", found=page, place=place)


@bp.route("/sessions/<public_id:class_session>/questions", methods=["GET", "POST"])
@allows("keep_register")
def ask(class_session: str) -> Any:
    """One question more of this class; those that stand already are below."""
    form = AskForm()

    def save(db: Session) -> None:
        actions.ask_question(db, class_session=class_session, text=form.text.data, by=actor(), now=now())

    status = tried(form, save, telling(tell_refused_question))
    if status == SAVED:
        flash(_("记下了。写错了，点那个问题改。"))
        return redirect(url_for("questions.ask", class_session=class_session), SAVED)
    session = look_up(sessions.class_session, class_session)
    asked = look_up(queries.of_session, class_session)
    is_to_come = session.line.slot.day > today()
    page = render_template(
        "registers/questions/ask.html", form=form, session=session, asked=asked, is_to_come=is_to_come
    )
    return page, status


@bp.route("/questions/<public_id:question>", methods=["GET", "POST"])
@allows("keep_register")
def edit(question: str) -> Any:
    """One question answered or put right."""
    look = partial(look_up, queries.question, question)
    record = look()
    form = QuestionForm(data=asdict(record))

    def save(db: Session) -> None:
        actions.edit_question(
            db,
            question=question,
            text=form.text.data,
            answer=form.answer.data or "",
            version=form.seen_version,
            by=actor(),
            now=now(),
        )

    rule = partial(check_question, form.text.data or "", form.answer.data or "")
    record, status = edited(form, record, save, telling(tell_refused_question), again=look, check=rule)
    if status == SAVED:
        flash(_told_saved(record, form))
        return redirect(url_for("questions.index", village=record.region_code), SAVED)
    place = look_up(places.region_named, record.region_code)
    return render_template("registers/questions/edit.html", form=form, record=record, place=place), status


@bp.post("/questions/<public_id:question>/remove")
@allows("keep_register")
def remove(question: str) -> Any:
    """The question is gone, unless somebody has saved it since it was looked at."""
    record = look_up(queries.question, question)
    form = QuestionForm()
    try:
        with writing() as db:
            actions.remove_question(db, question=question, version=form.seen_version, by=actor(), now=now())
    except StaleRecord:
        flash(_("没有删：你打开以后，别人也改过这个问题。看看再定。"), "alarm")
        return redirect(url_for("questions.edit", question=question), 303)
    flash(_("那个问题删掉了。"))
    return redirect(url_for("questions.index", village=record.region_code), 303)


def _told_saved(record: QuestionRecord, form: QuestionForm) -> str:
    if form.answer.data and not record.answer:
        return _("答复存好了。要改，再点开这个问题。")
    if record.answer and not form.answer.data:
        return _("答复收回了，这个问题又算没答。")
    return _("改好了。")
