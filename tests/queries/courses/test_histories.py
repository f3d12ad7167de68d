"""A teacher's and a school's page count alike, and a village learns of other villages only numbers."""

from datetime import timedelta

from sqlalchemy.orm import Session

from nightschool.models.attendance import Mark
from nightschool.models.people import Teacher
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.courses import courses, sessions
from nightschool.queries.courses.histories import MEETINGS_A_PAGE, attended, history
from nightschool.queries.people import teachers
from nightschool.queries.places import schools
from nightschool.rules.listings import Asked
from nightschool.rules.slots import Moment
from tests.factories import (
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_region,
    make_register,
    make_session,
)

AT = Moment(TODAY, 600)
NEAR = "511002105202"


def test_a_village_sees_its_own_sessions_and_of_others_only_numbers(cast: Cast, db: Session) -> None:
    make_region(db, NEAR, "断桥村村民委员会")
    learner = make_learner(db).id
    for code, days, total in ((SHIWAN, 1, None), (SHIWAN, 8, None), (NEAR, 2, 30)):
        held = make_session(db, make_course(db, code), TODAY - timedelta(days=days), teachers=(cast.teacher,))
        make_register(db, held, cast.chen, present=(learner,) if code == SHIWAN else (), total=total)
    make_session(db, make_course(db, NEAR), TODAY, teachers=(cast.teacher,), status=SessionStatus.DRAFT)
    public_id = db.get_one(Teacher, cast.teacher).public_id
    page = teachers.for_village(db, public_id, SHIWAN, at=AT)
    assert page is not None
    totals = page.history.totals
    assert (totals.held, totals.attendances, totals.people) == (2, 2, 1)
    assert {line.village for line in page.history.past} == {"狮湾村"}
    assert page.elsewhere is not None
    assert (page.elsewhere.held, page.elsewhere.attendances, page.elsewhere.to_come) == (1, 30, 0)
    whole = teachers.everywhere(db, public_id, at=AT)
    assert whole is not None
    assert whole.history.totals.attendances == 32
    assert [line.village for line in whole.history.past] == ["狮湾村", "断桥村", "狮湾村"]
    assert whole.history.coming == ()


def test_long_histories_are_paged(cast: Cast, db: Session) -> None:
    course: Course = make_course(db)
    for days in range(1, MEETINGS_A_PAGE + 6):
        make_session(db, course, TODAY - timedelta(days=days))
    pages = [history(db, ClassSession.course_id == course.id, at=AT, number=number) for number in (1, 2, 9)]
    assert [len(page.past) for page in pages] == [MEETINGS_A_PAGE, 5, 5]
    assert pages[0].totals.past == MEETINGS_A_PAGE + 5


def test_a_school_shows_what_was_taught_this_year_by_category(cast: Cast, db: Session) -> None:
    held = make_session(db, make_course(db), TODAY - timedelta(days=1), teachers=(cast.teacher,))
    make_register(db, held, cast.chen, total=12)
    page = schools.school(db, SHIWAN, today=TODAY)
    assert page is not None
    assert [
        (one.category, one.sessions, one.attendances) for one in page.year.categories if one.sessions
    ] == [("技术技能", 1, 12)]
    assert (page.year.people, page.own_teachers, page.coordinators) == (0, 0, (("陈书记", ""),))
    there = {item.code for part in page.parts for item in part.items if item.is_there}
    assert there == {"venue", "manager", "activity"}


def test_one_of_the_family_who_came_instead_is_an_attendance_and_not_the_learner(
    cast: Cast, db: Session
) -> None:
    course = make_course(db, kind="cohort")
    held = make_session(db, course, TODAY - timedelta(days=1))
    there, away = make_learner(db), make_learner(db, name="刘国富")
    sheet = make_register(db, held, cast.chen, present=(there.id,))
    db.add(
        Mark(
            class_session_id=held.id,
            learner_id=away.id,
            status="substitute",
            came_instead="刘桂花",
            submission_id=sheet.id,
        )
    )
    db.flush()
    totals = history(db, ClassSession.course_id == course.id, at=AT).totals
    assert (totals.attendances, totals.people) == (2, 1)
    assert attended(db, there.public_id).total == 1
    assert attended(db, away.public_id).total == 0


def test_a_class_that_was_put_off_is_counted_once_in_every_list(cast: Cast, db: Session) -> None:
    course = make_course(db)
    days = [TODAY - timedelta(days=days) for days in range(1, 7)]
    for day in days:
        make_session(db, course, day)
    later = make_session(db, course, TODAY - timedelta(days=8))
    later.status = "held"
    put_off = make_session(db, course, TODAY - timedelta(days=9))
    put_off.status, put_off.reason, put_off.successor_id = "postponed", "weather", later.id
    db.flush()
    [line] = courses.courses(db, SHIWAN, at=AT).lines
    assert (line.sessions, line.first) == (7, later.day)
    listing = sessions.past(db, SHIWAN, at=AT)
    assert (listing.total, listing.found, len(listing.lines)) == (7, 7, 8)
    chosen = sessions.past(db, SHIWAN, Asked(chosen={"status": "postponed"}), at=AT)
    assert (chosen.found, len(chosen.lines)) == (1, 1)
