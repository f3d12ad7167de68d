"""What is known of the days of a paper: the markets of a township, and the holidays as a region has them."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from nightschool.queries.seasons.calendars import days_otherwise
from nightschool.queries.seasons.localities import locality
from nightschool.rules.regions import township_of
from nightschool.rules.seasons.day_marks import DayMarks
from nightschool.rules.seasons.markets import Markets


def day_marks(db: Session, region: str, first: date, last: date) -> DayMarks:
    """What stands beside these days in a village or a region. Cost: 3 queries, however many days; 2 above townships."""
    found, markets = days_otherwise(db, region, first, last)
    # No more of them than the paper shows, so that its tag changes with nothing else.
    years = frozenset(year for year in found.years if first.year <= year <= last.year)
    holidays = replace(found, years=years)
    if not township_of(region):
        return DayMarks(holidays)
    here = locality(db, region)
    return DayMarks(holidays, Markets(here.markets, markets), here.township_name, here.markets_are_examples)
