"""Who holds what: the bookings of some resources on some days, as far as the asking village may know of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import Booking, ClassSession, SessionStatus
from nightschool.queries.courses.closed_times import closed_times, of_resources
from nightschool.queries.courses.sessions import teachers_of
from nightschool.queries.records import shaped
from nightschool.queries.shared_venues import venue_name
from nightschool.rules.courses.choices import Choices
from nightschool.rules.courses.conflicts import (
    DAYS_AHEAD,
    Conflict,
    Holding,
    Want,
    days_to_search,
    find_closed,
    find_conflicts,
    in_order,
    with_free_times,
)
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Moment, Slot


def conflicts(
    db: Session,
    wants: Sequence[Want],
    names: Mapping[Resource, str],
    *,
    for_village: str,
    ignoring: Collection[int] = (),
    not_before: Moment | None = None,
    agreed: bool = False,
) -> tuple[Conflict, ...]:
    """Why these slots cannot be had, each with the nearest free times; empty when all can.

    `ignoring` are class sessions whose own bookings do not count. Closed times stand against a slot unless `agreed`; a
    free time never lies in one. Cost: 2 queries, 5 when something is taken or closed.
    """
    resources = {resource for want in wants for resource in want.resources}
    needed = {resource for want in wants for resource in want.needs}
    days = {want.slot.day for want in wants}
    held = holdings(db, resources, days, for_village=for_village, ignoring=ignoring)
    found = find_conflicts(wants, names, held)
    if days and needed:
        last = max(days) + timedelta(days=DAYS_AHEAD)
        closed = closed_times(db, needed, min(days), last)
        if not agreed:
            against = find_closed(wants, names, closed)
            found = in_order((*found, *without_held(db, against, ignoring)))
    if not found:
        return ()
    around = days_to_search(conflict.wanted for conflict in found)
    return with_free_times(found, wants, busy(db, needed, around, ignoring=ignoring), not_before=not_before)


def without_held(db: Session, against: Sequence[Conflict], ignoring: Collection[int]) -> tuple[Conflict, ...]:
    """The conflicts with closed times, but for slots that these class sessions hold already: that was agreed once."""
    if not against or not ignoring:
        return tuple(against)
    held = set(_booked(db, Booking.class_session_id.in_(ignoring)))
    return tuple(one for one in against if (one.resource, one.wanted) not in held)


def holdings(
    db: Session,
    resources: Collection[Resource],
    days: Collection[date],
    *,
    for_village: str,
    ignoring: Collection[int] = (),
) -> tuple[Holding, ...]:
    """What holds any of the resources on any of the days, as this village may know it.

    Of another village's draft that is only the time, the village and whom to phone. Cost: two queries, by the index of
    resource and day; one when nothing is held.
    """
    if not resources or not days:
        return ()
    # Who asks is not told to phone themselves, in whichever village they stand as the one to ask.
    own = select(NightSchool.contact_phone).where(NightSchool.region_code == for_village).scalar_subquery()
    is_another = NightSchool.contact_phone != func.coalesce(own, "")
    rows = db.execute(
        select(
            Booking.resource_kind,
            Booking.resource_id,
            Booking.day,
            Booking.starts,
            Booking.ends,
            Booking.class_session_id,
            ClassSession.public_id.label("class_session"),
            ClassSession.title,
            ClassSession.status,
            ClassSession.region_code.label("village_code"),
            Region.name.label("village"),
            func.coalesce(venue_name(ClassSession.region_code), "").label("venue"),
            case((is_another, NightSchool.contact_name), else_="").label("contact_name"),
            case((is_another, NightSchool.contact_phone), else_="").label("contact_phone"),
        )
        .join(ClassSession, ClassSession.id == Booking.class_session_id)
        .join(Region, Region.code == ClassSession.region_code)
        .outerjoin(Venue, Venue.id == ClassSession.venue_id)
        .outerjoin(NightSchool, NightSchool.region_code == ClassSession.region_code)
        .where(of_resources(Booking, resources), Booking.day.between(min(days), max(days)))
        .order_by(Booking.day, Booking.starts, Booking.id)
    ).all()
    rows = [row for row in rows if row.day in days and row.class_session_id not in ignoring]
    teachers = teachers_of(db, {row.class_session_id for row in rows})
    held = []
    for row in rows:
        holding = shaped(
            Holding,
            row,
            resource=Resource(ResourceKind(row.resource_kind), row.resource_id),
            slot=Slot(row.day, row.starts, row.ends),
            teachers=tuple(teacher.name for teacher in teachers[row.class_session_id]),
            is_private=False,
        )
        is_private = row.status == SessionStatus.DRAFT and row.village_code != for_village
        held.append(holding.kept_private() if is_private else holding)
    return tuple(held)


def busy(
    db: Session, resources: Collection[Resource], days: Collection[date], *, ignoring: Any = ()
) -> dict[Resource, list[Slot]]:
    """When each of these teachers and venues is booked or closed on these days; what may be shared has no bookings.

    `ignoring` are the ids of class sessions whose own bookings do not count, or a statement that finds them.
    Cost: 2 queries, by the indexes of resource and day; none for nothing.
    """
    found: dict[Resource, list[Slot]] = defaultdict(list)
    if not resources or not days:
        return found
    others = Booking.class_session_id.not_in(ignoring)
    between = Booking.day.between(min(days), max(days))
    for resource, booked in _booked(db, of_resources(Booking, resources), between, others):
        if booked.day in days:
            found[resource].append(booked)
    for resource, times in closed_times(db, resources, min(days), max(days)).items():
        found[resource] += [slot for day in days for time in times if (slot := time.on(day)) is not None]
    return found


def _booked(db: Session, *which: ColumnElement[bool]) -> Iterator[tuple[Resource, Slot]]:
    booked = select(Booking.resource_kind, Booking.resource_id, Booking.day, Booking.starts, Booking.ends)
    for kind, key, day, starts, ends in db.execute(booked.where(*which)):
        yield Resource(ResourceKind(kind), key), Slot(day, starts, ends)


def proposal_conflicts(
    db: Session, proposal: Proposal, choices: Choices, *, not_before: Moment, agreed: bool = False
) -> tuple[Conflict, ...]:
    """What would stand against scheduling this proposal now; nothing is held by asking. Cost: that of `conflicts`.

    Teachers and venues as far as they are among the `choices`. `agreed`: closed times do not stand against it.
    """
    wants = [choices.want(one.slot, one.teachers, one.venue) for one in proposal.dates]
    names = {one.resource: one.name for one in choices.by_id.values()}
    return conflicts(db, wants, names, for_village=proposal.region_code, not_before=not_before, agreed=agreed)
