"""What a supervisor sees: sessions, counts and reasons of a region's villages. No villager, no ranking.

All figures of a region and a time come from `overview_of`, whatever page or paper shows them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, literal, select, true
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.tallies import CountedSession, RegionTally
from nightschool.models.teaching import Category, ClassSession, SessionStatus
from nightschool.queries.courses.labels import bears, in_tallies_of
from nightschool.queries.courses.sessions import category_word
from nightschool.queries.figures import attendances, came_in_person
from nightschool.queries.oversight.household_kinds import KindCount, households_reached, kinds_by_region
from nightschool.queries.places.openings import (
    Below,
    households_here,
    schools_that_ended,
    units_and_schools,
)
from nightschool.queries.places.places import names_of
from nightschool.queries.places.region_settings import targets_for
from nightschool.queries.scope import inside
from nightschool.rules.oversight.figures import DAYS_ON_TIME, percent
from nightschool.rules.oversight.tallies import ALL, Sums, fewest_spans, spans_of
from nightschool.rules.oversight.targets import SchoolsThere, TargetTimes, asks_all, expected_along
from nightschool.rules.regions import (
    BELOW,
    PREFIX_DIGITS,
    Level,
    ancestors_of,
    full_code,
    is_inside,
    level_of,
)
from nightschool.rules.registers.evaluations import EVALUATED

_OVERDUE_KEPT = 90  # days; nobody is reminded of what is older
_MOST_OVERDUE = 300
_A_MONTH = timedelta(days=31)
_DIGITS_OF_A_DAY = len("2026-11-24")  # as tallies say it; a month has fewer
UNCOUNTED = (SessionStatus.DRAFT, SessionStatus.POSTPONED)
# What is summed of the classes that were held; nobody may have counted women or those over 60.
_SUMMED = tuple(name for name in Sums._fields if name not in ("sessions", "on_time", *EVALUATED))


class Figure(StrEnum):
    """What a class session counts as."""

    PLANNED = "planned"  # all that was or is to be held; what was postponed counts where it went
    HELD = "held"
    NOT_HELD = "not_held"
    UNRECORDED = "unrecorded"  # past, with neither register nor reason
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which class sessions count. Nothing said: all of them."""

    label: str = ""  # public id: only those that bear it
    category: str = ""  # code: only those of it
    # Former villages, each with the one that stands for it: theirs count there, not for the village of then.
    heirs: Mapping[str, str] = field(default_factory=dict)

    def where(self, code: str, first: date, last: date) -> Collection[ColumnElement[bool]]:
        """The condition that a class session lies in this region and these days, and counts."""
        return (
            inside(ClassSession.region_code, code, self.heirs),
            ClassSession.day.between(first, last),
            bears(self.label) if self.label else true(),
            ClassSession.category_code == self.category if self.category else true(),
        )


EVERYTHING = Narrowed()


@dataclass
class RegionFigures:
    """One region's figures of a period. Those of people and time are of the classes that were held."""

    code: str
    name: str
    villages: int = 0
    schools: int = 0
    expected: int | None = None  # of its schools, where their county has settled how many
    asks_all: bool = True  # of each of its schools something is expected
    held: int = 0
    not_held: int = 0
    unrecorded: int = 0
    to_come: int = 0
    on_time: int = 0  # of those held or not held, the ones recorded within the days for it
    attendances: int = 0  # 人次
    people: int | None = None  # 人数; None where it was not asked for
    minutes: int = 0
    person_minutes: int = 0  # 人次 by the minutes of their class
    women: int | None = None  # 人次, as they were counted; None where nobody counted
    over_60: int | None = None
    women_counted: int = 0  # classes in which somebody counted them
    over_60_counted: int = 0
    by_guests: int = 0  # held with a teacher who is kept outside the village
    evaluated: Counter[str] = field(default_factory=Counter)  # of all classes, whatever became of them
    households: int | None = None  # from which somebody came; None where it was not asked for
    all_households: int | None = None  # of its villages with a school, where each of them has said
    known_households: int = 0  # of those that have
    reached_households: int = 0  # of them, from which somebody came to a class here
    kinds: Mapping[str, KindCount] = field(default_factory=dict)  # of households, as far as they may be told
    reasons: Counter[str] = field(default_factory=Counter)  # reason code -> sessions not held
    categories: Counter[str] = field(default_factory=Counter)  # name -> held, in the directory's order

    @property
    def without(self) -> int:
        """Villages that have no night school."""
        return self.villages - self.schools

    @property
    def households_percent(self) -> int | None:
        """Of those of its villages that have said how many they have; None where none has."""
        return percent(self.reached_households, self.known_households)

    @property
    def planned(self) -> int:
        """The sum of the other four."""
        return self.held + self.not_held + self.unrecorded + self.to_come

    @property
    def held_percent(self) -> int | None:
        """Of those expected; None where nothing is, or not of all that held some."""
        return percent(self.held, self.expected or 0) if self.asks_all else None

    @property
    def reported(self) -> int:
        """Those with a register, or with the reason why there was no class."""
        return self.held + self.not_held

    @property
    def reported_percent(self) -> int | None:
        """Of those that are over; None where none is."""
        return percent(self.reported, self.reported + self.unrecorded)

    @property
    def on_time_percent(self) -> int | None:
        """Of those that are over; None where none is."""
        return percent(self.on_time, self.reported + self.unrecorded)


