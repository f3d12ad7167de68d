"""A roster and who graduates from it, whatever its size at the same cost."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.registers.attendance import record_sheet
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course, Enrolment
from nightschool.queries.registers import attendance, cohorts
from nightschool.queries.registers.attendance import Membership
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.registers.graduation import Outlook
from nightschool.rules.slots import Moment
from tests.factories import NOW, TODAY, Cast, later, make_course, make_learner, make_session

A_WEEK = timedelta(days=7)
AT = Moment(TODAY, 10 * 60)


@pytest.fixture
def cohort(cast: Cast, db: Session) -> Course:
    return make_course(db, title="柑橘田间学校", venue_id=cast.venue, kind="cohort")


def put(db: Session, course: Course, learner: Learner, **columns: Any) -> None:
    defaults: dict[str, Any] = {"enrolled_on": TODAY - 2 * A_WEEK, "asked_at": NOW.instant}
    db.add(Enrolment(course_id=course.id, learner_id=learner.id, **{**defaults, **columns}))
    db.flush()


def save(cast: Cast, db: Session, session: ClassSession, sheet: Sheet) -> None:
    begins = later(days=(session.day - TODAY).days, hours=9)
    record_sheet(
        db,
        class_session=session.public_id,
        sheet=sheet,
        submission_id=uuid4(),
        device="",
        taken_at=begins.instant,
        by=cast.chen_actor,
        now=begins,
    )


def test_a_roster_tells_who_is_in_who_waits_who_left_and_who_may_still_come(
    cast: Cast, db: Session, cohort: Course
) -> None:
    make_session(db, cohort, TODAY + A_WEEK)
    cohort.capacity = 1
    put(db, cohort, make_learner(db, name="单小红", group_name="二组"))
    put(db, cohort, make_learner(db, name="仇建国"))
    put(db, cohort, make_learner(db, name="张桂花"), status="waiting", asked_at=NOW.instant + A_WEEK)
    put(db, cohort, make_learner(db, name="李永福"), status="waiting", asked_at=NOW.instant)
    put(db, cohort, make_learner(db, name="刘国富"), status="left", left_on=TODAY)
    make_learner(db, name="陈大秀")
    make_learner(db, name="吴先进", retired_at=NOW.instant)
    found = cohorts.roster(db, cohort.public_id)
    assert found is not None
    assert [(g.label, [p.name for p in g.people]) for g in found.enrolled] == [
        ("一组", ["仇建国"]),
        ("二组", ["单小红"]),
    ]
    assert [person.name for person in found.waiting] == ["李永福", "张桂花"]
    assert [person.name for person in found.left] == ["刘国富"]
    assert [p.name for g in found.outside for p in g.people] == ["陈大秀", "刘国富"]
    assert found.groups == ("一组", "二组")
    told = found.cohort
    assert (told.enrolled, told.waiting, told.free, told.beyond) == (2, 2, 0, 1)
    assert told.last_day == TODAY + A_WEEK and not told.is_over(TODAY)
    assert cohorts.roster(db, "x" * 22) is None


def test_graduation_counts_what_was_held_and_is_to_come(cast: Cast, db: Session, cohort: Course) -> None:
    came, late, away = (make_learner(db, name=name) for name in ("陈大秀", "刘国富", "张桂花"))
    left, waits = make_learner(db, name="李永福"), make_learner(db, name="王长贵")
    for learner in (came, late, away):
        put(db, cohort, learner)
    put(db, cohort, left, status="left", left_on=TODAY)
    put(db, cohort, waits, status="waiting")
    first, second = (make_session(db, cohort, TODAY - weeks * A_WEEK) for weeks in (3, 2))
    make_session(db, cohort, TODAY - A_WEEK)
    make_session(db, cohort, TODAY - A_WEEK, status="cancelled", starts=8 * 60, ends=9 * 60)
    make_session(db, cohort, TODAY + A_WEEK)
    everybody = {one.public_id: "present" for one in (came, late, left, waits)}
    save(cast, db, first, Sheet(marks={**everybody, away.public_id: "excused"}, unnamed_guests=3))
    save(
        cast,
        db,
        second,
        Sheet(
            marks={came.public_id: "present", late.public_id: "late", away.public_id: "substitute"},
            came_instead={away.public_id: "张小红"},
        ),
    )
    found = cohorts.graduation(db, cohort.public_id, at=AT)
    assert found is not None
    assert (found.held, found.held_minutes, found.coming, found.coming_minutes) == (2, 180, 1, 90)
    assert found.attendances == 4 + 3 + 3
    assert [one.slot.day for one in found.unrecorded] == [TODAY - A_WEEK]
    assert [(line.name, line.progress.sessions, line.progress.outlook) for line in found.lines] == [
        ("陈大秀", 2, Outlook.ON_THE_WAY),
        ("刘国富", 2, Outlook.ON_THE_WAY),
        ("张桂花", 0, Outlook.NEEDS_MAKEUP),
    ]
    assert found.lines[2].progress.marks == {"excused": 1, "substitute": 1}
    assert [(line.name, line.left_on) for line in found.left] == [("李永福", TODAY)]
    assert found.graduates == 0
    after = cohorts.graduation(db, cohort.public_id, at=Moment(TODAY + 2 * A_WEEK, 0))
    assert after is not None and (after.graduates, after.coming) == (2, 0)


def test_graduation_is_sorted_by_group_or_by_name(cast: Cast, db: Session, cohort: Course) -> None:
    for name, group in (("单小红", "一组"), ("仇建国", "二组"), ("区代全", "一组")):
        put(db, cohort, make_learner(db, name=name, group_name=group))
    by_group = cohorts.graduation(db, cohort.public_id, at=AT)
    by_name = cohorts.graduation(db, cohort.public_id, at=AT, by_name=True)
    assert by_group and [line.name for line in by_group.lines] == ["区代全", "单小红", "仇建国"]
    assert by_name and [line.name for line in by_name.lines] == ["区代全", "仇建国", "单小红"]


def test_a_register_shows_first_who_was_in_the_cohort_that_day(
    cast: Cast, db: Session, cohort: Course
) -> None:
    put(db, cohort, make_learner(db, name="陈大秀", household="陈永福"))
    put(db, cohort, make_learner(db, name="刘国富"), enrolled_on=TODAY + timedelta(days=1))
    put(db, cohort, make_learner(db, name="张桂花"), status="waiting")
    put(db, cohort, make_learner(db, name="李永福"), status="left", left_on=TODAY - A_WEEK)
    put(db, cohort, make_learner(db, name="王长贵"), status="left", left_on=TODAY + A_WEEK)
    for name in ("陈永福", "陈兴发"):
        make_learner(db, name=name, household="陈永福")
    make_learner(db, name="陈小红", household="陈永福", group_name="二组")
    session = make_session(db, cohort, TODAY)
    found = attendance.register(db, session.public_id)
    assert found is not None and found.is_cohort
    assert [p.name for g in found.in_class for p in g.people] == ["陈大秀", "王长贵"]
    assert [person.name for person in found.joined_later] == ["刘国富"]
    assert [p.name for g in found.outside for p in g.people] == [
        "陈兴发",
        "陈永福",
        "李永福",
        "张桂花",
        "陈小红",
    ]
    assert [person.name for person in found.expected] == ["陈大秀", "王长贵"]
    assert set(found.in_class[0].people[0].family) == {"陈永福", "陈兴发"}


def test_who_left_that_day_and_had_come_was_still_in_it(cast: Cast, db: Session, cohort: Course) -> None:
    came, gone = make_learner(db, name="陈大秀"), make_learner(db, name="刘国富")
    for learner in (came, gone):
        put(db, cohort, learner, status="left", left_on=TODAY)
    session = make_session(db, cohort, TODAY)
    save(cast, db, session, Sheet(marks={came.public_id: "present"}))
    found = attendance.register(db, session.public_id)
    assert found is not None
    assert {person.name: person.membership for person in found.people} == {
        "陈大秀": Membership.IN_CLASS,
        "刘国富": Membership.OUTSIDE,
    }


def test_somebody_whose_family_came_may_be_elsewhere_themselves(
    cast: Cast, db: Session, cohort: Course
) -> None:
    learner = make_learner(db)
    put(db, cohort, learner)
    here = make_session(db, cohort, TODAY)
    there = make_session(db, make_course(db, title="防诈骗", venue_id=cast.other_venue), TODAY, booked=False)
    save(cast, db, there, Sheet(marks={learner.public_id: "present"}))
    substituted = Sheet(marks={learner.public_id: "substitute"}, came_instead={learner.public_id: "陈永福"})
    save(cast, db, here, substituted)
    found = attendance.register(db, here.public_id)
    assert found is not None and found.elsewhere == ()


@pytest.mark.parametrize("people", [1, 30])
def test_rosters_and_graduation_cost_the_same_however_many_people(
    cast: Cast, db: Session, cohort: Course, statements: list[str], people: int
) -> None:
    for week in range(1, people + 1):
        put(db, cohort, make_learner(db, name=f"陈{week}"))
        make_session(db, cohort, TODAY - week * A_WEEK, status="held")
    db.flush()
    statements.clear()
    cohorts.cohort(db, cohort.public_id)
    assert len(statements) == 1
    cohorts.roster(db, cohort.public_id)
    assert len(statements) == 1 + 2
    cohorts.graduation(db, cohort.public_id, at=AT)
    assert len(statements) == 1 + 2 + 4
