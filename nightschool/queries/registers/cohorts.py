"""Cohorts: who is on a roster, who waits, and how far everybody is from graduating."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.places import Region
from nightschool.models.teaching import (
    ClassSession,
    Course,
    Enrolment,
    EnrolmentStatus,
    SessionStatus,
)
from nightschool.queries.figures import attendances
from nightschool.queries.people.people import VILLAGER, Group, Villager, by_group
from nightschool.queries.records import shaped
from nightschool.queries.registers.seats import count_of, is_away, left_on, standing
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.people.people import group_label, group_order
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.registers.graduation import (
    Basis,
    CohortSessions,
    GraduationProgress,
    GraduationRule,
    progress_of,
)
from nightschool.rules.slots import Moment, Slot

# Whether somebody is in a cohort, waits or has left stands in the enrolment; these have none.
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class Cohort:
    """A course as far as it is a cohort, and how many people (人数) are in it."""

    public_id: str
    title: str
    region_code: str
    village: str
    kind: str
    capacity: int | None
    basis: str
    percent: int
    last_day: date | None  # of the last class session that is not called off
    enrolled: int
    waiting: int
    version: int

    @property
    def is_cohort(self) -> bool:
        """True when it has a roster."""
        return self.kind == CourseKind.COHORT

    @property
    def rule(self) -> GraduationRule:
        """What it takes to graduate."""
        return GraduationRule(Basis(self.basis), self.percent)

    @property
    def free(self) -> int:
        """Places that nobody has; 0 when it is full or when nobody limits it."""
        return 0 if self.capacity is None else max(0, self.capacity - self.enrolled)

    @property
    def beyond(self) -> int:
        """How many are in it beyond its capacity."""
        return 0 if self.capacity is None else max(0, self.enrolled - self.capacity)

    def is_over(self, today: date) -> bool:
        """True when its last class session is past, or there is none."""
        return self.last_day is None or self.last_day < today


@dataclass(frozen=True, slots=True)
class RosterPerson(Villager):
    """One learner of the village beside a cohort's roster."""

    status: str  # of the enrolment, or OUTSIDE
    source: str
    proxy_name: str
    enrolled_on: date | None
    left_on: date | None
    asked_at: datetime | None
    is_away: bool  # put away, or of another village by now: back in it only once they are back


@dataclass(frozen=True, slots=True)
class Roster:
    """A cohort with everybody of the village: in it, waiting in the order of asking, left, and the others."""

    cohort: Cohort
    enrolled: tuple[Group[RosterPerson], ...]
    waiting: tuple[RosterPerson, ...]
    left: tuple[RosterPerson, ...]
    outside: tuple[Group[RosterPerson], ...]  # who may still be enrolled; who left may too
    groups: tuple[str, ...]  # names of the village's groups, to choose from


@dataclass(frozen=True, slots=True)
class GraduationLine:
    """One learner of a cohort and how they stand. `left_on`: they are in it no more."""

    public_id: str
    name: str
    group: str
    enrolled_on: date
    left_on: date | None
    progress: GraduationProgress


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A class session that is over and that nobody has recorded: it counts neither way yet."""

    public_id: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class Graduation:
    """A cohort by now: its sessions, and how everybody in it stands."""

    cohort: Cohort
    held: int
    held_minutes: int
    coming: int
    coming_minutes: int
    attendances: int  # 人次 of the sessions held, guests included, as everywhere
    unrecorded: tuple[Unrecorded, ...]
    lines: tuple[GraduationLine, ...]
    left: tuple[GraduationLine, ...]  # who had sat through something before

    @property
    def graduates(self) -> int:
        """How many people (人数) graduate by now."""
        return sum(line.progress.graduates for line in self.lines)


def last_day_of(db: Session, course_id: int) -> date | None:
    """The day of the course's last class session that is not called off."""
    found: date | None = db.scalar(_last_day().where(ClassSession.course_id == course_id))
    return found


def cohort(db: Session, course: str) -> Cohort | None:
    """A course as far as it is a cohort; None when there is no such course. Cost: 1 query."""
    row = db.execute(_COHORT, {"course": course}).one_or_none()
    return shaped(Cohort, row) if row else None


def roster(db: Session, course: str) -> Roster | None:
    """The roster of a cohort; None when there is no such course. Cost: 2 queries."""
    row = db.execute(_COHORT, {"course": course}).one_or_none()
    if row is None:
        return None
    people = _people(db, row.id, row.region_code)
    by_status: dict[str, list[RosterPerson]] = defaultdict(list)
    for person in people:
        by_status[person.status].append(person)
    waiting = sorted(by_status[EnrolmentStatus.WAITING], key=lambda one: str(one.asked_at))
    outside = [one for one in people if one.status in (OUTSIDE, EnrolmentStatus.LEFT) and not one.is_away]
    return Roster(
        cohort=shaped(Cohort, row),
        enrolled=by_group(by_status[EnrolmentStatus.ENROLLED]),
        waiting=tuple(waiting),
        left=tuple(by_status[EnrolmentStatus.LEFT]),
        outside=by_group(outside),
        groups=tuple(
            dict.fromkeys(one.group_name for one in sorted(people, key=lambda one: one.group_order))
        ),
    )


