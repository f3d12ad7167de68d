"""What stands already around some days: in a village, and of some teachers elsewhere, with the way from there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, null, select
from sqlalchemy.orm import Session

from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, Course
from nightschool.queries.seasons.localities import Locality
from nightschool.queries.shared_venues import MEETS_IN
from nightschool.rules.courses.advice import SAME_TOPIC_DAYS, NearbySession
from nightschool.rules.courses.statuses import HOLDING
from nightschool.rules.places.travel import way_between
from nightschool.rules.seasons.daylight import Position

Nearby = tuple[dict[str, list[NearbySession]], list[NearbySession]]


def sessions_around(
    db: Session,
    here: Locality,
    teachers: Sequence[str],
    first: date,
    last: date,
    *,
    but_course: str = "",
    but_session: str = "",
    not_here: str = "",
) -> Nearby:
    """What each of these teachers teaches, by name, in the weeks of these days, and what stands in this village.

    A course or class session that is being moved itself is left out; of the course `not_here`, what its teachers have
    to do counts, but it speaks against no date of the village. Cost: 1 query.
    """
    but = (but_course, but_session, not_here)
    return sessions_around_each(db, [here], {here.code: teachers}, first, last, but=but)[here.code]


def sessions_around_each(
    db: Session,
    places: Sequence[Locality],
    teachers: Mapping[str, Collection[str]],
    first: date,
    last: date,
    *,
    but: tuple[str, str, str] = ("", "", ""),
) -> dict[str, Nearby]:
    """`sessions_around` of each of these villages, for the `teachers` of each by its code. Cost: 1 query for all."""
    but_course, but_session, not_here = but
    near = timedelta(days=SAME_TOPIC_DAYS)
    in_village = _sessions(
        (null(), null()), first - near, last + near, but_course or not_here, but_session, not_here
    ).where(ClassSession.region_code.in_([here.code for here in places]))
    monday, sunday = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    by_teachers = (
        _sessions((Teacher.public_id, Teacher.name), monday, sunday, but_course, but_session, not_here)
        .join(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
        .join(Teacher, Teacher.id == ClassSessionTeacher.teacher_id)
        .where(Teacher.public_id.in_(every := {one for ones in teachers.values() for one in ones}))
    )
    asked = by_teachers.union_all(in_village) if every else in_village
    found: dict[str, Nearby] = {here.code: (defaultdict(list), []) for here in places}
    called_on = defaultdict(list)
    for here in places:
        for one in teachers.get(here.code, ()):
            called_on[one].append(here)
    for row in db.execute(asked.order_by("day", "starts")):
        if row.teacher is None:
            there = found[row.region_code][1]
            there.append(NearbySession(row.day, row.starts, row.ends, row.title, "", True))
        for here in called_on.get(row.key, ()):
            found[here.code][0][row.teacher].append(_taught(row, here))
    return found


def _taught(row: Any, here: Locality) -> NearbySession:
    """Of another village's course only time and village: it may be a draft."""
    is_here = row.meets_in == (here.hall_in or here.code)
    there = None if row.latitude is None or is_here else Position(row.latitude, row.longitude)
    return NearbySession(
        row.day,
        row.starts,
        row.ends,
        title="",
        village=row.village,
        is_here=is_here,
        is_near=not is_here and row.region_code[:9] == here.code[:9],
        way=way_between(there, here.position, here.kmh),
        is_own=bool(row.is_own),
    )


def _sessions(
    teacher: tuple[Any, Any], first: date, last: date, but_course: str, but_session: str, own_course: str
) -> Select[*tuple[Any, ...]]:
    """The class sessions that stand between two days, both included, but for one course or session."""
    own = select(Course.id).where(Course.public_id == own_course).scalar_subquery()
    found = (
        select(
            teacher[0].label("key"),
            teacher[1].label("teacher"),
            (ClassSession.course_id == own).label("is_own"),
            ClassSession.day,
            ClassSession.starts,
            ClassSession.ends,
            ClassSession.title,
            ClassSession.region_code,
            MEETS_IN.label("meets_in"),
            Region.name.label("village"),
            RegionPosition.latitude,
            RegionPosition.longitude,
        )
        .join(Region, Region.code == ClassSession.region_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(RegionPosition, RegionPosition.region_code == MEETS_IN)
        .where(ClassSession.day.between(first, last), ClassSession.status.in_(HOLDING))
    )
    if but_session:
        found = found.where(ClassSession.public_id != but_session)
    if but_course:
        of_course = select(Course.id).where(Course.public_id == but_course).scalar_subquery()
        found = found.where(ClassSession.course_id != of_course)
    return found
