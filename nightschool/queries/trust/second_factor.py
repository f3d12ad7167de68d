"""The second factor of an account, as its owner sees it."""

import base64
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.errors import Unreadable
from nightschool.models.trust import RecoveryCode, SecondFactor


@dataclass(frozen=True, slots=True)
class OwnFactor:
    """What somebody has, or is setting up: then `secret` is what their app is told, and afterwards it is empty."""

    set_up_at: datetime | None
    secret: bytes
    codes_left: int  # lines of the recovery slip that are not used


def sealed_secret_for(account_id: int) -> str:
    """For what the secret of this account's app is sealed."""
    return f"second_factor.secret:{account_id}"


def app_secret(db: Session, factor: SecondFactor) -> bytes:
    """The secret itself; empty when it cannot be read any more."""
    try:
        opened = db.info["sealer"].open(factor.secret, about=sealed_secret_for(factor.account_id))
    except Unreadable:
        return b""
    return base64.b64decode(opened)


def own_factor(db: Session, account_id: int) -> OwnFactor | None:
    """What this account has, or is setting up; None: neither. Cost: 2 queries."""
    found = db.get(SecondFactor, account_id)
    if found is None:
        return None
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return OwnFactor(
        found.set_up_at, b"" if found.set_up_at else app_secret(db, found), db.execute(left).scalar_one()
    )
