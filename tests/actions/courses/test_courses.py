"""Scheduling a course: every date holds its slot, or the coordinator hears why not; editing leaves the past alone."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import Common, edit_course, publish_course, schedule_course
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher, Course, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Listed, Once, Weekly
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_register,
    make_session,
    make_teacher,
    make_venue,
)

FRIDAY = date(2026, 11, 27)
EVENING = (19 * 60, 20 * 60 + 30)


def proposal(db: Session, cast: Cast, **changed: Any) -> Proposal:
    """周老师 teaches in 狮湾村's meeting room on a Friday evening."""
    usual = Proposal(
        region_code=SHIWAN,
        title="柑橘冬季管护",
        category_code="skill",
        starts=EVENING[0],
        ends=EVENING[1],
        recurrence=Once(FRIDAY),
        summary="带上剪刀",
        teachers=(db.get_one(Teacher, cast.teacher).public_id,),
        venue=db.get_one(Venue, cast.venue).public_id,
    )
    return replace(usual, **changed)


def schedule(db: Session, cast: Cast, *, publish: bool = True, by: Any = None, **changed: Any) -> Course:
    public_id = schedule_course(
        db,
        proposal=proposal(db, cast, **changed),
        publish=publish,
        by=by or cast.chen_actor,
        now=NOW,
    )
    return db.scalars(select(Course).where(Course.public_id == public_id)).one()


def sessions_of(db: Session, course: Course) -> list[ClassSession]:
    return list(
        db.scalars(select(ClassSession).where(ClassSession.course_id == course.id).order_by(ClassSession.day))
    )


def held(db: Session) -> list[tuple[str, date, int, int]]:
    return [
        (row.resource_kind, row.day, row.starts, row.ends)
        for row in db.scalars(select(Booking).order_by(Booking.day, Booking.resource_kind, Booking.starts))
    ]


def revision_of(db: Session, code: str) -> int:
    return db.scalars(select(Region.revision).where(Region.code == code)).one()


def test_every_date_of_a_series_holds_teacher_and_room(cast: Cast, db: Session) -> None:
    course = schedule(db, cast, recurrence=Weekly(FRIDAY, (4,), until=date(2026, 12, 11)))
    assert [(s.day, s.title, s.status, s.published_at) for s in sessions_of(db, course)] == [
        (FRIDAY + timedelta(days=7 * week), "柑橘冬季管护", "scheduled", NOW.instant) for week in range(3)
    ]
    assert held(db) == [
        (kind, FRIDAY + timedelta(days=7 * week), *EVENING)
        for week in range(3)
        for kind in ("teacher", "venue")
    ]


def test_a_draft_holds_its_slot_and_villagers_hear_nothing(cast: Cast, db: Session) -> None:
    before = revision_of(db, SHIWAN)
    course = schedule(db, cast, publish=False)
    assert [(s.status, s.published_at) for s in sessions_of(db, course)] == [("draft", None)]
    assert revision_of(db, SHIWAN) == before
    with pytest.raises(CannotSchedule), db.begin_nested():
        schedule(db, cast)


def test_dates_left_out_are_kept_with_the_course(cast: Cast, db: Session) -> None:
    weekly = Weekly(FRIDAY, (4,), times=3)
    course = schedule(
        db, cast, recurrence=weekly, leave_out=frozenset({date(2026, 12, 4), date(2026, 12, 5)})
    )
    assert [s.day for s in sessions_of(db, course)] == [FRIDAY, date(2026, 12, 11)]
    assert course.skipped_dates == ["2026-12-04"]
    assert course.recurrence == {
        "kind": "weekly",
        "first": "2026-11-27",
        "weekdays": [4],
        "every": 1,
        "until": None,
        "times": 3,
    }


def test_nothing_left_is_refused(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused) as refusal:
        schedule(db, cast, leave_out=frozenset({FRIDAY}))
    assert refusal.value.code == "none_left"


def test_a_slot_past_midnight_is_refused_with_its_field(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused) as refusal:
        schedule(db, cast, starts=23 * 60, ends=24 * 60 + 30)
    assert (refusal.value.code, refusal.value.field) == ("past_midnight", "ends")


def test_a_past_date_may_be_entered_as_it_happened(cast: Cast, db: Session) -> None:
    course = schedule(db, cast, recurrence=Once(date(2016, 11, 18)), starts=9 * 60, ends=11 * 60)
    assert [s.day for s in sessions_of(db, course)] == [date(2016, 11, 18)]


def test_a_taken_teacher_is_named_with_village_course_and_phone(cast: Cast, db: Session) -> None:
    shared = (make_teacher(db, "511000000000", "周老师").public_id,)
    room = db.get_one(Venue, cast.other_venue).public_id
    schedule(db, cast, by=cast.luo_actor, region_code=JIANLI, venue=room, teachers=shared)
    with pytest.raises(CannotSchedule) as refusal:
        schedule(db, cast, teachers=shared)
    [conflict] = refusal.value.conflicts
    assert conflict.resource_name == "周老师"
    assert conflict.holding is not None
    assert (conflict.holding.village, conflict.holding.title, conflict.holding.venue) == (
        "建立村",
        "柑橘冬季管护",
        "村活动室",
    )
    assert (conflict.holding.contact_name, conflict.holding.contact_phone) == ("罗支书", "0832-5550202")
    assert conflict.holding.teachers == ("周老师",)
    assert len(conflict.instead) >= 3


