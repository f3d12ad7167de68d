"""Lists of regions come in here, successors are named here, and here a village's public pages are told of a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.orm import Session

from nightschool.actions import audit
from nightschool.errors import Refused
from nightschool.models.places import Region, RegionKey, RegionName
from nightschool.rules.access import Actor, require
from nightschool.rules.names import search_keys, usual_keys
from nightschool.rules.region_lists import Merge, RegionFacts, merge
from nightschool.rules.regions import Level, RegionRow, display_name, level_of, parent_of, prefix_of

A_DAY = timedelta(days=1)


def touch_villages(db: Session, codes: Iterable[str], *, now: datetime) -> None:
    """The public pages of these regions are built anew at their next call, their feeds count one revision more."""
    touched = [{"of": code} for code in sorted(set(codes))]
    if touched:
        db.flush()
        db.connection().execute(
            update(Region)
            .where(Region.code == bindparam("of"))
            .values(revision=Region.revision + 1, changed_at=now),
            touched,
        )
        _forget_loaded(db)


def plan_import(db: Session, rows: Sequence[RegionRow], *, as_of: date, end_missing: bool = False) -> Merge:
    """What taking this list in would change; nothing is changed yet. See rules.region_lists.merge."""
    return merge(_known(db), rows, as_of=as_of, end_missing=end_missing)


def import_regions(
    db: Session,
    rows: Sequence[RegionRow],
    *,
    as_of: date,
    end_missing: bool = False,
    skip_bad: bool = False,
    by: Actor,
    now: datetime,
) -> Merge:
    """The list of that day is taken in, and what it changed comes back; a second time nothing changes.

    Every official name is kept, the newest list's name is shown, search keys follow the names. Nothing is deleted.
    Raises Refused("bad_rows") with its `problems` when a row's parent is unknown and bad rows are not to be skipped.
    """
    require(by, "keep_regions", None)
    plan = plan_import(db, rows, as_of=as_of, end_missing=end_missing)
    if plan.problems and not skip_bad:
        raise Refused("bad_rows", problems=plan.problems)
    _write_regions(db, plan, now)
    _write_names(db, plan)
    _refresh_keys(db, {row.code for row in rows} | set(plan.facts))
    touch_villages(db, _shown_otherwise(db, plan), now=now)
    if plan.new:
        _count_rows_anew(db)
    if plan.new or plan.changed or plan.ended:
        audit.note(
            db,
            by=by,
            now=now,
            action="regions.import",
            region_code=None,
            record=f"region_list {as_of.isoformat()}",
            covered=list(plan.covered),
            new=len(plan.new),
            changed=len(plan.changed),
            ended=len(plan.ended),
        )
    return plan


def set_successor(
    db: Session, *, predecessor: str, successor: str, day: date, by: Actor, now: datetime
) -> None:
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
    old.successor_code, old.successor_day, old.valid_to = new.code, day, day - A_DAY
    if new.valid_from is not None and new.valid_from > day:
        new.valid_from = day
    db.flush()
    touch_villages(db, [old.code, new.code], now=now)
    audit.note(
        db,
        by=by,
        now=now,
        action="regions.successor",
        region_code=old.code,
        record=f"region {old.code}",
        successor=new.code,
        day=day.isoformat(),
    )


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


def _known(db: Session) -> dict[str, RegionFacts]:
    names: dict[str, dict[str, date]] = {}
    for code, official_name, as_of in db.execute(
        select(RegionName.region_code, RegionName.official_name, RegionName.as_of)
    ):
        names.setdefault(code, {})[official_name] = as_of
    columns = select(Region.code, Region.official_name, Region.valid_from, Region.valid_to)
    return {
        code: RegionFacts(code, official_name, names[code], valid_from, valid_to)
        for code, official_name, valid_from, valid_to in db.execute(columns)
    }


def _write_regions(db: Session, plan: Merge, now: datetime) -> None:
    connection = db.connection()
    # A parent's code sorts before its children's, which the foreign key asks for.
    new = [
        {
            "code": code,
            "level": level_of(code),
            "parent_code": parent_of(code),
            "name": facts.name,
            "official_name": facts.official_name,
            "valid_from": facts.valid_from,
            "valid_to": facts.valid_to,
            "revision": 1,
            "changed_at": now,
        }
        for code, facts in sorted(plan.facts.items())
        if code in plan.new
    ]
    if new:
        connection.execute(insert(Region), new)
    known = [
        {
            "of": code,
            "its_name": facts.name,
            "its_official_name": facts.official_name,
            "ends": facts.valid_to,
        }
        for code, facts in sorted(plan.facts.items())
        if code not in plan.new
    ]
    if known:
        connection.execute(
            update(Region)
            .where(Region.code == bindparam("of"))
            .values(
                name=bindparam("its_name"),
                official_name=bindparam("its_official_name"),
                valid_to=bindparam("ends"),
            ),
            known,
        )
    _forget_loaded(db)


def _write_names(db: Session, plan: Merge) -> None:
    """The names of the regions that differ are exactly those of the plan, which has all that there were before."""
    if not plan.facts:
        return
    connection = db.connection()
    connection.execute(
        delete(RegionName).where(RegionName.region_code == bindparam("of")),
        [{"of": code} for code in plan.facts if code not in plan.new] or [{"of": ""}],
    )
    connection.execute(
        insert(RegionName),
        [
            {
                "region_code": code,
                "official_name": official_name,
                "name": display_name(official_name, code),
                "as_of": as_of,
            }
            for code, facts in plan.facts.items()
            for official_name, as_of in facts.names.items()
        ],
    )


def _refresh_keys(db: Session, codes: set[str]) -> None:
    """These regions are found by the keys of all their names, and by no others.

    Compared with what is stored and not only with what changed, so that a better reading of names comes in with the
    next list.
    """
    names: dict[str, set[str]] = {}
    for code, name in db.execute(select(RegionName.region_code, RegionName.name)):
        if code in codes:
            names.setdefault(code, set()).add(name)
    wanted: dict[tuple[str, str], bool] = {}
    for code, called in names.items():
        usual = {key for name in called for key in usual_keys(name)}
        wanted |= {(key, code): key in usual for name in called for key in search_keys(name)}
    stored = {
        (key, code): is_usual
        for key, code, is_usual in db.execute(
            select(RegionKey.key, RegionKey.region_code, RegionKey.is_usual)
        )
        if code in codes
    }
    connection = db.connection()
    if gone := sorted(stored.items() - wanted.items()):
        connection.execute(
            delete(RegionKey).where(
                RegionKey.key == bindparam("its_key"), RegionKey.region_code == bindparam("of")
            ),
            [{"its_key": key, "of": code} for (key, code), _usual in gone],
        )
    if missing := sorted(wanted.items() - stored.items()):
        connection.execute(
            insert(RegionKey),
            [{"key": key, "region_code": code, "is_usual": is_usual} for (key, code), is_usual in missing],
        )


def _shown_otherwise(db: Session, plan: Merge) -> set[str]:
    """The regions whose pages show something that the plan changed: their own name or end, or one they name."""
    shown = set(plan.changed | plan.ended)
    above = tuple(prefix_of(code) for code in plan.renamed if level_of(code) is not Level.VILLAGE)
    named = select(Region.code, Region.successor_code)
    for code, successor in db.execute(named):
        if (above and code.startswith(above)) or successor in plan.renamed:
            shown.add(code)
    return shown


def _count_rows_anew(db: Session) -> None:
    """PostgreSQL plans with the new number of rows at once, and not after a minute in which searches take seconds."""
    if db.connection().dialect.name == "postgresql":
        for model in (Region, RegionName, RegionKey):
            db.execute(text(f"ANALYZE {model.__tablename__}"))


def _forget_loaded(db: Session) -> None:
    """Rows written past the session are read anew when somebody asks for them."""
    for loaded in list(db.identity_map.values()):
        if isinstance(loaded, Region):
            db.expire(loaded)
