"""A change is taken back: everything is what it was before, as a further revision."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.courses.changing import (
    COURSE_COLUMNS,
    NOT_OF_A_COURSE,
    NOT_OF_A_SESSION,
    SESSION_COLUMNS,
    UNDO_KEPT_FOR,
)
from nightschool.actions.courses.courses import publish_course, schedule_course
from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.actions.courses.undo import take_back
from nightschool.database import Database, migrate
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import Teacher
from nightschool.models.places import Region, Venue
from nightschool.models.teaching import (
    Booking,
    ChangeSet,
    ClassSession,
    ClassSessionTeacher,
    Course,
    CourseTeacher,
    Enrolment,
    SessionStatus,
)
from nightschool.models.trust import AuditEvent
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.reasons import TAKEN_BACK
from nightschool.rules.courses.recurrence import Once, Weekly
from nightschool.rules.courses.undo import TakenBack
from nightschool.rules.slots import Slot
from nightschool.settings import sqlite_url
from tests.factories import (
    NOW,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_cast,
    make_course,
    make_learner,
    make_register,
    make_session,
    make_teacher,
    make_venue,
)

TOMORROW = TODAY + timedelta(days=1)
EVENING = (19 * 60, 20 * 60 + 30)
SOON = later(minutes=3)


@pytest.fixture
def tonight(cast: Cast, db: Session) -> ClassSession:
    """周老师 in the meeting room tonight, and a week later again."""
    course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
    make_session(db, course, TODAY + timedelta(days=7), teachers=(cast.teacher,))
    return make_session(db, course, TODAY, teachers=(cast.teacher,))


def seen(cast: Cast, session: ClassSession) -> dict[str, Any]:
    named = {"class_session": session.public_id, "seen_revision": session.revision}
    return {**named, "by": cast.chen_actor, "now": NOW}


def move(cast: Cast, db: Session, session: ClassSession, ahead: int = 1) -> None:
    move_session(db, slot=Slot(TODAY + timedelta(days=ahead), *EVENING), **seen(cast, session))


def cancel(cast: Cast, db: Session, session: ClassSession) -> None:
    cancel_session(db, reason="weather", reason_text="下大雨", **seen(cast, session))


def postpone(cast: Cast, db: Session, session: ClassSession, ahead: int = 1) -> ClassSession:
    slot = Slot(TODAY + timedelta(days=ahead), *EVENING)
    reason = {"reason": "meeting", "reason_text": "村里开会"}
    public_id = postpone_session(db, slot=slot, **reason, **seen(cast, session))
    return db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()


def edit(
    cast: Cast, db: Session, session: ClassSession, teacher: Teacher | None, venue: Venue | None
) -> None:
    words = {"title": "修枝", "summary": "带剪刀"}
    staff = {"teachers": (teacher.public_id,) if teacher else (), "venue": venue.public_id if venue else None}
    change_session(db, **words, **staff, **seen(cast, session))


def restore(cast: Cast, db: Session, session: ClassSession) -> None:
    restore_session(db, **seen(cast, session))


def schedule(cast: Cast, db: Session, *, publish: bool, weeks: int = 3) -> Course:
    proposal = Proposal(
        SHIWAN, "柑橘冬季管护", "skill", *EVENING, Weekly(TODAY, (1,), times=weeks),
        teachers=(db.get_one(Teacher, cast.teacher).public_id,), venue=db.get_one(Venue, cast.venue).public_id,
    )  # fmt: skip
    public_id = schedule_course(db, proposal=proposal, publish=publish, by=cast.chen_actor, now=NOW)
    return db.scalars(select(Course).where(Course.public_id == public_id)).one()


def last_change(db: Session) -> str:
    found: str = db.scalars(select(ChangeSet.public_id).order_by(ChangeSet.id.desc()).limit(1)).one()
    return found


def undo(cast: Cast, db: Session, **given: Any) -> TakenBack:
    usual = {"change": last_change(db), "by": cast.chen_actor, "now": SOON}
    return take_back(db, **{**usual, **given})


def standing(db: Session, village: str = SHIWAN) -> list[Any]:
    """Everything about the village's class sessions and what they hold, but the count of their revisions."""
    db.flush()
    db.expire_all()
    sessions = db.scalars(select(ClassSession).where(ClassSession.region_code == village))
    found: list[Any] = []
    for session in sessions.all():
        teachers = select(ClassSessionTeacher.teacher_id, ClassSessionTeacher.position).where(
            ClassSessionTeacher.class_session_id == session.id
        )
        held = select(Booking.resource_kind, Booking.resource_id, Booking.day, Booking.starts, Booking.ends)
        bookings = db.execute(held.where(Booking.class_session_id == session.id)).all()
        rows = sorted(map(tuple, db.execute(teachers).all())), sorted(map(tuple, bookings))
        found.append((session.id, [getattr(session, name) for name in SESSION_COLUMNS], rows))
    return sorted(found, key=lambda row: row[0])


