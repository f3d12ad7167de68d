"""The photograph of a signed sheet, and what is known of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.attendance import SheetPhoto
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account


@dataclass(frozen=True, slots=True)
class KeptPhoto:
    """Who kept it when."""

    by: str
    kept_at: datetime


_PHOTO = (
    select(SheetPhoto.image)
    .join(ClassSession, ClassSession.id == SheetPhoto.class_session_id)
    .where(ClassSession.public_id == bindparam("class_session"))
)
_KEPT = (
    _PHOTO.with_only_columns(Account.display_name, SheetPhoto.kept_at)
    .join(Account, Account.id == SheetPhoto.account_id)
)  # fmt: skip
_Same, _Other = aliased(SheetPhoto, name="same"), aliased(ClassSession, name="other")
_SAME = (
    _PHOTO.with_only_columns(_Other.day, _Other.title)
    .join(
        _Same, (_Same.digest == SheetPhoto.digest) & (_Same.class_session_id != SheetPhoto.class_session_id)
    )
    .join(_Other, (_Other.id == _Same.class_session_id) & (_Other.region_code == ClassSession.region_code))
    .order_by(_Other.day.desc())
    .limit(1)
)


def photo(db: Session, class_session: str) -> bytes | None:
    """The photograph as JPEG; None where there is none. Cost: 1 query."""
    return db.scalar(_PHOTO, {"class_session": class_session})


def kept_photo(db: Session, class_session: str) -> KeptPhoto | None:
    """What is known of it; None where there is none. Cost: 1 query."""
    row = db.execute(_KEPT, {"class_session": class_session}).one_or_none()
    return KeptPhoto(*row) if row else None


def same_elsewhere(db: Session, class_session: str) -> tuple[date, str] | None:
    """Day and title of another class of the village with the very same photograph. Cost: 1 query."""
    row = db.execute(_SAME, {"class_session": class_session}).first()
    return (row.day, row.title) if row else None
