"""A cohort fills up, has people wait in the order of asking, lets them in, and forgets nobody who left."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.people.retiring import bring_back, retire
from nightschool.actions.registers.attendance import record_sheet, void_register
from nightschool.actions.registers.cohorts import Asking, Outcome, enrol_learners, leave, let_in, set_cohort
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.attendance import Mark, MarkEvent
from nightschool.models.people import Learner
from nightschool.models.teaching import Course, Enrolment
from nightschool.models.trust import AuditEvent
from nightschool.queries.figures import attendances
from nightschool.queries.registers import attendance, register_history
from nightschool.queries.registers.cohorts import roster as roster_of
from nightschool.rules.people.retiring import RecordKind
from nightschool.rules.registers.attendance import NewLearner, Sheet
from nightschool.rules.registers.cohorts import CohortEntry
from nightschool.rules.registers.graduation import Basis, GraduationRule
from tests.factories import (
    JIANLI,
    NOW,
    SOON,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_register,
    make_session,
    on,
)

A_WEEK = timedelta(days=7)


@pytest.fixture
def cohort(cast: Cast, db: Session) -> Course:
    """A field school with two places; it met last week and meets today and in a week."""
    course = make_course(db, title="柑橘田间学校", venue_id=cast.venue, kind="cohort", capacity=2)
    for week in (-1, 0, 1):
        make_session(db, course, TODAY + week * A_WEEK, **SOON)
    return course


@pytest.fixture
def learners(cast: Cast, db: Session) -> dict[str, str]:
    return {name: make_learner(db, name=name).public_id for name in ("陈大秀", "刘国富", "张桂花", "李永福")}


def enrol(cast: Cast, db: Session, course: Course, *learners: str, **given: Any) -> Outcome:
    asking = {key: given.pop(key) for key in ("new_learners", "source", "proxy_name") if key in given}
    defaults: dict[str, Any] = {"day": TODAY, "by": cast.chen_actor, "now": NOW}
    return enrol_learners(
        db, course=course.public_id, asking=Asking(tuple(learners), **asking), **{**defaults, **given}
    )


def roster(db: Session) -> dict[str, str]:
    db.expire_all()
    rows = db.execute(
        select(Learner.name, Enrolment.status)
        .join(Enrolment, Enrolment.learner_id == Learner.id)
        .order_by(Enrolment.asked_at, Enrolment.id)
    )
    return {row.name: row.status for row in rows}


def trail(db: Session) -> list[str]:
    return list(db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def session_of(db: Session, course: Course, day: date = TODAY) -> Any:
    from nightschool.models.teaching import ClassSession

    return db.scalars(
        select(ClassSession).where(ClassSession.course_id == course.id, ClassSession.day == day)
    ).one()


def save(cast: Cast, db: Session, session: Any, sheet: Sheet, **given: Any) -> Any:
    defaults: dict[str, Any] = {"submission_id": uuid4(), "taken_at": NOW.instant, "now": NOW}
    return record_sheet(
        db,
        class_session=session.public_id,
        sheet=sheet,
        device="",
        by=cast.chen_actor,
        **{**defaults, **given},
    )


def test_beyond_its_capacity_people_wait_in_the_order_of_asking(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, li = learners.values()
    assert enrol(cast, db, cohort, chen, liu, zhang) == Outcome(2, 1)
    assert enrol(cast, db, cohort, li, now=later(minutes=5)) == Outcome(0, 1)
    assert roster(db) == {
        "陈大秀": "enrolled",
        "刘国富": "enrolled",
        "张桂花": "waiting",
        "李永福": "waiting",
    }
    assert trail(db) == ["cohorts.enrol", "cohorts.enrol"]


def test_sent_twice_it_changes_nothing(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    enrol(cast, db, cohort, learners["陈大秀"])
    assert enrol(cast, db, cohort, learners["陈大秀"], source="walk_in") == Outcome(0, 0)
    assert db.scalars(select(Enrolment)).one().source == "self"
    assert trail(db) == ["cohorts.enrol"]


def test_while_somebody_waits_nobody_overtakes_them(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, li = learners.values()
    enrol(cast, db, cohort, chen, liu, zhang)
    leave(db, course=cohort.public_id, learner=chen, by=cast.chen_actor, now=NOW)
    assert enrol(cast, db, cohort, li) == Outcome(0, 1)


def test_who_waits_is_let_in_also_beyond_the_capacity(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, _li = learners.values()
    enrol(cast, db, cohort, chen, liu, zhang, day=TODAY - A_WEEK)
    given: dict[str, Any] = {"by": cast.chen_actor, "now": NOW}
    assert let_in(db, course=cohort.public_id, learner=zhang, **given) == 3
    assert let_in(db, course=cohort.public_id, learner=zhang, **given) == 3
    assert roster(db)["张桂花"] == "enrolled"
    days = {row.learner_id: row.enrolled_on for row in db.scalars(select(Enrolment))}
    assert sorted(days.values()) == [TODAY - A_WEEK, TODAY - A_WEEK, TODAY]
    assert trail(db).count("cohorts.let_in") == 1


def test_leaving_keeps_the_row_and_coming_back_is_possible(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen = learners["陈大秀"]
    enrol(cast, db, cohort, chen, day=TODAY - A_WEEK)
    for _twice in range(2):
        leave(db, course=cohort.public_id, learner=chen, by=cast.chen_actor, now=NOW)
    row = db.scalars(select(Enrolment)).one()
    assert (row.status, row.enrolled_on, row.left_on) == ("left", TODAY - A_WEEK, TODAY)
    assert enrol(cast, db, cohort, chen) == Outcome(1, 0)
    db.refresh(row)
    assert (row.status, row.enrolled_on, row.left_on) == ("enrolled", TODAY - A_WEEK, None)
    assert trail(db) == ["cohorts.enrol", "cohorts.leave", "cohorts.enrol"]


def test_who_enrols_and_leaves_around_midnight_has_not_left_before_the_first_day(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen = learners["陈大秀"]
    enrol(cast, db, cohort, chen)
    yesterday = TODAY - timedelta(days=1)  # by another computer's clock
    leave(db, course=cohort.public_id, learner=chen, by=cast.chen_actor, now=on(yesterday))
    row = db.scalars(select(Enrolment)).one()
    assert (row.status, row.enrolled_on, row.left_on) == ("left", TODAY, TODAY)


def test_who_comes_by_themselves_has_nobody_who_enrolled_them(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, *_others = learners.values()
    enrol(cast, db, cohort, chen, source="self", proxy_name="三组组长")  # typed before the choice was changed
    enrol(cast, db, cohort, liu, source="proxy", proxy_name="三组组长")
    rows = db.scalars(select(Enrolment).order_by(Enrolment.id))
    assert [(row.source, row.proxy_name) for row in rows] == [("self", ""), ("proxy", "三组组长")]


def test_somebody_who_is_on_no_list_yet_is_written_down_and_enrolled(
    cast: Cast, db: Session, cohort: Course
) -> None:
    new = NewLearner("王素珍", "三组")
    assert enrol(cast, db, cohort, new_learners=(new,), source="proxy", proxy_name="三组组长") == Outcome(
        1, 0
    )
    row = db.scalars(select(Enrolment)).one()
    assert (row.source, row.proxy_name) == ("proxy", "三组组长")
    assert db.get_one(Learner, row.learner_id).group_number == 3
    with pytest.raises(Refused, match="same_name") as caught:
        enrol(cast, db, cohort, new_learners=(NewLearner("钟小红", "一组"), new))
    assert caught.value.details["row"] == 1


def test_nobody_enrols_in_a_lecture_after_the_end_or_from_another_village(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    lecture = make_course(db, title="防诈骗")
    make_session(db, lecture, TODAY, **SOON)
    over = make_course(db, title="去年的班", kind="cohort")
    make_session(db, over, TODAY - A_WEEK)
    make_session(db, over, TODAY + A_WEEK, status="cancelled", starts=8 * 60, ends=9 * 60)
    chen = learners["陈大秀"]
    with pytest.raises(Refused, match="no_cohort"):
        enrol(cast, db, lecture, chen)
    with pytest.raises(Refused, match="cohort_over"):
        enrol(cast, db, over, chen)
    with pytest.raises(Refused, match="foreign_learner"):
        enrol(cast, db, cohort, make_learner(db, JIANLI, "罗小平").public_id)
    with pytest.raises(Refused, match="nobody_chosen"):
        enrol(cast, db, cohort)
    cohort.retired_at = NOW.instant
    with pytest.raises(Refused, match="put_away"):
        enrol(cast, db, cohort, chen)
    assert roster(db) == {}


def test_only_its_coordinator_changes_a_roster(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    with pytest.raises(NotAllowed):
        enrol(cast, db, cohort, learners["陈大秀"], by=cast.luo_actor)
    given: dict[str, Any] = {"now": NOW, "learner": learners["陈大秀"]}
    with pytest.raises(NotAllowed):
        leave(db, course=cohort.public_id, by=cast.luo_actor, **given)
    with pytest.raises(NotFound):
        leave(db, course="x" * 22, by=cast.chen_actor, **given)
    with pytest.raises(Refused, match="not_enrolled"):
        let_in(db, course=cohort.public_id, by=cast.chen_actor, **given)


def test_kind_capacity_and_rule_are_set_and_the_kind_changes_while_nothing_contradicts(
    cast: Cast, db: Session, learners: dict[str, str]
) -> None:
    course = make_course(db)
    make_session(db, course, TODAY, **SOON)
    given: dict[str, Any] = {"course": course.public_id, "by": cast.chen_actor, "now": NOW}
    set_cohort(
        db,
        entry=CohortEntry("cohort", 25, GraduationRule(Basis.HOURS, 80)),
        seen_version=course.version,
        **given,
    )
    db.refresh(course)
    assert (course.kind, course.capacity) == ("cohort", 25)
    assert (course.graduation_basis, course.graduation_percent) == (Basis.HOURS, 80)
    with pytest.raises(StaleRecord):
        set_cohort(db, entry=CohortEntry("open_lecture"), seen_version=course.version - 1, **given)
    enrol(cast, db, course, learners["陈大秀"])
    lecture: dict[str, Any] = {"entry": CohortEntry("open_lecture"), **given}
    with pytest.raises(Refused, match="has_enrolments"):
        set_cohort(db, seen_version=course.version, **lecture)
    leave(
        db,
        course=course.public_id,
        learner=learners["陈大秀"],
        by=cast.chen_actor,
        now=NOW,
    )
    set_cohort(db, seen_version=course.version, **lecture)
    db.refresh(course)
    assert (course.kind, course.capacity) == ("open_lecture", 25)


def test_a_cohort_with_marks_of_its_own_stays_one(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    save(cast, db, session_of(db, cohort), Sheet(marks={learners["陈大秀"]: "late"}))
    with pytest.raises(Refused, match="has_marks"):
        set_cohort(
            db,
            course=cohort.public_id,
            entry=CohortEntry("open_lecture"),
            seen_version=cohort.version,
            by=cast.chen_actor,
            now=NOW,
        )


def test_a_sheet_of_a_cohort_says_more_than_one_of_a_lecture(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, li = learners.values()
    sheet = Sheet(
        marks={chen: "late", liu: "substitute", zhang: "makeup", li: "absent"}, came_instead={liu: "张小红"}
    )
    lecture = make_session(db, make_course(db, title="防诈骗"), TODAY, starts=8 * 60, ends=9 * 60)
    with pytest.raises(Refused, match="cohort_only"):
        save(cast, db, lecture, sheet)
    tonight = session_of(db, cohort)
    save(cast, db, tonight, sheet)
    statuses = {row.status: row.came_instead for row in db.scalars(select(Mark))}
    assert statuses == {"late": "", "substitute": "张小红", "makeup": "", "absent": ""}
    found = attendance.register(db, tonight.public_id)
    assert found is not None and found.turnout.attendances == 2
    assert db.scalar(select(attendances()).where(type(tonight).id == tonight.id)) == 2


def test_who_came_instead_must_be_named_and_only_then(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    tonight, chen = session_of(db, cohort), learners["陈大秀"]
    for sheet in (
        Sheet(marks={chen: "substitute"}),
        Sheet(marks={chen: "late"}, came_instead={chen: "张小红"}),
        Sheet(came_instead={chen: "张小红"}),
    ):
        with pytest.raises(Refused, match="substitute_unnamed"), db.begin_nested():
            save(cast, db, tonight, sheet)
    assert db.scalars(select(Mark)).all() == []


def test_another_substitute_is_a_change_and_both_stay_on_record(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    tonight, chen = session_of(db, cohort), learners["陈大秀"]
    for version, name in enumerate(("张小红", "刘明芳", "刘明芳")):
        save(
            cast,
            db,
            tonight,
            Sheet(marks={chen: "substitute"}, came_instead={chen: name}),
            based_on=version,
            now=later(minutes=version),
        )
    events = db.scalars(select(MarkEvent).order_by(MarkEvent.id)).all()
    assert [(one.before, one.status, one.came_instead) for one in events] == [
        (None, "substitute", "张小红"),
        ("substitute", "substitute", "刘明芳"),
    ]
    assert db.scalars(select(Mark)).one().came_instead == "刘明芳"
    void_register(
        db,
        class_session=tonight.public_id,
        reason="记错了一节课",
        submission_id=uuid4(),
        device="",
        by=cast.chen_actor,
        now=later(hours=1),
    )
    history = register_history.arrivals_of(db, tonight.public_id)
    assert history is not None
    changes = [(c.came_before, c.came_instead, c.status) for a in history.arrivals for c in a.changes]
    assert changes == [
        ("", "张小红", "substitute"),
        ("张小红", "刘明芳", "substitute"),
        ("刘明芳", "", None),
    ]


def test_the_same_sheet_with_a_substitute_twice_is_one_record(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    tonight, chen = session_of(db, cohort), learners["陈大秀"]
    sheet = Sheet(marks={chen: "substitute"}, came_instead={chen: "张小红"})
    given: dict[str, Any] = {"submission_id": uuid4()}
    assert save(cast, db, tonight, sheet, **given) == save(cast, db, tonight, sheet, **given)
    with pytest.raises(Refused, match="other_content"):
        save(
            cast,
            db,
            tonight,
            Sheet(marks={chen: "substitute"}, came_instead={chen: "刘明芳"}),
            **given,
        )


def test_retired_learners_are_not_enrolled(cast: Cast, db: Session, cohort: Course) -> None:
    gone = make_learner(db, name="吴先进", retired_at=NOW.instant)
    with pytest.raises(Refused, match="foreign_learner"):
        enrol(cast, db, cohort, gone.public_id)


def test_an_old_register_stays_what_it_was_when_its_lecture_becomes_a_cohort(
    cast: Cast, db: Session, learners: dict[str, str]
) -> None:
    course = make_course(db)
    session = make_session(db, course, TODAY, **SOON)
    learner = db.scalars(select(Learner).where(Learner.name == "陈大秀")).one()
    make_register(db, session, cast.chen, present=(learner.id,))
    set_cohort(
        db,
        course=course.public_id,
        entry=CohortEntry("cohort"),
        seen_version=course.version,
        by=cast.chen_actor,
        now=NOW,
    )
    found = attendance.register(db, session.public_id)
    assert found is not None
    assert [person.name for person in found.walked_in] == ["陈大秀"]
    assert found.expected == ()


def put_away(cast: Cast, db: Session, learner: str, **given: Any) -> None:
    record = db.scalars(select(Learner).where(Learner.public_id == learner)).one()
    retire(
        db,
        RecordKind.LEARNER,
        public_id=learner,
        version=record.version,
        by=cast.chen_actor,
        now=NOW,
        **given,
    )


def test_who_is_put_away_has_neither_a_seat_nor_a_place_in_the_queue(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, li = learners.values()
    enrol(cast, db, cohort, chen, liu, zhang, li)
    for learner, waits in ((chen, False), (zhang, True)):
        with pytest.raises(Refused, match="still_seated") as refused:
            put_away(cast, db, learner)
        assert [(seat.title, seat.is_waiting) for seat in refused.value.details["seats"]] == [
            ("柑橘田间学校", waits)
        ]
        put_away(cast, db, learner, keeps_booked=True)
    found = roster_of(db, cohort.public_id)
    assert found is not None
    assert (found.cohort.enrolled, found.cohort.waiting, found.cohort.free) == (1, 1, 1)
    assert [person.name for person in found.waiting] == ["李永福"]
    assert sorted(person.name for person in found.left) == ["张桂花", "陈大秀"]
    assert {person.name for group in found.outside for person in group.people} == set()
    with pytest.raises(Refused, match="away"):
        let_in(db, course=cohort.public_id, learner=zhang, by=cast.chen_actor, now=NOW)
    assert let_in(db, course=cohort.public_id, learner=li, by=cast.chen_actor, now=NOW) == 2


def test_who_comes_back_has_the_seat_again_or_waits_first_when_others_have_it(
    cast: Cast, db: Session, cohort: Course, learners: dict[str, str]
) -> None:
    chen, liu, zhang, _li = learners.values()
    enrol(cast, db, cohort, chen, liu, zhang)

    def back() -> None:
        version = db.scalar(select(Learner.version).where(Learner.public_id == chen)) or 0
        bring_back(db, RecordKind.LEARNER, public_id=chen, version=version, by=cast.chen_actor, now=NOW)

    put_away(cast, db, chen, keeps_booked=True)
    back()
    assert roster(db)["陈大秀"] == "enrolled"
    put_away(cast, db, chen, keeps_booked=True)
    let_in(db, course=cohort.public_id, learner=zhang, by=cast.chen_actor, now=NOW)
    back()
    found = roster_of(db, cohort.public_id)
    assert found is not None and (found.cohort.enrolled, found.cohort.waiting) == (2, 1)
    assert [person.name for person in found.waiting] == ["陈大秀"]