def test_of_another_villages_draft_only_time_village_and_phone_are_told(cast: Cast, db: Session) -> None:
    shared = (make_teacher(db, "511000000000", "周老师").public_id,)
    room = db.get_one(Venue, cast.other_venue).public_id
    schedule(db, cast, publish=False, by=cast.luo_actor, region_code=JIANLI, venue=room, teachers=shared)
    with pytest.raises(CannotSchedule) as refusal:
        schedule(db, cast, teachers=shared)
    told = refusal.value.conflicts[0].holding
    assert told is not None
    assert (told.village, told.contact_phone, told.is_private) == ("建立村", "0832-5550202", True)
    assert (told.title, told.venue, told.teachers, told.class_session) == ("", "", (), "")


def test_times_offered_are_free_when_taken(cast: Cast, db: Session) -> None:
    schedule(db, cast)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        schedule(db, cast)
    for slot in refusal.value.conflicts[0].instead:
        schedule(db, cast, recurrence=Once(slot.day), starts=slot.starts, ends=slot.ends)


def test_several_conflicts_are_all_told_in_the_order_of_their_days(cast: Cast, db: Session) -> None:
    schedule(db, cast, recurrence=Listed((date(2026, 12, 11), FRIDAY)))
    with pytest.raises(CannotSchedule) as refusal:
        schedule(db, cast, recurrence=Weekly(FRIDAY, (4,), times=4))
    assert [(c.wanted.day, c.resource.kind) for c in refusal.value.conflicts] == [
        (FRIDAY, "teacher"),
        (FRIDAY, "venue"),
        (date(2026, 12, 11), "teacher"),
        (date(2026, 12, 11), "venue"),
    ]


@pytest.mark.parametrize("columns", [{"allows_parallel": True}, {"kind": "online"}])
def test_a_venue_for_parallel_use_and_an_online_one_hold_nothing(
    cast: Cast, db: Session, columns: Any
) -> None:
    shared = make_venue(db, name="晒坝", **columns).public_id
    schedule(db, cast, venue=shared, teachers=())
    schedule(db, cast, venue=shared, teachers=())
    assert held(db) == []


def test_cancelled_and_postponed_sessions_hold_nothing(cast: Cast, db: Session) -> None:
    [session] = sessions_of(db, schedule(db, cast))
    session.status, session.reason = SessionStatus.CANCELLED, "weather"
    db.query(Booking).delete()
    db.flush()
    assert len(sessions_of(db, schedule(db, cast))) == 1


def test_a_teacher_of_another_county_or_a_strangers_room_is_not_found(cast: Cast, db: Session) -> None:
    far_away = make_teacher(db, code="511024000000", name="远老师").public_id
    with pytest.raises(NotFound):
        schedule(db, cast, teachers=(far_away,))
    with pytest.raises(NotFound):
        schedule(db, cast, venue=db.get_one(Venue, cast.other_venue).public_id)


def test_nobody_schedules_in_another_village(cast: Cast, db: Session) -> None:
    with pytest.raises(NotAllowed):
        schedule(db, cast, by=cast.luo_actor)


def test_scheduling_leaves_one_line_in_the_trail_and_tells_the_villages_pages(
    cast: Cast, db: Session
) -> None:
    before = revision_of(db, SHIWAN)
    course = schedule(db, cast)
    [line] = db.scalars(select(AuditEvent).where(AuditEvent.record == f"course {course.id}"))
    assert (line.action, line.account_id, line.region_code) == ("courses.schedule", cast.chen, SHIWAN)
    assert revision_of(db, SHIWAN) == before + 1


def test_publishing_makes_every_draft_public_once(cast: Cast, db: Session) -> None:
    course = schedule(db, cast, publish=False, recurrence=Weekly(FRIDAY, (4,), times=2))
    before = revision_of(db, SHIWAN)
    assert publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW) == 2
    assert [(s.status, s.published_at) for s in sessions_of(db, course)] == [("scheduled", NOW.instant)] * 2
    assert revision_of(db, SHIWAN) == before + 1
    assert publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW) == 0
    assert revision_of(db, SHIWAN) == before + 1


def test_a_course_stays_public_since_the_day_it_first_was(cast: Cast, db: Session) -> None:
    course = schedule(db, cast)
    added = make_session(db, course, FRIDAY + timedelta(days=7), status=SessionStatus.DRAFT)
    an_hour_on = later(hours=1)
    assert publish_course(db, course=course.public_id, by=cast.chen_actor, now=an_hour_on) == 1
    db.expire_all()
    assert (course.published_at, added.published_at) == (NOW.instant, an_hour_on.instant)


