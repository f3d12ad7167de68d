"""The calendars of a region: as its page shows them, and what they say of some days."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from nightschool.models.calendars import FarmSeason, HolidayYear, MarketRule, SpecialDay
from nightschool.models.places import Region
from nightschool.queries.seasons.localities import MARKET_COLUMNS, locality, market_of
from nightschool.rules.regions import ancestors_of, township_of
from nightschool.rules.seasons import holidays as rules
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.holidays import Holiday, Holidays
from nightschool.rules.seasons.markets import Market


@dataclass(frozen=True, slots=True)
class MarketLine:
    """One market as the page lists it."""

    public_id: str
    market: Market


@dataclass(frozen=True, slots=True)
class SeasonLine:
    """One farm window as the page lists it; `is_own` when it is kept at this very region."""

    public_id: str
    window: FarmWindow
    is_own: bool


@dataclass(frozen=True, slots=True)
class SpecialLine:
    """One day that is otherwise here."""

    id: int
    kind: str
    day: date
    is_on: bool
    name: str


@dataclass(frozen=True, slots=True)
class Calendars:
    """Everything a region's calendar page shows."""

    code: str
    name: str
    township: str  # code of the township whose markets these are; empty above townships
    township_name: str
    markets: tuple[MarketLine, ...]
    seasons: tuple[SeasonLine, ...]
    special: tuple[SpecialLine, ...]
    special_digest: str  # by which it is known later whether others have changed them
    years: tuple[int, ...]  # whose holidays are known, the newest first
    position: Position | None


def calendars(db: Session, region: str, *, today: date) -> Calendars | None:
    """The calendars of a region; windows and days of the past year and to come. None: no such region.

    Cost: 6 queries.
    """
    if db.get(Region, region) is None:
        return None
    here = locality(db, region)
    since = _since(today)
    special, digest = special_days(db, region, today=today)
    return Calendars(
        code=region,
        name=here.name,
        township=here.township,
        township_name=here.township_name,
        markets=_market_lines(db, here.township),
        seasons=_season_lines(db, region, since=since),
        special=special,
        special_digest=digest,
        years=tuple(
            sorted(rules.shipped_holidays().years | set(db.scalars(select(HolidayYear.year))), reverse=True)
        ),
        position=here.position,
    )


def special_days(db: Session, region: str | None, *, today: date) -> tuple[tuple[SpecialLine, ...], str]:
    """The single days that are otherwise in this very region, and a short name for all that is said of them; without a
    region, of the whole country, as its notices were pasted. Cost: 1 query.
    """
    rows = db.execute(
        select(SpecialDay.id, SpecialDay.kind, SpecialDay.day, SpecialDay.is_on, SpecialDay.name)
        .where(SpecialDay.region_code == region, SpecialDay.day >= _since(today))
        .order_by(SpecialDay.day, SpecialDay.kind)
    )
    lines = tuple(SpecialLine(*row) for row in rows)
    said = repr([(one.kind, one.day, one.is_on, one.name) for one in lines])
    return lines, hashlib.blake2b(said.encode(), digest_size=8).hexdigest()


def _since(today: date) -> date:
    """Of the past a page shows a year."""
    return today - timedelta(days=366)


def days_otherwise(db: Session, region: str, first: date, last: date) -> tuple[Holidays, dict[date, bool]]:
    """The holidays between two days, both included, as the region and those above it have them; and the days on which
    there is a market there otherwise than by its rule, or is none. Cost: 2 queries.
    """
    return days_otherwise_in(db, (region,), first, last)[region]


def days_otherwise_in(
    db: Session, regions: Collection[str], first: date, last: date
) -> dict[str, tuple[Holidays, dict[date, bool]]]:
    """`days_otherwise` of each of these regions. Cost: 2 queries, however many."""
    rows = db.execute(
        select(SpecialDay.kind, SpecialDay.region_code, SpecialDay.day, SpecialDay.is_on, SpecialDay.name)
        .where(
            SpecialDay.day.between(first, last),
            or_(SpecialDay.region_code.is_(None), SpecialDay.region_code.in_(_with_those_above(regions))),
        )
        # The nearer region has the last word; the country's own notice stands first.
        .order_by(SpecialDay.region_code.is_not(None), SpecialDay.region_code, SpecialDay.day)
    ).all()
    known = rules.shipped_holidays()
    years = frozenset(db.scalars(select(HolidayYear.year)))
    # A year that was pasted in replaces what was shipped of it.
    country = {
        day: holiday for day, holiday in known.days.items() if first <= day <= last and day.year not in years
    }
    holidays = [
        (row.region_code, Holiday(row.day, row.is_on, row.name)) for row in rows if row.kind == "holiday"
    ]
    country |= {one.day: one for code, one in holidays if code is None}
    found = {}
    for region in regions:
        line = (region, *ancestors_of(region))
        otherwise = {one.day: one for code, one in holidays if code in line}
        here = (region, township_of(region))  # nothing is said of markets above townships
        markets = {row.day: row.is_on for row in rows if row.kind == "market" and row.region_code in here}
        found[region] = Holidays(known.years | years, country, otherwise), markets
    return found


def seasons(db: Session, region: str, first: date, last: date) -> tuple[FarmWindow, ...]:
    """The farm windows of a region and those above it that touch these days, by their first. Cost: 1 query."""
    return seasons_in(db, (region,), first, last)[region]


def seasons_in(
    db: Session, regions: Collection[str], first: date, last: date
) -> dict[str, tuple[FarmWindow, ...]]:
    """`seasons` of each of these regions. Cost: 1 query, however many."""
    touching = _seasons_of(regions).where(FarmSeason.last >= first, FarmSeason.first <= last)
    windows = [(row.region_code, _window(row)) for row in db.execute(touching)]
    return {
        region: tuple(one for code, one in windows if code in (region, *ancestors_of(region)))
        for region in regions
    }


def _market_lines(db: Session, township: str) -> tuple[MarketLine, ...]:
    rows = db.execute(
        select(*MARKET_COLUMNS).where(MarketRule.region_code == township).order_by(MarketRule.id)
    )
    return tuple(MarketLine(row.public_id, market_of(row)) for row in rows)


def _with_those_above(regions: Collection[str]) -> set[str]:
    return {one for region in regions for one in (region, *ancestors_of(region))}


def _seasons_of(regions: Collection[str]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            FarmSeason.public_id,
            FarmSeason.region_code,
            FarmSeason.name,
            FarmSeason.first,
            FarmSeason.last,
            FarmSeason.is_example,
            Region.name.label("region"),
        )
        .join(Region, Region.code == FarmSeason.region_code)
        .where(FarmSeason.region_code.in_(_with_those_above(regions)))
        .order_by(FarmSeason.first, FarmSeason.id)
    )


def _window(row: Any) -> FarmWindow:
    return FarmWindow(row.name, row.first, row.last, row.region, row.is_example)


def _season_lines(db: Session, region: str, *, since: date) -> tuple[SeasonLine, ...]:
    rows = db.execute(_seasons_of((region,)).where(FarmSeason.last >= since))
    return tuple(SeasonLine(row.public_id, _window(row), row.region_code == region) for row in rows)
