"""What a week's papers need: its figures with a few titles."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from nightschool.queries.oversight.overview import Figure, Overview, classes_of, overview_of

_TITLES = 3


@dataclass(frozen=True, slots=True)
class Circular:
    """What a region's circular is written from: its figures, and some titles of what was taught."""

    overview: Overview
    taught: tuple[str, ...]


def circular(db: Session, code: str, *, first: date, last: date, today: date) -> Circular | None:
    """The region's figures with the titles of a few classes held, in the order of codes; None: no such region.

    Cost: 1 query more than `overview_of`.
    """
    overview = overview_of(db, code, first=first, last=last, today=today)
    if overview is None:
        return None
    days = {"first": first, "last": last, "today": today}
    held = classes_of(db, code, Figure.HELD, **days, rows=slice(0, _TITLES))
    return Circular(overview, tuple(dict.fromkeys(one.title for one in held)))
