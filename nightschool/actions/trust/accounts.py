"""Accounts and postings: who may log in, what for, where, and from which day to which."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.ended import check_goes_on
from nightschool.actions.notices.feeds import show_otherwise
from nightschool.actions.records import note, store_phone
from nightschool.actions.touching import touch_villages
from nightschool.database import broken_constraint
from nightschool.errors import NotAllowed, NotFound, Refused, told_together
from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account, LoginSession, LoginSlip, Posting
from nightschool.queries import scope
from nightschool.queries.trust import trust
from nightschool.queries.trust.account_list import namesakes
from nightschool.rules.access import Actor, Role, require
from nightschool.rules.names import found_by
from nightschool.rules.seasons.periods import week_of
from nightschool.rules.slots import Now
from nightschool.rules.trust import accounts, slips
from nightschool.rules.typed import is_mail_address
from nightschool.sealing import Digester

MANAGE = "manage_accounts"


@dataclass(frozen=True)
class Slip:
    """A login slip as it is printed, once: only a digest of the code is kept."""

    account: str  # public id
    login_name: str
    display_name: str
    code: str
    expires_at: datetime


def create_account(
    db: Session,
    *,
    login_name: str,
    display_name: str,
    role: Role,
    region_code: str | None,
    title: str = "",
    from_day: date | None = None,
    password_hash: str | None = None,
    is_another: bool = False,
    by: Actor,
    now: Now,
) -> Account:
    """An account stands, with its first posting. Without a password hash only a login slip lets it in.

    No login name: one is made from the display name. Raises Refused, with `known_account` when somebody called so has
    an account and `is_another` does not say that this is another person; or NotAllowed when the actor may not give
    this role there.
    """
    if not display_name.strip():
        raise Refused("display_name_missing", field="display_name")
    told_together(
        lambda: check_post(db, role, region_code, by=by, now=now),
        lambda: check_login_name(db, login_name, display_name),
        lambda: check_namesakes(db, display_name, region_code, is_another=is_another, by=by, now=now),
    )
    name = accounts.normalised_login_name(login_name) or trust.free_login_name(db, display_name)
    account = Account(
        login_name=name,
        display_name=display_name.strip(),
        password_hash=password_hash,
        created_at=now.instant,
    )
    try:
        with db.begin_nested():
            db.add(account)
    except IntegrityError as error:
        if broken_constraint(error) != "uq_account_login_name":
            raise
        check_login_name(db, name, display_name)  # somebody has just taken it
        raise
    _post(db, account.id, role, region_code, title=title, from_day=from_day or now.day)
    note(db, account, "account.create", by=by, now=now, region_code=region_code, role=role)
    return account


def check_login_name(db: Session, login_name: str, display_name: str) -> None:
    """Raises Refused unless a new account can have this login name; with none one is made that can."""
    name = accounts.normalised_login_name(login_name)
    if not name:
        return
    if problem := accounts.login_name_problem(name):
        raise Refused(problem, field="login_name")
    if trust.account_called(db, name) is not None:
        free = trust.free_login_name(db, display_name)
        raise Refused("login_name_taken", field="login_name", name=name, free=free)


def check_namesakes(
    db: Session, display_name: str, region_code: str | None, *, is_another: bool, by: Actor, now: Now
) -> None:
    """Raises Refused with `known_account` when somebody of this name has an account around there that this actor
    manages, unless this is another. Who has no account themselves, at the command line, is not asked.
    """
    if by.account_id is None or region_code is None or is_another:
        return
    if namesakes(db, display_name, region_code, by=by, now=now):
        raise Refused("known_account", field="who", name=display_name.strip())


def open_school(
    db: Session,
    *,
    village_code: str,
    display_name: str,
    login_name: str,
    title: str = "",
    contact_name: str | None = None,
    contact_phone: str = "",
    account: str = "",
    is_another: bool = False,
    digester: Digester,
    by: Actor,
    now: Now,
) -> Slip | None:
    """The village has a night school, its coordinator an account, a posting and a login slip to be printed; with the
    `account` they have already, they get no other slip, and None comes back.

    The coordinator is whom villagers turn to, unless another contact is named, or none yet; at a telephone that
    everybody may read.

    Raises Refused("school_exists"), VillageEnded, or what `create_account` raises; then nothing of it stands.
    """
    require(by, MANAGE, village_code)
    village = db.get(Region, village_code)
    if village is None:
        raise NotFound
    check_goes_on(db, [(village_code, now.day)])
    contact = display_name.strip() if contact_name is None else contact_name
    school = NightSchool(
        region_code=village_code, contact_name=contact, contact_phone=contact_phone, opened_on=now.day
    )
    try:
        with db.begin_nested():
            db.add(school)
    except IntegrityError as error:
        if broken_constraint(error) != "uq_night_school_region_code":
            raise
        raise Refused("school_exists", village=village.name) from None
    note(db, school, "school.open", by=by, now=now)
    role: dict[str, Any] = {"role": Role.COORDINATOR, "region_code": village_code, "title": title}
    made = None
    if account:
        give_posting(db, account=account, from_day=now.day, **role, by=by, now=now)
    else:
        called: dict[str, Any] = {
            "login_name": login_name,
            "display_name": display_name,
            "is_another": is_another,
        }
        made = create_account(db, **called, **role, by=by, now=now)
    touch_villages(db, [village_code], now=now)
    show_otherwise(db, ClassSession.region_code == village_code, now=now)
    return new_slip(db, made, digester=digester, by=by, now=now) if made else None


def give_posting(
    db: Session,
    *,
    account: str,
    role: Role,
    region_code: str,
    title: str = "",
    from_day: date,
    to_day: date | None = None,
    by: Actor,
    now: Now,
) -> None:
    """The account holds this role in this region, from the first day to the last, both included.

    Raises Refused("own_account"), ("posting_exists"), ("days_out_of_order"), ("role_level") or ("no_school").
    """
    found = managed(db, account, by=by, today=now.day, but_own=True)
    told_together(
        lambda: check_post(db, role, region_code, by=by, now=now),
        lambda: accounts.check_days(from_day, to_day),
    )
    same = select(Posting.id).where(
        Posting.account_id == found.id,
        Posting.role == role,
        Posting.region_code == region_code,
        trust.not_over(from_day),
    )
    if to_day is not None:
        same = same.where(Posting.from_day <= to_day)
    if db.execute(same.limit(1)).one_or_none() is not None:
        raise Refused("posting_exists")
    _post(db, found.id, role, region_code, title=title, from_day=from_day, to_day=to_day)
    told = {"from_day": from_day.isoformat(), "to_day": to_day.isoformat() if to_day else None}
    note(db, found, "posting.give", by=by, now=now, region_code=region_code, role=role, **told)


def end_posting(
    db: Session,
    *,
    account: str,
    posting_id: int,
    last_day: date | None = None,
    by: Actor,
    now: Now,
) -> date | None:
    """The posting holds up to this day, which is included; without one it ended yesterday. The last day comes back.

    None comes back when it would have begun later: then it is taken back whole. An end before yesterday counts as
    yesterday. Raises Refused("own_account"), ("posting_ended"), ("posting_ends_earlier").
    """
    found = managed(db, account, by=by, today=now.day, but_own=True)
    posting = db.get(Posting, posting_id)
    if posting is None or posting.account_id != found.id:
        raise NotFound
    require(by, MANAGE, posting.region_code)
    yesterday = now.day - timedelta(days=1)
    last = max(last_day or yesterday, yesterday)
    if posting.to_day is not None and posting.to_day < now.day:
        raise Refused("posting_ended", day=posting.to_day)
    if posting.to_day is not None and posting.to_day < last:
        raise Refused("posting_ends_earlier", field="last_day", day=posting.to_day)
    told = {"from_day": posting.from_day.isoformat(), "to_day": last.isoformat()}
    where = posting.region_code
    note(db, found, "posting.end", by=by, now=now, region_code=where, role=posting.role, **told)
    if posting.from_day > last:
        db.delete(posting)
    else:
        posting.to_day = last
    db.flush()
    return None if posting.from_day > last else last


def make_slip(db: Session, *, account: str, digester: Digester, by: Actor, now: Now) -> Slip:
    """A new login slip for this account, to be printed now; an older one that was not used is void.

    Raises Refused("disabled") or ("own_account"): one's own password is changed, not replaced.
    """
    found = managed(db, account, by=by, today=now.day, but_own=True)
    if found.disabled_at is not None:
        raise Refused("disabled")
    return new_slip(db, found, digester=digester, by=by, now=now)


def change_password(
    db: Session, *, seen_hash: str | None, new_hash: str, keep_login: int | None, by: Actor, now: Now
) -> None:
    """The actor's own password is the new one; all logins but the one kept have ended.

    `seen_hash` is the hash that the old password was checked against. Raises Refused("wrong_password") when it has
    changed meanwhile.
    """
    account = db.get_one(Account, by.account_id, with_for_update=True)
    if account.password_hash != seen_hash:
        raise Refused("wrong_password", field="password")
    account.password_hash = new_hash
    end_logins(db, account.id, now=now, but=keep_login)
    note(db, account, "account.change_password", by=by, now=now, region_code=own_region(by))


def rename_self(db: Session, *, display_name: str, by: Actor, now: Now) -> None:
    """The actor is called so from now on, in lists and on the trail. Raises Refused("display_name_missing")."""
    name = display_name.strip()
    if not name:
        raise Refused("display_name_missing", field="display_name")
    found = db.get_one(Account, by.account_id)
    if found.display_name == name:
        return
    found.display_name = name
    found.search_keys = found_by(name)
    note(db, found, "account.rename", by=by, now=now, region_code=own_region(by))


def choose_digest_mail(db: Session, *, address: str, by: Actor, now: Now) -> None:
    """The actor's weekly digest is mailed there from the next one on; empty: not mailed. The address is sealed.

    Raises Refused("no_mail_address").
    """
    if address and not is_mail_address(address):
        raise Refused("no_mail_address", field="mail_address")
    found = db.get_one(Account, by.account_id)
    before = found.mail_address
    store_phone(db, found, address, removes=True)
    if found.mail_address == before:
        return
    found.mailed_through = (
        week_of(now.day).before.last if address else None
    )  # what is over can be read already
    note(db, found, "account.digest_mail", by=by, now=now, region_code=own_region(by))


def mark_mailed(db: Session, account_id: int, *, through: date) -> None:
    """The digest of the week with this last day has gone out to this account."""
    db.execute(update(Account).where(Account.id == account_id).values(mailed_through=through))


def set_password(db: Session, *, account: str, new_hash: str, by: Actor, now: Now) -> None:
    """The account's password is this one and its logins have ended. The command line's way; people get a slip."""
    found = managed(db, account, by=by, today=now.day)
    found.password_hash = new_hash
    end_logins(db, found.id, now=now)
    note_at_home(db, found, "account.set_password", by=by, now=now)


def disable_account(db: Session, *, account: str, by: Actor, now: Now) -> None:
    """The account lets nobody in, from its next request on. Raises Refused("own_account")."""
    found = managed(db, account, by=by, today=now.day, but_own=True)
    found.disabled_at = found.disabled_at or now.instant
    end_logins(db, found.id, now=now)
    _void_slips(db, found.id, now=now)
    note_at_home(db, found, "account.disable", by=by, now=now)


def enable_account(db: Session, *, account: str, by: Actor, now: Now) -> None:
    """The account lets in again who knows its password, or holds a new slip."""
    found = managed(db, account, by=by, today=now.day)
    found.disabled_at = None
    note_at_home(db, found, "account.enable", by=by, now=now)


def own_region(by: Actor) -> str | None:
    """The region whose trail tells of the actor's own account: the first of those it is posted in."""
    return next((post.region_code for post in by.posts), None)


