"""The plan of a village's month: how it stands, its class sessions with all that its paper needs, and what is due."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import Category, ClassSession, Course, SessionStatus
from nightschool.queries.courses.labels import borne_text, names_borne
from nightschool.queries.courses.sessions import LINE, After, category_word, is_over, teachers_of
from nightschool.queries.oversight.approvals import Since, since_approvals
from nightschool.queries.places.region_settings import approves_plans, approving_townships
from nightschool.queries.records import shaped
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.modes import mode_of
from nightschool.rules.oversight import plans as rules
from nightschool.rules.oversight.approvals import Gone, Then
from nightschool.rules.oversight.plans import PlanStanding, PlanStatus, check_code
from nightschool.rules.regions import parent_of, township_of
from nightschool.rules.seasons.months import Month, month_of
from nightschool.rules.slots import Moment, Slot

CALLED_OFF = (SessionStatus.CANCELLED, SessionStatus.POSTPONED)
OPEN = (PlanStatus.APPROVED, PlanStatus.ANNOUNCED)

_Before = aliased(ClassSession, name="before")


@dataclass(frozen=True, slots=True)
class Lecturer:
    """Who teaches. `public_name` is empty where the name is not to be read by everybody."""

    name: str
    unit: str
    public_name: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One class session in the plan of its month."""

    public_id: str
    title: str
    slot: Slot
    status: str
    category: str
    venue: str
    guests: tuple[Lecturer, ...]
    mode: str
    labels: Labels[str]  # the names of who organises it, and of its campaigns
    audience: str
    expected: int | None
    reason: str | None
    reason_text: str
    moves_to: Moment | None
    told: Moment | None  # when it was to be by the last notice; None: no notice told of it
    is_changed: bool  # otherwise than the last notice said, or not in it
    differs: str  # in what: rules.notices.revisions.Difference, a comma between
    is_added: bool = False  # after the township approved the plan
    approved: Then | None = None  # as the township approved it, where it is otherwise now

    @property
    def is_called_off(self) -> bool:
        """True when it is cancelled or postponed."""
        return self.status in CALLED_OFF


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A month of a village with everything its pages and its paper need."""

    code: str
    village: str
    township_code: str
    township: str
    institution_name: str | None
    principal: str
    standing: PlanStanding
    note: str
    return_reason: str
    submitted_at: datetime | None
    announced_at: datetime | None
    lines: tuple[PlanLine, ...]
    gone: tuple[PlanLine, ...]  # told for this month, and in another one now
    approved_gone: tuple[Gone, ...]  # approved for this month, and not in it any more
    seen: str  # stands for exactly these lines


def in_month(month: Month) -> ColumnElement[bool]:
    """The class session is in this month."""
    return ClassSession.day.between(month.first, month.last)


def concerns(month: Month) -> ColumnElement[bool]:
    """The class session is in this month, or was by the last notice."""
    return or_(in_month(month), ClassSession.told_day.between(month.first, month.last))


def _needs_telling(today: date) -> ColumnElement[bool]:
    """It is to come, villagers can read of it, and not what the last notice said.

    What stands for a postponed one is no change of its own, as long as that one is to be told of.
    """
    coming = or_(ClassSession.day >= today, ClassSession.told_day >= today)
    replaces = exists().where(_Before.successor_id == ClassSession.id, _Before.differs != "")
    is_unknown = and_(
        ClassSession.status == SessionStatus.SCHEDULED,
        ClassSession.announced_revision.is_(None),
        ~replaces.correlate(ClassSession),
    )
    return and_(
        ClassSession.published_at.is_not(None),
        ClassSession.status != SessionStatus.HELD,
        coming,
        or_(is_unknown, ClassSession.differs != ""),
    )


def month_counts(month: Month, today: date) -> tuple[Any, Any, Any]:
    """Class sessions, drafts and changes of this month, among the rows a statement is about."""
    here, concerned = in_month(month), concerns(month)
    return (
        func.count(case((here & ClassSession.status.not_in(CALLED_OFF), ClassSession.id))).label("sessions"),
        func.count(case((here & (ClassSession.status == SessionStatus.DRAFT), ClassSession.id))).label(
            "drafts"
        ),
        func.count(case((concerned & _needs_telling(today), ClassSession.id))).label("changes"),
    )


def plan_standing(db: Session, village: str, month: Month, *, today: date) -> PlanStanding:
    """How the month stands. Cost: 3 queries."""
    return _standings(db, village, (month,), today)[0]


_STATUS = select(MonthPlan.month, MonthPlan.status).where(
    MonthPlan.region_code == bindparam("village"), MonthPlan.month.in_(bindparam("months", expanding=True))
)


@lru_cache(maxsize=32)
def _counting(months: tuple[Month, ...], today: date) -> Select[*tuple[Any, ...]]:
    """`counts` of each of these months, in a row: written once a day, for the desks of all villages."""
    columns = [column for month in months for column in month_counts(month, today)]
    return select(*(column.label(f"count_{number}") for number, column in enumerate(columns))).where(
        ClassSession.region_code == bindparam("village"), or_(*map(concerns, months))
    )


def _standings(db: Session, village: str, months: tuple[Month, ...], today: date) -> tuple[PlanStanding, ...]:
    plans = db.execute(_STATUS, {"village": village, "months": [month.first for month in months]})
    status = {month_of(row.month): row.status for row in plans}
    counted = db.execute(_counting(months, today), {"village": village}).one()
    approves = approves_plans(db, village)
    found = []
    for number, month in enumerate(months):
        classes, drafts, changes = counted[3 * number : 3 * number + 3]
        is_over = month.last < today
        state = status.get(month, PlanStatus.DRAFT)
        found.append(PlanStanding(month, state, approves, classes, drafts, changes, is_over))
    return tuple(found)


def waiting_months(db: Session, village: str, days: Iterable[date], *, today: date) -> tuple[Month, ...]:
    """The months of these days whose class sessions may not be published yet, because the township approves first.

    Days that are over wait for nobody. Cost: 1 query, 2 where the township approves.
    """
    return tuple(month for _village, month in waiting_in(db, [(village, day) for day in days], today=today))


def waiting_in(
    db: Session, days: Iterable[tuple[str, date]], *, today: date
) -> tuple[tuple[str, Month], ...]:
    """`waiting_months` of several villages, each day with its own. Cost: the same."""
    months = {(village, month_of(day)) for village, day in days if day >= today}
    approving = approving_townships(db, {village for village, _month in months}) if months else ()
    months = {(village, month) for village, month in months if township_of(village) in approving}
    if not months:
        return ()
    rows = db.execute(
        select(MonthPlan.region_code, MonthPlan.month).where(
            MonthPlan.region_code.in_({village for village, _month in months}),
            MonthPlan.month.in_({month.first for _village, month in months}),
            MonthPlan.status.in_(OPEN),
        )
    )
    is_open = {(village, first) for village, first in rows}
    return tuple(
        sorted((village, month) for village, month in months if (village, month.first) not in is_open)
    )


def township_name(db: Session, village: str) -> str:
    """What the village's township is called."""
    return db.scalar(select(Region.name).where(Region.code == parent_of(village))) or ""


