"""Lists of regions come in here: looked at first, then taken in whole or not at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, text, true, update
from sqlalchemy.orm import Session

from nightschool.actions.bulk import insert_rows
from nightschool.actions.notices.feeds import show_otherwise
from nightschool.actions.records import note
from nightschool.actions.touching import forget_loaded, touch_villages
from nightschool.errors import Refused
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

Progress = Callable[[int, int], None]  # told how many steps are done, and of how many

_AT_ONCE = 1000  # regions written before progress is told again
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
    """How these names are read is known to this process. Whoever does this first holds the writer's lock for less.

    Reading a province's names takes longer than storing them, and on SQLite nobody else stores anything meanwhile.
    """
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
    progress: Progress = silent,
) -> Merge:
    """The list of that day is taken in, and what it changed comes back; a second time nothing changes.

    Every official name is kept, the newest list's name is shown, search keys follow the names. Nothing is deleted, and
    until another list is taken in this one can be withdrawn.
    Raises Refused("bad_rows") with its `problems` when a row's parent is unknown and bad rows are not to be skipped.
    """
    require(by, "keep_regions", None)
    wait_for_other_lists(db)
    plan = plan_import(db, rows, as_of=as_of, end_missing=end_missing, named=named, takes_given=takes_given)
    if plan.problems and not skip_bad:
        raise Refused("bad_rows", problems=plan.problems)
    store(db, plan, {row.code for row in rows}, now=now, progress=progress)
    if plan.new:
        _count_rows_anew(db)
    if plan.facts:
        _remember(db, plan, by=by, now=now)
    if plan.new or plan.changed or plan.ended:
        note(
            db,
            f"region_list {as_of.isoformat()}",
            "regions.import",
            by=by,
            now=now,
            covered=list(plan.covered),
            new=len(plan.new),
            changed=len(plan.changed),
            ended=len(plan.ended),
        )
    return plan


def _remember(db: Session, plan: Merge, *, by: Actor, now: Now) -> None:
    """What was before is kept until the next list comes."""
    db.execute(update(TakenList).values(before={}, added=[]))
    counts = {"new": len(plan.new), "changed": len(plan.changed), "ended": len(plan.ended)}
    taken = TakenList(account_id=by.account_id, as_of=plan.as_of, taken_at=now.instant, counts=counts)
    taken.added, taken.before = sorted(plan.new), {code: as_json(was) for code, was in plan.before.items()}
    db.add(taken)
    db.flush()


def wait_for_other_lists(db: Session) -> None:
    """One list is taken in at a time. SQLite has one writer anyway; on PostgreSQL nobody else locks this table."""
    if db.connection().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE region_name IN SHARE ROW EXCLUSIVE MODE"))


def store(db: Session, plan: Merge, listed: set[str], *, now: Now, progress: Progress = silent) -> None:
    """The plan is in the tables, all that the list names is found by its names, and pages show it."""
    otherwise = _called_otherwise(db, plan)
    known = sorted(listed - plan.facts.keys())
    done, every = 0, len(plan.facts) + len(known)
    # A parent's code sorts before its children's, which the foreign key asks for.
    for page in _pages(sorted(plan.facts)):
        progress(done, every)
        _write_regions(db, plan, page, now)
        _write_names(db, plan, page)
        _refresh_keys(db, page, plan)
        done += len(page)
    for page in _pages(known):
        progress(done, every)
        _refresh_keys(db, page, plan)
        done += len(page)
    progress(every, every)
    forget_loaded(db)
    touch_villages(db, _shown_otherwise(db, plan), now=now)
    _show_events_otherwise(db, otherwise, now=now)


def _pages(codes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(codes), _AT_ONCE):
        yield codes[start : start + _AT_ONCE]


def _known(db: Session, rows: Sequence[RegionRow]) -> dict[str, RegionFacts]:
    """What is known of all regions that this list can say something about, and of the neighbours of its parts."""
    within = _within(rows)
    names: dict[str, dict[str, date]] = {}
    for code, official_name, as_of in db.execute(
        select(RegionName.region_code, RegionName.official_name, RegionName.as_of)
        .join(Region, Region.code == RegionName.region_code)
        .where(within)
    ):
        names.setdefault(code, {})[official_name] = as_of
    columns = select(Region.code, Region.official_name, Region.valid_from, Region.valid_to).where(within)
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


def _refresh_keys(db: Session, codes: Sequence[str], plan: Merge) -> None:
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


def _shown_otherwise(db: Session, plan: Merge) -> set[str]:
    """The regions whose pages show something that the plan changed: their own name or end, or one they name."""
    shown = set(plan.changed | plan.ended)
    if not plan.renamed:
        return shown
    above = tuple(prefix_of(code) for code in plan.renamed if level_of(code) is not Level.VILLAGE)
    for code, successor in db.execute(select(Region.code, Region.successor_code)):
        if (above and code.startswith(above)) or successor in plan.renamed:
            shown.add(code)
    return shown


def _called_otherwise(db: Session, plan: Merge) -> set[str]:
    """The regions that will have another name where people read it."""
    found = set()
    for page in _pages(sorted(plan.renamed)):
        for code, name in db.execute(select(Region.code, Region.name).where(Region.code.in_(page))):
            if name != display_name(plan.facts[code].official_name, code):
                found.add(code)
    return found


def _show_events_otherwise(db: Session, renamed: set[str], *, now: Now) -> None:
    """Events in feeds tell in which village they are, and where that lies: those say otherwise now."""
    hosts = db.scalars(select(ClassSession.region_code).distinct()) if renamed else ()
    telling = [code for code in hosts if not renamed.isdisjoint((code, *ancestors_of(code)))]
    for page in _pages(sorted(telling)):
        show_otherwise(db, ClassSession.region_code.in_(page), now=now)


def _count_rows_anew(db: Session) -> None:
    """PostgreSQL plans with the new number of rows at once, and not after a minute in which searches take seconds."""
    if db.connection().dialect.name == "postgresql":
        for model in (Region, RegionName, RegionKey):
            db.execute(text(f"ANALYZE {model.__tablename__}"))
