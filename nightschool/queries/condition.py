"""The condition of an installation: whether its database answers, and when it was last backed up."""

from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from nightschool.models.attendance import WaitingSheet
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


def sheets_unsettled(db: Session) -> int:
    """How many sheets wait for somebody to look at them. Cost: 1 query."""
    unsettled = select(func.count()).select_from(WaitingSheet).where(WaitingSheet.settled_at.is_(None))
    return db.scalar(unsettled) or 0


def seconds_behind(db: Session) -> float:
    """How old is what this replica on PostgreSQL shows; 0 where it has all that it was sent. Cost: 1 query."""
    late = """SELECT CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
        ELSE EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END"""
    return float(db.scalar(text(late)) or 0)


def first_school(db: Session) -> date | None:
    """The day on which the first night school was opened here; None while there is none. Cost: 1 query."""
    return db.scalar(select(func.min(NightSchool.opened_on)))


def feeds_known_by(db: Session) -> str:
    """The address in the ids of feeds and of their events; empty while that is the one they are served at."""
    return db.scalar(select(FeedIdentity.address)) or ""
