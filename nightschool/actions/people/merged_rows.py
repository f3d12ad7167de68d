"""What stands behind two records that become one: marks, places in cohorts and lessons, moved over and back.

Each entry of what was moved has `of` (the class session or course), `wins` (whose row counts), and both rows as they
were, so that an undo can tell what somebody changed since.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import GUARD, lock_slots
from nightschool.actions.notices.revisions import in_feeds, shown_anew
from nightschool.actions.tallies import recount
from nightschool.actions.touching import touch_villages
from nightschool.database import broken_constraint
from nightschool.errors import Refused
from nightschool.models.people import PersonKind, Teacher
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher
from nightschool.queries.people import merges as queries
from nightschool.queries.people.merges import BEHIND, Behind
from nightschool.rules.courses.conflicts import Want
from nightschool.rules.people.merges import KEPT, MERGED, NotPutBack, stronger_enrolment, stronger_mark
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Now, Slot


@dataclass(frozen=True, slots=True)
class Clash:
    """How rows of one kind are kept in an entry, and which of two counts."""

    stronger: Callable[[Any, Any], str]  # of the kept and the merged record's row: KEPT or MERGED
    told: Callable[[Any], Any]  # a row as JSON
    columns: Callable[[Any], dict[str, Any]]  # and back, the two keys may be missing
    is_as_moved: Callable[[Any, Any], bool]  # whether a row is still what was told of it


def _told_mark(row: Any) -> list[Any]:
    return [row.status, row.came_instead, str(row.submission_id)]


def _mark(told: Sequence[Any]) -> dict[str, Any]:
    status, came_instead, submission = told
    return {"status": status, "came_instead": came_instead, "submission_id": UUID(submission)}


def _told_enrolment(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in row._mapping.items()
    }


def _enrolment(told: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(told[name]) if told[name] else None for name in ("enrolled_on", "left_on")
    }
    return {**told, **days, "asked_at": datetime.fromisoformat(told["asked_at"])}


# Who teaches something holds a position there; as long as they still teach it, it is as it was.
_TAUGHT = Clash(
    stronger=lambda kept, merged: KEPT,
    told=lambda row: row.position,
    columns=lambda told: {"position": told},
    is_as_moved=lambda row, told: True,
)
CLASHES = {
    "marks": Clash(
        stronger=lambda kept, merged: stronger_mark(kept.status, merged.status),
        told=_told_mark,
        columns=_mark,
        is_as_moved=lambda row, told: _told_mark(row) == told,
    ),
    "enrolments": Clash(
        stronger=lambda kept, merged: stronger_enrolment(
            (kept.status, kept.asked_at), (merged.status, merged.asked_at)
        ),
        told=_told_enrolment,
        columns=_enrolment,
        is_as_moved=lambda row, told: (row.id, row.version) == (told["id"], told["version"]),
    ),
    "lessons": _TAUGHT,
    "courses": _TAUGHT,
}


def move(db: Session, kind: str, one: Any, other: Any, *, now: Now) -> dict[str, Any]:
    """All that stood behind the other record stands behind the one; what an undo needs comes back.

    Raises: Refused with `teacher_busy` when two classes of theirs are at one time. A teacher's links find the one by
    themselves.
    """
    moved: dict[str, Any]
    if kind == PersonKind.LEARNER:
        moved = {behind.name: _move(db, behind, one.id, other.id) for behind in BEHIND[kind]}
        recount(db, [entry["of"] for entry in moved["marks"]])
        return moved
    shown = _lock_lessons(db, one.id, other.id, now=now)
    if overlap := queries.overlap(db, one.id, other.id, for_region=other.region_code):
        raise Refused("teacher_busy", overlap=overlap)
    moved = {behind.name: _move(db, behind, one.id, other.id) for behind in BEHIND[kind]}
    sessions = [entry["of"] for entry in moved["lessons"]]
    try:
        with db.begin_nested():
            _rebook(db, other.id, one.id, sessions)
    except IntegrityError as error:
        # Somebody booked without the lock, and has committed by now.
        if broken_constraint(error) != GUARD:
            raise
        overlap = queries.overlap(db, one.id, other.id, for_region=other.region_code)
        raise Refused("teacher_busy", overlap=overlap) from error
    _touch(db, sessions, shown, now=now)
    moved["closed_times"] = sorted(
        db.scalars(
            select(ClosedTime.id).where(
                ClosedTime.resource_kind == ResourceKind.TEACHER, ClosedTime.resource_id == other.id
            )
        )
    )
    _give_closed_times(db, moved, other, one)
    return moved


def put_back(db: Session, kind: str, one: Any, other: Any, moved: dict[str, Any], *, now: Now) -> NotPutBack:
    """All is as it was, but what somebody changed since; that comes back."""
    if kind == PersonKind.TEACHER:
        shown = _lock_lessons(db, one.id, other.id, now=now)
    back = {
        behind.name: _put_back(db, behind, one.id, other.id, moved[behind.name]) for behind in BEHIND[kind]
    }
    if kind == PersonKind.TEACHER:
        lessons = back["lessons"]
        _rebook(db, one.id, other.id, [entry["of"] for entry in lessons if entry["wins"] == MERGED])
        # What both teach, both hold.
        beside = [entry["of"] for entry in lessons if entry["wins"] == KEPT]
        _book(db, other.id, _bookings(db, one.id, beside))
        _touch(db, [entry["of"] for entry in lessons], shown, now=now)
        _give_closed_times(db, moved, one, other)
    else:
        recount(db, [entry["of"] for entry in back["marks"]])
    sessions, courses = (len(moved[behind.name]) - len(back[behind.name]) for behind in BEHIND[kind])
    return NotPutBack(sessions, courses)


def lock_registers(db: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Until the transaction ends nobody saves these registers; to be asked before the learners are locked."""
    _lock_sessions(db, ClassSession.id.in_([entry["of"] for entry in entries]))


