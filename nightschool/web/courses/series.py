"""A change of a whole series: every session that would change is shown before it is saved, before and after."""

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
from nightschool.rules.courses.advice import Advice, Surroundings, advise, said_once
from nightschool.rules.courses.alternatives import Alternative, WantedSlot, Way, label_common
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import WayOut, choices_of
from nightschool.rules.courses.proposals import Instead
from nightschool.rules.courses.series import (
    Member,
    Names,
    Reach,
    Step,
    following,
    plan_following,
    steps_digest,
    tell_count,
    tell_own,
    tell_step,
    tell_why_it_stays,
)
from nightschool.rules.slots import Slot
from nightschool.texts import _, counted
from nightschool.web.courses.courses_form import Staffed
from nightschool.web.courses.sessions_form import EditForm, Reaching, SessionForm, ShiftForm
from nightschool.web.courses.undo import flash_done
from nightschool.web.site.access import actor
from nightschool.web.site.context import moment, now, reading, services, today, writing
from nightschool.web.site.forms import Agreeing
from nightschool.web.site.records import CLASH
from nightschool.web.site.sent import sent_fields

SAVE, BACK = "save", "back"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One session as the page tells it."""

    slot: Slot
    lines: tuple[str, ...]
    own: str
    stays: str
    is_past: bool  # it would be moved to where the time has gone already
    advice: tuple[Advice, ...]


def later(found: SessionPage) -> int:
    """How many sessions of its course are to come after this one; none when it is not to come itself."""
    with reading() as db:
        members, this = _members(db, found)
    return len(following(members, this, moment()))


def is_asked(form: SessionForm) -> bool:
    """Whether this change is to reach other sessions too."""
    return isinstance(form, Reaching) and form.reach.data not in ("", Reach.ONE)


def look_or_save_following(found: SessionPage, form: ShiftForm | EditForm) -> Any:
    """This and all following are shown as they would be, and saved once that was seen.

    Raises: Refused, CannotSchedule, StaleRecord of this session.
    """
    own = {"teachers": found.teacher_ids, "venue": found.venue_id or None}
    return shown_first(
        form,
        ShownSeries(
            village_code=found.region_code,
            village=found.village,
            course=found.course,
            title=form.title.data if isinstance(form, EditForm) else found.line.title,
            heading=_("%(title)s：这一次和后面的", title=found.line.title),
            back=url_for("sessions.show", class_session=found.line.public_id),
            **(form.staff if isinstance(form, EditForm) else own),
        ),
        plan=lambda db: _plan(db, found, form),
        save=lambda seen: _save(found, form, seen),
        at_once=lambda steps: None if any(step.changes for step in steps) else _unchanged(found),
    )


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """Which series is looked at, and what its page says above."""

    village_code: str
    village: str
    course: str
    title: str
    heading: str
    back: str
    teachers: Sequence[str]
    venue: str | None


def shown_first(
    form: Agreeing,
    shown: ShownSeries,
    *,
    plan: Callable[[Session], Sequence[Step]],
    save: Callable[[str], Any],
    at_once: Callable[[Sequence[Step]], Any],
) -> Any:
    """What the plan changes is shown before it is saved; or what `at_once` answers, where there is nothing to show.

    `save` is given the digest of the steps that were seen; when others stand there by then, those are shown.
    Raises: what `plan` and `save` raise; CannotSchedule, naming each date.
    """
    is_stale = False
    if request.form.get("do") == SAVE:
        try:
            return save(request.form.get("seen", ""))
        except StaleRecord as stale:
            if stale.what != "series":
                raise
            is_stale = True
    with reading() as db:
        steps = plan(db)
        named = queries.names(db, steps, shown.village_code)
        conflicts = queries.steps_conflicts(
            db, steps, named, for_village=shown.village_code, at=moment(), agreed=form.is_agreed
        )
        if conflicts:
            raise CannotSchedule(conflicts)
        said = advice_on(db, steps, named, shown)
    if (answer := at_once(steps)) is not None:
        return answer
    page = _diff_page(steps, named, said, shown, is_stale=is_stale)
    return (page, CLASH) if is_stale else page


def other_times(found: SessionPage, form: ShiftForm) -> tuple[WayOut, ...]:
    """The times nearest to the one asked for at which this one and all that follow are free."""
    with reading() as db:
        steps = _plan(db, found, form)
        named = queries.names(db, steps, found.region_code)
        times = queries.common_times(db, steps, named, at=moment())
    ways = [Alternative(Way.TIME, form.slot(), Instead(slot=slot), 0) for slot in times]
    return choices_of(ways, today())


def others_for_following(
    found: SessionPage, form: EditForm, conflicts: Sequence[Conflict]
) -> tuple[WayOut, ...]:
    """Other places or teachers that this one and all that follow can have."""
    with reading() as db:
        members, this = _members(db, found)
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
    wants = [WantedSlot(slot, title or "", form.chosen_teachers, form.chosen_venue) for slot in slots]
    ways = alternatives.for_series(db, village, wants, conflicts, zone=services().settings.timezone)
    return tuple(WayOut(one.instead, False, label_common(one)) for one in ways)


def _diff_page(
    steps: Sequence[Step],
    named: Names,
    said: dict[int, tuple[Advice, ...]],
    shown: ShownSeries,
    *,
    is_stale: bool,
) -> str:
    """Every session that would change, before and after, and those that stay with the reason."""
    told = [
        ShownStep(
            slot=step.member.state.slot,
            lines=tell_step(step, named, today()),
            own=tell_own(step.own) if step.changes else "",
            stays=tell_why_it_stays(step.stays) if step.stays else "",
            is_past=step.changes and step.after.slot.finishes <= moment(),
            advice=said.get(step.member.id, ()),
        )
        for step in steps
    ]
    changing = [one for one in told if one.lines]
    return render_template(
        "courses/series/diff.html",
        shown=shown,
        is_stale=is_stale,
        typed=typed(),
        seen=steps_digest(steps),
        count=tell_count(len(changing)),
        changing=changing,
        staying=[one for one in told if not one.lines],
    )


def typed() -> list[tuple[str, str]]:
    """What was sent, to be sent again from a page in between; its buttons and ticks are that page's own."""
    return sent_fields("do", "seen", "take", "pick")


