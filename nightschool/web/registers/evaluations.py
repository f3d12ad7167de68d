"""Evaluation slips (F9): printed, answered by their address without a login, entered from paper, and looked at."""

import hmac
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from nightschool.actions.registers import evaluations as actions
from nightschool.errors import NotFound, Refused
from nightschool.formats.evaluation_slip import slips_data, told_slip
from nightschool.formats.qr import qr_svg
from nightschool.queries.registers import evaluations as queries
from nightschool.queries.registers.evaluations import SlipHead
from nightschool.rules.registers.evaluations import (
    FEWEST,
    SLIP_DAYS,
    Aspect,
    answers_to,
    check_slip,
    check_time,
    question_of,
    read_paper_slips,
    tell_evaluation,
    tell_refused_evaluation,
)
from nightschool.texts import counted
from nightschool.web.registers.evaluations_form import EvaluationForm, PaperSlipsForm
from nightschool.web.site.access import actor, allows, by_secret
from nightschool.web.site.context import now, proofs, reading, today, whole
from nightschool.web.site.papers import pdf_answer, unprintable
from nightschool.web.site.records import SAVED, look_up, telling, tried
from nightschool.web.site.sent import once_sent

bp = Blueprint("evaluations", __name__)

_PROOF = 12  # hexadecimal characters: who knows a class from the timetable would guess for ever
_ON_A_SHEET = 6


@bp.route("/sessions/<public_id:class_session>/evaluation", methods=["GET", "POST"])
@allows("keep_register")
def show(class_session: str) -> Any:
    """What was answered, and slips from paper."""
    head = _head(class_session)
    form = PaperSlipsForm()

    def save(db: Session) -> None:
        slips = read_paper_slips(form.slips.data)
        actions.enter_slips(
            db, class_session=class_session, slips=slips, replaces=form.replaces.data, by=actor(), now=now()
        )
        flash(counted("纸上的 %(n)d 张记好了。", len(slips)))

    status = tried(form, save, lambda form, refused: form.refuse("slips", tell_refused_evaluation(refused)))
    if status == SAVED:
        return redirect(url_for("evaluations.show", class_session=class_session), SAVED)
    with reading() as db:
        found = queries.answers_about(db, class_session)
    page = render_template(
        "registers/evaluations/show.html",
        class_session=class_session,
        head=head,
        form=form,
        found=found,
        told=tell_evaluation(found.shown) if found.shown else "",
        refusal=_why_not(head, by_address=False),
        aspects={one: (question_of(one), answers_to(one)) for one in Aspect},
        fewest=FEWEST,
        days=SLIP_DAYS,
    )
    return page, status


@bp.get("/sessions/<public_id:class_session>/evaluation/slips")
@allows("keep_register")
def slips(class_session: str) -> Any:
    """The slips, several on a sheet to be cut apart, as a page that prints."""
    head = _head(class_session)
    told = told_slip(head)
    return render_template(
        "registers/evaluations/slips.html",
        village=head.village,
        class_session=class_session,
        told=told,
        many=_ON_A_SHEET,
        qr=Markup(  # noqa: S704
            qr_svg(_address(class_session)).decode()
        ),  # made of squares; nothing of it was typed by anybody
        unprintable=unprintable(told),
    )


@bp.get("/sessions/<public_id:class_session>/evaluation/slips.pdf")
@allows("keep_register")
def slips_pdf(class_session: str) -> Any:
    """The same as PDF."""
    head = _head(class_session)
    data = slips_data(told_slip(head), _address(class_session), many=_ON_A_SHEET)
    otherwise = url_for("evaluations.slips", class_session=class_session)
    return pdf_answer("evaluation_slip", data, name=f"evaluation-{head.day}", otherwise=otherwise)


@bp.route("/e/<slip:slip>", methods=["GET", "POST"])
@by_secret
def slip(slip: str) -> Any:
    """The slip on somebody's phone: a few taps, without a login, and nothing is kept of who they are."""
    class_session, proof = slip[:-_PROOF], slip[-_PROOF:]
    if not any(hmac.compare_digest(one, proof) for one in _proofs(class_session)):
        raise NotFound
    head = _head(class_session)
    form = EvaluationForm()

    def save(db: Session) -> None:
        actions.take_slip(db, class_session=class_session, slip=form.slip(), once=once_sent()[:22], now=now())

    status = tried(form, save, telling(tell_refused_evaluation), check=lambda: check_slip(form.slip()))
    if status == SAVED:
        return redirect(url_for("evaluations.slip", slip=slip, said=1), SAVED)
    page = render_template(
        "registers/evaluations/slip.html",
        slip=slip,
        head=head,
        form=form,
        said=request.args.get("said") == "1",
        refusal=_why_not(head, by_address=True),
    )
    return page, status


def _head(class_session: str) -> SlipHead:
    return look_up(queries.slip_head, class_session)


def _why_not(head: SlipHead, *, by_address: bool) -> str:
    """Why no slips about this class are taken today; empty where they are."""
    try:
        check_time(head.status, head.day, today(), by_address=by_address)
    except Refused as refused:
        return tell_refused_evaluation(refused)
    return ""


def _proofs(class_session: str) -> list[str]:
    return [one[:_PROOF] for one in proofs("evaluation slip", class_session)]


def _address(class_session: str) -> str:
    return whole(f"{request.script_root}/e/{class_session}{_proofs(class_session)[0]}")
