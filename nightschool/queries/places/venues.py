"""The venues of a village: listed, offered, and one by one. The key holder's phone comes out masked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Venue
from nightschool.queries import phones, records
from nightschool.queries.shared_venues import can_meet_at, venue_name
from nightschool.rules.listings import UNASKED, Asked, Listing, of_records, states
from nightschool.rules.names import finder, sort_key
from nightschool.texts import _


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
    for_township: bool
    area_m2: int | None
    directions: str
    is_usual: bool
    is_retired: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueRecord(records.Record):
    """One venue as the form shows one."""

    kind: str
    seats: int | None
    is_lit: bool
    is_covered: bool
    directions: str
    key_holder: str
    allows_parallel: bool
    for_township: bool
    area_m2: int | None


def venues(db: Session, village: str, asked: Asked = UNASKED) -> Listing[VenueLine]:
    """The village's venues as asked for; unasked the usual one first, then as they were added. Cost: 1 query."""
    rows = _rows(db, village)
    state = asked.choice("state", _("还用不用"), states(_("现在用的"), _("不再用的"), rows))
    orders = {"": _("平常用的在前"), "name": _("按名字")}
    sort = asked.choice("sort", _("怎么排"), orders if len(rows) > 1 else {"": orders[""]})
    fits = finder(asked.query)
    place: Callable[[Any], Any] = lambda row: sort_key(row.name) if sort.value else not row.is_usual  # noqa: E731
    return of_records(
        rows,
        [row for row in rows if fits(row.name, row.search_keys)],
        asked,
        (state, sort),
        order=lambda found: sorted(found, key=place),
        write=lambda shown: tuple(_venue_line(db, row) for row in shown),
    )


def village_venues(db: Session, village: str) -> tuple[VenueLine, ...]:
    """All venues in use, as they were added, for paper. Cost: 1 query."""
    return tuple(_venue_line(db, row) for row in _rows(db, village) if not row.is_retired)


def offered(db: Session, village: str) -> dict[str, str]:
    """The venues to choose from, {public id: name}: its own, then those others share with it. Cost: 1 query."""
    return {one.public_id: one.name for one in _usable(db, village)}


def shared_with(db: Session, village: str) -> tuple[str, ...]:
    """What the venues are called that others of its township share with the village. Cost: 1 query."""
    return tuple(one.name for one in _usable(db, village) if not one.is_own)


def _usable(db: Session, village: str) -> Sequence[Any]:
    is_own = Venue.region_code == village
    return db.execute(
        select(Venue.public_id, venue_name(village).label("name"), is_own.label("is_own"))
        .where(can_meet_at(village), Venue.retired_at.is_(None))
        .order_by(is_own.desc(), Venue.id)
    ).all()


def venue(db: Session, public_id: str) -> VenueRecord | None:
    """One venue; None when there is no such venue. Cost: 1 query."""
    return records.one(db, Venue, VenueRecord, public_id)


def _rows(db: Session, village: str) -> Sequence[Any]:
    return db.execute(
        select(
            Venue.__table__,
            Venue.retired_at.is_not(None).label("is_retired"),
            func.coalesce(Venue.id == NightSchool.usual_venue_id, literal(False)).label("is_usual"),
        )
        .outerjoin(NightSchool, NightSchool.region_code == Venue.region_code)
        .where(Venue.region_code == village)
        .order_by(Venue.id)
    ).all()


def _venue_line(db: Session, row: Any) -> VenueLine:
    return records.shaped(
        VenueLine,
        row,
        masked_phone=phones.masked(db, "venue", row.public_id, row.key_holder_phone),
        is_usual=row.is_usual and not row.is_retired,
    )
