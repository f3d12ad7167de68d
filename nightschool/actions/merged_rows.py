"""What stands behind two records that become one: marks, places in cohorts and lessons, moved over and back.

Each entry of what was moved has `of` (the class session or course), `wins` (whose row counts), and both rows as they
were, so that an undo can tell what somebody changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.bookings import GUARD, lock_slots
from nightschool.actions.places import touch_villages
from nightschool.actions.revisions import coming, shown_anew
from nightschool.database import broken_constraint
from nightschool.errors import Refused
from nightschool.models.attendance import Mark
from nightschool.models.people import Teacher
from nightschool.models.planning import ClosedTime
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher, CourseTeacher, Enrolment
from nightschool.queries import merges as queries
from nightschool.queries.merges import Pair
from nightschool.rules.conflicts import Want
from nightschool.rules.merges import KEPT, MERGED
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Now, Slot


def move_marks(db: Session, one: int, other: int) -> list[dict[str, Any]]:
    """The merged learner's marks are the kept one's; where both have one the stronger counts. What was comes back."""
    pairs = queries.mark_pairs(db, one, other)
    _drop(db, Mark, Mark.class_session_id, Mark.learner_id, pairs, one, other)
    _hand_over(db, Mark, Mark.learner_id, other, one)
    return [
        {"of": pair.of, "wins": pair.wins, KEPT: _told_mark(pair.kept), MERGED: _told_mark(pair.merged)}
        for pair in pairs
    ]


def lock_registers(db: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Until the transaction ends nobody saves these registers; to be asked before the learners are locked."""
    sessions = [entry["of"] for entry in entries]
    db.execute(
        select(ClassSession.id)
        .where(ClassSession.id.in_(sessions))
        .order_by(ClassSession.id)
        .with_for_update()
    )


def return_marks(db: Session, one: int, other: int, entries: Sequence[dict[str, Any]]) -> int:
    """Marks are as they were, but where somebody changed them since: for how many sessions comes back."""
    columns = (Mark.class_session_id, Mark.status, Mark.came_instead, Mark.submission_id)
    sessions = [entry["of"] for entry in entries]
    now = {
        row.class_session_id: _told_mark(row)
        for row in db.execute(
            select(*columns).where(Mark.learner_id == one, Mark.class_session_id.in_(sessions))
        )
    }
    back = [entry for entry in entries if now.get(entry["of"]) == entry[entry["wins"]]]
    _hand_back(db, Mark, Mark.class_session_id, Mark.learner_id, back, one, other)
    rows = [
        {"class_session_id": entry["of"], "learner_id": learner, **_mark_values(entry[side])}
        for entry in back
        for side, learner in ((KEPT, one), (MERGED, other))
        if side != entry["wins"] and entry[side]
    ]
    if rows:
        db.execute(insert(Mark).values(rows))
    return len(entries) - len(back)


def _told_mark(row: Any) -> list[str] | None:
    return None if row is None else [row.status, row.came_instead, str(row.submission_id)]


def _mark_values(told: Sequence[str]) -> dict[str, Any]:
    status, came_instead, submission = told
    return {"status": status, "came_instead": came_instead, "submission_id": UUID(submission)}


def move_enrolments(db: Session, one: int, other: int) -> list[dict[str, Any]]:
    """The merged learner's places in cohorts are the kept one's; where both have one the better counts."""
    pairs = queries.enrolment_pairs(db, one, other)
    _drop(db, Enrolment, Enrolment.course_id, Enrolment.learner_id, pairs, one, other)
    _hand_over(db, Enrolment, Enrolment.learner_id, other, one)
    return [
        {"of": pair.of, "wins": pair.wins, KEPT: _told_row(pair.kept), MERGED: _told_row(pair.merged)}
        for pair in pairs
    ]


