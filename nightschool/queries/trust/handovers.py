"""A village about to be handed over: who keeps it now, and all that its next coordinator will find. No villager."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.models.trust import Account, Posting
from nightschool.queries.courses import desk
from nightschool.queries.courses.desk import Desk
from nightschool.queries.trust.trust import not_over
from nightschool.rules.access import Role
from nightschool.rules.slots import Moment

MOST_TEACHERS = 40


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Who keeps the village, now or from a day to come."""

    account: str  # public id
    login_name: str
    display_name: str
    title: str
    from_day: date
    to_day: date | None
    postings: tuple[int, ...]
    has_password: bool


@dataclass(frozen=True, slots=True)
class VenueToHand:
    """A place and who holds its key."""

    name: str
    key_holder: str
    directions: str


@dataclass(frozen=True, slots=True)
class TeacherToHand:
    """A teacher who has taught here, and how often."""

    name: str
    unit: str
    times: int
    last: date


@dataclass(frozen=True, slots=True)
class Estate:
    """What stands on the hand-over sheet. Its open tasks are those of the desk."""

    code: str
    village: str
    township: str
    institution_name: str | None
    principal: str
    contact_name: str
    contact_phone: str
    opened_on: date
    coordinators: tuple[Coordinator, ...]
    venues: tuple[VenueToHand, ...]
    teachers: tuple[TeacherToHand, ...]
    desk: Desk


def coordinators(db: Session, village: str, *, today: date) -> tuple[Coordinator, ...]:
    """Who coordinates the village today or later, in the order in which they began. Cost: 1 query."""
    rows = db.execute(
        select(
            Account.public_id,
            Account.login_name,
            Account.display_name,
            Account.password_hash.is_not(None).label("has_password"),
            Posting.id,
            Posting.title,
            Posting.from_day,
            Posting.to_day,
        )
        .join(Posting, Posting.account_id == Account.id)
        .where(
            Posting.region_code == village,
            Posting.role == Role.COORDINATOR,
            not_over(today),
        )
        .order_by(Posting.from_day, Posting.id)
    ).all()
    found: dict[str, Coordinator] = {}
    for row in rows:
        before = found.get(row.public_id)
        found[row.public_id] = Coordinator(
            row.public_id,
            row.login_name,
            row.display_name,
            row.title,
            before.from_day if before else row.from_day,
            row.to_day,
            (*(before.postings if before else ()), row.id),
            row.has_password,
        )
    return tuple(found.values())


def estate(db: Session, village: str, *, at: Moment) -> Estate | None:
    """All of it; None when the village has no night school. Cost: 9 queries, however much there is."""
    township = Region.__table__.alias("township")
    school = db.execute(
        select(
            Region.name.label("village"),
            func.coalesce(township.c.name, "").label("township"),
            NightSchool.institution_name,
            NightSchool.principal,
            NightSchool.contact_name,
            NightSchool.contact_phone,
            NightSchool.opened_on,
        )
        .join(NightSchool, NightSchool.region_code == Region.code)
        .outerjoin(township, township.c.code == Region.parent_code)
        .where(Region.code == village)
    ).one_or_none()
    if school is None:
        return None
    venues = db.execute(
        select(Venue.name, Venue.key_holder, Venue.directions)
        .where(Venue.region_code == village, Venue.retired_at.is_(None))
        .order_by(Venue.id)
    )
    return Estate(
        code=village,
        **school._mapping,
        coordinators=coordinators(db, village, today=at.day),
        venues=tuple(VenueToHand(*row) for row in venues),
        teachers=_teachers(db, village),
        desk=desk.desk(db, village, at=at),
    )


def _teachers(db: Session, village: str) -> tuple[TeacherToHand, ...]:
    """Those who have taught here most come first."""
    times = func.count()
    rows = db.execute(
        select(Teacher.name, Teacher.unit, times, func.max(ClassSession.day))
        .join(ClassSessionTeacher, ClassSessionTeacher.teacher_id == Teacher.id)
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .where(ClassSession.region_code == village, ClassSession.status == SessionStatus.HELD)
        .group_by(Teacher.id, Teacher.name, Teacher.unit)
        .order_by(times.desc(), Teacher.id)
        .limit(MOST_TEACHERS)
    )
    return tuple(TeacherToHand(*row) for row in rows)
