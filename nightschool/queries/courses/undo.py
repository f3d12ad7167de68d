"""What can still be taken back: the latest changes of class sessions and courses, while their time lasts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ChangeSet, ClassSession, Course, Enrolment, SessionStatus
from nightschool.queries.courses.bookings import holdings
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.courses.undo import OF_ONE_SESSION, UNDO_WITHIN, Undoable, too_late
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Now, Slot

_MOST_LOOKED_AT = 30


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A class session of a change of several villages that somebody changed since: it stays as it is by now."""

    id: int
    successor_id: int | None
    village: str
    title: str


@dataclass(frozen=True, slots=True)
class Recent:
    """A change that can be taken back."""

    public_id: str
    what: str
    until: datetime


def just_made(db: Session, village: str, *, now: Now) -> str | None:
    """The change that was made in this transaction, by its public id; None: nothing changed. Cost: 1 query."""
    made = select(ChangeSet.public_id).where(
        ChangeSet.region_code == village, ChangeSet.made_at == now.instant, ChangeSet.undone_at.is_(None)
    )
    return db.scalars(made.order_by(ChangeSet.id.desc()).limit(1)).first()


def latest_of(db: Session, region: str, what: Undoable, *, now: Now) -> str | None:
    """The latest such change of this region that was not taken back, while it is remembered. Cost: 1 query."""
    statement = select(ChangeSet.public_id).where(
        ChangeSet.region_code == region,
        ChangeSet.what == what,
        ChangeSet.made_at.between(now.instant - timedelta(hours=12), now.believable),
        ChangeSet.undone_at.is_(None),
    )
    return db.scalars(statement.order_by(ChangeSet.id.desc()).limit(1)).first()


def recent_of_session(
    db: Session, village: str, class_session: str, *, revision: int, now: Now
) -> Recent | None:
    """What was last done to this one class session, if it can be taken back. Cost: 1 query, and `way_back`."""
    for row in _latest(db, village, now):
        entries = [*row.before["changed"], *row.before["made"]]
        found = {entry["public_id"]: entry["revision"] for entry in entries}
        if row.what in OF_ONE_SESSION and found.get(class_session) == revision:
            return way_back(db, row, now=now)
    return None


def recent_of_course(db: Session, village: str, course: str, *, now: Now) -> Recent | None:
    """What was last done to the course as a whole, if it can be taken back. Cost: 1 query, and `way_back`."""
    for row in _latest(db, village, now):
        if row.before.get("course", {}).get("public_id") == course:
            return way_back(db, row, now=now)
    return None


def way_back(db: Session, change: ChangeSet, *, now: Now) -> Recent | None:
    """This change where it can be taken back as things stand. Cost: 2 to 6 queries, none once it is too late."""
    if why_not(db, change, now=now):
        return None
    if change.what != Undoable.CALL_OFF and _slots_taken(db, change):
        return None
    return Recent(change.public_id, change.what, change.made_at + UNDO_WITHIN)


def why_not(db: Session, change: ChangeSet, *, now: Now) -> str | None:
    """Why this change cannot be taken back; None when it can, unless one of the old slots is taken by now.

    One of the codes of rules.courses.undo.tell_refused_undo. Cost: 1 to 4 queries, none once it is too late.
    """
    if reason := too_late(change.made_at, change.undone_at, now):
        return reason
    before = change.before
    if change.what == Undoable.CALL_OFF:
        changed = {entry["id"] for entry in before["changed"]}
        return "undo_changed_since" if len(left_alone(db, change)) == len(changed) else None
    left = {entry["id"]: entry["revision"] for entry in (*before["changed"], *before["made"])}
    columns = select(ClassSession.id, ClassSession.revision, ClassSession.status)
    rows = db.execute(columns.where(ClassSession.id.in_(left))).all()
    if any(row.status == SessionStatus.HELD and row.revision != left[row.id] for row in rows):
        return "undo_has_register"
    is_as_left = {row.id: row.revision for row in rows} == left and _is_course_as_left(db, before)
    if not is_as_left or _are_merged(db, before):
        return "undo_changed_since"
    if change.what == Undoable.SCHEDULE and _is_in_use(db, before["course"]["id"], left):
        return "undo_in_use"
    return None


