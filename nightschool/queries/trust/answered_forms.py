"""What a form that has arrived before was answered with; and pages with a secret on them, for who made them."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.errors import ConfigurationError
from nightschool.models.attendance import Submission
from nightschool.models.trust import AnsweredForm, SecretPage
from nightschool.rules.slots import Now

SECRETS_SHOWN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a form's answer led to, and what was said there: (kind, message) each."""

    location: str
    said: tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class SeenForm:
    """A form that was acted on. No answer: it has not gone out yet, or cannot be read any more."""

    fingerprint: str
    answer: Answer | None


def seen_form(db: Session, *, account_id: int, once: str) -> SeenForm | None:
    """The form of this account with this one-time id, when it has arrived before."""
    row = db.execute(
        select(AnsweredForm.fingerprint, AnsweredForm.answer).where(
            AnsweredForm.account_id == account_id, AnsweredForm.once == once
        )
    ).one_or_none()
    if row is None:
        return None
    told = _opened(db, row.answer, about=answer_sealed_for(account_id, once)) if row.answer else None
    if told is None:
        return SeenForm(row.fingerprint, None)
    location, said = told
    return SeenForm(row.fingerprint, Answer(location, tuple((kind, message) for kind, message in said)))


def is_received(db: Session, form: str, *, account_id: int) -> bool:
    """True when the account's form with this one-time id, or its sheet with this submission's id, has been acted on."""
    try:
        sheet = select(Submission.id).where(Submission.account_id == account_id, Submission.id == UUID(form))
    except ValueError:
        return seen_form(db, account_id=account_id, once=form) is not None
    return db.execute(sheet).one_or_none() is not None


def secret_page(db: Session, public_id: str, *, account_id: int, now: Now) -> dict[str, Any] | None:
    """What stands on a page with a secret, for the account that made it; None for anybody else, and after an hour."""
    row = db.execute(
        select(SecretPage.body).where(
            SecretPage.public_id == public_id,
            SecretPage.account_id == account_id,
            SecretPage.made_at > now.instant - SECRETS_SHOWN_FOR,
            SecretPage.made_at <= now.believable,
        )
    ).one_or_none()
    found: dict[str, Any] | None = row and _opened(db, row.body, about=page_sealed_for(public_id))
    return found


def answer_sealed_for(account_id: int, once: str) -> str:
    """What an answer is bound to when it is sealed."""
    return f"answered_form.answer:{account_id}:{once}"


def page_sealed_for(public_id: str) -> str:
    """What a page with a secret is bound to when it is sealed."""
    return f"secret_page.body:{public_id}"


def _opened(db: Session, sealed: bytes, *, about: str) -> Any:
    try:
        return json.loads(db.info["sealer"].open(sealed.decode(), about=about))
    except ConfigurationError:  # sealed with a key that is no longer here
        return None
