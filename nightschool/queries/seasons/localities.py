"""What is known of a place whatever the day: its markets, where it lies, and how fast one gets on there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.calendars import MarketRule, RegionPosition
from nightschool.models.places import Region, RegionSettings
from nightschool.rules.places.travel import speed_along
from nightschool.rules.regions import ancestors_of, township_of
from nightschool.rules.seasons.daylight import Position, position_of
from nightschool.rules.seasons.markets import Market, MarketKind

MARKET_COLUMNS = (
    MarketRule.public_id,
    MarketRule.kind,
    MarketRule.numbers,
    MarketRule.missing_thirtieth,
    MarketRule.place,
    MarketRule.is_example,
)


def market_of(row: Any) -> Market:
    """The market in a row of `MARKET_COLUMNS`, or in the record itself."""
    return Market(
        MarketKind(row.kind), frozenset(row.numbers), row.missing_thirtieth, row.place, row.is_example
    )


@dataclass(frozen=True, slots=True)
class Locality:
    """A village or a larger region. Its markets are those of the township it lies in; above townships are none.

    Of a class that meets in another village's hall the position is that of the hall (`meeting_in`).
    """

    code: str
    name: str
    township: str  # its code; empty above townships
    township_name: str
    markets: tuple[Market, ...]
    position: Position | None
    kmh: int
    kmh_of: str  # the region that settled it; empty: the usual speed
    hall_in: str = ""  # the other village whose hall it meets in; empty: its own

    @property
    def markets_are_examples(self) -> bool:
        """True when there are markets, and nobody there has said so."""
        return bool(self.markets) and all(market.is_example for market in self.markets)


def locality(db: Session, region: str) -> Locality:
    """What is known of a region that is in the lists. Cost: 1 query."""
    return localities(db, (region,))[region]


def meeting_in(db: Session, here: Locality, hall_in: str) -> Locality:
    """The same of a class that meets in a hall of this village: the way goes there. Cost: 1 query, none in its own."""
    if hall_in in ("", here.code):
        return here
    return replace(here, position=locality(db, hall_in).position, hall_in=hall_in)


def positions_of(db: Session, regions: Collection[str]) -> dict[str, Position]:
    """Where those of these regions lie of which it was entered. Cost: 1 query."""
    where = RegionPosition
    rows = select(where.region_code, where.latitude, where.longitude).where(where.region_code.in_(regions))
    return {code: Position(latitude, longitude) for code, latitude, longitude in db.execute(rows)}


def localities(db: Session, regions: Collection[str]) -> dict[str, Locality]:
    """What is known of each of these regions, which are in the lists. Cost: 1 query, however many."""
    rows = db.execute(
        select(
            Region.code,
            Region.name,
            RegionPosition.latitude,
            RegionPosition.longitude,
            RegionSettings.travel_kmh,
            *MARKET_COLUMNS,
        )
        .outerjoin(RegionPosition, RegionPosition.region_code == Region.code)
        .outerjoin(RegionSettings, RegionSettings.region_code == Region.code)
        .outerjoin(MarketRule, MarketRule.region_code == Region.code)
        .where(Region.code.in_({one for region in regions for one in (region, *ancestors_of(region))}))
        .order_by(MarketRule.id)
    ).all()
    found = {row.code: row for row in rows}
    markets: dict[str, list[Market]] = defaultdict(list)
    for row in rows:
        if row.public_id is not None:
            markets[row.code].append(market_of(row))
    return {region: _locality(region, found, markets) for region in regions}


def _locality(region: str, found: Mapping[str, Any], markets: Mapping[str, Sequence[Market]]) -> Locality:
    line = (*ancestors_of(region), region)
    township = township_of(region)
    own = found[region]
    known = {code: found[code] for code in line if code in found}
    names = {code: row.name for code, row in known.items()}
    kmh, settled_by = speed_along(line, {code: row.travel_kmh for code, row in known.items()})
    return Locality(
        code=region,
        name=own.name,
        township=township,
        township_name=names.get(township, ""),
        markets=tuple(markets.get(township, ())),
        position=position_of(region, None if own.latitude is None else (own.latitude, own.longitude), names),
        kmh=kmh,
        kmh_of=names.get(settled_by, ""),
    )
