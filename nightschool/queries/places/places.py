"""Places as people look for them: by a name, a part of it or its pinyin, or step by step from county to village."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region, RegionKey, RegionName
from nightschool.queries.scope import inside
from nightschool.rules.names import LONGEST_KEY, compared, finder, normalised, search_keys
from nightschool.rules.regions import (
    CODE_DIGITS,
    PREFIX_DIGITS,
    VILLAGE_ENDINGS,
    Level,
    ancestors_of,
    full_code,
    is_code,
    village_readings,
)

MOST_FOUND = 50
_MOST_PAGES = 50_000  # of a city: so many addresses a sitemap may have
COUNTY_DIGITS = PREFIX_DIGITS[Level.COUNTY]
HAS_SCHOOL = NightSchool.id.is_not(None)


@dataclass(frozen=True, slots=True)
class NamedRegion:
    """A region and what it is called."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """One region as a list or a line of ancestors shows it."""

    code: str
    name: str
    level: Level
    is_former: bool
    has_school: bool


@dataclass(frozen=True, slots=True)
class FoundPlace(Place):
    """One region that was looked for, with what tells it from others of its name."""

    township: str
    county: str
    formerly: tuple[str, ...]  # names it bore in older lists


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to, best first and former ones last; `are_more` when the list was cut short."""

    places: tuple[FoundPlace, ...]
    are_more: bool


@dataclass(frozen=True, slots=True)
class SchoolPage:
    """A village that has a night school, and when its page last changed."""

    code: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class PlaceStep:
    """One step of the walk down: the line of regions to here, largest first, and what lies right below."""

    line: tuple[Place, ...]
    below: tuple[Place, ...]


def find(db: Session, text: str, *, today: date, limit: int = MOST_FOUND) -> Found:
    """Regions that answer to what was typed, by any name they ever bore; villages before larger units.

    Words apart narrow each other down, and may name the township or the county. Where nothing is found as typed, the
    text is read more freely. Cost: 1 query for each reading, 2 more for the names around what was found.
    """
    is_postgresql = db.connection().dialect.name == "postgresql"
    for reading in village_readings(normalised(text)):
        words = tuple(filter(None, map(compared, reading)))
        if not words:
            continue
        rows = db.execute(_matching(words, today, is_postgresql=is_postgresql).limit(limit + 1)).all()
        if rows:
            return Found(_described(db, _bearers_first(rows[:limit], words)), are_more=len(rows) > limit)
    return Found((), are_more=False)


def step(db: Session, at: str | None, *, today: date) -> PlaceStep | None:
    """What lies right below a region, and the line down to it; None for an unknown code. Former units come last.

    Without a code the walk begins where the known regions first branch out: with one city, at its counties.
    Cost: 2 queries.
    """
    line = _line(db, [*ancestors_of(at), at] if at is not None and is_code(at) else [], today)
    if at is None:
        line = _trunk(db, today)
    elif not line or line[-1].code != at:
        return None
    parent = line[-1].code if line else None
    # Compared with None, `==` makes IS NULL.
    below = _places(today).where(Region.parent_code == parent).order_by(_is_former(today), Region.code)
    return PlaceStep(line, tuple(Place(*row) for row in db.execute(below)))


def nearest(db: Session, code: str, *, today: date) -> Place | None:
    """The smallest known region that an unknown code would lie in; None for what is no code."""
    line = _line(db, ancestors_of(code), today) if is_code(code) else ()
    return line[-1] if line else None


def cities_with_schools(db: Session) -> tuple[str, ...]:
    """The codes of the cities in which a village has a night school. Cost: 1 query."""
    province = aliased(Region)
    # Every code of the city sorts between its own and this.
    after = func.substr(Region.code, 1, PREFIX_DIGITS[Level.CITY], type_=String) + "9" * CODE_DIGITS
    has_school = (
        select(NightSchool.id)
        .where(NightSchool.region_code >= Region.code, NightSchool.region_code <= after)
        .correlate(Region)
        .exists()
    )
    cities = (
        select(Region.code)
        .join(province, province.code == Region.parent_code)
        .where(province.parent_code.is_(None), Region.level == Level.CITY, has_school)
        .order_by(Region.code)
    )
    return tuple(db.scalars(cities))


