"""Backups: that one was written whole is remembered, so that its age can be told."""

from sqlalchemy.orm import Session

from nightschool.actions import audit
from nightschool.models.trust import BackupMade
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now


def note_backup(db: Session, *, size_bytes: int, by: Actor, now: Now) -> None:
    """It is known that a backup of so many bytes was made now."""
    require(by, "keep_regions", None)
    made = BackupMade(at=now.instant, size_bytes=size_bytes)
    db.add(made)
    db.flush()
    audit.add_line(
        db,
        by=by,
        now=now,
        action="backup.made",
        region_code=None,
        record=f"backup_made {made.id}",
        size=size_bytes,
    )
