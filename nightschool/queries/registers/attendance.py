"""Registers: who is on one, and what counts now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import Guest, Headcount, Mark, Submission
from nightschool.models.people import Learner
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession, Course, Enrolment, EnrolmentStatus, SessionStatus
from nightschool.models.trust import Account
from nightschool.queries.figures import attendances
from nightschool.queries.people.people import Group, Villager, by_group
from nightschool.queries.people.stays import THERE
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.people.people import household_of
from nightschool.rules.registers.attendance import (
    ATTENDED,
    CAME_IN_PERSON,
    EXCUSED,
    Elsewhere,
    Turnout,
    WrittenGuest,
)
from nightschool.rules.registers.cohorts import CourseKind
from nightschool.rules.slots import Slot


class Membership(StrEnum):
    """Where somebody stood that day: in the cohort, or at an open lecture on the village's roster."""

    IN_CLASS = "in_class"
    JOINED_LATER = "joined_later"  # on it now, but not yet that day
    WAITING = "waiting"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class RegisterPerson(Villager):
    """One learner of the village, and the mark that counts now."""

    status: str | None
    came_instead: str  # of a substitute: who of the family came
    membership: Membership
    family: tuple[str, ...]  # of somebody in a cohort: the others of their household, where that is known

    @property
    def attended(self) -> bool:
        """True when the mark says they were there."""
        return self.status in ATTENDED

    @property
    def excused(self) -> bool:
        """True when they had said they would not come."""
        return self.status == EXCUSED


@dataclass(frozen=True, slots=True)
class SavedBy:
    """Whose sheet it is that counts now, and since when."""

    name: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """One class session with its 人次, whether it is recorded, and the version of its register."""

    day: date
    title: str
    attendances: int
    is_held: bool
    version: int


@dataclass(frozen=True, slots=True)
class Register:
    """One class session with everybody who might have come, and what is recorded of it now.

    `version` is the number of submissions so far: a sheet that was begun on a lower one has not seen the newest.
    """

    class_session: str
    course: str
    is_cohort: bool
    title: str
    region_code: str
    village: str
    day: date
    starts: int
    ends: int
    venue: str
    seats: int | None  # of the venue
    status: str
    version: int
    groups: tuple[Group[RegisterPerson], ...]
    guests: tuple[WrittenGuest, ...]
    turnout: Turnout
    difference_note: str
    saved: SavedBy | None  # None: nothing is recorded, or what was has been voided
    elsewhere: tuple[Elsewhere, ...]

    @property
    def slot(self) -> Slot:
        """When the class meets."""
        return Slot(self.day, self.starts, self.ends)

    @property
    def people(self) -> tuple[RegisterPerson, ...]:
        """Everybody on the roster, in the order shown."""
        return tuple(person for group in self.groups for person in group.people)

    @property
    def expected(self) -> tuple[RegisterPerson, ...]:
        """Whom 全到 means: who was in the cohort that day; at an open lecture who was on the village's roster."""
        return tuple(person for person in self.people if person.membership == Membership.IN_CLASS)

    @property
    def in_class(self) -> tuple[Group[RegisterPerson], ...]:
        """Who was on the roster that day, by group."""
        return self._placed(Membership.IN_CLASS)

    @property
    def joined_later(self) -> tuple[RegisterPerson, ...]:
        """Who is on the roster since: they make this session up, or had come as guests."""
        return tuple(person for person in self.people if person.membership == Membership.JOINED_LATER)

    @property
    def outside(self) -> tuple[Group[RegisterPerson], ...]:
        """The others of the village, by group."""
        return self._placed(Membership.WAITING, Membership.OUTSIDE)

    @property
    def walked_in(self) -> tuple[RegisterPerson, ...]:
        """Learners of the village who came and are not on the cohort's roster."""
        if not self.is_cohort:
            return ()
        return tuple(
            p for p in self.people if p.status in CAME_IN_PERSON and p.membership == Membership.OUTSIDE
        )

    def _placed(self, *places: Membership) -> tuple[Group[RegisterPerson], ...]:
        groups = (
            Group(group.label, tuple(person for person in group.people if person.membership in places))
            for group in self.groups
        )
        return tuple(group for group in groups if group.people)


