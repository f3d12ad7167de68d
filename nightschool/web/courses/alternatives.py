"""What a page about one class session offers instead of a slot that is taken: buttons, or the way to another page."""

from collections.abc import Sequence
from typing import Any

from nightschool.queries.courses import alternatives as queries
from nightschool.queries.courses.courses import CoursePage
from nightschool.queries.courses.sessions import SessionPage
from nightschool.rules.courses.alternatives import Alternative, WantedSlot, Way
from nightschool.rules.courses.conflicts import Conflict
from nightschool.rules.courses.previews import choices_of
from nightschool.web.courses.courses_form import Staffed
from nightschool.web.courses.sessions_form import AddForm, MoveForm, SessionForm
from nightschool.web.site.context import reading, services, today


def instead_for_session(
    found: SessionPage, form: SessionForm, conflicts: Sequence[Conflict]
) -> dict[str, Any]:
    """What the page of a change of this session shows: `choices` to take on it, `staff_choices` to take elsewhere."""
    is_staffed = isinstance(form, Staffed)
    want = WantedSlot(
        slot=form.slot() if conflicts and isinstance(form, MoveForm) else found.line.slot,
        title=found.line.title,
        teachers=form.chosen_teachers if is_staffed else found.teacher_ids,
        venue=(form.chosen_venue if is_staffed else found.venue_id) or None,
    )
    ways = _found(found.region_code, want, conflicts, but_session=found.line.public_id)
    times = [
        one
        for one in ways
        if one.way == Way.TIME and isinstance(form, MoveForm) and one.instead.slot != found.line.slot
    ]  # where it is already is no change
    staff = [one for one in ways if one.way != Way.TIME]
    return {
        "choices": choices_of((*times, *staff) if is_staffed else times, today()),
        "staff_choices": () if is_staffed else choices_of(staff, today()),
    }


def instead_for_added(found: CoursePage, form: AddForm, conflicts: Sequence[Conflict]) -> dict[str, Any]:
    """What the page that adds a session to this course shows."""
    if not conflicts:
        return {"choices": ()}
    want = WantedSlot(form.slot(), found.title, form.chosen_teachers, form.chosen_venue)
    return {"choices": choices_of(_found(found.region_code, want, conflicts), today())}


def _found(
    village: str, want: WantedSlot, conflicts: Sequence[Conflict], *, but_session: str = ""
) -> tuple[Alternative, ...]:
    if not conflicts:
        return ()
    with reading() as db:
        return queries.for_session(
            db, village, want, conflicts, zone=services().settings.timezone, but_session=but_session
        )
