"""A village's school with all that belongs to it: who runs it, where, what was taught, and its checklist."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import Category, ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.models.trust import Account, Posting
from nightschool.queries.figures import attendances, people_of
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import can_meet_at, venue_name
from nightschool.queries.trust.trust import in_force
from nightschool.rules.access import Role
from nightschool.rules.places.checklist import Part, SchoolFacts, checklist, teachers_since
from nightschool.texts import SOURCE_LANGUAGE, language


@dataclass(frozen=True, slots=True)
class SchoolVenue:
    """One venue of the school."""

    public_id: str
    name: str
    area_m2: int | None
    is_usual: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class Taught:
    """What was held of one category this year."""

    category: str
    sessions: int  # 场次
    attendances: int  # 人次


@dataclass(frozen=True, slots=True)
class Year:
    """What was held this year."""

    year: int
    categories: tuple[Taught, ...]
    sessions: int  # 场次
    attendances: int  # 人次
    people: int  # 人数: learners of the roster, each counted once


@dataclass(frozen=True, slots=True)
class WholeSchool:
    """One school."""

    village: str
    institution_name: str
    principal: str
    contact_name: str
    contact_phone: str
    opened_on: date
    coordinators: tuple[tuple[str, str], ...]  # (name, title)
    venues: tuple[SchoolVenue, ...]
    learners: int
    own_teachers: int
    year: Year
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class SchoolRecord:
    """The school of a village as its form shows it."""

    region_code: str
    village: str
    institution_name: str
    principal: str
    contact_name: str
    contact_phone: str
    usual_venue: str  # public id; empty: none
    opened_on: date
    households: int | None
    equipment: tuple[str, ...]  # ticked items of rules.places.checklist
    version: int


def school(db: Session, village: str, *, today: date) -> WholeSchool | None:
    """The village's school; None when it has none. Cost: 8 queries, however much there is."""
    row = db.execute(
        select(NightSchool.__table__, Region.name.label("village"))
        .join(Region, Region.code == NightSchool.region_code)
        .where(NightSchool.region_code == village)
    ).one_or_none()
    if row is None:
        return None
    places = _venues(db, village, row.usual_venue_id)
    coordinators = _coordinators(db, village, today)
    own, active = _teachers(db, village, today)
    counts = db.execute(
        select(
            select(func.count())
            .select_from(Learner)
            .where(Learner.region_code == village, Learner.retired_at.is_(None))
            .scalar_subquery()
            .label("learners"),
            select(func.max(ClassSession.day))
            .where(ClassSession.region_code == village, ClassSession.status == SessionStatus.HELD)
            .scalar_subquery()
            .label("last_held"),
        )
    ).one()
    facts = SchoolFacts(
        venues=len(places),
        largest_m2=max((place.area_m2 for place in places if place.area_m2), default=None),
        coordinators=len(coordinators),
        teachers=active,
        last_held=counts.last_held,
        ticked=frozenset(code for code, is_there in row.equipment.items() if is_there),
    )
    return shaped(
        WholeSchool,
        row,
        institution_name=row.institution_name or "",
        coordinators=coordinators,
        venues=places,
        learners=counts.learners,
        own_teachers=own,
        year=_year(db, village, today),
        parts=checklist(facts, today=today),
    )


def school_record(db: Session, village: str) -> SchoolRecord | None:
    """The village's school for its form; None when it has none. Cost: 1 query."""
    row = db.execute(
        select(NightSchool.__table__, Region.name.label("village"), Venue.public_id.label("usual_venue"))
        .join(Region, Region.code == NightSchool.region_code)
        .outerjoin(
            Venue,
            (Venue.id == NightSchool.usual_venue_id) & Venue.retired_at.is_(None) & can_meet_at(village),
        )
        .where(NightSchool.region_code == village)
    ).one_or_none()
    if row is None:
        return None
    return shaped(
        SchoolRecord,
        row,
        institution_name=row.institution_name or "",
        usual_venue=row.usual_venue or "",
        equipment=tuple(code for code, is_there in row.equipment.items() if is_there),
    )


def _venues(db: Session, village: str, usual: int | None) -> tuple[SchoolVenue, ...]:
    rows = db.execute(
        select(Venue.id, Venue.public_id, venue_name(village).label("name"), Venue.area_m2, Venue.region_code)
        .where(
            or_(Venue.region_code == village, can_meet_at(village) & (Venue.id == usual)),
            Venue.retired_at.is_(None),
        )
        .order_by(Venue.id)
    )
    places = [
        SchoolVenue(row.public_id, row.name, row.area_m2, row.id == usual, row.region_code == village)
        for row in rows
    ]
    return tuple(sorted(places, key=lambda place: not place.is_usual))


def _coordinators(db: Session, village: str, today: date) -> tuple[tuple[str, str], ...]:
    rows = db.execute(
        select(Account.display_name, Posting.title)
        .join(Posting, Posting.account_id == Account.id)
        .where(
            Posting.region_code == village,
            Posting.role == Role.COORDINATOR,
            in_force(today),
            Account.disabled_at.is_(None),
        )
        .order_by(Posting.from_day, Posting.id)
    )
    return tuple((row.display_name, row.title) for row in rows)


def _teachers(db: Session, village: str, today: date) -> tuple[int, int]:
    """How many are kept here and on the list; and how many there are with those who taught here within a year."""
    taught = (
        select(ClassSessionTeacher.teacher_id)
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .where(
            ClassSession.region_code == village,
            ClassSession.status == SessionStatus.HELD,
            ClassSession.day.between(teachers_since(today), today),
        )
    )
    own = Teacher.region_code == village
    statement = select(func.coalesce(func.sum(case((own, 1), else_=0)), 0), func.count()).where(
        Teacher.retired_at.is_(None), or_(own, Teacher.id.in_(taught))
    )
    row = db.execute(statement).one()
    return int(row[0]), int(row[1])


def _year(db: Session, village: str, today: date) -> Year:
    held = (
        (ClassSession.region_code == village)
        & (ClassSession.status == SessionStatus.HELD)
        & ClassSession.day.between(date(today.year, 1, 1), today)
    )
    found = select(ClassSession.category_code, attendances().label("attendances")).where(held).subquery()
    rows = db.execute(
        select(
            Category.name,
            Category.name_en,
            func.count(found.c.category_code),
            func.coalesce(func.sum(found.c.attendances), 0),
        )
        .outerjoin(found, found.c.category_code == Category.code)
        .group_by(Category.code, Category.name, Category.name_en, Category.position)
        .order_by(Category.position)
    )
    is_chinese = language() == SOURCE_LANGUAGE
    categories = tuple(
        Taught(name if is_chinese else name_en, sessions, int(came)) for name, name_en, sessions, came in rows
    )
    return Year(
        today.year,
        categories,
        sum(one.sessions for one in categories),
        sum(one.attendances for one in categories),
        people_of(db, held),
    )