def schools_inside(db: Session, city: str) -> tuple[SchoolPage, ...]:
    """The villages of a city, given by its four digits, that have a night school. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, Region.changed_at)
        .join(NightSchool, NightSchool.region_code == Region.code)
        .where(inside(NightSchool.region_code, full_code(city)))
        .order_by(NightSchool.region_code)
        .limit(_MOST_PAGES)
    )
    return tuple(SchoolPage(*row) for row in rows)


_NAMES = (
    select(Region.code, Region.name)
    .where(Region.code.in_(bindparam("codes", expanding=True)))
    .order_by(Region.code)
)


def names_of(db: Session, codes: Iterable[str]) -> dict[str, str]:
    """What these regions are called, in the order of their codes; unknown ones are left out. Cost: at most 1 query."""
    wanted = list(codes)
    return dict(db.execute(_NAMES, {"codes": wanted}).all()) if wanted else {}


def regions_named(db: Session, codes: Iterable[str]) -> tuple[NamedRegion, ...]:
    """The same as records."""
    return tuple(NamedRegion(*region) for region in names_of(db, codes).items())


def region_named(db: Session, code: str) -> NamedRegion | None:
    """A region with its name; None when it is in no list."""
    return next(iter(regions_named(db, (code,))), None)


def _is_former(today: date) -> ColumnElement[bool]:
    return and_(Region.valid_to.is_not(None), Region.valid_to < today)


def _places(today: date) -> Select[*tuple[Any, ...]]:
    columns = select(Region.code, Region.name, Region.level, _is_former(today), HAS_SCHOOL)
    return columns.outerjoin(NightSchool, NightSchool.region_code == Region.code)


def _line(db: Session, codes: Sequence[str], today: date) -> tuple[Place, ...]:
    if not codes:
        return ()
    rows = db.execute(_places(today).where(Region.code.in_(codes)).order_by(Region.code))
    return tuple(Place(*row) for row in rows)


def _trunk(db: Session, today: date) -> tuple[Place, ...]:
    """The regions above the first branching, where there is one: with one city known, its province and it."""
    large = Region.level.in_([Level.PROVINCE, Level.CITY])
    rows = db.execute(_places(today).where(large).order_by(Region.code))
    places = [Place(*row) for row in rows]
    trunk = []
    for level in (Level.PROVINCE, Level.CITY):
        here = [place for place in places if place.level == level]
        if len(here) != 1:
            break
        trunk += here
    return tuple(trunk)


def _matching(words: Sequence[str], today: date, *, is_postgresql: bool) -> Select[*tuple[Any, ...]]:
    """One statement: the regions that these words name, best first."""
    # Materialised, because left to themselves both databases search the names anew for each use of a word's hits, and
    # PostgreSQL for each region, where it believes that there are few.
    hits = [
        _hits(word, is_postgresql=is_postgresql).cte(f"hits_{number}").prefix_with("MATERIALIZED")
        for number, word in enumerate(words)
    ]
    ranks = union_all(*(select(hit.c.region_code, hit.c.rank) for hit in hits)).subquery()
    # First who was hit, and only then who of them lies where the other words say: PostgreSQL would ask that of every
    # region there is.
    is_broad = any(word in VILLAGE_ENDINGS for word in words)  # as most names end
    there = (_grouped_last(ranks) if is_postgresql and is_broad else _grouped_first(ranks)).c
    is_former = and_(there.valid_to.is_not(None), there.valid_to < today)
    wanted = (
        select(there.code, there.name, there.level, is_former.label("is_former"), HAS_SCHOOL)
        .outerjoin(NightSchool, NightSchool.region_code == there.code)
        .order_by(is_former, there.level != Level.VILLAGE, there.rank, ~HAS_SCHOOL, there.code)
    )
    county = func.substr(there.code, 1, COUNTY_DIGITS, type_=String) + "0" * (CODE_DIGITS - COUNTY_DIGITS)
    for hit in hits if len(hits) > 1 else ():
        named = select(hit.c.region_code)
        wanted = wanted.where(or_(*(code.in_(named) for code in (there.code, there.parent_code, county))))
    return wanted


_SHOWN = (Region.code, Region.name, Region.level, Region.parent_code, Region.valid_to)


def _grouped_first(ranks: Subquery) -> CTE:
    """The regions hit, each with its best rank; quicker where few are hit, and always on SQLite."""
    best = (
        select(ranks.c.region_code, func.min(ranks.c.rank).label("rank"))
        .group_by(ranks.c.region_code)
        .cte("best")
        .prefix_with("MATERIALIZED")
    )
    found = select(*_SHOWN, best.c.rank).join(best, best.c.region_code == Region.code)
    return found.cte("there").prefix_with("MATERIALIZED")


def _grouped_last(ranks: Subquery) -> CTE:
    """The same; quicker on PostgreSQL where very many are hit, which it believes to be 200 and looks up one by one."""
    found = select(*_SHOWN, func.min(ranks.c.rank).label("rank"))
    found = found.join(ranks, ranks.c.region_code == Region.code).group_by(Region.code)
    return found.cte("there").prefix_with("MATERIALIZED")


def _hits(word: str, *, is_postgresql: bool) -> CompoundSelect[Any]:
    """The regions one word names, with how well: 0 is the whole name, with or without its ending, 1 its beginning, 2 a
    part of it, 3 a rare reading of it.
    """
    name = RegionName.compared
    # Where in the name the word begins, 0 when it does not stand there; much quicker than LIKE.
    at = (func.strpos if is_postgresql else func.instr)(name, word, type_=Integer())
    whole = name.in_([word, *(word + ending for ending in VILLAGE_ENDINGS)])
    rank = case((whole, 0), (at == 1, 1), else_=2)
    hits: list[Select[*tuple[Any, ...]]] = [select(RegionName.region_code, rank.label("rank")).where(at > 0)]
    if word.isascii() and word.isalnum():
        # Not LIKE: neither database would use the key's index for it. The last key that can begin so is padded with z,
        # after which no key sorts, whatever language the database sorts by.
        last = word.ljust(LONGEST_KEY, "z")
        endings = [ending for sounds in VILLAGE_ENDINGS.values() for ending in sounds]
        whole = RegionKey.key.in_([word, *(word + ending for ending in endings)])
        rank = case((~RegionKey.is_usual, 3), (whole, 0), else_=1)
        sounding = select(RegionKey.region_code, rank).where(RegionKey.key.between(word, last))
        # One letter begins thousands of names; those that would only come by a rare reading are not missed among them.
        hits.append(sounding.where(RegionKey.is_usual) if len(word) == 1 else sounding)
    if is_code(word.ljust(CODE_DIGITS, "0")) and len(word) in (COUNTY_DIGITS, 9, CODE_DIGITS):
        hits.append(select(Region.code, literal(0)).where(inside(Region.code, full_code(word))))
    return union_all(*hits)


def _bearers_first(rows: Sequence[Any], words: Sequence[str]) -> list[Any]:
    """The rows, those that are called so now before those that once were."""
    fits = [finder(word) for word in words]

    def place(row: Any) -> tuple[bool, bool, bool]:
        keys = " ".join(search_keys(row.name))
        is_bearer = any(fit(row.name, keys) for fit in fits)
        return row.is_former, row.level != Level.VILLAGE, not is_bearer

    return sorted(rows, key=place)


def _described(db: Session, rows: Sequence[Any]) -> tuple[FoundPlace, ...]:
    """The rows as found places, with the names of what they lie in and those they no longer bear.

    Looked up by key afterwards, and not joined: a join of the table with itself is a gamble right after an import, when
    the database has not counted its rows yet.
    """
    above = {row.code: ancestors_of(row.code) for row in rows}
    names = {
        (code, level): name
        for code, level, name in db.execute(
            select(Region.code, Region.level, Region.name).where(
                Region.code.in_({code for line in above.values() for code in line})
            )
        )
    }
    ever: dict[str, list[str]] = {}
    for code, name in db.execute(
        select(RegionName.region_code, RegionName.name)
        .where(RegionName.region_code.in_(list(above)))
        .order_by(RegionName.as_of)
    ):
        ever.setdefault(code, []).append(name)
    found = []
    for row in rows:
        township, county = (
            next((names[code, level] for code in above[row.code] if (code, level) in names), "")
            for level in (Level.TOWNSHIP, Level.COUNTY)
        )
        formerly = tuple(dict.fromkeys(name for name in ever[row.code] if name != row.name))
        found.append(FoundPlace(*(*row, township, county, formerly)))
    return tuple(found)
