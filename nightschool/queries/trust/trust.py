"""Accounts, postings and logins, as the pages need them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region
from nightschool.models.trust import Account, KeptInput, LoginSession, LoginSlip, Posting, SecondFactor
from nightschool.queries import phones
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.regions import ancestors_of
from nightschool.rules.slots import Now
from nightschool.rules.trust.accounts import initials, normalised_login_name, suggested_login_name


@dataclass(frozen=True)
class Login:
    """A login in force, and who acts through it."""

    id: int
    actor: Actor
    login_name: str
    is_own_phone: bool
    village_code: str | None  # the village last worked on
    last_seen_at: datetime
    has_second_factor: bool = True  # also where that does not matter, of who may do nothing


@dataclass(frozen=True)
class EndedLogin:
    """A login whose time is over, but that nobody has revoked."""

    account_id: int
    ended_at: datetime


@dataclass(frozen=True)
class Device:
    """One login of an account, as its owner sees it."""

    id: int
    device: str
    is_own_phone: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    pocket_at: datetime | None  # of one that keeps registers without signal: when it last brought some
    pocket_waits: int | None  # and how many it still kept then


@dataclass(frozen=True)
class SilentPhone:
    """A device that keeps a village's registers without signal, of which nothing has been heard for long."""

    village: str
    keeper: str  # the name of whose account it is
    device: str
    pocket_at: datetime
    pocket_waits: int


SILENT_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class PostingLine:
    """One posting of an account."""

    id: int
    role: Role
    region_code: str | None
    region_name: str
    title: str
    from_day: date
    to_day: date | None


@dataclass(frozen=True)
class AccountLine:
    """One account as an administrator sees it."""

    public_id: str
    login_name: str
    display_name: str
    is_disabled: bool
    has_password: bool
    last_seen_at: datetime | None
    slip_until: datetime | None  # a slip is out and not used yet
    has_second_factor: bool
    postings: tuple[PostingLine, ...]

    @property
    def place(self) -> str:
        """Where they are posted, or were last."""
        return self.postings[0].region_name if self.postings else ""


