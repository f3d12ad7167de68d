"""Villages whose night school is still to be opened, and coordinators who have never got in."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region
from nightschool.models.tallies import TownshipOpening, TownshipTally
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import inside
from nightschool.queries.trust.account_list import Show, posted_in
from nightschool.queries.trust.trust import not_over, slip_until
from nightschool.rules.oversight.targets import SchoolsThere
from nightschool.rules.places.openings import VillageToOpen
from nightschool.rules.regions import (
    BELOW,
    PREFIX_DIGITS,
    Level,
    full_code,
    is_community,
    is_inside,
    level_of,
    township_of,
)
from nightschool.rules.slots import Now

_MOST_WAITING = 120


@dataclass(frozen=True, slots=True)
class Below:
    """How many villages and night schools lie inside one of the regions right below."""

    code: str
    name: str
    villages: int
    schools: int

    @property
    def without(self) -> int:
        """Villages that have no night school."""
        return self.villages - self.schools


@dataclass
class _Counted:
    """One part of a region."""

    villages: int = 0  # living ones, and former ones that have a night school
    schools: int = 0  # in former villages, too
    of_villages: int = 0  # in villages without a known end
    of_communities: int = 0


@dataclass(frozen=True)
class Coverage:
    """A township with how many of its villages have a night school, and which have none."""

    code: str
    name: str
    villages: int
    without: tuple[str, ...]  # their names

    @property
    def county(self) -> str:
        """The code of the county it lies in."""
        return full_code(self.code[: PREFIX_DIGITS[Level.COUNTY]])

    @property
    def schools(self) -> int:
        """Those that have one."""
        return self.villages - len(self.without)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A coordinator who has never logged in."""

    account: str  # public id
    login_name: str
    display_name: str
    village: str
    slip_until: datetime | None  # a slip is out and not used yet


def villages(db: Session, township: str, *, today: date) -> tuple[VillageToOpen, ...]:
    """The living villages of a township, in the order of their codes. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, Region.name, NightSchool.id.is_not(None))
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.parent_code == township, Region.level == Level.VILLAGE, _lives(today))
        .order_by(Region.code)
    )
    return tuple(VillageToOpen(*row) for row in rows)


def units_below(db: Session, code: str, *, today: date) -> tuple[Below, ...]:
    """The regions right below one, with their living villages and night schools, in the order of their codes.

    Former ones are left out unless there is a night school in them. Cost: 1 query of a township, else 3.
    """
    return units_and_schools(db, code, today=today)[0]


def units_and_schools(
    db: Session, code: str, *, today: date, finest: Level = Level.PROVINCE, since: date | None = None
) -> tuple[tuple[Below, ...], tuple[SchoolsThere, ...]]:
    """The regions right below one (none of a village), and the schools of villages without a known end.

    Those by part: of the level right below or, where that is smaller, of `finest`, down to townships; apart those that
    opened after `since`. Cost: as above, one more where `since` is given above townships.
    """
    level = BELOW.get(level_of(code), Level.VILLAGE)
    if level is Level.VILLAGE:
        here = db.execute(
            select(Region.code, Region.name, _lives(today), Region.valid_to, NightSchool.opened_on)
            .outerjoin(NightSchool, NightSchool.region_code == Region.code)
            .where(inside(Region.code, code), Region.level == level)
            .order_by(Region.code)
        ).all()
        return (
            tuple(
                Below(unit, name, 1, int(opened is not None))
                for unit, name, lives, _last, opened in here
                if unit != code and (lives or opened)
            ),
            tuple(
                _school(unit, opened) for unit, _name, _lives, last, opened in here if opened and last is None
            ),
        )
    digits = max(PREFIX_DIGITS[level], min(PREFIX_DIGITS[finest], PREFIX_DIGITS[Level.TOWNSHIP]))
    counted = sorted(_counted(db, code, digits, today=today).items())
    villages, schools = Counter[str](), Counter[str]()
    for part, one in counted:
        unit = full_code(part[: PREFIX_DIGITS[level]])
        villages[unit] += one.villages
        schools[unit] += one.schools
    units = db.execute(
        select(Region.code, Region.name, _lives(today))
        .where(Region.parent_code == code, Region.level == level)
        .order_by(Region.code)
    )
    return (
        tuple(
            Below(unit, name, villages[unit], schools[unit])
            for unit, name, lives in units
            if lives or schools[unit]
        ),
        tuple(_by_first_day(db, code, digits, dict(counted), since)),
    )


def schools_that_ended(
    db: Session, code: str, *, since: date, heirs: Mapping[str, str]
) -> tuple[SchoolsThere, ...]:
    """Each school of a region that was there on a day, whose village has ended since or will; those of `heirs` where
    the one is that stands for them. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, NightSchool.opened_on, Region.valid_to)
        .join(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.valid_to >= since, Region.level == Level.VILLAGE)
        .order_by(
            Region.valid_to, Region.code
        )  # by code first, SQLite looks at every region for the few that end
    )
    return tuple(_school(*row) for row in rows if is_inside(heirs.get(row.code, row.code), code))


def _school(village: str, first: date, last: date | None = None) -> SchoolsThere:
    is_of_community = is_community(village)
    return SchoolsThere(village, int(not is_of_community), int(is_of_community), first, last)