def _is_course_as_left(db: Session, before: Mapping[str, Any]) -> bool:
    """True of no course; one that was scheduled or edited must be as it was then, any other must be there."""
    if "course" not in before:
        return True
    course = before["course"]
    version = db.scalar(select(Course.version).where(Course.id == course["id"]))
    may_differ = not before["made"] and "columns" not in course
    return version is not None and (may_differ or version == course["version"])


def _are_merged(db: Session, before: Mapping[str, Any]) -> bool:
    """True when a teacher who would come back was merged into another since."""
    shown = (*before["changed"], before.get("course", {}))
    return bool(_merged(db, {teacher for one in shown for teacher in one.get("teachers", ())}))


def _merged(db: Session, teachers: Collection[int]) -> set[int]:
    merged = select(Teacher.id).where(Teacher.id.in_(teachers), Teacher.merged_into_id.is_not(None))
    return set(db.scalars(merged)) if teachers else set()


def _is_in_use(db: Session, course_id: int, made: Collection[int]) -> bool:
    """True when a course that would go has somebody enrolled, or class sessions that were added since."""
    drafts = select(func.count()).where(ClassSession.id.in_(made), ClassSession.published_at.is_(None))
    if db.scalar(drafts) != len(made):
        return False  # it stays, and its class sessions stand as cancelled
    enrolled = select(Enrolment.id).where(Enrolment.course_id == course_id)
    added = select(ClassSession.id).where(ClassSession.course_id == course_id, ClassSession.id.not_in(made))
    return any(db.execute(some.limit(1)).first() for some in (enrolled, added))


def left_alone(db: Session, change: ChangeSet) -> tuple[LeftAlone, ...]:
    """What of a change of several villages cannot be taken back, each for itself. Cost: 1 query, 4 when it was changed.

    Changed since, be it the class session or the one that it was put off to; held by now; or its old slot is taken.
    """
    before = change.before
    left = {entry["id"]: entry["revision"] for entry in (*before["changed"], *before["made"])}
    rows = {
        row.id: row
        for row in db.execute(
            select(
                ClassSession.id,
                ClassSession.revision,
                ClassSession.successor_id,
                ClassSession.title,
                Region.name.label("village"),
            )
            .join(Region, Region.code == ClassSession.region_code)
            .where(ClassSession.id.in_(left))
        )
    }
    gone = {key for key, revision in left.items() if key not in rows or rows[key].revision != revision}
    # Which class session was put off to which, whoever of the two is another by now.
    after = {key: rows[key].successor_id for key in (one["id"] for one in before["changed"]) if key in rows}
    taught = {one["id"]: set(one["teachers"]) for one in before["changed"]}
    merged = _merged(db, set().union(*taught.values()))
    taken = _slots_taken(db, change) | {key for key, those in taught.items() if those & merged}
    stays = {key for key, to in after.items() if {key, to} & gone or key in taken}
    return tuple(
        LeftAlone(key, after[key], rows[key].village, rows[key].title) for key in after if key in stays
    )


def _slots_taken(db: Session, change: ChangeSet) -> set[int]:
    """Those whose old slot somebody else holds by now."""
    wanted = []
    for shown in change.before["changed"]:
        was = shown["columns"]
        if was["status"] in HOLDING:
            slot = Slot(date.fromisoformat(was["day"]), was["starts"], was["ends"])
            those = [Resource(ResourceKind.TEACHER, teacher) for teacher in shown["teachers"]]
            those += [Resource(ResourceKind.VENUE, was["venue_id"])] if was["venue_id"] else []
            wanted += [(shown["id"], resource, slot) for resource in those]
    resources, days = {resource for _key, resource, _slot in wanted}, {slot.day for *_key, slot in wanted}
    own = {entry["id"] for entry in (*change.before["changed"], *change.before["made"])}
    held = holdings(db, resources, days, for_village=change.region_code, ignoring=own)
    return {
        key
        for one in held
        for key, resource, slot in wanted
        if one.resource == resource and one.slot.overlaps(slot)
    }


def _latest(db: Session, village: str, now: Now) -> list[ChangeSet]:
    statement = (
        select(ChangeSet)
        .where(
            ChangeSet.region_code == village,
            ChangeSet.made_at.between(now.instant - UNDO_WITHIN, now.believable),
            ChangeSet.undone_at.is_(None),
        )
        .order_by(ChangeSet.id.desc())
        .limit(_MOST_LOOKED_AT)
    )
    return list(db.scalars(statement))
