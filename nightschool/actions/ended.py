"""Villages that have ended: nothing new comes into them, for another village stands for them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from nightschool.errors import VillageEnded
from nightschool.queries.places.takeovers import ends


def check_goes_on(db: Session, of_villages: Iterable[tuple[str, date]]) -> None:
    """Raises VillageEnded unless each of these villages (codes) is there on the day beside it. Cost: 1 query."""
    last: dict[str, date] = {}
    for village, day in of_villages:
        last[village] = max(day, last.get(village, day))
    for one in ends(db, last) if last else ():
        if last[one.code] > one.ended_on:
            raise VillageEnded(
                one.name, one.ended_on, successor_code=one.successor_code, successor=one.successor
            )
