"""Calendars: market days, farm windows, holidays as announced, and where a region lies."""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, Float, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from nightschool.models.base import (
    Addressed,
    Base,
    Code,
    InRegion,
    LineText,
    Numbered,
    RegionRef,
    ShortText,
    one_of,
)
from nightschool.rules.seasons.markets import MarketKind, MissingThirtieth


class MarketRule(Addressed, Base):
    """One row is one market of a township: on which days people go there."""

    region_code: Mapped[InRegion]
    place: Mapped[ShortText] = mapped_column(default="")
    kind: Mapped[Code]
    numbers: Mapped[list[int]] = mapped_column(JSON)  # rules.seasons.markets.Market
    missing_thirtieth: Mapped[Code] = mapped_column(default=MissingThirtieth.SKIPPED)
    is_example: Mapped[bool] = mapped_column(default=False)  # made up for a demonstration

    __table_args__ = (one_of("kind", MarketKind), one_of("missing_thirtieth", MissingThirtieth))


class SpecialDay(Numbered, Base):
    """One row is one day that is otherwise than its calendar says, in a region or (no region) in the whole country.

    A market day more or less (kind market), or a holiday or make-up working day (kind holiday).
    """

    region_code: Mapped[RegionRef | None]
    kind: Mapped[Code]
    day: Mapped[date]
    is_on: Mapped[bool]  # there is a market; people are off
    name: Mapped[ShortText] = mapped_column(default="")

    __table_args__ = (
        CheckConstraint("kind IN ('market', 'holiday')", name="kind_known"),
        CheckConstraint("kind = 'holiday' OR region_code IS NOT NULL", name="markets_are_somewhere"),
        UniqueConstraint("region_code", "kind", "day"),
        Index("ix_special_day_day", "day"),
    )


class HolidayYear(Base):
    """One row is one year whose holiday notice somebody pasted in."""

    year: Mapped[int] = mapped_column(primary_key=True)


class FarmSeason(Addressed, Base):
    """One row is one farm window of one year in a region and all below it."""

    region_code: Mapped[InRegion]
    name: Mapped[ShortText]
    first: Mapped[date]
    last: Mapped[date]
    note: Mapped[LineText] = mapped_column(default="")
    is_example: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (CheckConstraint("first <= last", name="days_in_order"),)


class RegionPosition(Base):
    """One row says where a region's village office lies, in degrees."""

    region_code: Mapped[RegionRef] = mapped_column(primary_key=True)
    latitude: Mapped[float] = mapped_column(Float())
    longitude: Mapped[float] = mapped_column(Float())

    __table_args__ = (
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude_sensible"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude_sensible"),
    )
