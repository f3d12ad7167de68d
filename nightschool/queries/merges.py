"""Two records that may be one person: who comes into question, both side by side, and what was put together already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
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
from nightschool.queries.figures import came
from nightschool.rules.merges import (
    MERGED,
    Elsewhere,
    Overlap,
    Traits,
    contradictions,
    gaps,
    is_candidate,
    likenesses,
    stronger_enrolment,
    stronger_mark,
    undo_until,
)
from nightschool.rules.names import matches, normalised, search_keys
from nightschool.rules.people import group_label, masked_phone, sex_word, teacher_kind_word
from nightschool.rules.regions import ancestors_of, code_range
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Now, Slot
from nightschool.texts import _

PEOPLE: dict[str, type[Learner] | type[Teacher]] = {
    PersonKind.LEARNER: Learner,
    PersonKind.TEACHER: Teacher,
}
MOST_CANDIDATES = 10
MOST_FOUND = 30


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be the same person, and why; without a why, somebody who was looked for."""

    side: Side
    alike: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A record, and the others it could be the same person as."""

    side: Side
    candidates: tuple[Candidate, ...]
    found: tuple[Candidate, ...]


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
    both_courses: int
    overlap: Overlap | None


@dataclass(frozen=True, slots=True)
class Pair:
    """One class session or course in which the merged record stands, perhaps the kept one too, and whose row counts."""

    of: int  # class session or course
    kept: Any  # the kept record's row, or None
    merged: Any
    wins: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Two records that were put together, while they still are."""

    merged: str  # public ids
    merged_name: str
    kept: str
    kept_name: str
    kept_region: str
    region_code: str  # where the merged record is kept
    merged_at: datetime
    until: datetime
    by: str


def choice(db: Session, kind: str, public_id: str, *, query: str = "", below: bool = False) -> Choice | None:
    """The record, who it could be, and who was looked for; None when there is no such record. Cost: at most 5 queries.

    Teachers come from where this one can be called on, and with `below` from the regions inside its own too.
    """
    record = _record(db, kind, public_id)
    if record is None:
        return None
    rows: Sequence[Any] = ()
    looked_for: Sequence[Any] = ()
    alike: dict[int, tuple[str, ...]] = {}
    if kind == PersonKind.LEARNER:
        everybody = db.execute(
            _select(Learner).where(
                Learner.region_code == record.region_code,
                Learner.merged_into_id.is_(None),
                Learner.id != record.id,
            )
        ).all()
        rows = everybody
        looked_for = [row for row in everybody if query and _matches(query, row)]
    else:
        within = _teachers_within(record, below=below)
        rows = db.execute(_select(Teacher).where(*within, _sounds_like(record.name)).limit(MOST_FOUND)).all()
        if query:
            looked_for = db.execute(
                _select(Teacher).where(*within, _is_found_by(query)).order_by(Teacher.id).limit(MOST_FOUND)
            ).all()
    mine = _traits(db, kind, record)
    for row in rows:
        found = likenesses(mine, _traits(db, kind, row))
        if is_candidate(found):
            alike[row.id] = found
    likely = sorted((row for row in rows if row.id in alike), key=lambda row: _rank(alike[row.id], row))
    sought = sorted(looked_for, key=lambda row: (row.name_key, row.public_id))
    shown = (likely[:MOST_CANDIDATES], sought[:MOST_FOUND])
    history = _histories(db, kind, {record.id, *(row.id for part in shown for row in part)})
    return Choice(
        _side(db, kind, record, history),
        *(
            tuple(Candidate(_side(db, kind, row, history), alike.get(row.id, ())) for row in part)
            for part in shown
        ),
    )


