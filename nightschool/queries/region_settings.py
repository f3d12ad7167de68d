"""What a region has settled for itself and what holds where it has not: approval of plans, speed of its roads."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region, RegionSettings
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.rules.travel import USUAL_KMH


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings page of one region."""

    code: str
    name: str
    level: str
    version: int  # 0: nothing was ever settled here
    approves_plans: bool
    travel_kmh: int | None  # None: that of the region above
    kmh_above: int
    kmh_from: str  # the region whose speed that is; empty: the usual one


def settings(db: Session, region: str) -> Settings | None:
    """What the region has settled; None: no such region. Cost: 3 queries."""
    name = db.scalar(select(Region.name).where(Region.code == region))
    if name is None:
        return None
    own = db.execute(
        select(RegionSettings.version, RegionSettings.approves_plans, RegionSettings.travel_kmh).where(
            RegionSettings.region_code == region
        )
    ).one_or_none()
    above, where_from = _speed(db, ancestors_of(region))
    return Settings(
        code=region,
        name=name,
        level=level_of(region),
        version=own.version if own else 0,
        approves_plans=bool(own and own.approves_plans),
        travel_kmh=own.travel_kmh if own else None,
        kmh_above=above,
        kmh_from=where_from,
    )


_APPROVES = select(RegionSettings.approves_plans).where(
    RegionSettings.region_code.in_(bindparam("townships", expanding=True))
)


def approves_plans(db: Session, village: str) -> bool:
    """True when the township of this village looks at plans before they are announced. Cost: 1 query."""
    line = (village, *ancestors_of(village))
    townships = [code for code in line if level_of(code) is Level.TOWNSHIP]
    return bool(db.scalar(_APPROVES, {"townships": townships}))


def travel_kmh(db: Session, region: str) -> tuple[int, str]:
    """How many kilometres an hour people get on there, and the region that settled it; "": the usual. Cost: 1 query."""
    return _speed(db, (*ancestors_of(region), region))


def _speed(db: Session, line: tuple[str, ...]) -> tuple[int, str]:
    """Of the nearest region of the line, the largest first, that has a speed of its own."""
    rows = db.execute(
        select(RegionSettings.region_code, RegionSettings.travel_kmh, Region.name)
        .join(Region, Region.code == RegionSettings.region_code)
        .where(RegionSettings.region_code.in_(line), RegionSettings.travel_kmh.is_not(None))
    ).all()
    nearest = max(rows, key=lambda row: line.index(row.region_code), default=None)
    return (nearest.travel_kmh, nearest.name) if nearest else (USUAL_KMH, "")
