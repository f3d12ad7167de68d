"""The last list of regions that was taken in is withdrawn: names, ends and codes are what they were before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from nightschool.actions.places.region_lists import (
    ListStep,
    known_facts,
    pages,
    store_steps,
    wait_for_other_lists,
)
from nightschool.actions.records import note
from nightschool.actions.tallies import recount_townships
from nightschool.errors import Refused
from nightschool.models import Base
from nightschool.models.places import Region, RegionKey, RegionName, TakenList
from nightschool.rules.access import Actor, require
from nightschool.rules.places.region_lists import Merge, RegionFacts, facts_of
from nightschool.rules.regions import PREFIX_DIGITS, ancestors_of, level_of
from nightschool.rules.slots import Now

_GOES_WITH_IT = {RegionName.__tablename__, RegionKey.__tablename__}


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of a list that was withdrawn."""

    as_of: date
    restored: int
    gone: int
    kept: int  # that it was the first to name, and that are used by now


def withdraw_list(db: Session, *, taken: int | None = None, by: Actor, now: Now) -> Withdrawn:
    """The last list is withdrawn at once: all of its `withdrawal_steps`."""
    withdrawal = begin_withdrawal(db, taken=taken, by=by, now=now)
    for step in withdrawal.steps:
        step(db)
    return finish_withdrawal(db, withdrawal.taken, by=by, now=now)


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A list that is being withdrawn: which, and what is to be done, each in a transaction of its own."""

    taken: int
    steps: tuple[ListStep, ...]


def begin_withdrawal(db: Session, *, taken: int | None = None, by: Actor, now: Now) -> Withdrawal:
    """What makes the last list taken in (`taken`, where somebody saw which) count as if it had never come.

    Regions that it was the first to name are gone, unless a night school, a record or a posting belongs to one. Who
    stands for a village that it ended stays known, and so does that end. Broken off, it is begun again. Raises
    Refused("nothing_to_withdraw").
    """
    require(by, "keep_regions", None)
    last = _last(db, taken)
    facts = {code: facts_of(code, kept) for code, kept in last.before.items()}
    codes = sorted(last.added, reverse=True, key=lambda code: PREFIX_DIGITS[level_of(code)])
    levels = groupby(codes, key=level_of)  # what lies in another first
    gone = [partial(_take_out, codes=page) for _level, those in levels for page in pages(list(those))]
    return Withdrawal(last.id, (*store_steps(_back(db, facts, last.as_of), set(), now=now), *gone))


def finish_withdrawal(db: Session, taken: int, *, by: Actor, now: Now) -> Withdrawn:
    """The list is withdrawn. Raises Refused("nothing_to_withdraw")."""
    wait_for_other_lists(db)
    last = _last(db, taken)
    counted = (db.scalar(select(func.count()).where(Region.code.in_(page))) for page in pages(last.added))
    kept = sum(found or 0 for found in counted)
    withdrawn = Withdrawn(last.as_of, len(last.before), len(last.added) - kept, kept)
    last.withdrawn_at, last.before, last.added, last.going_on = now.instant, {}, [], False
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


def _last(db: Session, taken: int | None) -> TakenList:
    last = db.scalars(select(TakenList).order_by(TakenList.id.desc()).limit(1)).first()
    if last is None or last.withdrawn_at or taken not in (None, last.id):
        raise Refused("nothing_to_withdraw")
    return last


def _take_out(db: Session, *, codes: Sequence[str]) -> None:
    """Those of these regions, all of one level, to which nothing belongs are gone."""
    wait_for_other_lists(db)
    used = _used(db, codes)
    recount_townships(db, codes)
    db.connection().execute(delete(Region).where(Region.code.in_([c for c in codes if c not in used])))


def _back(db: Session, facts: dict[str, RegionFacts], as_of: date) -> Merge:
    """The plan by which these regions are again what they were, as far as they still differ."""
    columns = select(Region.code, Region.official_name, Region.valid_to, Region.successor_code)
    renamed, revived, ended = set[str](), set[str](), set[str]()
    before: dict[str, RegionFacts] = {}
    for page in pages(sorted(facts)):
        before |= known_facts(db, Region.code.in_(page))
        for code, official_name, valid_to, successor in db.execute(columns.where(Region.code.in_(page))):
            if successor is not None and facts[code].valid_to is None:
                facts[code] = replace(facts[code], valid_to=valid_to)
            if facts[code].official_name != official_name:
                renamed.add(code)
            if facts[code].valid_to != valid_to:
                (ended if facts[code].valid_to else revived).add(code)
    return Merge(
        as_of=as_of,
        covered=(),
        facts={code: found for code, found in facts.items() if found != before.get(code)},
        problems=(),
        new=frozenset(),
        renamed=frozenset(renamed),
        revived=frozenset(revived),
        ended=frozenset(ended),
        before=before,
    )


def _used(db: Session, added: Sequence[str]) -> set[str]:
    """Those of the regions that something belongs to, with what they lie in."""
    ours, used = set(added), set[str]()
    for table in Base.metadata.sorted_tables:
        for column in (key.parent for key in table.foreign_keys if key.column is Region.__table__.c.code):
            if table.name in _GOES_WITH_IT:
                continue
            whose = column.table.c.code if table is Region.__table__ else column
            for page in pages(added):
                rows = db.execute(select(column, whose).where(column.in_(page)).distinct())
                used.update(code for code, of in rows if table is not Region.__table__ or of not in ours)
    return {one for code in used for one in (*ancestors_of(code), code)} & ours
