"""Lists of regions come in here: looked at first, then taken in, step by step.

Each step is right by itself and a transaction of its own, so that nobody who saves something waits for a whole list. A
list that was broken off is begun again and goes on where it stopped; what was before the first beginning is remembered.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, text, true, update
from sqlalchemy.orm import Session

from nightschool.actions.bulk import insert_rows
from nightschool.actions.notices.feeds import show_otherwise
from nightschool.actions.records import note
from nightschool.actions.tallies import recount_townships
from nightschool.actions.touching import forget_loaded, touch_villages
from nightschool.errors import Refused, StaleRecord
from nightschool.models.places import Region, RegionKey, RegionName, TakenList
from nightschool.models.teaching import ClassSession
from nightschool.queries.scope import inside
from nightschool.rules.access import Actor, require
from nightschool.rules.names import compared, search_keys, usual_keys
from nightschool.rules.places.region_lists import Merge, RegionFacts, as_json, covered_by, merge
from nightschool.rules.regions import (
    LONGEST_REGION_NAME,
    Level,
    RegionRow,
    ancestors_of,
    display_name,
    level_of,
    parent_of,
    prefix_of,
)
from nightschool.rules.slots import Now

Progress = Callable[[int, int], object]  # told how many steps are done, and of how many
ListStep = Callable[[Session], None]  # what is done in one transaction

_AT_ONCE = 200  # regions written in one step
MOST_RANGES = 100  # with more separate parts in a list, or more that they lie in, everything known is read


def silent(_done: int, _all: int) -> None:
    """Progress that is told to nobody."""


def share_of(progress: Progress, first: int, last: int) -> Progress:
    """Progress of a part, told as percent of the whole, of which this part is those between first and last."""

    def tell(done: int, every: int) -> None:
        progress(first + (last - first) * done // max(every, 1), 100)

    return tell


def plan_import(
    db: Session,
    rows: Sequence[RegionRow],
    *,
    as_of: date,
    end_missing: bool = False,
    named: Iterable[str] = (),
    takes_given: bool = True,
) -> Merge:
    """What taking this list in would change; nothing is changed yet. See rules.places.region_lists.merge."""
    return merge(
        _known(db, rows), rows, as_of=as_of, end_missing=end_missing, named=named, takes_given=takes_given
    )


def learn_sounds(rows: Sequence[RegionRow], *, progress: Progress = silent) -> None:
    """How these names are read is known to this process. Whoever does this first has shorter steps."""
    for number, row in enumerate(rows):
        search_keys(display_name(row.name, row.code))
        if number % _AT_ONCE == 0:
            progress(number, len(rows))
    progress(len(rows), len(rows))


def import_regions(
    db: Session,
    rows: Sequence[RegionRow],
    *,
    as_of: date,
    end_missing: bool = False,
    named: Iterable[str] = (),
    takes_given: bool = True,
    skip_bad: bool = False,
    by: Actor,
    now: Now,
) -> Merge:
    """The list of that day is taken in at once: `plan_import`, then all of its `import_steps`."""
    plan = plan_import(db, rows, as_of=as_of, end_missing=end_missing, named=named, takes_given=takes_given)
    for step in import_steps(plan, {row.code for row in rows}, skip_bad=skip_bad, by=by, now=now):
        step(db)
    return plan


def import_steps(
    plan: Merge, listed: set[str], *, skip_bad: bool = False, by: Actor, now: Now
) -> tuple[ListStep, ...]:
    """What takes a list in, that names the `listed` regions, to be done in this order; a second time nothing changes.

    Every official name is kept, the newest list's name is shown, search keys follow the names. Nothing is deleted, and
    until another list is taken in this one can be withdrawn.
    Raises Refused("bad_rows") with its `problems` when a row's parent is unknown and bad rows are not to be skipped. A
    step raises StaleRecord when its regions are no longer as they were planned with.
    """
    require(by, "keep_regions", None)
    if plan.problems and not skip_bad:
        raise Refused("bad_rows", problems=plan.problems)
    begin = [partial(_begin, plan=plan, by=by, now=now)] if plan.facts else []
    return (*begin, *store_steps(plan, listed, now=now), partial(_finish, plan=plan, by=by, now=now))


def _begin(db: Session, *, plan: Merge, by: Actor, now: Now) -> None:
    """What was before is kept until the next list comes."""
    wait_for_other_lists(db)
    last = _last(db)
    counts = {"new": len(plan.new), "changed": len(plan.changed), "ended": len(plan.ended)}
    added, before = set(plan.new), {code: as_json(was) for code, was in plan.before.items()}
    if last is not None and last.going_on:  # it was broken off: this goes on with it
        counts = (
            last.counts if last.as_of == plan.as_of else {k: n + last.counts[k] for k, n in counts.items()}
        )
        added |= {*last.added}
        before = {code: was for code, was in before.items() if code not in added} | last.before
        db.delete(last)
    db.execute(update(TakenList).values(before={}, added=[]))
    taken = TakenList(account_id=by.account_id, as_of=plan.as_of, taken_at=now.instant, counts=counts)
    taken.added, taken.before, taken.going_on = sorted(added), before, True
    db.add(taken)
    db.flush()


def _finish(db: Session, *, plan: Merge, by: Actor, now: Now) -> None:
    """The list is in, and the trail has one line of it."""
    last = _last(db)
    if plan.new:
        _count_rows_anew(db)
    if last is None or not last.going_on:
        return
    last.going_on = False
    db.flush()
    if any(last.counts.values()):
        what = f"region_list {last.as_of.isoformat()}"
        note(db, what, "regions.import", by=by, now=now, covered=list(plan.covered), **last.counts)


def _last(db: Session) -> TakenList | None:
    statement = select(TakenList).where(TakenList.withdrawn_at.is_(None)).order_by(TakenList.id.desc())
    return db.scalars(statement.limit(1).with_for_update()).first()


def wait_for_other_lists(db: Session) -> None:
    """One list is taken in at a time. SQLite has one writer anyway; on PostgreSQL nobody else locks this table."""
    if db.connection().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE region_name IN SHARE ROW EXCLUSIVE MODE"))


def store_steps(plan: Merge, listed: set[str], *, now: Now) -> tuple[ListStep, ...]:
    """The plan is in the tables, all that the list names is found by its names, and pages show it."""
    # A parent's code sorts before its children's, which the foreign key asks for.
    differing = [partial(_store, plan=plan, codes=page, now=now) for page in pages(sorted(plan.facts))]
    known = sorted(listed - plan.facts.keys())
    return (
        *differing[:1],
        # From the first rows on PostgreSQL knows that codes differ, and no step looks through all rows for its own.
        *([_count_rows_anew] if plan.new else []),
        *differing[1:],
        *(partial(_refresh_keys, codes=page, plan=plan) for page in pages(known)),
    )


def _store(db: Session, *, plan: Merge, codes: Sequence[str], now: Now) -> None:
    """These regions are as the plan says, and every page that shows something of it is built anew."""
    wait_for_other_lists(db)
    if known_facts(db, Region.code.in_(codes)) != {c: plan.before[c] for c in codes if c in plan.before}:
        raise StaleRecord("region", 0, 0)
    renamed = plan.renamed & set(codes)
    otherwise = _called_otherwise(db, plan, renamed)
    _write_regions(db, plan, codes, now)
    _write_names(db, plan, codes)
    _refresh_keys(db, codes=codes, plan=plan)
    forget_loaded(db)
    shown = (plan.changed | plan.ended) & set(codes)
    touch_villages(db, shown | _naming(db, renamed), now=now)
    _show_events_otherwise(db, otherwise, now=now)


def pages(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many of these at a time as one transaction or one statement takes."""
    for start in range(0, len(codes), _AT_ONCE):
        yield codes[start : start + _AT_ONCE]


