"""Figures as SQL, so that every page and paper counts alike; each says if it is 人次 or 人数."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from nightschool.models.attendance import Guest, Headcount, Mark, MarkStatus
from nightschool.models.teaching import ClassSession

# Who was in the room: late and family members who came instead count, excused and absent do not.
CAME = (MarkStatus.PRESENT.value, MarkStatus.LATE.value, MarkStatus.SUBSTITUTE.value)


def attendances(class_session: Any = ClassSession) -> ColumnElement[int]:
    """人次 of one class session: the headcount where the room was counted, else names and walk-ins together.

    A correlated expression; null when there is neither register nor headcount. The same rule as
    `rules.attendance.attendances`.
    """
    named = (
        select(func.count())
        .where(Mark.class_session_id == class_session.id, _came())
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


def _came() -> ColumnElement[bool]:
    # Not IN: SQLAlchemy writes its list anew into the statement at every call.
    return or_(*(Mark.status == status for status in CAME))
