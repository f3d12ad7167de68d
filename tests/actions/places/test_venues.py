"""A venue is put right, and whether two classes may share it always fits what is booked there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import schedule_course
from nightschool.actions.places.venues import add_venue, edit_venue, reveal_venue_phone
from nightschool.database import Database
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Booking, ClassSession, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.places.venues import VenueEntry
from tests.factories import JIANLI, NOW, SEALER, SHIWAN, TODAY, Cast, make_course, make_session, make_venue

TOMORROW = TODAY + timedelta(days=1)
PHONE = "13800005678"


def add(cast: Cast, db: Session, entry: VenueEntry, **given: Any) -> Venue:
    defaults: dict[str, Any] = {"village": SHIWAN, "by": cast.chen_actor, "now": NOW}
    public_id = add_venue(db, entry=entry, **{**defaults, **given})
    return db.scalars(select(Venue).where(Venue.public_id == public_id)).one()


def edit(cast: Cast, db: Session, venue: Venue, entry: VenueEntry, **given: Any) -> None:
    defaults: dict[str, Any] = {"version": venue.version, "by": cast.chen_actor, "now": NOW}
    edit_venue(db, venue=venue.public_id, entry=entry, **{**defaults, **given})


def planned(
    db: Session, venue: Venue, starts: int = 19 * 60, title: str = "柑橘", **columns: Any
) -> ClassSession:
    course = make_course(db, title=title, venue_id=venue.id, starts=starts, ends=starts + 90)
    return make_session(db, course, **{"day": TOMORROW, "booked": venue.holds_slots, **columns})


def held_here(db: Session, venue: Venue) -> list[int]:
    return sorted(
        db.scalars(
            select(Booking.class_session_id).where(
                Booking.resource_kind == "venue", Booking.resource_id == venue.id
            )
        )
    )


def test_a_venue_needs_only_a_name(cast: Cast, db: Session) -> None:
    venue = add(cast, db, VenueEntry("陈家院坝", kind="courtyard"))
    assert (venue.kind, venue.seats, venue.is_lit, venue.allows_parallel) == ("courtyard", None, True, False)
    assert db.scalars(select(AuditEvent.action)).all() == ["venue.add"]
    with pytest.raises(Refused, match="name_missing"):
        add(cast, db, VenueEntry(""))


def test_two_venues_of_a_village_bear_different_names(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused, match="same_venue"):
        add(cast, db, VenueEntry("村活动室"))
    other = add(cast, db, VenueEntry("村小"))
    with pytest.raises(Refused, match="same_venue"):
        edit(cast, db, other, VenueEntry("村活动室"))
    edit(cast, db, other, VenueEntry("村小", seats=40))
    assert other.seats == 40


def test_the_key_holders_phone_is_sealed_and_looking_it_up_is_on_the_trail(cast: Cast, db: Session) -> None:
    venue = add(cast, db, VenueEntry("村小", key_holder="陈会计", phone=PHONE))
    assert venue.key_holder_phone is not None
    about = f"venue.key_holder_phone:{venue.public_id}"
    assert SEALER.open(venue.key_holder_phone, about=about) == PHONE
    assert reveal_venue_phone(db, venue=venue.public_id, by=cast.chen_actor, now=NOW) == PHONE
    assert db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()[-1] == "venue.phone"


def test_a_venue_is_kept_by_its_own_village_alone(cast: Cast, db: Session) -> None:
    venue = db.get_one(Venue, cast.venue)
    with pytest.raises(NotAllowed):
        edit(cast, db, venue, VenueEntry("村活动室"), by=cast.luo_actor)
    with pytest.raises(NotAllowed):
        add(cast, db, VenueEntry("村小"), village=JIANLI)
    with pytest.raises(NotAllowed):
        reveal_venue_phone(db, venue=venue.public_id, by=cast.luo_actor, now=NOW)
    with pytest.raises(NotFound):
        reveal_venue_phone(db, venue="x" * 22, by=cast.chen_actor, now=NOW)


def test_a_stale_venue_is_refused(cast: Cast, db: Session) -> None:
    venue = db.get_one(Venue, cast.venue)
    edit(cast, db, venue, VenueEntry("村活动室", seats=60))
    with pytest.raises(StaleRecord):
        edit(cast, db, venue, VenueEntry("村活动室", seats=80), version=1)


def test_a_venues_new_name_reaches_the_villages_page(cast: Cast, db: Session) -> None:
    venue = db.get_one(Venue, cast.venue)
    planned(db, venue)
    before = db.scalar(select(Region.revision).where(Region.code == SHIWAN)) or 0
    edit(cast, db, venue, VenueEntry("村活动中心"))
    assert db.scalar(select(Region.revision).where(Region.code == SHIWAN)) == before + 1
    edit(cast, db, venue, VenueEntry("村活动中心", seats=60, key_holder="陈会计"))
    assert db.scalar(select(Region.revision).where(Region.code == SHIWAN)) == before + 1


@pytest.mark.parametrize("shared", [{"allows_parallel": True}, {"kind": "online"}])
def test_a_venue_that_becomes_shared_holds_nothing(cast: Cast, db: Session, shared: dict[str, Any]) -> None:
    venue = db.get_one(Venue, cast.venue)
    planned(db, venue)
    elsewhere = make_venue(db, name="村小")
    other = planned(db, elsewhere, title="医保")
    edit(cast, db, venue, VenueEntry("村活动室", **shared))
    assert held_here(db, venue) == []
    assert held_here(db, elsewhere) == [other.id]


@pytest.mark.parametrize("shared", [{"allows_parallel": True}, {"kind": "online"}])
def test_a_venue_no_longer_shared_is_held_by_what_is_planned_there(
    cast: Cast, db: Session, shared: dict[str, Any]
) -> None:
    venue = make_venue(db, name="院坝", **shared)
    teacher = cast.teacher
    first = planned(db, venue, 18 * 60, teachers=(teacher,))
    second = planned(db, venue, 18 * 60 + 90, title="医保", status=SessionStatus.DRAFT)
    planned(db, venue, 18 * 60, title="取消的", status=SessionStatus.CANCELLED)
    planned(db, venue, 18 * 60, title="昨天的", day=TODAY - timedelta(days=1))
    edit(cast, db, venue, VenueEntry("院坝", kind="courtyard"))
    assert held_here(db, venue) == sorted([first.id, second.id])
    assert db.scalars(select(Booking.resource_id).where(Booking.resource_kind == "teacher")).all() == [
        teacher
    ]


def test_a_venue_stays_shared_while_sessions_overlap_there(cast: Cast, db: Session) -> None:
    venue = make_venue(db, name="院坝", allows_parallel=True)
    planned(db, venue, 18 * 60)
    planned(db, venue, 19 * 60, title="医保")
    with pytest.raises(Refused) as refused, db.begin_nested():
        edit(cast, db, venue, VenueEntry("院坝"))
    assert (refused.value.code, refused.value.field) == ("still_shared", "allows_parallel")
    assert held_here(db, venue) == []


def test_past_overlaps_do_not_keep_a_venue_shared(cast: Cast, db: Session) -> None:
    venue = make_venue(db, name="院坝", allows_parallel=True)
    yesterday = {"day": TODAY - timedelta(days=1)}
    planned(db, venue, 18 * 60, **yesterday)
    planned(db, venue, 19 * 60, title="医保", **yesterday)
    edit(cast, db, venue, VenueEntry("院坝"))
    assert not venue.allows_parallel


def test_who_schedules_while_sharing_ends_does_not_slip_through(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        venue = make_venue(db, name="院坝", allows_parallel=True)
        planned(db, venue)
        public_id = venue.public_id
    is_scheduling = Event()

    def schedule() -> str:
        with database.writing() as db:
            wanted = Proposal(SHIWAN, "医保", "law", 19 * 60, 20 * 60, Once(TOMORROW), venue=public_id)
            is_scheduling.set()
            return schedule_course(db, proposal=wanted, publish=True, by=cast.chen_actor, now=NOW)

    with ThreadPoolExecutor(1) as other:
        with database.writing() as db:
            edit(
                cast,
                db,
                db.scalars(select(Venue).where(Venue.public_id == public_id)).one(),
                VenueEntry("院坝"),
            )
            scheduling = other.submit(schedule)
            # On SQLite the other one waits before it begins; on PostgreSQL it begins, and waits for the venue.
            is_scheduling.wait(timeout=0.5)
            with pytest.raises(TimeoutError):
                scheduling.result(timeout=0.5)
        with pytest.raises(CannotSchedule):
            scheduling.result(timeout=10)
