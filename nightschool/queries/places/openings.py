"""Villages whose night school is still to be opened, and coordinators who have never got in."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import ColumnElement, String, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.places import NightSchool, Region
from nightschool.models.trust import Account, Posting
from nightschool.queries.scope import inside
from nightschool.queries.trust.account_list import Show, posted_in
from nightschool.queries.trust.trust import not_over, slip_until
from nightschool.rules.places.openings import VillageToOpen
from nightschool.rules.regions import (
    BELOW,
    CODE_DIGITS,
    PREFIX_DIGITS,
    Level,
    full_code,
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

    Former ones are left out unless there is a night school in them. Cost: 1 query.
    """
    level = BELOW[level_of(code)]
    digits = PREFIX_DIGITS[level]
    unit = aliased(Region, name="unit")
    prefix = func.substr(Region.code, 1, digits, type_=String) + "0" * (CODE_DIGITS - digits)
    counted = (
        select(
            prefix.label("code"), func.count().label("villages"), func.count(NightSchool.id).label("schools")
        )
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.level == Level.VILLAGE, inside(Region.code, code))
        .where(or_(_lives(today), NightSchool.id.is_not(None)))
        .group_by(prefix)
        .subquery()
    )
    rows = db.execute(
        select(
            unit.code,
            unit.name,
            func.coalesce(counted.c.villages, 0),
            func.coalesce(counted.c.schools, 0),
        )
        .outerjoin(counted, counted.c.code == unit.code)
        .where(
            unit.parent_code == code,
            unit.level == level,
            or_(unit.valid_to.is_(None), unit.valid_to >= today, counted.c.schools > 0),
        )
        .order_by(unit.code)
    )
    return tuple(Below(*row) for row in rows)


def villages_with_school(db: Session, code: str) -> frozenset[str]:
    """The villages of a region that have a night school. Cost: 1 query."""
    rows = db.scalars(select(NightSchool.region_code).where(inside(NightSchool.region_code, code)))
    return frozenset(rows)


def schools_by_type(db: Session, code: str, digits: int, *, today: date) -> tuple[tuple[str, int, int], ...]:
    """How many schools of villages and of communities are in each part, by so many digits of their codes.

    Cost: 1 query.
    """
    part = func.substr(NightSchool.region_code, 1, digits).label("part")
    of_community = func.substr(NightSchool.region_code, 10, 1) < "2"
    rows = db.execute(
        select(part, func.count().filter(~of_community), func.count().filter(of_community))
        .join(Region, Region.code == NightSchool.region_code)
        .where(inside(NightSchool.region_code, code), _lives(today))
        .group_by(part)
        .order_by(part)
    )
    return tuple((row[0], row[1], row[2]) for row in rows)


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
