"""What a region has settled for itself and what holds where it has not: approval of plans, speed of its roads."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region, RegionSettings
from nightschool.queries.records import shaped
from nightschool.rules.places.travel import speed_along
from nightschool.rules.regions import ancestors_of, level_of, township_of


@dataclass(frozen=True, slots=True)
class Settled:
    """The settings page of one region."""

    code: str
    name: str
    level: str
    version: int  # 0: nothing was ever settled here
    approves_plans: bool
    travel_kmh: int | None  # None: that of the region above
    kmh_above: int
    kmh_from: str  # the region whose speed that is; empty: the usual one


def settings(db: Session, region: str) -> Settled | None:
    """What the region has settled; None: no such region. Cost: 1 query."""
    above = ancestors_of(region)
    rows = db.execute(
        select(
            Region.code,
            Region.name,
            RegionSettings.version,
            RegionSettings.approves_plans,
            RegionSettings.travel_kmh,
        )
        .outerjoin(RegionSettings, RegionSettings.region_code == Region.code)
        .where(Region.code.in_((region, *above)))
    )
    found = {row.code: row for row in rows}
    if region not in found:
        return None
    own = found[region]
    kmh_above, settled_by = speed_along(above, {code: row.travel_kmh for code, row in found.items()})
    return shaped(
        Settled,
        own,
        level=level_of(region),
        version=own.version or 0,
        approves_plans=bool(own.approves_plans),
        kmh_above=kmh_above,
        kmh_from=found[settled_by].name if settled_by else "",
    )


_APPROVES = select(RegionSettings.approves_plans).where(RegionSettings.region_code == bindparam("township"))


def approves_plans(db: Session, village: str) -> bool:
    """True when the township of this village looks at plans before they are announced. Cost: 1 query."""
    return bool(db.scalar(_APPROVES, {"township": township_of(village)}))
