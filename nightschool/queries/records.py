"""One record as its form shows it: the columns its dataclass names, where it is kept, its phone masked."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.queries import phones

S = TypeVar("S")


def one(db: Session, model: Any, shape: type[S], public_id: str) -> S | None:
    """The learner, teacher or venue in this shape; None when there is no such record. Cost: 1 query."""
    row = db.execute(
        select(model, Region.name)
        .join(Region, Region.code == model.region_code)
        .where(model.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    found, region = row
    kind = model.__tablename__
    masked = phones.masked(db, kind, public_id, getattr(found, phones.COLUMNS[kind]))
    names = {field.name for field in fields(shape)} & set(model.__table__.c.keys())  # type: ignore[arg-type]
    shown: dict[str, Any] = {name: getattr(found, name) for name in names}
    shown |= {"region": region, "masked_phone": masked}
    return shape(**shown)
