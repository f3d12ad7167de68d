"""A course as it can be held again: what it has in common, by which rule it met, and what each class session had."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses.courses import CoursePage
from nightschool.queries.courses.courses import course as course_page
from nightschool.queries.courses.labels import Borne, borne_text, labels_on_offer, read_borne
from nightschool.queries.courses.sessions import teachers_of
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.labels import Labels, labels_from
from nightschool.rules.courses.proposals import HeldAgain
from nightschool.rules.courses.reasons import TAKEN_BACK
from nightschool.rules.courses.recurrence import Recurrence, recurrence_from_json


@dataclass(frozen=True, slots=True)
class Copied:
    """What is copied. `sessions` (public ids), `days` and `lessons` are of the class sessions in their order."""

    course: CoursePage
    kind: str
    recurrence: Recurrence | None
    sessions: tuple[str, ...]
    days: tuple[date, ...]
    lessons: tuple[HeldAgain, ...]
    label_names: Mapping[str, str]  # of all that can be chosen, by public id


def copied(db: Session, course: str, choices: Choices) -> Copied | None:
    """A course with all its class sessions; None: no such course. Cost: 6 queries.

    What was put off stands where it went; what was called off belongs to the course all the same, unless it was
    there by mistake. Teachers, places, units and campaigns that are no choice any more are left out.
    """
    page = course_page(db, course)
    if page is None:
        return None
    record = db.execute(select(Course.kind, Course.recurrence).where(Course.public_id == course)).one()
    names = {
        one.public_id: one.name for kept in labels_on_offer(db, page.region_code).values() for one in kept
    }
    page = replace(page, labels=_offered(page.labels, names))
    rows = _rows(db, course)
    teachers = teachers_of(db, [row.id for row in rows])
    lessons = (
        _lesson(
            row,
            [one.public_id for one in teachers[row.id]],
            _offered(read_borne(row.borne), names),
            page,
            choices.offered,
        )
        for row in rows
    )
    return Copied(
        course=page,
        kind=record.kind,
        recurrence=recurrence_from_json(record.recurrence),
        sessions=tuple(row.public_id for row in rows),
        days=tuple(row.day for row in rows),
        lessons=tuple(lessons),
        label_names=names,
    )


def _rows(db: Session, course: str) -> Collection[Any]:
    was_mistake = and_(ClassSession.status == SessionStatus.CANCELLED, ClassSession.reason_text == TAKEN_BACK)
    return db.execute(
        select(
            ClassSession.id,
            ClassSession.public_id,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.summary,
            ClassSession.category_code,
            ClassSession.delivery_mode,
            borne_text(),
            Venue.public_id.label("venue"),
        )
        .join(Course, Course.id == ClassSession.course_id)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .where(Course.public_id == course, ~or_(ClassSession.status == SessionStatus.POSTPONED, was_mistake))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()


def _lesson(
    row: Any, teachers: list[str], labels: Labels[Borne], page: CoursePage, offered: frozenset[str]
) -> HeldAgain:
    """What it has otherwise than its course."""
    times = (row.starts, row.ends)
    are_own = tuple(teachers) != page.teacher_ids and offered.issuperset(teachers)
    return HeldAgain(
        title=row.title if row.title != page.title else None,
        summary=row.summary if row.summary != page.summary else None,
        category_code=row.category_code if row.category_code != page.category_code else None,
        mode=(row.delivery_mode or "") if row.delivery_mode != page.delivery_mode else None,
        labels=labels.turned(lambda one: one.public_id) if labels != page.labels else None,
        venue=row.venue if row.venue != page.venue_id and row.venue in offered else None,
        teachers=tuple(teachers) if are_own else None,
        times=times if times != (page.starts, page.ends) else None,
    )


def _offered(labels: Labels[Borne], names: Mapping[str, str]) -> Labels[Borne]:
    return labels_from(
        (role, one) for role, borne in labels.by_role.items() for one in borne if one.public_id in names
    )