def first_month(db: Session, village: str, *, at: Moment) -> Month:
    """The month whose plan is to be looked at now. Cost: 1 query."""
    comes = select(ClassSession.id).where(
        ClassSession.region_code == village,
        ClassSession.day.between(at.day, month_of(at.day).last),
        ClassSession.status.not_in(CALLED_OFF),
        ~is_over(at),
    )
    return rules.proposed_month(at.day, more_to_come=db.scalars(comes.limit(1)).first() is not None)


def reminders(db: Session, village: str, *, today: date) -> tuple[PlanStanding, ...]:
    """This month's and the next month's standing, for the desk's one line about each. Cost: 3 queries."""
    this = month_of(today)
    return _standings(db, village, (this, this.after), today)


def month_page(db: Session, village: str, month: Month, *, today: date) -> PlanPage | None:
    """The month's plan of this village; None: no such village.

    Cost: 4 queries, 7 once it was approved, 11 when something is otherwise since.
    """
    township = aliased(Region)
    row = db.execute(
        select(
            Region.code,
            Region.name.label("village"),
            func.coalesce(township.code, "").label("township_code"),
            func.coalesce(township.name, "").label("township"),
            NightSchool.institution_name,
            NightSchool.principal,
            NightSchool.contact_name,
            MonthPlan.id.label("plan"),
            MonthPlan.status,
            MonthPlan.decided_at,
            MonthPlan.submitted_at,
            MonthPlan.announced_at,
            func.coalesce(MonthPlan.note, "").label("note"),
            func.coalesce(MonthPlan.return_reason, "").label("return_reason"),
        )
        .outerjoin(township, township.code == Region.parent_code)
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .outerjoin(MonthPlan, (MonthPlan.region_code == Region.code) & (MonthPlan.month == month.first))
        .where(Region.code == village)
    ).one_or_none()
    if row is None:
        return None
    rows = _rows(db, village, month, today)
    teachers = teachers_of(db, [of.id for of in rows])
    is_approved = row.decided_at is not None and row.status in OPEN
    here = {of.id for of in rows if of.is_here}
    since = since_approvals(db, {row.plan: here}).get(row.plan) if is_approved else None
    lines = [_line(of, teachers[of.id], since) for of in rows]
    own = [line for line, of in zip(lines, rows, strict=True) if of.is_here]
    gone = tuple(line for line, of in zip(lines, rows, strict=True) if not of.is_here and line.is_changed)
    live = [line for line in own if not line.is_called_off]
    found = PlanStanding(
        month=month,
        status=row.status or PlanStatus.DRAFT,
        approves=approves_plans(db, village),
        sessions=len(live),
        drafts=sum(line.status == SessionStatus.DRAFT for line in live),
        changes=sum(line.is_changed for line in own) + len(gone),
        is_over=month.last < today,
    )
    is_announced = found.status == PlanStatus.ANNOUNCED
    return shaped(
        PlanPage,
        row,
        principal=row.principal or row.contact_name or "",
        standing=found,
        lines=tuple(own) if is_announced else tuple(replace(line, is_changed=False) for line in own),
        gone=gone if is_announced else (),
        approved_gone=since.gone if since else (),
        seen=check_code((of.id, of.revision) for of in rows if of.is_here),
    )


