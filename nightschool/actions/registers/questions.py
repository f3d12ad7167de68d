"""Questions asked in class: written down without who asked, answered, put right, taken away."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked_as_seen, note
from nightschool.errors import NotFound, Refused
from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession
from nightschool.rules.access import Actor, require
from nightschool.rules.registers.questions import check_question
from nightschool.rules.slots import Now


def ask_question(db: Session, *, class_session: str, text: str, by: Actor, now: Now) -> str:
    """The question stands open at the village of this class session; its public id comes back.

    Raises: NotFound; Refused as `check_question` does, or with `not_yet` for a class of a later day.
    """
    found = db.execute(
        select(ClassSession.id, ClassSession.region_code, ClassSession.day).where(
            ClassSession.public_id == class_session
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    require(by, "keep_register", found.region_code)
    check_question(text)
    if found.day > now.day:
        raise Refused("not_yet", field="text", day=found.day)
    question = Question(
        region_code=found.region_code, class_session_id=found.id, text=text, asked_on=found.day
    )
    db.add(question)
    db.flush()
    note(db, question, "question.ask", by=by, now=now)
    return question.public_id


def edit_question(
    db: Session,
    *,
    question: str,
    text: str,
    answer: str,
    version: int,
    by: Actor,
    now: Now,
) -> None:
    """The question and its answer read so; one whose answer was emptied is open again.

    Raises: NotFound; StaleRecord when somebody saved it since this version; Refused as `check_question` does.
    """
    found = _seen(db, question, by, version)
    check_question(text, answer)
    if (text, answer) == (found.text, found.answer):
        return
    action = "question.edit"
    if answer != found.answer:
        found.answer, found.answered_by = answer, None
        found.answered_on = max(now.day, found.asked_on) if answer else None
        action = "question.answer" if answer else "question.reopen"
    found.text = text
    db.flush()
    note(db, found, action, by=by, now=now)  # without its words: from the trail nothing can be taken away


def remove_question(db: Session, *, question: str, version: int, by: Actor, now: Now) -> None:
    """The question is gone with its answer: what was written by mistake, or names somebody, is kept nowhere.

    Raises: NotFound; StaleRecord when somebody saved it since this version.
    """
    found = _seen(db, question, by, version)
    note(db, found, "question.remove", by=by, now=now)
    db.delete(found)
    db.flush()


def _seen(db: Session, question: str, by: Actor, version: int) -> Question:
    which = Question.public_id == question
    return locked_as_seen(db, Question, which, version=version, by=by)
