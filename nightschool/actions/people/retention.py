"""What is kept no longer than it is of use goes: kinds of households, people who left long ago, ended logins."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nightschool.actions.people.erasures import erase
from nightschool.actions.records import note
from nightschool.models.people import HouseholdStatus, Learner
from nightschool.models.trust import LoginSession
from nightschool.queries.household_status import holder_of
from nightschool.queries.people.retention import DuePerson
from nightschool.rules.access import Actor
from nightschool.rules.people.retention import LOGIN_KEPT
from nightschool.rules.slots import Now
from nightschool.sealing import Digester


def forget_status(db: Session, one: DuePerson, *, by: Actor, now: Now) -> None:
    """The kind of this learner's household is known no more; of whom is not on the trail, as with every such line."""
    village = select(Learner.region_code).where(Learner.public_id == one.public_id)
    db.execute(delete(HouseholdStatus).where(HouseholdStatus.holder == holder_of(db, one.public_id)))
    where = db.execute(village).scalar_one()
    note(db, "household_status", "learner.household_due", by=by, now=now, region_code=where)


def forget_person(db: Session, one: DuePerson, *, digester: Digester, by: Actor, now: Now) -> None:
    """Who left so long ago is erased."""
    erase(db, learner=one.public_id, why="needless", digester=digester, by=by, now=now)


def forget_logins(db: Session, *, now: Now) -> int:
    """Logins that ended long ago are known no more; how many. One whose device may still bring sheets stays."""
    old = delete(LoginSession).where(
        LoginSession.expires_at < now.instant - LOGIN_KEPT, LoginSession.pocket_waits.is_(None)
    )
    return len(db.scalars(old.returning(LoginSession.id)).all())
