"""Several class sessions called off or put off at once: shown first, each with a tick, then done to the ticked."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import reach as actions
from nightschool.errors import CannotSchedule, Refused, StaleRecord
from nightschool.queries.courses import reach as queries
from nightschool.queries.courses import series as series_queries
from nightschool.queries.courses import undo
from nightschool.queries.courses.sessions import SessionPage
from nightschool.rules.courses.changes import Change, tell_refused_change
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import tell_all_taken
from nightschool.rules.courses.reach import call_off, put_off, reach_digest, tell_done
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.courses.series import Member, Names, Reach, Step, tell_step
from nightschool.rules.notices.revisions import unended
from nightschool.rules.resources import ResourceKind
from nightschool.texts import _
from nightschool.web.courses.series import SAVE, ShownSeries, advice_on, typed
from nightschool.web.courses.sessions_form import PostponeForm, ReasonForm
from nightschool.web.courses.undo import flash_done
from nightschool.web.site.access import actor
from nightschool.web.site.context import moment, now, reading, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH


def counts(found: SessionPage, change: Change) -> dict[Reach, int]:
    """How many class sessions each reach goes to from this one."""
    with reading() as db:
        return {reach: len(them) for reach, them in _reaches(db, found, change).items()}


def look_or_save_several(found: SessionPage, form: ReasonForm, change: Change) -> Any:
    """Those that are reached are shown, all ticked that can be had; then the ticked are called off or put off.

    Raises: Refused where a time is impossible; StaleRecord of this session.
    """
    if request.form.get("do") != SAVE:
        return _page(found, form, change)
    try:
        return _save(found, form, change)
    except CannotSchedule as clash:
        return _page(found, form, change, conflicts=clash.conflicts), CLASH
    except StaleRecord as stale:
        if stale.what != "series":
            raise
        said = _("还没存：你看的时候，这些课次又变了。现在是下面这些，再看一遍。")
        return _page(found, form, change, said=said), CLASH
    except Refused as refused:
        if "problem" in refused.details:
            raise
        return _page(found, form, change, said=tell_refused_change(refused)), BAD_INPUT


def _save(found: SessionPage, form: ReasonForm, change: Change) -> Any:
    given: dict[str, Any] = {
        "class_session": found.line.public_id,
        "seen_revision": form.seen_revision,
        "reach": form.reaches,
        "seen": request.form.get("seen", ""),
        "picked": form.pick.data,
        "reason": form.reason.data,
        "reason_text": form.reason_text.data or "",
        "by": actor(),
        "now": now(),
    }
    with writing() as db:
        if isinstance(form, PostponeForm):
            count = actions.postpone_several(db, slot=form.slot(), agreed=form.is_agreed, **given)
        else:
            count = actions.cancel_several(db, **given)
        made = undo.just_made(db, found.region_code, now=now())
    flash_done(tell_done(change, count), made)
    return redirect(url_for("undo.show", change=made), 303)


def _page(
    found: SessionPage,
    form: ReasonForm,
    change: Change,
    *,
    conflicts: Sequence[Conflict] = (),
    said: str = "",
) -> str:
    with reading() as db:
        members = _reaches(db, found, change)[form.reaches]
        steps = _steps(found, form, members)
        named = series_queries.names(db, steps, found.region_code)
        advice: dict[int, Any] = {}
        meets_already: frozenset[int] = frozenset()
        if isinstance(form, PostponeForm):
            agreed = form.is_agreed
            conflicts = conflicts or series_queries.steps_conflicts(
                db, steps, named, for_village=found.region_code, at=moment(), agreed=agreed
            )
            meets_already = queries.meets_already(db, steps)
            advice = advice_on(db, steps, named, _shown(found))
    was_shown = request.form.get("do") == SAVE
    lines = []
    for step in steps:
        taken = _against(step, named, conflicts)
        stands = bool(taken) or step.member.id in meets_already
        key = step.member.public_id
        lines.append(
            {
                "key": key,
                "slot": step.member.state.slot,
                "title": step.member.state.title,
                "is_past": step.member.state.slot.finishes <= moment(),
                "becomes": tell_step(step, named, today()),
                "taken": tell_all_taken(taken, found.region_code, today(), of_several=True),
                "meets_already": step.member.id in meets_already,
                "advice": advice.get(step.member.id, ()),
                "is_ticked": key in form.pick.data if was_shown else not stands,
            }
        )
    return render_template(
        "courses/reach/look.html",
        session=found,
        form=form,
        why=unended(tell_reason(form.reason.data, form.reason_text.data or "")),
        lines=lines,
        is_postponed=change is Change.POSTPONE,
        seen=reach_digest(steps),
        typed=typed(),
        said=said,
    )


def _steps(found: SessionPage, form: ReasonForm, members: Sequence[Member]) -> tuple[Step, ...]:
    if not isinstance(form, PostponeForm):
        return call_off(members)
    this = next(one for one in members if one.public_id == found.line.public_id)
    return put_off(members, this, form.slot())


def _against(step: Step, named: Names, conflicts: Sequence[Conflict]) -> list[Conflict]:
    """What stands against this one."""
    after = step.after
    ids = {ResourceKind.TEACHER: after.teacher_ids, ResourceKind.VENUE: (after.venue_id,)}
    return [
        one for one in conflicts if one.wanted == after.slot and one.resource.id in ids[one.resource.kind]
    ]


def _reaches(db: Session, found: SessionPage, change: Change) -> dict[Reach, tuple[Member, ...]]:
    return queries.reaches(db, found.region_code, found.course, found.line.public_id, change, at=moment())


def _shown(found: SessionPage) -> ShownSeries:
    """For the advice on other days: this one's teachers and place stand for all."""
    return ShownSeries(
        village_code=found.region_code,
        village=found.village,
        course=found.course,
        title=found.line.title,
        heading="",
        back="",
        teachers=found.teacher_ids,
        venue=found.venue_id or None,
    )
