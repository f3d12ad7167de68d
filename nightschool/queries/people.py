"""People one by one: a learner of a village, a teacher it can call on. Phones come out masked, never in full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.people import Learner, Teacher
from nightschool.queries import records
from nightschool.rules.people import group_order


@dataclass(frozen=True, slots=True)
class LearnerRecord:
    """One learner as the form shows one."""

    public_id: str
    region_code: str
    region: str
    name: str
    group_name: str
    household: str
    sex: str | None
    birth_year: int | None
    masked_phone: str
    version: int
    merged_into_id: int | None = None
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
    weekly_limit: int | None
    masked_phone: str
    version: int
    merged_into_id: int | None = None
    retired_at: datetime | None = None


def learner(db: Session, public_id: str) -> LearnerRecord | None:
    """One learner; None when there is no such learner. Cost: 1 query."""
    return records.one(db, Learner, LearnerRecord, public_id)


def teacher(db: Session, public_id: str) -> TeacherRecord | None:
    """One teacher; None when there is no such teacher. Cost: 1 query."""
    return records.one(db, Teacher, TeacherRecord, public_id)


def groups(db: Session, village: str) -> tuple[str, ...]:
    """The names of the village's groups as learners have them, in their order. Cost: 1 query."""
    rows = db.execute(
        select(Learner.group_number, Learner.group_name)
        .where(Learner.region_code == village, Learner.retired_at.is_(None))
        .distinct()
    )
    return tuple(name for _number, name in sorted((row for row in rows), key=lambda row: group_order(*row)))
