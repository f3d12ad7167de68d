"""The class sessions that go into an export: counts and reasons, and no villager."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Guest, Headcount, Mark
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Category, ClassSession, SessionStatus
from nightschool.queries.courses.sessions import category_word
from nightschool.queries.figures import attendances, came
from nightschool.queries.places.places import names_of
from nightschool.queries.scope import inside
from nightschool.rules.courses.modes import mode_of
from nightschool.rules.regions import PREFIX_DIGITS, Level, ancestors_of
from nightschool.rules.registers.attendance import EXCUSED


@dataclass(frozen=True, slots=True)
class CountedClass:
    """One class session, where it was, and how many came to it; None where nothing was counted."""

    county: str
    township: str
    village: str
    region_code: str
    day: date
    starts: int  # minutes after midnight
    ends: int
    title: str
    category: str
    mode: str
    status: str
    is_past: bool
    reason: str | None
    reason_text: str
    named: int | None
    excused: int | None
    guests: int | None  # with a name and without
    headcount: int | None
    on_paper: int | None
    women: int | None
    over_60: int | None
    attendances: int | None  # 人次


def parts_of(db: Session, code: str, first: date, last: date) -> dict[str, int]:
    """The townships of a region, or what there is at their digits, with how many class sessions each. Cost: 1 query."""
    part = func.substr(ClassSession.region_code, 1, PREFIX_DIGITS[Level.TOWNSHIP]).label("part")
    counted = select(part, func.count()).where(*_which(code, first, last)).group_by(part).order_by(part)
    return {f"{digits}000": n for digits, n in db.execute(counted)}


def counted_classes(
    db: Session, code: str, first: date, last: date, *, today: date
) -> tuple[CountedClass, ...]:
    """What took place or was to in a region from a day to a day, by village and day. Cost: 2 queries."""
    rows = db.execute(_COUNTED.where(*_which(code, first, last)).add_columns(category_word())).all()
    names = names_of(db, {above for row in rows for above in ancestors_of(row.region_code)[-2:]})
    return tuple(_counted(row, names, today) for row in rows)


def _which(code: str, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        inside(ClassSession.region_code, code),
        ClassSession.day.between(first, last),
        ClassSession.status.not_in((SessionStatus.DRAFT, SessionStatus.POSTPONED)),
    )


def _counted(row: Any, names: dict[str, str], today: date) -> CountedClass:
    county, township = ancestors_of(row.region_code)[-2:]
    columns = dict(row._mapping)
    return CountedClass(
        county=names.get(county, ""),
        township=names.get(township, ""),
        mode=mode_of(columns.pop("delivery_mode"), columns.pop("venue_kind")),
        is_past=row.day < today,
        **columns,
    )


def _statement() -> Select[*tuple[Any, ...]]:
    def where_counted(count: ColumnElement[int]) -> ColumnElement[int]:
        return case((Headcount.id.is_not(None), count), else_=None)

    marks = select(func.count()).where(Mark.class_session_id == ClassSession.id).correlate(ClassSession)
    guests = select(func.count()).where(
        Guest.class_session_id == ClassSession.id, Guest.superseded_by.is_(None)
    )
    walked_in = guests.correlate(ClassSession).scalar_subquery() + Headcount.unnamed_guests
    return (
        select(
            ClassSession.region_code,
            Region.name.label("village"),
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.delivery_mode,
            Venue.kind.label("venue_kind"),
            ClassSession.status,
            ClassSession.reason,
            ClassSession.reason_text,
            where_counted(marks.where(came()).scalar_subquery()).label("named"),
            where_counted(marks.where(Mark.status == EXCUSED).scalar_subquery()).label("excused"),
            where_counted(walked_in).label("guests"),
            Headcount.total.label("headcount"),
            Headcount.on_paper,
            Headcount.women,
            Headcount.over_60,
            attendances().label("attendances"),
        )
        .join(Region, Region.code == ClassSession.region_code)
        .join(Category, Category.code == ClassSession.category_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(
            Headcount, (Headcount.class_session_id == ClassSession.id) & Headcount.superseded_by.is_(None)
        )
        .order_by(ClassSession.region_code, ClassSession.day, ClassSession.starts, ClassSession.id)
    )


_COUNTED = _statement()
