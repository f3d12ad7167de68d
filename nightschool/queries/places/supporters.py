"""The five names of a village (五个一), for who keeps it and for who hands it over."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region, Supporter
from nightschool.queries import phones
from nightschool.rules.places.supporters import SUPPORTERS


@dataclass(frozen=True, slots=True)
class NamedSupporter:
    """One of the five, with what may be shown of the telephone."""

    part: str  # rules.places.supporters.SUPPORTERS
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class SupportersRecord:
    """All five as their form starts from them: names by what each is, and the version of the school."""

    region_code: str
    village: str
    version: int
    contact_leader: str = ""
    helping_unit: str = ""
    village_team: str = ""
    first_secretary: str = ""
    agronomist: str = ""


def supporters(db: Session, village: str, *, in_full: bool = False) -> tuple[NamedSupporter, ...]:
    """Those of the five who are named, in their order. `in_full`: with whole numbers, else masked. Cost: 1 query."""
    rows = db.execute(
        select(Supporter.part, Supporter.public_id, Supporter.name, Supporter.phone).where(
            Supporter.region_code == village
        )
    ).all()
    named = {}
    for row in rows:
        sealed = ("supporter", row.public_id, row.phone)
        shown = (phones.in_full(db, *sealed) if in_full else "") or phones.masked(db, *sealed)
        named[row.part] = NamedSupporter(row.part, row.name, shown)
    return tuple(named[part] for part in SUPPORTERS if part in named)


def supporters_record(db: Session, village: str) -> SupportersRecord | None:
    """The five for their form; None when the village has no school. Cost: 2 queries."""
    school = db.execute(
        select(Region.code, Region.name, NightSchool.version)
        .join(NightSchool, NightSchool.region_code == Region.code)
        .where(Region.code == village)
    ).one_or_none()
    if school is None:
        return None
    names = {one.part: one.name for one in supporters(db, village)}
    return SupportersRecord(
        school.code, school.name, school.version, *(names.get(part, "") for part in SUPPORTERS)
    )