def _move(db: Session, behind: Behind, one: int, other: int) -> list[dict[str, Any]]:
    """The rows of the one are the other's; where both have one the stronger stays. What was comes back."""
    clash, entries = CLASHES[behind.name], []
    for kept, merged in queries.pairs(db, behind, one, other):
        entries.append(
            {
                "of": getattr(merged, behind.of.key),
                "wins": MERGED if kept is None else clash.stronger(kept, merged),
                KEPT: None if kept is None else clash.told(kept),
                MERGED: clash.told(merged),
            }
        )
    for loser, wins in ((one, MERGED), (other, KEPT)):
        lost = [entry["of"] for entry in entries if entry["wins"] == wins and entry[KEPT] is not None]
        if lost:
            db.execute(_quiet(delete(behind.table).where(behind.person == loser, behind.of.in_(lost))))
    over = update(behind.table).where(behind.person == other).values({behind.person.key: one})
    db.execute(_quiet(over))
    return entries


def _put_back(
    db: Session, behind: Behind, one: int, other: int, entries: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries whose rows are still as they were moved, and now are as they were before."""
    clash = CLASHES[behind.name]
    which = behind.of.in_([entry["of"] for entry in entries])
    rows = select(behind.table.__table__).where(behind.person == one, which).with_for_update()
    stands = {getattr(row, behind.of.key): row for row in db.execute(rows)}
    back = [
        entry
        for entry in entries
        if entry["of"] in stands and clash.is_as_moved(stands[entry["of"]], entry[entry["wins"]])
    ]
    if own := [entry["of"] for entry in back if entry["wins"] == MERGED]:
        its = update(behind.table).where(behind.person == one, behind.of.in_(own))
        db.execute(_quiet(its.values({behind.person.key: other})))
    dropped = [
        {behind.of.key: entry["of"], behind.person.key: person, **clash.columns(entry[side])}
        for entry in back
        for side, person in ((KEPT, one), (MERGED, other))
        if side != entry["wins"] and entry[side] is not None
    ]
    if dropped:
        db.execute(insert(behind.table).values(dropped))
    return back


def _give_closed_times(db: Session, moved: dict[str, Any], old: Teacher, new: Teacher) -> None:
    """Those moved, and still there, are the new teacher's, and are kept where that one is."""
    times = ClosedTime.id.in_(moved.get("closed_times", ()))
    given = update(ClosedTime).where(times, ClosedTime.resource_id == old.id)
    db.execute(_quiet(given.values(resource_id=new.id, region_code=new.region_code)))


def _lock_sessions(db: Session, which: Any) -> None:
    db.execute(select(ClassSession.id).where(which).order_by(ClassSession.id).with_for_update())


def _lock_lessons(db: Session, one: int, other: int, *, now: Now) -> list[ClassSession]:
    """Nobody changes the sessions of the two meanwhile, nor books either of them on those days.

    Those that villagers see and that are to come are returned.
    """
    teaches = ClassSession.id.in_(
        select(ClassSessionTeacher.class_session_id).where(ClassSessionTeacher.teacher_id.in_((one, other)))
    )
    _lock_sessions(db, teaches)
    both = tuple(Resource(ResourceKind.TEACHER, key) for key in (one, other))
    rows = db.execute(
        select(Booking.day, Booking.starts, Booking.ends).where(
            Booking.resource_kind == ResourceKind.TEACHER, Booking.resource_id.in_((one, other))
        )
    )
    lock_slots(db, [Want(Slot(*row), both) for row in rows])
    return in_feeds(db, teaches, now=now)


def _rebook(db: Session, old: int, new: int, class_session_ids: Sequence[int]) -> None:
    """What one teacher held for these sessions the other holds: rows go and come, none is changed."""
    held = _bookings(db, old, class_session_ids)
    taken = {row["class_session_id"] for row in _bookings(db, new, class_session_ids)}
    db.execute(
        delete(Booking).where(
            Booking.resource_kind == ResourceKind.TEACHER,
            Booking.resource_id == old,
            Booking.class_session_id.in_(class_session_ids),
        )
    )
    _book(db, new, [row for row in held if row["class_session_id"] not in taken])


def _bookings(db: Session, teacher: int, class_session_ids: Sequence[int]) -> list[dict[str, Any]]:
    rows = db.execute(
        select(Booking.class_session_id, Booking.day, Booking.starts, Booking.ends).where(
            Booking.resource_kind == ResourceKind.TEACHER,
            Booking.resource_id == teacher,
            Booking.class_session_id.in_(class_session_ids),
        )
    )
    return [dict(row._mapping) for row in rows]


def _book(db: Session, teacher: int, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        kind = {"resource_kind": ResourceKind.TEACHER, "resource_id": teacher}
        db.execute(insert(Booking).values([{**row, **kind} for row in rows]))


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _touch(db: Session, class_session_ids: Sequence[int], shown: Sequence[ClassSession], *, now: Now) -> None:
    """The pages of these class sessions are built anew, and those of them that villagers see tell another teacher."""
    recount(db, class_session_ids)
    villages = select(ClassSession.region_code).where(ClassSession.id.in_(class_session_ids)).distinct()
    touch_villages(db, db.scalars(villages), now=now)
    of_these = set(class_session_ids)
    shown_anew(db, [record for record in shown if record.id in of_these], now=now)
