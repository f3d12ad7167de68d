"""Devices an administrator takes off somebody's account: one login, or all of them."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.trust.accounts import end_logins, managed, note_at_home
from nightschool.errors import Refused
from nightschool.models.trust import LoginSession
from nightschool.queries.trust.trust import is_open
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now


def revoke_device(db: Session, *, account: str, login_id: int, by: Actor, now: Now) -> str:
    """This login of the account has ended, with its next request; what the device is called comes back.

    Raises Refused("login_over") when it had ended already, Refused("own_account") for one's own.
    """
    found = managed(db, account, by=by, today=now.day, but_own=True)
    this = select(LoginSession).where(LoginSession.id == login_id, LoginSession.account_id == found.id)
    login = db.scalar(this.where(is_open(now)).with_for_update())
    if login is None:
        raise Refused("login_over")
    login.revoked_at = now.instant
    note_at_home(db, found, "device.revoke", by=by, now=now)
    return login.device


def revoke_devices(db: Session, *, account: str, by: Actor, now: Now) -> int:
    """Every login of the account has ended, with its next request; how many there were comes back.

    Raises Refused("login_over") when there was none, Refused("own_account") for one's own.
    """
    found = managed(db, account, by=by, today=now.day, but_own=True)
    theirs = select(func.count(LoginSession.id)).where(LoginSession.account_id == found.id, is_open(now))
    number = db.scalars(theirs).one()
    if not number:
        raise Refused("login_over")
    end_logins(db, found.id, now=now)
    note_at_home(db, found, "device.revoke_all", by=by, now=now, devices=number)
    return number
