"""What teachers say by their own address: that they cannot come to a class, or can after all, and what they answer."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.closed_times import store_closed_time
from nightschool.actions.records import locked, note
from nightschool.errors import NotFound, Refused
from nightschool.models.people import Teacher
from nightschool.models.planning import ClosedTime as Row
from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.notices.visits import of_this_teacher
from nightschool.queries.people.teacher_links import Opened, opened
from nightschool.rules.access import Actor
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.registers.questions import check_question
from nightschool.rules.resources import ResourceKind
from nightschool.rules.slots import Moment, Now

_MOST_TIMES = 10  # that it is said of one class: who says more telephones


def tell_absent(db: Session, *, secret: str, class_session: str, reason: str, now: Now) -> None:
    """The village knows that the teacher does not come to this class, and why; the class stays as it is.

    Said twice it is said once; another reason takes the place of the first. Raises: NotFound where the address opens
    nothing or the class is none of theirs to come; Refused as `store_closed_time` does, or `too_often`.
    """
    teacher, found, session = _theirs(db, secret, class_session, now)
    before = _said(db, teacher, session)
    if before is not None and before.note == reason:
        return
    _check_often(db, session)
    if before is not None:
        db.delete(before)
        db.flush()
    closed = ClosedTime(
        session.day, session.day, starts=session.starts, ends=session.ends, note=reason, is_own_word=True
    )
    store_closed_time(db, kind=ResourceKind.TEACHER, record=teacher, closed=closed, now=now)
    note(db, session, "sessions.absent", by=_self(found), now=now)


def tell_present(db: Session, *, secret: str, class_session: str, now: Now) -> bool:
    """The teacher comes after all; False where nothing else was said. Raises NotFound as `tell_absent` does.

    Once the village has given the class another teacher, time or end it is no more theirs to say.
    """
    teacher, found, session = _theirs(db, secret, class_session, now)
    said = _said(db, teacher, session)
    if said is None:
        return False
    db.delete(said)
    db.flush()
    note(db, session, "sessions.present", by=_self(found), now=now)
    return True


def answer_question(db: Session, *, secret: str, question: str, answer: str, now: Now) -> None:
    """The open question has this answer, and says who gave it; sent twice it is given once.

    Raises: NotFound where the address opens nothing, or no class of theirs is to come in the question's village;
    Refused as `check_question` does, or `answered` where somebody was first.
    """
    found = _opened(db, secret)
    record = locked(db, Question, Question.public_id == question)
    goes_there = select(ClassSession.id).where(
        *of_this_teacher(found),
        ClassSession.region_code == record.region_code,
        ClassSession.status == SessionStatus.SCHEDULED,
        ClassSession.day >= now.day,
    )
    if db.scalars(goes_there.limit(1)).first() is None:
        raise NotFound
    if record.answered_on is not None:
        if (record.answer, record.answered_by) == (answer, found.name):
            return
        raise Refused("answered", field="answer")
    check_question(record.text, answer)
    record.answer, record.answered_by = answer, found.name
    record.answered_on = max(now.day, record.asked_on)
    db.flush()
    note(db, record, "question.own_answer", by=_self(found), now=now)


def _opened(db: Session, secret: str) -> Opened:
    found = opened(db, secret)
    if found is None:
        raise NotFound
    return found


def _theirs(db: Session, secret: str, class_session: str, now: Now) -> tuple[Teacher, Opened, ClassSession]:
    """The teacher, locked, and a class of theirs that is to come."""
    found = _opened(db, secret)
    teacher = locked(db, Teacher, Teacher.id == found.teacher_id)
    its = (ClassSession.public_id == class_session, ClassSession.status == SessionStatus.SCHEDULED)
    session = db.scalars(select(ClassSession).where(*of_this_teacher(found), *its)).one_or_none()
    if session is None or now.moment >= Moment(session.day, session.ends):
        raise NotFound
    return teacher, found, session


def _said(db: Session, teacher: Teacher, session: ClassSession) -> Row | None:
    which: tuple[Any, ...] = (
        Row.resource_kind == ResourceKind.TEACHER,
        Row.resource_id == teacher.id,
        Row.is_own_word.is_(True),
        Row.first == session.day,
        Row.starts == session.starts,
        Row.ends == session.ends,
    )
    return db.scalars(select(Row).where(*which)).first()


def _check_often(db: Session, session: ClassSession) -> None:
    said = db.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(AuditEvent.record == f"class_session {session.id}", AuditEvent.action == "sessions.absent")
    )
    if (said or 0) >= _MOST_TIMES:
        raise Refused("too_often")


def _self(found: Opened) -> Actor:
    return Actor(account_id=None, name=found.name, posts=())
