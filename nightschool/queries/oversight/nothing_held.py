"""Villages in which nothing was held in a period, with what their records say of why; by code, and never ranked."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.places.openings import living_villages, villages_with_school
from nightschool.queries.scope import inside
from nightschool.rules.oversight.plans import PlanStatus


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """One such village. `reasons`: of what was called off or put off, how often each; `notes`: under its plans."""

    code: str
    name: str
    township: str
    has_school: bool
    statuses: Counter[str]  # status -> class sessions
    to_come: int  # of those that are scheduled, the ones that nobody could have recorded yet
    reasons: Counter[str]
    notes: tuple[str, ...]


def nothing_held(db: Session, code: str, *, first: date, last: date, today: date) -> tuple[NothingHeld, ...]:
    """All living villages of a region without a class held from a day to a day. Cost: 4 queries."""
    statuses: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    to_come = Counter[str]()
    is_past = (ClassSession.day < today).label("is_past")
    kind = (ClassSession.region_code, ClassSession.status, ClassSession.reason, is_past)
    for village, status, reason, is_over, sessions in db.execute(
        select(*kind, func.count())
        .where(
            inside(ClassSession.region_code, code),
            ClassSession.day.between(first, last),
            ClassSession.status != SessionStatus.DRAFT,
        )
        .group_by(*kind)
    ):
        statuses[village][status] += sessions
        if status == SessionStatus.SCHEDULED and not is_over:
            to_come[village] += sessions
        if reason:
            reasons[village][reason] += sessions
    notes: dict[str, list[str]] = defaultdict(list)
    for village, note in db.execute(
        select(MonthPlan.region_code, MonthPlan.note)
        .where(
            inside(MonthPlan.region_code, code),
            MonthPlan.month.between(first.replace(day=1), last),
            MonthPlan.note != "",
            MonthPlan.status != PlanStatus.DRAFT,
        )
        .order_by(MonthPlan.region_code, MonthPlan.month)
    ):
        notes[village].append(note)
    with_school = villages_with_school(db, code)
    return tuple(
        NothingHeld(
            village,
            name,
            township,
            village in with_school,
            those,
            to_come[village],
            reasons[village],
            tuple(notes[village]),
        )
        for village, name, township in living_villages(db, code, today=today)
        if not (those := statuses[village])[SessionStatus.HELD]
    )
