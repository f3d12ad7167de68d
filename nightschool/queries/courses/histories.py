"""What was held and what is to come of one course or one teacher, page by page, with its 人次 and its 人数."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses import sessions
from nightschool.queries.courses.sessions import SessionLine
from nightschool.queries.figures import attendances, came_in_person, people_of
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.slots import Moment

MEETINGS_A_PAGE = 50
_ATTENDED_SHOWN = 10


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


_ORDER = (ClassSession.day, ClassSession.starts, ClassSession.id)
_HELD = ClassSession.status == SessionStatus.HELD
_WAITS = ClassSession.status.in_(TO_COME)
_OVER = sessions.is_over(sessions.AT)
# Conditions are added to these constants: to write the whole of them anew costs more than to run them.
_TOTALS = select(
    *(
        func.coalesce(func.sum(number), 0).label(name)
        for name, number in (
            ("held", case((_HELD, 1), else_=0)),
            ("attendances", case((_HELD, attendances()), else_=0)),
            ("to_come", case((_WAITS & ~_OVER, 1), else_=0)),
            ("past", case((_OVER, 1), else_=0)),
            ("coming", case((_OVER, 0), else_=1)),
        )
    )
).select_from(ClassSession)
_LINES = sessions.LINES.add_columns(Region.name.label("village")).join(
    Region, Region.code == ClassSession.region_code
)
_COMING = _LINES.where(~_OVER).order_by(*_ORDER).limit(MEETINGS_A_PAGE).offset(bindparam("skipped"))
_PAST = _LINES.where(_OVER).order_by(*(column.desc() for column in _ORDER))
_PAST = _PAST.limit(MEETINGS_A_PAGE).offset(bindparam("skipped"))


def history(db: Session, of: ColumnElement[bool], *, at: Moment, number: int = 1) -> History:
    """The history of the class sessions that fit the condition. Cost: 5 queries, however many there are."""
    totals = totals_of(db, of, at=at)
    pages = max(1, -(-max(totals.past, totals.coming) // MEETINGS_A_PAGE))
    number = min(max(number, 1), pages)
    asked = {"day": at.day, "minutes": at.minutes, "skipped": (number - 1) * MEETINGS_A_PAGE}
    coming = db.execute(_COMING.where(of), asked).all()
    rows = [*coming, *db.execute(_PAST.where(of), asked)]
    every = [HistoryLine(line, row.village) for line, row in zip(sessions.lines(db, rows), rows, strict=True)]
    return History(totals, tuple(every[: len(coming)]), tuple(every[len(coming) :]), number, pages)


def totals_of(db: Session, of: ColumnElement[bool], *, at: Moment) -> Totals:
    """What the class sessions that fit the condition come to. Cost: 2 queries."""
    sums = db.execute(_TOTALS.where(of), {"day": at.day, "minutes": at.minutes}).one()
    return Totals(**{name: int(n) for name, n in sums._mapping.items()}, people=people_of(db, of))


def attended(db: Session, learner: str) -> Attended:
    """What this learner came to in person. Cost: 2 queries, however much that is."""
    rows: Any = db.execute(
        sessions.LINES.add_columns(func.count().over().label("total"))
        .join(Mark, Mark.class_session_id == ClassSession.id)
        .join(Learner, Learner.id == Mark.learner_id)
        .where(Learner.public_id == learner, came_in_person())
        .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
        .limit(_ATTENDED_SHOWN)
    ).all()
    return Attended(rows[0].total if rows else 0, sessions.lines(db, rows))
