"""What was held and what is to come of one course or one teacher, page by page, with its 人次 and its 人数."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses import sessions
from nightschool.queries.courses.sessions import SessionLine
from nightschool.queries.figures import attendances, came_in_person, people_of
from nightschool.rules.slots import Moment

PAGE = 50
ATTENDED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Totals:
    """What some class sessions come to."""

    held: int  # 场次
    attendances: int  # 人次
    people: int  # 人数: learners of the roster, each counted once
    to_come: int
    past: int  # all that are over, held or not
    coming: int  # all that are not over, called off or not


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One class session in a history, and its village where there are several."""

    session: SessionLine
    village: str


@dataclass(frozen=True, slots=True)
class History:
    """Totals, one page of what is over and one page of what comes; the pages are turned together."""

    totals: Totals
    coming: tuple[HistoryLine, ...]  # the soonest first
    past: tuple[HistoryLine, ...]  # the latest first
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class Attended:
    """What a learner came to: how often in all, and the latest."""

    total: int
    lines: tuple[SessionLine, ...]


def history(db: Session, of: ColumnElement[bool], *, at: Moment, number: int = 1) -> History:
    """The history of the class sessions that fit the condition. Cost: 5 queries, however many there are."""
    totals = totals_of(db, of, at=at)
    pages = max(1, -(-max(totals.past, totals.coming) // PAGE))
    number = min(max(number, 1), pages)
    order = (ClassSession.day, ClassSession.starts, ClassSession.id)
    over = sessions.is_over(at)
    base = sessions.LINES.add_columns(Region.name.label("village"))
    base = base.join(Region, Region.code == ClassSession.region_code).where(of)
    skipped = (number - 1) * PAGE
    latest = (column.desc() for column in order)
    coming = db.execute(base.where(~over).order_by(*order).limit(PAGE).offset(skipped)).all()
    past = db.execute(base.where(over).order_by(*latest).limit(PAGE).offset(skipped)).all()
    rows = [*coming, *past]
    every = [HistoryLine(line, row.village) for line, row in zip(sessions.lines(db, rows), rows, strict=True)]
    return History(totals, tuple(every[: len(coming)]), tuple(every[len(coming) :]), number, pages)


def totals_of(db: Session, of: ColumnElement[bool], *, at: Moment) -> Totals:
    """What the class sessions that fit the condition come to. Cost: 2 queries."""
    over = sessions.is_over(at)
    waits = ClassSession.status.in_((SessionStatus.DRAFT, SessionStatus.SCHEDULED))
    held = ClassSession.status == SessionStatus.HELD
    found = (
        select(
            case((held, 1), else_=0).label("held"),
            case((held, attendances()), else_=0).label("attendances"),
            case((waits & ~over, 1), else_=0).label("to_come"),
            case((over, 1), else_=0).label("past"),
            case((over, 0), else_=1).label("coming"),
        )
        .where(of)
        .subquery()
    )
    sums = db.execute(
        select(*(func.coalesce(func.sum(column), 0).label(column.name) for column in found.c))
    ).one()
    return Totals(**{name: int(n) for name, n in sums._mapping.items()}, people=people_of(db, of))


def attended(db: Session, learner: str) -> Attended:
    """What this learner came to in person. Cost: 2 queries, however much that is."""
    rows: Any = db.execute(
        sessions.LINES.add_columns(func.count().over().label("total"))
        .join(Mark, Mark.class_session_id == ClassSession.id)
        .join(Learner, Learner.id == Mark.learner_id)
        .where(Learner.public_id == learner, came_in_person())
        .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
        .limit(ATTENDED_SHOWN)
    ).all()
    return Attended(rows[0].total if rows else 0, sessions.lines(db, rows))
