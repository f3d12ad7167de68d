"""A storm over an area: the classes that fall into it, a new date for each, and whom to telephone in which order."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import ChangeSet, ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.queries.contacts import VillageContact, contacts
from nightschool.queries.courses import bookings
from nightschool.queries.courses.choices import chosen
from nightschool.queries.courses.sessions import LINES, SessionLine, is_over, lines, teachers_of
from nightschool.queries.courses.surroundings import meeting_at, surroundings_of
from nightschool.queries.phones import masked
from nightschool.queries.public_names import PUBLIC_NAME
from nightschool.queries.scope import inside
from nightschool.queries.seasons.localities import localities
from nightschool.rules.courses.advice import Surroundings, advise
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.good_days import burden
from nightschool.rules.courses.statuses import HOLDING, TO_COME
from nightschool.rules.courses.storms import (
    MOST_OFFERED,
    NewDate,
    Storm,
    Struck,
    cost_of,
    free_dates,
    least_change,
    tell_no_date,
)
from nightschool.rules.people.people import tell_public_name
from nightschool.rules.slots import Moment, Slot
from nightschool.texts import _

# What moving a class says nothing about: it stays in its course, whose topic was chosen long before.
_NOT_ABOUT_A_NEW_DATE = frozenset({"same_topic", "holiday_unknown"})
# What says the name of a teacher, which an office may not be meant to know: it is told without it.
_NAMES_A_TEACHER = frozenset({"travel", "busy_teacher", "weekly_limit"})


@dataclass(frozen=True, slots=True)
class StruckLine:
    """A class in the storm: the new dates that it could have, the one that is proposed, or why there is none."""

    line: SessionLine
    dates: tuple[NewDate, ...] = ()
    proposed: NewDate | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class VillageStorm:
    """The classes of a village in the storm, and whom to phone there."""

    contact: VillageContact
    lines: tuple[StruckLine, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody who is to be telephoned: because of which class, the first of theirs; `phone` of teachers is masked."""

    who: str  # of teachers as villagers may know them
    phone: str
    village: str
    title: str
    slot: Slot
    is_teacher: bool
    comes_from_elsewhere: bool = False


def in_storm(
    region: str, storm: Storm, parts: Collection[str], at: Moment
) -> tuple[ColumnElement[bool], ...]:
    """The conditions of the class sessions that villagers know of, are to come, and fall into it; no parts: all."""
    return (
        or_(*(inside(ClassSession.region_code, part) for part in parts or (region,))),
        ClassSession.day.between(storm.first, storm.last),
        ClassSession.starts < storm.ends,
        ClassSession.ends > storm.starts,
        ClassSession.status.in_(TO_COME),
        ClassSession.published_at.is_not(None),
        ~is_over(at),
    )


def villages_in(db: Session, region: str, storm: Storm, *, at: Moment) -> tuple[str, ...]:
    """The codes of the villages that have a class in it. Cost: 1 query."""
    found = select(ClassSession.region_code).distinct().where(*in_storm(region, storm, (), at))
    return tuple(sorted(db.scalars(found)))


def storm_plan(
    db: Session, region: str, storm: Storm, parts: Collection[str], *, zone: str, at: Moment
) -> tuple[VillageStorm, ...]:
    """The villages with what they have in the storm, and the new dates with the least change.

    Cost: 17 queries at most, however many villages, and 4 for each further hall in which one of them meets.
    """
    rows = db.execute(
        LINES.add_columns(ClassSession.region_code, Course.public_id.label("course"), ClassSession.venue_id)
        .join(Course, Course.id == ClassSession.course_id)
        .where(*in_storm(region, storm, parts, at))
        .order_by(ClassSession.region_code, ClassSession.day, ClassSession.starts, ClassSession.id)
    ).all()
    if not rows:
        return ()
    own = _others_of_courses(db, [row.id for row in rows])
    keys = _keys(db, [row.id for row in rows])
    teaching: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        teaching[row.region_code].update(keys[row.id][0])
    staff = chosen(
        db, teachers=set().union(*teaching.values()), venues={venue for _teachers, venue in keys.values()}
    )
    needs = {
        row.public_id: staff.want(Slot(row.day, row.starts, row.ends), *keys[row.id]).needs for row in rows
    }
    every = {resource for those in needs.values() for resource in those}
    busy = bookings.busy(db, every, storm.days_after, ignoring=[row.id for row in rows])
    halls = {row.id: (row.region_code, staff.hall_in(keys[row.id][1]) or row.region_code) for row in rows}
    around: dict[tuple[str, str], Surroundings] = {}
    lies = localities(db, {code for both in halls.values() for code in both})
    for once in _once_each({*halls.values()}):  # mostly all of them: a village has one hall
        places = [
            replace(lies[code], position=lies[hall].position, hall_in="" if hall == code else hall)
            for code, hall in once.items()
        ]
        found = surroundings_of(db, places, storm.days_after, choices=staff, teachers=teaching, zone=zone)
        around |= {(code, once[code]): those for code, those in found.items()}
    struck = []
    for row in rows:
        mine = _around(around[halls[row.id]], row, staff, *keys[row.id], storm=storm)
        slot, others = Slot(row.day, row.starts, row.ends), own.get(row.course, [])
        free = free_dates(slot, storm, busy, needs[row.public_id], others)
        dates = [_new_date(slot, new, storm, others, mine) for new in free if new.begins > at]
        ranked = tuple(sorted(dates, key=lambda one: (one.cost, one.slot))[:MOST_OFFERED])
        struck.append(Struck(row.public_id, slot, needs[row.public_id], row.course, ranked))
    new_dates = least_change(struck)
    told: dict[str, list[StruckLine]] = defaultdict(list)
    for row, line, one in zip(rows, lines(db, rows), struck, strict=True):
        proposed = new_dates.get(one.public_id)
        place = staff.by_id.get(keys[row.id][1])
        why_not = "" if proposed else tell_no_date(one, busy, {place.resource: row.venue} if place else {})
        told[row.region_code].append(StruckLine(line, one.dates, proposed, why_not))
    return tuple(
        VillageStorm(contact, tuple(told[code])) for code, contact in contacts(db, told.keys()).items()
    )


