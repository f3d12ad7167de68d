"""A month of a township with all its villages, for its paper; of a larger region, only what lies right below it.

Public, as a village's timetable is: published class sessions and no learner.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession
from nightschool.queries.notices import region_timetable, timetable
from nightschool.queries.notices.region_timetable import Area
from nightschool.queries.notices.timetable import Entry
from nightschool.queries.places.places import NamedRegion
from nightschool.queries.scope import inside
from nightschool.queries.seasons.day_marks import day_marks
from nightschool.rules.regions import Level
from nightschool.rules.seasons.day_marks import DayMarks
from nightschool.rules.seasons.months import Month

MOST_MEETINGS = 1000  # class sessions; forty villages nearly every day


@dataclass(frozen=True, slots=True)
class RegionMonth:
    """A region in a month. Of a township its class sessions, by day, then village, then hour."""

    area: Area
    today: date
    month: Month
    meetings: tuple[tuple[NamedRegion, Entry], ...]
    are_more: bool  # than the paper has room for
    without: tuple[NamedRegion, ...]  # night schools that have no class session in this month, by code
    below: tuple[NamedRegion, ...]  # regions right below that have a night school; of a township none
    marks: DayMarks

    @property
    def is_township(self) -> bool:
        return self.area.level is Level.TOWNSHIP


def region_month(db: Session, code: str, month: Month, *, today: date) -> RegionMonth | None:
    """A region's month; None for a village and for what is unknown. Cost: 6 queries of a township, 4 of others."""
    area = region_timetable.area(db, code, today=today)
    if area is None:
        return None
    marks = day_marks(db, code, month.first, month.last)
    if area.level is not Level.TOWNSHIP:
        below = region_timetable.below(db, code, today=today)
        return RegionMonth(area, today, month, (), False, (), below, marks)
    villages, with_school = _villages(db, code, month)
    entries = timetable.first_entries(
        db,
        # Named village by village, which both databases look up in the index of villages and days.
        ClassSession.region_code.in_(list(villages)),
        ClassSession.day.between(month.first, month.last),
        ClassSession.published_at.is_not(None),
        in_order=(ClassSession.day, ClassSession.region_code),
        most=MOST_MEETINGS,
    )
    shown = tuple((villages[village], entry) for entry, village in entries[:MOST_MEETINGS])
    busy = {village for _entry, village in entries}
    return RegionMonth(
        area,
        today,
        month,
        shown,
        len(entries) > MOST_MEETINGS,
        tuple(villages[village] for village in with_school if village not in busy),
        (),
        marks,
    )


def _villages(db: Session, township: str, month: Month) -> tuple[dict[str, NamedRegion], list[str]]:
    """All villages of a township by code, and which of them have a night school and are there in this month."""
    rows = db.execute(
        select(Region.code, Region.name, NightSchool.id, Region.valid_to)
        .outerjoin(NightSchool, NightSchool.region_code == Region.code)
        .where(inside(Region.code, township), Region.level == Level.VILLAGE.value)
        .order_by(Region.code)
    ).all()
    there = [
        row.code
        for row in rows
        if row.id is not None and (row.valid_to is None or row.valid_to >= month.first)
    ]
    return {row.code: NamedRegion(row.code, row.name) for row in rows}, there
