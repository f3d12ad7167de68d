"""The people a village keeps: its learners, and the teachers it can call on. Phones come out masked, never in full."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region
from nightschool.rules.names import matches, search_keys
from nightschool.rules.people import group_label, group_order, masked_phone
from nightschool.rules.regions import ancestors_of


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """One learner as the list shows one."""

    public_id: str
    name: str
    household: str
    sex: str | None
    birth_year: int | None
    masked_phone: str


@dataclass(frozen=True, slots=True)
class LearnerGroup:
    """The learners of one village group, sorted by the sound of their names."""

    label: str
    members: tuple[LearnerLine, ...]


@dataclass(frozen=True, slots=True)
class Learners:
    """The learners of a village: how many there are, and, by group, those that were looked for."""

    village: str
    total: int
    found: int
    groups: tuple[LearnerGroup, ...]


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """One learner as the form shows one."""

    public_id: str
    region_code: str
    village: str
    name: str
    group_name: str
    household: str
    sex: str | None
    birth_year: int | None
    masked_phone: str
    version: int


@dataclass(frozen=True, slots=True)
class TeacherLine:
    """One teacher as the list shows one, and where they are kept."""

    public_id: str
    name: str
    kind: str
    unit: str
    specialities: str
    masked_phone: str
    region_code: str
    region: str


@dataclass(frozen=True, slots=True)
class TeacherRecord:
    """One teacher as the form shows one."""

    public_id: str
    region_code: str
    region: str
    name: str
    kind: str
    unit: str
    specialities: str
    languages: str
    name_is_public: bool
    masked_phone: str
    version: int


def learners(db: Session, village: str, *, query: str = "") -> Learners:
    """The village's learners by group and name; of those, who was looked for by name or pinyin. Cost: 2 queries."""
    rows = db.scalars(select(Learner).where(Learner.region_code == village)).all()
    found = [row for row in rows if matches(query, row.name, frozenset(row.search_keys.split()))]
    found.sort(key=lambda row: (*_group_order(row), row.name_key, row.public_id))
    return Learners(
        village=db.scalar(select(Region.name).where(Region.code == village)) or "",
        total=len(rows),
        found=len(found),
        groups=tuple(
            LearnerGroup(group_label(members[0].group_name), tuple(_line(db, row) for row in members))
            for members in (list(run) for _order, run in groupby(found, key=_group_order))
        ),
    )


def learner(db: Session, public_id: str) -> LearnerRecord | None:
    """One learner, the phone masked; None when there is no such learner. Cost: 1 query."""
    row = db.execute(
        select(Learner, Region.name)
        .join(Region, Region.code == Learner.region_code)
        .where(Learner.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    found, village = row
    return LearnerRecord(
        public_id=public_id,
        region_code=found.region_code,
        village=village,
        name=found.name,
        group_name=found.group_name,
        household=found.household,
        sex=found.sex,
        birth_year=found.birth_year,
        masked_phone=_masked(db, found.phone, f"learner.phone:{public_id}"),
        version=found.version,
    )


def groups(db: Session, village: str) -> tuple[str, ...]:
    """The names of the village's groups as learners have them, in their order. Cost: 1 query."""
    rows = db.execute(
        select(Learner.group_number, Learner.group_name).where(Learner.region_code == village).distinct()
    )
    return tuple(name for _number, name in sorted((row for row in rows), key=lambda row: group_order(*row)))


def teachers(db: Session, region: str, *, query: str = "") -> tuple[TeacherLine, ...]:
    """The teachers kept at this region or above it, its own first; of those, who was looked for. Cost: 1 query."""
    rows = db.execute(
        select(Teacher, Region.name)
        .join(Region, Region.code == Teacher.region_code)
        .where(Teacher.region_code.in_((region, *ancestors_of(region))))
    ).all()
    # The nearer one is kept, the longer is the code's part before its zeros, and the greater the code itself.
    ordered = sorted(rows, key=lambda row: row[0].name_key)
    ordered.sort(key=lambda row: row[0].region_code, reverse=True)
    return tuple(
        TeacherLine(
            public_id=row.public_id,
            name=row.name,
            kind=row.kind,
            unit=row.unit,
            specialities=row.specialities,
            masked_phone=_masked(db, row.phone, f"teacher.phone:{row.public_id}"),
            region_code=row.region_code,
            region=kept_at,
        )
        for row, kept_at in ordered
        if _fits(query, row)
    )


def teacher(db: Session, public_id: str) -> TeacherRecord | None:
    """One teacher, the phone masked; None when there is no such teacher. Cost: 1 query."""
    row = db.execute(
        select(Teacher, Region.name)
        .join(Region, Region.code == Teacher.region_code)
        .where(Teacher.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    found, kept_at = row
    return TeacherRecord(
        public_id=public_id,
        region_code=found.region_code,
        region=kept_at,
        name=found.name,
        kind=found.kind,
        unit=found.unit,
        specialities=found.specialities,
        languages=found.languages,
        name_is_public=found.name_is_public,
        masked_phone=_masked(db, found.phone, f"teacher.phone:{public_id}"),
        version=found.version,
    )


def _group_order(row: Learner) -> tuple[bool, int, str]:
    return group_order(row.group_number, row.group_name)


def _line(db: Session, row: Learner) -> LearnerLine:
    return LearnerLine(
        public_id=row.public_id,
        name=row.name,
        household=row.household,
        sex=row.sex,
        birth_year=row.birth_year,
        masked_phone=_masked(db, row.phone, f"learner.phone:{row.public_id}"),
    )


def _fits(query: str, teacher: Any) -> bool:
    return matches(query, teacher.name, search_keys(teacher.name)) or query in teacher.specialities


def _masked(db: Session, sealed: str | None, about: str) -> str:
    return masked_phone(db.info["sealer"].open(sealed, about=about)) if sealed else ""
