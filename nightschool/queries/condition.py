"""The condition of an installation: whether its database answers, and when it was last backed up."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool
from nightschool.models.planning import FeedIdentity
from nightschool.models.trust import AuditEvent, BackupMade
from nightschool.rules.slots import Now


def last_backup(db: Session, *, now: Now) -> datetime | None:
    """When the newest backup was made; None when there has never been one. Cost: 1 query, of one row of an index."""
    return db.scalar(select(func.max(BackupMade.at)).where(BackupMade.at <= now.believable))


def latest_line(db: Session) -> datetime | None:
    """What the clock said when the trail got its latest line; None while it has none. Cost: 1 query."""
    return db.scalar(select(AuditEvent.at).order_by(AuditEvent.id.desc()).limit(1))


def first_school(db: Session) -> date | None:
    """The day on which the first night school was opened here; None while there is none. Cost: 1 query."""
    return db.scalar(select(func.min(NightSchool.opened_on)))


def feeds_known_by(db: Session) -> str:
    """The address in the ids of feeds and of their events; empty while that is the one they are served at."""
    return db.scalar(select(FeedIdentity.address)) or ""