def comparison(db: Session, kind: str, kept: str, merged: str, *, fills: bool = True) -> Comparison | None:
    """The two side by side; None when one of them is not there. Cost: at most 6 queries."""
    rows = {
        row.public_id: row
        for row in db.execute(_select(PEOPLE[kind]).where(PEOPLE[kind].public_id.in_((kept, merged))))
    }
    if len(rows) != 2:
        return None
    one, other = rows[kept], rows[merged]
    history = _histories(db, kind, {one.id, other.id})
    values, others = values_of(db, kind, one), values_of(db, kind, other)
    if kind == PersonKind.LEARNER:
        sessions, courses = mark_pairs(db, one.id, other.id), enrolment_pairs(db, one.id, other.id)
        busy = None
    else:
        sessions, courses = lesson_pairs(db, one.id, other.id), course_pairs(db, one.id, other.id)
        busy = overlap(db, one.id, other.id, for_region=other.region_code)
    return Comparison(
        kept=_side(db, kind, one, history),
        merged=_side(db, kind, other, history),
        fills=gaps(values, others) if fills else (),
        differ=contradictions(values, others),
        sessions=len(sessions),
        both_sessions=sum(pair.kept is not None for pair in sessions),
        courses=len(courses),
        both_courses=sum(pair.kept is not None for pair in courses),
        overlap=busy,
    )


def values_of(db: Session, kind: str, record: Any) -> dict[str, Any]:
    """What stands in the fields that are compared; the phone in full, so never for a page."""
    phone = (
        db.info["sealer"].open(record.phone, about=f"{kind}.phone:{record.public_id}") if record.phone else ""
    )
    if kind == PersonKind.LEARNER:
        return {
            "group_name": record.group_name,
            "household": record.household,
            "sex": record.sex,
            "birth_year": record.birth_year,
            "phone": phone,
        }
    return {
        "kind": record.kind,
        "unit": record.unit,
        "specialities": record.specialities,
        "languages": record.languages,
        "phone": phone,
        "name_is_public": record.name_is_public,
        "weekly_limit": record.weekly_limit,
    }


def mark_pairs(db: Session, kept: int, merged: int) -> tuple[Pair, ...]:
    """Every class session in which the merged learner has a mark."""
    columns = (Mark.class_session_id, Mark.status, Mark.came_instead, Mark.submission_id)
    theirs = db.execute(
        select(*columns).where(Mark.learner_id == merged).order_by(Mark.class_session_id)
    ).all()
    mine = {row.class_session_id: row for row in db.execute(select(*columns).where(Mark.learner_id == kept))}
    return tuple(
        Pair(
            row.class_session_id,
            held := mine.get(row.class_session_id),
            row,
            stronger_mark(held.status if held else None, row.status),
        )
        for row in theirs
    )


def enrolment_pairs(db: Session, kept: int, merged: int) -> tuple[Pair, ...]:
    """Every course in which the merged learner has a place, left ones too."""
    columns = tuple(Enrolment.__table__.c)
    theirs = db.execute(
        select(*columns).where(Enrolment.learner_id == merged).order_by(Enrolment.course_id)
    ).all()
    mine = {row.course_id: row for row in db.execute(select(*columns).where(Enrolment.learner_id == kept))}
    return tuple(
        Pair(
            row.course_id,
            held := mine.get(row.course_id),
            row,
            stronger_enrolment((held.status, held.asked_at) if held else None, (row.status, row.asked_at)),
        )
        for row in theirs
    )


def lesson_pairs(db: Session, kept: int, merged: int) -> tuple[Pair, ...]:
    """Every class session that the merged teacher gives; each row holds a position."""
    return _teaching_pairs(db, ClassSessionTeacher, ClassSessionTeacher.class_session_id, kept, merged)


def course_pairs(db: Session, kept: int, merged: int) -> tuple[Pair, ...]:
    """Every course that names the merged teacher; each row holds a position."""
    return _teaching_pairs(db, CourseTeacher, CourseTeacher.course_id, kept, merged)


