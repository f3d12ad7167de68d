"""What a teacher held in one year, class by class: in one village, or wherever it was."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Teacher
from nightschool.models.places import Region
from nightschool.models.teaching import ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.queries.figures import attendances


@dataclass(frozen=True, slots=True)
class TaughtClass:
    """One class that was held. `attendances`: 人次; None where nobody was counted."""

    title: str
    day: date
    minutes: int
    village: str
    township: str
    attendances: int | None


@dataclass(frozen=True, slots=True)
class TeachingYear:
    """One teacher's classes of one year, in the order of their days. `place`: whose list it is."""

    public_id: str
    region_code: str
    name: str
    unit: str
    place: str
    year: int
    years: tuple[int, ...]  # in which there are any, the latest first
    classes: tuple[TaughtClass, ...]


_Township = aliased(Region, name="township")
_TAUGHT = (
    select(
        ClassSession.title,
        ClassSession.day,
        (ClassSession.ends - ClassSession.starts).label("minutes"),
        Region.name.label("village"),
        func.coalesce(_Township.name, "").label("township"),
        attendances(),
    )
    .join(ClassSessionTeacher, ClassSessionTeacher.class_session_id == ClassSession.id)
    .join(Region, Region.code == ClassSession.region_code)
    .outerjoin(_Township, _Township.code == Region.parent_code)
    .where(ClassSession.status == SessionStatus.HELD)
    .order_by(ClassSession.day, ClassSession.starts, ClassSession.id)
)


def teaching_year(db: Session, teacher: str, year: int, village: str | None = None) -> TeachingYear | None:
    """What this teacher held that year, in the village where one is named; None: no such teacher. Cost: 2 queries."""
    found = db.execute(
        select(Teacher.id, Teacher.region_code, Teacher.name, Teacher.unit, Region.name)
        .join(Region, Region.code == (village or Teacher.region_code))
        .where(Teacher.public_id == teacher)
    ).one_or_none()
    if found is None:
        return None
    teacher_id, region_code, name, unit, place = found
    taught = _TAUGHT.where(ClassSessionTeacher.teacher_id == teacher_id)
    rows = db.execute(taught.where(ClassSession.region_code == village) if village else taught).all()
    return TeachingYear(
        public_id=teacher,
        region_code=region_code,
        name=name,
        unit=unit,
        place=place,
        year=year,
        years=tuple(dict.fromkeys(row.day.year for row in reversed(rows))),
        classes=tuple(TaughtClass(*row) for row in rows if row.day.year == year),
    )
