"""Logging in and out. A try is counted before the password is looked at, so that simultaneous tries count too.

Checking a password takes long on purpose and therefore happens between two transactions: `book_attempt` in the first,
then `hashing.is_right`, then `log_in` or nothing in the second. A try that fails simply stays counted. Nothing is
counted of login slips (see rules.trust.throttle). Where an account has a second factor, what begins there is half a
login, and `finish` makes it whole.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from nightschool.actions.records import locked, note
from nightschool.actions.trust import second_factor
from nightschool.actions.trust.accounts import end_logins, own_region, slip_digest
from nightschool.errors import Refused
from nightschool.models.trust import Account, LoginAttempt, LoginSession, LoginSlip
from nightschool.queries.trust import trust
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now
from nightschool.rules.trust import throttle
from nightschool.rules.trust.accounts import normalised_login_name
from nightschool.rules.trust.throttle import Pace
from nightschool.sealing import Digester

# How long a login lasts on one's own phone and on a computer others use too: in all, and without being used.
OWN_PHONE, OWN_PHONE_AT_REST = timedelta(days=30), timedelta(days=14)
SHARED_COMPUTER, SHARED_COMPUTER_AT_REST = timedelta(hours=12), timedelta(hours=2)
FORGOTTEN_AFTER = timedelta(days=60)  # an ended login is known that long
SEEN_EVERY = timedelta(minutes=15)
SENT_TWICE_WITHIN = timedelta(minutes=10)
# Whom a try on a name is counted among: the owner's browsers, networks that have hardly tried it, all others.
_PLACES = {"known": throttle.KNOWN_BROWSER, "new": throttle.NEW_PLACE, "": throttle.STRANGER}


@dataclass(frozen=True)
class Attempt:
    """A try: one that has been counted, or one with a slip, of which nothing is."""

    id: int | None
    login_name: str
    account_id: int | None
    password_hash: str | None
    name_digests: tuple[str, ...] = ()  # under which tries on this name are counted


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


@dataclass(frozen=True)
class HalfLogin:
    """The password or slip was right, and a code is asked for. What the browser keeps until then, sealed."""

    kept: str


def book_attempt(
    db: Session,
    *,
    login_name: str,
    address: str | None,
    token: str = "",
    digester: Digester,
    now: Now,
) -> Attempt:
    """The try is counted as failed, until `log_in` finds otherwise.

    `address`: where it comes from, None when that cannot be told. `token`: what the browser still has of an earlier
    login; in a browser this account has used nobody else's tries count, whatever network they came from.
    Raises Refused("too_many", until=..., is_network=...) when it must wait. The same queries whether or not there is
    such an account.
    """
    attempt = _attempt(db, login_name)
    is_known = _is_known_browser(db, token, attempt.account_id or -1)
    network = digester("attempt address", throttle.network_of(address) if address else secrets.token_hex(16))
    places = {place: digester("attempt name", attempt.login_name, place) for place in _PLACES}
    _one_at_a_time(db)
    _forget_old(db, now)
    is_new = _tries(db, places, network) < throttle.IS_NEW_FOR and address is not None
    place = "known" if is_known else "new" if is_new else ""
    _refuse_too_many(db, LoginAttempt.name_digest, places[place], _PLACES[place], now)
    if is_known:
        network = places["known"]
    else:
        _refuse_too_many(db, LoginAttempt.address_digest, network, throttle.NETWORK, now)
    booked = LoginAttempt(name_digest=places[place], address_digest=network, at=now.instant)
    db.add(booked)
    db.flush()
    return replace(attempt, id=booked.id, name_digests=tuple(places.values()))


def log_in(
    db: Session,
    *,
    attempt: Attempt,
    renewed_hash: str | None = None,
    browser: Browser,
    now: Now,
) -> OpenedLogin | HalfLogin:
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


def finish(
    db: Session,
    *,
    half: str,
    code: str,
    attempt: Attempt,
    browser: Browser,
    digester: Digester,
    now: Now,
) -> OpenedLogin | None:
    """The login of which this is half has begun, for the code was right; None: it was not.

    Raises Refused("half_over") when the password must be asked for again, and Refused("no_posting").
    """
    account, is_own_phone, action = second_factor.account_of_half(db, half, now=now)
    if not second_factor.passes(db, account, code, digester=digester, now=now):
        return None
    whole = replace(browser, is_own_phone=is_own_phone)
    return _begin(db, account, attempt, whole, action=action, now=now)


def slip_fits(db: Session, *, login_name: str, code: str, digester: Digester, now: Now) -> bool:
    """True when this account has a slip with this code that is neither used, void nor too old."""
    return db.scalar(_fitting_slip(_attempt(db, login_name), code, digester, now)) is not None


def just_used_slip(
    db: Session, *, login_name: str, code: str, digester: Digester, now: Now
) -> Attempt | None:
    """Whom this slip let in a moment ago, to be let in again if the password is the one that was set by it."""
    attempt = _attempt(db, login_name)
    used = select(LoginSlip.id).where(
        _is_slip_of(attempt, code, digester),
        LoginSlip.used_at > now.instant - SENT_TWICE_WITHIN,
        LoginSlip.used_at <= now.believable,
    )
    return attempt if db.execute(used).one_or_none() else None


def log_in_with_slip(
    db: Session,
    *,
    login_name: str,
    code: str,
    new_hash: str,
    digester: Digester,
    browser: Browser,
    now: Now,
) -> OpenedLogin | HalfLogin:
    """The slip is used up, the account's password is the new one, its older logins have ended, and one has begun.

    Raises Refused("wrong_slip") or Refused("no_posting"); then the slip is still good.
    """
    attempt = _attempt(db, login_name)
    slip = db.scalar(_fitting_slip(attempt, code, digester, now).with_for_update(of=LoginSlip))
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
    """The login's list of devices says that it was used now, and it goes on until it has rested too long."""
    login = db.get_one(LoginSession, login_id)
    login.last_seen_at, login.expires_at = now.instant, _until(login, now)


