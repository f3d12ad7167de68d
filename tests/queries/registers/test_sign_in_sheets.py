"""Who stands on a printed sheet, and what its row numbers mean when the roster has changed meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.people.merges import merge_people
from nightschool.actions.registers.sign_in_sheets import number_rows
from nightschool.errors import NotAllowed, Refused
from nightschool.models.attendance import SignInSheet
from nightschool.models.teaching import ClassSession, Enrolment, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.registers.sign_in_sheets import PrintedSheet, sheet
from nightschool.rules.registers.cohorts import CourseKind
from tests.factories import (
    JIANLI,
    NOW,
    TODAY,
    Cast,
    make_course,
    make_learner,
    make_register,
    make_session,
)

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def class_session(cast: Cast, db: Session) -> ClassSession:
    return make_session(db, make_course(db, venue_id=cast.venue), TOMORROW)


def number(db: Session, cast: Cast, class_session: ClassSession) -> PrintedSheet:
    number_rows(db, class_sessions=[class_session.public_id], by=cast.chen_actor, now=NOW)
    db.flush()
    found = sheet(db, class_session.public_id)
    assert found is not None
    return found


def names(found: PrintedSheet) -> list[tuple[int, str]]:
    return [(row.number, row.name) for row in found.printed if row.learner]


def test_nobody_has_a_number_before_it_is_printed(
    cast: Cast, db: Session, class_session: ClassSession
) -> None:
    make_learner(db)
    found = sheet(db, class_session.public_id)
    assert found is not None and not found.rows and [one.name for one in found.newcomers] == ["陈大秀"]


def test_who_came_often_stands_first_in_their_group(
    cast: Cast, db: Session, class_session: ClassSession
) -> None:
    rarely, often, other = (
        make_learner(db, name="安小红", group_name="二组"),
        make_learner(db, name="张桂花", group_name="二组"),
        make_learner(db, name="周国富", group_name="一组"),
    )
    for days, present in ((3, (often.id,)), (5, (often.id, other.id)), (7, ())):
        held = make_session(db, make_course(db), TODAY - timedelta(days=days))
        make_register(db, held, cast.chen, present=present)
    make_learner(db, JIANLI, "罗小平")
    found = number(db, cast, class_session)
    assert names(found) == [(1, "周国富"), (2, "张桂花"), (3, "安小红")]
    assert [row.group for row in found.printed[:3]] == ["一组", "二组", "二组"]
    assert [row.number for row in found.printed if not row.learner] == list(range(4, 14))
    assert rarely.public_id == found.printed[2].learner


def test_a_number_means_the_same_person_when_others_were_added_and_one_left(
    cast: Cast, db: Session, class_session: ClassSession
) -> None:
    gone = make_learner(db, name="白云")
    make_learner(db, name="张桂花")
    first = number(db, cast, class_session)
    make_learner(db, name="安小红")
    gone.retired_at, gone.left_on = NOW.instant, TODAY
    again = sheet(db, class_session.public_id)
    assert again is not None
    assert [one.name for one in again.newcomers] == ["安小红"]
    second = number(db, cast, class_session)
    assert [row.learner for row in second.rows[:12]] == [row.learner for row in first.rows]
    assert names(second) == [(2, "张桂花"), (13, "安小红")]
    assert [row.number for row in second.printed if not row.learner] == list(range(14, 24))
    row = second.row(1)
    assert row is not None and (row.name, row.is_expected) == ("白云", False)
    blank = second.row(12)
    assert blank is not None and not blank.learner
    assert (second.row(0), second.row(24)) == (None, None)


def test_printed_again_nothing_is_written(cast: Cast, db: Session, class_session: ClassSession) -> None:
    make_learner(db)
    number(db, cast, class_session)
    assert number(db, cast, class_session).newcomers == ()
    assert [event.action for event in db.query(AuditEvent)] == ["register.number"]


def test_who_was_merged_is_found_by_both_numbers_and_printed_once(
    cast: Cast, db: Session, class_session: ClassSession
) -> None:
    kept, merged = make_learner(db, name="张桂花"), make_learner(db, name="张桂华")
    number(db, cast, class_session)
    merge_people(
        db,
        kind="learner",
        kept=kept.public_id,
        merged=merged.public_id,
        seen=(kept.version, merged.version),
        by=cast.chen_actor,
        now=NOW,
    )
    found = number(db, cast, class_session)
    assert [row.name for row in found.rows[:2]] == ["张桂花", "张桂花"]
    assert names(found) == [(1, "张桂花")]


def test_a_cohort_has_its_own_people_by_its_own_classes(cast: Cast, db: Session) -> None:
    course = make_course(db, kind=CourseKind.COHORT)
    rarely, often = make_learner(db, name="安小红"), make_learner(db, name="张桂花")
    make_learner(db, name="不在班里")
    for one in (rarely, often):
        db.add(
            Enrolment(
                course_id=course.id,
                learner_id=one.id,
                enrolled_on=TODAY - timedelta(days=20),
                asked_at=NOW.instant,
            )
        )
    held = make_session(db, course, TODAY - timedelta(days=2))
    make_register(db, held, cast.chen, present=(often.id,))
    for days in (3, 4, 5):
        lecture = make_session(db, make_course(db), TODAY - timedelta(days=days))
        make_register(db, lecture, cast.chen, present=(rarely.id,))
    found = number(db, cast, make_session(db, course, TOMORROW))
    assert names(found) == [(1, "张桂花"), (2, "安小红")]


def test_only_who_keeps_the_register_gives_out_numbers(
    cast: Cast, db: Session, class_session: ClassSession
) -> None:
    with pytest.raises(NotAllowed):
        number_rows(db, class_sessions=[class_session.public_id], by=cast.luo_actor, now=NOW)
    assert not db.query(SignInSheet).count()


def test_what_is_called_off_has_no_numbers(cast: Cast, db: Session) -> None:
    off = make_session(db, make_course(db), TOMORROW, status=SessionStatus.CANCELLED)
    with pytest.raises(Refused, match="called_off"):
        number_rows(db, class_sessions=[off.public_id], by=cast.chen_actor, now=NOW)
