"""One class session: looked at, added, moved, given another place or teacher, called off, brought back."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import sessions as actions
from nightschool.errors import CannotSchedule, NotFound, Refused, StaleRecord
from nightschool.formats.revisions import tell_made
from nightschool.queries.courses import courses, undo
from nightschool.queries.courses import sessions as queries
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.closed_times import absences_of
from nightschool.queries.courses.courses import CoursePage
from nightschool.queries.courses.labels import labels_on_offer
from nightschool.queries.courses.sessions import SessionLine, SessionPage
from nightschool.queries.notices import revisions
from nightschool.rules.almanac import clock, full_day
from nightschool.rules.courses.changes import Change, may_change, refused_change, tell_refused_change
from nightschool.rules.courses.closed_times import tell_closed
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.labels import label_role_word, tell_organisers
from nightschool.rules.courses.modes import mode_word
from nightschool.rules.courses.previews import tell_all_taken
from nightschool.rules.courses.reach import reach_choices
from nightschool.rules.courses.reasons import tell_reason
from nightschool.rules.courses.recurrence import RecurrenceProblem, tell_recurrence_problem
from nightschool.rules.courses.series import Reach
from nightschool.rules.courses.statuses import TO_COME, status_word
from nightschool.rules.notices.revisions import tell_mark
from nightschool.rules.slots import Slot, SlotProblem, shown_end, tell_slot_problem
from nightschool.texts import _
from nightschool.web.courses import advice, reach, series
from nightschool.web.courses.alternatives import instead_for_added, instead_for_session
from nightschool.web.courses.alternatives_form import read_day
from nightschool.web.courses.courses import labelled, stored_manner
from nightschool.web.courses.sessions_form import (
    AddForm,
    EditForm,
    Following,
    MoveForm,
    PostponeForm,
    ReasonForm,
    RestoreForm,
    SessionForm,
    ShiftForm,
)
from nightschool.web.courses.undo import flash_done, undo_offered
from nightschool.web.site.access import actor, allows
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.records import BAD_INPUT, CLASH, SAVED, look_up, tried

bp = Blueprint("sessions", __name__)
bp.add_app_template_global(status_word)
for telling in (mode_word, label_role_word, tell_organisers, tell_reason):
    bp.add_app_template_global(telling)


@bp.app_template_global("tell_mark")
def _tell_mark(line: SessionLine) -> str:
    """See rules.notices.revisions.tell_mark."""
    return tell_mark(line.differs, line.told, line.slot.begins, today())


@bp.get("/sessions/<public_id:class_session>")
@allows("schedule")
def show(class_session: str) -> Any:
    """What, when, where, who; and what can be changed."""
    found = _session(class_session)
    with reading() as db:
        recent = undo.recent_of_session(
            db, found.region_code, class_session, revision=found.revision, now=now()
        )
        made = revisions.latest_revisions(db, class_session=class_session) if found.revision > 1 else ()
        is_to_come = found.line.status in TO_COME and found.line.slot.begins > moment()
        said = advice.about_session(db, found, found.line.slot) if is_to_come else ()
        closed = absences_of(db, class_session, today=today()) if is_to_come else ()
    return render_template(
        "courses/sessions/show.html",
        session=found,
        history=tell_made(made, services().zone),
        undoable=undo_offered(recent),
        advice=said,
        closed=[tell_closed(one.closed, kind=one.kind, name=one.name, today=today()) for one in closed],
        possible={change.value for change in Change if may_change(change, found.line.status)},
        is_past=found.line.slot.finishes <= moment(),
        begins_by_today=found.line.slot.day <= today(),
    )


@bp.route("/sessions/<public_id:class_session>/move", methods=["GET", "POST"])
@allows("schedule")
def move(class_session: str) -> Any:
    """Another day or time."""
    found = _session(class_session)
    form = ShiftForm(data=_slot_values(found))

    def act(db: Session) -> None:
        actions.move_session(db, slot=form.slot(), **_as_seen(found, form), agreed=form.is_agreed)

    def done() -> str:
        return _("%(title)s改到 %(when)s 了。", title=found.line.title, when=_when(form.slot()))

    return carry_out(found, form, Change.MOVE, act, done)


@bp.route("/sessions/<public_id:class_session>/edit", methods=["GET", "POST"])
@allows("schedule")
def edit(class_session: str) -> Any:
    """Another place or teacher, or other words."""
    found = _session(class_session)
    with reading() as db:
        choices = on_offer(db, found.region_code, teachers=found.teacher_ids, venues=[found.venue_id])
        labels = labels_on_offer(db, found.region_code, kept=found.labels)
    form = EditForm(data={**_stored(found), "reach": request.args.get("reach", type=Reach)})
    form.offer(**labelled(choices))
    form.offer_labels(labels)
    # A link of another page says what to start from; sent once, only a button of this page counts.
    form.take_staff((request.form if form.is_submitted() else request.args).get("take", ""))

    def act(db: Session) -> None:
        actions.change_session(
            db,
            title=form.title.data,
            summary=form.summary.data or "",
            **form.staff,
            **form.manner,
            **_as_seen(found, form),
            agreed=form.is_agreed,
        )

    def done() -> str:
        return _("%(when)s %(title)s改好了。", when=_when(found.line.slot), title=form.title.data)

    return carry_out(found, form, Change.EDIT, act, done)


@bp.post("/sessions/<public_id:class_session>/agree")
@allows("schedule")
def agree(class_session: str) -> Any:
    """It meets all the same, though its teacher or place was said not to be there."""
    try:
        with writing() as db:
            actions.agree_session(db, class_session=class_session, by=actor(), now=now())
    except Refused as refused:
        flash(_tell(refused), "alarm")
    else:
        flash(_("记下了：说好了照常上。"))
    return redirect(url_for("sessions.show", class_session=class_session), 303)


@bp.route("/sessions/<public_id:class_session>/cancel", methods=["GET", "POST"])
@allows("schedule")
def cancel(class_session: str) -> Any:
    """Called off, or not held, with the reason."""
    found = _session(class_session)
    form = ReasonForm(data={"revision": found.revision})
    form.offer_reasons()

    def act(db: Session) -> None:
        actions.cancel_session(db, **_reason(form), **_as_seen(found, form))

    past = found.line.slot.finishes <= moment()
    words = {"day": full_day(found.line.slot.day, today()), "title": found.line.title}

    def done() -> str:
        return (
            _("%(day)s %(title)s记为没开成。", **words) if past else _("%(day)s %(title)s取消了。", **words)
        )

    return carry_out(found, form, Change.CANCEL, act, done)


@bp.route("/sessions/<public_id:class_session>/postpone", methods=["GET", "POST"])
@allows("schedule")
def postpone(class_session: str) -> Any:
    """Put off to another day, with the reason."""
    found = _session(class_session)
    form = PostponeForm(data={**_slot_values(found), "day": None})
    form.offer_reasons()

    def act(db: Session) -> str:
        return actions.postpone_session(
            db, slot=form.slot(), **_reason(form), **_as_seen(found, form), agreed=form.is_agreed
        )

    def done() -> str:
        return _(
            "%(title)s从 %(day)s 改期到 %(when)s 了。这是新的一次。",
            title=found.line.title,
            day=full_day(found.line.slot.day, today()),
            when=_when(form.slot()),
        )

    return carry_out(found, form, Change.POSTPONE, act, done)


@bp.route("/sessions/<public_id:class_session>/restore", methods=["GET", "POST"])
@allows("schedule")
def restore(class_session: str) -> Any:
    """Cancelled, and takes place after all."""
    found = _session(class_session)
    form = RestoreForm(data={"revision": found.revision})

    def act(db: Session) -> None:
        actions.restore_session(db, **_as_seen(found, form), agreed=form.is_agreed)

    def done() -> str:
        words = {"when": _when(found.line.slot), "title": found.line.title}
        if found.line.slot.finishes <= moment():
            return _("%(when)s %(title)s恢复了，可以点名。", **words)
        return _("%(when)s %(title)s恢复了，照常上。", **words)

    return carry_out(found, form, Change.RESTORE, act, done)


@bp.route("/courses/<public_id:course>/add", methods=["GET", "POST"])
@allows("schedule")
def add(course: str) -> Any:
    """One more class session of a course."""
    with reading() as db:
        found = courses.course(db, course)
        choices = on_offer(db, found.region_code) if found else None
    if found is None or choices is None:
        raise NotFound
    times = {
        "day": read_day(request.args.get("day", "")),
        "starts": found.starts,
        "ends": shown_end(found.ends),
    }
    form = AddForm(data={**times, "teachers": list(found.teacher_ids), "venue": found.venue_id})
    form.offer(**labelled(choices))
    form.take(request.form.get("take", ""))
    form.take_staff(request.form.get("take", ""))
    conflicts: list[Conflict] = []
    made: list[str | None] = []

    def save(db: Session) -> None:
        added = actions.add_session(
            db, course=course, slot=form.slot(), **form.staff, by=actor(), now=now(), agreed=form.is_agreed
        )
        made.extend((added, undo.just_made(db, found.region_code, now=now())))

    def refuse(form: AddForm, refusal: Refused | CannotSchedule) -> int:
        if isinstance(refusal, CannotSchedule):
            conflicts.extend(refusal.conflicts)
            return CLASH
        form.refuse(refusal.field, _tell(refusal))
        return BAD_INPUT

    status = tried(form, save, refuse)
    if status != SAVED:
        return _add_page(found, form, conflicts), status
    flash_done(_("%(title)s加了一次：%(when)s。", title=found.title, when=_when(form.slot())), made[1])
    return redirect(url_for("sessions.show", class_session=made[0]), SAVED)


def _add_page(found: CoursePage, form: AddForm, conflicts: Sequence[Conflict]) -> str:
    return render_template(
        "courses/sessions/add.html",
        course=found,
        form=form,
        advice=advice.about_addition(found, form),
        taken=tell_all_taken(conflicts, found.region_code, today()),
        **instead_for_added(found, form, conflicts),
    )


def carry_out(
    found: SessionPage,
    form: SessionForm,
    change: Change,
    act: Callable[[Session], str | None],
    done: Callable[[], str],
    page: Callable[..., str] | None = None,
) -> Any:
    """The change is made and told; or its page comes again with everything typed, and what stands against it.

    `act` makes it, and gives the session to go on with where that is another. `page`: other than that of the change.
    """

    def again(found: SessionPage, conflicts: Sequence[Conflict] = (), *, is_stale: bool = False) -> str:
        if not may_change(change, found.line.status):
            sentence = tell_refused_change(refused_change(change, found.line.status))
            return render_template("courses/sessions/closed.html", session=found, sentence=sentence)
        return (page or _page)(found, form, change, conflicts, is_stale=is_stale)

    if not may_change(change, found.line.status):
        return again(found)
    if isinstance(form, Following):
        form.offer_following(series.later(found))
    elif isinstance(form, ReasonForm):
        form.offer_reach(reach_choices(reach.counts(found, change)))
    if not form.is_submitted():
        return again(found)
    if isinstance(form, MoveForm):
        form.take(request.form.get("take", ""))
    if not form.validate():
        return again(found), BAD_INPUT
    if request.form.get("do") == series.BACK:
        return again(found)
    try:
        if isinstance(form, ReasonForm) and series.is_asked(form):
            return reach.look_or_save_several(found, form, change)
        if isinstance(form, ShiftForm | EditForm) and series.is_asked(form):
            return series.look_or_save_following(found, form)
        with writing() as db:
            target = act(db) or found.line.public_id
            made = undo.just_made(db, found.region_code, now=now())
    except Refused as refused:
        form.refuse(refused.field, _tell(refused))
        return again(_session(found.line.public_id)), BAD_INPUT
    except CannotSchedule as clash:
        return again(found, clash.conflicts), CLASH
    except StaleRecord:
        found = _session(found.line.public_id)
        form.compare(_stored(found))
        form.revision.data = str(found.revision)
        return again(found, is_stale=True), CLASH
    flash_done(done(), made)
    return redirect(url_for("sessions.show", class_session=target), 303)


def _page(
    found: SessionPage, form: SessionForm, change: Change, conflicts: Sequence[Conflict], *, is_stale: bool
) -> str:
    return render_template(
        f"courses/sessions/{change}.html",
        session=found,
        form=form,
        is_past=found.line.slot.finishes <= moment(),
        is_stale=is_stale,
        taken=tell_all_taken(conflicts, found.region_code, today(), of_several=series.is_asked(form)),
        **_ways_out(found, form, conflicts),
        advice=advice.about_change(found, form),
    )


def _stored(found: SessionPage) -> dict[str, Any]:
    """What the forms of a class session start from."""
    return {
        **_slot_values(found),
        "teachers": list(found.teacher_ids),
        "venue": found.venue_id,
        "title": found.line.title,
        "summary": found.summary,
        **stored_manner(found),
    }


def _ways_out(found: SessionPage, form: SessionForm, conflicts: Sequence[Conflict]) -> dict[str, Any]:
    """What can be had instead; of a series what all of it can have."""
    if not series.is_asked(form):
        return instead_for_session(found, form, conflicts)
    ways = instead_for_session(found, form, ())  # what is free for this one says nothing of those that follow
    if conflicts and isinstance(form, ShiftForm):
        ways["choices"] = series.other_times(found, form)
    elif conflicts and isinstance(form, EditForm):
        ways["choices"] = series.others_for_following(found, form, conflicts)
    return ways


def _tell(refused: Refused) -> str:
    """The sentence for whatever a change of a session can be refused for."""
    match refused.details.get("problem"):
        case SlotProblem() as problem:
            return tell_slot_problem(problem)
        case RecurrenceProblem() as problem:
            return tell_recurrence_problem(problem)
    return tell_refused_change(refused)


def _session(public_id: str) -> SessionPage:
    return look_up(queries.class_session, public_id)


def _as_seen(found: SessionPage, form: SessionForm) -> dict[str, Any]:
    return {
        "class_session": found.line.public_id,
        "seen_revision": form.seen_revision,
        "by": actor(),
        "now": now(),
    }


def _when(slot: Slot) -> str:
    return f"{full_day(slot.day, today())} {clock(slot.starts)}"


def _reason(form: ReasonForm) -> dict[str, str]:
    return {"reason": form.reason.data, "reason_text": form.reason_text.data or ""}


def _slot_values(found: SessionPage) -> dict[str, Any]:
    slot = found.line.slot
    return {"day": slot.day, "starts": slot.starts, "ends": shown_end(slot.ends), "revision": found.revision}
