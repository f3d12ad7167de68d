"""What changed since the notice: the changelog of a village, the history of one session, and what both are made of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    Select,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from nightschool.models.base import UtcDateTime
from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.planning import SessionRevision
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.notices import timetable
from nightschool.queries.places.places import NamedRegion
from nightschool.queries.public_names import PUBLIC_NAME
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.notices.revisions import Facts, Known, Standing, facts_from_json
from nightschool.rules.notices.told import revision_in_force
from nightschool.rules.regions import code_range
from nightschool.rules.slots import Moment

_PAGE = 200
MOST_REMEMBERED = 30  # of one session's or one course's history

STANDINGS = {SessionStatus.CANCELLED: Standing.CANCELLED, SessionStatus.POSTPONED: Standing.POSTPONED}


@dataclass(frozen=True, slots=True)
class Made:
    """One revision of a public class session: when it was made, and what there was to read before it and after."""

    class_session: str  # public id
    revision: int
    made_at: datetime
    before: Facts | None
    after: Facts


@dataclass(frozen=True, slots=True)
class Changelog:
    """What changed in a village's class sessions since a moment, the latest first."""

    made: tuple[Made, ...]
    are_more: bool


def changelog(
    db: Session | Connection, village: str, *, since: datetime, told_too: bool = False, number: int = 1
) -> Changelog:
    """What changed since this moment and no notice has told; with `told_too`, what notices told is among it.

    A notice tells of the class sessions of its own month, and closes no change of another.

    Public: of a class session that never was, nothing is written down. Cost: 1 query.
    """
    values = {"village": village, "since": since, "skipped": (number - 1) * _PAGE, "told_too": told_too}
    rows = db.execute(_CHANGES, values).all()
    return Changelog(tuple(map(_made, rows[:_PAGE])), len(rows) > _PAGE)


def region_changes(
    db: Session | Connection, code: str, *, since: datetime
) -> tuple[tuple[NamedRegion, Made], ...]:
    """What changed in the villages of a region since a moment, the latest first, what notices told too.

    Public, as `changelog` is. Villages whose pages have not changed since are not looked at. Cost: 1 query.
    """
    low, high = code_range(code)
    rows = db.execute(_REGION_CHANGES, {"low": low, "high": high, "since": since})
    return tuple((NamedRegion(village, name), _made(told)) for *told, village, name in map(tuple, rows))


def latest_revisions(db: Session, *, class_session: str = "", course: str = "") -> tuple[Made, ...]:
    """The latest revisions of this class session, or of all of this course, the latest first. Cost: 1 query."""
    which = (
        ClassSession.public_id == class_session
        if class_session
        else ClassSession.course_id.in_(select(Course.id).where(Course.public_id == course))
    )
    return tuple(_made(tuple(row)) for row in db.execute(_revisions(which).limit(MOST_REMEMBERED)))


def since_told(
    db: Session | Connection, village: str, class_session: str, revision: int
) -> tuple[Facts, Facts] | None:
    """What villagers could read of a class session at this revision, and what they can now; None: it never changed.

    Public, as `changelog` is. Cost: 1 query.
    """
    rows = db.execute(_OF_ONE, {"village": village, "class_session": class_session}).all()
    if not rows:
        return None
    facts: dict[int, dict[str, Any]] = dict(map(tuple, rows))
    return facts_from_json(facts[revision_in_force(facts, revision)]), facts_from_json(rows[-1].facts)


def revisions_made(db: Session, revisions: Mapping[int, int]) -> list[tuple[str, Made]]:
    """Of each of these class sessions (by id) what this revision told, with its village, by day. Cost: 1 query."""
    statement = _revisions(
        tuple_(SessionRevision.class_session_id, SessionRevision.revision).in_(revisions.items())
    ).order_by(None)
    statement = statement.add_columns(SessionRevision.region_code)
    rows = db.execute(statement.order_by(ClassSession.day, ClassSession.starts, ClassSession.id))
    return [(village, _made(told)) for *told, village in map(tuple, rows)]


def _made(row: Sequence[Any]) -> Made:
    class_session, revision, made_at, facts, former = row
    return Made(
        class_session, revision, made_at, facts_from_json(former) if former else None, facts_from_json(facts)
    )