def graduation(db: Session, course: str, *, at: Moment, by_name: bool = False) -> Graduation | None:
    """How everybody in a cohort stands by now, sorted by group or by name; None when there is none. Cost: 4 queries."""
    row = db.execute(_COHORT, {"course": course}).one_or_none()
    if row is None:
        return None
    sessions = db.execute(
        select(
            ClassSession.id,
            ClassSession.public_id,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            attendances().label("attendances"),
        )
        .where(ClassSession.course_id == row.id, ClassSession.status.in_(HOLDING))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    held = {one.id: one.ends - one.starts for one in sessions if one.status == SessionStatus.HELD}
    not_yet = [one for one in sessions if one.status != SessionStatus.HELD]
    slots = {one.id: Slot(one.day, one.starts, one.ends) for one in not_yet}
    coming = {one.id: one.ends - one.starts for one in not_yet if slots[one.id].finishes > at}
    found = shaped(Cohort, row)
    lines = _graduation_lines(db, row.id, found.rule, CohortSessions(held, coming), by_name=by_name)
    return Graduation(
        cohort=found,
        held=len(held),
        held_minutes=sum(held.values()),
        coming=len(coming),
        coming_minutes=sum(coming.values()),
        attendances=sum(one.attendances or 0 for one in sessions if one.status == SessionStatus.HELD),
        unrecorded=tuple(
            Unrecorded(one.public_id, slots[one.id])
            for one in not_yet
            if one.id not in coming and one.status == SessionStatus.SCHEDULED
        ),
        lines=tuple(line for line in lines if line.left_on is None),
        left=tuple(line for line in lines if line.left_on is not None and line.progress.sessions),
    )


def _last_day() -> Any:
    return select(func.max(ClassSession.day)).where(ClassSession.status.in_(HOLDING))


_COHORT = (
    select(
        Course.id,
        Course.public_id,
        Course.title,
        Course.region_code,
        Course.kind,
        Course.capacity,
        Course.graduation_basis.label("basis"),
        Course.graduation_percent.label("percent"),
        Course.version,
        Region.name.label("village"),
        _last_day()
        .where(ClassSession.course_id == Course.id)
        .correlate(Course)
        .scalar_subquery()
        .label("last_day"),
        count_of(EnrolmentStatus.ENROLLED).label("enrolled"),
        count_of(EnrolmentStatus.WAITING).label("waiting"),
    )
    .join(Region, Region.code == Course.region_code)
    .where(Course.public_id == bindparam("course"))
)


def _people(db: Session, course_id: int, region_code: str) -> list[RosterPerson]:
    """Everybody of the village who is on its roster or in the cohort, in the order in which they enrolled."""
    living = select(Learner.id).where(Learner.region_code == region_code, Learner.retired_at.is_(None))
    seated = select(Enrolment.learner_id).where(
        Enrolment.course_id == course_id, Enrolment.status != EnrolmentStatus.LEFT
    )
    rows: Any = db.execute(
        select(
            *VILLAGER,
            case((Enrolment.id.is_(None), OUTSIDE), else_=standing()),
            func.coalesce(Enrolment.source, ""),
            func.coalesce(Enrolment.proxy_name, ""),
            Enrolment.enrolled_on,
            left_on(),
            Enrolment.asked_at,
            is_away(),
        )
        .select_from(Learner)
        .join(Course, Course.id == course_id)
        .outerjoin(Enrolment, (Enrolment.learner_id == Learner.id) & (Enrolment.course_id == course_id))
        .where(Learner.id.in_(union_all(living, seated)), Learner.merged_into_id.is_(None))
        .order_by(Enrolment.id)  # of those who asked in one go, the one named first waits first
    )
    return [RosterPerson(*row) for row in rows]


def _graduation_lines(
    db: Session, course_id: int, rule: GraduationRule, by_now: CohortSessions, *, by_name: bool
) -> list[GraduationLine]:
    marks: dict[int, dict[int, str]] = defaultdict(dict)
    for mark in db.execute(
        select(Mark.learner_id, Mark.class_session_id, Mark.status)
        .join(ClassSession, ClassSession.id == Mark.class_session_id)
        .where(ClassSession.course_id == course_id, ClassSession.status == SessionStatus.HELD)
    ):
        marks[mark.learner_id][mark.class_session_id] = mark.status
    rows = db.execute(
        select(
            Learner.id,
            Learner.public_id,
            Learner.name,
            Learner.group_name,
            Learner.group_number,
            Learner.name_key,
            Enrolment.enrolled_on,
            left_on().label("left_on"),
        )
        .join(Enrolment, Enrolment.learner_id == Learner.id)
        .join(Course, Course.id == Enrolment.course_id)
        .where(Enrolment.course_id == course_id, Enrolment.status != EnrolmentStatus.WAITING)
    ).all()
    if by_name:
        ordered = sorted(rows, key=lambda row: (row.name_key, row.public_id))
    else:
        ordered = sorted(
            rows, key=lambda row: (group_order(row.group_number, row.group_name), row.name_key, row.public_id)
        )
    return [
        shaped(
            GraduationLine,
            row,
            group=group_label(row.group_name),
            progress=progress_of(rule, by_now, marks[row.id]),
        )
        for row in ordered
    ]
