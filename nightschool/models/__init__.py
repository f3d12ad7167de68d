"""Everything that is remembered: one import of this package makes all tables known to `Base.metadata`."""

from nightschool.models import (
    attendance,
    calendars,
    errands,
    people,
    places,
    planning,
    tallies,
    teaching,
    trust,
)
from nightschool.models.base import Base

__all__ = [
    "Base",
    "attendance",
    "calendars",
    "errands",
    "people",
    "places",
    "planning",
    "tallies",
    "teaching",
    "trust",
]
