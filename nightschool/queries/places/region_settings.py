"""What a region has settled for itself, and what holds where it has not: plans, roads, old registers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from nightschool.models.places import Region, RegionSettings
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.rules.oversight.targets import Target, TargetTimes, target_along
from nightschool.rules.places.travel import speed_along
from nightschool.rules.regions import ancestors_of, level_of, settled_along, township_of
from nightschool.rules.registers.attendance import OPEN_DAYS


@dataclass(frozen=True, slots=True)
class Purpose:
    """For what kinds of households are noted in a village, and which region says so."""

    text: str
    region: str


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
    register_days: int | None  # None: that of the region above
    days_above: int
    target_per: str | None  # nothing: the target of the region above
    village_target: int | None
    community_target: int | None
    target_above: Target | None
    household_purpose: str | None  # None: that of the region above
    purpose_above: Purpose | None


def settings(db: Session, region: str) -> Settled | None:
    """What the region has settled; None: no such region. Cost: 2 queries."""
    above = ancestors_of(region)
    rows = db.execute(
        select(
            Region.code,
            Region.name,
            RegionSettings.version,
            RegionSettings.approves_plans,
            RegionSettings.travel_kmh,
            RegionSettings.register_days,
            RegionSettings.target_per,
            RegionSettings.village_target,
            RegionSettings.community_target,
            RegionSettings.household_purpose,
        )
        .outerjoin(RegionSettings, RegionSettings.region_code == Region.code)
        .where(Region.code.in_((region, *above)))
    )
    found = {row.code: row for row in rows}
    if region not in found:
        return None
    own = found[region]
    kmh_above, settled_by = speed_along(above, {code: row.travel_kmh for code, row in found.items()})
    days_above, _from = settled_along(above, {code: row.register_days for code, row in found.items()})
    return shaped(
        Settled,
        own,
        level=level_of(region),
        version=own.version or 0,
        approves_plans=bool(own.approves_plans),
        kmh_above=kmh_above,
        kmh_from=found[settled_by].name if settled_by else "",
        target_above=target_along(
            above, {code: target_of(row) for code, row in found.items() if row.target_per}
        ),
        days_above=OPEN_DAYS if days_above is None else days_above,
        purpose_above=purpose_for(db, region),
    )


def target_of(row: Any) -> Target:
    """What a row of a region's settings that has a target expects."""
    return Target(row.target_per, row.village_target, row.community_target)


def targets_for(db: Session, region: str, *others: str) -> dict[str, TargetTimes]:
    """What this region and those above and below it expect and have expected, and those above others, by their codes.
    Cost: 1 query."""
    above = {one for code in (region, *others) for one in ancestors_of(code)}
    rows = db.scalars(
        select(RegionSettings).where(
            or_(RegionSettings.target_per.is_not(None), RegionSettings.former_targets.is_not(None)),
            or_(
                RegionSettings.region_code.in_(sorted(above)),
                inside(RegionSettings.region_code, region),
            ),
        )
    )
    return {
        row.region_code: (
            *(
                (date.fromisoformat(until), Target(*was) if was[0] else None)
                for until, *was in row.former_targets or ()
            ),
            (None, target_of(row) if row.target_per else None),
        )
        for row in rows
    }


def approves_plans(db: Session, village: str) -> bool:
    """True when the township of this village looks at plans before they are announced. Cost: 1 query."""
    return bool(approving_townships(db, [village]))


def approving_townships(db: Session, villages: Iterable[str]) -> frozenset[str]:
    """The townships of these villages that look at plans before they are announced. Cost: 1 query."""
    found = select(RegionSettings.region_code).where(
        RegionSettings.region_code.in_({township_of(village) for village in villages}),
        RegionSettings.approves_plans,
    )
    return frozenset(db.scalars(found))


def register_days(db: Session, village: str) -> int:
    """After how many days a saved register of this village is changed with a reason. Cost: 1 query."""
    line = ancestors_of(village)
    rows = db.execute(
        select(RegionSettings.region_code, RegionSettings.register_days).where(
            RegionSettings.region_code.in_(line)
        )
    )
    settled, _from = settled_along(line, {row.region_code: row.register_days for row in rows})
    return OPEN_DAYS if settled is None else settled


def purposes_in(db: Session, region: str) -> dict[str, str]:
    """The purposes that this region, those above and those below have written down, by their codes. Cost: 1 query."""
    where = or_(
        RegionSettings.region_code.in_(ancestors_of(region)), inside(RegionSettings.region_code, region)
    )
    rows = db.execute(
        select(RegionSettings.region_code, RegionSettings.household_purpose).where(
            RegionSettings.household_purpose.is_not(None), where
        )
    )
    return {code: purpose or "" for code, purpose in rows}


def purpose_for(db: Session, village: str) -> Purpose | None:
    """For what kinds are noted in this village; None: they are not. Cost: 1 query."""
    found = db.execute(
        select(RegionSettings.household_purpose, Region.name)
        .join(Region, Region.code == RegionSettings.region_code)
        .where(
            RegionSettings.region_code.in_(ancestors_of(village)),
            RegionSettings.household_purpose.is_not(None),
        )
        .order_by(RegionSettings.region_code.desc())  # the nearest first
        .limit(1)
    ).one_or_none()
    return Purpose(found.household_purpose or "", found.name) if found else None
