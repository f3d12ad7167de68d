"""Another teacher for one date: everybody who could come stands there as a button, the free ones first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from nightschool.actions.courses import sessions as actions
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.queries.courses import sessions, undo
from nightschool.queries.courses import swaps as queries
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.courses.swaps import StandIn
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.changes import Change, may_change, refused_change, tell_refused_change
from nightschool.rules.courses.closed_times import tell_closed
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import tell_taken
from nightschool.rules.resources import ResourceKind
from nightschool.texts import _
from nightschool.web.courses.sessions_form import SwapForm
from nightschool.web.courses.undo import flash_done
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH

bp = Blueprint("swaps", __name__)

ALL_THE_SAME = "all_the_same"  # a teacher who does not come at that time, and was asked


@bp.route("/sessions/<public_id:class_session>/teacher", methods=["GET", "POST"])
@allows("schedule")
def teacher(class_session: str) -> Any:
    """Another teacher, or nobody yet, with one tap."""
    found, offered = _found(class_session)
    if not may_change(Change.EDIT, found.line.status):
        sentence = tell_refused_change(refused_change(Change.EDIT, found.line.status))
        return render_template("courses/sessions/closed.html", session=found, sentence=sentence)
    form = SwapForm(data={"revision": found.revision})
    form.offer(
        teachers={one.public_id: one.name for one in offered},
        teaching=dict(zip(found.teacher_ids, found.line.teachers, strict=True)),
    )
    if not form.is_submitted():
        return _page(found, form, offered)
    if ALL_THE_SAME in request.form:
        form.teacher.data = request.form[ALL_THE_SAME]
    if not form.validate() or not {"teacher", ALL_THE_SAME} & set(request.form):
        return _page(found, form, offered), BAD_INPUT
    try:
        return _swap(found, form)
    except CannotSchedule as clash:
        return _page(*_again(found, form), conflicts=clash.conflicts), CLASH
    except (StaleRecord, Refused, NotFound):
        found, form, offered = _again(found, form)
        return _page(found, form, offered, is_stale=True), CLASH


def _swap(found: SessionPage, form: SwapForm) -> Any:
    with writing() as db:
        actions.change_session(
            db,
            class_session=found.line.public_id,
            seen_revision=form.seen_revision,
            title=found.line.title,
            summary=found.summary,
            teachers=form.teachers_after(found.teacher_ids),
            venue=found.venue_id or None,
            by=actor(),
            now=now(),
            agreed=ALL_THE_SAME in request.form,
        )
        after = sessions.class_session(db, found.line.public_id)
        change = undo.just_made(db, found.region_code, now=now())
    slot = found.line.slot
    words = {"when": f"{full_day(slot.day, today())} {clock(slot.starts)}", "title": found.line.title}
    names = after.line.teachers if after else ()
    if names:
        flash_done(_("%(when)s %(title)s，换成%(who)s讲。", who=_("、").join(names), **words), change)
    else:
        flash_done(_("%(when)s %(title)s，老师还没定。", **words), change)
    return redirect(url_for("sessions.show", class_session=found.line.public_id), 303)


def _found(class_session: str) -> tuple[SessionPage, tuple[StandIn, ...]]:
    with reading() as db:
        found = sessions.class_session(db, class_session)
        if found is None:
            raise NotFound
        return found, queries.stand_ins(db, found.region_code, found.line.slot, teaching=found.teacher_ids)


def _again(found: SessionPage, form: SwapForm) -> tuple[SessionPage, SwapForm, tuple[StandIn, ...]]:
    """Everything as it stands now, after something came in between."""
    found, offered = _found(found.line.public_id)
    form.revision.data = str(found.revision)
    return found, form, offered


def _page(
    found: SessionPage,
    form: SwapForm,
    offered: tuple[StandIn, ...],
    *,
    conflicts: tuple[Conflict, ...] = (),
    is_stale: bool = False,
) -> str:
    return render_template(
        "courses/swaps/teacher.html",
        session=found,
        form=form,
        offered=[one for one in offered if one.holding is None and one.closed is None],
        away=[
            (one, tell_closed(one.closed, kind=ResourceKind.TEACHER, name=one.name, today=today()))
            for one in offered
            if one.holding is None and one.closed is not None
        ],
        taken_ones=[one for one in offered if one.holding is not None],
        taken=[tell_taken(conflict, found.region_code, today()) for conflict in conflicts],
        is_stale=is_stale,
    )
