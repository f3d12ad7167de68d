"""Who is in two cohorts at once: the classes of other cohorts that the people of this one are meant to be at."""

from collections import defaultdict
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, Enrolment, EnrolmentStatus
from nightschool.rules.courses.shared_people import InBoth, PeopleElsewhere
from nightschool.rules.courses.statuses import HOLDING, TO_COME
from nightschool.rules.slots import Slot

_Other = aliased(Course, name="other")
_Elsewhere = aliased(ClassSession, name="elsewhere")


def people_elsewhere(db: Session, course: str, first: date, last: date) -> tuple[PeopleElsewhere, ...]:
    """The classes of other cohorts between two days that the people of this one are meant to be at. Cost: 1 query."""
    rows = db.execute(
        _shared(course)
        .add_columns(_Elsewhere.id, _Elsewhere.day, _Elsewhere.starts, _Elsewhere.ends)
        .where(_Elsewhere.day.between(first, last))
        .order_by(_Elsewhere.day, _Elsewhere.starts, _Elsewhere.id, Learner.name_key, Learner.id)
    )
    names: dict[tuple[int, Slot, str], list[str]] = defaultdict(list)
    for name, title, key, day, starts, ends in rows:
        names[key, Slot(day, starts, ends), title].append(name)
    return tuple(PeopleElsewhere(slot, title, tuple(them)) for (_key, slot, title), them in names.items())


def overlaps(db: Session, course: str, *, today: date) -> tuple[InBoth, ...]:
    """Each other cohort that meets at the same time as this one from today on, with who is in both. Cost: 1 query."""
    rows = db.execute(
        _shared(course)
        .join(ClassSession, (ClassSession.course_id == Course.id) & (ClassSession.day == _Elsewhere.day))
        .add_columns(_Other.id, ClassSession.day)
        .where(
            ClassSession.day >= today,
            ClassSession.status.in_(TO_COME),
            ClassSession.starts < _Elsewhere.ends,
            _Elsewhere.starts < ClassSession.ends,
        )
        .order_by(ClassSession.day, _Other.id, Learner.name_key, Learner.id)
    )
    people: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
    days: dict[tuple[int, str], dict[date, None]] = defaultdict(dict)
    for name, title, key, day in rows:
        people[key, title][name] = None
        days[key, title][day] = None
    return tuple(InBoth(title, tuple(them), tuple(days[key, title])) for (key, title), them in people.items())


def _shared(course: str) -> Select[*tuple[str, str]]:
    """Who is in this cohort and in another, and that one's classes that hold their slot."""
    mine, theirs = aliased(Enrolment), aliased(Enrolment)
    return (
        select(Learner.name, _Other.title)
        .select_from(Course)
        .join(mine, mine.course_id == Course.id)
        .join(theirs, (theirs.learner_id == mine.learner_id) & (theirs.course_id != Course.id))
        .join(_Other, _Other.id == theirs.course_id)
        .join(Learner, Learner.id == mine.learner_id)
        .join(_Elsewhere, _Elsewhere.course_id == _Other.id)
        .where(
            Course.public_id == course,
            mine.status == EnrolmentStatus.ENROLLED,
            theirs.status == EnrolmentStatus.ENROLLED,
            _Elsewhere.status.in_(HOLDING),
        )
    )