@dataclass(frozen=True, slots=True)
class CategoryFigures:
    """One category of the directory, in a period."""

    code: str
    name: str
    planned: int
    held: int
    attendances: int  # 人次


@dataclass(frozen=True)
class OverviewSession:
    """One class session as a supervisor sees it."""

    public_id: str
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
    by_category: tuple[CategoryFigures, ...] = ()

    @property
    def level(self) -> Level:
        """What kind of unit it is."""
        return level_of(self.code)


@dataclass(frozen=True, slots=True)
class KnownRegion:
    """What is the same for any period: what lies below a region today, its schools, what is expected of them, and the
    names of it and of those above it."""

    names: Mapping[str, str]
    below: tuple[Below, ...]
    schools: tuple[SchoolsThere, ...]  # of which something may be expected, as fine as it is
    targets: Mapping[str, TargetTimes]


def known_region(
    db: Session, code: str, *, today: date, since: date, heirs: Mapping[str, str] = EVERYTHING.heirs
) -> KnownRegion:
    """Those of one region, for periods from a day on; without its name, where there is no such region. Cost: 3 queries
    of a village or a township, else 5; one or two more where something is expected."""
    targets, ended = targets_for(db, code), tuple[SchoolsThere, ...]()
    if targets or heirs:
        ended = schools_that_ended(db, code, since=since, heirs=heirs)
        if abroad := [one.region for one in ended if not is_inside(one.region, code)]:
            targets = targets_for(db, code, *abroad)
    finest = max((level_of(one) for one in targets), key=list(Level).index, default=Level.PROVINCE)
    below, schools = units_and_schools(db, code, today=today, finest=finest, since=since if targets else None)
    return KnownRegion(names_of(db, [*ancestors_of(code), code]), below, (*schools, *ended), targets)


def overview_of(
    db: Session,
    code: str,
    *,
    first: date,
    last: date,
    today: date,
    narrowed: Narrowed = EVERYTHING,
    counts_people: bool = True,
    known: KnownRegion | None = None,
    counts_households: bool = False,
) -> Overview | None:
    """The figures of a region from a day to a day, both included; None when there is no such region.

    Who came cannot be added up, because one person came to several classes: every mark is looked at for them, unless
    `counts_people` is False, and of a province, where that takes a minute, never. Households are
    counted up to a county, in one query and those of `kinds_by_region`.
    Cost: eight queries, whatever the size, of which `known_region` asks five; one more where a former region without a
    night school had class sessions, and where villages stand for others.
    """
    known = known or known_region(db, code, today=today, since=first, heirs=narrowed.heirs)
    if code not in known.names:
        return None
    names, below, level = known.names, known.below, level_of(code)
    lines = {one.code: RegionFigures(one.code, one.name, one.villages, one.schools) for one in below}
    total = RegionFigures(
        code,
        names[code],
        villages=sum(one.villages for one in below),
        schools=sum(one.schools for one in below),
    )
    part_level = BELOW.get(level, level)
    rows = _rows(db, code, part_level, first, last, today, narrowed)
    if former := {one.part for one in rows} - lines.keys() - {code}:
        lines |= {part: RegionFigures(part, name) for part, name in names_of(db, former).items()}
    for one in rows:
        for line in (total, lines.get(one.part)):
            if line is not None:
                _count(line, one)
    for line in (total, *lines.values()):
        line.women = line.women if line.women_counted else None
        line.over_60 = line.over_60 if line.over_60_counted else None
        line.reasons, line.categories = +line.reasons, +line.categories  # some were taken away again
    if not (narrowed.label or narrowed.category):
        _expect(known, code, part_level, first, last, narrowed.heirs, {**lines, code: total})
    if counts_people and level is not Level.PROVINCE:
        _count_people(db, part_level, narrowed, first, last, total, lines)
    if counts_households and level not in (Level.PROVINCE, Level.CITY):
        which = narrowed.where(code, first, last)
        reached = households_reached(db, which, part_level, narrowed.heirs)
        reached_anywhere = set().union(*reached.values())
        is_all = narrowed == EVERYTHING
        kinds = kinds_by_region(db, code, first, last, today=today) if is_all else {}
        said = households_here(db, code, today=today)
        for part, line in {**lines, code: total}.items():
            came = reached_anywhere if line is total else reached.get(part, set())
            here = {village: households for village, households in said.items() if is_inside(village, part)}
            line.households = len(came)
            line.known_households = sum(filter(None, here.values()))
            line.reached_households = sum(bool(here.get(village)) for village, _household in came)
            line.all_households = line.known_households if here and all(here.values()) else None
            line.kinds = kinds.get(part, {})
    is_there = [line for _code, line in sorted(lines.items()) if line.villages or line.planned]
    parts = tuple(line for line in is_there if level is not Level.TOWNSHIP or line.schools or line.planned)
    without = tuple(one for one in below if level is Level.TOWNSHIP and lines[one.code] not in parts)
    path = tuple((part, names[part]) for part in ancestors_of(code) if part in names)
    return Overview(code, names[code], path, parts, without, total, _by_category(rows))