def return_enrolments(db: Session, one: int, other: int, entries: Sequence[dict[str, Any]]) -> int:
    """Places are as they were, but where somebody changed them since: for how many courses comes back."""
    columns = (Enrolment.course_id, Enrolment.id, Enrolment.version)
    courses = [entry["of"] for entry in entries]
    rows = db.execute(
        select(*columns)
        .where(Enrolment.learner_id == one, Enrolment.course_id.in_(courses))
        .with_for_update()
    )
    now = {row.course_id: (row.id, row.version) for row in rows}
    back = []
    for entry in entries:
        won = entry[entry["wins"]]
        if now.get(entry["of"]) == (won["id"], won["version"]):
            back.append(entry)
    _hand_back(db, Enrolment, Enrolment.course_id, Enrolment.learner_id, back, one, other)
    dropped = [
        _row_of(entry[side])
        for entry in back
        for side in (KEPT, MERGED)
        if side != entry["wins"] and entry[side]
    ]
    if dropped:
        db.execute(insert(Enrolment).values(dropped))
    return len(entries) - len(back)


def _told_row(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        name: value.isoformat() if isinstance(value, date | datetime) else value
        for name, value in row._mapping.items()
    }


def _row_of(told: dict[str, Any]) -> dict[str, Any]:
    days = {
        name: date.fromisoformat(told[name]) if told[name] else None for name in ("enrolled_on", "left_on")
    }
    return {**told, **days, "asked_at": datetime.fromisoformat(told["asked_at"])}


def move_lessons(db: Session, one: int, other: Teacher, *, now: Now) -> dict[str, Any]:
    """Lessons, courses and bookings of the one are the other's. Raises: Refused with `teacher_busy`."""
    shown = _lock_lessons(db, one, other.id, now=now)
    if overlap := queries.overlap(db, one, other.id, for_region=other.region_code):
        raise Refused("teacher_busy", overlap=overlap)
    moved = {}
    tables: tuple[tuple[str, Any, Any], ...] = (
        ("lessons", ClassSessionTeacher, queries.lesson_pairs),
        ("courses", CourseTeacher, queries.course_pairs),
    )
    for name, table, pairs in tables:
        found = pairs(db, one, other.id)
        _drop(db, table, _of(table), table.teacher_id, found, one, other.id)
        _hand_over(db, table, table.teacher_id, other.id, one)
        moved[name] = [
            {"of": pair.of, "wins": pair.wins, KEPT: pair.kept, MERGED: pair.merged} for pair in found
        ]
    sessions = [entry["of"] for entry in moved["lessons"]]
    try:
        with db.begin_nested():
            _rebook(db, other.id, one, sessions)
    except IntegrityError as error:
        # Somebody booked without the lock, and has committed by now.
        if broken_constraint(error) != GUARD:
            raise
        raise Refused(
            "teacher_busy", overlap=queries.overlap(db, one, other.id, for_region=other.region_code)
        ) from error
    _touch(db, sessions, shown, now=now)
    return moved


def return_lessons(db: Session, one: int, other: int, moved: dict[str, Any], *, now: Now) -> dict[str, int]:
    """Lessons, courses and bookings are as they were, but where the kept teacher was taken off since; counts those."""
    shown = _lock_lessons(db, one, other, now=now)
    lessons = _return_taught(db, ClassSessionTeacher, one, other, moved["lessons"])
    courses = _return_taught(db, CourseTeacher, one, other, moved["courses"])
    _rebook(db, one, other, [entry["of"] for entry in lessons if entry["wins"] == MERGED])
    _book_beside(db, one, other, [entry["of"] for entry in lessons if entry["wins"] == KEPT])
    _touch(db, [entry["of"] for entry in lessons], shown, now=now)
    return {
        "sessions": len(moved["lessons"]) - len(lessons),
        "courses": len(moved["courses"]) - len(courses),
    }


def move_belongings(db: Session, one: Teacher, other: Teacher) -> dict[str, list[int]]:
    """The other's closed times are the one's; ids of what was moved come back. Links find the one by themselves."""
    times = select(ClosedTime.id).where(
        ClosedTime.resource_kind == ResourceKind.TEACHER, ClosedTime.resource_id == other.id
    )
    moved = {"closed_times": sorted(db.scalars(times))}
    _give(db, moved, other, one)
    return moved


def return_belongings(db: Session, one: Teacher, other: Teacher, moved: dict[str, Any]) -> None:
    """What was moved, and is still there, is the other's again."""
    _give(db, moved, one, other)