# What is put back


def test_every_column_is_put_back_or_named_as_one_that_no_change_touches() -> None:
    """A new column belongs into one of the two lists: here, or among those that are left alone."""
    assert set(SESSION_COLUMNS) == {
        "title", "summary", "category_code", "delivery_mode", "venue_id", "day", "starts", "ends", "status",
        "published_at", "reason", "reason_text", "successor_id", "called_off_by", "agreed_at", "recorded_after",
    }  # fmt: skip
    assert set(COURSE_COLUMNS) == {
        "title", "search_keys", "summary", "category_code", "venue_id", "starts", "ends", "audience", "expected",
        "delivery_mode", "recurrence", "skipped_dates",
    }  # fmt: skip
    assert set(ClassSession.__table__.columns.keys()) == {*SESSION_COLUMNS, *NOT_OF_A_SESSION}
    assert set(Course.__table__.columns.keys()) == {*COURSE_COLUMNS, *NOT_OF_A_COURSE}


def test_when_a_reason_was_first_given_stays_with_it(cast: Cast, db: Session, tonight: ClassSession) -> None:
    cancel(cast, db, tonight)
    assert tonight.recorded_after == 0
    restore_session(db, **{**seen(cast, tonight), "now": SOON})
    assert tonight.recorded_after is None
    undo(cast, db)
    assert (tonight.status, tonight.recorded_after) == ("cancelled", 0)


@pytest.mark.parametrize("what", ["move", "cancel", "edit"])
def test_a_session_is_what_it_was_as_a_further_revision(
    cast: Cast, db: Session, tonight: ClassSession, what: str
) -> None:
    before, revision = standing(db), tonight.revision
    other, yard = make_teacher(db, name="李老师"), make_venue(db, name="晒坝")
    {
        "move": lambda: move(cast, db, tonight),
        "cancel": lambda: cancel(cast, db, tonight),
        "edit": lambda: edit(cast, db, tonight, other, yard),
    }[what]()
    assert standing(db) != before
    pages = db.scalars(select(Region.revision).where(Region.code == SHIWAN)).one()
    done = undo(cast, db)
    assert standing(db) == before
    assert (tonight.revision, tonight.changed_at) == (revision + 2, SOON.instant)
    assert db.scalars(select(Region.revision).where(Region.code == SHIWAN)).one() == pages + 1
    assert (done.what, done.title, done.class_session) == (what, "柑橘冬季管护", tonight.public_id)
    [line] = db.scalars(select(AuditEvent).where(AuditEvent.action == "sessions.undo"))
    assert (line.record, line.details["what"]) == (f"class_session {tonight.id}", what)


def test_a_past_session_waits_for_its_register_again(cast: Cast, db: Session) -> None:
    past = make_session(db, make_course(db), TODAY - timedelta(days=3))
    before = standing(db)
    cancel(cast, db, past)
    assert undo(cast, db).is_past
    assert standing(db) == before
    assert past.status == "scheduled"


