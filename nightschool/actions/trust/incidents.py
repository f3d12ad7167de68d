"""After something has happened the school is only looked at, until it is clear what it was."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import Refused
from nightschool.models.trust import FrozenTime, LoginSession, LoginSlip
from nightschool.queries.trust.incidents import is_frozen
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now


def freeze(db: Session, *, why: str, by: Actor, now: Now) -> None:
    """From when this is committed on, nothing is taken in and nobody let in; villagers go on reading their pages.

    Raises Refused("already_frozen").
    """
    require(by, "keep_regions", None)
    if is_frozen(db):
        raise Refused("already_frozen")
    frozen = FrozenTime(at=now.instant, why=why)
    db.add(frozen)
    db.flush()
    note(db, frozen, "incident.freeze", by=by, now=now)


def send_everybody_out(db: Session, *, by: Actor, now: Now) -> int:
    """Every login on every device has ended, and no login slip is good any more; how many logins it were.

    After `freeze` was committed, so that nobody comes in meanwhile.
    """
    require(by, "keep_regions", None)
    out = update(LoginSession).where(LoginSession.revoked_at.is_(None), LoginSession.expires_at > now.instant)
    logins = db.scalars(out.values(revoked_at=now.instant).returning(LoginSession.id)).all()
    void = update(LoginSlip).where(LoginSlip.used_at.is_(None), LoginSlip.expires_at > now.instant)
    slips = db.scalars(void.values(expires_at=now.instant).returning(LoginSlip.id)).all()
    note(db, "incident", "incident.all_out", by=by, now=now, logins=len(logins), slips=len(slips))
    return len(logins)


def thaw(db: Session, *, by: Actor, now: Now) -> None:
    """People are let in again, and what they do is taken in. Raises Refused("not_frozen")."""
    require(by, "keep_regions", None)
    frozen = db.scalar(select(FrozenTime).where(FrozenTime.thawed_at.is_(None)))
    if frozen is None:
        raise Refused("not_frozen")
    frozen.thawed_at = now.instant
    note(db, frozen, "incident.thaw", by=by, now=now)
