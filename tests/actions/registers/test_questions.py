"""Questions asked in class: written down without who asked, answered, taken back, removed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.registers.questions import ask_question, edit_question, remove_question
from nightschool.errors import NotAllowed, Refused, StaleRecord
from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import AuditEvent
from tests.factories import NOW, TODAY, Cast, make_course, make_session

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def lesson(cast: Cast, db: Session) -> ClassSession:
    return make_session(db, make_course(db), YESTERDAY)


def ask(db: Session, cast: Cast, lesson: ClassSession, text: str = "黄龙病怎么认？") -> Question:
    key = ask_question(db, class_session=lesson.public_id, text=text, by=cast.chen_actor, now=NOW)
    return db.scalars(select(Question).where(Question.public_id == key)).one()


def edit(db: Session, cast: Cast, question: Question, **changed: Any) -> None:
    given = {"text": question.text, "answer": question.answer, "version": question.version}
    acting = {"by": cast.chen_actor, "now": NOW}
    edit_question(db, question=question.public_id, **{**given, **acting, **changed})


def test_question_is_open_until_answered_and_open_again_once_its_answer_is_emptied(
    cast: Cast, lesson: ClassSession, db: Session
) -> None:
    question = ask(db, cast, lesson)
    assert (question.asked_on, question.answer, question.answered_on) == (YESTERDAY, "", None)
    edit(db, cast, question, answer="看叶脉。")
    assert question.answered_on == TODAY
    edit(db, cast, question, text="黄龙病怎么认得出来？")
    assert question.answer == "看叶脉。"
    edit(db, cast, question, answer="")
    assert question.answered_on is None
    actions = list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions == ["question.ask", "question.answer", "question.edit", "question.reopen"]
    # The trail cannot be taken back, so the words are not in it.
    assert "黄龙病" not in repr([line.details for line in db.scalars(select(AuditEvent))])


def test_who_saved_meanwhile_is_not_overwritten(cast: Cast, lesson: ClassSession, db: Session) -> None:
    question = ask(db, cast, lesson)
    edit(db, cast, question, answer="看叶脉。")
    with pytest.raises(StaleRecord):
        edit(db, cast, question, answer="剪下来送检。", version=1)
    with pytest.raises(StaleRecord):
        remove_question(db, question=question.public_id, version=1, by=cast.chen_actor, now=NOW)


def test_removed_question_is_gone(cast: Cast, lesson: ClassSession, db: Session) -> None:
    question = ask(db, cast, lesson)
    remove_question(db, question=question.public_id, version=1, by=cast.chen_actor, now=NOW)
    assert db.scalars(select(Question)).all() == []


def test_nobody_of_another_village_writes_here(cast: Cast, lesson: ClassSession, db: Session) -> None:
    question = ask(db, cast, lesson)
    for act in (
        lambda: ask_question(db, class_session=lesson.public_id, text="？", by=cast.luo_actor, now=NOW),
        lambda: edit(db, cast, question, by=cast.luo_actor, answer="不知道"),
        lambda: remove_question(db, question=question.public_id, version=1, by=cast.luo_actor, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_nothing_is_asked_in_a_class_of_a_later_day(cast: Cast, lesson: ClassSession, db: Session) -> None:
    lesson.day = TODAY + timedelta(days=1)
    db.flush()
    with pytest.raises(Refused, match="not_yet"):
        ask(db, cast, lesson)