def end_logins(db: Session, account_id: int, *, now: Now, but: int | None = None) -> None:
    """Every login of the account has ended, except this one."""
    ending = update(LoginSession).where(
        LoginSession.account_id == account_id, LoginSession.revoked_at.is_(None)
    )
    if but is not None:
        ending = ending.where(LoginSession.id != but)
    db.execute(ending.values(revoked_at=now.instant))


def managed(db: Session, account: str, *, by: Actor, today: date, but_own: bool = False) -> Account:
    """The account, when all its regions are the actor's to manage; with `but_own`, not his own."""
    regions = scope.account_regions(db, account, today=today)
    if not regions:
        raise NotFound
    for region_code in regions:
        require(by, MANAGE, region_code)
    found = db.execute(select(Account).where(Account.public_id == account)).scalar_one()
    if but_own and found.id == by.account_id:
        raise Refused("own_account")
    return found


def check_post(db: Session, role: Role, region_code: str | None, *, by: Actor, now: Now) -> None:
    """Raises Refused with `role_level` or `no_school` unless somebody can be given this role there by this actor."""
    if not accounts.may_give(by, role, region_code):
        raise NotAllowed(MANAGE, region_code)
    if not accounts.fits_level(role, region_code):
        raise Refused("role_level", field="role", role=role)
    if region_code is not None and db.get(Region, region_code) is None:
        raise NotFound
    if role is Role.COORDINATOR and region_code is not None:
        check_goes_on(db, [(region_code, now.day)])
        if not trust.has_school(db, region_code):
            raise Refused("no_school", field="role")


