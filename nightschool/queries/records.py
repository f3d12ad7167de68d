"""Rows in the shape a page needs; one record as its form shows it, with where it is kept, and its phone masked."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import Region
from nightschool.queries import phones

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the forms of a learner, a teacher and a venue show alike."""

    public_id: str
    region_code: str
    region: str
    name: str
    masked_phone: str
    version: int
    retired_at: datetime | None = None


def shaped(shape: type[S], row: Any, **others: Any) -> S:
    """The row in this shape: every field that is not among the others is the column of its name."""
    columns = row._mapping
    own = {field.name: columns[field.name] for field in fields(shape) if field.name not in others}  # type: ignore[arg-type]
    return shape(**own, **others)


def one(db: Session, model: Any, shape: type[S], public_id: str) -> S | None:
    """The learner, teacher or venue in this shape; None when there is no such record. Cost: 1 query."""
    row = db.execute(
        select(model.__table__, Region.name.label("region"))
        .join(Region, Region.code == model.region_code)
        .where(model.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    kind = model.__tablename__
    return shaped(
        shape, row, masked_phone=phones.masked(db, kind, public_id, row._mapping[phones.COLUMNS[kind]])
    )
