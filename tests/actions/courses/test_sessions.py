"""One class session is moved, changed, cancelled or postponed; everything else stays as it was."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import (
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.rules.slots import Slot
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_register,
    make_session,
    make_teacher,
    make_venue,
)

TOMORROW = TODAY + timedelta(days=1)
EVENING = (19 * 60, 20 * 60 + 30)


@pytest.fixture
def tonight(cast: Cast, db: Session) -> ClassSession:
    """周老师 in the meeting room tonight, and a week later again."""
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    make_session(db, course, TODAY + timedelta(days=7), teachers=(cast.teacher,))
    return make_session(db, course, TODAY, teachers=(cast.teacher,))


def act(
    action: Any,
    cast: Cast,
    db: Session,
    session: ClassSession,
    *,
    by: Any = None,
    seen: int | None = None,
    **given: Any,
) -> Any:
    return action(
        db,
        class_session=session.public_id,
        seen_revision=session.revision if seen is None else seen,
        by=by or cast.chen_actor,
        now=NOW,
        **given,
    )


def move(cast: Cast, db: Session, session: ClassSession, slot: Slot, **given: Any) -> None:
    act(move_session, cast, db, session, slot=slot, **given)


def cancel(cast: Cast, db: Session, session: ClassSession, reason: str = "weather", **given: Any) -> None:
    act(cancel_session, cast, db, session, reason=reason, reason_text="下大雨", **given)


def postpone(cast: Cast, db: Session, session: ClassSession, slot: Slot, **given: Any) -> ClassSession:
    told = {"reason": "teacher_away", "reason_text": "老师去县里开会"}
    public_id = act(postpone_session, cast, db, session, slot=slot, **{**told, **given})
    return db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()


def change(cast: Cast, db: Session, session: ClassSession, **given: Any) -> None:
    as_it_is = {
        "title": session.title,
        "summary": session.summary,
        "teachers": (db.get_one(Teacher, cast.teacher).public_id,),
        "venue": db.get_one(Venue, cast.venue).public_id,
    }
    act(change_session, cast, db, session, **{**as_it_is, **given})


def held_by(db: Session, session: ClassSession) -> list[tuple[str, int, date, int, int]]:
    rows = db.scalars(
        select(Booking).where(Booking.class_session_id == session.id).order_by(Booking.resource_kind)
    )
    return [(row.resource_kind, row.resource_id, row.day, row.starts, row.ends) for row in rows]


def revision_of(db: Session, code: str) -> int:
    return db.scalars(select(Region.revision).where(Region.code == code)).one()


def test_moving_frees_the_old_slot_and_holds_the_new(cast: Cast, db: Session, tonight: ClassSession) -> None:
    pages, revision = revision_of(db, SHIWAN), tonight.revision
    move(cast, db, tonight, Slot(TOMORROW, 1080, 1170))
    assert held_by(db, tonight) == [
        ("teacher", cast.teacher, TOMORROW, 1080, 1170),
        ("venue", cast.venue, TOMORROW, 1080, 1170),
    ]
    assert tonight.revision == revision + 1
    assert revision_of(db, SHIWAN) == pages + 1
    [line] = db.scalars(select(AuditEvent).where(AuditEvent.action == "sessions.move"))
    assert line.details["before"] == ["2026-11-24", 1140, 1230]


def test_moving_one_leaves_every_other_session_as_it_was(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    other = db.scalars(select(ClassSession).where(ClassSession.id != tonight.id)).one()
    before = (other.day, other.starts, other.revision, held_by(db, other))
    move(cast, db, tonight, Slot(TOMORROW, 1080, 1170))
    assert (other.day, other.starts, other.revision, held_by(db, other)) == before


def test_moving_by_half_an_hour_does_not_collide_with_itself(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    move(cast, db, tonight, Slot(TODAY, EVENING[0] + 30, EVENING[1] + 30))
    assert [row[3] for row in held_by(db, tonight)] == [EVENING[0] + 30] * 2


def test_moving_into_a_taken_slot_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    week_later = TODAY + timedelta(days=7)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        move(cast, db, tonight, Slot(week_later, EVENING[1] - 1, EVENING[1] + 60))
    assert [c.resource_name for c in refusal.value.conflicts] == ["周老师", "村活动室"]
    move(cast, db, tonight, Slot(week_later, EVENING[1], EVENING[1] + 60))


def test_a_course_never_meets_twice_at_one_time_even_where_nothing_is_booked(cast: Cast, db: Session) -> None:
    course = make_course(db)  # without teacher and place
    first, second = (make_session(db, course, TODAY + timedelta(days=ahead)) for ahead in (1, 8))
    called_off = make_session(db, course, first.day, status=SessionStatus.CANCELLED)
    there = Slot(first.day, first.starts + 30, first.ends + 30)
    reason = {"reason": "weather", "reason_text": ""}
    for session, action, given in (
        (second, move_session, {"slot": there}),
        (second, postpone_session, {"slot": there, **reason}),
        (called_off, restore_session, {}),
    ):
        with pytest.raises(Refused) as refused, db.begin_nested():
            act(action, cast, db, session, **given)
        assert refused.value.code == "already_there"
        db.refresh(session)
    act(move_session, cast, db, first, slot=there)
    assert first.starts == there.starts


def test_moving_past_midnight_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    with pytest.raises(Refused) as refusal:
        move(cast, db, tonight, Slot(TODAY, 1400, 1470))
    assert refusal.value.code == "past_midnight"


def test_teacher_and_place_of_one_session_change(cast: Cast, db: Session, tonight: ClassSession) -> None:
    other, yard = make_teacher(db, name="李老师"), make_venue(db, name="晒坝")
    revision = tonight.revision
    change(cast, db, tonight, teachers=(other.public_id,), venue=yard.public_id)
    assert [row[:2] for row in held_by(db, tonight)] == [("teacher", other.id), ("venue", yard.id)]
    assert tonight.revision == revision + 1


def test_changing_only_the_teacher_raises_the_revision(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    revision = tonight.revision
    change(cast, db, tonight, teachers=())
    assert tonight.revision == revision + 1
    assert [row[0] for row in held_by(db, tonight)] == ["venue"]


def test_who_taught_a_held_session_may_be_put_right(cast: Cast, db: Session, tonight: ClassSession) -> None:
    make_register(db, tonight, cast.chen, total=31)
    other = make_teacher(db, name="李老师")
    change(cast, db, tonight, teachers=(other.public_id,))
    assert db.scalars(
        select(ClassSessionTeacher.teacher_id).where(ClassSessionTeacher.class_session_id == tonight.id)
    ).all() == [other.id]
    assert tonight.status == SessionStatus.HELD


def test_changing_to_a_teacher_who_is_taken_is_refused(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    other = make_teacher(db, name="李老师")
    elsewhere = make_course(db, title="法律讲座", teachers=(other.id,))
    make_session(db, elsewhere, TODAY, teachers=(other.id,), starts=20 * 60, ends=21 * 60)
    with pytest.raises(CannotSchedule) as refusal:
        change(cast, db, tonight, teachers=(other.public_id,))
    [conflict] = refusal.value.conflicts
    assert conflict.resource_name == "李老师"


def test_cancelling_frees_the_slot_and_keeps_the_reason(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    cancel(cast, db, tonight)
    assert (tonight.status, tonight.reason, tonight.reason_text) == ("cancelled", "weather", "下大雨")
    assert held_by(db, tonight) == []


@pytest.mark.parametrize("reason", ["", "none of these"])
def test_cancelling_needs_a_reason_from_the_list(
    cast: Cast, db: Session, tonight: ClassSession, reason: str
) -> None:
    with pytest.raises(Refused) as refusal:
        cancel(cast, db, tonight, reason)
    assert (refusal.value.code, refusal.value.field) == ("reason_missing", "reason")


def test_a_session_with_a_register_is_neither_cancelled_moved_nor_postponed(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    make_register(db, tonight, cast.chen, total=31)
    for attempt in (
        lambda: cancel(cast, db, tonight),
        lambda: move(cast, db, tonight, Slot(TOMORROW, *EVENING)),
        lambda: postpone(cast, db, tonight, Slot(TOMORROW, *EVENING)),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "has_register"


def test_postponing_points_to_one_successor_that_holds_the_new_slot(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    successor = postpone(cast, db, tonight, Slot(TOMORROW, *EVENING))
    assert (tonight.status, tonight.reason, tonight.successor_id) == (
        "postponed",
        "teacher_away",
        successor.id,
    )
    assert held_by(db, tonight) == []
    assert (successor.title, successor.status, successor.day, successor.venue_id) == (
        tonight.title,
        "scheduled",
        TOMORROW,
        cast.venue,
    )
    assert held_by(db, successor) == [
        ("teacher", cast.teacher, TOMORROW, *EVENING),
        ("venue", cast.venue, TOMORROW, *EVENING),
    ]


def test_a_postponed_session_can_be_postponed_again_but_only_at_its_end(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    second = postpone(cast, db, tonight, Slot(TOMORROW, *EVENING))
    third = postpone(cast, db, second, Slot(TODAY, *EVENING))
    assert [tonight.successor_id, second.successor_id, third.successor_id] == [second.id, third.id, None]
    with pytest.raises(Refused) as refusal:
        postpone(cast, db, tonight, Slot(TODAY + timedelta(days=2), *EVENING))
    assert refusal.value.code == "is_postponed"


def test_postponing_within_its_own_evening_is_possible(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    assert (
        postpone(cast, db, tonight, Slot(TODAY, EVENING[0] + 30, EVENING[1] + 30)).starts == EVENING[0] + 30
    )


def test_postponing_to_the_same_time_is_refused(cast: Cast, db: Session, tonight: ClassSession) -> None:
    with pytest.raises(Refused) as refusal:
        postpone(cast, db, tonight, Slot(TODAY, *EVENING))
    assert refusal.value.code == "same_slot"


def test_postponing_into_a_taken_slot_leaves_all_as_it_was(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    before = held_by(db, tonight)
    with pytest.raises(CannotSchedule), db.begin_nested():
        postpone(cast, db, tonight, Slot(TODAY + timedelta(days=7), *EVENING))
    db.refresh(tonight)
    assert (tonight.status, tonight.successor_id) == ("scheduled", None)
    assert held_by(db, tonight) == before


def test_a_cancelled_session_changes_no_more(cast: Cast, db: Session, tonight: ClassSession) -> None:
    cancel(cast, db, tonight)
    with pytest.raises(Refused) as refusal:
        move(cast, db, tonight, Slot(TOMORROW, *EVENING))
    assert refusal.value.code == "is_cancelled"


def test_a_stale_change_is_refused_and_nothing_is_lost(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    seen = tonight.revision
    move(cast, db, tonight, Slot(TOMORROW, *EVENING))
    with pytest.raises(StaleRecord):
        cancel(cast, db, tonight, seen=seen)
    assert tonight.status == "scheduled"


def test_a_drafts_change_tells_villagers_nothing(cast: Cast, db: Session) -> None:
    draft = make_session(db, make_course(db, published=False), TODAY, status=SessionStatus.DRAFT)
    pages = revision_of(db, SHIWAN)
    successor = postpone(cast, db, draft, Slot(TOMORROW, *EVENING))
    assert (successor.status, successor.published_at) == ("draft", None)
    assert revision_of(db, SHIWAN) == pages


def test_nobody_changes_another_villages_session(cast: Cast, db: Session, tonight: ClassSession) -> None:
    with pytest.raises(NotAllowed):
        cancel(cast, db, tonight, by=cast.luo_actor)


def test_an_unknown_session_is_not_found(cast: Cast, db: Session) -> None:
    with pytest.raises(NotFound):
        cancel_session(
            db,
            class_session="x" * 22,
            seen_revision=1,
            reason="weather",
            reason_text="",
            by=cast.chen_actor,
            now=NOW,
        )
