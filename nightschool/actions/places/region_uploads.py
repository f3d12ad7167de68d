"""Uploaded lists of regions: kept to be looked through, begun, told how far they are, and forgotten."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import NotFound, Refused
from nightschool.models.places import ImportState, RegionImport
from nightschool.rules.access import Actor, require
from nightschool.rules.places.region_uploads import UPLOAD_KEPT_FOR, UploadStage, upload_stage
from nightschool.rules.slots import Now


@dataclass(frozen=True, slots=True)
class Begun:
    """What is to be taken in, and how."""

    public_id: str
    content: bytes
    as_of: date
    end_missing: bool
    skip_bad: bool
    takes_given: bool
    counts: dict[str, Any]  # as looked through before


def keep_upload(
    db: Session,
    *,
    file_name: str,
    content: bytes,
    as_of: date,
    end_missing: bool,
    counts: dict[str, Any],
    by: Actor,
    now: Now,
) -> str:
    """The list is kept for a day, with what it would come to; the answer is its name in addresses.

    What was uploaded more than a day ago loses its content.
    """
    require(by, "keep_regions", None)
    forget_old_uploads(db, now=now)
    upload = RegionImport(
        account_id=by.account_id,
        file_name=file_name,
        content=content,
        as_of=as_of,
        end_missing=end_missing,
        counts=counts,
        made_at=now.instant,
        changed_at=now.instant,
    )
    db.add(upload)
    db.flush()
    note(db, upload, "regions.upload", by=by, now=now, as_of=as_of.isoformat(), end_missing=end_missing)
    return upload.public_id


def begin_import(
    db: Session,
    upload: str,
    *,
    skip_bad: bool,
    takes_given: bool = False,
    is_running: bool,
    by: Actor,
    now: Now,
) -> Begun:
    """The list counts as being taken in from now on, and is handed out for it.

    Raises NotFound, or Refused with "upload_expired", "upload_going_on", "upload_done" or "bad_rows".
    """
    require(by, "keep_regions", None)
    found = db.scalars(select(RegionImport).where(RegionImport.public_id == upload).with_for_update()).first()
    if found is None:
        raise NotFound
    stands = upload_stage(
        found.state,
        has_content=found.content is not None,
        made_at=found.made_at,
        changed_at=found.changed_at,
        is_running=is_running,
        now=now,
    )
    if stands in (UploadStage.EXPIRED, UploadStage.GOING_ON, UploadStage.DONE):
        raise Refused(f"upload_{stands}")
    if found.content is None:
        raise Refused("upload_expired")
    if found.counts.get("bad") and not skip_bad:
        raise Refused("bad_rows", field="skip_bad")
    found.state, found.skip_bad, found.changed_at = ImportState.APPLYING, skip_bad, now.instant
    found.steps_done, found.steps_all = 0, 100
    db.flush()
    how = found.as_of, found.end_missing, skip_bad, takes_given
    return Begun(found.public_id, found.content, *how, found.counts)


def note_steps(db: Session, upload: str, done: int, every: int, *, now: Now) -> None:
    """Others can see how far it is."""
    db.execute(
        update(RegionImport)
        .where(RegionImport.public_id == upload, RegionImport.state == ImportState.APPLYING)
        .values(steps_done=done, steps_all=every, changed_at=now.instant)
    )


def finish_import(db: Session, upload: str, counts: dict[str, Any], *, now: Now) -> None:
    """The list has been taken in, its content is kept no longer. In the same transaction as what it changed."""
    _end(db, upload, now, state=ImportState.DONE, counts=counts, content=None, steps_done=100)


def fail_import(db: Session, upload: str, *, now: Now) -> None:
    """The list has not been taken in, nothing of it; it can be begun again."""
    _end(db, upload, now, state=ImportState.FAILED)


def forget_old_uploads(db: Session, *, now: Now) -> None:
    """What was uploaded more than a day ago, or is done, has no content; of what goes on nothing is taken away."""
    over = or_(
        RegionImport.made_at < now.instant - UPLOAD_KEPT_FOR,
        RegionImport.made_at > now.believable,
        RegionImport.state == ImportState.DONE,
    )
    idle = or_(
        RegionImport.state != ImportState.APPLYING,
        RegionImport.changed_at < now.instant - UPLOAD_KEPT_FOR,
        RegionImport.changed_at > now.believable,
    )
    db.execute(update(RegionImport).where(RegionImport.content.is_not(None), over, idle).values(content=None))


def _end(db: Session, upload: str, now: Now, **values: Any) -> None:
    db.execute(
        update(RegionImport).where(RegionImport.public_id == upload).values(**values, changed_at=now.instant)
    )
