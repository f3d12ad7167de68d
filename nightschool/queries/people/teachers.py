"""One teacher with all they have taught and will teach: a village sees its own sessions, and of others only numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries import phones
from nightschool.queries.courses.histories import History, Totals, history, totals_of
from nightschool.rules.slots import Moment


@dataclass(frozen=True, slots=True)
class TeacherPage:
    """One teacher, the phone masked, and what stands behind them as far as the asker may know."""

    public_id: str
    region_code: str
    region: str  # where the record is kept
    name: str
    kind: str
    unit: str
    specialities: str
    languages: str
    masked_phone: str
    is_retired: bool
    history: History
    elsewhere: Totals | None  # of other villages; None: they are in the history


def for_village(
    db: Session, teacher: str, village: str, *, at: Moment, number: int = 1
) -> TeacherPage | None:
    """The teacher as a village sees them; None when there is none. Cost: 8 queries, however much they taught."""
    here, away = ClassSession.region_code == village, ClassSession.region_code != village
    return _page(db, teacher, here, at=at, number=number, away=away)


def everywhere(db: Session, teacher: str, *, at: Moment, number: int = 1) -> TeacherPage | None:
    """The teacher as who keeps them sees them, drafts of villages left out. Cost: 6 queries."""
    public = ClassSession.status != SessionStatus.DRAFT
    return _page(db, teacher, public, at=at, number=number)


def _page(
    db: Session,
    public_id: str,
    shown: ColumnElement[bool],
    *,
    at: Moment,
    number: int,
    away: ColumnElement[bool] | None = None,
) -> TeacherPage | None:
    row = db.execute(
        select(Teacher.__table__, Region.name.label("region"))
        .join(Region, Region.code == Teacher.region_code)
        .where(Teacher.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    taught = ClassSession.id.in_(
        select(ClassSessionTeacher.class_session_id).where(ClassSessionTeacher.teacher_id == row.id)
    )
    others = None
    if away is not None:
        public = ClassSession.status != SessionStatus.DRAFT
        others = totals_of(db, taught & away & public, at=at)
    return TeacherPage(
        public_id=public_id,
        region_code=row.region_code,
        region=row.region,
        name=row.name,
        kind=row.kind,
        unit=row.unit,
        specialities=row.specialities,
        languages=row.languages,
        masked_phone=phones.masked(db, "teacher", public_id, row.phone),
        is_retired=row.retired_at is not None,
        history=history(db, taught & shown, at=at, number=number),
        elsewhere=others,
    )
