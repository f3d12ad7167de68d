"""The demonstration's questions: what villagers asked in the last classes, some answered, some waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions import questions
from nightschool.cli.demo_cohort import When
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.rules.access import Actor

ANSWERED_AFTER = timedelta(days=2)


def ask(db: Session, *, village: str, asked: Sequence[dict[str, Any]], actor: Actor, at: When) -> None:
    """Each was asked in the latest held class of its course, and answered two days later where there is an answer."""
    for entry in asked:
        held = db.execute(
            select(ClassSession.public_id, ClassSession.day)
            .join(Course, Course.id == ClassSession.course_id)
            .where(
                ClassSession.region_code == village,
                ClassSession.status == SessionStatus.HELD,
                Course.title == entry["course"],
            )
            .order_by(ClassSession.day.desc())
            .offset(entry.get("times_ago", 0))
            .limit(1)
        ).first()
        if held is None:
            continue
        given = {"by": actor, "now": at(held.day)}
        question = questions.ask_question(db, class_session=held.public_id, text=entry["text"], **given)
        if answer := entry.get("answer"):
            day = held.day + ANSWERED_AFTER
            questions.edit_question(
                db,
                question=question,
                text=entry["text"],
                answer=answer,
                version=1,
                by=actor,
                now=at(day),
            )
