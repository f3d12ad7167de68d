"""Which village stands for another by now, and how much there still is to take over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region, Takeover, Venue
from nightschool.models.planning import Dispatch, Question, Wish
from nightschool.models.teaching import ClassSession, Course
from nightschool.queries.courses.sessions import is_over
from nightschool.queries.offers import is_waiting
from nightschool.rules.courses.statuses import TO_COME
from nightschool.rules.places.takeovers import PUT_BACK_FOR, Belongings
from nightschool.rules.slots import Moment, Now


@dataclass(frozen=True, slots=True)
class Succession:
    """A village that has ended, and who stands for it, where that is known."""

    code: str
    name: str
    ended_on: date  # its last day
    successor_code: str
    successor: str
    day: date | None  # from which day on


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was taken over last from a village, while it can be put back."""

    public_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class HandedOn:
    """How many learners went to another village at once."""

    code: str
    village: str
    made_at: datetime
    learners: int


def _ended(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Of these villages those that have ended, with who stands for them."""
    successor = aliased(Region)
    return (
        select(
            Region.code,
            Region.name,
            Region.valid_to,
            func.coalesce(successor.code, ""),
            func.coalesce(successor.name, ""),
            Region.successor_day,
        )
        .outerjoin(successor, successor.code == Region.successor_code)
        .where(which, Region.valid_to.is_not(None))
        .order_by(Region.successor_day.desc(), Region.code)
    )


_AROUND = _ended(or_(Region.code == bindparam("village"), Region.successor_code == bindparam("village")))
_AMONG = _ended(Region.code.in_(bindparam("villages", expanding=True)))


def successions(db: Session, village: str) -> tuple[Succession | None, tuple[Succession, ...]]:
    """How this village has ended, None if it has not; and those it stands for, the latest first. Cost: 1 query."""
    found = [Succession(*row) for row in db.execute(_AROUND, {"village": village})]
    return next((one for one in found if one.code == village), None), tuple(
        one for one in found if one.code != village
    )


def ends(db: Session, villages: Iterable[str]) -> tuple[Succession, ...]:
    """Those of these villages (codes) that have ended, or whose last day is known. Cost: 1 query."""
    return tuple(Succession(*row) for row in db.execute(_AMONG, {"villages": sorted(villages)}))


def belongings(db: Session, village: str, *, at: Moment) -> Belongings:
    """What this village has that another can take over. Cost: 1 query."""
    counts = (
        select(func.count()).select_from(model).where(model.region_code == village, which).scalar_subquery()
        for model, which in belonging(at).items()
    )
    return Belongings(*db.execute(select(*counts)).one())


def belonging(at: Moment) -> Mapping[Any, ColumnElement[bool]]:
    """Which records go along: all people and places but merged ones, what is to come, and what is not answered."""
    to_come = and_(ClassSession.status.in_(TO_COME), ~is_over(at))
    meets = exists().where(ClassSession.course_id == Course.id, to_come)
    has_met = exists().where(ClassSession.course_id == Course.id)
    return {
        Learner: Learner.merged_into_id.is_(None),
        Teacher: Teacher.merged_into_id.is_(None),
        Venue: Venue.public_id.is_not(None),
        Course: or_(meets, ~has_met),
        ClassSession: to_come,
        Question: Question.answered_on.is_(None),
        Wish: Wish.public_id.is_not(None),
        Dispatch: is_waiting(at),
    }


def handed_on(db: Session, village: str, *, now: Now) -> tuple[HandedOn, ...]:
    """The learners of this village who went to others and can still be put back, the latest to each. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, Region.name, Takeover.made_at, Takeover.moved)
        .join(Takeover, Takeover.to_code == Region.code)
        .where(
            Takeover.from_code == village,
            Takeover.undone_at.is_(None),
            Takeover.made_at > now.instant - PUT_BACK_FOR,
            Takeover.made_at <= now.believable,
        )
        .order_by(Takeover.id)
    )
    latest = {row.code: row for row in rows}
    return tuple(
        HandedOn(row.code, row.name, row.made_at, len(row.moved["learners"]))
        for row in latest.values()
        if not any(moved for name, moved in row.moved.items() if name != "learners")
    )


def taken_over(db: Session, village: str, former: str, *, now: Now) -> TakenOver | None:
    """What was taken over last and can still be put back. Cost: 1 query."""
    row = db.execute(
        select(Takeover.public_id, Takeover.made_at)
        .where(Takeover.from_code == former, Takeover.to_code == village, Takeover.undone_at.is_(None))
        .order_by(Takeover.id.desc())
        .limit(1)
    ).one_or_none()
    return TakenOver(*row) if row and now.is_within(PUT_BACK_FOR, row.made_at) else None


_SUCCESSORS = select(Region.code, Region.successor_code).where(
    # Not "is not null", for which SQLite would not use the index.
    Region.successor_code > "",
    Region.successor_day <= bindparam("today"),
)


def todays_villages(db: Session, *, today: date) -> dict[str, str]:
    """Former code -> the code that stands for it today, however many mergers lie between. Cost: 1 query."""
    step = {row.code: row.successor_code for row in db.execute(_SUCCESSORS, {"today": today})}

    def last_of(code: str) -> str:
        while code in step:
            code = step[code]
        return code

    return {code: last_of(code) for code in step}