_ARRIVALS = (
    select(func.count())
    .where(Submission.class_session_id == ClassSession.id)
    .correlate(ClassSession)
    .scalar_subquery()
)
_HELD = select(
    ClassSession.day,
    ClassSession.title,
    attendances(),
    ClassSession.status == SessionStatus.HELD,
    _ARRIVALS,
).where(ClassSession.public_id == bindparam("public_id"))
_VERSION = select(func.count()).where(Submission.class_session_id == bindparam("class_session"))
_SESSION = (
    select(
        ClassSession.id,
        ClassSession.public_id.label("class_session"),
        ClassSession.title,
        ClassSession.region_code,
        ClassSession.day,
        ClassSession.starts,
        ClassSession.ends,
        ClassSession.status,
        ClassSession.venue_id,
        ClassSession.course_id,
        Course.public_id.label("course"),
        (Course.kind == CourseKind.COHORT).label("is_cohort"),
        Region.name.label("village"),
        func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
        Venue.seats,
        _ARRIVALS.label("version"),
    )
    .join(Course, Course.id == ClassSession.course_id)
    .join(Region, Region.code == ClassSession.region_code)
    .outerjoin(Venue, Venue.id == ClassSession.venue_id)
    .where(ClassSession.public_id == bindparam("public_id"))
)
_WANTED = union_all(
    select(THERE.c.person),
    select(Learner.id).where(Learner.region_code == bindparam("village"), Learner.retired_at.is_(None)),
    select(Mark.learner_id).where(Mark.class_session_id == bindparam("class_session")),
)
_PEOPLE = (
    select(
        Learner.public_id,
        Learner.name,
        Learner.search_keys.label("keys"),
        func.coalesce(THERE.c.group_number, Learner.group_number).label("group_number"),
        func.coalesce(THERE.c.group_name, Learner.group_name).label("group_name"),
        Learner.name_key,
        Mark.status,
        func.coalesce(Mark.came_instead, "").label("came_instead"),
        Learner.household,
        Enrolment.status.label("enrolment"),
        Enrolment.enrolled_on,
        Enrolment.left_on,
        THERE.c.person.is_not(None).label("was_there"),
    )
    .outerjoin(THERE, THERE.c.person == Learner.id)
    .outerjoin(Mark, (Mark.learner_id == Learner.id) & (Mark.class_session_id == bindparam("class_session")))
    .outerjoin(Enrolment, (Enrolment.learner_id == Learner.id) & (Enrolment.course_id == bindparam("course")))
    # Who was there that day, who has a mark all the same, and apart from them who came since.
    .where(Learner.id.in_(_WANTED), Learner.merged_into_id.is_(None))
    .order_by(THERE.c.is_merged)
)
_GUESTS = (
    select(Guest.name, Guest.home)
    .where(Guest.class_session_id == bindparam("class_session"), Guest.superseded_by.is_(None))
    .order_by(Guest.id)
)
# Every sheet has a headcount row, a voiding has none.
_COUNTED = (
    select(
        Account.display_name,
        Submission.received_at,
        Submission.difference_note,
        Headcount.unnamed_guests,
        Headcount.total,
        Headcount.women,
        Headcount.over_60,
        Headcount.on_paper,
    )
    .join(Submission, Submission.id == Headcount.submission_id)
    .join(Account, Account.id == Submission.account_id)
    .where(Headcount.class_session_id == bindparam("class_session"), Headcount.superseded_by.is_(None))
)
_Here, _There = aliased(Mark, name="here"), aliased(Mark, name="there")
_ELSEWHERE = (
    select(Learner.name, ClassSession.public_id, ClassSession.title, ClassSession.starts, ClassSession.ends)
    .select_from(_Here)
    .join(_There, _There.learner_id == _Here.learner_id)
    .join(ClassSession, ClassSession.id == _There.class_session_id)
    .join(Learner, Learner.id == _Here.learner_id)
    .where(
        _Here.class_session_id == bindparam("class_session"),
        _There.class_session_id != bindparam("class_session"),
        _Here.status.in_(CAME_IN_PERSON),
        _There.status.in_(CAME_IN_PERSON),
        ClassSession.day == bindparam("day"),
        ClassSession.starts < bindparam("ends"),
        ClassSession.ends > bindparam("starts"),
        # Two classes may share a place, and then somebody may sit in both; an unknown place asks, too.
        or_(ClassSession.venue_id.is_(None), ClassSession.venue_id.is_distinct_from(bindparam("venue"))),
    )
    .order_by(Learner.name_key, ClassSession.starts)
)


