"""What a supervisor sees: sessions, counts and reasons of a region's villages. No villager, no ranking."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Result, and_, case, func, select, true
from sqlalchemy.orm import Session

from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.courses.labels import bears
from nightschool.queries.figures import attendances
from nightschool.queries.places.openings import Below, units_below
from nightschool.queries.places.places import names_of
from nightschool.queries.registers.evaluations import evaluation_in
from nightschool.queries.scope import inside
from nightschool.rules.regions import BELOW, PREFIX_DIGITS, Level, ancestors_of, full_code, level_of
from nightschool.rules.registers.evaluations import Evaluated

UNCOUNTED = (SessionStatus.DRAFT, SessionStatus.POSTPONED)


class Figure(StrEnum):
    """What a class session counts as."""

    PLANNED = "planned"  # all that was or is to be held; what was postponed counts where it went
    HELD = "held"
    NOT_HELD = "not_held"
    UNRECORDED = "unrecorded"  # past, with neither register nor reason
    TO_COME = "to_come"


@dataclass
class RegionFigures:
    """One region's figures of a period."""

    code: str
    name: str
    villages: int = 0
    schools: int = 0
    held: int = 0
    not_held: int = 0
    unrecorded: int = 0
    to_come: int = 0
    attendances: int = 0  # 人次
    reasons: Counter[str] = field(default_factory=Counter)  # reason code -> sessions not held

    @property
    def without(self) -> int:
        """Villages that have no night school."""
        return self.villages - self.schools

    @property
    def planned(self) -> int:
        """The sum of the other four."""
        return self.held + self.not_held + self.unrecorded + self.to_come


@dataclass(frozen=True)
class OverviewSession:
    """One class session as a supervisor sees it."""

    region_code: str
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
    """A region in a period: its parts in the order of their codes, and their sum."""

    code: str
    name: str
    path: tuple[tuple[str, str], ...]  # (code, name) of the regions above, largest first
    parts: tuple[RegionFigures, ...]  # none of a village
    without: tuple[
        Below, ...
    ]  # villages of a township with neither a night school nor a class session in the period
    total: RegionFigures

    @property
    def level(self) -> Level:
        """What kind of unit it is."""
        return level_of(self.code)


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
    the one that stands for it, not for the village of then. Cost: three queries, whatever the size; two of a village;
    one more where a former region without a night school had class sessions.
    """
    above = ancestors_of(code)
    names = names_of(db, [*above, code])
    if code not in names:
        return None
    level = level_of(code)
    below = units_below(db, code, today=today) if level in BELOW else ()
    lines = {one.code: RegionFigures(one.code, one.name, one.villages, one.schools) for one in below}
    total = RegionFigures(
        code,
        names[code],
        villages=sum(one.villages for one in below),
        schools=sum(one.schools for one in below),
    )
    part_level = BELOW.get(level, level)
    which = _which(code, first, last, label, heirs)
    rows = [
        (full_code(heirs.get(row.part, row.part)[: PREFIX_DIGITS[part_level]]), row)
        for row in _counts(db, Level.VILLAGE if heirs else part_level, which, today)
    ]
    if former := {part for part, _row in rows} - lines.keys() - {code}:
        lines |= {part: RegionFigures(part, name) for part, name in names_of(db, former).items()}
    for part, row in rows:
        for line in (total, lines.get(part)):
            if line is not None:
                _count(line, row.figure, row.reason, row.sessions, row.attendances or 0)
    is_there = [line for _code, line in sorted(lines.items()) if line.villages or line.planned]
    parts = tuple(line for line in is_there if level is not Level.TOWNSHIP or line.schools or line.planned)
    without = tuple(one for one in below if level is Level.TOWNSHIP and lines[one.code] not in parts)
    path = tuple((part, names[part]) for part in above if part in names)
    return Overview(code, names[code], path, parts, without, total)


def classes_of(
    db: Session,
    code: str,
    figure: Figure | None,
    *,
    first: date,
    last: date,
    today: date,
    label: str = "",
    heirs: Mapping[str, str] = MappingProxyType({}),
    rows: slice,
) -> tuple[OverviewSession, ...]:
    """Some rows of the class sessions behind a figure, village by village; None: those put off too. Cost: 1 query."""
    wanted = {
        None: ClassSession.status != SessionStatus.DRAFT,
        Figure.PLANNED: ClassSession.status.not_in(UNCOUNTED),
    }
    found = db.execute(
        select(
            ClassSession.region_code,
            ClassSession.title,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.status,
            ClassSession.reason,
            ClassSession.reason_text,
            attendances().label("attendances"),
        )
        .where(
            *_which(code, first, last, label, heirs),
            wanted[figure] if figure in wanted else and_(wanted[Figure.PLANNED], _figure(today) == figure),
        )
        .order_by(ClassSession.region_code, ClassSession.day, ClassSession.starts, ClassSession.id)
        .slice(rows.start, rows.stop)
    )
    return tuple(OverviewSession(is_past=row.day < today, **row._mapping) for row in found)


def evaluation_of_region(
    db: Session, code: str, *, first: date, last: date, heirs: Mapping[str, str] = MappingProxyType({})
) -> Evaluated | None:
    """What evaluation slips say about all its classes of these days, taken together; None where that is too little.

    Cost: 1 query, and 1 more where there is something.
    """
    return evaluation_in(db, *_which(code, first, last, "", heirs))


def _which(
    code: str, first: date, last: date, label: str, heirs: Mapping[str, str]
) -> Collection[ColumnElement[bool]]:
    return (
        inside(ClassSession.region_code, code, heirs),
        ClassSession.day.between(first, last),
        bears(label) if label else true(),
    )


def _figure(today: date) -> ColumnElement[str]:
    """What a class session that counts counts as."""
    return case(
        (ClassSession.status == SessionStatus.HELD, Figure.HELD.value),
        (ClassSession.status == SessionStatus.CANCELLED, Figure.NOT_HELD.value),
        (ClassSession.day < today, Figure.UNRECORDED.value),
        else_=Figure.TO_COME.value,
    )


def _counts(db: Session, level: Level, which: Collection[ColumnElement[bool]], today: date) -> Result[Any]:
    sessions = (
        select(
            func.substr(ClassSession.region_code, 1, PREFIX_DIGITS[level]).label("part"),
            _figure(today).label("figure"),
            ClassSession.reason,
            attendances().label("attendances"),
        )
        .where(*which, ClassSession.status.not_in(UNCOUNTED))
        .subquery()
    )
    kind = (sessions.c.part, sessions.c.figure, sessions.c.reason)
    return db.execute(
        select(
            *kind, func.count().label("sessions"), func.sum(sessions.c.attendances).label("attendances")
        ).group_by(*kind)
    )


def _count(line: RegionFigures, figure: str, reason: str | None, sessions: int, came: int) -> None:
    setattr(line, figure, getattr(line, figure) + sessions)
    if figure == Figure.HELD:
        line.attendances += int(came)
    elif figure == Figure.NOT_HELD:
        line.reasons[reason or "other"] += sessions