def advice_on(
    db: Session, steps: Sequence[Step], named: Names, shown: ShownSeries
) -> dict[int, tuple[Advice, ...]]:
    """What speaks against each session that would be at another time, in another place or with others.

    Cost: 7 queries, however many sessions.
    """
    changing = [step for step in steps if _bears_on_advice(step) and step.after.slot.finishes > moment()]
    if not changing:
        return {}
    found = surroundings(
        db,
        locality(db, shown.village_code),
        [step.after.slot.day for step in changing],
        choices=chosen(db, teachers=shown.teachers, venues=[shown.venue], village=shown.village_code),
        title=shown.title,
        teachers=shown.teachers,
        venue=shown.venue,
        zone=services().settings.timezone,
        but_course=shown.course,
    )
    advice = (advise(step.after.slot, _seen_from(step, named, found), today=today()) for step in changing)
    return {step.member.id: heard for step, heard in zip(changing, said_once(advice), strict=True)}


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


def _members(db: Session, found: SessionPage) -> tuple[tuple[Member, ...], Member]:
    """Every session of its course, and this one among them."""
    members = queries.members(db, found.course)
    return members, next(one for one in members if one.public_id == found.line.public_id)


def _plan(db: Session, found: SessionPage, form: ShiftForm | EditForm) -> tuple[Step, ...]:
    """What becomes of each session. Raises Refused where one would meet at an impossible time."""
    members, this = _members(db, found)
    if isinstance(form, ShiftForm):
        wanted = replace(this.state, slot=form.slot())
    else:
        wanted = replace(
            this.state,
            title=form.title.data,
            summary=form.summary.data or "",
            mode=form.mode.data or None,
            **queries.staff_ids(db, **form.staff),
            **queries.label_ids(db, form.chosen_labels),
        )
    return plan_following(members, this, wanted, moment())


def _unchanged(found: SessionPage) -> Any:
    flash(_("%(title)s没有改动，和原来一样。", title=found.line.title))
    return redirect(url_for("sessions.show", class_session=found.line.public_id), 303)


def _save(found: SessionPage, form: ShiftForm | EditForm, seen: str) -> Any:
    given: dict[str, Any] = {
        "class_session": found.line.public_id,
        "seen_revision": form.seen_revision,
        "seen": seen,
        "by": actor(),
        "now": now(),
        "agreed": form.is_agreed,
    }
    with writing() as db:
        if isinstance(form, ShiftForm):
            count = actions.move_following(db, slot=form.slot(), **given)
        else:
            words = {"title": form.title.data, "summary": form.summary.data or ""}
            count = actions.change_following(db, **words, **form.staff, **form.manner, **given)
        change = undo.just_made(db, found.region_code, now=now())
    told = counted(
        "%(title)s：%(day)s 起改好了 %(n)d 次课。",
        count,
        title=found.line.title,
        day=full_day(found.line.slot.day, today()),
    )
    flash_done(told, change)
    return redirect(url_for("sessions.show", class_session=found.line.public_id), 303)
