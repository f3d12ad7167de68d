"""The photograph of a signed sheet is kept beside its register, replaced, and taken away."""

import hashlib

from sqlalchemy.orm import Session

from nightschool.actions.records import locked_for, note
from nightschool.errors import Refused
from nightschool.models.attendance import SheetPhoto
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.rules.access import Actor
from nightschool.rules.slots import Now


def keep_photo(db: Session, *, class_session: str, image: bytes, by: Actor, now: Now) -> None:
    """This photograph, with nothing in it but the picture, stands beside the register, in place of an earlier one.

    Raises: NotFound, NotAllowed, Refused with `no_register`.
    """
    found = _session(db, class_session, by)
    if found.status != SessionStatus.HELD:
        raise Refused("no_register", field="photo")
    forget_photo(db, found)
    db.add(
        SheetPhoto(
            class_session_id=found.id,
            image=image,
            digest=hashlib.sha256(image).hexdigest(),
            account_id=by.account_id,
            kept_at=now.instant,
        )
    )
    note(db, found, "register.photo", by=by, now=now)


def remove_photo(db: Session, *, class_session: str, by: Actor, now: Now) -> None:
    """There is no photograph any more; without one nothing changes. Raises: NotFound, NotAllowed."""
    found = _session(db, class_session, by)
    if forget_photo(db, found):
        note(db, found, "register.photo_removed", by=by, now=now)


def forget_photo(db: Session, held: ClassSession) -> bool:
    """The photograph of this class session, which is locked, is gone; False where there was none."""
    found = db.get(SheetPhoto, held.id)
    if found is None:
        return False
    db.delete(found)
    db.flush()
    return True


def _session(db: Session, class_session: str, by: Actor) -> ClassSession:
    return locked_for(db, ClassSession, ClassSession.public_id == class_session, verb="keep_register", by=by)
