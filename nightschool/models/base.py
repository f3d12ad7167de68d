"""What every table shares: naming of constraints, column kinds, and how codes are kept.

Names by convention, so that the name in an IntegrityError leads to its message.
"""

import re
import secrets
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from nightschool.rules.names import compared, found_by

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware, in UTC, on both databases. SQLite keeps no zone, so it is put on and taken off here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


RegionCode = Annotated[str, mapped_column(String(12))]
RegionRef = Annotated[str, mapped_column(String(12), ForeignKey("region.code", ondelete="RESTRICT"))]
InRegion = Annotated[
    str, mapped_column(String(12), ForeignKey("region.code", ondelete="RESTRICT"), index=True)
]
AccountRef = Annotated[int, mapped_column(ForeignKey("account.id", ondelete="RESTRICT"))]
ErrandRef = Annotated[int, mapped_column(ForeignKey("errand.id", ondelete="SET NULL"))]
VenueRef = Annotated[int, mapped_column(ForeignKey("venue.id", ondelete="RESTRICT"))]
PublicId = Annotated[str, mapped_column(String(22), unique=True, default=lambda: new_public_id())]
Instant = Annotated[datetime, mapped_column(UtcDateTime())]
Minutes = Annotated[int, mapped_column(SmallInteger)]
Code = Annotated[str, mapped_column(String(32))]
ShortText = Annotated[str, mapped_column(String(60))]
LineText = Annotated[str, mapped_column(String(200))]
LongText = Annotated[str, mapped_column(String(2000))]
Sealed = Annotated[str, mapped_column(String(400))]
Digest = Annotated[str, mapped_column(String(64))]
SearchKeys = Annotated[str, mapped_column(String(400), default="")]


class Base(DeclarativeBase):
    """One class is one table, named after it: class_session of ClassSession."""

    metadata = MetaData(naming_convention=NAMING)

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', getattr(self, 'code', ''))}>"


class Numbered:
    """Mixed into what other tables refer to by a number."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)


class Addressed(Numbered):
    """Mixed into what an address names too, by a text that nobody can guess from another."""

    public_id: Mapped[PublicId] = mapped_column(sort_order=-1)


class Versioned:
    """Mixed into what is saved only on top of the version that was seen: saving raises it by one."""

    version: Mapped[int] = mapped_column()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


def new_public_id() -> str:
    """A random name for a record in an address: 128 bits, 22 characters."""
    return secrets.token_urlsafe(16)


def as_compared(column: str) -> Callable[[Any], str]:
    """The default of a column that says of the name in another how it is told from others."""
    return lambda row: compared(row.get_current_parameters()[column])[:60]


def as_searched(column: str) -> Callable[[Any], str]:
    """The default of a column that holds all by which the name in another is found."""
    return lambda row: found_by(row.get_current_parameters()[column])


def one_of(column: str, codes: Iterable[str] | type[StrEnum]) -> CheckConstraint:
    """The column holds one of these codes (or nothing, where it may be empty)."""
    values = ", ".join(f"'{code}'" for code in codes)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def digits(column: str, length: int) -> str:
    """SQL, the same on both databases: the column is this many ASCII digits."""
    return f"length({column}) = {length} AND ltrim({column}, '0123456789') = ''"