def are_few_marks(code: str, first: date, last: date) -> bool:
    """True where who came is counted unasked: every mark is looked at for it."""
    level = level_of(code)
    return level is Level.VILLAGE or (level is Level.TOWNSHIP and last - first < _A_MONTH)


def classes_of(
    db: Session,
    code: str,
    figure: Figure | None,
    *,
    first: date,
    last: date,
    today: date,
    narrowed: Narrowed = EVERYTHING,
    rows: slice,
) -> tuple[OverviewSession, ...]:
    """Some rows of the class sessions behind a figure, village by village; None: those put off too. Cost: 1 query."""
    found = db.execute(
        select(
            ClassSession.public_id,
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
            *narrowed.where(code, first, last),
            _counts_as(figure, today),
        )
        .order_by(ClassSession.region_code, ClassSession.day, ClassSession.starts, ClassSession.id)
        .slice(rows.start, rows.stop)
    )
    return tuple(OverviewSession(is_past=row.day < today, **row._mapping) for row in found)


def held_by_day(
    db: Session, code: str, *, first: date, last: date, narrowed: Narrowed = EVERYTHING
) -> tuple[tuple[date, int, int], ...]:
    """Of each day on which classes were held, how many, and the 人次; in the order of the days. Cost: 1 query.

    Read class by class in a village, and where villages stand for others; else from tallies.
    """
    level: Level = max(level_of(code), Level.CITY, key=list(Level).index)
    is_tally = level is not Level.VILLAGE and not narrowed.heirs
    table: Any = RegionTally if is_tally else CountedSession
    day = RegionTally.span if is_tally else CountedSession.day
    between = (first.isoformat(), last.isoformat()) if is_tally else (first, last)
    statement = select(
        day, func.sum(RegionTally.sessions) if is_tally else func.count(), func.sum(table.attendances)
    ).where(
        inside(table.region_code, code, narrowed.heirs),
        day.between(*between),
        table.status == SessionStatus.HELD.value,
    )
    if is_tally:
        statement = statement.where(RegionTally.level == level.value, func.length(day) == _DIGITS_OF_A_DAY)
    rows = db.execute(_narrowed(statement, table, narrowed).group_by(day).order_by(day))
    return tuple(
        (date.fromisoformat(day) if is_tally else day, int(classes), int(came or 0))
        for day, classes, came in rows
    )


def _overdue_days(today: date) -> tuple[date, date]:
    return today - timedelta(days=_OVERDUE_KEPT), today - timedelta(days=DAYS_ON_TIME)


def overdue_number(db: Session, code: str, *, today: date) -> int:
    """How many class sessions should have been recorded by now. Cost: 1 query."""
    first, last = _overdue_days(today)
    level: Level = max(level_of(code), Level.CITY, key=list(Level).index)
    is_tally = level is not Level.VILLAGE
    table: Any = RegionTally if is_tally else CountedSession
    number = select(func.sum(RegionTally.sessions) if is_tally else func.count()).where(
        table.status == SessionStatus.SCHEDULED.value, inside(table.region_code, code)
    )
    if not is_tally:
        return db.scalar(number.where(CountedSession.day.between(first, last))) or 0
    here = (RegionTally.level == level.value, RegionTally.span.in_(spans_of(first, last)))
    return int(db.scalar(number.where(*here, RegionTally.label == ALL)) or 0)


