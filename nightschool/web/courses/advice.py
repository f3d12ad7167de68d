"""What speaks against a date, while it is chosen and on the page of a class session: advice, never a refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, request
from sqlalchemy.orm import Session

from nightschool.errors import NotFound
from nightschool.queries.courses import courses
from nightschool.queries.courses import sessions as queries
from nightschool.queries.courses.choices import chosen, on_offer
from nightschool.queries.courses.courses import CoursePage
from nightschool.queries.courses.sessions import SessionPage
from nightschool.queries.courses.surroundings import surroundings
from nightschool.queries.seasons.localities import locality
from nightschool.rules.courses.advice import Advice, advise
from nightschool.rules.courses.recurrence import LATEST_DAY
from nightschool.rules.courses.series import TO_COME
from nightschool.rules.slots import Slot, parse_time, read_end, slot_problem
from nightschool.web.courses.sessions_form import AddForm, EditForm, MoveForm, SessionForm
from nightschool.web.site.access import allows
from nightschool.web.site.context import moment, reading, services, today

bp = Blueprint("advice", __name__)

LONGEST_TITLE = 60


@bp.get("/sessions/<public_id:class_session>/advice")
@allows("schedule")
def of_session(class_session: str) -> Any:
    """What speaks against another slot, place or teacher for one class session."""
    with reading() as db:
        found = queries.class_session(db, class_session)
        if found is None:
            raise NotFound
        own = {"teachers": found.teacher_ids, "venue": found.venue_id}
        staff = _staff_asked(db, found.region_code, **own) or own
        slot = _slot_asked(found.line.slot)
        said = about(
            db,
            found.region_code,
            slot,
            title=found.line.title,
            course=found.course,
            session=found.line.public_id,
            **staff,
        )
    return _answer(said)


@bp.get("/courses/<public_id:course>/advice")
@allows("schedule")
def of_course(course: str) -> Any:
    """What speaks against one more class session of a course."""
    with reading() as db:
        found = courses.course(db, course)
        if found is None:
            raise NotFound
        staff = _staff_asked(db, found.region_code) or {}
        said = about(db, found.region_code, _slot_asked(), title=found.title, course=course, **staff)
    return _answer(said)


@bp.get("/desk/<region_code:village>/advice")
@allows("schedule")
def of_village(village: str) -> Any:
    """What speaks against the first date of a course that is being scheduled."""
    with reading() as db:
        staff = _staff_asked(db, village) or {}
        title = request.args.get("title", "")[:LONGEST_TITLE]
        said = about(db, village, _slot_asked(), title=title, **staff)
    return _answer(said)


def about(
    db: Session,
    village: str,
    slot: Slot | None,
    *,
    title: str = "",
    teachers: Sequence[str] = (),
    venue: str | None = None,
    course: str = "",
    session: str = "",
) -> tuple[Advice, ...]:
    """What speaks against this slot; nothing against none, one that is over or out of reach. Cost: 7 queries.

    The other class sessions of the course itself speak against nothing, but they count in a teacher's week.
    """
    if slot is None or slot.finishes <= moment() or slot.day > LATEST_DAY:
        return ()
    around = surroundings(
        db,
        locality(db, village),
        [slot.day],
        choices=chosen(db, teachers=teachers, venue=venue),
        title=title,
        teachers=teachers,
        venue=venue,
        zone=services().settings.timezone,
        but_session=session,
        not_here=course,
    )
    return advise(slot, around, today=today())


def about_session(db: Session, found: SessionPage) -> tuple[Advice, ...]:
    """What speaks against the date of a class session as it stands; nothing once it has begun or was called off."""
    if found.line.status not in TO_COME or found.line.slot.begins <= moment():
        return ()
    return about(
        db,
        found.region_code,
        found.line.slot,
        title=found.line.title,
        teachers=found.teacher_ids,
        venue=found.venue_id,
        course=found.course,
        session=found.line.public_id,
    )


def about_change(found: SessionPage, form: SessionForm) -> tuple[Advice, ...]:
    """What speaks against what was filled in for a class session; nothing while nothing was. Cost: 7 queries."""
    if not form.is_submitted() or not isinstance(form, MoveForm | EditForm):
        return ()
    slot = form.slot_or_none() if isinstance(form, MoveForm) else found.line.slot
    staff: dict[str, Any] = {"teachers": found.teacher_ids, "venue": found.venue_id or None}
    if isinstance(form, EditForm):
        staff = {"teachers": form.chosen_teachers, "venue": form.chosen_venue}
    with reading() as db:
        return about(
            db,
            found.region_code,
            slot,
            title=found.line.title,
            course=found.course,
            session=found.line.public_id,
            **staff,
        )


def about_addition(found: CoursePage, form: AddForm) -> tuple[Advice, ...]:
    """What speaks against what was filled in for one more session of a course; nothing while nothing was."""
    if not form.is_submitted():
        return ()
    staff: dict[str, Any] = {"teachers": form.chosen_teachers, "venue": form.chosen_venue}
    with reading() as db:
        slot = form.slot_or_none()
        return about(db, found.region_code, slot, title=found.title, course=found.public_id, **staff)


def _answer(said: Sequence[Advice]) -> Any:
    return jsonify(advice=[{"sentence": one.sentence, "source": one.source} for one in said])


def _slot_asked(usual: Slot | None = None) -> Slot | None:
    """The slot in the address, or the usual one where it names none; None where it makes no slot."""
    if usual is not None and "day" not in request.args:
        return usual
    starts, ends = (parse_time(request.args.get(name, "")) for name in ("starts", "ends"))
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    if starts is None or ends is None:
        return None
    ends = read_end(starts, ends)
    return None if slot_problem(starts, ends) else Slot(day, starts, ends)


def _staff_asked(
    db: Session, village: str, *, teachers: Sequence[str] = (), venue: str = ""
) -> dict[str, Any] | None:
    """The teachers and the venue in the address, as far as the village may choose them; None: it names none.

    It may choose `teachers` and `venue` even if they were put away. Cost: 2 queries, or none.
    """
    if "venue" not in request.args:
        return None
    known = on_offer(db, village, teachers=teachers, venues=[venue]).by_id
    asked = request.args["venue"]
    return {
        "teachers": tuple(one for one in request.args.getlist("teachers") if one in known),
        "venue": asked if asked in known else None,
    }
