"""Units and campaigns: what a village can choose, what classes bear, the lists of a region, and figures by each."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from nightschool.models.places import Region
from nightschool.models.tallies import BEARS_SOMETHING, CountedSession, RegionTally
from nightschool.models.teaching import (
    ClassSession,
    ClassSessionLabel,
    Course,
    CourseLabel,
    Label,
    SessionStatus,
)
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.rules.courses.labels import NO_LABELS, LabelChoice, LabelKind, Labels, labels_from
from nightschool.rules.listings import RETIRED, UNASKED, Asked, Listing, paged
from nightschool.rules.names import finder, sort_key
from nightschool.rules.oversight.tallies import OF_HELPER, fewest_spans
from nightschool.rules.regions import Level, ancestors_of, level_of
from nightschool.texts import _


class Borne(NamedTuple):
    """One label as a class bears it."""

    id: int
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class LabelRecord:
    """One label with where its list is kept, as its form starts from it."""

    public_id: str
    region_code: str
    kind: str
    name: str
    version: int
    retired_at: datetime | None

    @property
    def is_retired(self) -> bool:
        """True when it is offered no more."""
        return self.retired_at is not None


@dataclass(frozen=True, slots=True)
class LabelLine:
    """One label in a list: where it is kept, and how many classes bear it."""

    public_id: str
    region_code: str
    region: str
    name: str
    search_keys: str
    is_retired: bool


@dataclass(frozen=True, slots=True)
class LabelFigures:
    """One unit, or one campaign, in a period: how many class sessions bear it, whatever else they bear."""

    public_id: str  # of one list that has it
    name: str
    planned: int
    held: int
    helped: int  # of those held, the ones that a unit only helped with
    attendances: int  # 人次 of those held


@dataclass(frozen=True, slots=True)
class KindFigures:
    """All units, or all campaigns, of a period, in the order of their names."""

    lines: tuple[LabelFigures, ...] = ()
    held: int = 0  # class sessions that bear any of them, each counted once


_NAMED = (Label.id, Label.public_id, Label.name)
_OF_SESSIONS = (
    select(ClassSessionLabel.class_session_id.label("of"), ClassSessionLabel.role, *_NAMED)
    .join(Label, Label.id == ClassSessionLabel.label_id)
    .where(ClassSessionLabel.class_session_id.in_(bindparam("class_sessions", expanding=True)))
    .order_by(ClassSessionLabel.class_session_id, ClassSessionLabel.position)
)


def labels_of(db: Session, class_session_ids: Collection[int]) -> dict[int, Labels[Borne]]:
    """What each of these class sessions bears, in order. Cost: 1 query; none for no session."""
    rows = (
        db.execute(_OF_SESSIONS, {"class_sessions": list(class_session_ids)}).all()
        if class_session_ids
        else ()
    )
    found: dict[int, list[tuple[str, Borne]]] = {key: [] for key in class_session_ids}
    for row in rows:
        found[row.of].append((row.role, Borne(row.id, row.public_id, row.name)))
    return {key: labels_from(borne) for key, borne in found.items()}


def labels_of_course(db: Session, course_id: int) -> Labels[Borne]:
    """What the class sessions of a course bear by default, in order. Cost: 1 query."""
    rows = db.execute(
        select(CourseLabel.role, *_NAMED)
        .join(Label, Label.id == CourseLabel.label_id)
        .where(CourseLabel.course_id == course_id)
        .order_by(CourseLabel.position)
    )
    return labels_from((row.role, Borne(row.id, row.public_id, row.name)) for row in rows)


def borne_text(of: type[ClassSession | Course] = ClassSession) -> ColumnElement[str | None]:
    """All that a class session, or a course, bears as one text, for a column of its own row; `read_borne` reads it."""
    table: Any = ClassSessionLabel if of is ClassSession else CourseLabel
    key = ClassSessionLabel.class_session_id if of is ClassSession else CourseLabel.course_id
    parts = (cast(table.position, String), table.role, cast(Label.id, String), Label.public_id, Label.name)
    one = reduce(lambda text, part: text + " " + part, parts)
    return (
        select(func.aggregate_strings(one, "\n"))
        .join(Label, Label.id == table.label_id)
        .where(key == of.id)
        .correlate(of)
        .scalar_subquery()
        .label("borne")
    )


def read_borne(text: str | None) -> Labels[Borne]:
    """What `borne_text` wrote, in order."""
    if not text:
        return NO_LABELS
    found = sorted((line.split(" ", 4) for line in text.split("\n")), key=lambda one: int(one[0]))
    return labels_from((role, Borne(int(key), name_id, name)) for _at, role, key, name_id, name in found)


def names_borne(text: str | None) -> Labels[str]:
    """The names of it alone."""
    return read_borne(text).turned(lambda one: one.name) if text else NO_LABELS


def bears(label: str, of: InstrumentedAttribute[int] = ClassSession.id) -> ColumnElement[bool]:
    """The class session bears the label of this public id, or another county's of the same name, as whatever it is."""
    bearing = select(ClassSessionLabel.class_session_id).where(
        ClassSessionLabel.label_id.in_(_named_as(label))
    )
    return of.in_(bearing)


