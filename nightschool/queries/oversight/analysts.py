"""What analysts get of a region: its classes, and who came by sex and age, without a name, telephone or birthday."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.tallies import CountedSession
from nightschool.models.teaching import ClassSession
from nightschool.queries.scope import inside

CLASS_COLUMNS = (
    *("class_session", "village", "day", "starts", "minutes", "category", "title", "status", "reason"),
    *("recorded_on_time", "attendances", "women", "over_60"),
)
MARK_COLUMNS = ("class_session", "person", "mark", "sex", "age")
_YOUNGEST, _OLDEST, _STEP = 18, 80, 10


def classes_to_analyse(db: Session, code: str) -> Iterator[tuple[Any, ...]]:
    """Every class of the region that counts, as `CLASS_COLUMNS`; women and over 60 are empty where nobody counted."""
    counted = CountedSession
    yield from db.execute(
        select(
            counted.class_session_id,
            counted.region_code,
            counted.day,
            ClassSession.starts,
            ClassSession.ends - ClassSession.starts,
            counted.category_code,
            ClassSession.title,
            counted.status,
            counted.reason,
            counted.on_time,
            counted.attendances,
            counted.women,
            counted.over_60,
        )
        .join(ClassSession, ClassSession.id == counted.class_session_id)
        .where(inside(counted.region_code, code))
        .order_by(counted.region_code, counted.day, counted.class_session_id)
    )


def marks_to_analyse(db: Session, code: str) -> Iterator[tuple[Any, ...]]:
    """Every mark of those classes, as `MARK_COLUMNS`; a person is a number that means nothing outside this table."""
    rows = db.execute(
        select(
            Mark.class_session_id,
            Mark.learner_id,
            Mark.status,
            Learner.sex,
            Learner.birth_year,
            CountedSession.day,
        )
        .join(CountedSession, CountedSession.class_session_id == Mark.class_session_id)
        .join(Learner, Learner.id == Mark.learner_id)
        .where(inside(CountedSession.region_code, code))
        .order_by(
            CountedSession.region_code, CountedSession.day, Mark.class_session_id, Learner.sex, Mark.status
        )
    )
    persons: dict[int, int] = {}
    for held, learner, status, sex, born, day in rows:
        yield held, persons.setdefault(learner, len(persons) + 1), status, sex or "", age_band(born, day)


def age_band(born: int | None, day: date) -> str:
    """Their age on that day in bands of ten years; empty where nobody knows."""
    if born is None:
        return ""
    age = day.year - born
    if age < _YOUNGEST:
        return f"<{_YOUNGEST}"
    if age >= _OLDEST:
        return f"{_OLDEST}+"
    low = max(_YOUNGEST, age // _STEP * _STEP)
    return f"{low}-{age // _STEP * _STEP + _STEP - 1}"