def _revisions(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Revisions, each with the one before it of the same class session, the latest first."""
    former, earlier = aliased(SessionRevision), aliased(SessionRevision)
    before = (
        select(func.max(earlier.revision))
        .where(
            earlier.class_session_id == SessionRevision.class_session_id,
            earlier.revision < SessionRevision.revision,
        )
        .scalar_subquery()
    )
    return (
        select(
            ClassSession.public_id,
            SessionRevision.revision,
            SessionRevision.made_at,
            SessionRevision.facts,
            former.facts.label("former"),
        )
        .join(ClassSession, ClassSession.id == SessionRevision.class_session_id)
        .outerjoin(
            former,
            (former.class_session_id == SessionRevision.class_session_id) & (former.revision == before),
        )
        .where(*which)
        .order_by(
            SessionRevision.made_at.desc(),
            ClassSession.day,
            ClassSession.starts,
            SessionRevision.class_session_id,
            SessionRevision.revision.desc(),
        )
    )


_CHANGES = (
    _revisions(
        SessionRevision.region_code == bindparam("village"),
        SessionRevision.made_at > bindparam("since", type_=UtcDateTime()),
        or_(
            bindparam("told_too", type_=Boolean()),
            ClassSession.announced_revision.is_(None),
            SessionRevision.revision > ClassSession.announced_revision,
        ),
    )
    .limit(timetable.literal_number(_PAGE + 1))
    .offset(bindparam("skipped", type_=Integer()))
)


_OF_ONE = (
    select(SessionRevision.revision, SessionRevision.facts)
    .join(ClassSession, ClassSession.id == SessionRevision.class_session_id)
    .where(
        ClassSession.public_id == bindparam("class_session"), ClassSession.region_code == bindparam("village")
    )
    .order_by(SessionRevision.revision)
)

_REGION_CHANGES = (
    _revisions(
        Region.code >= bindparam("low"),
        Region.code < bindparam("high"),
        Region.changed_at > bindparam("since", type_=UtcDateTime()),
        SessionRevision.made_at > bindparam("since", type_=UtcDateTime()),
    )
    .join(Region, Region.code == SessionRevision.region_code)
    .add_columns(Region.code, Region.name)
    .limit(timetable.literal_number(_PAGE))
)


def facts_now(db: Session, class_session_ids: Collection[int]) -> dict[int, Facts]:
    """What there is to read of each of these class sessions, drafts too, by their ids. Cost: 1 query."""
    statement = (
        timetable.with_surroundings(
            select(
                ClassSession.id,
                ClassSession.title,
                ClassSession.day,
                ClassSession.starts,
                ClassSession.ends,
                ClassSession.status,
                ClassSession.venue_id,
                venue_name(ClassSession.region_code).label("venue"),
                ClassSession.reason,
                ClassSession.reason_text,
                *timetable.MOVES,
                Teacher.id.label("teacher_id"),
                PUBLIC_NAME,
                Teacher.unit,
            )
        )
        .where(ClassSession.id.in_(class_session_ids))
        .order_by(ClassSession.id, ClassSessionTeacher.position)
    )
    found: dict[int, Facts] = {}
    for row in db.execute(statement):
        facts = found.get(row.id) or Facts(
            title=row.title,
            day=row.day,
            starts=row.starts,
            ends=row.ends,
            standing=STANDINGS.get(row.status, Standing.TAKES_PLACE),
            place=row.venue or "",
            place_id=row.venue_id,
            reason=row.reason,
            reason_text=row.reason_text,
            moves_to=Moment(row.to_day, row.to_starts) if row.to_day else None,
            moved_from=Moment(row.from_day, row.from_starts) if row.from_day else None,
        )
        if row.teacher_id is not None:
            known = Known(row.public_name, row.unit, row.teacher_id)
            facts = replace(facts, teachers=(*facts.teachers, known))
        found[row.id] = facts
    return found


def revisions_of(db: Session, class_session_ids: Collection[int]) -> dict[int, list[tuple[int, Facts]]]:
    """The revisions of each of these class sessions with what they say, the first one first. Cost: 1 query."""
    found: dict[int, list[tuple[int, Facts]]] = defaultdict(list)
    for class_session_id, revision, facts in db.execute(
        select(SessionRevision.class_session_id, SessionRevision.revision, SessionRevision.facts)
        .where(SessionRevision.class_session_id.in_(class_session_ids))
        .order_by(SessionRevision.class_session_id, SessionRevision.revision)
    ):
        found[class_session_id].append((revision, facts_from_json(facts)))
    return found