def in_tallies_of(label: str) -> ColumnElement[bool]:
    """The tally is of class sessions that bear it: one that bears it from two lists at once is there twice."""
    return RegionTally.label.in_(_named_as(label, cast(Label.id, String)))


def _named_as(label: str, column: Any = Label.id) -> Select[Any]:
    meant = aliased(Label)
    same = (meant.name == Label.name) & (meant.kind == Label.kind)
    return select(column).join(meant, same).where(meant.public_id == label)


def labels_on_offer(
    db: Session, village: str, kept: Labels[Borne] = NO_LABELS
) -> dict[LabelKind, tuple[LabelChoice, ...]]:
    """What a village can choose: the lists kept there and above it, and what is `kept` though it was put away,
    or is on the list of a village that this one stands for.

    Cost: 1 query.
    """
    borne = [one.id for those in kept.by_role.values() for one in those]
    rows = db.execute(
        select(Label.kind, Label.public_id, Label.name, Label.search_keys, Label.retired_at).where(
            or_(
                Label.region_code.in_((village, *ancestors_of(village))) & Label.retired_at.is_(None),
                Label.id.in_(borne),
            )
        )
    ).all()
    found: dict[LabelKind, list[LabelChoice]] = {kind: [] for kind in LabelKind}
    for row in sorted(rows, key=lambda row: sort_key(row.name)):
        choice = LabelChoice(row.public_id, row.name, row.search_keys, row.retired_at is not None)
        found[LabelKind(row.kind)].append(choice)
    return {kind: tuple(choices) for kind, choices in found.items()}


def kept_label(db: Session, public_id: str) -> LabelRecord | None:
    """One label; None: no such."""
    row = db.execute(select(Label.__table__).where(Label.public_id == public_id)).one_or_none()
    return shaped(LabelRecord, row) if row else None


def labels(db: Session, region: str, asked: Asked = UNASKED, *, kind: LabelKind) -> Listing[LabelLine] | None:
    """The list of a region with those above it, as asked for. Cost: 1 query."""
    rows = db.execute(
        select(
            Label.public_id,
            Label.region_code,
            Region.name.label("region"),
            Label.name,
            Label.search_keys,
            Label.retired_at.is_not(None).label("is_retired"),
        )
        .join(Region, Region.code == Label.region_code)
        .where(Label.region_code.in_((region, *ancestors_of(region))), Label.kind == kind.value)
    ).all()
    lines = sorted((shaped(LabelLine, row) for row in rows), key=lambda line: sort_key(line.name))
    state = asked.choice("state", _("用不用"), {"": _("在用的"), RETIRED: _("收起的")})
    fits = finder(asked.query)
    fitting = [line for line in lines if fits(line.name, line.search_keys)]
    found = [line for line in fitting if line.is_retired == (state.value == RETIRED)]
    return paged(
        found,
        asked,
        (state,),
        total=sum(line.is_retired == (state.value == RETIRED) for line in lines),
        elsewhere=sum(line.is_retired for line in fitting) if state.value != RETIRED else 0,
        write=tuple,
    )


