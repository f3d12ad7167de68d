"""Backups: that one was written whole is remembered, so that its age can be told; and that one was restored."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.models.trust import BackupMade, LoginSession
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now


def note_backup(db: Session, *, size_bytes: int, by: Actor, now: Now) -> None:
    """It is known that a backup of so many bytes was made now."""
    require(by, "keep_regions", None)
    made = BackupMade(at=now.instant, size_bytes=size_bytes)
    db.add(made)
    db.flush()
    note(db, made, "backup.made", by=by, now=now, size=size_bytes)


def note_restored(db: Session, *, by: Actor, now: Now) -> None:
    """Whoever was logged in when the backup was made is so no longer; that it was restored is on the trail."""
    require(by, "keep_regions", None)
    ended = update(LoginSession).where(LoginSession.revoked_at.is_(None)).values(revoked_at=now.instant)
    logins = db.scalars(ended.returning(LoginSession.id)).all()
    note(db, "backup", "backup.restored", by=by, now=now, logins=len(logins))
