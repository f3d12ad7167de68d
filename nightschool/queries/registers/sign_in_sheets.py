"""Sign-in sheets: what their row numbers mean, and who is on the one that is printed now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import Mark, SignInSheet
from nightschool.models.people import Learner
from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.figures import came_in_person
from nightschool.queries.registers.attendance import Register, RegisterPerson, register
from nightschool.rules.courses.statuses import HOLDING, TO_COME
from nightschool.rules.people.people import group_label
from nightschool.rules.registers.sign_in_sheets import LAST_CLASSES, Comer
from nightschool.rules.seasons.months import Month


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What one row number means: a learner, or a row that was printed blank for who walks in."""

    number: int
    learner: str = ""  # public id; empty: printed blank
    name: str = ""
    group: str = ""
    is_expected: bool = False  # still on the roster of that day


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the rows, beside what the register says of its class session."""

    township: str
    institution_name: str | None
    number: int  # which meeting of its course
    of: int
    teachers: tuple[
        tuple[str, str], ...
    ]  # the name that everybody may read, empty where there is none, and the unit


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """The sign-in sheet of one class session. `rows`: every number that was ever given out, in their order."""

    register: Register
    head: Head
    rows: tuple[SheetRow, ...]

    def row(self, number: int) -> SheetRow | None:
        """What this number means on any sheet of the class session; None: it stands on none."""
        return self.rows[number - 1] if 0 < number <= len(self.rows) else None

    @property
    def printed(self) -> tuple[SheetRow, ...]:
        """The rows of a sheet printed now: who is expected and has a number, each once, and the last blank rows."""
        named = {row.learner: row for row in reversed(self.rows) if row.is_expected}
        last = max((row.number for row in self.rows if row.learner), default=0)
        return tuple(
            row for row in self.rows if (row is named.get(row.learner) if row.learner else row.number > last)
        )

    @property
    def newcomers(self) -> tuple[RegisterPerson, ...]:
        """Who is expected and has no number yet; nobody ever was given one, where nothing was printed."""
        known = {row.learner for row in self.rows}
        return tuple(person for person in self.register.expected if person.public_id not in known)


_Kept, _Township = aliased(Learner, name="kept"), aliased(Region, name="township")
_HEAD = (
    select(
        ClassSession.id,
        ClassSession.course_id,
        _Township.name.label("township"),
        NightSchool.institution_name,
    )
    .join(Region, Region.code == ClassSession.region_code)
    .join(_Township, _Township.code == Region.parent_code)
    .outerjoin(NightSchool, NightSchool.region_code == Region.code)
    .where(ClassSession.public_id == bindparam("class_session"))
)
_MEETINGS = (
    select(ClassSession.id)
    .where(ClassSession.course_id == bindparam("course"), ClassSession.status.in_(HOLDING))
    .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
)
_ROWS = (
    select(SignInSheet.rows)
    .join(ClassSession, ClassSession.id == SignInSheet.class_session_id)
    .where(ClassSession.public_id == bindparam("class_session"))
)
_NAMES = (
    select(Learner.id, _Kept.public_id, _Kept.name, _Kept.group_name)
    .join(_Kept, _Kept.id == func.coalesce(Learner.merged_into_id, Learner.id))
    .where(Learner.id.in_(bindparam("learners", expanding=True)))
)
_IDS = select(Learner.id, Learner.public_id).where(
    Learner.public_id.in_(bindparam("learners", expanding=True))
)


def sheet(db: Session, class_session: str) -> PrintedSheet | None:
    """The sheet of a class session, with no rows while none was printed; None when there is no such session.

    Cost: that of its register, and 5 queries.
    """
    found = register(db, class_session)
    if found is None:
        return None
    return PrintedSheet(found, _head(db, class_session), sheet_rows(db, found))


def sheet_rows(db: Session, found: Register) -> tuple[SheetRow, ...]:
    """What the row numbers mean that were given out for this register. Cost: 1 query, 2 once there are any."""
    stored = db.scalar(_ROWS, {"class_session": found.class_session})
    if not stored:
        return ()
    names = {row.id: row for row in db.execute(_NAMES, {"learners": [one for one in stored if one]})}
    groups = {person.public_id: group.label for group in found.groups for person in group.people}
    expected = {person.public_id for person in found.expected}

    def row(number: int, learner: int | None) -> SheetRow:
        if learner is None:
            return SheetRow(number)
        one = names[learner]
        group = groups.get(one.public_id) or group_label(one.group_name)
        return SheetRow(number, one.public_id, one.name, group, one.public_id in expected)

    return tuple(row(number, learner) for number, learner in enumerate(stored, start=1))


def sheets_to_come(db: Session, village: str, month: Month, *, today: date) -> tuple[PrintedSheet, ...]:
    """The sheets of the village's class sessions that are still to be held in this month, by day and time.

    Cost: 1 query, and that of `sheet` for each.
    """
    these = db.scalars(
        select(ClassSession.public_id)
        .where(
            ClassSession.region_code == village,
            ClassSession.day.between(max(month.first, today), month.last),
            ClassSession.status.in_(TO_COME),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    return tuple(found for one in these if (found := sheet(db, one)))


def _head(db: Session, class_session: str) -> Head:
    found = db.execute(_HEAD, {"class_session": class_session}).one()
    meetings = list(db.scalars(_MEETINGS, {"course": found.course_id}))
    number = meetings.index(found.id) + 1 if found.id in meetings else 0
    teachers = teachers_of(db, [found.id])[found.id]
    told = tuple((teacher.public_name, teacher.unit) for teacher in teachers)
    return Head(found.township, found.institution_name, number, len(meetings), told)


def row_numbers(rows: Iterable[SheetRow]) -> dict[str, int]:
    """Learner's public id -> the row they are printed in, the first where they had several."""
    return {row.learner: row.number for row in reversed(tuple(rows)) if row.learner}


def comers(db: Session, class_session: str) -> tuple[list[Comer], int]:
    """Who is expected at a class session, each with how many of its last classes they came to; and how many these are.

    The last classes of a cohort are its own, of an open lecture those of the village. Cost: that of its register, and
    3 queries.
    """
    found = register(db, class_session)
    if found is None:
        return [], 0
    people = found.expected
    ids = {
        row.public_id: row.id
        for row in db.execute(_IDS, {"learners": [person.public_id for person in people]})
    }
    last = _last_classes(db, found)
    rows = db.execute(
        select(Mark.learner_id, func.count())
        .where(Mark.class_session_id.in_(last), came_in_person())
        .group_by(Mark.learner_id)
    )
    came = {row[0]: row[1] for row in rows}
    numbers = [ids[one.public_id] for one in people]
    found_comers = [
        Comer(number, one.group_order, one.name_key, came.get(number, 0))
        for number, one in zip(numbers, people, strict=True)
    ]
    return found_comers, len(last)


def _last_classes(db: Session, found: Register) -> list[Any]:
    held = select(ClassSession.id).where(
        ClassSession.region_code == found.region_code,
        ClassSession.status == SessionStatus.HELD,
        ClassSession.day < found.day,
    )
    if found.is_cohort:
        this = aliased(ClassSession)
        course = select(this.course_id).where(this.public_id == found.class_session).scalar_subquery()
        held = held.where(ClassSession.course_id == course)
    latest = (ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    return list(db.scalars(held.order_by(*latest).limit(LAST_CLASSES)))