def _rows(db: Session, village: str, month: Month, today: date) -> Collection[Any]:
    return db.execute(
        select(
            *LINE,
            ClassSession.revision,
            ClassSession.delivery_mode,
            Venue.kind.label("venue_kind"),
            borne_text(),
            category_word(),
            Course.audience,
            Course.expected,
            case((in_month(month), 1), else_=0).label("is_here"),
            case((_needs_telling(today), 1), else_=0).label("is_changed"),
        )
        .join(Course, Course.id == ClassSession.course_id)
        .join(Category, Category.code == ClassSession.category_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(After, After.id == ClassSession.successor_id)
        .where(ClassSession.region_code == village, concerns(month))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()


def _line(row: Any, teachers: Iterable[Any], since: Since | None) -> PlanLine:
    return shaped(
        PlanLine,
        row,
        slot=Slot(row.day, row.starts, row.ends),
        mode=mode_of(row.delivery_mode, row.venue_kind),
        labels=names_borne(row.borne),
        guests=tuple(Lecturer(one.name, one.unit, one.public_name) for one in teachers),
        moves_to=Moment(row.after_day, row.after_starts) if row.after_day else None,
        told=Moment(row.told_day, row.told_starts) if row.told_day else None,
        is_changed=bool(row.is_changed),
        is_added=since is not None and row.id in since.added,
        approved=since.changed.get(row.id) if since else None,
    )
