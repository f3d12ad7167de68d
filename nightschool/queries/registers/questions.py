"""Questions asked in class: of a village, of one class, and what is still open where a teacher goes."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession

_PAGE = 50
OPEN_SHOWN = 10


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question with its answer, empty while it is open, and the class it was asked in, as far as that is there."""

    public_id: str
    text: str
    asked_on: date
    answer: str
    answered_on: date | None
    title: str
    answered_by: str  # the teacher who wrote the answer by their own address; empty: the village wrote it


@dataclass(frozen=True, slots=True)
class QuestionRecord(QuestionLine):
    """One question as its form shows it."""

    region_code: str
    class_session: str  # public id; empty: the class is there no more
    version: int


@dataclass(frozen=True, slots=True)
class QuestionList:
    """One page of a village's questions, the open ones first, each kind the latest first."""

    lines: tuple[QuestionLine, ...]
    open: int
    answered: int
    number: int
    pages: int


def of_village(db: Session, village: str, *, number: int = 1) -> QuestionList:
    """A page of the village's questions; a number past the last page gives the last. Cost: 2 queries."""
    is_open = Question.answered_on.is_(None)
    asked, open_ = db.execute(
        select(func.count(), func.count().filter(is_open))
        .select_from(Question)
        .where(Question.region_code == village)
    ).one()
    pages = max(1, -(-asked // _PAGE))
    number = min(max(number, 1), pages)
    rows = db.execute(
        _lines()
        .where(Question.region_code == village)
        .order_by(is_open.desc(), Question.asked_on.desc(), Question.id.desc())
        .limit(_PAGE)
        .offset((number - 1) * _PAGE)
    )
    lines = tuple(QuestionLine(*row) for row in rows)
    return QuestionList(lines, open_, asked - open_, number, pages)


def open_of_village(db: Session, village: str) -> tuple[QuestionLine, ...]:
    """All that waits for an answer in this village, what was asked first at the top, for paper. Cost: 1 query."""
    is_open = Question.answered_on.is_(None)
    rows = db.execute(
        _lines().where(Question.region_code == village, is_open).order_by(Question.asked_on, Question.id)
    )
    return tuple(QuestionLine(*row) for row in rows)


def of_session(db: Session, class_session: str) -> tuple[QuestionLine, ...]:
    """What was asked in one class, in the order it was written down; at most 50. Cost: 1 query."""
    rows = db.execute(
        _lines().where(ClassSession.public_id == class_session).order_by(Question.id).limit(_PAGE)
    )
    return tuple(QuestionLine(*row) for row in rows)


def question(db: Session, public_id: str) -> QuestionRecord | None:
    """One question; None when there is no such. Cost: 1 query."""
    row = db.execute(
        _lines()
        .add_columns(Question.region_code, func.coalesce(ClassSession.public_id, ""), Question.version)
        .where(Question.public_id == public_id)
    ).one_or_none()
    return QuestionRecord(*row) if row else None


def open_in(db: Session, villages: Collection[str]) -> dict[str, tuple[QuestionLine, ...]]:
    """By village: what was asked there and waits for its answer, the latest first, at most ten. Cost: 1 query."""
    ranked = (
        select(
            Question.id,
            func.row_number()
            .over(
                partition_by=Question.region_code,
                order_by=(Question.asked_on.desc(), Question.id.desc()),
            )
            .label("place"),
        )
        .where(Question.region_code.in_(list(villages)), Question.answered_on.is_(None))
        .subquery()
    )
    rows = db.execute(
        _lines()
        .add_columns(Question.region_code)
        .join(ranked, ranked.c.id == Question.id)
        .where(ranked.c.place <= OPEN_SHOWN)
        .order_by(Question.region_code, ranked.c.place)
    )
    found: dict[str, list[QuestionLine]] = defaultdict(list)
    for row in rows:
        found[row.region_code].append(QuestionLine(*row[:-1]))
    return {village: tuple(lines) for village, lines in found.items()}


def _lines() -> Select[*tuple[Any, ...]]:
    return select(
        Question.public_id,
        Question.text,
        Question.asked_on,
        Question.answer,
        Question.answered_on,
        func.coalesce(ClassSession.title, ""),
        func.coalesce(Question.answered_by, ""),
    ).outerjoin(ClassSession, ClassSession.id == Question.class_session_id)
