"""One class session and those that follow are changed together: all of them or none, and what is over stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import Common, edit_course
from nightschool.actions.courses.series import change_following, move_following
from nightschool.actions.courses.sessions import move_session
from nightschool.actions.courses.undo import take_back
from nightschool.errors import CannotSchedule, NotAllowed, Refused, StaleRecord
from nightschool.models.attendance import Headcount
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import Booking, ChangeSet, ClassSession, Course, CourseTeacher, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses import series as queries
from nightschool.rules.courses.series import plan_following, steps_digest
from nightschool.rules.courses.undo import TakenBack
from nightschool.rules.slots import Moment, Slot
from tests.actions.courses.test_undo import standing
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_register,
    make_session,
    make_teacher,
)

SOON = later(minutes=3)
AT = Moment(TODAY, 600)
WEEK = timedelta(days=7)


@pytest.fixture
def term(cast: Cast, db: Session) -> list[ClassSession]:
    """Tuesdays: one held, one unrecorded, tonight, one cancelled, three to come, the last a draft; all one evening."""
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    statuses = ("scheduled", "scheduled", "scheduled", "cancelled", "scheduled", "scheduled", "draft")
    made = [
        make_session(
            db, course, TODAY + WEEK * (number - 2), teachers=(cast.teacher,), status=SessionStatus(status)
        )
        for number, status in enumerate(statuses)
    ]
    make_register(db, made[0], cast.chen, total=31)
    return made


def as_shown(db: Session, session: ClassSession, **changed: Any) -> dict[str, Any]:
    """What a page that showed the change hands back."""
    db.flush()
    members = queries.members(db, db.get_one(Course, session.course_id).public_id)
    this = next(one for one in members if one.id == session.id)
    steps = plan_following(members, this, replace(this.state, **changed), AT)
    return {
        "class_session": session.public_id,
        "seen_revision": session.revision,
        "seen": steps_digest(steps),
    }


def move(cast: Cast, db: Session, session: ClassSession, slot: Slot, **given: Any) -> int:
    usual = {
        "by": cast.chen_actor,
        "now": NOW,
    }
    return move_following(db, slot=slot, **{**as_shown(db, session, slot=slot), **usual, **given})


def change(cast: Cast, db: Session, session: ClassSession, teacher: Teacher, title: str = "修枝") -> int:
    venue = db.get_one(Venue, cast.venue)
    shown = as_shown(db, session, title=title, teacher_ids=(teacher.id,))
    return change_following(
        db, title=title, summary="", teachers=(teacher.public_id,), venue=venue.public_id,
        by=cast.chen_actor, now=NOW, **shown,
    )  # fmt: skip


def undo(cast: Cast, db: Session) -> TakenBack:
    change = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one()
    return take_back(
        db,
        change=change,
        by=cast.chen_actor,
        now=SOON,
    )


def slots(db: Session) -> list[tuple[int, int]]:
    """Days from today and the start, of each session in the order they were made."""
    db.expire_all()
    rows = db.execute(select(ClassSession.day, ClassSession.starts).order_by(ClassSession.id))
    return [((row.day - TODAY).days, row.starts) for row in rows]


def test_this_and_all_following_move_together_and_what_is_over_or_called_off_stays(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    revisions = [session.revision for session in term]
    pages = db.scalars(select(Region.revision).where(Region.code == SHIWAN)).one()
    assert move(cast, db, term[2], Slot(TODAY + timedelta(days=1), 1080, 1170)) == 4
    assert slots(db) == [(-14, 1140), (-7, 1140), (1, 1080), (7, 1140), (15, 1080), (22, 1080), (29, 1080)]
    risen = [session.revision - before for session, before in zip(term, revisions, strict=True)]
    assert risen == [0, 0, 1, 0, 1, 1, 1]
    held = db.scalars(select(Booking.day).where(Booking.resource_kind == "teacher", Booking.starts == 1080))
    assert sorted((day - TODAY).days for day in held) == [1, 15, 22, 29]
    assert db.scalars(select(Region.revision).where(Region.code == SHIWAN)).one() == pages + 1
    [line] = db.scalars(select(AuditEvent).where(AuditEvent.action == "series.move"))
    assert (line.record, line.details["sessions"]) == (f"class_session {term[2].id}", 4)


def test_a_series_moves_onto_its_own_dates_without_colliding_with_itself(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    before = standing(db)
    assert move(cast, db, term[4], Slot(TODAY + WEEK * 3, 1140, 1230)) == 3
    assert [day for day, _starts in slots(db)] == [-14, -7, 0, 7, 21, 28, 35]
    undo(cast, db)
    assert standing(db) == before


def test_all_or_nothing_and_a_clash_names_each_date(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    other = make_course(db, title="医保怎么报销", venue_id=cast.venue)
    for weeks in (2, 4):
        make_session(db, other, TODAY + WEEK * weeks + timedelta(days=1))
    before = standing(db)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        move(cast, db, term[2], Slot(TODAY + timedelta(days=1), 1140, 1230))
    assert [(conflict.wanted.day - TODAY).days for conflict in refusal.value.conflicts] == [15, 29]
    assert standing(db) == before


def test_a_teacher_takes_over_from_one_date_on(cast: Cast, db: Session, term: list[ClassSession]) -> None:
    term[5].title = "请省农科院的人来讲"
    db.flush()
    before = standing(db)
    li = make_teacher(db, name="李老师")
    assert change(cast, db, term[4], li) == 3
    db.expire_all()
    assert [session.title for session in term[2:]] == [
        "柑橘冬季管护", "柑橘冬季管护", "修枝", "请省农科院的人来讲", "修枝",
    ]  # fmt: skip
    held = db.scalars(
        select(Booking.day).where(Booking.resource_id == li.id, Booking.resource_kind == "teacher")
    )
    assert sorted((day - TODAY).days for day in held) == [14, 21, 28]
    done = undo(cast, db)
    assert standing(db) == before
    assert (done.what, done.sessions, done.slot) == ("edit_following", 3, None)


def test_what_was_changed_since_it_was_shown_is_not_changed_unseen(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    slot = Slot(TODAY + timedelta(days=1), 1140, 1230)
    shown = as_shown(db, term[2], slot=slot)
    move_session(
        db, class_session=term[5].public_id, seen_revision=term[5].revision,
        slot=Slot(TODAY + WEEK * 3, 840, 900), by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    with pytest.raises(StaleRecord) as stale:
        move(cast, db, term[2], slot, **shown)
    assert stale.value.what == "series"


def test_a_held_one_moves_nothing_and_a_stranger_neither(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    slot = Slot(TODAY + timedelta(days=1), 1140, 1230)
    with pytest.raises(Refused) as refused:
        move(cast, db, term[0], slot)
    assert refused.value.code == "has_register"
    with pytest.raises(NotAllowed):
        move(cast, db, term[2], slot, by=cast.luo_actor)
    assert move(cast, db, term[1], slot) == 0


# A whole course taken back


def edit(cast: Cast, db: Session, course: Course, **changed: Any) -> int:
    usual = {
        "title": course.title, "category_code": "skill", "summary": "", "starts": 1140, "ends": 1230,
        "teachers": (db.get_one(Teacher, cast.teacher).public_id,), "venue": db.get_one(Venue, cast.venue).public_id,
    }  # fmt: skip
    common = Common(**{**usual, **changed})
    return edit_course(
        db, course=course.public_id, seen_version=course.version, common=common,
        by=cast.chen_actor, now=NOW,
    )  # fmt: skip


def test_an_edited_course_is_what_it_was_with_its_sessions_as_a_further_revision(
    cast: Cast, db: Session, term: list[ClassSession]
) -> None:
    course = db.get_one(Course, term[0].course_id)
    before, revision, version = standing(db), term[2].revision, course.version
    assert edit(cast, db, course, title="果树管护", starts=1080, ends=1170, teachers=(), venue=None) == 4
    done = undo(cast, db)
    assert standing(db) == before
    assert (course.title, course.starts, course.venue_id) == ("柑橘冬季管护", 1140, cast.venue)
    assert db.scalars(select(CourseTeacher.teacher_id)).all() == [cast.teacher]
    assert (term[2].revision, course.version) == (revision + 2, version + 2)
    assert course.published_at == NOW.instant
    assert (done.what, done.sessions, done.course) == ("course", 4, course.public_id)


def test_a_course_without_anything_to_come_is_taken_back_too(cast: Cast, db: Session) -> None:
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    assert edit(cast, db, course, title="果树管护") == 0
    assert undo(cast, db).sessions == 0
    assert course.title == "柑橘冬季管护"


def test_a_course_edited_again_is_not_taken_back(cast: Cast, db: Session) -> None:
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    edit(cast, db, course, title="果树管护")
    first = db.scalars(select(ChangeSet.public_id)).one()
    edit(cast, db, course, title="果园管护")
    with pytest.raises(Refused) as refused:
        take_back(db, change=first, by=cast.chen_actor, now=SOON)
    assert refused.value.code == "undo_changed_since"


@given(
    st.lists(st.tuples(st.integers(-3, 5), st.sampled_from(list(SessionStatus))), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(-3, 3),
)
@settings(max_examples=25)
def test_no_change_of_a_series_touches_what_is_over_or_called_off_or_any_register(
    cast: Cast, db: Session, drawn: list[tuple[int, SessionStatus]], which: int, days: int
) -> None:
    point = db.begin_nested()
    course = make_course(db, teachers=(cast.teacher,))
    made: list[ClassSession] = []
    for number, (weeks, status) in enumerate(drawn):
        if status == SessionStatus.POSTPONED:
            status = SessionStatus.CANCELLED
        start = {"starts": 480 + 60 * number, "ends": 530 + 60 * number}
        kept = SessionStatus.SCHEDULED if status == SessionStatus.HELD else status
        session = make_session(
            db, course, TODAY + WEEK * weeks, teachers=(cast.teacher,), status=kept, **start
        )
        if status == SessionStatus.HELD:
            make_register(db, session, cast.chen, total=number)
        made.append(session)
    db.flush()
    before = {row[0]: row for row in standing(db)}
    counted = db.execute(select(Headcount.class_session_id, Headcount.total)).all()
    this = made[which % len(made)]
    try:
        slot = Slot(this.day + timedelta(days=days), this.starts + 30, this.ends + 30)
        move(cast, db, this, slot)
    except (Refused, CannotSchedule):
        point.rollback()
        return
    after = {row[0]: row for row in standing(db)}
    for session in made:
        is_to_come = session.status in ("draft", "scheduled") and before[session.id][1][5] >= TODAY
        if not is_to_come:
            assert after[session.id] == before[session.id]
    assert db.execute(select(Headcount.class_session_id, Headcount.total)).all() == counted
    point.rollback()
