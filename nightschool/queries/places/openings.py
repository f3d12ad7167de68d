"""Villages whose night school is still to be opened, and coordinators who have never got in."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region
from nightschool.models.tallies import TownshipTally
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import inside
from nightschool.queries.trust.account_list import Show, posted_in
from nightschool.queries.trust.trust import not_over, slip_until
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

SchoolsByType = tuple[str, int, int]  # the code of a part, its schools of villages, those of communities


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
    """The night schools of one part of a region that are in villages of today, and its villages."""

    villages: int = 0  # living ones, and former ones that have a night school
    schools: int = 0  # in former villages, too
    of_villages: int = 0
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
    db: Session, code: str, *, today: date, finest: Level = Level.PROVINCE
) -> tuple[tuple[Below, ...], tuple[SchoolsByType, ...]]:
    """The regions right below one (none of a village), and the schools of living villages by type.

    Those by part: of the level right below or, where that is smaller, of `finest`, down to townships. Cost: as above.
    """
    level = BELOW.get(level_of(code), Level.VILLAGE)
    if level is Level.VILLAGE:
        here = db.execute(
            select(Region.code, Region.name, _lives(today), NightSchool.id.is_not(None))
            .outerjoin(NightSchool, NightSchool.region_code == Region.code)
            .where(inside(Region.code, code), Region.level == level)
            .order_by(Region.code)
        ).all()
        return (
            tuple(
                Below(unit, name, 1, int(has_school))
                for unit, name, lives, has_school in here
                if unit != code and (lives or has_school)
            ),
            tuple(
                (unit, int(not is_community(unit)), int(is_community(unit)))
                for unit, _name, lives, has_school in here
                if lives and has_school
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
        tuple((part, one.of_villages, one.of_communities) for part, one in counted),
    )


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
    last_days = select(Region.code, NightSchool.id).outerjoin(
        NightSchool, NightSchool.region_code == Region.code
    )
    here = (Region.valid_to >= today, Region.level == Level.VILLAGE)
    for village, school in db.execute(last_days.where(*here)):
        if not is_inside(village, code):
            continue
        line = found[full_code(village[:digits])]
        line.villages += school is None
        line.of_communities += school is not None and is_community(village)
        line.of_villages += school is not None and not is_community(village)
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
