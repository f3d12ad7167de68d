"""The second factor: set up by its owner, taken away by them or by an administrator, asked for behind the password.

A code of the app lets in once: the half minute it is of is kept, and only a later one does. A line of the recovery slip
does for it, once. Wrong codes are counted among the tries of a password, and in a row for themselves.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.actions.trust.accounts import end_logins, managed, new_code, note_at_home, own_region
from nightschool.errors import Refused, Unreadable
from nightschool.models.trust import Account, RecoveryCode, SecondFactor
from nightschool.queries.trust.second_factor import app_secret, sealed_secret_for
from nightschool.queries.trust.trust import actor_of
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now
from nightschool.rules.trust import slips
from nightschool.rules.trust.second_factor import (
    DIGITS,
    HALF_WAY,
    MOST_WRONG,
    RECOVERY_CODES,
    STEP_SECONDS,
    STEPS_BESIDE,
    read_digits,
)
from nightschool.sealing import Digester

_HALF = "half a login"
_SECRET_BYTES = 20


def step_of(code: str, secret: bytes, *, at: datetime, after: int | None) -> int | None:
    """The half minute whose code this is, near this instant and later than the last one used; None: no such."""
    if not secret:
        return None
    app, now = HOTP(secret, DIGITS, SHA1()), int(at.timestamp()) // STEP_SECONDS  # noqa: S303
    fitting = [
        step
        for step in range(now - STEPS_BESIDE, now + STEPS_BESIDE + 1)
        if hmac.compare_digest(app.generate(step), code.encode())
    ]
    return next((step for step in fitting if after is None or step > after), None)


def begin(db: Session, *, by: Actor, now: Now) -> None:
    """The actor's app may be told a new secret. Raises Refused("has_second") when they have an app already."""
    found = db.get(SecondFactor, by.account_id, with_for_update=True)
    if found is not None and found.set_up_at:
        raise Refused("has_second")
    assert by.account_id is not None
    found = found or SecondFactor(account_id=by.account_id)
    secret = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    found.secret = db.info["sealer"].seal(secret, about=sealed_secret_for(by.account_id))
    found.begun_at, found.wrong_codes = now.instant, 0
    db.add(found)
    db.flush()


def confirm(
    db: Session, *, code: str, keep_login: int | None, digester: Digester, by: Actor, now: Now
) -> tuple[str, ...]:
    """The app is the actor's second factor, all logins but the one kept have ended; the lines of a recovery slip come
    back, to be printed now.

    Raises Refused("wrong_code").
    """
    found = _own(db, by)
    step = step_of(read_digits(code), app_secret(db, found), at=now.instant, after=found.last_step)
    if found.set_up_at or step is None:
        raise Refused("wrong_code", field="code")
    found.set_up_at, found.last_step, found.wrong_codes = now.instant, step, 0
    end_logins(db, found.account_id, now=now, but=keep_login)
    note(db, _record(found), "second.set_up", by=by, now=now, region_code=own_region(by))
    return _new_codes(db, found.account_id, digester)


def new_slip_of_codes(
    db: Session, *, code: str, digester: Digester, by: Actor, now: Now
) -> tuple[str, ...] | None:
    """The lines of a new recovery slip; the old one is void. None: the code was wrong."""
    found = _own(db, by)
    if not _fits(db, found, code, digester, now):
        return None
    note(db, _record(found), "second.codes", by=by, now=now, region_code=own_region(by))
    return _new_codes(db, found.account_id, digester)


def give_up(db: Session, *, code: str, digester: Digester, by: Actor, now: Now) -> bool:
    """The actor's own app and slip are asked for no more; False: the code was wrong."""
    found = _own(db, by)
    if not _fits(db, found, code, digester, now):
        return False
    _remove(db, found)
    note(db, _record(found), "second.given_up", by=by, now=now, region_code=own_region(by))
    return True


def take_away(db: Session, *, account: str, by: Actor, now: Now) -> None:
    """Somebody has lost app and slip: neither is asked for any more, and every login of theirs has ended.

    Raises Refused("own_account"), or Refused("no_second") when there is none.
    """
    owner = managed(db, account, by=by, today=now.day, but_own=True)
    found = db.get(SecondFactor, owner.id, with_for_update=True)
    if found is None:
        raise Refused("no_second")
    _remove(db, found)
    end_logins(db, owner.id, now=now)
    note_at_home(db, owner, "second.taken_away", by=by, now=now)