def _known(db: Session, rows: Sequence[RegionRow]) -> dict[str, RegionFacts]:
    """What is known of all regions that this list can say something about, and of the neighbours of its parts."""
    return known_facts(db, _within(rows))


def known_facts(db: Session, which: ColumnElement[bool]) -> dict[str, RegionFacts]:
    """What is known of these regions. Cost: 2 queries."""
    names: dict[str, dict[str, date]] = {}
    for code, official_name, as_of in db.execute(
        select(RegionName.region_code, RegionName.official_name, RegionName.as_of)
        .join(Region, Region.code == RegionName.region_code)
        .where(which)
    ):
        names.setdefault(code, {})[official_name] = as_of
    columns = select(Region.code, Region.official_name, Region.valid_from, Region.valid_to).where(which)
    return {
        code: RegionFacts(code, official_name, names[code], valid_from, valid_to)
        for code, official_name, valid_from, valid_to in db.execute(columns)
    }


def _within(rows: Sequence[RegionRow]) -> ColumnElement[bool]:
    """True of the regions inside what the list covers, of those it lies in, and of the units right below these."""
    tops = covered_by(row.code for row in rows)
    prefixes = tuple(prefix_of(top) for top in tops)
    # A row may also stand apart, where what lies between is known and not on the list.
    apart = (row.code for row in rows if not row.code.startswith(prefixes))
    line = sorted({above for code in (*tops, *apart) for above in ancestors_of(code)})
    if not tops or len(tops) > MOST_RANGES or len(line) > MOST_RANGES:
        return true()
    ranges = (inside(Region.code, top) for top in tops)
    return or_(Region.code.in_(line), Region.parent_code.in_(line), *ranges)


def _write_regions(db: Session, plan: Merge, codes: Sequence[str], now: Now) -> None:
    new: list[dict[str, Any]] = []
    known: list[dict[str, Any]] = []
    for code in codes:
        facts = plan.facts[code]
        row = {
            "code": code,
            "name": facts.name,
            "official_name": facts.official_name,
            "valid_to": facts.valid_to,
        }
        if code in plan.new:
            row |= {
                "level": level_of(code).value,
                "parent_code": parent_of(code),
                "valid_from": facts.valid_from,
            }
            new.append({**row, "revision": 1, "changed_at": now.instant})
        else:
            known.append(row)
    insert_rows(db, Region, new)
    if known:
        db.execute(update(Region), known)
    recount_townships(db, codes)


