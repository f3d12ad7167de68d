"""What speaks against a date, while it is chosen and on the page of a class session: advice, never a refusal."""

from collections.abc import Sequence
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
from nightschool.rules.slots import Slot, parse_time, read_end, slot_problem
from nightschool.web.courses.alternatives_form import read_day
from nightschool.web.courses.sessions_form import AddForm, EditForm, MoveForm, SessionForm
from nightschool.web.site.access import allows
from nightschool.web.site.context import moment, reading, services, today

bp = Blueprint("advice", __name__)

_LONGEST_TITLE = 60


@bp.get("/sessions/<public_id:class_session>/advice")
@allows("schedule")
def of_session(class_session: str) -> Any:
    """What speaks against another slot, place or teacher for one class session."""
    with reading() as db:
        found = queries.class_session(db, class_session)
        if found is None:
            raise NotFound
        slot = _slot_asked() if "day" in request.args else found.line.slot
        staff = _staff_asked(db, found.region_code, teachers=found.teacher_ids, venue=found.venue_id)
        return _answer(about_session(db, found, slot, **staff))


@bp.get("/courses/<public_id:course>/advice")
@allows("schedule")
def of_course(course: str) -> Any:
    """What speaks against one more class session of a course."""
    with reading() as db:
        found = courses.course(db, course)
        if found is None:
            raise NotFound
        staff = _staff_asked(db, found.region_code)
        return _answer(
            _about(db, found.region_code, _slot_asked(), title=found.title, course=course, **staff)
        )


@bp.get("/desk/<region_code:village>/advice")
@allows("schedule")
def of_village(village: str) -> Any:
    """What speaks against the first date of a course that is being scheduled."""
    with reading() as db:
        title = request.args.get("title", "")[:_LONGEST_TITLE]
        return _answer(_about(db, village, _slot_asked(), title=title, **_staff_asked(db, village)))


def _about(
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
        choices=chosen(db, teachers=teachers, venues=[venue], village=village),
        title=title,
        teachers=teachers,
        venue=venue,
        zone=services().settings.timezone,
        but_session=session,
        not_here=course,
    )
    return advise(slot, around, today=today())


def about_session(db: Session, found: SessionPage, slot: Slot | None, **staff: Any) -> tuple[Advice, ...]:
    """What speaks against this slot for a class session, with its own teachers and venue unless others are named."""
    own = {"teachers": found.teacher_ids, "venue": found.venue_id or None}
    return _about(
        db,
        found.region_code,
        slot,
        title=found.line.title,
        course=found.course,
        session=found.line.public_id,
        **(staff or own),
    )


def about_change(found: SessionPage, form: SessionForm) -> tuple[Advice, ...]:
    """What speaks against what was filled in for a class session; nothing while nothing was. Cost: 7 queries."""
    if not form.is_submitted() or not isinstance(form, MoveForm | EditForm):
        return ()
    slot = form.slot_or_none() if isinstance(form, MoveForm) else found.line.slot
    with reading() as db:
        return about_session(db, found, slot, **(form.staff if isinstance(form, EditForm) else {}))


def about_addition(found: CoursePage, form: AddForm) -> tuple[Advice, ...]:
    """What speaks against what was filled in for one more session of a course; nothing while nothing was."""
    if not form.is_submitted():
        return ()
    named: dict[str, Any] = {"title": found.title, "course": found.public_id, **form.staff}
    with reading() as db:
        return _about(db, found.region_code, form.slot_or_none(), **named)


def _answer(said: Sequence[Advice]) -> Any:
    return jsonify(advice=[{"sentence": one.sentence, "source": one.source} for one in said])


def _slot_asked() -> Slot | None:
    """The slot in the address; None where it makes none."""
    starts, ends = (parse_time(request.args.get(name, "")) for name in ("starts", "ends"))
    day = read_day(request.args.get("day", ""))
    if day is None or starts is None or ends is None:
        return None
    ends = read_end(starts, ends)
    return None if slot_problem(starts, ends) else Slot(day, starts, ends)


def _staff_asked(
    db: Session, village: str, *, teachers: Sequence[str] = (), venue: str = ""
) -> dict[str, Any]:
    """The teachers and the venue in the address, as far as the village may choose them; empty: it names none.

    It may choose `teachers` and `venue` even if they were put away. Cost: 2 queries, or none.
    """
    if "venue" not in request.args:
        return {}
    known = on_offer(db, village, teachers=teachers, venues=[venue]).by_id
    asked = request.args["venue"]
    return {
        "teachers": tuple(one for one in request.args.getlist("teachers") if one in known),
        "venue": asked if asked in known else None,
    }
