"""A region settles for itself if plans are looked at first, how fast one gets on, how long registers stay open, what it
expects of a school, and for what kinds of households are noted."""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from nightschool.actions.people.household_status import forget_statuses
from nightschool.actions.records import note
from nightschool.errors import NotFound, Refused, StaleRecord
from nightschool.models.places import Region, RegionSettings
from nightschool.rules.access import Actor, require
from nightschool.rules.oversight.targets import MOST_EXPECTED, TARGET_PERIODS
from nightschool.rules.places.travel import FASTEST_KMH, SLOWEST_KMH
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.rules.registers.attendance import MOST_OPEN_DAYS
from nightschool.rules.slots import Now

_TARGET = ("target_per", "village_target", "community_target")


def change_settings(
    db: Session,
    *,
    region: str,
    approves_plans: bool,
    travel_kmh: int | None,
    register_days: int | None = None,
    target_per: str | None = None,
    village_target: int | None = None,
    community_target: int | None = None,
    household_purpose: str = "",
    forgets_statuses: bool = False,
    seen_version: int,
    by: Actor,
    now: Now,
) -> None:
    """The region has these settings; what it leaves open is as in the region above. Only townships approve plans.

    `seen_version` is 0 where nothing was settled yet. Raises: NotFound for a village, which settles nothing;
    StaleRecord; Refused with `speed_out_of_range`, `days_out_of_range`, `target_out_of_range` or
    `target_without_span`, or with `statuses_kept` where a purpose ends for which something is noted, unless the region
    says that it forgets that.
    """
    require(by, "settle", region)
    if db.get(Region, region) is None or level_of(region) is Level.VILLAGE:
        raise NotFound
    if travel_kmh is not None and not SLOWEST_KMH <= travel_kmh <= FASTEST_KMH:
        raise Refused("speed_out_of_range", field="travel_kmh", least=SLOWEST_KMH, most=FASTEST_KMH)
    if register_days is not None and not 0 <= register_days <= MOST_OPEN_DAYS:
        raise Refused("days_out_of_range", field="register_days", least=0, most=MOST_OPEN_DAYS)
    targets = {"village_target": village_target, "community_target": community_target}
    for name, expected in targets.items():
        if expected is not None and not 1 <= expected <= MOST_EXPECTED:
            raise Refused("target_out_of_range", field=name, least=1, most=MOST_EXPECTED)
    is_settled = any(expected is not None for expected in targets.values())
    if is_settled and target_per not in TARGET_PERIODS:
        raise Refused("target_without_span", field="target_per")
    approves_plans = approves_plans and level_of(region) is Level.TOWNSHIP
    found = _settings(db, region, seen_version)
    values: dict[str, Any] = {
        "approves_plans": approves_plans,
        "travel_kmh": travel_kmh,
        "register_days": register_days,
        "target_per": target_per if is_settled else None,
        "household_purpose": household_purpose or None,
        **targets,
    }
    fields = sorted(name for name, value in values.items() if getattr(found, name) != value)
    if not fields:
        return
    if {*fields}.intersection(_TARGET):
        _keep_target(db, found, now)
    for name in fields:
        setattr(found, name, values[name])
    try:
        with db.begin_nested():
            db.add(found)
            db.flush()
    except IntegrityError as error:  # somebody settled it for the first time at this very moment
        raise StaleRecord("region_settings", seen_version, 1) from error
    if "household_purpose" in fields and not household_purpose:
        forget_statuses(db, region, confirmed=forgets_statuses)
    note(db, found, "region.settle", by=by, now=now, fields=fields, **values)


def _keep_target(db: Session, found: RegionSettings, now: Now) -> None:
    """What was expected until last month is kept, for what is told of then. A first target holds for any time before,
    where none of the regions above has had one."""
    before, until = found.former_targets or [], (now.day.replace(day=1) - timedelta(days=1)).isoformat()
    above = select(RegionSettings.region_code).where(
        RegionSettings.region_code.in_(ancestors_of(found.region_code)),
        or_(RegionSettings.target_per.is_not(None), RegionSettings.former_targets.is_not(None)),
    )
    is_first = not (found.target_per or before or db.scalar(above.limit(1)))
    if not is_first and not (before and before[-1][0] == until):
        found.former_targets = [*before, [until, *(getattr(found, name) for name in _TARGET)]]


def _settings(db: Session, region: str, seen_version: int) -> RegionSettings:
    """The row of the region, locked, as it was seen; a new one where nothing was settled yet."""
    statement = select(RegionSettings).where(RegionSettings.region_code == region).with_for_update()
    found = db.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        return RegionSettings(region_code=region, approves_plans=False)
    if found.version != seen_version:
        raise StaleRecord("region_settings", seen_version, found.version)
    return found
