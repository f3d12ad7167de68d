"""People one by one: a learner of a village, a teacher it can call on. Phones come out masked, never in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Region
from nightschool.rules.people import group_order, masked_phone


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
    is_merged: bool = False
    retired_at: datetime | None = None


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
    is_merged: bool = False
    weekly_limit: int | None = None
    retired_at: datetime | None = None


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
        masked_phone=opened_and_masked(db, found.phone, f"learner.phone:{public_id}"),
        version=found.version,
        retired_at=found.retired_at,
        is_merged=found.merged_into_id is not None,
    )


def groups(db: Session, village: str) -> tuple[str, ...]:
    """The names of the village's groups as learners have them, in their order. Cost: 1 query."""
    rows = db.execute(
        select(Learner.group_number, Learner.group_name)
        .where(Learner.region_code == village, Learner.retired_at.is_(None))
        .distinct()
    )
    return tuple(name for _number, name in sorted((row for row in rows), key=lambda row: group_order(*row)))


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
        masked_phone=opened_and_masked(db, found.phone, f"teacher.phone:{public_id}"),
        version=found.version,
        retired_at=found.retired_at,
        is_merged=found.merged_into_id is not None,
        weekly_limit=found.weekly_limit,
    )


def opened_and_masked(db: Session, sealed: str | None, about: str) -> str:
    """What may be shown of a phone sealed for this place; empty when there is none."""
    return masked_phone(db.info["sealer"].open(sealed, about=about)) if sealed else ""
