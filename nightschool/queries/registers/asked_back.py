"""What there is to ask back about a recorded class, and what was answered: for its own village alone."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import AskedBackAnswer, Headcount, Mark, Submission
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.courses.elsewhere import sessions_around
from nightschool.queries.figures import attendances, came_in_person
from nightschool.queries.registers.attendance import Register
from nightschool.queries.registers.sheet_photos import same_elsewhere
from nightschool.queries.registers.turnouts import HELD_UP_TO
from nightschool.queries.seasons.calendars import days_otherwise, seasons
from nightschool.queries.seasons.localities import locality, meeting_in
from nightschool.queries.shared_venues import MEETS_IN
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.registers.asked_back import (
    ANSWER_HOLDS,
    COMPARED,
    IN_A_ROW,
    WITHIN_ONE_GO,
    AskedBackKind,
    FarClass,
    HeldClass,
    Look,
    hard_day,
    is_above_usual,
    tell_quiet,
)
from nightschool.rules.seasons.markets import Markets

_LAST = HELD_UP_TO.add_columns(
    attendances().label("attendances"),
    select(Course.expected).where(Course.id == ClassSession.course_id).scalar_subquery().label("expected"),
    select(Headcount.total)
    .where(Headcount.class_session_id == ClassSession.id, Headcount.superseded_by.is_(None))
    .scalar_subquery()
    .label("total"),
).limit(COMPARED)
_CAME = select(Mark.class_session_id, Mark.learner_id).where(
    Mark.class_session_id.in_(bindparam("class_sessions", expanding=True)), came_in_person()
)
_FIRST_WRITTEN = (
    select(func.min(Submission.taken_at), func.min(Submission.received_at))
    .join(ClassSession, ClassSession.id == Submission.class_session_id)
    .where(ClassSession.public_id == bindparam("class_session"))
)
_AT_ONCE = (
    select(Submission.class_session_id)
    .join(ClassSession, ClassSession.id == Submission.class_session_id)
    .where(ClassSession.region_code == bindparam("village"))
    .group_by(Submission.class_session_id)
    .having(func.min(Submission.taken_at).between(bindparam("after"), bindparam("before")))
)
_Other, _Beside = aliased(ClassSession, name="other"), aliased(ClassSessionTeacher, name="beside")
_ELSEWHERE_TOO = (  # the teachers of a class who have one in another village on the same day
    select(Teacher.public_id)
    .join(ClassSessionTeacher, ClassSessionTeacher.teacher_id == Teacher.id)
    .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
    .join(_Beside, _Beside.teacher_id == Teacher.id)
    .join(_Other, _Other.id == _Beside.class_session_id)
    .where(
        ClassSession.public_id == bindparam("class_session"),
        _Other.day == ClassSession.day,
        _Other.region_code != ClassSession.region_code,
    )
    .distinct()
)
_ANSWERS = (
    select(ClassSession.public_id, AskedBackAnswer.kind, AskedBackAnswer.text)
    .join(ClassSession, ClassSession.id == AskedBackAnswer.class_session_id)
    .where(
        ClassSession.region_code == bindparam("village"),
        ClassSession.day.between(bindparam("since"), bindparam("until")),
    )
)
_LATEST = (
    select(ClassSession.public_id, ClassSession.day, ClassSession.status, AskedBackAnswer.text)
    .outerjoin(
        AskedBackAnswer,
        (AskedBackAnswer.class_session_id == ClassSession.id) & (AskedBackAnswer.kind == bindparam("kind")),
    )
    .where(ClassSession.region_code == bindparam("village"), ClassSession.status.in_(HOLDING))
    .order_by(ClassSession.day.desc(), ClassSession.starts.desc(), ClassSession.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered about one class, by kind; and which kinds were about others of the village shortly before."""

    own: dict[str, str]
    before: frozenset[str]


@dataclass(frozen=True, slots=True)
class LatestClass:
    """The latest class of a village, held or planned, and what was answered about it."""

    class_session: str
    day: date
    is_held: bool
    answer: str


def look(db: Session, found: Register, *, today: date, zone: tzinfo) -> Look:
    """What is known of a register that is saved. Cost: 6 queries, and up to 7 where there may be something to ask."""
    this = {"class_session": found.class_session}
    rows = db.execute(_LAST, this).all()
    came: dict[int, set[int]] = defaultdict(set)
    for class_session, learner in db.execute(_CAME, {"class_sessions": [one.id for one in rows[:IN_A_ROW]]}):
        came[class_session].add(learner)
    last = tuple(
        HeldClass(frozenset(came[row.id]), row.total, row.expected, row.attendances or 0) for row in rows
    )
    written = min(db.execute(_FIRST_WRITTEN, this).one())
    around = {
        "village": found.region_code,
        "after": written - WITHIN_ONE_GO,
        "before": written + WITHIN_ONE_GO,
    }
    return Look(
        day=found.day,
        is_cohort=found.is_cohort,
        entered=written.astimezone(zone).date(),
        at_once=len(db.scalars(_AT_ONCE, around).all()),
        last=last,
        far=_far(db, found),
        seats=found.seats,
        hard_day=_hard_day(db, found) if is_above_usual(last) else (),
        same_photo=same_elsewhere(db, found.class_session),
        is_the_last=bool(tell_quiet(found.day, today))
        and _latest_row(db, found.region_code).public_id == found.class_session,
    )


def answers(db: Session, found: Register) -> Answers:
    """What was answered about this class, and about others of its village shortly before it. Cost: 1 query."""
    when = {"since": found.day - ANSWER_HOLDS, "until": found.day}
    rows = db.execute(_ANSWERS, {"village": found.region_code, **when}).all()
    return Answers(
        own={row.kind: row.text for row in rows if row.public_id == found.class_session},
        before=frozenset(row.kind for row in rows if row.public_id != found.class_session),
    )


def latest_class(db: Session, village: str) -> LatestClass | None:
    """The latest class of a village, held or planned; None where there never was one. Cost: 1 query."""
    row = _latest_row(db, village)
    if row is None:
        return None
    return LatestClass(row.public_id, row.day, row.status == SessionStatus.HELD, row.text or "")


def _latest_row(db: Session, village: str) -> Any:
    return db.execute(_LATEST, {"village": village, "kind": AskedBackKind.QUIET}).one_or_none()


def _hard_day(db: Session, found: Register) -> tuple[str, ...]:
    here = locality(db, found.region_code)
    _holidays, otherwise = days_otherwise(db, found.region_code, found.day, found.day)
    markets = Markets(() if here.markets_are_examples else here.markets, otherwise)
    windows = seasons(db, found.region_code, found.day, found.day)
    return hard_day(found.day, found.starts, markets, windows)


def _far(db: Session, found: Register) -> tuple[FarClass, ...]:
    teachers = db.scalars(_ELSEWHERE_TOO, {"class_session": found.class_session}).all()
    if not teachers:
        return ()
    hall_in = select(MEETS_IN).select_from(ClassSession).outerjoin(Venue, Venue.id == ClassSession.venue_id)
    own = hall_in.where(ClassSession.public_id == found.class_session)
    here, on = meeting_in(db, locality(db, found.region_code), db.scalars(own).one()), found.day
    taught, _village = sessions_around(db, here, teachers, on, on, but_session=found.class_session)
    return tuple(
        FarClass(
            name,
            one.village,
            one.starts,
            one.ends,
            one.way.km,
            gap=max(found.starts - one.ends, one.starts - found.ends),
        )
        for name, sessions in taught.items()
        for one in sessions
        if one.day == on and not one.is_here and one.way is not None
    )
