"""A change of a whole series: every session that would change is shown before it is saved, before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import series as actions
from nightschool.errors import CannotSchedule, StaleRecord
from nightschool.queries.courses import alternatives, undo
from nightschool.queries.courses import series as queries
from nightschool.queries.courses.choices import chosen
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.courses.surroundings import surroundings
from nightschool.queries.seasons.localities import locality
from nightschool.rules.almanac import full_day
from nightschool.rules.courses.advice import Advice, Surroundings, advise
from nightschool.rules.courses.alternatives import Alternative, Way, Wish, label_common
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import WayOut, choices_of
from nightschool.rules.courses.proposals import Instead, check_slot
from nightschool.rules.courses.series import (
    Names,
    Reach,
    Step,
    following,
    plan_following,
    steps_digest,
    tell_changes,
    tell_count,
    tell_own,
    tell_stays,
)
from nightschool.rules.slots import Slot
from nightschool.texts import _, counted
from nightschool.web.courses.courses_form import Staffed
from nightschool.web.courses.sessions_form import EditForm, Reaching, SessionForm, ShiftForm
from nightschool.web.courses.undo import flash_done
from nightschool.web.site.access import actor
from nightschool.web.site.context import moment, now, reading, services, today, writing

SAVE, BACK = "save", "back"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One session as the page tells it."""

    public_id: str
    slot: Slot
    lines: tuple[str, ...]
    own: str
    stays: str
    is_past: bool  # it would be moved to where the time has gone already
    advice: tuple[Advice, ...]


def later(found: SessionPage) -> int:
    """How many sessions of its course are to come after this one; none when it is not to come itself."""
    with reading() as db:
        members = queries.members(db, found.course)
    this = next(one for one in members if one.public_id == found.line.public_id)
    return len(following(members, this, moment()))


def is_asked(form: SessionForm) -> bool:
    """Whether this change is to reach the following sessions too."""
    return isinstance(form, Reaching) and form.reach.data == Reach.FOLLOWING


def carry_out(found: SessionPage, form: ShiftForm | EditForm, *, again: Callable[..., Any]) -> Any:
    """This and all following are shown as they would be, and saved once that was seen.

    `again` is the form as it was filled in, with what stands against it. Raises: Refused, StaleRecord of this session.
    """
    todo = request.form.get("do", "")
    if todo == BACK:
        return again()
    is_stale = False
    try:
        if todo == SAVE:
            return _save(found, form)
        steps, named, conflicts, said = _look(found, form)
    except CannotSchedule as clash:
        return again(clash.conflicts), 409
    except StaleRecord as stale:
        if stale.what != "series":
            raise
        is_stale = True
        steps, named, conflicts, said = _look(found, form)
    if conflicts:
        return again(conflicts), 409
    if not any(step.changes for step in steps):
        flash(_("%(title)s没有改动，和原来一样。", title=found.line.title))
        return redirect(url_for("sessions.show", class_session=found.line.public_id), 303)
    page = diff_page(
        steps,
        named,
        said,
        heading=_("%(title)s：这一次和后面的", title=found.line.title),
        village=found.village,
        back=url_for("sessions.show", class_session=found.line.public_id),
        is_stale=is_stale,
    )
    return (page, 409) if is_stale else page


def other_times(found: SessionPage, form: ShiftForm) -> tuple[WayOut, ...]:
    """The times nearest to the one asked for at which this one and all that follow are free."""
    with reading() as db:
        members = queries.members(db, found.course)
        this = next(one for one in members if one.public_id == found.line.public_id)
        steps = plan_following(members, this, replace(this.state, slot=form.slot()), moment())
        named = queries.names(db, steps)
        times = queries.common_times(db, steps, named, for_village=found.region_code, at=moment())
    ways = [Alternative(Way.TIME, form.slot(), Instead(slot=slot), 0) for slot in times]
    return choices_of(ways, today())


def others_for_following(
    found: SessionPage, form: EditForm, conflicts: Sequence[Conflict]
) -> tuple[WayOut, ...]:
    """Other places or teachers that this one and all that follow can have."""
    with reading() as db:
        members = queries.members(db, found.course)
        this = next(one for one in members if one.public_id == found.line.public_id)
        slots = [one.state.slot for one in (this, *following(members, this, moment()))]
        return others_for(db, found.region_code, form.title.data, slots, form, conflicts)


def others_for(
    db: Session,
    village: str,
    title: str,
    slots: Sequence[Slot],
    form: Staffed,
    conflicts: Sequence[Conflict],
) -> tuple[WayOut, ...]:
    """Other places or teachers, free in all of these slots, as buttons."""
    wishes = [Wish(slot, title or "", form.chosen_teachers, form.chosen_venue) for slot in slots]
    ways = alternatives.for_series(db, village, wishes, conflicts, zone=services().settings.timezone)
    return tuple(WayOut(one.instead, False, label_common(one)) for one in ways)


