"""A region brings its own map, or goes back to the one of tiles."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.errors import NotFound
from nightschool.models.places import Region, RegionOutlines
from nightschool.rules.access import Actor, require
from nightschool.rules.regions import Level, level_of
from nightschool.rules.slots import Now


def keep_outlines(db: Session, *, region: str, paths: Mapping[str, str], by: Actor, now: Now) -> None:
    """Pictures of the region show these outlines; none: tiles again. Raises: NotFound for a village."""
    require(by, "settle", region)
    if db.get(Region, region, with_for_update=True) is None or level_of(region) is Level.VILLAGE:
        raise NotFound
    found = db.get(RegionOutlines, region)
    if not paths and found is None:
        return
    if found is None:
        found = RegionOutlines(region_code=region)
        db.add(found)
    found.paths = dict(paths)
    db.flush()
    note(db, found, "region.map" if paths else "region.map_gone", by=by, now=now, outlines=len(paths))
    if not paths:
        db.delete(found)
        db.flush()
