"""The plans of a month as those above the villages see them: village by village in a township, counted above it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region, RegionSettings
from nightschool.models.planning import MonthPlan
from nightschool.models.tallies import PlannedMonth
from nightschool.models.teaching import ClassSession
from nightschool.queries.oversight.approvals import since_approvals
from nightschool.queries.oversight.plans import OPEN, in_month, month_counts
from nightschool.queries.places.openings import units_below
from nightschool.queries.scope import inside
from nightschool.rules.oversight.plans import PlanStanding, PlanStatus
from nightschool.rules.regions import BELOW, PREFIX_DIGITS, Level, ancestors_of, full_code, level_of
from nightschool.rules.seasons.months import Month, month_of


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """How the month of one village stands."""

    code: str
    name: str
    standing: PlanStanding
    since_approval: int = 0  # class sessions that came, went or are otherwise since


@dataclass
class PartPlans:
    """The plans of one part of a region, counted."""

    code: str
    name: str
    schools: int = 0
    planned: int = 0  # villages with class sessions in the month, announced or not
    states: dict[str, int] = field(default_factory=dict)  # status -> villages


@dataclass(frozen=True)
class RegionPlans:
    """A region in a month: the villages of a township, or the parts of what is larger, in the order of their codes."""

    code: str
    name: str
    path: tuple[tuple[str, str], ...]  # (code, name) of the regions above, largest first
    month: Month
    approves: bool  # of a township
    villages: tuple[VillagePlan, ...]
    parts: tuple[PartPlans, ...]

    @property
    def is_township(self) -> bool:
        """True when there are villages to list instead of counts."""
        return level_of(self.code) is Level.TOWNSHIP

    @property
    def waiting(self) -> int:
        """So many plans wait for the township's word."""
        if not self.is_township:
            return sum(part.states.get(PlanStatus.SUBMITTED, 0) for part in self.parts)
        return sum(line.standing.stage == PlanStatus.SUBMITTED for line in self.villages)


def plans_of(db: Session, code: str, month: Month, *, today: date) -> RegionPlans | None:
    """The plans of a region's month; None: no such region.

    Cost: 2 queries of a township, 6 where plans were approved, 9 when something is otherwise since; 6 of what is
    larger.
    """
    above = ancestors_of(code)
    named = (
        select(Region.code, Region.name, RegionSettings.approves_plans)
        .outerjoin(RegionSettings, RegionSettings.region_code == Region.code)
        .where(Region.code.in_([*above, code]))
    )
    rows = {row.code: row for row in db.execute(named)}
    if code not in rows:
        return None
    names = {part: row.name for part, row in rows.items()}
    is_township = level_of(code) is Level.TOWNSHIP
    approves = is_township and bool(rows[code].approves_plans)
    return RegionPlans(
        code=code,
        name=names[code],
        path=tuple((part, names[part]) for part in above if part in names),
        month=month,
        approves=approves,
        villages=_villages(db, code, month, approves, today) if is_township else (),
        parts=() if is_township else _parts(db, code, month, today),
    )


def _villages(
    db: Session, township: str, month: Month, approves: bool, today: date
) -> tuple[VillagePlan, ...]:
    """Every village with a school that is still there, or with a plan or class sessions in the month."""
    counted = (
        select(ClassSession.region_code, *month_counts(month, today))
        .where(inside(ClassSession.region_code, township), in_month(month))
        .group_by(ClassSession.region_code)
        .subquery()
    )
    has_school = exists().where(NightSchool.region_code == Region.code)
    is_there = or_(Region.valid_to.is_(None), Region.valid_to >= month.first)
    rows = db.execute(
        select(
            Region.code,
            Region.name,
            MonthPlan.status,
            MonthPlan.id.label("plan"),
            MonthPlan.decided_at,
            counted.c.sessions,
            counted.c.drafts,
            counted.c.changes,
        )
        .outerjoin(MonthPlan, (MonthPlan.region_code == Region.code) & (MonthPlan.month == month.first))
        .outerjoin(counted, counted.c.region_code == Region.code)
        .where(
            inside(Region.code, township),
            Region.level == Level.VILLAGE,
            or_(has_school & is_there, MonthPlan.id.is_not(None), counted.c.sessions > 0),
        )
        .order_by(Region.code)
    ).all()
    differences = _since_approval(db, month, rows)
    return tuple(
        VillagePlan(row.code, row.name, _standing(row, month, approves, today), differences.get(row.plan, 0))
        for row in rows
    )


def _since_approval(db: Session, month: Month, rows: Sequence[Any]) -> dict[int, int]:
    """In how many class sessions each approved plan is otherwise now, by its id. Cost: 4 or 7 queries."""
    plans = {row.code: row.plan for row in rows if row.decided_at is not None and row.status in OPEN}
    if not plans:
        return {}
    here: dict[int, list[int]] = {plan: [] for plan in plans.values()}
    of_month = select(ClassSession.region_code, ClassSession.id).where(
        ClassSession.region_code.in_(plans), in_month(month)
    )
    for row in db.execute(of_month):
        here[plans[row.region_code]].append(row.id)
    return {plan: since.differences for plan, since in since_approvals(db, here).items()}


def _standing(row: Any, month: Month, approves: bool, today: date) -> PlanStanding:
    return PlanStanding(
        month=month,
        status=row.status or PlanStatus.DRAFT,
        approves=approves,
        sessions=row.sessions or 0,
        drafts=row.drafts or 0,
        changes=row.changes or 0,
        is_over=month.last < today,
    )


def _parts(db: Session, code: str, month: Month, today: date) -> tuple[PartPlans, ...]:
    """The parts of a region with a school, a plan or a class session, counted. Cost: 5 queries."""
    digits = PREFIX_DIGITS[BELOW[level_of(code)]]
    parts = {
        part.code: PartPlans(part.code, part.name, part.schools)
        for part in units_below(db, code, today=today)
    }
    planned = (
        select(
            func.substr(PlannedMonth.region_code, 1, digits).label("part"), func.sum(PlannedMonth.villages)
        )
        .where(inside(PlannedMonth.region_code, code), PlannedMonth.month == month.code)
        .group_by("part")
    )
    for part, villages in db.execute(planned):
        if line := parts.get(full_code(part)):
            line.planned = int(villages)
    states = (
        select(func.substr(MonthPlan.region_code, 1, digits).label("part"), MonthPlan.status, func.count())
        .where(inside(MonthPlan.region_code, code), MonthPlan.month == month.first)
        .group_by("part", MonthPlan.status)
    )
    for part, status, villages in db.execute(states):
        if line := parts.get(full_code(part)):
            line.states[status] = villages
    return tuple(line for line in parts.values() if line.schools or line.planned or line.states)


def waiting(db: Session, code: str, *, today: date) -> tuple[Month, int] | None:
    """The first month, from this one on, with plans that wait for a word, and how many; None: none. Cost: 1 query."""
    row = db.execute(
        select(MonthPlan.month, func.count())
        .where(
            inside(MonthPlan.region_code, code),
            MonthPlan.month >= month_of(today).first,
            MonthPlan.status == PlanStatus.SUBMITTED,
        )
        .group_by(MonthPlan.month)
        .order_by(MonthPlan.month)
        .limit(1)
    ).first()
    return (month_of(row[0]), row[1]) if row else None