def test_who_taught_a_held_session_is_put_back_and_its_register_stays(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    make_register(db, tonight, cast.chen, total=31)
    before = standing(db)
    edit(cast, db, tonight, make_teacher(db, name="李老师"), None)
    undo(cast, db)
    assert standing(db) == before
    assert tonight.status == "held"


def test_postponing_a_draft_back_leaves_nothing_of_the_new_one(cast: Cast, db: Session) -> None:
    course = make_course(db, teachers=(cast.teacher,), published=False)
    draft = make_session(db, course, TODAY, teachers=(cast.teacher,), status=SessionStatus.DRAFT)
    before = standing(db)
    postpone(cast, db, draft)
    undo(cast, db)
    assert standing(db) == before


def test_postponing_a_published_one_back_cancels_the_new_one_that_feeds_know(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    before = standing(db)
    successor = postpone(cast, db, tonight)
    revision = successor.revision
    undo(cast, db)
    after = standing(db)
    assert after[:-1] == before
    db.refresh(successor)
    assert (successor.status, successor.reason_text) == ("cancelled", TAKEN_BACK)
    assert successor.revision == revision + 1
    assert after[-1][2][1] == []


def test_postponing_by_half_an_hour_back_does_not_collide_with_its_own_new_one(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    before = standing(db)
    reason = {"reason": "meeting", "reason_text": ""}
    slot = Slot(TODAY, EVENING[0] + 30, EVENING[1] + 30)
    postpone_session(db, slot=slot, **reason, **seen(cast, tonight))
    undo(cast, db)
    assert standing(db)[: len(before)] == before


def test_publishing_back_makes_drafts_again(cast: Cast, db: Session) -> None:
    course = schedule(cast, db, publish=False)
    before = standing(db)
    assert publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW) == 3
    done = undo(cast, db)
    assert standing(db) == before
    assert course.published_at is None
    assert (done.sessions, done.status, done.course) == (3, "draft", course.public_id)


def test_publishing_more_drafts_back_leaves_a_course_public_that_was_so(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    course = db.get_one(Course, tonight.course_id)
    make_session(db, course, TOMORROW, status=SessionStatus.DRAFT, booked=False)
    publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW)
    undo(cast, db)
    assert course.published_at == NOW.instant


def test_scheduling_drafts_back_leaves_nothing(cast: Cast, db: Session) -> None:
    schedule(cast, db, publish=False)
    done = undo(cast, db)
    assert (done.course, done.status, done.sessions) == ("", "", 3)
    for table in (Course, CourseTeacher, ClassSession, ClassSessionTeacher, Booking):
        assert db.scalar(select(func.count()).select_from(table)) == 0


def test_scheduling_what_is_public_back_cancels_every_date(cast: Cast, db: Session) -> None:
    course = schedule(cast, db, publish=True)
    done = undo(cast, db)
    assert (done.course, done.status) == (course.public_id, "cancelled")
    sessions = db.scalars(select(ClassSession)).all()
    assert {(session.status, session.reason, session.revision) for session in sessions} == {
        ("cancelled", "other", 2)
    }
    assert db.scalar(select(func.count()).select_from(Booking)) == 0


@pytest.mark.parametrize("published", [True, False])
def test_adding_a_date_back(cast: Cast, db: Session, published: bool) -> None:
    course = make_course(db, published=published)
    slot = Slot(TOMORROW, *EVENING)
    given = {"course": course.public_id, "slot": slot, "teachers": (), "venue": None}
    add_session(db, by=cast.chen_actor, now=NOW, **given)
    done = undo(cast, db)
    assert done.course == course.public_id
    statuses = db.scalars(select(ClassSession.status)).all()
    assert statuses == (["cancelled"] if published else [])


def test_bringing_back_back_is_cancelled_again_with_its_reason(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    cancel(cast, db, tonight)
    before = standing(db)
    restore(cast, db, tonight)
    assert undo(cast, db).status == "cancelled"
    assert standing(db) == before


# What is refused


def refused(cast: Cast, db: Session, **given: Any) -> str:
    with pytest.raises(Refused) as refusal, db.begin_nested():
        undo(cast, db, **given)
    return refusal.value.code


def test_an_old_slot_that_was_taken_meanwhile_is_named(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    move(cast, db, tonight)
    change = last_change(db)
    taker = make_course(db, title="医保怎么报销", venue_id=cast.venue)
    make_session(db, taker, TODAY)
    before = standing(db)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        undo(cast, db, change=change)
    assert [conflict.resource_name for conflict in refusal.value.conflicts] == ["村活动室"]
    assert standing(db) == before


def test_after_ten_minutes_it_is_too_late(cast: Cast, db: Session, tonight: ClassSession) -> None:
    move(cast, db, tonight)
    assert refused(cast, db, now=later(minutes=10, seconds=1)) == "undo_too_late"
    undo(cast, db, now=later(minutes=10))


def test_only_once(cast: Cast, db: Session, tonight: ClassSession) -> None:
    move(cast, db, tonight)
    undo(cast, db)
    assert refused(cast, db) == "undo_done"


def test_not_when_it_was_changed_since(cast: Cast, db: Session, tonight: ClassSession) -> None:
    move(cast, db, tonight)
    first = last_change(db)
    move(cast, db, tonight, ahead=2)
    assert refused(cast, db, change=first) == "undo_changed_since"
    assert tonight.day == TODAY + timedelta(days=2)


def test_not_when_a_register_was_saved_since(cast: Cast, db: Session, tonight: ClassSession) -> None:
    edit(cast, db, tonight, None, None)
    make_register(db, tonight, cast.chen, total=31)
    assert refused(cast, db) == "undo_has_register"
    assert tonight.title == "修枝"


def test_not_when_the_new_one_was_changed_since(cast: Cast, db: Session, tonight: ClassSession) -> None:
    successor = postpone(cast, db, tonight)
    change = last_change(db)
    move(cast, db, successor, ahead=3)
    assert refused(cast, db, change=change) == "undo_changed_since"


def test_scheduling_is_not_taken_back_once_one_of_its_dates_was_changed(cast: Cast, db: Session) -> None:
    schedule(cast, db, publish=False)
    change = last_change(db)
    first = db.scalars(select(ClassSession).order_by(ClassSession.id).limit(1)).one()
    move(cast, db, first, ahead=3)
    assert refused(cast, db, change=change) == "undo_changed_since"


@pytest.mark.parametrize("what", ["enrolled", "added"])
def test_a_course_that_somebody_counts_on_is_not_taken_back(cast: Cast, db: Session, what: str) -> None:
    course = schedule(cast, db, publish=False)
    change = last_change(db)
    if what == "enrolled":
        learner = make_learner(db)
        db.add(Enrolment(course_id=course.id, learner_id=learner.id, enrolled_on=TODAY, asked_at=NOW.instant))
        db.flush()
    else:
        make_session(db, course, TODAY + timedelta(days=2), status=SessionStatus.DRAFT, booked=False)
    before = standing(db)
    assert refused(cast, db, change=change) == "undo_in_use"
    assert standing(db) == before


def test_a_teacher_who_is_somebody_else_now_is_not_put_back(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    edit(cast, db, tonight, None, None)
    same = make_teacher(db, name="周老师傅")
    former = db.get_one(Teacher, cast.teacher)
    former.merged_into_id, former.retired_at = same.id, NOW.instant
    db.flush()
    assert refused(cast, db) == "undo_changed_since"


def test_nobody_takes_back_what_happened_in_another_village(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    move(cast, db, tonight)
    with pytest.raises(NotAllowed):
        undo(cast, db, by=cast.luo_actor)
    with pytest.raises(NotFound):
        undo(cast, db, change="x" * 22)


def test_changes_are_forgotten_when_nobody_can_take_them_back(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    move(cast, db, tonight)
    slot = Slot(TODAY + timedelta(days=2), *EVENING)
    the_next_day = {**seen(cast, tonight), "now": later(UNDO_KEPT_FOR, seconds=1)}
    move_session(db, slot=slot, **the_next_day)
    assert db.scalar(select(func.count()).select_from(ChangeSet)) == 1


# Two at once


def test_taking_back_and_a_second_change_at_one_instant_never_mix(database: Database, cast: Cast) -> None:
    """Either the undo stands and the change was stale, or the change stands and the undo was refused."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,), venue_id=cast.venue)
        session = make_session(db, course, TODAY, teachers=(cast.teacher,))
        public_id = session.public_id
    outcomes = set()
    for number in range(12):
        with database.writing() as db:
            session = db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()
            start = session.day
            move_session(
                db,
                slot=Slot(TODAY + timedelta(days=20 + number), *EVENING),
                **seen(cast, session),
            )
            change, revision = last_change(db), session.revision
        results = race_two(database, cast, change, public_id, revision)
        outcomes.add(tuple(sorted(results.items())))
        with database.reading() as db:
            session = db.scalars(select(ClassSession).where(ClassSession.public_id == public_id)).one()
            held = db.scalars(select(Booking.day).where(Booking.class_session_id == session.id)).all()
            expected = start if results["undo"] == "done" else TODAY + timedelta(days=5)
            assert session.day == expected
            assert held == [session.day] * 2
            assert session.revision == revision + 1
    assert outcomes <= {
        (("change", "stale"), ("undo", "done")),
        (("change", "done"), ("undo", "undo_changed_since")),
    }


def race_two(database: Database, cast: Cast, change: str, public_id: str, revision: int) -> dict[str, str]:
    barrier, results = threading.Barrier(2), {}

    def undoing() -> None:
        barrier.wait()
        try:
            with database.writing() as db:
                take_back(db, change=change, by=cast.chen_actor, now=SOON)
            results["undo"] = "done"
        except Refused as refusal:
            results["undo"] = refusal.code

    def changing() -> None:
        barrier.wait()
        given = {"class_session": public_id, "seen_revision": revision, "by": cast.chen_actor, "now": SOON}
        try:
            with database.writing() as db:
                move_session(db, slot=Slot(TODAY + timedelta(days=5), *EVENING), **given)
            results["change"] = "done"
        except StaleRecord:
            results["change"] = "stale"

    threads = [threading.Thread(target=undoing), threading.Thread(target=changing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_undos_at_one_instant_undo_once(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        session = make_session(db, make_course(db), TODAY)
        move(cast, db, session)
        change = last_change(db)
    barrier, codes = threading.Barrier(2), []

    def undoing() -> None:
        barrier.wait()
        try:
            with database.writing() as db:
                take_back(db, change=change, by=cast.chen_actor, now=SOON)
            codes.append("done")
        except Refused as refusal:
            codes.append(refusal.code)

    threads = [threading.Thread(target=undoing) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["done", "undo_done"]


# Any action, then its undo

ACTIONS = st.sampled_from(["move", "cancel", "edit", "postpone", "restore", "publish", "schedule", "add"])


@settings(max_examples=40)
@given(
    what=ACTIONS,
    ahead=st.integers(1, 20),
    published=st.booleans(),
    staffed=st.booleans(),
    shared=st.booleans(),
    restaffed=st.tuples(st.booleans(), st.booleans()),
)
def test_any_change_taken_back_leaves_slots_places_teachers_and_bookings_as_they_were(
    tmp_path_factory: pytest.TempPathFactory,
    what: str,
    ahead: int,
    published: bool,
    staffed: bool,
    shared: bool,
    restaffed: tuple[bool, bool],
) -> None:
    database = property_database(tmp_path_factory)
    with database.engine.connect() as connection:
        writing = connection.execution_options(nightschool_writes=True)
        with writing.begin() as transaction, Session(writing) as db:
            db.info["sealer"] = SEALER
            cast = make_cast(db)
            db.get_one(Venue, cast.venue).allows_parallel = shared
            teachers = (cast.teacher,) if staffed else ()
            course = make_course(db, teachers=teachers, venue_id=cast.venue, published=published)
            status = SessionStatus.SCHEDULED if published else SessionStatus.DRAFT
            session = make_session(db, course, TODAY, teachers=teachers, status=status, booked=False)
            slot = Slot(TODAY, *EVENING)
            move_session(db, slot=Slot(TODAY, 600, 700), **seen(cast, session))
            move_session(db, slot=slot, **seen(cast, session))
            if what == "restore":
                cancel(cast, db, session)
            before = standing(db)
            match what:
                case "move":
                    move(cast, db, session, ahead)
                case "cancel":
                    cancel(cast, db, session)
                case "restore":
                    restore(cast, db, session)
                case "postpone":
                    postpone(cast, db, session, ahead)
                case "edit":
                    other = make_teacher(db, name="李老师") if restaffed[0] else None
                    yard = make_venue(db, name="晒坝") if restaffed[1] else None
                    edit(cast, db, session, other, yard)
                case "publish":
                    if not publish_course(db, course=course.public_id, by=cast.chen_actor, now=NOW):
                        move(cast, db, session, ahead)
                case "schedule":
                    proposal = Proposal(
                        SHIWAN, "法律讲座", "skill", 480, 540, Once(TODAY + timedelta(days=ahead)),
                        teachers=(db.get_one(Teacher, cast.teacher).public_id,),
                    )  # fmt: skip
                    schedule_course(db, proposal=proposal, publish=published, by=cast.chen_actor, now=NOW)
                case "add":
                    given_slot = Slot(TODAY + timedelta(days=ahead), *EVENING)
                    given = {"course": course.public_id, "slot": given_slot, "teachers": (), "venue": None}
                    add_session(db, by=cast.chen_actor, now=NOW, **given)
            assert standing(db) != before
            undo(cast, db)
            after = standing(db)
            assert after[: len(before)] == before
            assert all(row[2][1] == [] and row[1][8] == "cancelled" for row in after[len(before) :])
            transaction.rollback()


KEPT: dict[str, Database] = {}


def property_database(factory: pytest.TempPathFactory) -> Database:
    """One migrated SQLite database for all the examples, each of which is rolled back."""
    if "it" not in KEPT:
        KEPT["it"] = Database(sqlite_url(factory.mktemp("undo") / "any.db"), sealer=SEALER)
        migrate(KEPT["it"])
    return KEPT["it"]
