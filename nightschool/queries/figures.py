"""Figures as SQL, so that every page and paper counts alike; each says if it is 人次 or 人数."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Guest, Headcount, Mark
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.registers.attendance import ATTENDED, CAME_IN_PERSON


def attendances(class_session: Any = ClassSession) -> ColumnElement[int]:
    """人次 of one class session: the headcount where the room was counted, else names and walk-ins together.

    A correlated expression; null when there is neither register nor headcount. The same rule as
    `rules.registers.attendance.Turnout.attendances`.
    """
    named = (
        select(func.count())
        .where(Mark.class_session_id == class_session.id, came())
        .correlate(class_session)
        .scalar_subquery()
    )
    guests = (
        select(func.count())
        .where(Guest.class_session_id == class_session.id, Guest.superseded_by.is_(None))
        .correlate(class_session)
        .scalar_subquery()
    )
    return (
        select(func.coalesce(Headcount.total, named + guests + Headcount.unnamed_guests))
        .where(Headcount.class_session_id == class_session.id, Headcount.superseded_by.is_(None))
        .correlate(class_session)
        .scalar_subquery()
    )


def people() -> ColumnElement[int]:
    """人数 of the marks a statement joins: learners of the roster who came in person, each counted once.

    Guests and heads counted without names cannot be told apart, so they are only in the 人次; so is a family member
    who came instead.
    """
    return func.count(func.distinct(case((came_in_person(), Mark.learner_id))))


def people_of(db: Session, of: ColumnElement[bool]) -> int:
    """人数 of the class sessions that fit the condition. Cost: 1 query."""
    statement = select(people()).select_from(Mark)
    statement = statement.join(ClassSession, ClassSession.id == Mark.class_session_id)
    return db.scalar(statement.where(of, ClassSession.status == SessionStatus.HELD)) or 0


def came() -> ColumnElement[bool]:
    """The mark says that they were there."""
    return _is_one_of(ATTENDED)


def came_in_person() -> ColumnElement[bool]:
    """The mark says that the learner was there, and not another of the family."""
    return _is_one_of(CAME_IN_PERSON)


def _is_one_of(statuses: Iterable[str]) -> ColumnElement[bool]:
    # Not IN: SQLAlchemy writes its list anew into the statement at every call.
    return or_(*(Mark.status == status for status in sorted(statuses)))