def common(db: Session, cast: Cast, **changed: Any) -> Common:
    usual = proposal(db, cast)
    as_it_is = Common(
        title=usual.title,
        category_code=usual.category_code,
        summary=usual.summary,
        teachers=usual.teachers,
        venue=usual.venue,
        starts=usual.starts,
        ends=usual.ends,
    )
    return replace(as_it_is, **changed)


def edit(db: Session, cast: Cast, course: Course, *, seen: int | None = None, **changed: Any) -> int:
    return edit_course(
        db,
        course=course.public_id,
        seen_version=course.version if seen is None else seen,
        common=common(db, cast, **changed),
        by=cast.chen_actor,
        now=NOW,
    )


@pytest.fixture
def term(cast: Cast, db: Session) -> Course:
    """Tuesdays from two weeks ago to two weeks ahead: one held, one unrecorded, one tonight, two to come."""
    course = schedule(db, cast, recurrence=Weekly(TODAY - timedelta(days=14), (1,), times=5))
    make_register(db, sessions_of(db, course)[0], cast.chen, total=31)
    return course


def test_editing_changes_only_what_is_still_to_come(cast: Cast, db: Session, term: Course) -> None:
    past = [(s.id, s.title, s.starts, s.revision) for s in sessions_of(db, term)[:2]]
    other = make_teacher(db, name="李老师")
    changed = edit(
        db, cast, term, title="果树管护", teachers=(other.public_id,), starts=18 * 60, ends=19 * 60
    )
    assert changed == 3
    assert (term.title, term.starts, term.ends) == ("果树管护", 18 * 60, 19 * 60)
    assert [(s.id, s.title, s.starts, s.revision) for s in sessions_of(db, term)[:2]] == past
    assert [(s.title, s.starts, s.ends) for s in sessions_of(db, term)[2:]] == [
        ("果树管护", 18 * 60, 19 * 60)
    ] * 3
    teachers = db.execute(
        select(ClassSession.day, ClassSessionTeacher.teacher_id)
        .join(ClassSession, ClassSession.id == ClassSessionTeacher.class_session_id)
        .order_by(ClassSession.day)
    ).all()
    assert [teacher for _day, teacher in teachers] == [cast.teacher] * 2 + [other.id] * 3
    assert held(db)[4:] == [
        (kind, TODAY + timedelta(days=7 * week), 18 * 60, 19 * 60)
        for week in range(3)
        for kind in ("teacher", "venue")
    ]


def test_a_session_changed_by_itself_keeps_what_was_changed_in_it(
    cast: Cast, db: Session, term: Course
) -> None:
    own = sessions_of(db, term)[3]
    own.title = "请省农科院的人来讲"
    db.flush()
    edit(db, cast, term, title="果树管护", summary="带嫁接刀")
    assert [(s.title, s.summary) for s in sessions_of(db, term)[2:]] == [
        ("果树管护", "带嫁接刀"),
        ("请省农科院的人来讲", "带嫁接刀"),
        ("果树管护", "带嫁接刀"),
    ]


def test_editing_into_a_taken_evening_is_refused(cast: Cast, db: Session, term: Course) -> None:
    schedule(db, cast, recurrence=Once(TODAY + timedelta(days=7)), starts=17 * 60, ends=18 * 60)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        edit(db, cast, term, starts=17 * 60 + 30, ends=18 * 60 + 30)
    assert {conflict.wanted.day for conflict in refusal.value.conflicts} == {TODAY + timedelta(days=7)}


def test_a_series_may_be_shifted_over_its_own_slots(cast: Cast, db: Session, term: Course) -> None:
    assert edit(db, cast, term, starts=EVENING[0] + 30, ends=EVENING[1] + 30) == 3


def test_changing_only_the_teacher_raises_version_and_revisions(
    cast: Cast, db: Session, term: Course
) -> None:
    version, revisions = term.version, [s.revision for s in sessions_of(db, term)]
    assert edit(db, cast, term, teachers=()) == 3
    assert term.version == version + 1
    assert [s.revision for s in sessions_of(db, term)] == [*revisions[:2], *(r + 1 for r in revisions[2:])]
    assert db.scalar(select(func.count()).where(Booking.resource_kind == "teacher")) == 2


def test_what_is_saved_unchanged_changes_nothing(cast: Cast, db: Session, term: Course) -> None:
    version = term.version
    assert edit(db, cast, term) == 0
    assert term.version == version


def test_a_stale_edit_is_refused(cast: Cast, db: Session, term: Course) -> None:
    seen = term.version
    edit(db, cast, term, title="果树管护")
    with pytest.raises(StaleRecord):
        edit(db, cast, term, title="果树", seen=seen)


def test_two_hundred_dates_cost_no_more_questions_than_one(
    cast: Cast, db: Session, statements: list[str]
) -> None:
    def cost(times: int, starts: int) -> int:
        statements.clear()
        schedule(db, cast, recurrence=Weekly(FRIDAY, (4,), times=times), starts=starts, ends=starts + 60)
        # SQLite gives new ids back row by row.
        return sum(not statement.startswith("INSERT INTO class_session ") for statement in statements)

    assert cost(200, 8 * 60) <= cost(1, 10 * 60)
