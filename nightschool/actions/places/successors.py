"""A merged village's successor: from which day on another region stands for it."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.records import note
from nightschool.actions.touching import touch_villages
from nightschool.errors import Refused
from nightschool.models.places import Region
from nightschool.rules.access import Actor, require
from nightschool.rules.slots import Now

_A_DAY = timedelta(days=1)


def set_successor(db: Session, *, predecessor: str, successor: str, day: date, by: Actor, now: Now) -> None:
    """From that day on the second region stands for the first, which ended the day before.

    The day is better known than what the lists told: it replaces the end they gave the one, and moves back the
    beginning they gave the other. Raises Refused with "unknown_region", "other_level", "own_successor",
    "successor_cycle" or "before_its_time".
    """
    require(by, "keep_regions", None)
    old, new = _region(db, predecessor), _region(db, successor)
    if (old.successor_code, old.successor_day) == (new.code, day):
        return
    if old.code == new.code:
        raise Refused("own_successor", region=old.code)
    if old.level != new.level:
        raise Refused("other_level", region=old.code, other=new.code)
    if old.code in _line_of(db, new):
        raise Refused("successor_cycle", region=old.code, other=new.code)
    if old.valid_from is not None and old.valid_from >= day:
        raise Refused("before_its_time", region=old.code, day=old.valid_from)
    old.successor_code, old.successor_day, old.valid_to = new.code, day, day - _A_DAY
    if new.valid_from is not None and new.valid_from > day:
        new.valid_from = day
    db.flush()
    touch_villages(db, [old.code, new.code], now=now)
    told = {"successor": new.code, "day": day.isoformat()}
    note(db, old, "regions.successor", by=by, now=now, region_code=old.code, **told)


def _region(db: Session, code: str) -> Region:
    found = db.get(Region, code)
    if found is None:
        raise Refused("unknown_region", region=code)
    return found


def _line_of(db: Session, region: Region) -> set[str]:
    """The codes one comes to by following successors from here; the walk ends, because no circle is ever let in."""
    line: set[str] = set()
    code = region.successor_code
    while code is not None and code not in line:
        line.add(code)
        code = db.scalar(select(Region.successor_code).where(Region.code == code))
    return line