def diff_page(
    steps: Sequence[Step],
    named: Names,
    said: dict[int, tuple[Advice, ...]],
    *,
    heading: str,
    village: str,
    back: str,
    is_stale: bool,
) -> str:
    """Every session that would change, before and after, and those that stay with the reason."""
    told = [
        ShownStep(
            public_id=step.member.public_id,
            slot=step.member.state.slot,
            lines=tell_changes(step, named, today()),
            own=tell_own(step.own) if step.changes else "",
            stays=tell_stays(step.stays) if step.stays else "",
            is_past=step.changes and step.after.slot.finishes <= moment(),
            advice=said.get(step.member.id, ()),
        )
        for step in steps
    ]
    typed = [
        pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf_token", "do", "seen", "take")
    ]
    changing = [one for one in told if one.lines]
    return render_template(
        "courses/series/diff.html",
        heading=heading,
        village=village,
        back=back,
        is_stale=is_stale,
        typed=typed,
        seen=steps_digest(steps),
        count=tell_count(len(changing)),
        changing=changing,
        staying=[one for one in told if not one.lines],
    )


def advice_on(
    db: Session,
    steps: Sequence[Step],
    named: Names,
    *,
    village: str,
    course: str,
    title: str,
    teachers: Sequence[str],
    venue: str | None,
) -> dict[int, tuple[Advice, ...]]:
    """What speaks against each session that would be at another time, in another place or with others.

    Teachers and venue by public id. Cost: 7 queries, however many sessions.
    """
    changing = [step for step in steps if _bears_on_advice(step) and step.after.slot.finishes > moment()]
    if not changing:
        return {}
    found = surroundings(
        db,
        locality(db, village),
        [step.after.slot.day for step in changing],
        choices=chosen(db, teachers=teachers, venue=venue),
        title=title,
        teachers=teachers,
        venue=venue,
        zone=services().settings.timezone,
        but_course=course,
    )
    return {
        step.member.id: advise(step.after.slot, _seen_from(step, named, found), today=today())
        for step in changing
    }


def _bears_on_advice(step: Step) -> bool:
    before, after = step.member.state, step.after
    return (before.slot, before.venue_id, before.teacher_ids) != (
        after.slot,
        after.venue_id,
        after.teacher_ids,
    )


def _seen_from(step: Step, named: Names, found: Surroundings) -> Surroundings:
    """What is known around, for one session: its own teachers only, and its own place where that was looked at."""
    mine = {named.teachers.get(one, "") for one in step.after.teacher_ids}
    taught = {name: sessions for name, sessions in found.taught.items() if name in mine}
    own = replace(found, taught=taught, title=step.after.title)
    if named.venues.get(step.after.venue_id or 0, "") != found.venue:
        return replace(own, is_lit=True, is_covered=True, venue="")
    return own


def _look(
    found: SessionPage, form: ShiftForm | EditForm
) -> tuple[tuple[Step, ...], Names, tuple[Any, ...], dict[int, tuple[Advice, ...]]]:
    """What would change, what it is called, what stands against it, and what speaks against it."""
    about = {"title": found.line.title, "teachers": found.teacher_ids, "venue": found.venue_id or None}
    with reading() as db:
        members = queries.members(db, found.course)
        this = next(one for one in members if one.public_id == found.line.public_id)
        if isinstance(form, ShiftForm):
            check_slot(form.slot())
            wanted = replace(this.state, slot=form.slot())
        else:
            staff = {"teachers": form.chosen_teachers, "venue": form.chosen_venue}
            about = {"title": form.title.data, **staff}
            teachers, venue = queries.staff_ids(db, **staff)
            wanted = replace(
                this.state,
                title=form.title.data,
                summary=form.summary.data or "",
                teacher_ids=teachers,
                venue_id=venue,
            )
        steps = plan_following(members, this, wanted, moment())
        for step in steps:
            if step.changes:
                check_slot(step.after.slot)
        named = queries.names(db, steps)
        conflicts = queries.conflicts(
            db, steps, named, for_village=found.region_code, at=moment(), agreed=form.is_agreed
        )
        said = advice_on(db, steps, named, village=found.region_code, course=found.course, **about)
        return steps, named, conflicts, said


def _save(found: SessionPage, form: ShiftForm | EditForm) -> Any:
    public_id = found.line.public_id
    given: dict[str, Any] = {
        "class_session": public_id,
        "seen_revision": form.seen_revision,
        "seen": request.form.get("seen", ""),
        "by": actor(),
        "now": now(),
        "agreed": form.is_agreed,
    }
    with writing() as db:
        if isinstance(form, ShiftForm):
            count = actions.move_following(db, slot=form.slot(), **given)
        else:
            count = actions.change_following(
                db,
                title=form.title.data,
                summary=form.summary.data or "",
                teachers=form.chosen_teachers,
                venue=form.chosen_venue,
                **given,
            )
        recent = undo.of_course(db, found.region_code, found.course, now=now()) if count else None
    told = counted(
        "%(title)s：%(day)s 起改好了 %(n)d 次课。",
        count,
        title=found.line.title,
        day=full_day(found.line.slot.day, today()),
    )
    flash_done(told, recent)
    return redirect(url_for("sessions.show", class_session=public_id), 303)
