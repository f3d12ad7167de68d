"""What a register makes one ask its coordinator back, and what they answer: seen by nobody else."""

from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session

from nightschool.actions.registers import asked_back as actions
from nightschool.queries.registers import asked_back as queries
from nightschool.queries.registers import attendance
from nightschool.queries.registers.attendance import Register
from nightschool.rules.registers.asked_back import asked_back
from nightschool.texts import _
from nightschool.web.registers.asked_back_form import AnswersForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, services, today
from nightschool.web.site.records import SAVED, look_up, tried

bp = Blueprint("asked_back", __name__)


class AskedBack(NamedTuple):
    """One sentence, and what was answered."""

    kind: str
    sentence: str
    answer: str


@bp.route("/sessions/<public_id:class_session>/asked-back", methods=["GET", "POST"])
@allows("keep_register")
def answer(class_session: str) -> Any:
    """All that is asked back about one class, each with room for a line."""
    found = look_up(attendance.register, class_session)
    asked = asked_back_of(found)
    form = AnswersForm(data={one.kind: one.answer for one in asked})
    for one in asked:
        form[one.kind].label.text = one.sentence

    def save(db: Session) -> None:
        answers = {one.kind: form[one.kind].data for one in asked}
        actions.answer(db, class_session=class_session, answers=answers, by=actor(), now=now())

    status = tried(form, save)
    if status == SAVED:
        flash(_("记下了，谢谢。这些话只有村里看得到。"))
        return redirect(url_for("attendance.register", class_session=class_session), SAVED)
    return render_template("registers/asked_back/answer.html", form=form, asked=asked, register=found), status


def asked_back_of(found: Register) -> list[AskedBack]:
    """What there is to ask back about this register; nothing before it is saved."""
    if not found.saved:
        return []
    with reading() as db:
        look = queries.look(db, found, today=today(), zone=services().zone)
        if not asked_back(look, today=today()):
            return []
        answers = queries.answers(db, found)
    told = asked_back(look, today=today(), answered_before=answers.before)
    return [AskedBack(kind, sentence, answers.own.get(kind, "")) for kind, sentence in told.items()]
