"""What a village answers when it is asked back about one of its registers is kept."""

from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.models.attendance import AskedBackAnswer
from nightschool.models.teaching import ClassSession
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now


def answer(db: Session, *, class_session: str, answers: Mapping[str, str], by: Actor, now: Now) -> None:
    """To each of these kinds this is the answer, in place of an earlier one; an empty one takes it away.

    Raises: NotFound, NotAllowed.
    """
    found = locked_for(db, ClassSession, ClassSession.public_id == class_session, verb="keep_register", by=by)
    db.execute(
        delete(AskedBackAnswer).where(
            AskedBackAnswer.class_session_id == found.id, AskedBackAnswer.kind.in_(answers)
        )
    )
    for kind, text in answers.items():
        if text:
            db.add(
                AskedBackAnswer(
                    class_session_id=found.id,
                    kind=kind,
                    text=text,
                    account_id=by.account_id,
                    answered_at=now.instant,
                )
            )
    note(db, found, "register.answer", by=by, now=now)  # without its words
