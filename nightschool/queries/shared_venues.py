"""Venues that one village shares with the others of its township: where a village can meet, and what it calls that."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession
from nightschool.queries.scope import inside
from nightschool.rules.regions import township_of

_OWNER = aliased(Region, name="venue_owner")


# In which village a class session meets: that of its hall, which may be another's; its own without one.
MEETS_IN = func.coalesce(Venue.region_code, ClassSession.region_code)


def can_meet_at(village: str) -> ColumnElement[bool]:
    """The condition that a venue is the village's own, or is shared by another village of its township."""
    township = township_of(village) or village
    return or_(Venue.region_code == village, and_(Venue.for_township, inside(Venue.region_code, township)))


def venue_name(village: Any) -> ColumnElement[str]:
    """What a venue is called in a village, a code or a column of codes: 断桥村大礼堂 where it is 断桥村's.

    Its 村活动室 is 断桥村活动室. NULL where an outer join found no venue.
    """
    length = func.length(_OWNER.name)
    says_whose = func.substr(Venue.name, 1, length) == _OWNER.name
    is_said_twice = func.substr(_OWNER.name, length) == func.substr(Venue.name, 1, 1)
    called = _OWNER.name + case((is_said_twice, func.substr(Venue.name, 2)), else_=Venue.name)
    elsewhere = (
        select(case((says_whose, Venue.name), else_=called))
        .where(_OWNER.code == Venue.region_code)
        .correlate(Venue)
        .scalar_subquery()
    )
    return case((Venue.region_code == village, Venue.name), else_=elsewhere)
