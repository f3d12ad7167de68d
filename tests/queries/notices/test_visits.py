"""What a teacher's own address shows: theirs, published, and inside the region the link was made for."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import SessionStatus
from nightschool.queries.notices.visits import FEED_EXTENT, OwnTimetable, own_timetable
from nightschool.rules.courses.expectations import UsualTurnout
from nightschool.rules.slots import Moment
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_link,
    make_question,
    make_region,
    make_register,
    make_school,
    make_session,
    make_teacher,
    make_venue,
)

SECRET = "s" * 32
SIBLING = "511002105202"  # in the same township
MORNING = Moment(TODAY, 600)
ZONE = "Asia/Shanghai"


@pytest.fixture
def zhou(cast: Cast, db: Session) -> Teacher:
    make_region(db, SIBLING, "断桥村村民委员会")
    make_school(db, SIBLING, contact_name="刘文书")
    return db.get_one(Teacher, cast.teacher)


def shown(db: Session, secret: str = SECRET, at: Moment = MORNING) -> OwnTimetable:
    found = own_timetable(db, secret, at=at, zone=ZONE)
    assert found is not None
    return found


def titles(found: OwnTimetable) -> list[str]:
    return [visit.entry.title for visit in (*found.past[::-1], *found.ahead)]


def lesson(db: Session, title: str, days: int, *who: Teacher, code: str = SHIWAN, **columns: object) -> None:
    course = make_course(db, code, title)
    make_session(
        db,
        course,
        TODAY + timedelta(days=days),
        teachers=tuple(one.id for one in who),
        **{"published_at": NOW.instant, **columns},
    )


def test_own_published_classes_of_all_villages_and_nobody_elses(zhou: Teacher, db: Session) -> None:
    make_link(db, zhou, SECRET)
    other = make_teacher(db, name="吴医生")
    lesson(db, "修枝", -7, zhou)
    lesson(db, "施肥", 1, zhou, other)
    lesson(db, "邻村的课", 2, zhou, code=SIBLING)
    lesson(db, "急救", 3, other)
    lesson(db, "没人讲", 4)
    lesson(db, "还没公布", 5, zhou, status=SessionStatus.DRAFT, published_at=None)
    assert titles(shown(db)) == ["修枝", "施肥", "邻村的课"]


def test_link_made_by_a_village_shows_that_village_alone(zhou: Teacher, db: Session) -> None:
    make_link(db, zhou, SECRET, region_code=SHIWAN)
    lesson(db, "施肥", 1, zhou)
    lesson(db, "邻村的课", 2, zhou, code=SIBLING)
    found = shown(db)
    assert titles(found) == ["施肥"] and not found.opened.is_whole


def test_link_of_a_merged_record_follows_to_the_kept_one_and_shows_no_more_villages_by_it(
    zhou: Teacher, db: Session
) -> None:
    own = make_teacher(db, SHIWAN, retired_at=NOW.instant, merged_into_id=zhou.id)
    make_link(db, own, SECRET)
    lesson(db, "施肥", 1, zhou)
    lesson(db, "邻村的课", 2, zhou, code=SIBLING)
    assert titles(shown(db)) == ["施肥"]


def test_link_of_who_is_asked_no_more_opens_until_their_last_class_is_over(
    zhou: Teacher, db: Session
) -> None:
    make_link(db, zhou, SECRET)
    lesson(db, "最后一课", 0, zhou)
    zhou.retired_at = NOW.instant
    db.flush()
    assert titles(shown(db)) == ["最后一课"]
    for extent in ({}, {"extent": FEED_EXTENT}):
        over = own_timetable(db, SECRET, at=Moment(TODAY, 1300), zone=ZONE, **extent)
        assert over is None
    zhou.retired_at = None
    db.flush()
    assert shown(db, at=Moment(TODAY, 1300)).past


def test_what_to_know_of_the_village_before_going(cast: Cast, zhou: Teacher, db: Session) -> None:
    make_link(db, zhou, SECRET)
    field = make_venue(db, name="果园", is_lit=False)
    course = make_course(db, audience="果农", venue_id=field.id)
    other = make_teacher(db, name="吴医生", name_is_public=False, unit="卫生院")
    for days, came in ((28, 99), (21, 20), (14, 30), (7, 24)):
        past = make_session(
            db,
            course,
            TODAY - timedelta(days=days),
            teachers=(other.id,),
            title=f"{days} 天前",
            published_at=NOW.instant,
        )
        make_register(db, past, cast.chen, total=came)
    make_question(db, past, "怎么剪？")
    make_question(db, past, "答了的", answer="这样", answered_on=TODAY)
    make_session(db, course, TODAY, teachers=(zhou.id,), published_at=NOW.instant)
    found = shown(db)
    assert found.next is not None
    assert (found.next.audience, found.next.expected, found.next.is_lit) == ("果农", None, False)
    notes = found.notes[SHIWAN]
    assert [entry.title for entry in notes.taught] == ["7 天前", "14 天前", "21 天前"]
    assert notes.taught[0].teachers[0] == ("", "卫生院")
    assert [question.text for question in notes.questions] == ["怎么剪？"]
    assert 18 * 60 < found.dark[found.next.entry.public_id] < 19 * 60
    assert found.year.held == 0  # those were another's


def test_how_many_come_is_told_by_this_course_alone(cast: Cast, zhou: Teacher, db: Session) -> None:
    make_link(db, zhou, SECRET)
    course, another = make_course(db), make_course(db, title="坝坝舞")
    for of, days, came in ((course, 28, 99), (course, 21, 20), (course, 14, 24), (another, 7, 300)):
        past = make_session(db, of, TODAY - timedelta(days=days), published_at=NOW.instant)
        make_register(db, past, cast.chen, total=came)
    make_session(db, course, TODAY - timedelta(days=7), status=SessionStatus.SCHEDULED)  # not recorded
    make_session(db, course, TODAY, teachers=(zhou.id,), published_at=NOW.instant)
    found = shown(db)
    assert found.next is not None
    assert found.meetings[found.next.entry.public_id].turnout == UsualTurnout(20, 99, 24)


def test_what_was_held_this_year_is_added_up(cast: Cast, zhou: Teacher, db: Session) -> None:
    make_link(db, zhou, SECRET)
    course = make_course(db)
    for days, came in ((7, 20), (14, 30), (400, 50)):
        past = make_session(
            db, course, TODAY - timedelta(days=days), teachers=(zhou.id,), published_at=NOW.instant
        )
        make_register(db, past, cast.chen, total=came)
    year = shown(db).year
    assert (year.held, year.minutes, year.attendances) == (2, 180, 50)


@pytest.mark.parametrize("many", [1, 30])
def test_a_page_costs_nine_statements_and_a_feed_two_however_much_somebody_teaches(
    cast: Cast, zhou: Teacher, db: Session, statements: list[str], many: int
) -> None:
    make_link(db, zhou, SECRET)
    db.get_one(Venue, cast.venue).is_lit = False
    course, elsewhere = make_course(db, venue_id=cast.venue), make_course(db, SIBLING)
    for number in range(many):
        for days in (number, -1 - number):
            for of in (course, elsewhere):
                make_session(
                    db,
                    of,
                    TODAY + timedelta(days=days),
                    teachers=(zhou.id,),
                    booked=False,
                    published_at=NOW.instant,
                )
        make_question(db, make_session(db, course, TODAY - timedelta(days=90 + number)), f"问题 {number}")
    db.flush()
    statements.clear()
    found = shown(db)
    assert len(found.ahead) == 2 * many and len(found.past) == min(2 * many, 50)
    assert len(found.notes[SHIWAN].questions) == min(many, 10)
    assert len(statements) == 9
    statements.clear()
    own_timetable(db, SECRET, at=MORNING, zone=ZONE, extent=FEED_EXTENT)
    assert len(statements) == 2
