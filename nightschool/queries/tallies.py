"""What class sessions count as, by themselves and added up."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, bindparam, case, cast, exists, func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Evaluation, EvaluationCount, Headcount
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region
from nightschool.models.tallies import CountedSession
from nightschool.models.teaching import ClassSession, ClassSessionLabel, ClassSessionTeacher, SessionStatus
from nightschool.queries.figures import attendances
from nightschool.queries.oversight.plans import CALLED_OFF
from nightschool.rules.courses.labels import KIND_OF, LabelRole
from nightschool.rules.oversight.figures import DAYS_ON_TIME
from nightschool.rules.oversight.tallies import MONTH, OF_HELPER, ClassCount
from nightschool.rules.regions import PREFIX_DIGITS, Level, full_code
from nightschool.rules.registers.evaluations import EVALUATED, summed

_IS_HELD = ClassSession.status == SessionStatus.HELD.value
_FROM_OUTSIDE = exists().where(
    ClassSessionTeacher.class_session_id == ClassSession.id,
    Teacher.id == ClassSessionTeacher.teacher_id,
    Teacher.region_code != ClassSession.region_code,
)
_LABELS = (
    select(
        func.aggregate_strings(ClassSessionLabel.role + " " + cast(ClassSessionLabel.label_id, String), ",")
    )
    .where(ClassSessionLabel.class_session_id == ClassSession.id)
    .correlate(ClassSession)
    .scalar_subquery()
)
_ANSWERS = (
    select(
        func.aggregate_strings(
            EvaluationCount.aspect
            + " "
            + cast(EvaluationCount.choice, String)
            + " "
            + cast(EvaluationCount.on_paper + EvaluationCount.online, String),
            ",",
        )
    )
    .where(EvaluationCount.class_session_id == ClassSession.id)
    .correlate(ClassSession)
    .scalar_subquery()
)
_KEPT = tuple(column for column in CountedSession.__table__.columns if column.name != "class_session_id")


def _if_held(value: Any, otherwise: Any = None) -> Any:
    return case((_IS_HELD, value), else_=otherwise)


# Each class session that counts, as it is now.
_COUNTING = (
    select(
        ClassSession.id,
        ClassSession.region_code,
        ClassSession.day,
        ClassSession.category_code,
        ClassSession.status,
        ClassSession.reason,
        _LABELS.label("labels"),
        (ClassSession.recorded_after <= DAYS_ON_TIME).label("on_time"),
        _if_held(attendances()).label("attendances"),
        _if_held(ClassSession.ends - ClassSession.starts, 0).label("minutes"),
        _if_held(Headcount.women).label("women"),
        _if_held(Headcount.over_60).label("over_60"),
        _if_held(cast(_FROM_OUTSIDE, Integer), 0).label("by_guests"),
        (Evaluation.on_paper + Evaluation.online).label("slips"),
        _ANSWERS.label("answers"),
    )
    .outerjoin(Headcount, (Headcount.class_session_id == ClassSession.id) & Headcount.superseded_by.is_(None))
    .outerjoin(Evaluation, Evaluation.class_session_id == ClassSession.id)
    .where(
        ClassSession.status != SessionStatus.DRAFT.value, ClassSession.status != SessionStatus.POSTPONED.value
    )
)
_OF_NOW = len(_COUNTING.selected_columns)
# The same as they were counted last.
_COUNTED = select(CountedSession.class_session_id, *_KEPT)
_BOTH = (
    _COUNTING.add_columns(
        *(column.label(f"was_{column.name}") for column in CountedSession.__table__.columns)
    )
    .outerjoin(CountedSession, CountedSession.class_session_id == ClassSession.id)
    .where(ClassSession.id.in_(bindparam("ids", expanding=True)))
)
_LAST = _COUNTED.where(CountedSession.class_session_id.in_(bindparam("ids", expanding=True)))
_LOCK = (
    select(CountedSession.class_session_id)
    .where(CountedSession.class_session_id.in_(bindparam("ids", expanding=True)))
    .order_by(CountedSession.class_session_id)
    .with_for_update()
)


def last_and_now(
    db: Session, class_sessions: Sequence[int]
) -> Iterator[tuple[int, ClassCount | None, ClassCount | None]]:
    """Each with what it was counted as last, and what it counts as now; until the transaction ends nobody else counts
    them. Cost: 1 query, one more on PostgreSQL, and one more where some are gone."""
    connection, those = db.connection(), {"ids": class_sessions}
    if connection.dialect.name != "sqlite":  # by itself, so that the next statement sees what was waited for
        connection.execute(_LOCK, those)
    gone = set(class_sessions)
    for both in connection.execute(_BOTH, those).all():
        (key, *now), (was, *last) = both[:_OF_NOW], both[_OF_NOW:]
        gone.remove(key)
        yield key, None if was is None else ClassCount(*last), _counts_as(*now)
    for key, *last in connection.execute(_LAST, {"ids": sorted(gone)}) if gone else ():
        yield key, ClassCount(*last), None


def counting_now(db: Session, which: ColumnElement[bool]) -> dict[int, ClassCount]:
    """What these class sessions count as, by their ids."""
    return {key: _counts_as(*now) for key, *now in db.execute(_COUNTING.where(which))}


def counted_last(db: Session, which: ColumnElement[bool]) -> dict[int, ClassCount]:
    """As what these were counted last."""
    return {key: ClassCount(*last) for key, *last in db.execute(_COUNTED.where(which))}


def townships_now(db: Session, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    """The villages and night schools of these townships, as their tallies are to have them."""
    is_community = _is_community()
    has_no_end = Region.valid_to.is_(None)
    schools = func.count(NightSchool.id)
    rows = db.execute(
        select(
            Region.parent_code.label("region_code"),
            func.count().filter(has_no_end).label("villages"),
            schools.filter(has_no_end & ~is_community).label("village_schools"),
            schools.filter(has_no_end & is_community).label("community_schools"),
            schools.filter(~has_no_end).label("ending_schools"),
        )
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.level == Level.VILLAGE, which)
        .group_by(Region.parent_code)
    )
    return [dict(row._mapping) for row in rows]


def openings_now(db: Session, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    """On which days the night schools of these townships opened, of those that have no end, as is to stand."""
    is_community = _is_community()
    rows = db.execute(
        select(
            NightSchool.opened_on.label("day"),
            Region.parent_code.label("region_code"),
            func.count().filter(~is_community).label("village_schools"),
            func.count().filter(is_community).label("community_schools"),
        )
        .join(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.level == Level.VILLAGE, Region.valid_to.is_(None), which)
        .group_by(NightSchool.opened_on, Region.parent_code)
    )
    return [dict(row._mapping) for row in rows]


def months_now(db: Session, *which: ColumnElement[bool]) -> list[dict[str, Any]]:
    """In how many villages of each township there is a class in each month, of these class sessions, as is to stand."""
    township = func.substr(ClassSession.region_code, 1, PREFIX_DIGITS[Level.TOWNSHIP])
    month = func.substr(cast(ClassSession.day, String), 1, MONTH)
    rows = db.execute(
        select(month, township, func.count(ClassSession.region_code.distinct()))
        .where(ClassSession.status.not_in(CALLED_OFF), *which)
        .group_by(month, township)
    )
    return [
        {"month": month, "region_code": full_code(township), "villages": villages}
        for month, township, villages in rows
    ]


def _is_community() -> ColumnElement[bool]:
    return func.substr(Region.code, 10, 1) < "2"


def _counts_as(
    region: str, day: date, category: str, status: str, reason: str | None, labels: str | None, *rest: Any
) -> ClassCount:
    is_off = status == SessionStatus.CANCELLED
    why = (reason or "other") if is_off else ""
    on_time, came, *others, slips, answers = rest
    said = (one.split(" ") for one in (answers or "").split(",") if one)
    sums = summed(slips or 0, ((aspect, int(choice), int(number)) for aspect, choice, number in said))
    return ClassCount(
        region,
        day,
        category,
        status,
        why,
        _as_keys(labels) if labels else "",
        int(bool(on_time)),
        came or 0,
        *others,
        *(sums[name] for name in EVALUATED),
    )


def places_counted(db: Session) -> list[str]:
    """The cities in which there are class sessions, or were when they were counted."""
    found: set[str] = set()
    for table in (ClassSession, CountedSession):
        found |= set(
            db.scalars(select(func.substr(table.region_code, 1, PREFIX_DIGITS[Level.CITY])).distinct())
        )
    return [full_code(prefix) for prefix in sorted(found)]


def _as_keys(labels: str) -> str:
    keys = set()
    for one in labels.split(","):
        role, _, number = one.partition(" ")
        keys |= {number, KIND_OF[LabelRole(role)].value}
        if role == LabelRole.HELPER:
            keys.add(OF_HELPER + number)
    return ",".join(sorted(keys))