def token_digest(token: str) -> str:
    """What is stored of a login's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def not_over(day: date | BindParameter[date], of: Any = Posting) -> ColumnElement[bool]:
    """The condition that a posting holds on this day, or begins later."""
    return or_(of.to_day.is_(None), of.to_day >= day)


def in_force(today: date | BindParameter[date]) -> ColumnElement[bool]:
    """The condition that a posting holds on this day; its last day is included."""
    return and_(Posting.from_day <= today, not_over(today))


# Who works in a village works on the records of those it stands for, too.
_Former = aliased(Region, name="former")


def _stands_for(today: date | BindParameter[date]) -> ColumnElement[bool]:
    return and_(_Former.successor_code == Posting.region_code, _Former.successor_day <= today)


def _posts(db: Session, rows: Iterable[Any], today: date) -> tuple[Post, ...]:
    """The postings of these rows, and after them the same roles in the regions that theirs stand for.

    Cost: 1 query for each merger behind another, of whoever stands for a region at all.
    """
    found = list(rows)
    posts = dict.fromkeys(Post(Role(row.role), row.region_code) for row in found)
    formers = dict.fromkeys(Post(Role(row.role), row.former) for row in found if row.former)
    while formers := {post: None for post in formers if post not in posts}:
        posts |= formers
        merged = db.execute(
            select(Region.successor_code, Region.code)
            .where(
                Region.successor_code.in_({post.region_code for post in formers}),
                Region.successor_day <= today,
            )
            .order_by(Region.code)
        ).all()
        formers = dict.fromkeys(
            Post(post.role, code)
            for post in formers
            for successor, code in merged
            if successor == post.region_code
        )
    return tuple(posts)


# Asked for with every request behind a login.
_IN_FORCE = (
    select(
        LoginSession.id,
        LoginSession.is_own_phone,
        LoginSession.village_code,
        LoginSession.last_seen_at,
        Account.id.label("account_id"),
        Account.login_name,
        Account.display_name,
        Posting.role,
        Posting.region_code,
        _Former.code.label("former"),
        SecondFactor.set_up_at.is_not(None).label("has_second_factor"),
    )
    .join(Account, Account.id == LoginSession.account_id)
    .join(Posting, Posting.account_id == Account.id)
    .outerjoin(SecondFactor, SecondFactor.account_id == Account.id)
    .outerjoin(_Former, _stands_for(bindparam("today")))
    .where(
        LoginSession.token_digest == bindparam("digest"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.created_at <= bindparam("believable"),
        Account.disabled_at.is_(None),
        in_force(bindparam("today")),
    )
    .order_by(Posting.id)
)


def is_open(now: Now) -> ColumnElement[bool]:
    """The condition that a login is in force at this instant."""
    return and_(
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > now.instant,
        LoginSession.created_at <= now.believable,
    )


def is_unused(now: Now) -> ColumnElement[bool]:
    """The condition that a login slip still lets somebody in."""
    return and_(
        LoginSlip.used_at.is_(None), LoginSlip.expires_at > now.instant, LoginSlip.made_at <= now.believable
    )


def slip_until(now: Now) -> ScalarSelect[Any]:
    """Until when the latest unused slip of each account is good; nothing for one without."""
    until = select(func.max(LoginSlip.expires_at))
    return until.where(LoginSlip.account_id == Account.id, is_unused(now)).scalar_subquery()


def login_by_token(db: Session, token: str, *, now: Now) -> Login | None:
    """The login this token stands for, with the postings in force today; None when it, or every posting, has ended."""
    at = {"now": now.instant, "believable": now.believable, "today": now.day}
    rows = db.execute(_IN_FORCE, {"digest": token_digest(token), **at}).all()
    if not rows:
        return None
    first = rows[0]
    return shaped(Login, first, actor=Actor(first.account_id, first.display_name, _posts(db, rows, now.day)))


def login_without_posting(db: Session, token: str, *, now: Now) -> Login | None:
    """The login this token stands for when every posting of its account has ended: it is known who it is, no more."""
    row = db.execute(
        select(
            LoginSession.id,
            LoginSession.is_own_phone,
            LoginSession.village_code,
            LoginSession.last_seen_at,
            Account.id.label("account_id"),
            Account.login_name,
            Account.display_name,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .where(LoginSession.token_digest == token_digest(token), is_open(now), Account.disabled_at.is_(None))
    ).one_or_none()
    actor = row and Actor(row.account_id, row.display_name, ())
    return shaped(Login, row, actor=actor, has_second_factor=True) if row else None


def ended_login(db: Session, token: str, *, now: Now) -> EndedLogin | None:
    """The login this token stood for until its time was over; None for one in force, revoked or unknown."""
    row = db.execute(
        select(LoginSession.account_id, LoginSession.expires_at)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.token_digest == token_digest(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at <= now.instant,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    return EndedLogin(row.account_id, row.expires_at) if row else None


def actor_of(db: Session, account_id: int, *, today: date) -> Actor:
    """The account as it acts on this day; without postings it may do nothing."""
    name = db.execute(select(Account.display_name).where(Account.id == account_id)).scalar_one()
    rows = db.execute(
        select(Posting.role, Posting.region_code, _Former.code.label("former"))
        .outerjoin(_Former, _stands_for(today))
        .where(Posting.account_id == account_id, in_force(today))
        .order_by(Posting.id)
    ).all()
    return Actor(account_id, name, _posts(db, rows, today))


@dataclass(frozen=True, slots=True)
class FeedReader:
    """An account that reads a feed without logging in. `password`: the hash of it, empty where there is none."""

    public_id: str
    password: str
    mail_address: str  # where the digest is mailed to; empty: nowhere
    actor: Actor


def reader_of_a_feed(
    db: Session, *, today: date, public_id: str | None = None, account_id: int | None = None
) -> FeedReader | None:
    """The account, by either of its names, as it acts on this day; None: no such, or it is shut. Cost: 3 queries."""
    found = db.scalar(
        select(Account).where(
            Account.public_id == public_id if public_id else Account.id == account_id,
            Account.disabled_at.is_(None),
        )
    )
    if found is None:
        return None
    mailed_to = phones.in_full(db, "account", found.public_id, found.mail_address)
    return FeedReader(
        found.public_id, found.password_hash or "", mailed_to, actor_of(db, found.id, today=today)
    )


@dataclass(frozen=True, slots=True)
class MailedReader:
    """An officer whose weekly digest is to be mailed: where to, and the regions they look after on that day."""

    account_id: int
    address: str
    region_codes: tuple[str, ...]


def awaiting_mail(db: Session, *, through: date, today: date) -> tuple[MailedReader, ...]:
    """Who asked for the digest and was not mailed that of the week with this last day. Cost: 3 queries a reader."""
    due = db.scalars(
        select(Account)
        .where(
            Account.mail_address.is_not(None),
            Account.disabled_at.is_(None),
            or_(Account.mailed_through.is_(None), Account.mailed_through < through),
        )
        .order_by(Account.id)
    )
    return tuple(
        MailedReader(
            one.id,
            phones.in_full(db, "account", one.public_id, one.mail_address),
            tuple(
                dict.fromkeys(
                    post.region_code
                    for post in actor_of(db, one.id, today=today).posts
                    if post.role is Role.SUPERVISOR and post.region_code
                )
            ),
        )
        for one in due
    )


def devices(db: Session, account_id: int, *, now: Now) -> tuple[Device, ...]:
    """The logins of an account that are in force, the last used first."""
    rows = db.execute(
        select(
            LoginSession.id,
            LoginSession.device,
            LoginSession.is_own_phone,
            LoginSession.created_at,
            LoginSession.last_seen_at,
            LoginSession.expires_at,
            LoginSession.pocket_at,
            LoginSession.pocket_waits,
        )
        .where(LoginSession.account_id == account_id, is_open(now))
        .order_by(LoginSession.last_seen_at.desc(), LoginSession.id.desc())
    ).all()
    return tuple(Device(**row._mapping) for row in rows)


def devices_of(db: Session, public_id: str, *, now: Now) -> tuple[Device, ...]:
    """The same of the account with this public id."""
    owner = db.execute(select(Account.id).where(Account.public_id == public_id)).scalar_one_or_none()
    return () if owner is None else devices(db, owner, now=now)


def silent_phones(db: Session, code: str, *, now: Now) -> tuple[SilentPhone, ...]:
    """The silent phones of who coordinates in this region's villages today, village by village. Cost: 1 query.

    One on which nothing waited is not silent while pages are looked at on it, nor once its keeper has brought
    something from another device or, its login being over, from a later login.
    """
    since = now.instant - SILENT_AFTER
    later = aliased(LoginSession)
    was_replaced = exists().where(
        later.account_id == LoginSession.account_id, later.pocket_at > LoginSession.pocket_at
    )
    waits = LoginSession.pocket_waits > 0
    rows = db.execute(
        select(
            Region.name.label("village"),
            Account.display_name.label("keeper"),
            LoginSession.device,
            LoginSession.pocket_at,
            LoginSession.pocket_waits,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .join(Posting, Posting.account_id == Account.id)
        .join(Region, Region.code == Posting.region_code)
        .where(
            Posting.role == Role.COORDINATOR,
            inside(Posting.region_code, code),
            in_force(now.day),
            Account.disabled_at.is_(None),
            LoginSession.pocket_at < since,
            or_(waits, and_(is_open(now), LoginSession.last_seen_at < since)),
            or_(and_(waits, is_open(now)), ~was_replaced),
        )
        .order_by(Region.code, LoginSession.pocket_at)
    )
    return tuple(SilentPhone(**row._mapping) for row in rows)


def kept_inputs(db: Session, account_id: int) -> tuple[tuple[str, str, datetime], ...]:
    """(public id, path, when) of what was entered after a login had ended and is not saved yet, oldest first."""
    waiting = select(KeptInput.public_id, KeptInput.path, KeptInput.kept_at)
    rows = db.execute(waiting.where(KeptInput.account_id == account_id).order_by(KeptInput.id))
    return tuple((public_id, path, kept_at) for public_id, path, kept_at in rows)


def postings_of(db: Session, account_id: int) -> tuple[PostingLine, ...]:
    """All postings of an account, the latest first."""
    return _postings(db, Posting.account_id == account_id).get(account_id, ())


def names_around(db: Session, login_name: str) -> tuple[str, ...]:
    """What those around an account know too: its names, names and codes of its places and of what these lie in.

    Cost: 3 queries.
    """
    name = normalised_login_name(login_name)
    found = db.scalars(select(Account).where(Account.login_name == name)).one_or_none()
    if found is None:
        return (login_name,)
    codes = db.scalars(select(Posting.region_code).where(Posting.account_id == found.id))
    around = {one for code in codes if code for one in (code, *ancestors_of(code))}
    places = db.execute(select(Region.code, Region.name).where(Region.code.in_(around)).order_by(Region.code))
    return (found.login_name, found.display_name, *(told for place in places for told in place))


def account(db: Session, public_id: str, *, now: Now) -> AccountLine | None:
    """One account with all its postings, the ended ones too."""
    lines = account_lines(db, [Account.public_id == public_id], now=now, limit=1)
    return lines[0] if lines else None


def account_called(db: Session, login_name: str) -> str | None:
    """The public id of the account with this login name, as somebody typed it."""
    name = normalised_login_name(login_name)
    return db.execute(select(Account.public_id).where(Account.login_name == name)).scalar_one_or_none()


def key_of_account(db: Session, login_name: str) -> int | None:
    """The number by which the trail knows this account."""
    name = normalised_login_name(login_name)
    return db.execute(select(Account.id).where(Account.login_name == name)).scalar_one_or_none()


def has_school(db: Session, village_code: str) -> bool:
    """True when this village has a night school."""
    found = db.execute(select(NightSchool.id).where(NightSchool.region_code == village_code)).one_or_none()
    return found is not None


def free_login_name(db: Session, called: str) -> str:
    """A login name that nobody has, made of the initials of what somebody is called."""
    stem = initials(called)
    like = select(Account.login_name).where(Account.login_name.startswith(stem, autoescape=True))
    return suggested_login_name(called, frozenset(db.scalars(like)))


def account_lines(
    db: Session,
    conditions: Sequence[ColumnElement[bool]],
    *,
    now: Now,
    order: Sequence[Any] = (),
    limit: int,
    offset: int = 0,
) -> tuple[AccountLine, ...]:
    """The accounts that answer to the conditions, with all their postings. Cost: 2 queries."""
    last_seen = (
        select(func.max(LoginSession.last_seen_at))
        .where(LoginSession.account_id == Account.id)
        .scalar_subquery()
    )
    rows = db.execute(
        select(
            Account.id,
            Account.public_id,
            Account.login_name,
            Account.display_name,
            Account.disabled_at,
            Account.password_hash.is_not(None).label("has_password"),
            last_seen.label("last_seen_at"),
            slip_until(now).label("slip_until"),
            exists()
            .where(SecondFactor.account_id == Account.id, SecondFactor.set_up_at.is_not(None))
            .label("has_second_factor"),
        )
        .where(*conditions)
        .order_by(*order, Account.login_name)
        .limit(limit)
        .offset(offset)
    ).all()
    postings = _postings(db, Posting.account_id.in_([row.id for row in rows])) if rows else {}
    return tuple(
        shaped(
            AccountLine,
            row,
            is_disabled=row.disabled_at is not None,
            postings=postings.get(row.id, ()),
        )
        for row in rows
    )


def _postings(db: Session, condition: ColumnElement[bool]) -> dict[int, tuple[PostingLine, ...]]:
    rows: Sequence[Any] = db.execute(
        select(
            Posting.account_id,
            Posting.id,
            Posting.role,
            Posting.region_code,
            Region.name.label("region_name"),
            Posting.title,
            Posting.from_day,
            Posting.to_day,
        )
        .outerjoin(Region, Region.code == Posting.region_code)
        .where(condition)
        .order_by(Posting.from_day.desc(), Posting.id.desc())
    ).all()
    lines: dict[int, tuple[PostingLine, ...]] = {}
    for row in rows:
        line = shaped(PostingLine, row, role=Role(row.role), region_name=row.region_name or "")
        lines[row.account_id] = (*lines.get(row.account_id, ()), line)
    return lines