def _once_each(pairs: Collection[tuple[str, str]]) -> list[dict[str, str]]:
    """All of these pairs, in as few dicts as can be."""
    found: list[dict[str, str]] = []
    for one, other in sorted(pairs):
        for known in found:
            if one not in known:
                known[one] = other
                break
        else:
            found.append({one: other})
    return found


def _keys(db: Session, ids: Collection[int]) -> dict[int, tuple[tuple[str, ...], str]]:
    """The public ids of teachers and place of each. Cost: 2 queries."""
    teachers = teachers_of(db, ids)
    places = select(ClassSession.id, Venue.public_id).join(Venue, Venue.id == ClassSession.venue_id)
    venues = {row.id: row.public_id for row in db.execute(places.where(ClassSession.id.in_(ids)))}
    return {key: (tuple(one.public_id for one in teachers[key]), venues.get(key, "")) for key in ids}


def _others_of_courses(db: Session, ids: Collection[int]) -> Mapping[str, list[Slot]]:
    """When the courses of these meet in other class sessions, by public id. Cost: 1 query."""
    courses = select(ClassSession.course_id).where(ClassSession.id.in_(ids))
    found: dict[str, list[Slot]] = defaultdict(list)
    for course, day, starts, ends in db.execute(
        select(Course.public_id, ClassSession.day, ClassSession.starts, ClassSession.ends)
        .join(Course, Course.id == ClassSession.course_id)
        .where(
            ClassSession.course_id.in_(courses),
            ClassSession.id.not_in(ids),
            ClassSession.status.in_(HOLDING),
        )
    ):
        found[course].append(Slot(day, starts, ends))
    return found


def _around(
    around: Surroundings, row: Any, choices: Choices, teachers: Sequence[str], venue: str, *, storm: Storm
) -> Surroundings:
    """What is known around the village as it bears on this class."""
    mine = {choices.names[key] for key in teachers if key in choices.names}
    return replace(
        meeting_at(around, choices, venue),
        title=row.title,
        venue=row.venue,  # as its own village calls it
        taught={
            name: [one for one in those if one.day > storm.last]
            for name, those in around.taught.items()
            if name in mine
        },
        weekly_limits={name: most for name, most in around.weekly_limits.items() if name in mine},
    )


def _new_date(slot: Slot, new: Slot, storm: Storm, own: Iterable[Slot], around: Surroundings) -> NewDate:
    against = [one for one in advise(new, around, today=storm.last) if one.kind not in _NOT_ABOUT_A_NEW_DATE]
    cost = cost_of(slot, new, storm, own, burden(new, against))
    said = dict.fromkeys(
        _("老师那天还有别的课，或者那一周已经排满了。") if one.kind in _NAMES_A_TEACHER else one.sentence
        for one in against
    )
    return NewDate(new, cost, tuple(said))


def stopped(db: Session, change: str) -> tuple[int, ...]:
    """The class sessions that this change stopped and that still do not take place as they were to. Cost: 2 queries."""
    before = db.scalars(select(ChangeSet.before).where(ChangeSet.public_id == change)).one()
    ids = [entry["id"] for entry in before["changed"]]
    off = ClassSession.status.in_((SessionStatus.CANCELLED, SessionStatus.POSTPONED))
    found = select(ClassSession.id).where(ClassSession.id.in_(ids), off)
    return tuple(db.scalars(found.order_by(ClassSession.id)))


def call_list(db: Session, ids: Collection[int]) -> tuple[Call, ...]:
    """Who is to be told of these class sessions first: who sets out for the earliest, then who waits in the villages.

    A teacher who is kept in the village itself sets out last of all teachers of that hour. Cost: 2 queries.
    """
    rows = db.execute(
        select(
            ClassSession.region_code,
            ClassSession.title,
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            Teacher.public_id,
            PUBLIC_NAME,
            Teacher.unit,
            Teacher.phone,
            Teacher.region_code.label("kept_in"),
        )
        .outerjoin(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
        .outerjoin(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
        .where(ClassSession.id.in_(ids))
        .order_by(ClassSession.day, ClassSession.starts, ClassSession.id, ClassSessionTeacher.position)
    ).all()
    known = contacts(db, {row.region_code for row in rows})
    teachers: dict[str, Call] = {}
    villages: dict[str, Call] = {}
    for row in rows:
        there = known[row.region_code]
        about = (there.village, row.title, Slot(row.day, row.starts, row.ends))
        if row.public_id is not None and row.public_id not in teachers:
            phone = masked(db, "teacher", row.public_id, row.phone)
            from_elsewhere = row.kept_in != row.region_code
            name = tell_public_name(row.public_name, row.unit)
            teachers[row.public_id] = Call(name, phone, *about, True, from_elsewhere)
        who = there.contact_name or there.principal
        villages.setdefault(row.region_code, Call(who, there.contact_phone, *about, False))
    first = sorted(
        teachers.values(), key=lambda one: (one.slot.begins, not one.comes_from_elsewhere, one.who)
    )
    return (*first, *villages.values())
