"""Two records that may be one person: who comes into question, both side by side, and what was put together already."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner, PersonKind, PersonMerge, Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import (
    Booking,
    ClassSession,
    ClassSessionTeacher,
    CourseTeacher,
    Enrolment,
    SessionStatus,
)
from nightschool.models.trust import Account
from nightschool.queries import phones
from nightschool.queries.figures import came
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.rules.names import compared, finder, search_keys
from nightschool.rules.people.merges import (
    FIELDS,
    UNDO_FOR,
    KnownLesson,
    Overlap,
    Traits,
    contradictions,
    gaps,
    is_candidate,
    likenesses,
    tell_field,
    undo_until,
)
from nightschool.rules.regions import ancestors_of
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Now, Slot

PEOPLE: dict[str, Any] = {PersonKind.LEARNER: Learner, PersonKind.TEACHER: Teacher}
_MOST_CANDIDATES = 10
_MOST_FOUND = 30


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows that stand behind a person, at most one for each class session or course."""

    name: str
    table: Any
    of: Any  # column: the class session or course
    person: Any  # column


# Of each kind of person what there is by class session, and what by course.
BEHIND: dict[str, tuple[Behind, Behind]] = {
    PersonKind.LEARNER: (
        Behind("marks", Mark, Mark.class_session_id, Mark.learner_id),
        Behind("enrolments", Enrolment, Enrolment.course_id, Enrolment.learner_id),
    ),
    PersonKind.TEACHER: (
        Behind(
            "lessons",
            ClassSessionTeacher,
            ClassSessionTeacher.class_session_id,
            ClassSessionTeacher.teacher_id,
        ),
        Behind("courses", CourseTeacher, CourseTeacher.course_id, CourseTeacher.teacher_id),
    ),
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of two records: what is written in it, a phone masked, and what it has behind it."""

    public_id: str
    name: str
    region_code: str
    region: str
    shown: dict[str, str]  # field name -> what stands there, in words
    sessions: int  # attended by a learner, held by a teacher
    last: date | None
    version: int
    is_retired: bool
    is_merged: bool
    id: int
    alike: tuple[str, ...]  # in what the record it is set beside is like it: codes of LIKENESSES


@dataclass(frozen=True, slots=True)
class SameAs:
    """A record, and the others it could be the same person as."""

    side: Side
    candidates: tuple[Side, ...]
    found: tuple[Side, ...]  # those that were looked for


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records side by side, and what would come of putting them together."""

    kept: Side
    merged: Side
    fills: tuple[str, ...]  # fields of the kept record that are filled from the other
    differ: tuple[str, ...]  # fields in which both say something, and not the same
    sessions: int  # class sessions that would go over to the kept record
    both_sessions: int  # of those, the ones where both stand
    courses: int
    overlap: Overlap | None


@dataclass(frozen=True, slots=True)
class MergedPair:
    """Two records that were put together, while they still are."""

    merged: str  # public ids
    merged_name: str
    kept: str
    kept_name: str
    kept_region: str
    region_code: str  # where the merged record is kept
    merged_at: datetime
    by: str
    waits: bool  # the kept record was merged once more since, which is to be taken back first

    @property
    def until(self) -> datetime:
        """When it can no longer be taken back."""
        return undo_until(self.merged_at)


def same_as(db: Session, kind: str, public_id: str, *, query: str = "", below: bool = False) -> SameAs | None:
    """The record, who it could be, and who was looked for; None when there is no such record. Cost: at most 5 queries.

    Teachers come from where this one can be called on, and with `below` from the regions inside its own too.
    """
    record = db.execute(_rows(kind, PEOPLE[kind].public_id == public_id)).one_or_none()
    if record is None:
        return None
    if kind == PersonKind.LEARNER:
        rows, sought = _learners(db, record, query)
    else:
        rows, sought = _teachers(db, record, query, below=below)
    mine = _traits(db, kind, record)
    alike = {row.id: found for row in rows if is_candidate(found := likenesses(mine, _traits(db, kind, row)))}
    likely = sorted((row for row in rows if row.id in alike), key=lambda row: _rank(alike[row.id], row))
    sought = sorted(sought, key=lambda row: (row.name_key, row.public_id))
    shown = (likely[:_MOST_CANDIDATES], sought[:_MOST_FOUND])
    history = _histories(db, kind, {record.id, *(row.id for part in shown for row in part)})
    candidates, found_ones = (
        tuple(_side(db, kind, row, history, alike.get(row.id, ())) for row in part) for part in shown
    )
    return SameAs(_side(db, kind, record, history), candidates, found_ones)


def comparison(db: Session, kind: str, kept: str, merged: str, *, fills: bool = True) -> Comparison | None:
    """The two side by side; None when one of them is not there. Cost: at most 6 queries."""
    which = PEOPLE[kind].public_id.in_((kept, merged))
    rows = {row.public_id: row for row in db.execute(_rows(kind, which))}
    if len(rows) != 2:
        return None
    one, other = rows[kept], rows[merged]
    history = _histories(db, kind, {one.id, other.id})
    values, others = values_of(db, kind, one), values_of(db, kind, other)
    sessions, courses = (pairs(db, behind, one.id, other.id) for behind in BEHIND[kind])
    is_teacher = kind == PersonKind.TEACHER
    return Comparison(
        kept=_side(db, kind, one, history),
        merged=_side(db, kind, other, history),
        fills=gaps(values, others) if fills else (),
        differ=contradictions(values, others),
        sessions=len(sessions),
        both_sessions=sum(held is not None for held, _theirs in sessions),
        courses=len(courses),
        overlap=overlap(db, one.id, other.id, for_region=other.region_code) if is_teacher else None,
    )


def values_of(db: Session, kind: str, record: Any) -> dict[str, Any]:
    """What stands in the fields that are compared; the phone in full, so never for a page."""
    phone = phones.in_full(db, kind, record.public_id, record.phone)
    return {name: phone if name == "phone" else getattr(record, name) for name in FIELDS[kind]}


def pairs(db: Session, behind: Behind, kept: int, merged: int) -> tuple[tuple[Any, Any], ...]:
    """Every row behind the merged record, and before it the kept record's of the same, or None. Cost: 2 queries."""
    rows = select(behind.table.__table__).order_by(behind.of)
    theirs = db.execute(rows.where(behind.person == merged)).all()
    mine = {getattr(row, behind.of.key): row for row in db.execute(rows.where(behind.person == kept))}
    return tuple((mine.get(getattr(row, behind.of.key)), row) for row in theirs)


def overlap(db: Session, kept: int, merged: int, *, for_region: str) -> Overlap | None:
    """The first two class sessions, one of each teacher, at one time; None when there are none. Cost: 1 query."""
    mine, theirs = aliased(Booking), aliased(Booking)
    here, there = aliased(ClassSession), aliased(ClassSession)
    home, away = aliased(Region), aliased(Region)
    row = db.execute(
        select(*_elsewhere_columns(here, home), *_elsewhere_columns(there, away))
        .select_from(theirs)
        .join(
            mine,
            (mine.resource_kind == ResourceKind.TEACHER)
            & (mine.resource_id == kept)
            & (mine.day == theirs.day)
            & (mine.starts < theirs.ends)
            & (theirs.starts < mine.ends)
            & (mine.class_session_id != theirs.class_session_id),
        )
        .join(here, here.id == mine.class_session_id)
        .join(there, there.id == theirs.class_session_id)
        .join(home, home.code == here.region_code)
        .join(away, away.code == there.region_code)
        .where(theirs.resource_kind == ResourceKind.TEACHER, theirs.resource_id == merged)
        .order_by(theirs.day.desc(), theirs.starts, mine.starts)
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    half = len(row) // 2
    return Overlap(*(_elsewhere(*part, for_region=for_region) for part in (row[:half], row[half:])))


def merge_of(db: Session, kind: str, merged: str) -> MergedPair | None:
    """The merge by which this record went into another, while it stands. Cost: 1 query."""
    gone = aliased(PEOPLE[kind])
    return next(iter(_merged_pairs(db, kind, gone, gone.public_id == merged)), None)


def undoable_merges(db: Session, kind: str, kept: str, *, now: Now) -> tuple[MergedPair, ...]:
    """What was put into this record and can still be taken back, the latest first. Cost: 1 query."""
    found = _merged_pairs(db, kind, aliased(PEOPLE[kind]), PEOPLE[kind].public_id == kept)
    return tuple(pair for pair in found if now.is_within(UNDO_FOR, pair.merged_at) and not pair.waits)


def later_merge(kind: str, merge_id: Any, kept_id: Any) -> Select[int]:
    """What the record that was kept by a merge has to do with since; to be asked of columns or of values."""
    later = aliased(PersonMerge)
    return select(later.id).where(
        later.kind == kind,
        later.id > merge_id,
        later.undone_at.is_(None),
        (later.kept_id == kept_id) | (later.merged_id == kept_id),
    )


def _merged_pairs(db: Session, kind: str, gone: Any, which: ColumnElement[bool]) -> list[MergedPair]:
    table = PEOPLE[kind]
    rows = db.execute(
        select(
            gone.public_id,
            gone.name,
            table.public_id,
            table.name,
            table.region_code,
            gone.region_code,
            PersonMerge.merged_at,
            func.coalesce(Account.display_name, ""),
            later_merge(kind, PersonMerge.id, PersonMerge.kept_id).exists(),
        )
        .select_from(PersonMerge)
        .join(gone, gone.id == PersonMerge.merged_id)
        .join(table, table.id == PersonMerge.kept_id)
        .outerjoin(Account, Account.id == PersonMerge.account_id)
        .where(PersonMerge.kind == kind, PersonMerge.undone_at.is_(None), which)
        .order_by(PersonMerge.id.desc())
    )
    return [MergedPair(*row) for row in rows]


def _rows(kind: str, *which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    table = PEOPLE[kind]
    columns = select(table.__table__, Region.name.label("region"))
    return columns.join(Region, Region.code == table.region_code).where(*which)


def _learners(db: Session, record: Any, query: str) -> tuple[Sequence[Any], Sequence[Any]]:
    """The others of the village, all of whom may be alike, and those of them that were looked for."""
    others = db.execute(
        _rows(
            PersonKind.LEARNER,
            Learner.region_code == record.region_code,
            Learner.merged_into_id.is_(None),
            Learner.id != record.id,
        )
    ).all()
    fits = finder(query)
    return others, [row for row in others if query and fits(row.name, row.search_keys)]


def _teachers(db: Session, record: Any, query: str, *, below: bool) -> tuple[Sequence[Any], Sequence[Any]]:
    """Those whose name sounds alike, and those that were looked for."""
    region = record.region_code
    within: ColumnElement[bool] = Teacher.region_code.in_((region, *ancestors_of(region)))
    if below:
        within = or_(within, inside(Teacher.region_code, region))
    others = _rows(
        PersonKind.TEACHER, within, Teacher.merged_into_id.is_(None), Teacher.id != record.id
    ).limit(_MOST_FOUND)
    keys = literal(" ") + Teacher.search_keys + literal(" ")
    sounds = (
        keys.contains(f" {sound} ")
        for sound in sorted(_whole_readings(search_keys(record.name), record.name))
    )
    alike = db.execute(others.where(or_(Teacher.name_key == record.name_key, *sounds))).all()
    if not query:
        return alike, ()
    fits = finder(query)
    named = db.execute(others.with_only_columns(Teacher.id, Teacher.name, Teacher.search_keys).limit(None))
    found = [row.id for row in named if fits(row.name, row.search_keys)][:_MOST_FOUND]
    return alike, db.execute(others.where(Teacher.id.in_(found)).order_by(Teacher.id)).all()


def _whole_readings(keys: Iterable[str], name: str) -> frozenset[str]:
    """Those longer than the name; initials alone are shared by too many."""
    return frozenset(key for key in keys if len(key) > len(name))


def _traits(db: Session, kind: str, row: Any) -> Traits:
    sounds = _whole_readings(row.search_keys.split() or search_keys(row.name), row.name)
    phone = phones.in_full(db, kind, row.public_id, row.phone)
    if kind == PersonKind.TEACHER:
        return Traits(row.name, sounds, phone=phone)
    group = str(row.group_number) if row.group_number else compared(row.group_name)
    return Traits(row.name, sounds, group, row.household, row.birth_year, phone)


def _rank(alike: tuple[str, ...], row: Any) -> tuple[Any, ...]:
    strong = [code in alike for code in ("same_phone", "same_name", "same_sound")]
    return (*(not one for one in strong), -len(alike), row.name_key, row.public_id)


def _side(
    db: Session, kind: str, row: Any, history: dict[int, tuple[int, date]], alike: tuple[str, ...] = ()
) -> Side:
    values = values_of(db, kind, row)
    sessions, last = history.get(row.id, (0, None))
    return shaped(
        Side,
        row,
        shown={name: tell_field(name, value) for name, value in values.items() if value not in (None, "")},
        sessions=sessions,
        last=last,
        is_retired=row.retired_at is not None,
        is_merged=row.merged_into_id is not None,
        alike=alike,
    )


def _histories(db: Session, kind: str, ids: Collection[int]) -> dict[int, tuple[int, date]]:
    """How many sessions each has attended, or held, and when the last was."""
    behind, _by_course = BEHIND[kind]
    counts = came() if kind == PersonKind.LEARNER else ClassSession.status == SessionStatus.HELD
    statement = select(behind.person, func.count(), func.max(ClassSession.day)).join(
        ClassSession, ClassSession.id == behind.of
    )
    rows = db.execute(statement.where(behind.person.in_(ids), counts).group_by(behind.person))
    return {row[0]: (row[1], row[2]) for row in rows}


def _elsewhere_columns(of: Any, region: Any) -> tuple[Any, ...]:
    return of.day, of.starts, of.ends, of.title, of.status, of.region_code, region.name


def _elsewhere(
    day: date, starts: int, ends: int, title: str, status: str, code: str, village: str, *, for_region: str
) -> KnownLesson:
    is_private = status == SessionStatus.DRAFT and code != for_region
    return KnownLesson(Slot(day, starts, ends), village, "" if is_private else title)
