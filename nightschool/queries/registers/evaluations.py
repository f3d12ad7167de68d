"""What was answered on evaluation slips, as far as it is shown."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Evaluation as Row
from nightschool.models.attendance import EvaluationCount
from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.registers.evaluations import FEWEST, Evaluated, evaluation_of

_SLIPS = Row.on_paper + Row.online
_NUMBER = EvaluationCount.on_paper + EvaluationCount.online


@dataclass(frozen=True, slots=True)
class SlipHead:
    """The class that a slip is about."""

    region_code: str
    village: str
    institution_name: str | None
    title: str
    day: date
    status: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What its coordinator sees of one class: what is shown of it, and how much there is besides."""

    on_paper: int
    online: int
    waiting: int  # by the slip's address, until five can be shown together
    shown: Evaluated | None
    counts: dict[tuple[str, int], int]  # of what is shown; empty where nothing is
    words: tuple[str, ...]  # in no order that says who came first


def slip_head(db: Session, class_session: str) -> SlipHead | None:
    """The class; None where villagers know of none. Cost: 1 query."""
    row = db.execute(
        select(
            ClassSession.region_code,
            Region.name,
            NightSchool.institution_name,
            ClassSession.title,
            ClassSession.day,
            ClassSession.status,
        )
        .join(Region, Region.code == ClassSession.region_code)
        .outerjoin(NightSchool, NightSchool.region_code == ClassSession.region_code)
        .where(ClassSession.public_id == class_session, ClassSession.status != SessionStatus.DRAFT)
    ).one_or_none()
    return SlipHead(*row) if row else None


def answers_about(db: Session, class_session: str) -> Answered:
    """What was answered about one class. Cost: 2 queries, 1 where nothing was."""
    which = ClassSession.public_id == class_session
    row = db.scalars(
        select(Row).join(ClassSession, ClassSession.id == Row.class_session_id).where(which)
    ).one_or_none()
    if row is None:
        return Answered(0, 0, 0, None, {}, ())
    numbers = db.execute(_numbers(ClassSession.public_id).where(which)).all()
    shown = evaluation_of(row.on_paper + row.online, ((aspect, *one) for _class, aspect, *one in numbers))
    return Answered(
        row.on_paper,
        row.online,
        row.waiting,
        shown,
        {(aspect, choice): number for _class, aspect, choice, number in numbers} if shown else {},
        tuple(sorted([*row.words, *row.paper_words])) if shown else (),
    )


def evaluations_of(db: Session, class_sessions: Collection[str]) -> dict[str, Evaluated]:
    """What is shown of each of these classes; those of which nothing is are not there. Cost: 1 query."""
    rows = db.execute(
        _numbers(ClassSession.public_id, _SLIPS)
        .join(Row, Row.class_session_id == ClassSession.id)
        .where(ClassSession.public_id.in_(class_sessions), _SLIPS >= FEWEST)
    )
    numbers: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    slips: dict[str, int] = {}
    for class_session, many, aspect, choice, number in rows:
        numbers[class_session].append((aspect, choice, number))
        slips[class_session] = many
    found = {one: evaluation_of(slips[one], told) for one, told in numbers.items()}
    return {one: shown for one, shown in found.items() if shown}


def _numbers(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns, EvaluationCount.aspect, EvaluationCount.choice, _NUMBER)
        .select_from(EvaluationCount)
        .join(ClassSession, ClassSession.id == EvaluationCount.class_session_id)
        .order_by(ClassSession.public_id, EvaluationCount.aspect, EvaluationCount.choice)
    )