def label_figures(
    db: Session,
    region: str,
    *,
    first: date,
    last: date,
    heirs: Mapping[str, str] = MappingProxyType({}),
) -> dict[LabelKind, KindFigures]:
    """What was to be held in a region from a day to a day with each unit and each campaign.

    A class that bears two counts for both, and was entered once. What lists of several counties have by one name is
    one line. `heirs`: as in `inside`. Cost: 2 queries.
    """
    borne: dict[str, Counter[str]] = defaultdict(Counter)
    for key, status, sessions, came in _borne(db, region, first, last, heirs):
        borne[key]["planned"] += sessions
        if status == SessionStatus.HELD:
            borne[key] += Counter(held=sessions, attendances=came)
    lines: dict[tuple[str, str], LabelFigures] = {}
    ids = [int(key) for key, sums in borne.items() if key.isdecimal() and sums["planned"]]
    # Written out: a thousand values that are handed over take PostgreSQL's driver 7 ms.
    in_words = bindparam("ids", ids, Integer(), expanding=True, literal_execute=True)
    named = select(*_NAMED, Label.kind).where(Label.id.in_(in_words)).order_by(Label.id)
    for label in db.execute(named):
        sums, kind = borne[str(label.id)], (label.kind, label.name)
        sums["helped"] = borne[OF_HELPER + str(label.id)]["held"]
        before = lines.get(kind) or LabelFigures(label.public_id, label.name, 0, 0, 0, 0)
        more = {
            name: getattr(before, name) + sums[name] for name in ("planned", "held", "helped", "attendances")
        }
        lines[kind] = replace(before, **more)
    return {
        kind: KindFigures(
            tuple(lines[one] for one in sorted(lines, key=lambda one: sort_key(one[1])) if one[0] == kind),
            borne[kind.value]["held"],
        )
        for kind in LabelKind
    }


def _borne(
    db: Session, region: str, first: date, last: date, heirs: Mapping[str, str]
) -> Iterable[tuple[str, str, int, int]]:
    """Label as it stands in tallies, status, class sessions and 人次.

    Read class by class in a village, and where villages stand for others; else from tallies.
    """
    if heirs or level_of(region) is Level.VILLAGE:
        classes = db.execute(
            select(CountedSession.labels, CountedSession.status, CountedSession.attendances).where(
                inside(CountedSession.region_code, region, heirs),
                CountedSession.day.between(first, last),
                CountedSession.labels != "",
            )
        )
        return [(key, status, 1, came) for labels, status, came in classes for key in labels.split(",")]
    level: Level = max(level_of(region), Level.CITY, key=list(Level).index)
    is_it = RegionTally.region_code == region  # by itself, so that SQLite sees how few these are
    kind = (RegionTally.label, RegionTally.status)
    more, less = fewest_spans(first, last, level)
    sums = RegionTally.sessions, RegionTally.attendances
    signed = [case((RegionTally.span.in_(less), -one), else_=one) for one in sums] if less else sums
    tallies = db.execute(
        select(*kind, *map(func.sum, signed))
        .where(
            RegionTally.level == level.value,
            RegionTally.span.in_(more + less),
            is_it if level is level_of(region) else inside(RegionTally.region_code, region),
            BEARS_SOMETHING,
        )
        .group_by(*kind)
    )
    return [(label, status, int(sessions), int(came)) for label, status, sessions, came in tallies]


def courses_bearing(db: Session, village: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The names, by public id, of what courses of a village bear themselves or in a class; and the courses of each.

    Both by public ids. Cost: 1 query.
    """
    named = (Label.public_id, Label.name, Course.public_id.label("course"))
    by_default = select(*named).join(CourseLabel, CourseLabel.label_id == Label.id)
    by_default = by_default.join(Course, Course.id == CourseLabel.course_id)
    in_a_class = select(*named).join(ClassSessionLabel, ClassSessionLabel.label_id == Label.id)
    in_a_class = in_a_class.join(ClassSession, ClassSession.id == ClassSessionLabel.class_session_id)
    in_a_class = in_a_class.join(Course, Course.id == ClassSession.course_id)
    here = Course.region_code == village
    rows = db.execute(by_default.where(here).union(in_a_class.where(here))).all()
    names, bearing = {}, defaultdict(set)
    for row in sorted(rows, key=lambda row: sort_key(row.name)):
        names[row.public_id] = row.name
        bearing[row.public_id].add(row.course)
    return names, bearing
