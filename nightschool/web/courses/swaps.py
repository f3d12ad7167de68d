"""Another teacher for one date: everybody who could come stands there as a button, the free ones first."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy.orm import Session

from nightschool.actions.courses import sessions as actions
from nightschool.errors import NotFound, StaleRecord
from nightschool.queries.courses import sessions
from nightschool.queries.courses import swaps as queries
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.courses.swaps import StandIn
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.closed_times import tell_closed
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import tell_all_taken
from nightschool.rules.resources import ResourceKind
from nightschool.texts import _
from nightschool.web.courses.sessions import carry_out
from nightschool.web.courses.sessions_form import SwapForm
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import now, reading, today
from nightschool.web.site.records import look_up

bp = Blueprint("swaps", __name__)


@bp.route("/sessions/<public_id:class_session>/teacher", methods=["GET", "POST"])
@allows("schedule")
def teacher(class_session: str) -> Any:
    """Another teacher, or nobody yet, with one tap."""
    found = look_up(sessions.class_session, class_session)
    stand_ins = _stand_ins(found)
    could_come = {one.public_id: one.name for one in stand_ins}
    teaching = dict(zip(found.teacher_ids, found.line.teachers, strict=True))
    form = SwapForm(data={"revision": found.revision})
    form.offer(teachers=could_come, teaching=teaching)

    def act(db: Session) -> None:
        try:
            actions.change_teachers(
                db,
                class_session=class_session,
                seen_revision=form.seen_revision,
                teachers=form.teachers_after(found.teacher_ids),
                by=actor(),
                now=now(),
                agreed=bool(form.all_the_same.data),
            )
        except NotFound as gone:  # somebody put the teacher away since
            raise StaleRecord("class_session", form.seen_revision, found.revision) from gone

    def done() -> str:
        slot = found.line.slot
        words = {"when": f"{full_day(slot.day, today())} {clock(slot.starts)}", "title": found.line.title}
        names = [(teaching | could_come)[one] for one in form.teachers_after(found.teacher_ids)]
        if not names:
            return _("%(when)s %(title)s，老师还没定。", **words)
        return _("%(when)s %(title)s，换成%(who)s讲。", who=_("、").join(names), **words)

    def page(
        found: SessionPage, form: SwapForm, _change: Change, conflicts: Sequence[Conflict], *, is_stale: bool
    ) -> str:
        now_there = _stand_ins(found) if conflicts or is_stale else stand_ins
        return _page(found, form, now_there, conflicts, is_stale=is_stale)

    return carry_out(found, form, Change.EDIT, act, done, page)


def _stand_ins(found: SessionPage) -> tuple[StandIn, ...]:
    with reading() as db:
        return queries.stand_ins(db, found.region_code, found.line.slot, teaching=found.teacher_ids)


def _page(
    found: SessionPage,
    form: SwapForm,
    stand_ins: Sequence[StandIn],
    conflicts: Sequence[Conflict],
    *,
    is_stale: bool,
) -> str:
    return render_template(
        "courses/swaps/teacher.html",
        session=found,
        form=form,
        offered=[one for one in stand_ins if one.holding is None and one.closed is None],
        away=[
            (one, tell_closed(one.closed, kind=ResourceKind.TEACHER, name=one.name, today=today()))
            for one in stand_ins
            if one.holding is None and one.closed is not None
        ],
        taken_ones=[one for one in stand_ins if one.holding is not None],
        taken=tell_all_taken(conflicts, found.region_code, today()),
        is_stale=is_stale,
    )
