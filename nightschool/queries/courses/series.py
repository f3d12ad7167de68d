"""The class sessions of one course as a change of the whole series needs them, and what their numbers are called."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course, Label
from nightschool.queries.courses import bookings, courses
from nightschool.queries.courses.choices import chosen
from nightschool.queries.courses.labels import Borne, borne_text, labels_of_course, read_borne
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.conflicts import DAYS_AHEAD, Conflict, Want, nearest_common, want_of
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.series import Member, Names, State, Step
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Moment, Slot


def members(db: Session, course: str) -> tuple[Member, ...]:
    """Every class session of a course, by day and time. Cost: 2 queries."""
    return members_where(db, Course.public_id == course)


def members_where(db: Session, *which: ColumnElement[bool]) -> tuple[Member, ...]:
    """The class sessions that fit, by day and time. Cost: 2 queries."""
    rows = db.execute(
        select(
            ClassSession.id,
            ClassSession.public_id,
            ClassSession.revision,
            ClassSession.status,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.category_code,
            ClassSession.summary,
            ClassSession.venue_id,
            ClassSession.delivery_mode,
            borne_text(),
        )
        .join(Course, Course.id == ClassSession.course_id)
        .where(*which)
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    teachers = teachers_of(db, [row.id for row in rows])
    return tuple(
        Member(
            row.id,
            row.public_id,
            row.revision,
            row.status,
            _state(row, row.day, [one.id for one in teachers[row.id]], read_borne(row.borne)),
        )
        for row in rows
    )


def course_state(db: Session, course: str, day: date) -> State:
    """What a course says of its sessions, as if of one on this day. Cost: 3 queries."""
    found = db.scalars(select(Course).where(Course.public_id == course)).one()
    teachers = [one.id for one in courses.teachers_of_course(db, found.id)]
    return _state(found, day, teachers, labels_of_course(db, found.id))


def _state(found: Any, day: date, teachers: Iterable[int], labels: Labels[Borne]) -> State:
    return State(
        slot=Slot(day, found.starts, found.ends),
        title=found.title,
        category_code=found.category_code,
        summary=found.summary,
        venue_id=found.venue_id,
        teacher_ids=tuple(teachers),
        mode=found.delivery_mode,
        **asdict(labels.turned(lambda one: one.id)),
    )


def label_ids(db: Session, labels: Labels[str]) -> dict[str, tuple[int, ...]]:
    """These labels, by their public ids, as a State has them. Cost: 1 query."""
    names = {name for names in labels.by_role.values() for name in names}
    wanted = select(Label.public_id, Label.id).where(Label.public_id.in_(names))
    rows = db.execute(wanted) if names else ()
    known = {row.public_id: row.id for row in rows}
    return asdict(labels.turned(lambda name: known.get(name, 0)))


def staff_ids(db: Session, *, teachers: Sequence[str], venue: str | None) -> dict[str, Any]:
    """These teachers and this venue, by their public ids, as a State has them. Cost: 2 queries."""
    staff = chosen(db, teachers=teachers, venues=[venue])
    known = {key: one.resource.id for key, one in staff.by_id.items()}
    return {
        "teacher_ids": tuple(dict.fromkeys(known[key] for key in teachers if key in known)),
        "venue_id": known.get(venue or ""),
    }


def names(db: Session, steps: Collection[Step], village: str) -> Names:
    """What the numbers and codes of these steps are called in their village. Cost: 4 queries at most."""
    states = [state for step in steps for state in (step.member.state, step.after)]
    teachers = {teacher_id for state in states for teacher_id in state.teacher_ids}
    venues = {state.venue_id for state in states if state.venue_id is not None}
    labels = {one for state in states for ids in state.labels.by_role.values() for one in ids}
    borne = db.execute(select(Label.id, Label.name).where(Label.id.in_(labels))) if labels else ()
    taught_by = db.execute(select(Teacher.id, Teacher.name).where(Teacher.id.in_(teachers)))
    known = select(Venue, venue_name(village).label("called")).where(Venue.id.in_(venues))
    places = db.execute(known).all()
    return Names(
        teachers={row.id: row.name for row in taught_by},
        venues={venue.id: called for venue, called in places},
        categories=courses.categories(db),
        labels={row.id: row.name for row in borne},
        shared={venue.id for venue, _called in places if not venue.holds_slots},
    )


def steps_conflicts(
    db: Session, steps: Collection[Step], named: Names, *, for_village: str, at: Moment, agreed: bool = False
) -> tuple[Conflict, ...]:
    """What would stand against these steps now, each date named; nothing is held by asking. Cost: at most 5 queries."""
    changing = [step for step in steps if step.changes]
    wants, names = _wants(changing, named)
    return bookings.conflicts(
        db,
        wants,
        names,
        for_village=for_village,
        ignoring=[step.member.id for step in changing],
        not_before=at,
        agreed=agreed,
    )


def common_times(db: Session, steps: Collection[Step], named: Names, *, at: Moment) -> tuple[Slot, ...]:
    """When the first of these steps could meet so that all are free; see rules.courses.conflicts.nearest_common.

    Cost: 2 queries.
    """
    changing = [step for step in steps if step.changes]
    wants, names = _wants(changing, named)
    first = min(want.slot.day for want in wants)
    last = max(want.slot.day for want in wants) + timedelta(days=DAYS_AHEAD)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    ignoring = [step.member.id for step in changing]
    busy = bookings.busy(db, names, days, ignoring=ignoring)
    return nearest_common(wants, busy, not_before=at)


def _wants(steps: Collection[Step], named: Names) -> tuple[list[Want], dict[Resource, str]]:
    """What each step needs for itself alone and what has only to be open, and the names of all."""
    names = {Resource(ResourceKind.TEACHER, one): name for one, name in named.teachers.items()}
    names |= {Resource(ResourceKind.VENUE, one): name for one, name in named.venues.items()}
    after = [step.after for step in steps]
    return [want_of(one.slot, one.teacher_ids, one.venue_id, shared=named.shared) for one in after], names