def _write_names(db: Session, plan: Merge, codes: Sequence[str]) -> None:
    """The names of the regions that differ are exactly those of the plan, which has all that there were before."""
    if known := [code for code in codes if code not in plan.new]:
        db.connection().execute(delete(RegionName).where(RegionName.region_code.in_(known)))
    insert_rows(
        db,
        RegionName,
        [
            {
                "region_code": code,
                "official_name": official_name,
                "name": name,
                "compared": compared(name)[:LONGEST_REGION_NAME],
                "as_of": as_of,
            }
            for code in codes
            for official_name, as_of in plan.facts[code].names.items()
            for name in [display_name(official_name, code)]
        ],
    )


def _refresh_keys(db: Session, *, codes: Sequence[str], plan: Merge) -> None:
    """These regions are found by the keys of all their names, and by no others.

    Compared with what is stored and not only with what changed, so that a better reading of names comes in with the
    next list.
    """
    # Of new regions nothing is stored. Not asked, because PostgreSQL, which knows nothing of rows that came a moment
    # ago, might look through all of them each time.
    known = [code for code in codes if code not in plan.new]
    wanted = _wanted_keys(_names_of(db, codes, plan))
    stored = {
        (key, code): is_usual
        for key, code, is_usual in (
            db.execute(
                select(RegionKey.key, RegionKey.region_code, RegionKey.is_usual).where(
                    RegionKey.region_code.in_(known)
                )
            )
            if known
            else ()
        )
    }
    if wanted == stored:
        return
    if gone := sorted(stored.items() - wanted.items()):
        db.connection().execute(
            delete(RegionKey).where(
                RegionKey.key == bindparam("its_key"), RegionKey.region_code == bindparam("of")
            ),
            [{"its_key": key, "of": code} for (key, code), _usual in gone],
        )
    insert_rows(
        db,
        RegionKey,
        [
            {"key": key, "region_code": code, "is_usual": is_usual}
            for (key, code), is_usual in sorted(wanted.items() - stored.items())
        ],
    )


def _names_of(db: Session, codes: Sequence[str], plan: Merge) -> dict[str, set[str]]:
    """All names of each of these regions, as people say them."""
    called = {
        code: {display_name(official_name, code) for official_name in plan.facts[code].names}
        for code in codes
        if code in plan.facts
    }
    if others := [code for code in codes if code not in plan.facts]:
        columns = select(RegionName.region_code, RegionName.name)
        for code, name in db.execute(columns.where(RegionName.region_code.in_(others))):
            called.setdefault(code, set()).add(name)
    return called


def _wanted_keys(called: dict[str, set[str]]) -> dict[tuple[str, str], bool]:
    """(key, code) of every way to find these regions -> whether it reads a name as most people do."""
    wanted: dict[tuple[str, str], bool] = {}
    for code, names in called.items():
        usual = {key for name in names for key in usual_keys(name)}
        for name in names:
            wanted |= {(key, code): key in usual for key in search_keys(name)}
    return wanted


def _naming(db: Session, renamed: Collection[str]) -> set[str]:
    """The regions whose pages name one of these: those that lie in one, and those for which one stands.

    A village's pages name what it lies in directly, and what that lies in: of a city no more than that.
    """
    if not renamed:
        return set()
    naming = set(db.scalars(select(Region.code).where(Region.successor_code.in_(renamed))))
    if above := sorted(code for code in renamed if level_of(code) is not Level.VILLAGE):
        prefixes = tuple(map(prefix_of, above))
        # What lies in regions that stand one after another does too.
        near = Region.code.between(above[0], max(prefix.ljust(12, "9") for prefix in prefixes))
        naming |= {
            code
            for code in db.scalars(select(Region.code).where(near))
            if code.startswith(prefixes)
            and (
                level_of(code) is not Level.VILLAGE or any(one in renamed for one in ancestors_of(code)[-2:])
            )
        }
    return naming


def _called_otherwise(db: Session, plan: Merge, renamed: Collection[str]) -> set[str]:
    """Those of the renamed that will have another name where people read it."""
    names = db.execute(select(Region.code, Region.name).where(Region.code.in_(renamed))) if renamed else ()
    return {code for code, name in names if name != display_name(plan.facts[code].official_name, code)}


def _show_events_otherwise(db: Session, renamed: set[str], *, now: Now) -> None:
    """Events in feeds tell in which village they are, and where that lies: those say otherwise now."""
    hosts = db.scalars(select(ClassSession.region_code).distinct()) if renamed else ()
    telling = [code for code in hosts if not renamed.isdisjoint((code, *ancestors_of(code)))]
    for page in pages(sorted(telling)):
        show_otherwise(db, ClassSession.region_code.in_(page), now=now)


def _count_rows_anew(db: Session) -> None:
    """PostgreSQL plans with the rows there are at once, and not after a minute in which searches take seconds."""
    if db.connection().dialect.name == "postgresql":
        for model in (Region, RegionName, RegionKey):
            db.execute(text(f"ANALYZE {model.__tablename__}"))
