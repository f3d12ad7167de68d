"""Taking a change of class sessions back: what they were, as `changing` kept it, is put back as a further change."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from nightschool.actions.courses.bookings import hold_slots, release_slots, slot_of
from nightschool.actions.courses.labelling import set_course_labels, set_session_labels
from nightschool.actions.courses.staffing import set_course_teachers, set_session_teachers
from nightschool.actions.notices.revisions import remember, unsay, write_first
from nightschool.actions.records import locked, locked_sessions, note_each
from nightschool.actions.tallies import recount, recount_months
from nightschool.actions.touching import touch_villages
from nightschool.database import broken_constraint
from nightschool.errors import Refused
from nightschool.models.base import UtcDateTime
from nightschool.models.teaching import ChangeSet, ClassSession, Course, SessionStatus
from nightschool.queries.courses.undo import left_alone, why_not
from nightschool.rules.access import Actor, require
from nightschool.rules.courses.labels import Labels
from nightschool.rules.courses.reasons import TAKEN_BACK
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.courses.undo import OF_A_SERIES, OF_SEVERAL, TakenBack, Undoable, verb_of
from nightschool.rules.slots import Moment, Now


def take_back(db: Session, *, change: str, by: Actor, now: Now) -> TakenBack:
    """The class sessions of this change are what they were before it, and hold what they held: a further revision.

    Their changelog tells neither of the change nor of this, unless a notice told of the change.

    What the change made is deleted while it is a draft; once published it is cancelled, so that feeds tell it.
    Of an area that was called off, what somebody changed since, or whose slot is taken, is left and named.
    Raises: Refused as rules.courses.undo.tell_refused_undo says; CannotSchedule when an old slot is taken by now.
    """
    kept = locked(db, ChangeSet, ChangeSet.public_id == change)
    require(by, verb_of(kept.what), kept.region_code)
    facts = kept.before.get("course")
    course = db.get(Course, facts["id"], with_for_update=True, populate_existing=True) if facts else None
    touched = [entry["id"] for entry in (*kept.before["changed"], *kept.before["made"])]
    records = {record.id: record for record in locked_sessions(db, ClassSession.id.in_(touched))}
    if reason := why_not(db, kept, now=now):  # asked now that nobody can change any of them
        raise Refused(reason)
    left = left_alone(db, kept) if kept.what == Undoable.CALL_OFF else ()
    stays = {key for one in left for key in (one.id, one.successor_id)}
    records = {key: record for key, record in records.items() if key not in stays}
    before = [shown for shown in kept.before["changed"] if shown["id"] in records]
    changed = [records[shown["id"]] for shown in before]
    made = [records[named["id"]] for named in kept.before["made"] if named["id"] in records]
    was_public = any(record.published_at for record in records.values())
    write_first(db, list(records.values()))
    unsay(db, [*changed, *made], {record.id: record.revision for record in records.values()})
    _put_back(db, changed, before, now)
    _put_course_back(db, course, kept)
    done = _told(db, kept, (*changed, *made), course, now.moment)
    release_slots(db, list(records))
    _unmake(db, made, course, now, is_all=kept.what == Undoable.SCHEDULE)
    if kept.what in (Undoable.PUBLISH, Undoable.EXTEND) and course is not None:
        _unpublish(db, course)
    standing = [one for one in changed if one.status in HOLDING]
    hold_slots(db, standing, moment=now.moment, agreed=True)  # closed or not: it was so before
    kept.undone_at = now.instant
    db.flush()
    remember(db, [*changed, *(record for record in made if record.published_at is not None)], now=now)
    if was_public or any(record.published_at for record in changed):
        touch_villages(db, {record.region_code for record in records.values()} or {kept.region_code}, now=now)
    firsts = {record.region_code: f"class_session {record.id}" for record in reversed(records.values())}
    if facts:
        firsts = {kept.region_code: f"course {facts['id']}"}
    told = {"what": kept.what, "sessions": len(records)}
    note_each(db, [(of, code, told) for code, of in firsts.items()], "sessions.undo", by=by, now=now)
    return replace(done, left=tuple((one.village, one.title) for one in left))


def _put_back(
    db: Session, changed: Sequence[ClassSession], before: Sequence[Mapping[str, Any]], now: Now
) -> None:
    for record, shown in zip(changed, before, strict=True):
        for name, value in shown["columns"].items():
            setattr(record, name, _from_json(name, value))
        record.changed_at = now.instant
        flag_modified(record, "changed_at")  # the revision rises in any case
    set_session_teachers(db, {shown["id"]: shown["teachers"] for shown in before})
    set_session_labels(db, {shown["id"]: _labels(shown) for shown in before})
    db.flush()


def _put_course_back(db: Session, course: Course | None, kept: ChangeSet) -> None:
    """What the course itself was before it was edited it is again; of another change nothing happens to it."""
    shown = kept.before.get("course", {})
    if course is None or "columns" not in shown:
        return
    set_course_teachers(db, course.id, shown["teachers"])
    set_course_labels(db, course.id, _labels(shown))
    for name, value in shown["columns"].items():
        setattr(course, name, value)
    flag_modified(course, "title")  # the version rises also when only the teachers were others
    db.flush()


def _labels(shown: Mapping[str, Any]) -> Labels[int]:
    """What bore these labels; a change of before there were any bore none."""
    return Labels(**{role: tuple(ids) for role, ids in shown.get("labels", {}).items()})


def _unmake(
    db: Session, made: Sequence[ClassSession], course: Course | None, now: Now, *, is_all: bool
) -> None:
    """These class sessions, which hold nothing any more, are gone, or cancelled where villagers know of them.

    With the last of them goes the course that was made with them, when they are all it had.
    """
    for record in made:
        if record.published_at is not None:
            record.status, record.changed_at = SessionStatus.CANCELLED, now.instant
            record.reason, record.reason_text = "other", TAKEN_BACK
    db.flush()
    drafts = [record.id for record in made if record.published_at is None]
    try:
        with db.begin_nested():
            db.execute(delete(ClassSession).where(ClassSession.id.in_(drafts)))
            recount(db, drafts)
            recount_months(db, made)
            if course is not None and is_all and made and len(drafts) == len(made):
                db.execute(delete(Course).where(Course.id == course.id))
    except IntegrityError as error:
        # Somebody has just enrolled, or added another class session to the course.
        if not (broken_constraint(error) or "").startswith(("fk_", "foreign_key")):
            raise
        raise Refused("undo_in_use") from error


def _unpublish(db: Session, course: Course) -> None:
    """The course is public no more, unless another of its class sessions still is."""
    public = (ClassSession.course_id == course.id, ClassSession.published_at.is_not(None))
    if not db.scalar(select(func.count()).where(*public)):
        course.published_at = None
        db.flush()


def _told(
    db: Session, kept: ChangeSet, records: Sequence[ClassSession], course: Course | None, moment: Moment
) -> TakenBack:
    """What was taken back, told before what was made goes: afterwards there may be nothing left to ask."""
    first = records[0] if records else None
    if kept.what in OF_SEVERAL:
        count = sum(one.id in {shown["id"] for shown in kept.before["changed"]} for one in records)
        return TakenBack(kept.what, kept.region_code, "", count)
    if course is not None and (first is None or kept.what in {*OF_A_SERIES, Undoable.EXTEND}):
        return TakenBack(kept.what, kept.region_code, course.title, len(records), course=course.public_id)
    assert first is not None, "a change without a course has a session"
    status = first.status
    if kept.before["made"] and not kept.before["changed"]:
        status = SessionStatus.CANCELLED if first.published_at else ""
    slot = slot_of(first) if course is None else None
    of_course = db.scalars(select(Course.public_id).where(Course.id == first.course_id)).one()
    return TakenBack(
        what=kept.what,
        region_code=kept.region_code,
        title=course.title if course else first.title,
        sessions=len(records),
        slot=slot,
        status=status,
        is_past=slot is not None and slot.finishes <= moment,
        class_session=first.public_id if slot and status else "",
        course=of_course if course is None or status else "",
    )


def _from_json(name: str, value: Any) -> Any:
    """Days and instants stand in JSON as text."""
    if value is None:
        return None
    match ClassSession.__table__.columns[name].type:
        case Date():
            return date.fromisoformat(value)
        case UtcDateTime():
            return datetime.fromisoformat(value)
    return value
