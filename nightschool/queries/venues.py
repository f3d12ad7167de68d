"""The venues of a village: listed, offered, and one by one. The key holder's phone comes out masked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Venue
from nightschool.queries import phones, records
from nightschool.rules.listings import EVERY, RETIRED, Asked, Listing, is_wanted, page_of
from nightschool.rules.names import finder, sort_key
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
    region: str
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


def venue(db: Session, public_id: str) -> VenueRecord | None:
    """One venue; None when there is no such venue. Cost: 1 query."""
    return records.one(db, Venue, VenueRecord, public_id)


def _venue_line(db: Session, venue: Venue, usual: int | None) -> VenueLine:
    return VenueLine(
        public_id=venue.public_id,
        name=venue.name,
        kind=venue.kind,
        seats=venue.seats,
        is_lit=venue.is_lit,
        is_covered=venue.is_covered,
        key_holder=venue.key_holder,
        masked_phone=phones.masked(db, "venue", venue.public_id, venue.key_holder_phone),
        allows_parallel=venue.allows_parallel,
        is_usual=venue.id == usual and venue.retired_at is None,
        is_retired=venue.retired_at is not None,
        version=venue.version,
    )
