"""What is put away is offered no more, loses nothing, and can be brought back by who may edit it."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.sessions import change_session, postpone_session
from nightschool.actions.courses.staffing import Staff, find_staff
from nightschool.actions.people.people import add_learner, add_teacher
from nightschool.actions.people.retiring import bring_back, retire
from nightschool.actions.places.venues import add_venue
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.people import Learner, Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking, ClassSession, Course
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.places import venues
from nightschool.queries.registers import attendance
from nightschool.rules.people.people import LearnerEntry, TeacherEntry
from nightschool.rules.people.retiring import RecordKind
from nightschool.rules.places.venues import VenueEntry
from nightschool.rules.slots import Slot
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
    make_teacher,
    on,
)

TOMORROW = TODAY + timedelta(days=1)


def away(db: Session, kind: RecordKind, record: Any, by: Any, **given: Any) -> int:
    defaults = {"version": record.version, "now": NOW}
    return retire(db, kind, public_id=record.public_id, by=by, **{**defaults, **given})


def back(db: Session, kind: RecordKind, record: Any, by: Any, **given: Any) -> int:
    defaults = {"version": record.version, "now": NOW}
    return bring_back(db, kind, public_id=record.public_id, by=by, **{**defaults, **given})


def trail(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def names_on(db: Session, class_session: ClassSession) -> list[str]:
    register = attendance.register(db, class_session.public_id)
    assert register is not None
    return [person.name for person in register.people]


def test_who_comes_no_more_stays_on_registers_that_know_of_them_and_is_on_no_new_one(
    cast: Cast, db: Session
) -> None:
    learner, other = make_learner(db), make_learner(db, name="刘国富")
    course = make_course(db)
    held = make_session(db, course, TODAY - timedelta(days=7))
    make_register(db, held, cast.chen, present=(learner.id,))
    tonight = make_session(db, course)
    away(db, RecordKind.LEARNER, learner, cast.chen_actor)
    assert names_on(db, held) == [learner.name, other.name]
    assert names_on(db, tonight) == [other.name]
    back(db, RecordKind.LEARNER, learner, cast.chen_actor)
    assert names_on(db, tonight) == [learner.name, other.name]
    assert trail(db) == ["learner.retire", "learner.back"]


def test_put_away_twice_is_put_away_once(cast: Cast, db: Session) -> None:
    learner = make_learner(db)
    version = away(db, RecordKind.LEARNER, learner, cast.chen_actor)
    assert version == learner.version == 2
    assert away(db, RecordKind.LEARNER, learner, cast.chen_actor) == 2
    back(db, RecordKind.LEARNER, learner, cast.chen_actor)
    assert back(db, RecordKind.LEARNER, learner, cast.chen_actor) == 3
    assert trail(db) == ["learner.retire", "learner.back"]


def test_what_somebody_saved_since_is_looked_at_first(cast: Cast, db: Session) -> None:
    learner = make_learner(db)
    for change in (away, back):
        with pytest.raises(StaleRecord):
            change(db, RecordKind.LEARNER, learner, cast.chen_actor, version=learner.version + 1)
    assert learner.retired_at is None


@pytest.mark.parametrize("kind", RecordKind)
def test_only_who_may_edit_a_record_puts_it_away(cast: Cast, db: Session, kind: RecordKind) -> None:
    records = {
        RecordKind.LEARNER: make_learner(db),
        RecordKind.TEACHER: make_teacher(db, SHIWAN, "吴老师"),
        RecordKind.VENUE: db.get_one(Venue, cast.venue),
        RecordKind.COURSE: make_course(db),
    }
    with pytest.raises(NotAllowed):
        away(db, kind, records[kind], cast.luo_actor)
    away(db, kind, records[kind], cast.chen_actor)
    with pytest.raises(NotAllowed):
        back(db, kind, records[kind], cast.luo_actor)
    back(db, kind, records[kind], cast.chen_actor)
    with pytest.raises(NotFound):
        retire(db, kind, public_id="x" * 22, version=1, by=cast.chen_actor, now=NOW)


def test_a_townships_teacher_is_put_away_by_its_administrator_alone(cast: Cast, db: Session) -> None:
    teacher = db.get_one(Teacher, cast.teacher)
    with pytest.raises(NotAllowed):
        away(db, RecordKind.TEACHER, teacher, cast.chen_actor)
    away(db, RecordKind.TEACHER, teacher, cast.region_administrator_actor)
    with pytest.raises(NotAllowed):
        back(db, RecordKind.TEACHER, teacher, cast.chen_actor)
    back(db, RecordKind.TEACHER, teacher, cast.region_administrator_actor)


@pytest.mark.parametrize("kind", [RecordKind.TEACHER, RecordKind.VENUE])
def test_sessions_to_come_are_told_and_kept_when_that_was_seen(
    cast: Cast, db: Session, kind: RecordKind
) -> None:
    teacher = make_teacher(db, SHIWAN, "吴老师")
    course = make_course(db, venue_id=cast.venue)
    make_session(db, course, TODAY - timedelta(days=7), teachers=(teacher.id,))
    coming = make_session(db, course, TOMORROW, teachers=(teacher.id,))
    make_session(db, course, TODAY + timedelta(days=2), teachers=(teacher.id,), status="cancelled")  # type: ignore[arg-type]
    record: Any = teacher if kind is RecordKind.TEACHER else db.get_one(Venue, cast.venue)
    with pytest.raises(Refused, match="still_booked") as refused:
        away(db, kind, record, cast.chen_actor)
    assert [one.class_session for one in refused.value.details["sessions"]] == [coming.public_id]
    assert record.retired_at is None
    away(db, kind, record, cast.chen_actor, keeps_booked=True)
    assert record.retired_at == NOW.instant
    booked = db.scalars(select(Booking.resource_id).where(Booking.class_session_id == coming.id)).all()
    assert set(booked) == {teacher.id, cast.venue}


def test_another_villages_draft_is_told_without_its_title(cast: Cast, db: Session) -> None:
    teacher = make_teacher(db, "511000000000", "郑教授")
    course = make_course(db, JIANLI, "养兔", published=False)
    make_session(db, course, TOMORROW, teachers=(teacher.id,), status="draft")  # type: ignore[arg-type]
    from nightschool.rules.access import SYSTEM

    with pytest.raises(Refused) as refused:
        away(db, RecordKind.TEACHER, teacher, SYSTEM)
    [one] = refused.value.details["sessions"]
    assert (one.village, one.title, one.class_session) == ("建立村", "", "")


def test_a_course_goes_when_nothing_of_it_is_to_come(cast: Cast, db: Session) -> None:
    course = make_course(db)
    make_session(db, course, TODAY - timedelta(days=7))
    coming = make_session(db, course, TOMORROW)
    for keeps in (False, True):
        with pytest.raises(Refused, match="still_coming"):
            away(db, RecordKind.COURSE, course, cast.chen_actor, keeps_booked=keeps)
    all_is_over = on(coming.day + timedelta(days=1))
    away(db, RecordKind.COURSE, course, cast.chen_actor, now=all_is_over)
    assert course.retired_at == all_is_over.instant


def test_a_course_is_back_when_a_session_of_it_is_put_off_to_a_day_to_come(cast: Cast, db: Session) -> None:
    course = make_course(db)
    past = make_session(db, course, TODAY - timedelta(days=1))
    away(db, RecordKind.COURSE, course, cast.chen_actor)
    postpone_session(
        db, class_session=past.public_id, seen_revision=past.revision, slot=Slot(TOMORROW, 1140, 1200),
        reason="weather", reason_text="", by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    assert db.get_one(Course, course.id).retired_at is None


def test_one_merged_into_another_is_not_brought_back(cast: Cast, db: Session) -> None:
    kept = make_learner(db)
    merged = make_learner(db, retired_at=NOW.instant, merged_into_id=kept.id)
    with pytest.raises(Refused, match="merged"):
        back(db, RecordKind.LEARNER, merged, cast.chen_actor)


def test_a_new_learner_of_the_name_of_one_who_comes_no_more_leads_back_to_them(
    cast: Cast, db: Session
) -> None:
    known = make_learner(db)
    away(db, RecordKind.LEARNER, known, cast.chen_actor)
    given: dict[str, Any] = {"village": SHIWAN, "by": cast.chen_actor, "now": NOW}
    with pytest.raises(Refused, match="same_name") as refused:
        add_learner(db, entry=LearnerEntry(known.name, "1组"), **given)
    namesake = refused.value.details["retired"]
    assert (namesake.public_id, namesake.version) == (known.public_id, known.version)
    add_learner(db, entry=LearnerEntry(known.name, "1组", is_another=True), **given)
    with pytest.raises(Refused, match="same_name") as refused:
        add_learner(db, entry=LearnerEntry(known.name, "1组"), **given)
    assert refused.value.details["retired"] is None


def test_one_merged_into_another_is_no_namesake(cast: Cast, db: Session) -> None:
    kept = make_learner(db, name="陈秀", group_name="二组")
    make_learner(db, retired_at=NOW.instant, merged_into_id=kept.id)
    entry = LearnerEntry("陈大秀", "一组")
    assert add_learner(db, village=SHIWAN, entry=entry, by=cast.chen_actor, now=NOW)


def test_a_new_teacher_and_a_new_venue_lead_back_to_those_put_away(cast: Cast, db: Session) -> None:
    venue = db.get_one(Venue, cast.venue)
    away(db, RecordKind.VENUE, venue, cast.chen_actor)
    away(db, RecordKind.TEACHER, db.get_one(Teacher, cast.teacher), cast.region_administrator_actor)
    given: dict[str, Any] = {"by": cast.chen_actor, "now": NOW}
    with pytest.raises(Refused, match="same_venue") as refused:
        add_venue(db, village=SHIWAN, entry=VenueEntry(venue.name), **given)
    assert refused.value.details["retired"].public_id == venue.public_id
    with pytest.raises(Refused, match="known_teacher") as refused:
        add_teacher(db, region=SHIWAN, entry=TeacherEntry("周老师"), **given)
    [namesake] = refused.value.details["namesakes"]
    assert (namesake.is_retired, namesake.region_code) == (True, "511002105000")


def test_those_put_away_are_offered_nowhere(cast: Cast, db: Session) -> None:
    teacher, venue = db.get_one(Teacher, cast.teacher), db.get_one(Venue, cast.venue)
    before = on_offer(db, SHIWAN)
    assert before.names == {teacher.public_id: teacher.name, venue.public_id: venue.name}
    assert before.usual_venue == venue.public_id
    teacher.retired_at = venue.retired_at = NOW.instant
    db.flush()
    after = on_offer(db, SHIWAN)
    assert (after.names, after.usual_venue) == ({}, "")
    assert venues.offered(db, SHIWAN) == {}
    both = on_offer(db, SHIWAN, teachers=(teacher.public_id,), venues=(venue.public_id,))
    assert both.want(Slot(TODAY, 1140, 1230), (teacher.public_id,), venue.public_id).needs == ()
    for chosen in (
        {"teachers": (teacher.public_id,), "venue": None},
        {"teachers": (), "venue": venue.public_id},
    ):
        with pytest.raises(NotFound):
            find_staff(db, SHIWAN, **chosen)  # type: ignore[arg-type]


def test_they_stay_where_they_were_when_a_session_is_edited(cast: Cast, db: Session) -> None:
    teacher, venue = db.get_one(Teacher, cast.teacher), db.get_one(Venue, cast.venue)
    course = make_course(db, venue_id=venue.id, teachers=(teacher.id,))
    held = make_session(db, course, TODAY - timedelta(days=7), teachers=(teacher.id,))
    teacher.retired_at = venue.retired_at = NOW.instant
    db.flush()
    kept = on_offer(db, SHIWAN, teachers=(teacher.public_id,), venues=(venue.public_id,))
    assert {one.public_id: one.is_retired for one in (*kept.teachers, *kept.venues)} == {
        teacher.public_id: True,
        venue.public_id: True,
    }
    change_session(
        db, class_session=held.public_id, seen_revision=held.revision, title="修枝", summary="",
        teachers=(teacher.public_id,), venue=venue.public_id, by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    assert (held.title, held.venue_id) == ("修枝", venue.id)
    staff = Staff((teacher.id,), venue.id)
    given: dict[str, Any] = {"teachers": (teacher.public_id,), "venue": venue.public_id}
    assert find_staff(db, SHIWAN, former=staff, **given) == staff


def test_learners_put_away_are_still_rows(cast: Cast, db: Session) -> None:
    learner = make_learner(db)
    away(db, RecordKind.LEARNER, learner, cast.chen_actor)
    assert db.get_one(Learner, learner.id).name == "陈大秀"