def register(db: Session, class_session: str) -> Register | None:
    """The register of a class session, whatever its status; None when there is no such session.

    Cost: 4 queries, 1 more once somebody came.
    """
    found = db.execute(_SESSION, {"public_id": class_session}).one_or_none()
    if found is None:
        return None
    this = {"class_session": found.id}
    people = _people(db, found)
    guests = tuple(WrittenGuest(*row) for row in db.execute(_GUESTS, this))
    counted = db.execute(_COUNTED, this).one_or_none()
    came = sum(person.attended for person in people)
    excused = sum(person.excused for person in people)
    return shaped(
        Register,
        found,
        groups=by_group(people),
        guests=guests,
        turnout=Turnout(came, excused, len(guests), *(counted[3:] if counted else ())),
        difference_note=counted.difference_note if counted else "",
        saved=SavedBy(counted.display_name, counted.received_at) if counted else None,
        elsewhere=_elsewhere(db, found) if came else (),
    )


def held(db: Session, class_session: str) -> Held:
    """How many came to a class session. Cost: 1 query."""
    return Held(*db.execute(_HELD, {"public_id": class_session}).one())


def register_version(db: Session, class_session_id: int) -> int:
    """How many submissions have arrived for this class session."""
    return db.scalar(_VERSION, {"class_session": class_session_id}) or 0


def _people(db: Session, this: Any) -> list[RegisterPerson]:
    values = {
        "class_session": this.id, "course": this.course_id, "village": this.region_code, "day": this.day
    }  # fmt: skip
    rows = list({row.public_id: row for row in reversed(db.execute(_PEOPLE, values).all())}.values())
    families = _families(rows) if this.is_cohort else {}
    return [
        shaped(
            RegisterPerson,
            row,
            membership=_membership(row, this),
            family=tuple(name for name in families.get(household_of(row), ()) if name != row.name),
        )
        for row in rows
    ]


def _elsewhere(db: Session, this: Any) -> tuple[Elsewhere, ...]:
    found = db.execute(_ELSEWHERE, {**this._mapping, "class_session": this.id, "venue": this.venue_id})
    return tuple(Elsewhere(*row) for row in found)


def _membership(row: Any, this: Any) -> Membership:
    if not this.is_cohort:
        return Membership.IN_CLASS if row.was_there or row.status else Membership.JOINED_LATER
    day = this.day
    if row.enrolment is None:
        return Membership.OUTSIDE
    if row.enrolment == EnrolmentStatus.WAITING:
        return Membership.WAITING
    # On the day somebody left they were still in it if they have a mark of that day.
    is_gone = row.left_on is not None and (row.left_on < day or (row.left_on == day and not row.status))
    if row.enrolled_on <= day and not is_gone:
        return Membership.IN_CLASS
    return Membership.JOINED_LATER if row.enrolment == EnrolmentStatus.ENROLLED else Membership.OUTSIDE


def _families(rows: Iterable[Any]) -> dict[tuple[Any, str], list[str]]:
    families = defaultdict(list)
    for row in rows:
        families[household_of(row)].append(row.name)
        if row.household and row.household not in families[household_of(row)]:
            families[household_of(row)].append(row.household)  # the head of it may be no learner
    return {key: list(dict.fromkeys(names)) for key, names in families.items()}
