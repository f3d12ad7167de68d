"""What the binder of a village's year is made from beside its papers: all that is missing."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.oversight.self_checks import checked_facts
from nightschool.queries.registers.held_classes import held_classes
from nightschool.rules.oversight.binder import FiledClass, Gap, missing_from_binder
from nightschool.rules.seasons.months import month_of


def binder_gaps(db: Session, village: str, *, first: date, last: date, today: date) -> tuple[Gap, ...] | None:
    """What is missing of these days; None: the village has no school. Cost: 21 queries at most."""
    facts = checked_facts(db, village, first=first, last=last, today=today)
    if facts is None:
        return None
    over = ClassSession.day.between(first, min(last, today)) & (ClassSession.day < today)
    late = (
        select(ClassSession.day, ClassSession.title)
        .where(ClassSession.region_code == village, over, ClassSession.status == SessionStatus.SCHEDULED)
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )
    told = select(MonthPlan.month).where(
        MonthPlan.region_code == village, MonthPlan.announced_at.is_not(None)
    )
    held = held_classes(db, village, first, last).lines
    return missing_from_binder(
        facts,
        held=[
            FiledClass(one.day, one.title, one.has_photo or one.on_paper is not None, bool(one.summary))
            for one in held
        ],
        without_register=[(day, title) for day, title in db.execute(late)],
        planned=set(map(month_of, db.scalars(told))),
        today=today,
    )
