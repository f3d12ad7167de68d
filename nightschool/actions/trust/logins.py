"""Logging in and out. A try is counted before the password is looked at, so that simultaneous tries count too.

Checking a password takes long on purpose and therefore happens between two transactions: `book_attempt` in the first,
then `hashing.is_right`, then `log_in` or nothing in the second. A try that fails simply stays counted.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from nightschool.actions.records import locked, note
from nightschool.actions.trust.accounts import end_logins, own_region, slip_digest
from nightschool.errors import Refused
from nightschool.models.trust import Account, AttemptKind, LoginAttempt, LoginSession, LoginSlip
from nightschool.queries.trust import trust
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now
from nightschool.rules.trust import throttle
from nightschool.rules.trust.accounts import normalised_login_name
from nightschool.sealing import Digester

OWN_PHONE = timedelta(days=30)
SHARED_COMPUTER = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(days=60)  # an ended login is known that long
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class Attempt:
    """A try that has been counted."""

    id: int
    login_name: str
    account_id: int | None
    password_hash: str | None


@dataclass(frozen=True)
class Browser:
    """Where somebody logs in."""

    device: str
    is_own_phone: bool
    old_token: str = ""  # what it has of an earlier login, which ends


@dataclass(frozen=True)
class OpenedLogin:
    """A login that has just begun. The token goes into the browser's cookie and is kept nowhere else."""

    token: str
    actor: Actor
    is_own_phone: bool
    is_same_person: bool  # as was logged in on this browser before


def book_attempt(
    db: Session,
    *,
    kind: AttemptKind,
    login_name: str,
    address: str | None,
    token: str = "",
    digester: Digester,
    now: Now,
) -> Attempt:
    """The try is counted as failed, until `log_in` finds otherwise.

    `address`: where it comes from, None when that cannot be told. `token`: what the browser still has of an earlier
    login; a browser this account has used is counted apart, so that strangers' guesses do not keep its owner out.
    Raises Refused("too_many", until=...) when it must wait. The same queries whether or not there is such an account.
    """
    name = normalised_login_name(login_name)
    account = db.execute(
        select(Account.id, Account.password_hash).where(Account.login_name == name)
    ).one_or_none()
    known = _is_known_browser(db, token, account.id if account else -1)
    by_name = digester("attempt name", kind, name, "known" if known else "")
    by_address = digester("attempt address", address or secrets.token_hex(16))
    _one_at_a_time(db)
    _refuse_too_many(db, by_name, by_address, now)
    attempt = LoginAttempt(kind=kind, name_digest=by_name, address_digest=by_address, at=now.instant)
    db.add(attempt)
    db.execute(delete(LoginAttempt).where(LoginAttempt.at < now.instant - throttle.LONGEST_MEMORY))
    db.flush()
    return Attempt(
        attempt.id, name, account.id if account else None, account.password_hash if account else None
    )


def log_in(
    db: Session,
    *,
    attempt: Attempt,
    renewed_hash: str | None = None,
    browser: Browser,
    now: Now,
) -> OpenedLogin:
    """A login has begun for the account whose password was found right; the browser's earlier one has ended.

    Raises Refused("wrong_login") when the account was disabled or got another password meanwhile, and
    Refused("no_posting") when it may do nothing today.
    """
    account = db.get(Account, attempt.account_id or -1)
    if account is None or account.disabled_at or account.password_hash != attempt.password_hash:
        raise Refused("wrong_login")
    if renewed_hash is not None:
        account.password_hash = renewed_hash
    return _open(db, account, attempt, browser, action="login.open", now=now)


def slip_fits(db: Session, *, attempt: Attempt, code: str, digester: Digester, now: Now) -> bool:
    """True when this account has a slip with this code that is neither used, void nor too old."""
    return _fitting_slip(db, attempt, code, digester, now) is not None


def log_in_with_slip(
    db: Session,
    *,
    attempt: Attempt,
    code: str,
    new_hash: str,
    digester: Digester,
    browser: Browser,
    now: Now,
) -> OpenedLogin:
    """The slip is used up, the account's password is the new one, its older logins have ended, and one has begun.

    Raises Refused("wrong_slip") or Refused("no_posting"); then the slip is still good.
    """
    slip = _fitting_slip(db, attempt, code, digester, now)
    if slip is None:
        raise Refused("wrong_slip")
    slip.used_at = now.instant
    account = db.get_one(Account, attempt.account_id)
    account.password_hash = new_hash
    end_logins(db, account.id, now=now)
    return _open(db, account, attempt, browser, action="slip.use", now=now)


def log_out(db: Session, *, login_id: int, by: Actor, now: Now) -> None:
    """This login of the actor has ended."""
    _end_own(db, login_id, action="login.close", by=by, now=now)


