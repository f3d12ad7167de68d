"""People one by one, and a village's by group. Phones come out masked, never in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.queries import records
from nightschool.rules.people.people import group_label, group_order


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerRecord(records.Record):
    """One learner as the form shows one."""

    group_name: str
    household: str
    sex: str | None
    birth_year: int | None
    came_on: date | None = None
    left_on: date | None = None
    merged_into_id: int | None = None
    told_version: str | None = None
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherRecord(records.Record):
    """One teacher as the form shows one."""

    kind: str
    unit: str
    specialities: str
    languages: str
    name_is_public: bool
    weekly_limit: int | None
    merged_into_id: int | None = None


def learner(db: Session, public_id: str) -> LearnerRecord | None:
    """One learner; None when there is no such learner, or they were erased. Cost: 1 query."""
    found = records.one(db, Learner, LearnerRecord, public_id)
    return None if found is None or found.erased_at else found


def teacher(db: Session, public_id: str) -> TeacherRecord | None:
    """One teacher; None when there is no such teacher. Cost: 1 query."""
    return records.one(db, Teacher, TeacherRecord, public_id)


@dataclass(frozen=True, slots=True)
class Villager:
    """A learner of the village, as every list by group needs one."""

    public_id: str
    name: str
    keys: str  # pinyin to find them by, one space between
    group_number: int
    group_name: str
    name_key: str

    @property
    def group_order(self) -> tuple[bool, int, str]:
        """Where their group stands among the groups."""
        return group_order(self.group_number, self.group_name)


VILLAGER = (
    Learner.public_id,
    Learner.name,
    Learner.search_keys.label("keys"),
    Learner.group_number,
    Learner.group_name,
    Learner.name_key,
)

SomeVillager = TypeVar("SomeVillager", bound=Villager)


@dataclass(frozen=True, slots=True)
class Group(Generic[SomeVillager]):
    """The people of one village group, sorted by the sound of their names."""

    label: str
    people: tuple[SomeVillager, ...]


def by_group(people: Iterable[SomeVillager]) -> tuple[Group[SomeVillager], ...]:
    """These people in their groups."""
    # Sorted here and not in the database, whose language rules would put the pinyin in another order.
    ordered = sorted(people, key=lambda one: (one.group_order, one.name_key, one.public_id))
    groups = (tuple(found) for _order, found in groupby(ordered, key=lambda one: one.group_order))
    return tuple(Group(group_label(members[0].group_name), members) for members in groups)


def groups(db: Session, village: str) -> tuple[str, ...]:
    """The names of the village's groups as learners have them, in their order. Cost: 1 query."""
    rows = db.execute(
        select(Learner.group_number, Learner.group_name)
        .where(Learner.region_code == village, Learner.retired_at.is_(None))
        .distinct()
    )
    return tuple(name for _number, name in sorted((row for row in rows), key=lambda row: group_order(*row)))
