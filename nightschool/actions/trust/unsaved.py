"""What somebody entered after a login had ended: kept sealed, and handed back when the same account logs in again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.models.base import new_public_id
from nightschool.models.trust import KeptInput
from nightschool.rules.slots import Now
from nightschool.sealing import Sealer

_LONGEST = 200_000  # characters of an encoded form
_MOST = 5
UNSAVED_KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Unsaved:
    """One form as it arrived: where it was sent, and its fields, URL-encoded."""

    path: str  # with its query
    body: str
    kept_at: datetime


def keep(db: Session, *, account_id: int, path: str, body: str, now: Now) -> bool:
    """True when the form is kept; False when it is too long. The account's oldest gives way when there are too many."""
    if len(body) > _LONGEST or len(path) > 500:
        return False
    _forget_old(db, now)
    keep_again(db, account_id=account_id, form=Unsaved(path, body, now.instant))
    mine = select(KeptInput.id).where(KeptInput.account_id == account_id).order_by(KeptInput.id.desc())
    for old in db.execute(mine.offset(_MOST)).scalars().all():
        db.execute(delete(KeptInput).where(KeptInput.id == old))
    return True


def keep_again(db: Session, *, account_id: int, form: Unsaved) -> None:
    """The form is kept as it was before it was taken: saving it has failed through no fault of its own."""
    public_id = new_public_id()
    sealed = _sealer(db).seal(json.dumps([form.path, form.body]), about=_about(public_id))
    db.add(
        KeptInput(
            public_id=public_id,
            account_id=account_id,
            path=form.path,
            body=sealed.encode(),
            kept_at=form.kept_at,
        )
    )
    db.flush()


def take(db: Session, *, account_id: int, now: Now, public_id: str | None = None) -> tuple[Unsaved, ...]:
    """The account's kept forms (or one of them), oldest first, which are kept no longer: nobody else takes them too."""
    _forget_old(db, now)
    mine = delete(KeptInput).where(KeptInput.account_id == account_id)
    if public_id is not None:
        mine = mine.where(KeptInput.public_id == public_id)
    gone = db.execute(mine.returning(KeptInput.id, KeptInput.public_id, KeptInput.body, KeptInput.kept_at))
    taken = []
    for row in sorted(gone.all(), key=lambda row: row.id):
        try:
            path, body = json.loads(_sealer(db).open(row.body.decode(), about=_about(row.public_id)))
        except Unreadable:
            continue
        taken.append(Unsaved(path, body, row.kept_at))
    return tuple(taken)


def _forget_old(db: Session, now: Now) -> None:
    too_old = KeptInput.kept_at < now.instant - UNSAVED_KEPT_FOR
    db.execute(delete(KeptInput).where(or_(too_old, KeptInput.kept_at > now.believable)))


def _sealer(db: Session) -> Sealer:
    sealer: Sealer = db.info["sealer"]
    return sealer


def _about(public_id: str) -> str:
    return f"kept_input.body:{public_id}"
