"""What a week's papers need: its figures, the classes of the coming two weeks, and whom to bring together.

Only what was published, and of questions only how many wait: they are for those above the villages too.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.planning import Question
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.courses.closed_times import standing_in_region
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.oversight.overview import Overview, known_region, overview_of
from nightschool.queries.public_names import PUBLIC_NAME
from nightschool.queries.scope import inside
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.regions import Level
from nightschool.rules.seasons.periods import Period
from nightschool.rules.slots import Slot

_TITLES = 3
_DAYS_AHEAD = 14
_QUIET_DAYS = 30  # after so many without a class a village is to be asked what it needs
_PLANNED_OR_OFF = (SessionStatus.SCHEDULED, SessionStatus.DRAFT, SessionStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Circular:
    """What a region's circular is written from: its figures, and some titles of what was taught."""

    overview: Overview
    taught: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComingClass:
    """One class of the coming two weeks; of a village with a school that has none only the village."""

    village: str
    slot: Slot | None = None
    title: str = ""
    teachers: tuple[tuple[str, str], ...] = ()  # (public name, unit)
    venue: str = ""
    closed: tuple[str, ...] = ()  # kinds of what it needs and cannot have then
    has_others: bool = False  # the village has another class that day
    # Of a village without a class: how many it has not published, and why the last of these days was called off.
    drafts: int = 0
    reason: str | None = None
    reason_text: str = ""


@dataclass(frozen=True, slots=True)
class Consulting:
    """What a meeting of the week talks about. The counts are by the name of a village, in the order of their codes."""

    classes: tuple[ComingClass, ...]
    unrecorded: Mapping[str, int]
    questions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class VillageNeed:
    """A village that needs something: a class, a teacher, or answers."""

    contact: VillageContact
    last: date | None  # when it held the last class
    days: int | None  # since then
    reason: str | None  # why the last one since then was not held
    reason_text: str
    next_day: date | None
    next_title: str
    teacherless: int  # of the coming two weeks' classes
    questions: int
    waited: int | None  # days that the first of them waits


@dataclass(frozen=True, slots=True)
class BookedTeacher:
    """A teacher on a list above the villages, and how many classes they have in the coming two weeks."""

    public_name: str
    unit: str
    classes: int


@dataclass(frozen=True, slots=True)
class Dispatching:
    """What there is to bring together in a region."""

    needs: tuple[VillageNeed, ...]
    teachers: tuple[BookedTeacher, ...]


def circulars(
    db: Session,
    code: str,
    weeks: Sequence[Period],
    *,
    today: date,
    counts_people: Callable[[date, date], bool] = lambda _first, _last: True,
) -> tuple[Circular, ...]:
    """The region's figures of each week, with the titles of a few classes held; none where there is no such region.

    Cost: what is the same for any week is asked once, the titles of all in 1 query, and `overview_of` of each.
    """
    known = known_region(db, code, today=today, since=min(week.first for week in weeks))
    if code not in known.names:
        return ()
    taught = _taught(db, code, weeks)
    found = []
    for week in weeks:
        overview = overview_of(
            db,
            code,
            first=week.first,
            last=week.last,
            today=today,
            counts_people=counts_people(week.first, week.last),
            known=known,
        )
        assert overview is not None  # it has a name
        found.append(Circular(overview, tuple(taught[week.first])))
    return tuple(found)


def _taught(db: Session, code: str, weeks: Sequence[Period]) -> dict[date, dict[str, None]]:
    """Some titles by the first day of each week. By days first: villages are not gone through for three of a city's."""
    each = [
        select(literal(number).label("week"), ClassSession.title, ClassSession.day, ClassSession.region_code)
        .where(
            inside(ClassSession.region_code, code),
            ClassSession.day.between(week.first, week.last),
            ClassSession.status == SessionStatus.HELD,
        )
        .order_by(ClassSession.day, ClassSession.region_code, ClassSession.starts, ClassSession.id)
        .limit(_TITLES)
        .subquery()
        for number, week in enumerate(weeks)
    ]
    all_weeks = union_all(*map(select, each)).subquery()
    found: dict[date, dict[str, None]] = {week.first: {} for week in weeks}
    order = all_weeks.c.week, all_weeks.c.day, all_weeks.c.region_code
    for number, title in db.execute(select(all_weeks.c.week, all_weeks.c.title).order_by(*order)):
        found[weeks[number].first][title] = None
    return found


def consulting(db: Session, code: str, *, today: date) -> Consulting:
    """The coming two weeks of a village or a region, village by village. Cost: 6 queries, whatever the size."""
    names = _villages(db, code)
    last = today + timedelta(days=_DAYS_AHEAD - 1)
    rows = db.execute(
        select(
            ClassSession.id,
            ClassSession.public_id,
            ClassSession.region_code,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.status,
            ClassSession.reason,
            ClassSession.reason_text,
            func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
        )
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .where(
            inside(ClassSession.region_code, code),
            ClassSession.day.between(today, last),
            ClassSession.status.in_(_PLANNED_OR_OFF),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.region_code, ClassSession.id)
    ).all()
    shown = [row for row in rows if row.status == SessionStatus.SCHEDULED]
    drafts = Counter(row.region_code for row in rows if row.status == SessionStatus.DRAFT)
    off = {row.region_code: row for row in rows if row.status == SessionStatus.CANCELLED}
    days = Counter((row.region_code, row.day) for row in shown)
    teachers = teachers_of(db, [row.id for row in shown])
    closed: dict[str, list[str]] = defaultdict(list)
    for one in standing_in_region(db, code, today=today):
        closed[one.class_session].append(one.kind)
    classes = [
        ComingClass(
            names.get(row.region_code, ""),
            Slot(row.day, row.starts, row.ends),
            row.title,
            tuple((one.public_name, one.unit) for one in teachers[row.id]),
            row.venue,
            tuple(dict.fromkeys(closed[row.public_id])),
            days[row.region_code, row.day] > 1,
        )
        for row in shown
    ]
    without = names.keys() - {row.region_code for row in shown}
    for village in sorted(without):
        why = off.get(village)
        reason = {"reason": why.reason, "reason_text": why.reason_text} if why else {}
        classes.append(ComingClass(names[village], drafts=drafts[village], **reason))
    late = (ClassSession.status == SessionStatus.SCHEDULED, ClassSession.day < today)
    return Consulting(
        tuple(classes),
        _by_village(db, names, ClassSession.region_code, code, *late),
        _by_village(db, names, Question.region_code, code, Question.answered_on.is_(None)),
    )


