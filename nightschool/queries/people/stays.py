"""Who was on a village's roster on a day, and in which group: the present stay of each learner and the former ones."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import CTE, BindParameter, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from nightschool.models.people import FormerStay, Learner
from nightschool.models.places import Region
from nightschool.queries.scope import inside
from nightschool.rules.people.people import group_number, group_order
from nightschool.rules.regions import Level, township_of

_VILLAGE: BindParameter[str] = bindparam("village")
_DAY: BindParameter[date] = bindparam("day")


def _there() -> CTE:
    """Person, group, and whether it is told by a record merged into theirs; bound to a `village` and a `day`."""
    person = func.coalesce(Learner.merged_into_id, Learner.id).label("person")
    is_merged = Learner.merged_into_id.is_not(None).label("is_merged")
    is_gone = Learner.retired_at.is_not(None)
    present = select(person, is_merged, Learner.group_name, Learner.group_number).where(
        Learner.region_code == _VILLAGE,
        or_(Learner.came_on.is_(None), Learner.came_on <= _DAY),
        or_(~is_gone, Learner.left_on > _DAY),
    )
    former = (
        select(person, is_merged, FormerStay.group_name, FormerStay.group_number)
        .join(Learner, Learner.id == FormerStay.learner_id)
        .where(
            FormerStay.region_code == _VILLAGE,
            or_(FormerStay.came_on.is_(None), FormerStay.came_on <= _DAY),
            FormerStay.left_on > _DAY,
        )
    )
    return union_all(present, former).cte("there")


# Bound to a `village` and a `day`. A person two of whose records were merged can stand in it twice.
THERE = _there()
# Who belongs or belonged to a village, bound to `village`: learners' ids.
EVER_OF_VILLAGE = union_all(
    select(Learner.id).where(Learner.region_code == _VILLAGE),
    select(FormerStay.learner_id).where(FormerStay.region_code == _VILLAGE),
)


@dataclass(frozen=True, slots=True)
class Stay:
    """A time somebody was in a group of a village, from a day (None: before it was written down) to before another."""

    region_code: str
    village: str
    group_name: str
    came_on: date | None
    left_on: date | None  # None: is there still


def former_stays(db: Session, learner: str) -> tuple[Stay, ...]:
    """Where this learner was before, the latest first. Cost: 1 query."""
    rows = db.execute(
        select(
            FormerStay.region_code,
            Region.name,
            FormerStay.group_name,
            FormerStay.came_on,
            FormerStay.left_on,
        )
        .join(Region, Region.code == FormerStay.region_code)
        .join(Learner, Learner.id == FormerStay.learner_id)
        .where(Learner.public_id == learner)
        .order_by(FormerStay.left_on.desc(), literal(0) - FormerStay.id)
    )
    return tuple(Stay(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class Movable:
    """A learner who can go into another group or village."""

    id: int
    version: int
    public_id: str
    name: str
    group_name: str


def movable(db: Session, village: str, *, group: str, learner: str) -> tuple[Movable, ...]:
    """All of a group who still come, as the list heads it, or the one learner. Cost: 1 query."""
    rows = db.execute(
        select(
            Learner.id,
            Learner.version,
            Learner.public_id,
            Learner.name,
            Learner.group_name,
            Learner.group_number,
        )
        .where(Learner.region_code == village, Learner.retired_at.is_(None), Learner.merged_into_id.is_(None))
        .order_by(Learner.name_key, Learner.id)
    )
    wanted = group_order(group_number(group), group)
    return tuple(
        Movable(*row[:5])
        for row in rows
        if (row.public_id == learner if learner else group_order(row.group_number, row.group_name) == wanted)
    )


def villages_near(db: Session, village: str, *, today: date) -> dict[str, str]:
    """The villages of its township that are there today, by code; this one first. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, Region.name)
        .where(
            inside(Region.code, township_of(village)),
            Region.level == Level.VILLAGE,
            or_(Region.valid_to.is_(None), Region.valid_to >= today, Region.code == village),
        )
        .order_by(Region.code != village, Region.code)
    )
    return {row.code: row.name for row in rows}
