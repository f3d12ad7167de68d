"""What there is to choose from when a course is scheduled: whom and what a village may call on."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.queries.records import shaped
from nightschool.queries.scope import inside
from nightschool.queries.shared_venues import can_meet_at, venue_name
from nightschool.rules.courses.choices import Choices, TeacherChoice, VenueChoice
from nightschool.rules.places.venues import ONLINE
from nightschool.rules.regions import ancestors_of, township_of
from nightschool.rules.resources import Resource, ResourceKind


def on_offer(
    db: Session, village: str, *, teachers: Collection[str] = (), venues: Collection[str] = ()
) -> Choices:
    """What a course of this village can be made of; teachers are those kept there and above it, venues its own
    and those that others of its township share. Cost: 2 queries.

    Those put away are not offered, but for the `teachers` and `venues` that are chosen already: a form that did not
    show them would lose them when it is saved.
    """
    return Choices(
        _teachers(
            db,
            Teacher.region_code.in_((village, *ancestors_of(village))),
            or_(Teacher.retired_at.is_(None), Teacher.public_id.in_(teachers)),
        ),
        _venues(
            db,
            or_(
                can_meet_at(village) & Venue.retired_at.is_(None),
                inside(Venue.region_code, township_of(village) or village) & Venue.public_id.in_(venues),
            ),
            village=village,
        ),
    )


def chosen(
    db: Session,
    *,
    teachers: Collection[str],
    venues: Collection[str | None],
    village: Any = Venue.region_code,
) -> Choices:
    """These alone, wherever they are kept, put away or not. Cost: 2 queries; none for nobody and nothing.

    Venues are called as in the `village`; without one, as where they are.
    """
    places = {one for one in venues if one}
    return Choices(
        _teachers(db, Teacher.public_id.in_(teachers)) if teachers else (),
        _venues(db, Venue.public_id.in_(places), village=village) if places else (),
    )


def _teachers(db: Session, *which: Any) -> tuple[TeacherChoice, ...]:
    rows = db.execute(
        select(
            # Who was merged into another is that other one, as actions.courses.staffing has it.
            func.coalesce(Teacher.merged_into_id, Teacher.id).label("id"),
            Teacher.public_id,
            Teacher.name,
            Teacher.region_code,
            Teacher.name_key,
            Teacher.unit,
            Teacher.kind,
            Teacher.specialities,
            Teacher.weekly_limit,
            Teacher.retired_at.is_not(None).label("is_retired"),
        )
        .where(*which)
        .order_by(Teacher.id)
    ).all()
    # The nearest first: a village's code is greater than its township's, and so on up.
    nearest = sorted(
        sorted(rows, key=lambda row: row.name_key), key=lambda row: row.region_code, reverse=True
    )
    return tuple(
        shaped(TeacherChoice, row, resource=Resource(ResourceKind.TEACHER, row.id)) for row in nearest
    )


def _venues(db: Session, *which: Any, village: Any = Venue.region_code) -> tuple[VenueChoice, ...]:
    is_own = Venue.region_code == village
    rows = db.execute(
        select(
            Venue.id,
            Venue.public_id,
            venue_name(village).label("name"),
            is_own.label("is_own"),
            Venue.region_code,
            Venue.kind,
            Venue.seats,
            Venue.is_lit,
            Venue.is_covered,
            Venue.allows_parallel,
            Venue.retired_at.is_not(None).label("is_retired"),
            (NightSchool.usual_venue_id == Venue.id).label("is_usual"),
        )
        .outerjoin(NightSchool, NightSchool.region_code == village)
        .where(*which)
        .order_by(is_own.desc(), Venue.id)
    )
    return tuple(
        shaped(
            VenueChoice,
            row,
            resource=Resource(ResourceKind.VENUE, row.id),
            is_online=row.kind == ONLINE,
            holds_slots=not row.allows_parallel and row.kind != ONLINE,
            is_usual=bool(row.is_usual),
        )
        for row in rows
    )
