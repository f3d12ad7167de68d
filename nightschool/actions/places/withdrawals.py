"""The last list of regions that was taken in is withdrawn: names, ends and codes are what they were before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from nightschool.actions.places.region_lists import store, wait_for_other_lists
from nightschool.actions.records import note
from nightschool.errors import Refused
from nightschool.models import Base
from nightschool.models.places import Region, RegionKey, RegionName, TakenList
from nightschool.rules.access import Actor, require
from nightschool.rules.places.region_lists import Merge, RegionFacts, facts_of
from nightschool.rules.regions import PREFIX_DIGITS, ancestors_of, level_of
from nightschool.rules.slots import Now

_AT_ONCE = 500
_GOES_WITH_IT = {RegionName.__tablename__, RegionKey.__tablename__}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of a list that was withdrawn."""

    as_of: date
    restored: int
    gone: int
    kept: int  # that it was the first to name, and that are used by now


def withdraw_list(db: Session, *, taken: int | None = None, by: Actor, now: Now) -> Withdrawn:
    """The last list taken in (`taken`, where somebody saw which) counts as if it had never come.

    Regions that it was the first to name are gone, unless a night school, a record or a posting belongs to one. Who
    stands for a village that it ended stays known, and so does that end. Raises Refused("nothing_to_withdraw").
    """
    require(by, "keep_regions", None)
    wait_for_other_lists(db)
    last = db.scalars(select(TakenList).order_by(TakenList.id.desc()).limit(1).with_for_update()).first()
    if last is None or last.withdrawn_at or taken not in (None, last.id):
        raise Refused("nothing_to_withdraw")
    _put_back(db, {code: facts_of(code, kept) for code, kept in last.before.items()}, last.as_of, now)
    used = _used(db, last.added)
    gone = [code for code in last.added if code not in used]
    for digits in sorted(PREFIX_DIGITS.values(), reverse=True):  # what lies in another first
        for page in _pages([code for code in gone if PREFIX_DIGITS[level_of(code)] == digits]):
            db.connection().execute(delete(Region).where(Region.code.in_(page)))
    withdrawn = Withdrawn(last.as_of, len(last.before), len(gone), len(used))
    last.withdrawn_at, last.before, last.added = now.instant, {}, []
    note(
        db,
        f"region_list {last.as_of.isoformat()}",
        "regions.withdraw",
        by=by,
        now=now,
        restored=withdrawn.restored,
        gone=withdrawn.gone,
        kept=withdrawn.kept,
    )
    return withdrawn


def _put_back(db: Session, facts: dict[str, RegionFacts], as_of: date, now: Now) -> None:
    columns = select(Region.code, Region.official_name, Region.valid_to, Region.successor_code)
    renamed, revived, ended = set[str](), set[str](), set[str]()
    for page in _pages(sorted(facts)):
        for code, official_name, valid_to, successor in db.execute(columns.where(Region.code.in_(page))):
            if successor is not None and facts[code].valid_to is None:
                facts[code] = replace(facts[code], valid_to=valid_to)
            if facts[code].official_name != official_name:
                renamed.add(code)
            if facts[code].valid_to != valid_to:
                (ended if facts[code].valid_to else revived).add(code)
    plan = Merge(
        as_of=as_of,
        covered=(),
        facts=facts,
        problems=(),
        new=frozenset(),
        renamed=frozenset(renamed),
        revived=frozenset(revived),
        ended=frozenset(ended),
    )
    store(db, plan, set(), now=now)


def _used(db: Session, added: list[str]) -> set[str]:
    """Those of the regions that something belongs to, with what they lie in."""
    ours, used = set(added), set[str]()
    for table in Base.metadata.sorted_tables:
        for column in (key.parent for key in table.foreign_keys if key.column is Region.__table__.c.code):
            if table.name in _GOES_WITH_IT:
                continue
            whose = column.table.c.code if table is Region.__table__ else column
            for page in _pages(added):
                rows = db.execute(select(column, whose).where(column.in_(page)).distinct())
                used.update(code for code, of in rows if table is not Region.__table__ or of not in ours)
    return {one for code in used for one in (*ancestors_of(code), code)} & ours


def _pages(codes: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(codes), _AT_ONCE):
        yield codes[start : start + _AT_ONCE]
