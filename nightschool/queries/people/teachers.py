"""One teacher with all they have taught and will teach: a village sees its own sessions, and of others only numbers."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.courses.histories import History, Totals, history, totals_of
from nightschool.queries.people import people
from nightschool.queries.people.people import TeacherRecord
from nightschool.rules.slots import Moment


@dataclass(frozen=True, slots=True)
class TeacherPage:
    """One teacher, the phone masked, and what stands behind them as far as the asker may know."""

    record: TeacherRecord
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
    record = people.teacher(db, public_id)
    if record is None:
        return None
    taught = ClassSession.id.in_(
        select(ClassSessionTeacher.class_session_id)
        .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
        .where(Teacher.public_id == public_id)
    )
    public = ClassSession.status != SessionStatus.DRAFT
    others = None if away is None else totals_of(db, taught & away & public, at=at)
    return TeacherPage(record, history(db, taught & shown, at=at, number=number), others)
