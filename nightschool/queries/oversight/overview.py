"""What a supervisor sees: sessions, counts and reasons of a region's villages. No villager, no ranking."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Result, case, func, literal, select, true
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses.labels import bears
from nightschool.queries.figures import attendances
from nightschool.queries.places.places import names_of
from nightschool.queries.scope import inside
from nightschool.rules.regions import PREFIX_DIGITS, Level, ancestors_of, full_code, level_of

BELOW = {
    Level.PROVINCE: Level.CITY,
    Level.CITY: Level.COUNTY,
    Level.COUNTY: Level.TOWNSHIP,
    Level.TOWNSHIP: Level.VILLAGE,
}


@dataclass
class RegionFigures:
    """One region's figures of a period."""

    code: str
    name: str
    schools: int = 0
    held: int = 0
    not_held: int = 0
    unrecorded: int = 0  # past, with neither register nor reason
    to_come: int = 0
    attendances: int = 0  # 人次
    reasons: Counter[str] = field(default_factory=Counter)  # reason code -> sessions not held

    @property
    def planned(self) -> int:
        """All that was or is to be held in the period; a postponed session counts where it went."""
        return self.held + self.not_held + self.unrecorded + self.to_come


@dataclass(frozen=True)
class OverviewSession:
    """One class session as a supervisor sees it."""

    title: str
    day: date
    starts: int
    ends: int
    status: str
    is_past: bool
    reason: str | None
    reason_text: str
    attendances: int | None  # 人次


@dataclass(frozen=True)
class Overview:
    """A region in a period: its parts in the order of their codes and their sum, or a village's sessions."""

    code: str
    name: str
    path: tuple[tuple[str, str], ...]  # (code, name) of the regions above, largest first
    parts: tuple[RegionFigures, ...]
    total: RegionFigures
    meetings: tuple[OverviewSession, ...]

    @property
    def is_village(self) -> bool:
        """True when there are sessions to list instead of parts."""
        return level_of(self.code) is Level.VILLAGE


def overview_of(
    db: Session,
    code: str,
    *,
    first: date,
    last: date,
    today: date,
    label: str = "",
    heirs: Mapping[str, str] = MappingProxyType({}),
) -> Overview | None:
    """The overview of a region from a day to a day, both included; None when there is no such region.

    With a `label` (public id) only class sessions that bear it count. One of a village that has `heirs` counts for
    the one that stands for it, not for the village of then. Parts with neither night school nor session are left out.
    Cost: three queries, whatever the size.
    """
    above = ancestors_of(code)
    names = names_of(db, [*above, code])
    if code not in names:
        return None
    level = level_of(code)
    lines = {} if level is Level.VILLAGE else {row[0]: RegionFigures(*row) for row in regions_below(db, code)}
    total = RegionFigures(code, names[code], schools=sum(line.schools for line in lines.values()))
    which = (
        inside(ClassSession.region_code, code, heirs),
        ClassSession.day.between(first, last),
        bears(label) if label else true(),
    )
    part_level = BELOW.get(level, level)
    for row in _counts(db, Level.VILLAGE if heirs else part_level, which, today):
        part = heirs.get(row.part, row.part)[: PREFIX_DIGITS[part_level]]
        for line in (total, lines.get(full_code(part))):
            if line is not None:
                _count(line, row.status, row.reason, row.is_past, row.sessions, row.attendances or 0)
    return Overview(
        code=code,
        name=names[code],
        path=tuple((part, names[part]) for part in above if part in names),
        parts=tuple(lines[part] for part in lines if lines[part].schools or lines[part].planned),
        total=total,
        meetings=_meetings(db, which, today) if level is Level.VILLAGE else (),
    )


def regions_below(db: Session, code: str) -> list[tuple[str, str, int]]:
    """Code, name and number of night schools of each region right below this one, in their order. Cost: 1 query."""
    level = BELOW[level_of(code)]
    digits = PREFIX_DIGITS[level]
    part = func.substr(NightSchool.region_code, 1, digits)
    schools = (
        select(part.label("part"), func.count().label("schools"))
        .where(inside(NightSchool.region_code, code))
        .group_by(part)
        .subquery()
    )
    rows = db.execute(
        select(Region.code, Region.name, func.coalesce(schools.c.schools, 0))
        .outerjoin(schools, schools.c.part == func.substr(Region.code, 1, digits))
        .where(inside(Region.code, code), Region.level == level)
        .order_by(Region.code)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _counts(db: Session, level: Level, which: Iterable[ColumnElement[bool]], today: date) -> Result[Any]:
    sessions = (
        select(
            func.substr(ClassSession.region_code, 1, PREFIX_DIGITS[level]).label("part"),
            ClassSession.status,
            ClassSession.reason,
            case((ClassSession.day < today, literal(1)), else_=literal(0)).label("is_past"),
            attendances().label("attendances"),
        )
        .where(
            *which,
            ClassSession.status.not_in((SessionStatus.DRAFT, SessionStatus.POSTPONED)),
        )
        .subquery()
    )
    kind = (sessions.c.part, sessions.c.status, sessions.c.reason, sessions.c.is_past)
    return db.execute(
        select(
            *kind, func.count().label("sessions"), func.sum(sessions.c.attendances).label("attendances")
        ).group_by(*kind)
    )


def _count(
    line: RegionFigures, status: str, reason: str | None, is_past: int, sessions: int, came: int
) -> None:
    if status == SessionStatus.HELD:
        line.held += sessions
        line.attendances += int(came)
    elif status == SessionStatus.CANCELLED:
        line.not_held += sessions
        line.reasons[reason or "other"] += sessions
    elif is_past:
        line.unrecorded += sessions
    else:
        line.to_come += sessions


def _meetings(db: Session, which: Iterable[ColumnElement[bool]], today: date) -> tuple[OverviewSession, ...]:
    rows = db.execute(
        select(
            ClassSession.title,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            ClassSession.reason,
            ClassSession.reason_text,
            attendances().label("attendances"),
        )
        .where(*which, ClassSession.status != SessionStatus.DRAFT)
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    )
    return tuple(OverviewSession(is_past=row.day < today, **row._mapping) for row in rows)