def overdue_classes(db: Session, code: str, *, today: date) -> tuple[OverviewSession, ...]:
    """Those, village by village, up to a few hundred; what was recorded is gone from it. Cost: 1 query."""
    first, last = _overdue_days(today)
    return classes_of(
        db, code, Figure.UNRECORDED, first=first, last=last, today=today, rows=slice(0, _MOST_OVERDUE)
    )


def _counts_as(figure: Figure | None, today: date) -> ColumnElement[bool]:
    """The class session counts as this; None: it is published. Plain conditions, of which PostgreSQL knows how many
    rows they leave."""
    status, is_past = ClassSession.status, ClassSession.day < today
    return {
        None: status != SessionStatus.DRAFT,
        Figure.PLANNED: status.not_in(UNCOUNTED),
        Figure.HELD: status == SessionStatus.HELD,
        Figure.NOT_HELD: status == SessionStatus.CANCELLED,
        Figure.UNRECORDED: (status == SessionStatus.SCHEDULED) & is_past,
        Figure.TO_COME: (status == SessionStatus.SCHEDULED) & ~is_past,
    }[figure]


class _Counted(NamedTuple):
    """What one kind of class sessions comes to, and where: to be added, or taken away with a sign of -1."""

    part: str
    figure: Figure
    sign: int
    row: Any


def _rows(
    db: Session, code: str, level: Level, first: date, last: date, today: date, narrowed: Narrowed
) -> list[_Counted]:
    """What the parts of a region at this level come to. Cost: 1 query; 1 more where villages stand for others.

    Villages are read class by class, larger parts from their tallies: what a former village had is then taken from the
    part it lay in, and given to that of its heir.
    """
    heirs = narrowed.heirs

    def part_of(prefix: str) -> str:
        return full_code(prefix[: PREFIX_DIGITS[level]])

    is_past = CountedSession.day < today
    classes = _kinds(CountedSession, Level.VILLAGE, is_past, narrowed)
    classes = classes.where(CountedSession.day.between(first, last))
    if level is Level.VILLAGE:
        here = db.execute(classes.where(inside(CountedSession.region_code, code, heirs)))
        return [_Counted(heirs.get(row.part, row.part), _figure(row), 1, row) for row in here]
    # What is only planned is another figure from today on: it is counted of all the time, and of what is to come.
    signs = _signs(first, last, level), _signs(max(first, today), last, level)
    times: dict[tuple[int, int], list[str]] = defaultdict(list)
    for span in sorted(signs[0].keys() | signs[1].keys()):
        times[signs[0][span], signs[1][span]].append(span)
    kept = list(times)
    which = case(
        *((RegionTally.span.in_(spans), literal(number)) for number, spans in enumerate(times.values()))
    )
    tallies = _kinds(RegionTally, level, which, narrowed).where(
        RegionTally.level == level.value,
        RegionTally.span.in_([span for spans in times.values() for span in spans]),
        inside(RegionTally.region_code, code),
    )
    rows = []
    for row in db.execute(tallies):
        of_all, to_come = kept[row.time]
        counts = {_figure(row): of_all}
        if row.status == SessionStatus.SCHEDULED:
            counts = {Figure.UNRECORDED: of_all - to_come, Figure.TO_COME: to_come}
        rows += [_Counted(part_of(row.part), figure, sign, row) for figure, sign in counts.items() if sign]
    moved = [
        village
        for village, heir in heirs.items()
        if part_of(village) != part_of(heir) and (is_inside(village, code) or is_inside(heir, code))
    ]
    for row in db.execute(classes.where(CountedSession.region_code.in_(moved))) if moved else ():
        for village, sign in ((row.part, -1), (heirs[row.part], 1)):
            if is_inside(village, code):
                rows.append(_Counted(part_of(village), _figure(row), sign, row))
    return rows


def _signs(first: date, last: date, level: Level) -> Counter[str]:
    """Each span that is added for the time from a day to a day with 1, each that is taken away with -1."""
    more, less = fewest_spans(first, last, level)
    return Counter(dict.fromkeys(more, 1) | dict.fromkeys(less, -1))


def _figure(row: Any) -> Figure:
    """What a row of class sessions counts as; its time says of what is only planned if that is over."""
    if row.status == SessionStatus.SCHEDULED:
        return Figure.UNRECORDED if row.time else Figure.TO_COME
    return Figure.HELD if row.status == SessionStatus.HELD else Figure.NOT_HELD


