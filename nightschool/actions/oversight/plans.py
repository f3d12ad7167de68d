"""The plan of a month: handed in, taken back, approved or returned by the township, and told to the villagers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.revisions import mark_told, remember
from nightschool.actions.records import note
from nightschool.actions.touching import touch_villages
from nightschool.errors import Refused, StaleRecord
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.oversight import plans as queries
from nightschool.queries.oversight.approvals import APPROVAL, plan_facts
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.notices.revisions import unended
from nightschool.rules.oversight.plans import PlanStatus, PlanStep, check_code, check_step
from nightschool.rules.seasons.months import Month, month_of
from nightschool.rules.slots import Now


def submit(db: Session, *, village: str, month: Month, by: Actor, now: Now) -> None:
    """The month's plan waits for the township's word.

    Raises: VillageEnded; Refused as rules.oversight.plans.tell_refused says.
    """
    require(by, "schedule", village)
    plan = _plan(db, village, month)
    check_goes_on(db, [(village, line.day) for line in _lines(db, village, month) if line.status in TO_COME])
    _check(db, PlanStep.SUBMIT, village, month, now.day)
    plan.status, plan.submitted_at, plan.return_reason = PlanStatus.SUBMITTED, now.instant, ""
    _note(db, "plans.submit", plan, by, now)


def withdraw(db: Session, *, village: str, month: Month, by: Actor, now: Now) -> None:
    """The plan is the village's own again, as before it was handed in. Raises: Refused."""
    require(by, "schedule", village)
    plan = _plan(db, village, month)
    _check(db, PlanStep.WITHDRAW, village, month, now.day)
    plan.status = PlanStatus.DRAFT
    _note(db, "plans.withdraw", plan, by, now)


def approve(db: Session, *, village: str, month: Month, seen: str, by: Actor, now: Now) -> None:
    """The village may announce the plan. What was approved is kept, to tell what was added to it later.

    Raises: Refused, with `plan_changed` when its class sessions are not those that were seen.
    """
    require(by, "approve_plans", village)
    plan = _plan(db, village, month)
    _check(db, PlanStep.APPROVE, village, month, now.day)
    lines = _lines(db, village, month)
    _check_seen(lines, seen, month)
    plan.status, plan.decided_at, plan.decided_by = PlanStatus.APPROVED, now.instant, by.account_id
    told = plan_facts(db, [line.id for line in lines])
    approved = [{"id": line.id, **told[line.id]} for line in lines]
    _note(db, APPROVAL, plan, by, now, sessions=len(lines), lines=approved)


def send_back(db: Session, *, village: str, month: Month, reason: str, by: Actor, now: Now) -> None:
    """The plan is the village's again, with the reason why. An approval too can be taken back like this.

    Raises: Refused; no longer once villagers were told.
    """
    require(by, "approve_plans", village)
    plan = _plan(db, village, month)
    _check(db, PlanStep.RETURN, village, month, now.day)
    reason = unended(reason)
    if not reason:
        raise Refused("reason_missing", field="reason")
    plan.status, plan.return_reason = PlanStatus.RETURNED, reason
    plan.decided_at, plan.decided_by = now.instant, by.account_id
    _note(db, "plans.return", plan, by, now)


def announce(db: Session, *, village: str, month: Month, seen: str, by: Actor, now: Now) -> int:
    """Villagers read every class session of the month, and were told of each as it is now: nothing is 变更 any more.

    How many take place in the month comes back. Raises Refused, with `plan_changed` when the class sessions are not
    those that were seen.
    """
    require(by, "schedule", village)
    plan = _plan(db, village, month)
    courses = _unpublished_courses(db, village, month)
    lines = _lines(db, village, month, queries.concerns(month))
    _check(db, PlanStep.ANNOUNCE, village, month, now.day)
    here = [line for line in lines if month_of(line.day) == month]
    _check_seen(here, seen, month)
    drafts = [line for line in here if line.status == SessionStatus.DRAFT]
    check_goes_on(db, [(village, draft.day) for draft in drafts])
    _publish(db, drafts, courses, now)
    remember(db, drafts, now=now)
    plan.status, plan.announced_at = PlanStatus.ANNOUNCED, now.instant
    public = [line for line in lines if line.published_at is not None]
    mark_told(db, public, now)
    touch_villages(db, [village], now=now)
    meeting = sum(line.status not in queries.CALLED_OFF for line in here)
    _note(db, "plans.announce", plan, by, now, sessions=meeting, published=len(drafts))
    return meeting


def keep_note(db: Session, *, village: str, month: Month, note: str, seen: str, by: Actor, now: Now) -> None:
    """The plan has this note. Raises StaleRecord when it has another one by now than the one that was `seen`."""
    require(by, "schedule", village)
    plan = _plan(db, village, month)
    if plan.note not in (seen, note):
        raise StaleRecord("month_plan", 0, plan.version)
    if plan.note != note:
        plan.note = note
        _note(db, "plans.note", plan, by, now)


def _plan(db: Session, village: str, month: Month) -> MonthPlan:
    """The plan's row, locked; made where there was none."""
    wanted = select(MonthPlan).where(MonthPlan.region_code == village, MonthPlan.month == month.first)
    found = db.scalar(wanted.with_for_update())
    if found is not None:
        return found
    made = MonthPlan(region_code=village, month=month.first)
    try:
        with db.begin_nested():
            db.add(made)
    except IntegrityError:  # somebody else has just made it
        return db.scalars(wanted.with_for_update()).one()
    return made


def _check(db: Session, step: PlanStep, village: str, month: Month, today: date) -> None:
    found = queries.plan_standing(db, village, month, today=today)
    check_step(step, found, queries.township_name(db, village))


def _lines(db: Session, village: str, month: Month, which: Any = None) -> list[ClassSession]:
    """The month's class sessions, locked in the order in which everything locks them."""
    wanted = queries.in_month(month) if which is None else which
    rows = db.scalars(
        select(ClassSession)
        .where(ClassSession.region_code == village, wanted)
        .order_by(ClassSession.id)
        .with_for_update()
    )
    return list(rows)


def _check_seen(lines: Iterable[ClassSession], seen: str, month: Month) -> None:
    if check_code((line.id, line.revision) for line in lines) != seen:
        raise Refused("plan_changed", month=month)


def _unpublished_courses(db: Session, village: str, month: Month) -> list[Course]:
    """The courses that are public with this month's drafts; locked before these, as when a course is published."""
    drafts = select(ClassSession.course_id).where(
        ClassSession.region_code == village,
        queries.in_month(month),
        ClassSession.status == SessionStatus.DRAFT,
    )
    rows = db.scalars(
        select(Course)
        .where(Course.id.in_(drafts), Course.published_at.is_(None))
        .order_by(Course.id)
        .with_for_update()
    )
    return list(rows)


def _publish(db: Session, drafts: list[ClassSession], courses: list[Course], now: Now) -> None:
    """These class sessions are public, and so are their courses."""
    for course in courses:
        course.published_at = now.instant
    for draft in drafts:
        draft.status = SessionStatus.SCHEDULED
        draft.published_at = draft.changed_at = now.instant
    db.flush()


def _note(db: Session, action: str, plan: MonthPlan, by: Actor, now: Now, **details: Any) -> None:
    db.flush()
    note(db, plan, action, by=by, now=now, month=plan.month.isoformat(), **details)