def half_of(db: Session, account: Account, *, is_own_phone: bool, action: str, now: Now) -> str | None:
    """What a browser keeps from the right password to the code, sealed; None where no code is asked for."""
    found = db.get(SecondFactor, account.id)
    if found is None or found.set_up_at is None:
        return None
    until = (now.instant + HALF_WAY).isoformat()
    kept = [account.id, account.login_name, _seen(account), is_own_phone, action, until]
    sealed: str = db.info["sealer"].seal(json.dumps(kept), about=_HALF)
    return sealed


def account_of_half(db: Session, half: str, *, now: Now) -> tuple[Account, bool, str]:
    """Whose half a login it is, if on their own phone, and as what its other half is noted.

    Raises Refused("half_over") when it was too long ago, or something about the account has changed since.
    """
    try:
        account_id, _name, seen, is_own_phone, action, until = json.loads(
            db.info["sealer"].open(half, about=_HALF)
        )
    except Unreadable:
        raise Refused("half_over") from None
    account = db.get(Account, account_id)
    is_late = datetime.fromisoformat(until) < now.instant
    if account is None or is_late or account.disabled_at or _seen(account) != seen:
        raise Refused("half_over")
    return account, is_own_phone, action


def passes(db: Session, account: Account, code: str, *, digester: Digester, now: Now) -> bool:
    """True when this code lets the account in, which it then does never again; a wrong one stands on the trail.

    It is locked, so that of two who bring the same code at once one gets in.
    """
    found = db.get(SecondFactor, account.id, with_for_update=True, populate_existing=True)
    if found is None or found.set_up_at is None:  # taken away meanwhile, with every login of before
        return False
    return _fits(db, found, code, digester, now)


def _fits(db: Session, found: SecondFactor, code: str, digester: Digester, now: Now) -> bool:
    owner = actor_of(db, found.account_id, today=now.day)
    where = own_region(owner)
    step = step_of(read_digits(code), app_secret(db, found), at=now.instant, after=found.last_step)
    if step is not None and found.wrong_codes < MOST_WRONG:
        found.last_step, found.wrong_codes = step, 0
        db.flush()
        return True
    line = db.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == found.account_id,
            RecoveryCode.digest == _digest(digester, found.account_id, slips.read_code(code)),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now.instant)
        .returning(RecoveryCode.id)
    )
    if line.one_or_none() is None:
        found.wrong_codes += 1
        note(db, _record(found), "second.wrong", by=owner, now=now, region_code=where)
        return False
    found.wrong_codes = 0
    left = select(func.count()).where(
        RecoveryCode.account_id == found.account_id, RecoveryCode.used_at.is_(None)
    )
    note(
        db,
        _record(found),
        "second.code_used",
        by=owner,
        now=now,
        region_code=where,
        left=db.execute(left).scalar_one(),
    )
    return True


def _own(db: Session, by: Actor) -> SecondFactor:
    found = db.get(SecondFactor, by.account_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refused("no_second")
    return found


def _seen(account: Account) -> str:
    """Changes with the password, and tells nothing about it."""
    return hashlib.sha256((account.password_hash or "").encode()).hexdigest()


def _record(found: SecondFactor) -> str:
    return f"account {found.account_id}"


def _new_codes(db: Session, account_id: int, digester: Digester) -> tuple[str, ...]:
    codes = tuple(new_code() for _ in range(RECOVERY_CODES))
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.add_all(
        RecoveryCode(account_id=account_id, digest=_digest(digester, account_id, code)) for code in codes
    )
    db.flush()
    return codes


def _digest(digester: Digester, account_id: int, code: str) -> str:
    return digester("recovery code", str(account_id), code)


def _remove(db: Session, found: SecondFactor) -> None:
    db.execute(delete(RecoveryCode).where(RecoveryCode.account_id == found.account_id))
    db.delete(found)
    db.flush()