def _kinds(table: Any, level: Level, time: ColumnElement[Any], narrowed: Narrowed) -> Select[Any]:
    """The sums of a table of class sessions or of tallies, by part, time, status, reason and category.

    Never by the name of the category: PostgreSQL takes 5 ms to sort a few hundred rows by it.
    """
    is_tally = table is RegionTally
    part, time = func.substr(table.region_code, 1, PREFIX_DIGITS[level]).label("part"), time.label("time")
    kind = (part, time, table.status, table.reason, table.category_code)
    summed = {
        "sessions": RegionTally.sessions if is_tally else literal(1),
        "person_minutes": RegionTally.person_minutes if is_tally else table.attendances * table.minutes,
        "women_counted": RegionTally.women_counted
        if is_tally
        else case((table.women.is_not(None), 1), else_=0),
        "over_60_counted": RegionTally.over_60_counted
        if is_tally
        else case((table.over_60.is_not(None), 1), else_=0),
    }
    statement = (
        select(
            *kind,
            func.min(category_word()).label("category"),
            *(func.sum(summed.get(name, getattr(table, name, None))).label(name) for name in Sums._fields),
        )
        .select_from(table)
        .join(Category, Category.code == table.category_code)
        .group_by(*kind)
        .order_by(func.min(Category.position), table.category_code, part)
    )
    return _narrowed(statement, table, narrowed)


def _narrowed(statement: Select[Any], table: Any, narrowed: Narrowed) -> Select[Any]:
    """Only the class sessions that count, each once."""
    is_tally = table is RegionTally
    if narrowed.category:
        statement = statement.where(table.category_code == narrowed.category)
    if narrowed.label:
        is_borne = (
            in_tallies_of(narrowed.label) if is_tally else bears(narrowed.label, table.class_session_id)
        )
        return statement.where(is_borne)
    return statement.where(table.label == ALL) if is_tally else statement


def _expect(
    known: KnownRegion,
    code: str,
    level: Level,
    first: date,
    last: date,
    heirs: Mapping[str, str],
    lines: Mapping[str, RegionFigures],
) -> None:
    """What is expected of the schools that were there, part by part and of all."""
    for schools in known.schools:
        unit = schools.region
        along = (*ancestors_of(unit), unit)
        expected = expected_along(along, known.targets, schools, first, last)
        for part in {full_code(heirs.get(unit, unit)[: PREFIX_DIGITS[level]]), code} & lines.keys():
            lines[part].asks_all &= asks_all(along, known.targets, schools, first)
            if expected is not None:
                lines[part].expected = (lines[part].expected or 0) + expected


def _count(line: RegionFigures, one: _Counted) -> None:
    _part, figure, sign, row = one
    sessions = sign * int(row.sessions)
    setattr(line, figure, getattr(line, figure) + sessions)
    line.on_time += sign * int(row.on_time)
    for name in EVALUATED:
        line.evaluated[name] += sign * int(getattr(row, name))
    if figure is Figure.HELD:
        line.categories[row.category] += sessions
        for name in _SUMMED:
            setattr(line, name, (getattr(line, name) or 0) + sign * int(getattr(row, name) or 0))
    elif figure is Figure.NOT_HELD:
        line.reasons[row.reason] += sessions


def _count_people(
    db: Session,
    level: Level,
    narrowed: Narrowed,
    first: date,
    last: date,
    total: RegionFigures,
    lines: Mapping[str, RegionFigures],
) -> None:
    """人数 of all, and of each part: who came in two parts is one there and here, and one of all."""
    heirs, held = narrowed.heirs, CountedSession
    village = func.substr(held.region_code, 1, PREFIX_DIGITS[Level.VILLAGE if heirs else level])
    came = (
        select(village, Mark.learner_id)
        .select_from(held)
        .join(Mark, Mark.class_session_id == held.class_session_id)
        .where(inside(held.region_code, total.code, heirs), held.day.between(first, last))
        .where(held.status == SessionStatus.HELD.value, came_in_person())
        .distinct()
    )
    learners: dict[str, set[int]] = defaultdict(set)
    for there, learner in db.execute(_narrowed(came, held, narrowed)):
        learners[full_code(heirs.get(there, there)[: PREFIX_DIGITS[level]])].add(learner)
    total.people = len(set().union(*learners.values()))
    for code, line in lines.items():
        line.people = len(learners[code])


def _by_category(rows: Iterable[_Counted]) -> tuple[CategoryFigures, ...]:
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for _part, figure, sign, row in rows:
        line = found[row.category_code, row.category]
        line["planned"] += sign * int(row.sessions)
        if figure is Figure.HELD:
            line["held"] += sign * int(row.sessions)
            line["attendances"] += sign * int(row.attendances)
    return tuple(
        CategoryFigures(*key, line["planned"], line["held"], line["attendances"])
        for key, line in found.items()
        if line["planned"]
    )
