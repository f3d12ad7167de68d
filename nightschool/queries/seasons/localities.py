"""What is known of a place whatever the day: its markets, where it lies, and how fast one gets on there."""

from dataclasses import dataclass
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
    """A village or a larger region. Its markets are those of the township it lies in; above townships are none."""

    code: str
    name: str
    township: str  # its code; empty above townships
    township_name: str
    markets: tuple[Market, ...]
    position: Position | None
    kmh: int
    kmh_of: str  # the region that settled it; empty: the usual speed

    @property
    def markets_are_examples(self) -> bool:
        """True when there are markets, and nobody there has said so."""
        return bool(self.markets) and all(market.is_example for market in self.markets)


def locality(db: Session, region: str) -> Locality:
    """What is known of a region that is in the lists. Cost: 1 query."""
    line = (*ancestors_of(region), region)
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
        .where(Region.code.in_(line))
        .order_by(MarketRule.id)
    ).all()
    found = {row.code: row for row in rows}
    township = township_of(region)
    own = found[region]
    names = {code: row.name for code, row in found.items()}
    kmh, settled_by = speed_along(line, {code: row.travel_kmh for code, row in found.items()})
    return Locality(
        code=region,
        name=own.name,
        township=township,
        township_name=names.get(township, ""),
        markets=tuple(market_of(row) for row in rows if row.code == township and row.public_id is not None),
        position=position_of(region, None if own.latitude is None else (own.latitude, own.longitude), names),
        kmh=kmh,
        kmh_of=names.get(settled_by, ""),
    )
