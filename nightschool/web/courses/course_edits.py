"""A course edited as a whole: what becomes of each of its class sessions is shown first, then saved."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from nightschool.actions.courses import courses as actions
from nightschool.actions.courses.courses import Common
from nightschool.errors import StaleRecord
from nightschool.queries.courses import series as queries
from nightschool.queries.courses import undo
from nightschool.queries.courses.courses import CoursePage
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import WayOut
from nightschool.rules.courses.series import Stays, Step, plan_whole, steps_digest
from nightschool.rules.slots import Slot
from nightschool.texts import _, counted
from nightschool.web.courses.courses_form import CourseForm
from nightschool.web.courses.series import SAVE, ShownSeries, others_for, shown_first
from nightschool.web.courses.undo import flash_done
from nightschool.web.site.access import actor
from nightschool.web.site.context import moment, now, reading, today, writing


def look_or_save_course(form: CourseForm, found: CoursePage) -> Any:
    """What changes is shown first, and saved once that was seen; without a session it bears on there is nothing to see.

    Raises: StaleRecord of this course; CannotSchedule, naming each date.
    """
    if request.form.get("do") != SAVE and form.seen_version != found.version:
        raise StaleRecord("course", form.seen_version, found.version)

    def at_once(steps: Sequence[Step]) -> Any:
        is_seen = any(step.changes or step.stays is Stays.OWN for step in steps)
        return None if is_seen else _save(form, found, steps_digest(steps))

    return shown_first(
        form,
        ShownSeries(
            village_code=found.region_code,
            village=found.village,
            course=found.public_id,
            title=form.title.data,
            heading=_("整门课：%(title)s", title=found.title),
            back=url_for("courses.show", course=found.public_id),
            **form.staff,
        ),
        plan=lambda db: _plan(db, form, found),
        save=lambda seen: _save(form, found, seen),
        at_once=at_once,
    )


def others(form: CourseForm, found: CoursePage, conflicts: Sequence[Conflict]) -> tuple[WayOut, ...]:
    """Other places or teachers that all of the course that is to come can have."""
    if not conflicts:
        return ()
    with reading() as db:
        slots = [step.after.slot for step in _plan(db, form, found) if step.changes]
        return others_for(db, found.region_code, form.title.data, slots, form, conflicts)


def _plan(db: Session, form: CourseForm, found: CoursePage) -> tuple[Step, ...]:
    former = queries.course_state(db, found.public_id, today())
    wanted = replace(
        former,
        slot=Slot(today(), form.starts.data, form.ends_at),
        title=form.title.data,
        category_code=form.category.data,
        summary=form.summary.data or "",
        mode=form.mode.data or None,
        **queries.staff_ids(db, **form.staff),
        **queries.label_ids(db, form.chosen_labels),
    )
    return plan_whole(queries.members(db, found.public_id), former, wanted, moment())


def _save(form: CourseForm, found: CoursePage, seen: str) -> Any:
    with writing() as db:
        count = actions.edit_course(
            db,
            course=found.public_id,
            seen_version=form.seen_version,
            seen=seen,
            common=Common(**form.common),
            by=actor(),
            now=now(),
            agreed=form.is_agreed,
        )
        change = undo.just_made(db, found.region_code, now=now())
    if change is None:
        flash(_("%(title)s没有改动，和原来一样。", title=found.title))
        return redirect(url_for("courses.show", course=found.public_id), 303)
    told = counted(
        "%(title)s改好了，后面 %(n)d 次课跟着改了。",
        count,
        title=form.title.data,
    )
    flash_done(told, change)
    return redirect(url_for("courses.show", course=found.public_id), 303)