def _by_first_day(
    db: Session, code: str, digits: int, counted: Mapping[str, _Counted], since: date | None
) -> Iterator[SchoolsThere]:
    """Those of each part that were there on a day, and those that opened later, by their day."""
    of_villages = Counter({part: one.of_villages for part, one in counted.items()})
    of_communities = Counter({part: one.of_communities for part, one in counted.items()})
    if since:
        part = func.substr(TownshipOpening.region_code, 1, digits)
        numbers = (TownshipOpening.village_schools, TownshipOpening.community_schools)
        later = (
            select(part, TownshipOpening.day, *map(func.sum, numbers))
            .where(inside(TownshipOpening.region_code, code), TownshipOpening.day > since)
            .group_by(part, TownshipOpening.day)
            .order_by(part, TownshipOpening.day)
        )
        for prefix, day, villages, communities in db.execute(later):
            unit = full_code(prefix)
            of_villages[unit] -= villages
            of_communities[unit] -= communities
            yield SchoolsThere(unit, villages, communities, day)
    for unit in counted:
        yield SchoolsThere(unit, of_villages[unit], of_communities[unit])


def _counted(db: Session, code: str, digits: int, *, today: date) -> dict[str, _Counted]:
    """Each part of a region, by the code that so many digits make, from its townships' tallies. Cost: 2 queries."""
    part = func.substr(TownshipTally.region_code, 1, digits).label("part")
    names = ("villages", "village_schools", "community_schools", "ending_schools")
    rows = db.execute(
        select(part, *(func.sum(getattr(TownshipTally, name)) for name in names))
        .where(inside(TownshipTally.region_code, code))
        .group_by(part)
    )
    found = defaultdict(_Counted)
    for prefix, villages, of_villages, of_communities, ending in rows:
        schools = of_villages + of_communities + ending
        found[full_code(prefix)] = _Counted(villages + ending, schools, of_villages, of_communities)
    # Few: those that have not ended yet though their last day is known.
    last_days = select(Region.code).outerjoin(NightSchool, NightSchool.region_code == Region.code)
    here = (Region.valid_to >= today, Region.level == Level.VILLAGE, NightSchool.id.is_(None))
    for village in db.scalars(last_days.where(*here)):
        if is_inside(village, code):
            found[full_code(village[:digits])].villages += 1
    return found


def villages_with_school(db: Session, code: str) -> frozenset[str]:
    """The villages of a region that have a night school. Cost: 1 query."""
    rows = db.scalars(select(NightSchool.region_code).where(inside(NightSchool.region_code, code)))
    return frozenset(rows)


def households_here(db: Session, code: str, *, today: date) -> dict[str, int | None]:
    """How many households each village of a region with a school has; None where it has not said. Cost: 1 query."""
    rows = db.execute(
        select(NightSchool.region_code, NightSchool.households)
        .join(Region, Region.code == NightSchool.region_code)
        .where(inside(NightSchool.region_code, code), _lives(today))
    )
    return dict(rows.all())


def coverage(db: Session, code: str, *, today: date) -> tuple[Coverage, ...]:
    """The townships of a region that have villages, which are counted as `units_below` does. Cost: 1 query."""
    rows = db.execute(
        select(Region.code, Region.name, NightSchool.id.is_not(None).label("has_school"))
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(inside(Region.code, code), Region.level.in_((Level.TOWNSHIP, Level.VILLAGE)))
        .where(or_(Region.level == Level.TOWNSHIP, _lives(today), NightSchool.id.is_not(None)))
        .order_by(Region.code)
    )
    found = []
    for township, (first, *villages) in groupby(rows, key=lambda row: township_of(row.code)):
        without = tuple(row.name for row in villages if not row.has_school)
        found.append(Coverage(township, first.name, len(villages), without))
    return tuple(one for one in found if one.villages)


def living_villages(db: Session, code: str, *, today: date) -> tuple[tuple[str, str, str], ...]:
    """(code, name, name of the township) of the villages in a region, in the order of their codes. Cost: 1 query."""
    township = aliased(Region, name="township")
    rows = db.execute(
        select(Region.code, Region.name, township.name)
        .join(township, township.code == Region.parent_code)
        .where(inside(Region.code, code), Region.level == Level.VILLAGE, _lives(today))
        .order_by(Region.code)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


def never_logged_in(db: Session, code: str, *, now: Now) -> tuple[Waiting, ...]:
    """The coordinators posted in a region, now or later, who have no password yet, in the order of their villages.

    Only those whose postings all lie in it: whoever serves elsewhere too is looked after above. Cost: 1 query.
    """
    beyond = aliased(Posting, name="beyond")
    elsewhere = (
        select(beyond.id)
        .where(
            beyond.account_id == Account.id,
            not_over(now.day, beyond),
            or_(beyond.region_code.is_(None), ~inside(beyond.region_code, code)),
        )
        .exists()
    )
    first = posted_in(code, Show.COORDINATOR, now.day).subquery()
    rows = db.execute(
        select(
            Account.public_id,
            Account.login_name,
            Account.display_name,
            Region.name,
            slip_until(now),
        )
        .join(first, first.c.account_id == Account.id)
        .join(Region, Region.code == first.c.code)
        .where(Account.password_hash.is_(None), Account.disabled_at.is_(None), ~elsewhere)
        .order_by(first.c.code, Account.id)
        .limit(_MOST_WAITING)
    )
    return tuple(Waiting(*row) for row in rows)


def _lives(today: date) -> ColumnElement[bool]:
    return or_(Region.valid_to.is_(None), Region.valid_to >= today)
