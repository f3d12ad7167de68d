"""Backups: that one was written whole is remembered, so that its age can be told."""

from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.models.trust import BackupMade
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now


def note_backup(db: Session, *, size_bytes: int, by: Actor, now: Now) -> None:
    """It is known that a backup of so many bytes was made now."""
    require(by, "keep_regions", None)
    made = BackupMade(at=now.instant, size_bytes=size_bytes)
    db.add(made)
    db.flush()
    note(db, made, "backup.made", by=by, now=now, size=size_bytes)
