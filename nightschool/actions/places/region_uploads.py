"""Uploaded lists of regions: kept to be looked through, begun, taken in, and forgotten."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from nightschool.actions.errands import begin_errand
from nightschool.actions.records import locked, note
from nightschool.errors import Refused
from nightschool.models.errands import Errand
from nightschool.models.places import RegionImport
from nightschool.rules.access import Actor, require
from nightschool.rules.errands import GOING_ON, ErrandKind
from nightschool.rules.places.region_uploads import UPLOAD_KEPT_FOR, UploadStage, upload_stage
from nightschool.rules.slots import Now


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
    )
    db.add(upload)
    db.flush()
    note(db, upload, "regions.upload", by=by, now=now, as_of=as_of.isoformat(), end_missing=end_missing)
    return upload.public_id


def begin_import(
    db: Session, upload: str, *, skip_bad: bool, takes_given: bool = False, by: Actor, now: Now
) -> None:
    """The list counts as being taken in from now on.

    Raises NotFound, or Refused with "upload_expired", "upload_going_on", "other_going_on", "upload_done" or "bad_rows".
    """
    require(by, "keep_regions", None)
    found = locked(db, RegionImport, RegionImport.public_id == upload)
    state = db.scalar(select(Errand.state).where(Errand.id == found.errand_id))
    has_content = found.content is not None
    stands = upload_stage(state, has_content=has_content, made_at=found.made_at, now=now)
    if stands in (UploadStage.EXPIRED, UploadStage.GOING_ON, UploadStage.DONE):
        raise Refused(f"upload_{stands}")
    check_no_other(db)
    if found.counts.get("bad") and not skip_bad:
        raise Refused("bad_rows", field="skip_bad")
    how = {"skip_bad": skip_bad, "takes_given": takes_given}
    begun = begin_errand(db, ErrandKind.REGIONS, region=None, by=by, now=now, upload=upload, **how)
    found.errand_id = begun.id
    db.flush()


def check_no_other(db: Session) -> None:
    """Raises Refused("other_going_on") while a list is taken in."""
    going_on = Errand.state.in_(sorted(GOING_ON)) & (Errand.kind == ErrandKind.REGIONS)
    if db.scalar(select(Errand.id).where(going_on).limit(1)):
        raise Refused("other_going_on")


def finish_import(db: Session, upload: str, counts: dict[str, Any]) -> None:
    """The list has been taken in, its content is kept no longer. In the transaction in which its errand is done."""
    which = update(RegionImport).where(RegionImport.public_id == upload)
    db.execute(which.values(counts=counts, content=None))


def forget_old_uploads(db: Session, *, now: Now) -> None:
    """What was uploaded more than a day ago has no content; of what goes on nothing is taken away."""
    over = or_(RegionImport.made_at < now.instant - UPLOAD_KEPT_FOR, RegionImport.made_at > now.believable)
    at_work = select(Errand.id).where(Errand.id == RegionImport.errand_id, Errand.state.in_(sorted(GOING_ON)))
    which = update(RegionImport).where(RegionImport.content.is_not(None), over, ~at_work.exists())
    db.execute(which.values(content=None))