def remember_village(db: Session, *, login_id: int, village_code: str) -> None:
    """The desk opens with this village next time on this device."""
    db.execute(update(LoginSession).where(LoginSession.id == login_id).values(village_code=village_code))


def note_pocket(db: Session, *, login_id: int, waits: int, now: Now) -> None:
    """This device keeps registers without signal; so many of them are still on it."""
    db.execute(
        update(LoginSession)
        .where(LoginSession.id == login_id)
        .values(pocket_at=now.instant, pocket_waits=waits)
    )


def _is_known_browser(db: Session, token: str, account_id: int) -> bool:
    owner = select(LoginSession.account_id).where(
        LoginSession.token_digest == trust.token_digest(token), LoginSession.revoked_at.is_(None)
    )
    return db.execute(owner).scalar_one_or_none() == account_id


def _one_at_a_time(db: Session) -> None:
    """Nobody else counts until this transaction ends: two tries at once must not both be the last one allowed."""
    if db.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
        db.execute(text("LOCK TABLE login_attempt IN EXCLUSIVE MODE"))


def _attempt(db: Session, login_name: str) -> Attempt:
    name = normalised_login_name(login_name)
    account = db.execute(
        select(Account.id, Account.password_hash).where(Account.login_name == name)
    ).one_or_none()
    return Attempt(None, name, account.id if account else None, account.password_hash if account else None)


def _forget_old(db: Session, now: Now) -> None:
    """What counts no more is gone; and what lies in the future, which a clock that was wrong has written."""
    too_old = LoginAttempt.at < now.instant - throttle.MEMORY
    db.execute(delete(LoginAttempt).where(or_(too_old, LoginAttempt.at > now.believable)))


def _tries(db: Session, places: Mapping[str, str], network: str) -> int:
    """How many strangers' tries on a name have come from a network."""
    strangers = (places[place] for place in ("new", ""))
    tries = select(func.count()).where(
        LoginAttempt.name_digest.in_(strangers), LoginAttempt.address_digest == network
    )
    return db.execute(tries).scalar_one()


def _refuse_too_many(
    db: Session, column: InstrumentedAttribute[str], digest: str, pace: Pace, now: Now
) -> None:
    latest = select(LoginAttempt.at).where(column == digest).order_by(LoginAttempt.at.desc()).limit(pace.free)
    until = throttle.next_try(db.scalars(latest).all(), pace, now.instant)
    if until > now.instant:
        raise Refused("too_many", until=until, is_network=pace is throttle.NETWORK)


def _is_slip_of(attempt: Attempt, code: str, digester: Digester) -> ColumnElement[bool]:
    return and_(
        LoginSlip.account_id == (attempt.account_id or -1),
        LoginSlip.code_digest == slip_digest(digester, attempt.login_name, code),
    )


def _fitting_slip(attempt: Attempt, code: str, digester: Digester, now: Now) -> Select[LoginSlip]:
    return (
        select(LoginSlip)
        .join(Account, Account.id == LoginSlip.account_id)
        .where(_is_slip_of(attempt, code, digester), trust.is_unused(now), Account.disabled_at.is_(None))
    )


def _open(
    db: Session, account: Account, attempt: Attempt, browser: Browser, *, action: str, now: Now
) -> OpenedLogin | HalfLogin:
    half = second_factor.half_of(db, account, is_own_phone=browser.is_own_phone, action=action, now=now)
    return HalfLogin(half) if half else _begin(db, account, attempt, browser, action=action, now=now)


def _begin(
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
    )
    login.expires_at = _until(login, now)
    db.add(login)
    db.flush()
    where = own_region(actor)
    note(db, login, action, by=actor, now=now, region_code=where, is_own_phone=browser.is_own_phone)
    return OpenedLogin(token, actor, browser.is_own_phone, is_same_person)


def _until(login: LoginSession, now: Now) -> datetime:
    """When a login that is used now ends if it is not used again."""
    whole, rest = (
        (OWN_PHONE, OWN_PHONE_AT_REST) if login.is_own_phone else (SHARED_COMPUTER, SHARED_COMPUTER_AT_REST)
    )
    return min(login.created_at + whole, now.instant + rest)


def forgive(db: Session, attempt: Attempt) -> None:
    """The try was no failure, and what was got wrong for this name from the same place no longer counts."""
    here = select(LoginAttempt.address_digest).where(LoginAttempt.id == attempt.id).scalar_subquery()
    db.execute(
        delete(LoginAttempt).where(
            LoginAttempt.name_digest.in_(attempt.name_digests), LoginAttempt.address_digest == here
        )
    )


def _end_own(db: Session, login_id: int, *, action: str, by: Actor, now: Now) -> None:
    mine = (LoginSession.id == login_id) & (LoginSession.account_id == by.account_id)
    login = locked(db, LoginSession, mine & LoginSession.revoked_at.is_(None))
    login.revoked_at = now.instant
    note(db, login, action, by=by, now=now, region_code=own_region(by))
