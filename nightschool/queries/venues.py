"""The venues of a village, and its school as the form shows it. The key holder's phone comes out masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region, Venue
from nightschool.rules.listings import EVERY, RETIRED, Asked, Listing, is_wanted, page_of
from nightschool.rules.names import finder, sort_key
from nightschool.rules.people import masked_phone
from nightschool.texts import _

UNASKED = Asked()


@dataclass(frozen=True, slots=True)
class VenueLine:
    """One venue as the list shows one."""

    public_id: str
    name: str
    kind: str
    seats: int | None
    is_lit: bool
    is_covered: bool
    key_holder: str
    masked_phone: str
    allows_parallel: bool
    is_usual: bool
    is_retired: bool
    version: int


@dataclass(frozen=True, slots=True)
class VenueRecord:
    """One venue as the form shows one."""

    public_id: str
    region_code: str
    village: str
    name: str
    kind: str
    seats: int | None
    is_lit: bool
    is_covered: bool
    directions: str
    key_holder: str
    masked_phone: str
    allows_parallel: bool
    area_m2: int | None
    version: int
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SchoolRecord:
    """The school of a village as its form shows it."""

    region_code: str
    village: str
    institution_name: str
    principal: str
    contact_name: str
    contact_phone: str
    usual_venue: str  # public id; empty: none
    equipment: tuple[str, ...]  # ticked items of rules.checklist
    version: int


def venues(db: Session, village: str, asked: Asked = UNASKED) -> Listing[VenueLine]:
    """The village's venues as asked for; unasked the usual one first, then as they were added. Cost: 1 query."""
    rows = db.execute(
        select(Venue, NightSchool.usual_venue_id)
        .outerjoin(NightSchool, NightSchool.region_code == Venue.region_code)
        .where(Venue.region_code == village)
        .order_by(Venue.id)
    ).all()
    states = {"": _("现在用的"), RETIRED: _("不再用的"), EVERY: _("都列出来")}
    has_retired = any(venue.retired_at for venue, _usual in rows)
    state = asked.choice("state", _("还用不用"), states if has_retired else {"": states[""]})
    orders = {"": _("平常用的在前"), "name": _("按名字")}
    sort = asked.choice("sort", _("怎么排"), orders if len(rows) > 1 else {"": orders[""]})
    fits = finder(asked.query)
    fitting = [(venue, usual) for venue, usual in rows if fits(venue.name, venue.search_keys)]
    found = [pair for pair in fitting if is_wanted(state.value, is_retired=pair[0].retired_at is not None)]
    if sort.value == "name":
        found.sort(key=lambda pair: sort_key(pair[0].name))
    else:
        found.sort(key=lambda pair: pair[0].id != pair[1])
    shown, number, pages = page_of(found, asked.page)
    return Listing(
        lines=tuple(_venue_line(db, venue, usual) for venue, usual in shown),
        found=len(found),
        total=sum(is_wanted(state.value, is_retired=venue.retired_at is not None) for venue, _usual in rows),
        page=number,
        pages=pages,
        choices=(state, sort),
        elsewhere=len(fitting) - len(found),
    )


def offered(db: Session, village: str) -> dict[str, str]:
    """The venues to choose from, {public id: name}, as they were added. Cost: 1 query."""
    rows = db.execute(
        select(Venue.public_id, Venue.name)
        .where(Venue.region_code == village, Venue.retired_at.is_(None))
        .order_by(Venue.id)
    )
    return {row.public_id: row.name for row in rows}


def _venue_line(db: Session, venue: Venue, usual: int | None) -> VenueLine:
    return VenueLine(
        public_id=venue.public_id,
        name=venue.name,
        kind=venue.kind,
        seats=venue.seats,
        is_lit=venue.is_lit,
        is_covered=venue.is_covered,
        key_holder=venue.key_holder,
        masked_phone=_masked(db, venue),
        allows_parallel=venue.allows_parallel,
        is_usual=venue.id == usual and venue.retired_at is None,
        is_retired=venue.retired_at is not None,
        version=venue.version,
    )


def venue(db: Session, public_id: str) -> VenueRecord | None:
    """One venue, the key holder's phone masked; None when there is no such venue. Cost: 1 query."""
    row = db.execute(
        select(Venue, Region.name)
        .join(Region, Region.code == Venue.region_code)
        .where(Venue.public_id == public_id)
    ).one_or_none()
    if row is None:
        return None
    found, village = row
    return VenueRecord(
        public_id=public_id,
        region_code=found.region_code,
        village=village,
        name=found.name,
        kind=found.kind,
        seats=found.seats,
        is_lit=found.is_lit,
        is_covered=found.is_covered,
        directions=found.directions,
        key_holder=found.key_holder,
        masked_phone=_masked(db, found),
        allows_parallel=found.allows_parallel,
        area_m2=found.area_m2,
        version=found.version,
        retired_at=found.retired_at,
    )


def school(db: Session, village: str) -> SchoolRecord | None:
    """The village's school; None when it has none. Cost: 1 query."""
    row = db.execute(
        select(NightSchool, Region.name, Venue.public_id)
        .join(Region, Region.code == NightSchool.region_code)
        .outerjoin(Venue, (Venue.id == NightSchool.usual_venue_id) & Venue.retired_at.is_(None))
        .where(NightSchool.region_code == village)
    ).one_or_none()
    if row is None:
        return None
    found, name, usual_venue = row
    return SchoolRecord(
        region_code=village,
        village=name,
        institution_name=found.institution_name or "",
        principal=found.principal,
        contact_name=found.contact_name,
        contact_phone=found.contact_phone,
        usual_venue=usual_venue or "",
        equipment=tuple(code for code, is_there in found.equipment.items() if is_there),
        version=found.version,
    )


def _masked(db: Session, venue: Venue) -> str:
    if venue.key_holder_phone is None:
        return ""
    about = f"venue.key_holder_phone:{venue.public_id}"
    return masked_phone(db.info["sealer"].open(venue.key_holder_phone, about=about))
