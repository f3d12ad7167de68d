"""One change of class sessions, seen to as a whole: what they hold, what villagers read, the trail, and the way back.

`ChangeSet.before` holds: `changed`, each session the change found (id, public id, the revision it got by the change,
its columns, teachers and labels before); `made`, each session the change made (id, public id, revision); and `course`,
when it was about one as a whole (id, public id, version): scheduled when its sessions were made with it, and edited
when its own columns, teachers and labels before stand there too.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions.courses.bookings import hold_slots, release_slots, slot_of
from nightschool.actions.courses.labelling import labels_of_sessions
from nightschool.actions.courses.staffing import teachers_of_sessions
from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.revisions import remember, write_first
from nightschool.actions.records import note, note_each
from nightschool.actions.touching import touch_villages
from nightschool.models.base import Base
from nightschool.models.teaching import ChangeSet, ClassSession, Course, SessionStatus
from nightschool.queries.courses.courses import teachers_of_course
from nightschool.queries.courses.labels import labels_of_course
from nightschool.queries.oversight.plans import waiting_in
from nightschool.rules.access import Actor
from nightschool.rules.courses.statuses import HOLDING, TO_COME
from nightschool.rules.courses.undo import Undoable
from nightschool.rules.seasons.months import month_of
from nightschool.rules.slots import Now

# How the trail calls each change.
_ACTIONS = {
    Undoable.MOVE: "sessions.move",
    Undoable.EDIT: "sessions.change",
    Undoable.CANCEL: "sessions.cancel",
    Undoable.POSTPONE: "sessions.postpone",
    Undoable.RESTORE: "sessions.restore",
    Undoable.ADD: "sessions.add",
    Undoable.PUBLISH: "courses.publish",
    Undoable.SCHEDULE: "courses.schedule",
    Undoable.MOVE_FOLLOWING: "series.move",
    Undoable.EDIT_FOLLOWING: "series.change",
    Undoable.COURSE: "courses.edit",
    Undoable.EXTEND: "courses.extend",
    Undoable.CANCEL_SEVERAL: "sessions.cancel_several",
    Undoable.POSTPONE_SEVERAL: "sessions.postpone_several",
    Undoable.CALL_OFF: "sessions.call_off",
}
# What no change that can be taken back touches: which record it is, and what counts or notes the changes themselves.
NOT_OF_A_SESSION = frozenset(
    {"id", "public_id", "course_id", "region_code", "revision", "shown_otherwise", "changed_at"}
    | {"announced_revision", "told_day", "told_starts", "differs"}
)
# A cohort's roster and a course put away have actions of their own.
NOT_OF_A_COURSE = frozenset(
    {"id", "public_id", "region_code", "version", "created_at", "published_at", "retired_at"}
    | {"kind", "capacity", "graduation_basis", "graduation_percent"}
)
UNDO_KEPT_FOR = timedelta(days=1)  # long enough to tell somebody who comes late that it is too late


def columns_of(model: type[Base], but: frozenset[str]) -> tuple[str, ...]:
    """The columns of a table that a change can change."""
    return tuple(column.key for column in model.__table__.columns if column.key not in but)


SESSION_COLUMNS = columns_of(ClassSession, NOT_OF_A_SESSION)
COURSE_COLUMNS = columns_of(Course, NOT_OF_A_COURSE)


@contextmanager
def changing(
    db: Session,
    what: Undoable,
    changed: Sequence[ClassSession] = (),
    *,
    made: Sequence[ClassSession] = (),
    course: Course | None = None,
    edits_course: bool = False,
    about: ClassSession | None = None,
    kept_in: str | None = None,
    by: Actor,
    now: Now,
    agreed: bool = False,
    told: Mapping[str, Any] | None = None,
) -> Iterator[None]:
    """What the block does to these class sessions is done with all that belongs to it, or it raises.

    After the block each holds the slot it needs now, and no other; a course put away is back when it is to meet again;
    what comes into a month whose plan waits for its approval waits with it;
    the village's pages and the sessions' revisions say what villagers can read; the trail has one line, of the session
    it is `about`, else of the course, else of the first session, with what is `told`; and for a while the change can be
    taken back, where its village keeps its records. Of several villages each has its line, with the number of its
    sessions, and the region above them that it is `kept_in` takes it back.
    `changed` are locked records as they were. Their revision rises with the first statement of the block, so that it
    changes them before it asks the database anything. `made` were added and flushed. `course` is given when the change
    is about it as a whole, `edits_course` when the block changes its own columns or teachers. `agreed`: closed times of
    teachers and venues do not stand against it.
    Raises: CannotSchedule; VillageEnded where class sessions come after the end of their village, or go on after it.
    """
    before = picture(db, changed)
    course_before = _course_shown(db, course) if course is not None and edits_course else {}
    was_public = course is not None and course.published_at is not None
    for record in changed:
        record.changed_at = now.instant
        if agreed:
            record.agreed_at = now.instant
        flag_modified(record, "changed_at")  # the revision rises also when only the teachers are others
    yield
    _let_wait(db, changed, before, now)
    for record, was in zip(changed, before, strict=True):
        if record.status != was["columns"]["status"]:
            is_off = record.status == SessionStatus.CANCELLED
            late = (now.day - record.day).days if record.recorded_after is None else record.recorded_after
            record.recorded_after = late if is_off else None
    db.flush()
    records = (*changed, *made)
    check_goes_on(db, _meetings(changed, made, before, today=now.day))
    _hold(db, changed, made, before, by=by, now=now, agreed=agreed)
    is_told = course is not None and course.published_at is not None and not was_public
    was_read = any(was["columns"]["published_at"] for was in before)
    if is_told or was_read or any(record.published_at for record in records):
        touch_villages(db, {one.region_code for one in (course, *records) if one is not None}, now=now)
    _note(db, what, changed or made, about or course, by=by, now=now, told=told or {})
    if records or course_before:
        remember(db, records, now=now)
        home = kept_in or (course or records[0]).region_code
        _keep(db, what, home, before, changed, made, course, course_before, by=by, now=now)


def _let_wait(
    db: Session, changed: Sequence[ClassSession], before: Sequence[Mapping[str, Any]], now: Now
) -> None:
    """What comes into a month whose plan the township has not approved waits for that like a class that is added."""
    arrived = [
        record
        for record, was in zip(changed, before, strict=True)
        if record.published_at is not None
        and record.status == SessionStatus.SCHEDULED
        and month_of(record.day) != month_of(date.fromisoformat(was["columns"]["day"]))
    ]
    if not arrived:
        return
    with db.no_autoflush:  # one revision for the whole change
        waiting = waiting_in(db, [(one.region_code, one.day) for one in arrived], today=now.day)
    for record in arrived:
        if (record.region_code, month_of(record.day)) in waiting:
            record.status, record.published_at = SessionStatus.DRAFT, None


def _note(
    db: Session,
    what: Undoable,
    records: Sequence[ClassSession],
    about: ClassSession | Course | None,
    *,
    by: Actor,
    now: Now,
    told: Mapping[str, Any],
) -> None:
    of_villages: dict[str, list[ClassSession]] = {}
    for record in records:
        of_villages.setdefault(record.region_code, []).append(record)
    if len(of_villages) < 2:
        note(db, about or records[0], _ACTIONS[what], by=by, now=now, **told)
        return
    lines = [(those[0], None, {**told, "sessions": len(those)}) for those in of_villages.values()]
    note_each(db, lines, _ACTIONS[what], by=by, now=now)


def picture(db: Session, class_sessions: Sequence[ClassSession]) -> list[dict[str, Any]]:
    """What these class sessions are now, with their teachers; to be taken before they are changed.

    What villagers can read of them now is written down, where it was not.
    """
    write_first(db, class_sessions)
    return _shown(db, class_sessions)


def _shown(db: Session, class_sessions: Sequence[ClassSession]) -> list[dict[str, Any]]:
    if not class_sessions:
        return []
    ids = [record.id for record in class_sessions]
    teachers, labels = teachers_of_sessions(db, ids), labels_of_sessions(db, ids)
    return [
        {
            "id": record.id,
            "columns": {name: _as_json(getattr(record, name)) for name in SESSION_COLUMNS},
            "teachers": list(teachers[record.id]),
            "labels": asdict(labels[record.id]),
        }
        for record in class_sessions
    ]


def _course_shown(db: Session, course: Course) -> dict[str, Any]:
    return {
        "columns": {name: getattr(course, name) for name in COURSE_COLUMNS},
        "teachers": [one.id for one in teachers_of_course(db, course.id)],
        "labels": asdict(labels_of_course(db, course.id).turned(lambda one: one.id)),
    }


def _hold(
    db: Session,
    changed: Sequence[ClassSession],
    made: Sequence[ClassSession],
    before: Sequence[Mapping[str, Any]],
    *,
    by: Actor,
    now: Now,
    agreed: bool,
) -> None:
    """Each holds what it needs now; a course that is to meet again is in use."""
    after = _shown(db, changed)
    others = [
        record
        for record, was, shown in zip(changed, before, after, strict=True)
        if _needs(was) != _needs(shown)
    ]
    wanting = [*others, *made]
    release_slots(db, [record.id for record in wanting if record.status not in HOLDING])
    holding = [record for record in wanting if record.status in HOLDING]
    hold_slots(db, holding, moment=now.moment, agreed=agreed, are_new=not others)
    goes_on = {one.course_id for one in holding if slot_of(one).finishes > now.moment}
    away = select(Course).where(Course.id.in_(goes_on), Course.retired_at.is_not(None)).order_by(Course.id)
    for course in db.scalars(away).all() if goes_on else ():
        course.retired_at = None
        db.flush()
        note(db, course, "courses.back", by=by, now=now)


def _meetings(
    changed: Sequence[ClassSession],
    made: Sequence[ClassSession],
    before: Sequence[Mapping[str, Any]],
    *,
    today: date,
) -> Iterator[tuple[str, date]]:
    """The village of each that is to meet, and by which day that must be there.

    What stood on its day already may not be changed only once the village has ended.
    """
    for record in made:
        if record.status in TO_COME:
            yield record.region_code, record.day
    for record, was in zip(changed, before, strict=True):
        columns = was["columns"]
        stood = (columns["status"], columns["day"]) == (record.status, record.day.isoformat())
        if record.status in TO_COME:
            yield record.region_code, min(record.day, today) if stood else record.day


def _needs(shown: Mapping[str, Any]) -> tuple[Any, ...]:
    columns = shown["columns"]
    slot = (columns["day"], columns["starts"], columns["ends"])
    return (columns["status"] in HOLDING, slot, columns["venue_id"], shown["teachers"])


def _keep(
    db: Session,
    what: Undoable,
    region_code: str,
    before: Sequence[Mapping[str, Any]],
    changed: Sequence[ClassSession],
    made: Sequence[ClassSession],
    course: Course | None,
    course_before: Mapping[str, Any],
    *,
    by: Actor,
    now: Now,
) -> None:
    """The change can be taken back for a while: `before` shows what `changed` were, in order."""
    kept: dict[str, Any] = {
        "changed": [{**shown, **_named(record)} for shown, record in zip(before, changed, strict=True)],
        "made": [_named(record) for record in made],
    }
    if course is not None:
        named = {"id": course.id, "public_id": course.public_id, "version": course.version}
        kept["course"] = {**named, **course_before}
    forgotten = (ChangeSet.region_code == region_code, ChangeSet.made_at < now.instant - UNDO_KEPT_FOR)
    db.execute(delete(ChangeSet).where(*forgotten))
    db.add(
        ChangeSet(
            region_code=region_code,
            account_id=by.account_id,
            what=what.value,
            made_at=now.instant,
            before=kept,
        )
    )
    db.flush()


def _named(record: ClassSession) -> dict[str, Any]:
    return {"id": record.id, "public_id": record.public_id, "revision": record.revision}


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value  # an instant is a date too
