"""What the records say of a village's half-year, to be looked through before anybody from outside does."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.oversight.overview import overview_of
from nightschool.queries.places.schools import school
from nightschool.rules.oversight.self_check import CheckedFacts
from nightschool.rules.seasons.months import month_of


def checked_facts(db: Session, village: str, *, first: date, last: date, today: date) -> CheckedFacts | None:
    """From this day to that, the checklist as of today; None: the village has no school. Cost: 15 queries at most."""
    found, overview = (
        school(db, village, today=today),
        overview_of(db, village, first=first, last=last, today=today),
    )
    if found is None or overview is None:
        return None
    here = (ClassSession.region_code == village, ClassSession.day.between(first, last))
    held = select(ClassSession.day).where(*here, ClassSession.status == SessionStatus.HELD).distinct()
    is_open = select(func.count()).where(Question.region_code == village, Question.answered_on.is_(None))
    return CheckedFacts(
        first=max(first, found.opened_on),
        last=last,
        parts=found.parts,
        held=overview.total.held,
        not_held=overview.total.not_held,
        unrecorded=overview.total.unrecorded,
        months_held=frozenset(map(month_of, db.scalars(held))),
        slips=overview.total.evaluated["slips"],
        open_questions=db.scalar(is_open) or 0,
    )
