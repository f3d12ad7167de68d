"""A form is acted on once, however often it arrives; and what its answer shows in secret is kept for an hour."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from nightschool.models.base import new_public_id
from nightschool.models.trust import AnsweredForm, SecretPage
from nightschool.queries.trust.answered_forms import (
    SECRETS_SHOWN_FOR,
    Answer,
    answer_sealed_for,
    page_sealed_for,
)
from nightschool.rules.slots import Now

# Longer than a form is kept that was sent after its login had ended.
REMEMBERED_FOR = timedelta(days=30)


def begin_form(db: Session, *, account_id: int, once: str, fingerprint: str, now: Now) -> bool:
    """True when this is the form's first arrival; it counts as such once the transaction is committed.

    The primary key decides and not a look beforehand: two arrivals at one instant would both see nothing.
    """
    db.execute(delete(AnsweredForm).where(AnsweredForm.at < now.instant - REMEMBERED_FOR))
    insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
    arriving = insert(AnsweredForm).values(
        account_id=account_id, once=once, fingerprint=fingerprint, at=now.instant
    )
    return db.execute(arriving.on_conflict_do_nothing().returning(AnsweredForm.once)).first() is not None


def keep_answer(db: Session, *, account_id: int, once: str, answer: Answer) -> None:
    """Who sends the form again gets this answer."""
    told = json.dumps([answer.location, answer.said])
    sealed = db.info["sealer"].seal(told, about=answer_sealed_for(account_id, once)).encode()
    db.execute(update(AnsweredForm).where(*_this(account_id, once)).values(answer=sealed))


def forget_form(db: Session, *, account_id: int, once: str) -> None:
    """The form may arrive again: nothing came of it that one is led to."""
    db.execute(delete(AnsweredForm).where(*_this(account_id, once)))


def keep_secret_page(db: Session, content: dict[str, Any], *, account_id: int, now: Now) -> str:
    """What stands on a page with a secret is kept, sealed, for the account that made it; the page's public id."""
    too_old = SecretPage.made_at < now.instant - SECRETS_SHOWN_FOR
    db.execute(delete(SecretPage).where(or_(too_old, SecretPage.made_at > now.believable)))
    public_id = new_public_id()
    sealed = db.info["sealer"].seal(json.dumps(content), about=page_sealed_for(public_id))
    db.add(SecretPage(public_id=public_id, account_id=account_id, body=sealed.encode(), made_at=now.instant))
    db.flush()
    return public_id


def _this(account_id: int, once: str) -> tuple[Any, ...]:
    return AnsweredForm.account_id == account_id, AnsweredForm.once == once
