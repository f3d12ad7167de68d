"""Evaluation slips are counted here: those that come by their address, and those that are entered from paper."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import locked, locked_for, note
from nightschool.errors import Refused
from nightschool.models.attendance import Evaluation, EvaluationCount
from nightschool.models.teaching import ClassSession
from nightschool.queries.figures import attendances
from nightschool.rules.access import Actor
from nightschool.rules.registers.evaluations import (
    FEWEST,
    EvaluationSlip,
    check_slip,
    check_time,
    most_by_address,
)
from nightschool.rules.slots import Now


def take_slip(db: Session, *, class_session: str, slip: EvaluationSlip, once: str, now: Now) -> None:
    """One more has answered, and nothing is kept of who, when, or what belongs together.

    `once`: the id of the form that was sent; a second time it changes nothing. Each five together come to be shown, so
    that nobody who looks after every answer reads what one person said. Raises: NotFound; Refused as `check_slip`
    does and `check_time`, or `enough`.
    """
    check_slip(slip)
    session = locked(db, ClassSession, ClassSession.public_id == class_session)
    check_time(session.status, session.day, now.day, by_address=True)
    found = _of(db, session)
    if once in found.sent:
        return
    came = db.scalar(select(attendances()).where(ClassSession.id == session.id))
    if len(found.sent) >= most_by_address(came):
        raise Refused("enough")
    found.sent = sorted([*found.sent, once])
    found.waiting += 1
    found.waiting_words = sorted([*found.waiting_words, *filter(None, [slip.words])])
    for count in _counts(db, session, [slip]):
        count.waiting += 1
    if found.waiting == FEWEST:
        found.online, found.waiting = found.online + FEWEST, 0
        found.words, found.waiting_words = sorted([*found.words, *found.waiting_words]), []
        for count in _all_counts(db, session):
            count.online, count.waiting = count.online + count.waiting, 0
    db.flush()


def enter_slips(
    db: Session, *, class_session: str, slips: Sequence[EvaluationSlip], replaces: bool, by: Actor, now: Now
) -> None:
    """These slips, entered from paper, count besides those entered before, or instead of them.

    Raises: NotFound, NotAllowed, Refused as `check_time` does.
    """
    session = locked_for(
        db, ClassSession, ClassSession.public_id == class_session, verb="keep_register", by=by
    )
    check_time(session.status, session.day, now.day, by_address=False)
    found = _of(db, session)
    if replaces:
        found.on_paper, found.paper_words = 0, []
        for count in _all_counts(db, session):
            count.on_paper = 0
    found.on_paper += len(slips)
    found.paper_words = sorted([*found.paper_words, *(slip.words for slip in slips if slip.words)])
    for count in _counts(db, session, slips):
        count.on_paper += 1
    note(db, session, "register.evaluation", by=by, now=now, slips=len(slips))


def _of(db: Session, session: ClassSession) -> Evaluation:
    """The row of a class session, which is locked."""
    found = db.get(Evaluation, session.id)
    if found is None:
        found = Evaluation(class_session_id=session.id)
        db.add(found)
        db.flush()
    return found


def _all_counts(db: Session, session: ClassSession) -> Sequence[EvaluationCount]:
    db.flush()
    return db.scalars(select(EvaluationCount).where(EvaluationCount.class_session_id == session.id)).all()


def _counts(db: Session, session: ClassSession, slips: Iterable[EvaluationSlip]) -> Iterable[EvaluationCount]:
    """For each answer on these slips its row."""
    there = {(one.aspect, one.choice): one for one in _all_counts(db, session)}
    for slip in slips:
        for key in slip.answers.items():
            if key not in there:
                aspect, choice = key
                there[key] = EvaluationCount(
                    class_session_id=session.id, aspect=aspect, choice=choice, on_paper=0, online=0, waiting=0
                )
                db.add(there[key])
            yield there[key]
