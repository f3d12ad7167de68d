"""A teacher falls ill: who is able, free and near to stand in, with whom to phone, and asked by their own address."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import dispatches as actions
from nightschool.actions.people.people import reveal_teacher_phone
from nightschool.queries.contacts import contacts
from nightschool.queries.courses import sessions
from nightschool.queries.courses.choices import chosen
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.dispatch import dispatches as queries
from nightschool.queries.dispatch.candidates import Candidate, candidates
from nightschool.queries.seasons.localities import locality, meeting_in
from nightschool.rules.dispatch.dispatches import tell_refused_dispatch
from nightschool.texts import counted
from nightschool.web.dispatch.substitutes_form import StandInForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, writing
from nightschool.web.site.records import SAVED, look_up, telling, tried

bp = Blueprint("substitutes", __name__)


@bp.route("/sessions/<public_id:class_session>/substitute", methods=["GET", "POST"])
@allows("schedule")
def ask(class_session: str) -> Any:
    """Everybody who could stand in, the able, free and near first: asked one by one or all at once, or telephoned."""
    found = look_up(sessions.class_session, class_session)
    able = _able(found)
    form = StandInForm()
    form.offer(
        teachers={one.public_id: one.name for one in able},
        teaching=dict(zip(found.teacher_ids, found.line.teachers, strict=True)),
    )
    do, _blank, key = request.form.get("do", "").partition(" ")
    if do == "phone":
        with writing() as db:
            number = reveal_teacher_phone(db, teacher=key, region=found.region_code, by=actor(), now=now())
        return _page(found, able, form, (key, number))
    asked: list[int] = []

    def save(db: Session) -> None:
        given = {"by": actor(), "now": now()}
        if do == "withdraw":
            actions.withdraw_dispatch(db, dispatch=key, **given)
        else:
            wanted = tuple(form.teachers.data or ())
            instead_of = form.instead_of.data or None
            asked.append(
                actions.ask_to_stand_in(
                    db, class_session=class_session, teachers=wanted, instead_of=instead_of, **given
                )
            )

    status = tried(form, save, telling(tell_refused_dispatch))
    if status == SAVED:
        if asked:
            flash(counted("问了 %(n)d 位老师。谁先答应，这节课就换成谁。", asked[0]))
        return redirect(url_for("substitutes.ask", class_session=class_session), SAVED)
    return _page(found, able, form), status


def _able(found: SessionPage) -> tuple[Candidate, ...]:
    slot = found.line.slot
    with reading() as db:
        hall = chosen(db, teachers=(), venues=[found.venue_id])
        every = candidates(
            db,
            meeting_in(db, locality(db, found.region_code), hall.hall_in(found.venue_id)),
            days=[slot.day],
            starts=slot.starts,
            ends=slot.ends,
            topic=found.line.title,
            but_session=found.line.public_id,
            at=moment(),
        )
    return tuple(one for one in every if one.free and one.public_id not in found.teacher_ids)


def _page(
    found: SessionPage, able: tuple[Candidate, ...], form: StandInForm, revealed: tuple[str, str] = ("", "")
) -> str:
    with reading() as db:
        asked = queries.asked_for_session(db, found.line.public_id, at=moment())
        contact = contacts(db, [found.region_code])[found.region_code]
    waiting = {one.teacher for one in asked if one.is_open}
    return render_template(
        "dispatch/substitutes/ask.html",
        session=found,
        able=[one for one in able if one.public_id not in waiting],
        asked=asked,
        contact=contact,
        form=form,
        revealed=revealed,
    )