def dispatching(db: Session, code: str, *, today: date) -> Dispatching:
    """The villages of a region that need something, in the order of their codes. Cost: 6 queries, whatever the size."""
    names = _villages(db, code)
    here = inside(ClassSession.region_code, code)
    last = dict(
        db.execute(
            select(ClassSession.region_code, func.max(ClassSession.day))
            .where(here, ClassSession.status == SessionStatus.HELD, ClassSession.day <= today)
            .group_by(ClassSession.region_code)
        ).all()
    )
    around = db.execute(
        select(
            ClassSession.region_code,
            ClassSession.day,
            ClassSession.title,
            ClassSession.status,
            ClassSession.reason,
            ClassSession.reason_text,
            exists().where(ClassSessionTeacher.class_session_id == ClassSession.id).label("has_teacher"),
        )
        .where(
            here,
            ((ClassSession.status == SessionStatus.SCHEDULED) & (ClassSession.day >= today))
            | (
                (ClassSession.status == SessionStatus.CANCELLED)
                & ClassSession.day.between(today - timedelta(days=_QUIET_DAYS), today)
            ),
        )
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    coming: dict[str, list[Any]] = defaultdict(list)
    not_held: dict[str, Any] = {}
    for row in around:
        if row.status == SessionStatus.SCHEDULED:
            coming[row.region_code].append(row)
        else:
            not_held[row.region_code] = row
    asked = {
        row[0]: row
        for row in db.execute(
            select(Question.region_code, func.count(), func.min(Question.asked_on))
            .where(inside(Question.region_code, code), Question.answered_on.is_(None))
            .group_by(Question.region_code)
        )
    }
    until = today + timedelta(days=_DAYS_AHEAD - 1)
    whom = contacts(db, names)
    found = []
    for village in names:
        held = last.get(village)
        why = not_held.get(village)
        if why and held and why.day <= held:
            why = None
        following = coming[village][0] if coming[village] else None
        _village, questions, first = asked.get(village, (village, 0, None))
        one = VillageNeed(
            contact=whom[village],
            last=held,
            days=(today - held).days if held else None,
            reason=why.reason if why else None,
            reason_text=why.reason_text if why else "",
            next_day=following.day if following else None,
            next_title=following.title if following else "",
            teacherless=sum(row.day <= until and not row.has_teacher for row in coming[village]),
            questions=questions,
            waited=(today - first).days if first else None,
        )
        is_quiet = one.days is None or one.days >= _QUIET_DAYS
        if one.teacherless or questions or (is_quiet and not following):
            found.append(one)
    return Dispatching(tuple(found), _teachers(db, code, today, until))


def _villages(db: Session, code: str) -> dict[str, str]:
    """The villages with a night school, by their codes, in that order."""
    rows = db.execute(
        select(Region.code, Region.name)
        .join(NightSchool, NightSchool.region_code == Region.code)
        .where(inside(Region.code, code), Region.successor_code.is_(None))
        .order_by(Region.code)
    )
    return {row.code: row.name for row in rows}


def _by_village(db: Session, names: Mapping[str, str], of: Any, code: str, *which: Any) -> dict[str, int]:
    rows = db.execute(select(of, func.count()).where(inside(of, code), *which).group_by(of).order_by(of))
    return {names[village]: n for village, n in rows if village in names}


def _teachers(db: Session, code: str, first: date, last: date) -> tuple[BookedTeacher, ...]:
    """Who is on a list of the region or above its villages, by the sound of their names."""
    kept = aliased(Region, name="kept")
    is_there = (
        (ClassSession.id == ClassSessionTeacher.class_session_id)
        & ClassSession.day.between(first, last)
        & (ClassSession.status == SessionStatus.SCHEDULED)
    )
    rows = db.execute(
        select(PUBLIC_NAME, Teacher.unit, func.count(ClassSession.id).label("classes"))
        .join(kept, kept.code == Teacher.region_code)
        .outerjoin(ClassSessionTeacher, ClassSessionTeacher.teacher_id == Teacher.id)
        .outerjoin(ClassSession, is_there)
        .where(inside(Teacher.region_code, code), kept.level != Level.VILLAGE, Teacher.retired_at.is_(None))
        .group_by(Teacher.id, Teacher.name, Teacher.name_is_public, Teacher.unit, Teacher.name_key)
        .order_by(Teacher.name_key, Teacher.id)
    )
    return tuple(BookedTeacher(row.public_name, row.unit, row.classes) for row in rows)
