"""The register as it stands, in the order in which people look for names, and how it came to be so."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.registers.attendance import record_sheet, void_register
from nightschool.models.teaching import ClassSession
from nightschool.queries.figures import attendances
from nightschool.queries.registers import attendance, register_history
from nightschool.rules.registers.attendance import NewLearner, Sheet, Turnout, WrittenGuest
from tests.factories import (
    JIANLI,
    NOW,
    SOON,
    TODAY,
    Cast,
    later,
    make_course,
    make_learner,
    make_session,
    make_venue,
)

LATER = later(hours=12)


@pytest.fixture
def tonight(cast: Cast, db: Session) -> ClassSession:
    return make_session(db, make_course(db, venue_id=cast.venue), TODAY, **SOON)


def save(cast: Cast, db: Session, session: ClassSession, sheet: Sheet, **given: Any) -> None:
    defaults: dict[str, Any] = {"taken_at": NOW.instant, "now": NOW, "device": "Android · WeChat"}
    record_sheet(
        db,
        class_session=session.public_id,
        sheet=sheet,
        submission_id=uuid4(),
        by=cast.chen_actor,
        **{**defaults, **given},
    )


def found(db: Session, session: ClassSession) -> attendance.Register:
    register = attendance.register(db, session.public_id)
    assert register is not None
    return register


def test_everybody_of_the_village_stands_by_group_and_sound(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    for name, group in [
        ("张桂花", "二组"),
        ("单小红", "二组"),
        ("曾玉兰", "2组"),
        ("刘国富", "一组"),
        ("吴先进", "上湾"),
    ]:
        make_learner(db, name=name, group_name=group, group_number={"2组": 2}.get(group) or number_of(group))
    make_learner(db, JIANLI, "罗小平")
    groups = [(group.label, [p.name for p in group.people]) for group in found(db, tonight).groups]
    assert groups == [
        ("一组", ["刘国富"]),
        ("二组", ["单小红", "曾玉兰", "张桂花"]),
        ("上湾", ["吴先进"]),
    ]


def number_of(group: str) -> int:
    return max("零一二三四五六七八九".find(group[0]), 0)


def test_a_register_not_yet_taken_says_so(cast: Cast, db: Session, tonight: ClassSession) -> None:
    make_learner(db)
    register = found(db, tonight)
    assert (register.version, register.saved, register.turnout) == (0, None, Turnout())
    assert [person.status for person in register.people] == [None]
    assert (register.village, register.venue, register.status) == ("狮湾村", "村活动室", "scheduled")
    assert attendance.register(db, "x" * 22) is None


def test_what_was_saved_stands_there(cast: Cast, db: Session, tonight: ClassSession) -> None:
    chen, liu = make_learner(db, name="陈大秀"), make_learner(db, name="刘国富")
    sheet = Sheet(
        marks={chen.public_id: "present", liu.public_id: "excused"},
        guests=(WrittenGuest("张三", "玉皇村"), WrittenGuest("李四")),
        unnamed_guests=3,
        headcount=7,
        women=4,
        over_60=5,
        difference_note="一个先走了",
    )
    save(cast, db, tonight, sheet)
    register = found(db, tonight)
    assert [(p.name, p.attended, p.excused) for p in register.people] == [
        ("陈大秀", True, False),
        ("刘国富", False, True),
    ]
    assert register.guests == sheet.guests
    assert register.turnout == Turnout(1, 1, 2, 3, 7, 4, 5)
    assert register.difference_note == "一个先走了"
    assert register.saved == attendance.SavedBy("陈书记", NOW.instant)
    assert register.version == 1


def test_after_voiding_nothing_counts(cast: Cast, db: Session, tonight: ClassSession) -> None:
    save(cast, db, tonight, Sheet(guests=(WrittenGuest("张三"),), headcount=7))
    take_back(cast, db, tonight)
    register = found(db, tonight)
    assert (register.turnout, register.guests, register.saved) == (Turnout(), (), None)
    assert register.version == 2


def take_back(cast: Cast, db: Session, session: ClassSession) -> None:
    void_register(
        db,
        class_session=session.public_id,
        reason="记错了一节课",
        submission_id=uuid4(),
        device="",
        by=cast.chen_actor,
        now=LATER,
    )


@pytest.mark.parametrize(
    ("starts", "same_venue", "asked"),
    [(11 * 60, False, True), (9 * 60 + 30, False, False), (10 * 60 + 30, True, False)],
)
def test_who_is_marked_at_two_places_at_once_is_asked_about(
    cast: Cast, db: Session, tonight: ClassSession, starts: int, same_venue: bool, asked: bool
) -> None:
    venue = cast.venue if same_venue else make_venue(db, name="村小").id
    course = make_course(db, title="防诈骗", venue_id=venue, starts=starts, ends=starts + 60)
    other = make_session(db, course, TODAY, booked=False)
    chen, liu = make_learner(db, name="陈大秀"), make_learner(db, name="刘国富")
    save(cast, db, other, Sheet(marks={chen.public_id: "present", liu.public_id: "excused"}))
    save(cast, db, tonight, Sheet(marks={chen.public_id: "present", liu.public_id: "present"}))
    names = [(one.learner, one.title, one.class_session) for one in found(db, tonight).elsewhere]
    assert names == ([("陈大秀", "防诈骗", other.public_id)] if asked else [])


@pytest.mark.parametrize("people", [1, 30])
def test_a_register_costs_five_statements(
    cast: Cast, db: Session, tonight: ClassSession, statements: list[str], people: int
) -> None:
    learners = [make_learner(db, name=f"村民{n}") for n in range(people)]
    save(cast, db, tonight, Sheet(marks={learner.public_id: "present" for learner in learners}))
    statements.clear()
    found(db, tonight)
    assert len(statements) == 5


def test_history_names_learners_of_a_group_by_their_sounds(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    called = [make_learner(db, name=name) for name in ("周大明", "安小红", "刘国富")]
    save(cast, db, tonight, Sheet(marks={one.public_id: "present" for one in called}))
    history = register_history.arrivals_of(db, tonight.public_id)
    assert history is not None
    assert [change.name for change in history.arrivals[0].changes] == ["安小红", "刘国富", "周大明"]


def test_history_tells_who_saved_what_and_what_it_changed(
    cast: Cast, db: Session, tonight: ClassSession
) -> None:
    chen, liu = make_learner(db, name="陈大秀"), make_learner(db, name="刘国富", group_name="二组")
    save(cast, db, tonight, Sheet(marks={chen.public_id: "present"}, headcount=20))
    second = Sheet(
        marks={liu.public_id: "present"},
        headcount=21,
        guests=(WrittenGuest("张三"),),
        difference_note="数漏了",
    )
    save(cast, db, tonight, second, based_on=1, now=LATER, taken_at=LATER.instant)
    take_back(cast, db, tonight)
    history = register_history.arrivals_of(db, tonight.public_id)
    assert history is not None
    first, correction, voided = history.arrivals
    assert (first.by, first.device, first.received_at, first.is_void) == (
        "陈书记",
        "Android · WeChat",
        NOW.instant,
        False,
    )
    assert first.changes == (register_history.ChangedMark("陈大秀", "一组", None, "present"),)
    assert (first.counted_before, first.counted) == (
        register_history.Counted(),
        register_history.Counted(headcount=20),
    )
    assert correction.changes == (
        register_history.ChangedMark("陈大秀", "一组", "present", None),
        register_history.ChangedMark("刘国富", "二组", None, "present"),
    )
    assert (correction.counted_before.headcount, correction.counted.headcount) == (20, 21)
    assert correction.counted.guests == (WrittenGuest("张三"),)
    assert correction.difference_note == "数漏了"
    assert (voided.is_void, voided.reason) == (True, "记错了一节课")
    assert voided.changes == (register_history.ChangedMark("刘国富", "二组", "present", None),)
    assert voided.counted == register_history.Counted()
    assert register_history.arrivals_of(db, "x" * 22) is None


@pytest.mark.parametrize(
    ("sheet", "came"),
    [
        (Sheet(headcount=52), 52),
        (Sheet(unnamed_guests=4), 4),
        (
            Sheet(
                new_learners=(NewLearner("周小兰", "四组"),), guests=(WrittenGuest("张三"),), unnamed_guests=2
            ),
            4,
        ),
        (Sheet(new_learners=(NewLearner("周小兰", "四组"),), headcount=0), 0),
        (Sheet(), 0),
    ],
)
def test_turnout_counts_as_the_reports_do(
    cast: Cast, db: Session, tonight: ClassSession, sheet: Sheet, came: int
) -> None:
    save(cast, db, tonight, sheet)
    assert found(db, tonight).turnout.attendances == came
    assert db.scalar(select(attendances()).where(ClassSession.id == tonight.id)) == came