def named_account(db: Session, login_name: str, region: str, *, by: Actor, now: Now) -> str:
    """The public id of the account of this login name, which is this actor's to manage and not their own.

    Raises Refused with `own_account`; `called_so` when it is the name of people around the region who have one; or
    `no_account`, which tells no more than that.
    """
    account = trust.account_called(db, login_name)
    try:
        if account is None:
            raise NotFound
        managed(db, account, by=by, today=now.day, but_own=True)
    except (NotFound, NotAllowed):
        if found := namesakes(db, login_name, region, by=by, now=now):
            logins = [(line.login_name, line.place) for line in found]
            raise Refused("called_so", field="login_name", name=login_name, logins=logins) from None
        raise Refused("no_account", field="login_name") from None
    return account


def _post(
    db: Session,
    account_id: int,
    role: Role,
    region_code: str | None,
    *,
    title: str,
    from_day: date,
    to_day: date | None = None,
) -> None:
    db.add(
        Posting(
            account_id=account_id,
            role=role,
            region_code=region_code,
            title=title.strip(),
            from_day=from_day,
            to_day=to_day,
        )
    )
    db.flush()


def new_slip(db: Session, account: Account, *, digester: Digester, by: Actor, now: Now) -> Slip:
    """A new slip for an account that may have one; `make_slip` asks first whether it may."""
    _void_slips(db, account.id, now=now)
    code = new_code()
    slip = LoginSlip(
        account_id=account.id,
        code_digest=slip_digest(digester, account.login_name, code),
        made_by=by.account_id,
        made_at=now.instant,
        expires_at=now.instant + slips.VALID,
    )
    db.add(slip)
    db.flush()
    note_at_home(db, account, "slip.make", by=by, now=now)
    return Slip(account.public_id, account.login_name, account.display_name, code, slip.expires_at)


def new_code() -> str:
    """A code for paper that nobody has had before."""
    return slips.code_of(secrets.randbelow(len(slips.ALPHABET)) for _ in range(slips.LENGTH))


def slip_digest(digester: Digester, login_name: str, code: str) -> str:
    """What is stored of a slip's code: keyed, and of no use for another account."""
    return digester("login slip", login_name, code)


def _void_slips(db: Session, account_id: int, *, now: Now) -> None:
    db.execute(
        update(LoginSlip)
        .where(LoginSlip.account_id == account_id, trust.is_unused(now))
        .values(expires_at=now.instant)
    )


def note_at_home(db: Session, account: Account, action: str, *, by: Actor, now: Now, **details: Any) -> None:
    """A line on the account where its trail is read: in the first of the regions it is posted in."""
    region_code = next(iter(scope.account_regions(db, account.public_id, today=now.day)), None)
    note(db, account, action, by=by, now=now, region_code=region_code, **details)
