"""Who came to class by the kind of their household: sums of a month, as far as they may leave the village.

What is shown of a region is decided once, of its whole county, so that all papers of all regions show the same.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, SessionStatus
from nightschool.queries.figures import came, came_in_person
from nightschool.queries.household_status import statuses_among
from nightschool.queries.places.places import names_of
from nightschool.queries.places.region_settings import purposes_in
from nightschool.queries.scope import inside
from nightschool.rules.oversight.suppression import CountedRegion, may_tell
from nightschool.rules.people.household_status import kind_on, kinds_between
from nightschool.rules.people.people import household_of
from nightschool.rules.regions import BELOW, PREFIX_DIGITS, Level, ancestors_of, full_code, level_of
from nightschool.rules.registers.graduation import MAKEUP
from nightschool.rules.seasons.months import month_of
from nightschool.rules.seasons.periods import whole_month

_LEVELS = (Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
_Household = tuple[str, Any]  # the village that its learner is of today; there, its group and who heads it


@dataclass(frozen=True, slots=True)
class KindCount:
    """人次 and 人数 of one kind; None: it is not shown."""

    attendances: int | None
    people: int | None


@dataclass(frozen=True, slots=True)
class RegionKinds:
    """A region, and what it counts of each kind there was."""

    name: str
    kinds: Mapping[str, KindCount]


@dataclass
class _Came:
    """Who came in a region."""

    people: set[int] = field(default_factory=set)
    attendances: int = 0
    classes: set[int] = field(default_factory=set)


def kinds_of_parts(
    db: Session, region: str, first: date, last: date, *, today: date
) -> tuple[RegionKinds, ...]:
    """Each part of the region in which somebody came, and last the region itself; none of a village but itself.

    Cost: at most 6 queries.
    """
    counts = kinds_by_region(db, region, first, last, today=today)
    below = BELOW.get(level_of(region))
    parts = [
        code for code in counts if below and level_of(code) is below and ancestors_of(code)[-1] == region
    ]
    codes = [*sorted(parts), *([region] if region in counts else [])]
    names = names_of(db, codes)
    return tuple(RegionKinds(names[code], counts[code]) for code in codes)


def kinds_by_region(
    db: Session, region: str, first: date, last: date, *, today: date
) -> dict[str, dict[str, KindCount]]:
    """Of the region's county and each township and village of it where somebody came: the counts by kind.

    Only of a calendar month that is over, so that no two of them can be subtracted, and only of villages where a
    region says for what kinds are noted. By the kind on the day of the class. Cost: 1 query where none says so, else 4.
    """
    line = (*ancestors_of(region), region)
    county = next((code for code in line if level_of(code) is Level.COUNTY), "")
    month = whole_month(month_of(first))
    if not county or (first, last) != (month.first, month.last) or last >= today:
        return {}
    purposes = purposes_in(db, county)
    if not purposes:
        return {}

    @cache
    def counting(village: str) -> tuple[str, ...]:
        """The regions for which a class of this village counts."""
        if not purposes.keys() & {*ancestors_of(village)}:
            return ()
        return tuple(full_code(village[: PREFIX_DIGITS[level]]) for level in _LEVELS)

    marks = [row for row in _marks(db, county, first, last) if counting(row.village)]
    statuses = statuses_among(db, _whose(db, {row.learner_id for row in marks}))
    everybody: dict[str, _Came] = defaultdict(_Came)
    of_kind: dict[tuple[str, str], _Came] = defaultdict(_Came)
    for row in marks:
        kind = kind_on(statuses.get(row.learner_id, ()), row.day)
        for code in counting(row.village):
            for one in (everybody[code], *([of_kind[kind, code]] if kind else [])):
                one.people.add(row.learner_id)
                one.attendances += 1
                one.classes.add(row.class_session_id)
    found: dict[str, dict[str, KindCount]] = {code: {} for code in everybody}
    for kind in kinds_between(first, last):
        trees = {
            code: CountedRegion(
                people=len(of_kind[kind, code].people),
                attendances=of_kind[kind, code].attendances,
                all_people=len(all_.people),
                all_attendances=all_.attendances,
                classes=len(all_.classes),
            )
            for code, all_ in everybody.items()
        }
        for code, counted in trees.items():
            if code != county:
                trees[ancestors_of(code)[-1]].parts[code] = counted
        may = may_tell(county, trees[county]) if county in trees else frozenset()
        for code, counted in trees.items():
            is_shown = code in may
            found[code][kind] = (
                KindCount(counted.attendances, counted.people) if is_shown else KindCount(None, None)
            )
    return found


def households_reached(
    db: Session, which: Collection[ColumnElement[bool]], level: Level, heirs: Mapping[str, str]
) -> dict[str, set[_Household]]:
    """The households of the roster from which somebody came, or made a class up (I7), by the part where it was.

    Cost: 1 query.
    """
    rows = db.execute(
        select(
            ClassSession.region_code.label("there"),
            Learner.region_code,
            Learner.group_number,
            Learner.group_name,
            Learner.household,
            Learner.name,
        )
        .select_from(ClassSession)
        .join(Mark, Mark.class_session_id == ClassSession.id)
        .join(Learner, Learner.id == Mark.learner_id)
        .where(*which, ClassSession.status == SessionStatus.HELD, or_(came(), Mark.status == MAKEUP))
        .distinct()
    )
    reached: dict[str, set[_Household]] = defaultdict(set)
    for row in rows:
        part = full_code(heirs.get(row.there, row.there)[: PREFIX_DIGITS[level]])
        reached[part].add((row.region_code, household_of(row)))
    return reached


def _marks(db: Session, county: str, first: date, last: date) -> Any:
    """Everybody of a roster who came in person, class by class."""
    return db.execute(
        select(
            ClassSession.region_code.label("village"),
            ClassSession.day,
            Mark.class_session_id,
            Mark.learner_id,
        )
        .join(Mark, Mark.class_session_id == ClassSession.id)
        .where(
            inside(ClassSession.region_code, county),
            ClassSession.day.between(first, last),
            ClassSession.status == SessionStatus.HELD,
            came_in_person(),
        )
    )


def _whose(db: Session, learners: Collection[int]) -> dict[str, int]:
    """The public ids of these learners, and of the records that were merged into theirs."""
    person = func.coalesce(Learner.merged_into_id, Learner.id)
    found: dict[str, int] = {}
    every = sorted(learners)
    for start in range(0, len(every), 5_000):
        some = every[start : start + 5_000]
        which = or_(Learner.id.in_(some), Learner.merged_into_id.in_(some))
        rows = db.execute(select(Learner.public_id, person).where(which))
        found.update(rows.all())
    return found
