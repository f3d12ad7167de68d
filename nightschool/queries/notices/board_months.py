"""A month of a village for its notice board (F2): what takes place, and what was asked lately with its answers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession
from nightschool.queries.notices import timetable
from nightschool.queries.notices.school_months import MOST_ENTRIES
from nightschool.queries.notices.timetable import Entry, Village
from nightschool.rules.seasons.months import Month
from nightschool.rules.slots import Moment

MOST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """What was asked in a class, and the answer. Who asked and who answered is not part of it."""

    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class BoardMonth:
    """What villagers may know of a month, and nobody of them."""

    village: Village
    today: date
    entries: tuple[Entry, ...]
    answered: tuple[AnsweredQuestion, ...]  # the latest first


def board_month(db: Session, village: str, month: Month, *, at: Moment) -> BoardMonth | None:
    """The month's public classes, and what was answered of the questions of this month and the one before.

    None: there is no such village. Cost: 3 queries.
    """
    place = timetable.village(db, village, at=at)
    if place is None:
        return None
    found = timetable.first_entries(
        db,
        ClassSession.region_code == village,
        ClassSession.day.between(month.first, month.last),
        ClassSession.published_at.is_not(None),
        in_order=(ClassSession.day,),
        most=MOST_ENTRIES,
    )
    asked = (
        select(Question.text, Question.answer)
        .where(
            Question.region_code == village,
            Question.answered_on.is_not(None),
            Question.asked_on.between(month.before.first, month.last),
        )
        .order_by(Question.asked_on.desc(), Question.id.desc())
        .limit(MOST_ANSWERS)
    )
    answered = tuple(AnsweredQuestion(*row) for row in db.execute(asked))
    return BoardMonth(place, at.day, tuple(entry for entry, _village in found), answered)