def overlap(db: Session, kept: int, merged: int, *, for_region: str) -> Overlap | None:
    """The first two class sessions, one of each teacher, at one time; None when there are none. Cost: 1 query."""
    mine, theirs = aliased(Booking), aliased(Booking)
    here, there = aliased(ClassSession), aliased(ClassSession)
    home, away = aliased(Region), aliased(Region)
    row = db.execute(
        select(
            *_elsewhere_columns(here, home, "kept"),
            *_elsewhere_columns(there, away, "merged"),
        )
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
    return Overlap(*(_elsewhere(row, side, for_region) for side in ("kept", "merged")))


def standing(db: Session, kind: str, merged: str) -> Standing | None:
    """The merge by which this record went into another, while it stands. Cost: 1 query."""
    table = PEOPLE[kind]
    gone = aliased(table)
    row = db.execute(_standing(kind, gone).where(gone.public_id == merged)).first()
    return _standing_of(row) if row else None


def undoable(db: Session, kind: str, kept: str, *, now: Now) -> tuple[Standing, ...]:
    """What was put into this record and can still be taken back, the latest first. Cost: 1 query."""
    table = PEOPLE[kind]
    gone = aliased(table)
    rows = db.execute(_standing(kind, gone).where(table.public_id == kept))
    return tuple(found for found in map(_standing_of, rows) if now.instant < found.until)


def _standing(kind: str, gone: Any) -> Select[*tuple[Any, ...]]:
    table = PEOPLE[kind]
    return (
        select(
            gone.public_id.label("merged"),
            gone.name.label("merged_name"),
            gone.region_code,
            table.public_id.label("kept"),
            table.name.label("kept_name"),
            table.region_code.label("kept_region"),
            PersonMerge.merged_at,
            Account.display_name,
        )
        .select_from(PersonMerge)
        .join(gone, gone.id == PersonMerge.merged_id)
        .join(table, table.id == PersonMerge.kept_id)
        .outerjoin(Account, Account.id == PersonMerge.account_id)
        .where(PersonMerge.kind == kind, PersonMerge.undone_at.is_(None))
        .order_by(PersonMerge.id.desc())
    )


def _standing_of(row: Any) -> Standing:
    return Standing(
        merged=row.merged,
        merged_name=row.merged_name,
        kept=row.kept,
        kept_name=row.kept_name,
        kept_region=row.kept_region,
        region_code=row.region_code,
        merged_at=row.merged_at,
        until=undo_until(row.merged_at),
        by=row.display_name or "",
    )


def _select(table: Any) -> Select[*tuple[Any, ...]]:
    columns = [column for column in table.__table__.c if column.name != "languages" or table is Teacher]
    return select(*columns, Region.name.label("region")).join(Region, Region.code == table.region_code)


def _record(db: Session, kind: str, public_id: str) -> Any:
    return db.execute(_select(PEOPLE[kind]).where(PEOPLE[kind].public_id == public_id)).one_or_none()


def _teachers_within(record: Any, *, below: bool) -> tuple[ColumnElement[bool], ...]:
    region = record.region_code
    within: ColumnElement[bool] = Teacher.region_code.in_((region, *ancestors_of(region)))
    if below:
        low, high = code_range(region)
        within = or_(within, and_(Teacher.region_code >= low, Teacher.region_code < high))
    return within, Teacher.merged_into_id.is_(None), Teacher.id != record.id


def _sounds_like(name: str) -> ColumnElement[bool]:
    stored = literal(" ") + Teacher.search_keys + literal(" ")
    return or_(Teacher.name == name, *(stored.contains(f" {sound} ") for sound in sorted(_sounds(name))))


def _is_found_by(query: str) -> ColumnElement[bool]:
    sound = normalised(query).replace("'", "").replace(" ", "")
    return or_(
        Teacher.name.contains(query.strip(), autoescape=True),
        (literal(" ") + Teacher.search_keys).contains(f" {sound}", autoescape=True),
    )


def _sounds(name: str, keys: Iterable[str] | None = None) -> frozenset[str]:
    # Whole readings only, which are longer than the name; initials alone are shared by too many.
    return frozenset(key for key in (search_keys(name) if keys is None else keys) if len(key) > len(name))


def _matches(query: str, row: Any) -> bool:
    return matches(query, row.name, frozenset(row.search_keys.split()))


def _traits(db: Session, kind: str, row: Any) -> Traits:
    sounds = _sounds(row.name, row.search_keys.split() or None)
    phone = values_of(db, kind, row)["phone"]
    if kind == PersonKind.TEACHER:
        return Traits(row.name, sounds, phone=phone)
    group = str(row.group_number) if row.group_number else row.group_name
    return Traits(row.name, sounds, group, row.household, row.birth_year, phone)


def _rank(alike: tuple[str, ...], row: Any) -> tuple[Any, ...]:
    strong = [code in alike for code in ("same_phone", "same_name", "same_sound")]
    return (*(not one for one in strong), -len(alike), row.name_key, row.public_id)


def _side(db: Session, kind: str, row: Any, history: dict[int, tuple[int, date]]) -> Side:
    values = values_of(db, kind, row)
    sessions, last = history.get(row.id, (0, None))
    words = {name: str(value) for name, value in values.items() if value not in (None, "")}
    if "phone" in words:
        words["phone"] = masked_phone(words["phone"])
    if kind == PersonKind.LEARNER:
        words["group_name"] = group_label(row.group_name)
        if row.sex:
            words["sex"] = sex_word(row.sex)
    else:
        words["kind"] = teacher_kind_word(row.kind)
        words["name_is_public"] = _("写") if row.name_is_public else _("不写")
    return Side(
        public_id=row.public_id,
        name=row.name,
        region_code=row.region_code,
        region=row.region,
        shown=words,
        sessions=sessions,
        last=last,
        version=row.version,
        is_retired=row.retired_at is not None,
        is_merged=row.merged_into_id is not None,
        id=row.id,
    )


def _histories(db: Session, kind: str, ids: Collection[int]) -> dict[int, tuple[int, date]]:
    """How many sessions each has attended, or held, and when the last was."""
    is_learner = kind == PersonKind.LEARNER
    table: Any = Mark if is_learner else ClassSessionTeacher
    person: Any = Mark.learner_id if is_learner else ClassSessionTeacher.teacher_id
    counts = came() if is_learner else ClassSession.status == SessionStatus.HELD
    statement = select(person, func.count(), func.max(ClassSession.day)).join(
        ClassSession, ClassSession.id == table.class_session_id
    )
    rows = db.execute(statement.where(person.in_(ids), counts).group_by(person))
    return {row[0]: (row[1], row[2]) for row in rows}


def _teaching_pairs(db: Session, table: Any, of: Any, kept: int, merged: int) -> tuple[Pair, ...]:
    theirs = db.execute(select(of, table.position).where(table.teacher_id == merged).order_by(of)).all()
    held = db.execute(select(of, table.position).where(table.teacher_id == kept))
    mine: dict[int, int] = {row[0]: row[1] for row in held}
    return tuple(
        Pair(key, mine.get(key), position, MERGED if mine.get(key) is None else "kept")
        for key, position in theirs
    )


def _elsewhere_columns(of: Any, region: Any, side: str) -> tuple[Any, ...]:
    return (
        of.day.label(f"{side}_day"),
        of.starts.label(f"{side}_starts"),
        of.ends.label(f"{side}_ends"),
        of.title.label(f"{side}_title"),
        of.status.label(f"{side}_status"),
        of.region_code.label(f"{side}_code"),
        region.name.label(f"{side}_village"),
    )


def _elsewhere(row: Any, side: str, for_region: str) -> Elsewhere:
    told = {
        name.removeprefix(f"{side}_"): value for name, value in row._mapping.items() if name.startswith(side)
    }
    is_private = told["status"] == SessionStatus.DRAFT and told["code"] != for_region
    slot = Slot(told["day"], told["starts"], told["ends"])
    return Elsewhere(slot, told["village"], "" if is_private else told["title"])