def _give(db: Session, moved: dict[str, Any], old: Teacher, new: Teacher) -> None:
    """These rows of the one teacher are the other's; closed times are kept where the teacher is."""
    times = ClosedTime.id.in_(moved.get("closed_times", ()))
    db.execute(
        _quiet(
            update(ClosedTime)
            .where(times, ClosedTime.resource_id == old.id)
            .values(resource_id=new.id, region_code=new.region_code)
        )
    )


def _return_taught(
    db: Session, table: Any, one: int, other: int, entries: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The entries that could be put back, and now are: those that still name the kept teacher."""
    of = _of(table)
    named = select(of).where(table.teacher_id == one, of.in_([entry["of"] for entry in entries]))
    still = set(db.scalars(named))
    back = [entry for entry in entries if entry["of"] in still]
    _hand_back(db, table, of, table.teacher_id, back, one, other)
    rows = [
        {of.key: entry["of"], "teacher_id": other, "position": entry[MERGED]}
        for entry in back
        if entry["wins"] == KEPT
    ]
    if rows:
        db.execute(insert(table).values(rows))
    return back


def _of(table: Any) -> Any:
    return table.class_session_id if table is ClassSessionTeacher else table.course_id


def _lock_lessons(db: Session, one: int, other: int, *, now: Now) -> list[ClassSession]:
    """Nobody changes the sessions of the two meanwhile, nor books either of them on those days.

    Those that villagers see and that are to come are returned.
    """
    teaches = select(ClassSessionTeacher.class_session_id).where(
        ClassSessionTeacher.teacher_id.in_((one, other))
    )
    db.execute(
        select(ClassSession.id)
        .where(ClassSession.id.in_(teaches))
        .order_by(ClassSession.id)
        .with_for_update()
    )
    both = tuple(Resource(ResourceKind.TEACHER, key) for key in (one, other))
    rows = db.execute(
        select(Booking.day, Booking.starts, Booking.ends).where(
            Booking.resource_kind == ResourceKind.TEACHER, Booking.resource_id.in_((one, other))
        )
    )
    lock_slots(db, [Want(Slot(*row), both) for row in rows])
    return coming(db, ClassSession.id.in_(teaches), now=now)


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


def _book_beside(db: Session, one: int, other: int, class_session_ids: Sequence[int]) -> None:
    """Where the one holds the session's slot, the other does too: they teach it together."""
    _book(db, other, _bookings(db, one, class_session_ids))


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


def _drop(db: Session, table: Any, of: Any, person: Any, pairs: Sequence[Pair], one: int, other: int) -> None:
    """Where both stand, the row that does not count goes."""
    for loser, wins in ((one, MERGED), (other, KEPT)):
        lost = [pair.of for pair in pairs if pair.wins == wins and pair.kept is not None]
        if lost:
            db.execute(_quiet(delete(table).where(person == loser, of.in_(lost))))


def _hand_over(db: Session, table: Any, person: Any, old: int, new: int) -> None:
    db.execute(_quiet(update(table).where(person == old).values({person.key: new})))


def _hand_back(
    db: Session, table: Any, of: Any, person: Any, entries: Sequence[dict[str, Any]], one: int, other: int
) -> None:
    """The rows that came from the merged record are its own again."""
    own = [entry["of"] for entry in entries if entry["wins"] == MERGED]
    if own:
        db.execute(_quiet(update(table).where(person == one, of.in_(own)).values({person.key: other})))


def _quiet(statement: Any) -> Any:
    return statement.execution_options(synchronize_session=False)


def _touch(db: Session, class_session_ids: Sequence[int], shown: Sequence[ClassSession], *, now: Now) -> None:
    """The pages of these class sessions are built anew, and those of them that villagers see tell another teacher."""
    villages = select(ClassSession.region_code).where(ClassSession.id.in_(class_session_ids)).distinct()
    touch_villages(db, db.scalars(villages), now=now)
    of_these = set(class_session_ids)
    shown_anew(db, [record for record in shown if record.id in of_these], now=now)