def revoke(db: Session, *, login_id: int, by: Actor, now: Now) -> None:
    """A login of the actor's on some device has ended. Raises NotFound when it is not one of his."""
    _end_own(db, login_id, action="login.revoke", by=by, now=now)


def see(db: Session, *, login_id: int, now: Now) -> None:
    """The login's list of devices says that it was used now."""
    db.execute(update(LoginSession).where(LoginSession.id == login_id).values(last_seen_at=now.instant))


def remember_village(db: Session, *, login_id: int, village_code: str) -> None:
    """The desk opens with this village next time on this device."""
    db.execute(update(LoginSession).where(LoginSession.id == login_id).values(village_code=village_code))


def _is_known_browser(db: Session, token: str, account_id: int) -> bool:
    owner = select(LoginSession.account_id).where(
        LoginSession.token_digest == trust.token_digest(token), LoginSession.revoked_at.is_(None)
    )
    return db.execute(owner).scalar_one_or_none() == account_id


def _one_at_a_time(db: Session) -> None:
    """Nobody else counts until this transaction ends: two tries at once must not both be the last one allowed."""
    if db.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
        db.execute(text("LOCK TABLE login_attempt IN EXCLUSIVE MODE"))


def _refuse_too_many(db: Session, by_name: str, by_address: str, now: Now) -> None:
    until = now.instant
    for column, digest, limits in (
        (LoginAttempt.name_digest, by_name, throttle.BY_NAME),
        (LoginAttempt.address_digest, by_address, throttle.BY_ADDRESS),
    ):
        failed = db.execute(
            select(LoginAttempt.at)
            .where(
                column == digest,
                LoginAttempt.at.between(now.instant - throttle.LONGEST_MEMORY, now.believable),
            )
            .order_by(LoginAttempt.at.desc())
            .limit(throttle.most_tries(limits))
        ).scalars()
        until = max(until, throttle.next_try(list(failed), limits, now.instant))
    if until > now.instant:
        raise Refused("too_many", until=until)


def _fitting_slip(db: Session, attempt: Attempt, code: str, digester: Digester, now: Now) -> LoginSlip | None:
    """The slip, locked, so that nobody else uses it at the same time."""
    return db.scalar(
        select(LoginSlip)
        .join(Account, Account.id == LoginSlip.account_id)
        .where(
            LoginSlip.account_id == (attempt.account_id or -1),
            LoginSlip.code_digest == slip_digest(digester, attempt.login_name, code),
            trust.is_unused(now),
            Account.disabled_at.is_(None),
        )
        .with_for_update(of=LoginSlip)
    )


def _open(
    db: Session, account: Account, attempt: Attempt, browser: Browser, *, action: str, now: Now
) -> OpenedLogin:
    actor = trust.actor_of(db, account.id, today=now.day)
    if not actor.posts:
        raise Refused("no_posting")
    is_same_person = _is_known_browser(db, browser.old_token, account.id)
    forgive(db, attempt)
    db.execute(
        update(LoginSession)
        .where(LoginSession.token_digest == trust.token_digest(browser.old_token), trust.is_open(now))
        .values(revoked_at=now.instant)
    )
    db.execute(
        delete(LoginSession).where(
            LoginSession.account_id == account.id, LoginSession.expires_at < now.instant - FORGOTTEN_AFTER
        )
    )
    token = secrets.token_urlsafe(32)
    login = LoginSession(
        account_id=account.id,
        token_digest=trust.token_digest(token),
        device=browser.device[:200],
        is_own_phone=browser.is_own_phone,
        created_at=now.instant,
        last_seen_at=now.instant,
        expires_at=now.instant + (OWN_PHONE if browser.is_own_phone else SHARED_COMPUTER),
    )
    db.add(login)
    db.flush()
    where = own_region(actor)
    note(db, login, action, by=actor, now=now, region_code=where, is_own_phone=browser.is_own_phone)
    return OpenedLogin(token, actor, browser.is_own_phone, is_same_person)


def forgive(db: Session, attempt: Attempt) -> None:
    """The try was no failure, and what was got wrong for this name from the same place no longer counts."""
    mine = select(LoginAttempt.name_digest, LoginAttempt.address_digest).where(LoginAttempt.id == attempt.id)
    row = db.execute(mine).one_or_none()
    if row is not None:
        db.execute(
            delete(LoginAttempt).where(
                LoginAttempt.name_digest == row.name_digest,
                LoginAttempt.address_digest == row.address_digest,
            )
        )


def _end_own(db: Session, login_id: int, *, action: str, by: Actor, now: Now) -> None:
    mine = (LoginSession.id == login_id) & (LoginSession.account_id == by.account_id)
    login = locked(db, LoginSession, mine & LoginSession.revoked_at.is_(None))
    login.revoked_at = now.instant
    note(db, login, action, by=by, now=now, region_code=own_region(by))
