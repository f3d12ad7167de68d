"""What is known of the days of a paper: the markets of a township, and the holidays as a region has them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.calendars import SpecialDay
from nightschool.models.places import Region
from nightschool.queries import calendars
from nightschool.rules.day_marks import DayMarks
from nightschool.rules.holidays import Holidays
from nightschool.rules.markets import Markets
from nightschool.rules.regions import Level, ancestors_of, level_of


def day_marks(db: Session, region: str, first: date, last: date) -> DayMarks:
    """What stands beside these days in a village or a region. Cost: 5 queries, however many days; 2 above townships."""
    found = calendars.holidays(db, region, first, last)
    # No more of them than the paper shows, so that its tag changes with nothing else.
    holidays = Holidays(
        frozenset(year for year in found.years if first.year <= year <= last.year),
        {day: found.days[day] for day in sorted(found.days) if first <= day <= last},
        found.otherwise,
    )
    line = (region, *ancestors_of(region))
    township = next((code for code in line if level_of(code) is Level.TOWNSHIP), None)
    if township is None:
        return DayMarks(holidays)
    rules = calendars.markets(db, region)
    special = db.execute(
        select(SpecialDay.day, SpecialDay.is_on)
        .where(
            SpecialDay.kind == "market",
            SpecialDay.region_code.in_((township, region)),
            SpecialDay.day.between(first, last),
        )
        .order_by(SpecialDay.region_code)  # the village's own word comes last
    ).all()
    return DayMarks(
        holidays,
        Markets(rules, {row.day: row.is_on for row in special}),
        db.scalar(select(Region.name).where(Region.code == township)) or "",
        bool(rules) and all(rule.is_example for rule in rules),
    )
