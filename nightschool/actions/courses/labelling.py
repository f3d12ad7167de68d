"""Which units organise a course or its class sessions, and their campaigns: found, and written to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from nightschool.errors import NotFound, Refused
from nightschool.models.teaching import ClassSessionLabel, CourseLabel, Label
from nightschool.queries.courses.labels import labels_of
from nightschool.rules.courses.labels import KIND_OF, MOST_OF_A_KIND, NO_LABELS, Labels
from nightschool.rules.regions import ancestors_of


def find_labels(
    db: Session, region_code: str, labels: Labels[str], *, former: Labels[int] = NO_LABELS
) -> Labels[int]:
    """The labels behind these public ids. What was put away, or is a former village's, stays where it was (`former`).

    Raises: NotFound for one that is on no list of this village or above it, on one of another kind, or put away;
    Refused with `too_many_labels`.
    """
    by_role = labels.by_role
    if any(len(names) > MOST_OF_A_KIND for names in by_role.values()):
        raise Refused("too_many_labels", field="hosts")
    wanted = {name for names in by_role.values() for name in names}
    if not wanted:
        return NO_LABELS
    kept = [number for numbers in former.by_role.values() for number in numbers]
    rows = db.execute(
        select(Label.public_id, Label.id, Label.kind).where(
            Label.public_id.in_(wanted),
            or_(
                Label.region_code.in_((region_code, *ancestors_of(region_code))) & Label.retired_at.is_(None),
                Label.id.in_(kept),
            ),
        )
    ).all()
    found = {row.public_id: row for row in rows}
    if any(
        name not in found or found[name].kind != KIND_OF[role]
        for role, names in by_role.items()
        for name in names
    ):
        raise NotFound
    return labels.turned(lambda name: found[name].id)


def labels_of_sessions(db: Session, class_session_ids: Sequence[int]) -> dict[int, Labels[int]]:
    """What each of these class sessions bears. Cost: 1 query."""
    found = labels_of(db, class_session_ids)
    return {key: found[key].turned(lambda one: one.id) for key in class_session_ids}


def set_course_labels(db: Session, course_id: int, labels: Labels[int], *, is_new: bool = False) -> None:
    """The class sessions of the course bear exactly these by default; one that `is_new` has none yet."""
    _set_labels(db, CourseLabel, "course_id", {course_id: labels}, are_new=is_new)


def set_session_labels(db: Session, labels: Mapping[int, Labels[int]], *, are_new: bool = False) -> None:
    """Each class session, by its id, bears exactly the labels named for it; new ones bear none yet."""
    _set_labels(db, ClassSessionLabel, "class_session_id", labels, are_new=are_new)


def _set_labels(
    db: Session, table: Any, of: str, labels: Mapping[int, Labels[int]], *, are_new: bool
) -> None:
    if not are_new and labels:
        db.execute(delete(table).where(getattr(table, of).in_(labels)))
    rows = [
        {of: key, "label_id": label_id, "role": role.value, "position": position}
        for key, borne in labels.items()
        for role, label_ids in borne.by_role.items()
        for position, label_id in enumerate(label_ids)
    ]
    if rows:
        db.execute(insert(table), rows)
