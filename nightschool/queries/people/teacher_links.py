"""The addresses by which teachers see their own classes: which there are, and what each opens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from nightschool.models.people import Teacher, TeacherLink
from nightschool.models.places import Region
from nightschool.models.trust import Account
from nightschool.queries.scope import inside
from nightschool.rules.people.teacher_links import digest_of

LINKS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One link as its keepers see it; what opens it is known to nobody here."""

    public_id: str
    region_code: str
    region: str  # whose classes it shows
    made_at: datetime
    made_by: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinkOf:
    """Whose link it is, where it was made, and where the teacher is kept today."""

    teacher: str  # public id
    made_for: str  # public id of the record it was made for, which may be merged into the other
    region_code: str
    kept_at: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What an address opens: one teacher's classes in the villages of one region."""

    teacher_id: int
    name: str
    unit: str
    is_retired: bool
    region_code: str
    region: str
    is_whole: bool  # the region is the one the teacher is kept at, and so these are all of their classes


def links(db: Session, teacher: str, region: str) -> tuple[LinkLine, ...]:
    """The links to a teacher's classes that were made in this region or below it, those that open first, the latest
    first; those of records merged into this one are among them. At most 100. Cost: 1 query.
    """
    rows = db.execute(
        _links(
            TeacherLink.public_id,
            TeacherLink.region_code,
            Region.name.label("region"),
            TeacherLink.made_at,
            func.coalesce(Account.display_name, ""),
            TeacherLink.revoked_at,
        )
        .outerjoin(Account, Account.id == TeacherLink.account_id)
        .where(
            or_(_PERSON.public_id == teacher, Teacher.public_id == teacher),
            inside(TeacherLink.region_code, region),
        )
        .order_by(TeacherLink.revoked_at.is_not(None), TeacherLink.made_at.desc(), TeacherLink.id.desc())
        .limit(LINKS_SHOWN)
    )
    return tuple(LinkLine(*row) for row in rows)


def link_of(db: Session, link: str) -> LinkOf | None:
    """Whose link this is, by its public id; of one merged into another, the other. Cost: 1 query."""
    columns = (_PERSON.public_id, Teacher.public_id, TeacherLink.region_code, _PERSON.region_code)
    row = db.execute(_links(*columns).where(TeacherLink.public_id == link)).one_or_none()
    return LinkOf(*row) if row else None


def opened(db: Session, secret: str) -> Opened | None:
    """What this secret opens; None for an unknown and for a revoked one. Cost: 1 query.

    Who was merged into another is that other. It still opens only the region it was made for: a village that gives its
    own record of a county's teacher up for the county's learns nothing by it of other villages.
    """
    row = db.execute(
        _links(
            _PERSON.id,
            _PERSON.name,
            _PERSON.unit,
            _PERSON.retired_at.is_not(None),
            TeacherLink.region_code,
            Region.name,
            TeacherLink.region_code == _PERSON.region_code,
        ).where(TeacherLink.digest == digest_of(secret), TeacherLink.revoked_at.is_(None))
    ).one_or_none()
    return Opened(*row) if row else None


# The record that a link is about today: the one it was made for, or that into which it was merged.
_PERSON = aliased(Teacher, name="person")


def _links(*columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of links, of the records they were made for, of whom they are about today, and of their regions."""
    return (
        select(*columns)
        .select_from(TeacherLink)
        .join(Teacher, Teacher.id == TeacherLink.teacher_id)
        .join(_PERSON, _PERSON.id == func.coalesce(Teacher.merged_into_id, Teacher.id))
        .join(Region, Region.code == TeacherLink.region_code)
    )
