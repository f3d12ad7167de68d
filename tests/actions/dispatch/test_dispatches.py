"""Dispatches: offered, answered by village and teacher, and a class like any other when both have said yes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.staffing import teachers_of_sessions
from nightschool.actions.dispatch import dispatches as actions
from nightschool.actions.dispatch import wishes
from nightschool.actions.dispatch.dispatches import Offer
from nightschool.errors import CannotSchedule, NotAllowed, NotFound, Refused
from nightschool.models.people import Teacher
from nightschool.models.places import RegionSettings, Venue
from nightschool.models.planning import Dispatch
from nightschool.models.teaching import ClassSession, ClassSessionLabel, Course, SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.dispatch import dispatches as queries
from nightschool.queries.dispatch.wishes import wish as wish_line
from nightschool.queries.dispatch.wishes import wishes_in
from nightschool.queries.people.teacher_links import Opened, opened
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.dispatch.dispatches import DispatchStatus, Party
from nightschool.rules.dispatch.wishes import WishStage
from nightschool.rules.slots import Slot
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_label,
    make_link,
    make_region,
    make_school,
    make_session,
    make_teacher,
    make_venue,
    make_wish,
)

COUNTY = "511002000000"
SIBLING = "511002105202"
SLOT = Slot(TODAY + timedelta(days=8), 19 * 60, 20 * 60 + 30)


def officer(cast: Cast) -> Actor:
    return Actor(cast.county_supervisor, "县里", (Post(Role.SUPERVISOR, COUNTY),))


def offering(db: Session, cast: Cast, **other: Any) -> Offer:
    teacher = db.get_one(Teacher, cast.teacher).public_id
    venue = db.get_one(Venue, cast.venue).public_id
    return replace(Offer(SHIWAN, "果树修剪", "skill", teacher, SLOT, venue), **other)


def offered(db: Session, cast: Cast, **other: Any) -> str:
    return actions.offer(db, offered=offering(db, cast, **other), by=officer(cast), now=NOW)


def line(db: Session, dispatch: str) -> queries.DispatchLine:
    found = queries.dispatch(db, dispatch, at=NOW.moment)
    assert found is not None
    return found


def address(db: Session, cast: Cast) -> Opened:
    make_link(db, db.get_one(Teacher, cast.teacher), "s" * 32)
    found = opened(db, "s" * 32)
    assert found is not None
    return found


def refused(db: Session, cast: Cast, **other: Any) -> str:
    with pytest.raises(Refused) as caught:
        offered(db, cast, **other)
    return caught.value.code


def test_two_yeses_make_a_class_that_meets_the_wish(cast: Cast, db: Session) -> None:
    wish = make_wish(db).public_id
    made = offered(db, cast, wish=wish, expected=8)
    stage = wish_line(db, wish, at=NOW.moment)
    assert stage is not None and stage.stage is WishStage.DISPATCHED and stage.is_open
    assert [one.public_id for one in queries.asked_of_village(db, SHIWAN, at=NOW.moment)] == [made]
    actions.answer_dispatch(
        db, party=Party.VILLAGE, dispatch=made, says_yes=True, by=cast.chen_actor, now=NOW
    )
    assert line(db, made).told == "村里接了，等老师回话"
    who = address(db, cast)
    assert [one.public_id for one in queries.asked_of_teacher(db, who, at=NOW.moment)] == [made]
    for _time in range(2):
        actions.answer_of_teacher(db, dispatch=made, opened=who, says_yes=True, now=NOW)
    found = line(db, made)
    assert found.status is DispatchStatus.SCHEDULED and found.course
    session = db.scalars(select(ClassSession)).one()
    assert (session.title, session.day, session.starts, session.venue_id) == (
        "果树修剪", SLOT.day, SLOT.starts, cast.venue,
    )  # fmt: skip
    assert session.status == SessionStatus.SCHEDULED and session.published_at is not None
    met = wish_line(db, wish, at=NOW.moment)
    assert met is not None and met.stage is WishStage.SCHEDULED and met.course == found.course
    said = [one.action for one in db.scalars(select(AuditEvent).order_by(AuditEvent.id))]
    assert said == [
        "dispatch.offer", "dispatch.village_yes", "dispatch.teacher_yes", "courses.schedule", "wish.meet",
    ]  # fmt: skip


def test_a_no_has_its_reason_and_the_wish_can_be_offered_again(cast: Cast, db: Session) -> None:
    wish = make_wish(db).public_id
    made = offered(db, cast, wish=wish)
    assert refused(db, cast, wish=wish) == "already_asked"
    with pytest.raises(Refused):
        actions.answer_dispatch(
            db, party=Party.VILLAGE, dispatch=made, says_yes=False, by=cast.chen_actor, now=NOW
        )
    actions.answer_dispatch(
        db, party=Party.VILLAGE, dispatch=made, says_yes=False, reason="season", by=cast.chen_actor, now=NOW
    )
    assert line(db, made).told == "村里谢绝了：正是农忙，等一等"
    with pytest.raises(Refused):
        actions.answer_dispatch(
            db, party=Party.TEACHER, dispatch=made, says_yes=True, by=officer(cast), now=NOW
        )
    again = offered(db, cast, wish=wish)
    actions.withdraw_dispatch(db, dispatch=again, by=officer(cast), now=NOW)
    assert line(db, again).status is DispatchStatus.WITHDRAWN
    assert db.scalars(select(Course)).all() == []


def test_what_was_taken_meanwhile_is_named_and_nothing_is_lost(cast: Cast, db: Session) -> None:
    wish = make_wish(db).public_id
    made = offered(db, cast, wish=wish)
    actions.answer_dispatch(
        db, party=Party.VILLAGE, dispatch=made, says_yes=True, by=cast.chen_actor, now=NOW
    )
    course = make_course(db, title="防诈骗", teachers=(cast.teacher,))
    make_session(db, course, SLOT.day, teachers=(cast.teacher,))
    actions.answer_dispatch(db, party=Party.TEACHER, dispatch=made, says_yes=True, by=officer(cast), now=NOW)
    found = line(db, made)
    assert found.status is DispatchStatus.OVERTAKEN and "防诈骗" in found.told
    still = wish_line(db, wish, at=NOW.moment)
    assert still is not None and still.stage is WishStage.APPROVED
    assert db.scalars(select(Course.title)).all() == ["防诈骗"]


def test_a_wish_that_was_met_or_put_away_meanwhile_is_not_met_twice(cast: Cast, db: Session) -> None:
    wish = make_wish(db)
    made = offered(db, cast, wish=wish.public_id)
    actions.answer_dispatch(
        db, party=Party.VILLAGE, dispatch=made, says_yes=True, by=cast.chen_actor, now=NOW
    )
    wishes.withdraw_wish(db, wish=wish.public_id, version=wish.version, by=cast.chen_actor, now=NOW)
    actions.answer_dispatch(db, party=Party.TEACHER, dispatch=made, says_yes=True, by=officer(cast), now=NOW)
    assert line(db, made).status is DispatchStatus.OVERTAKEN


def test_a_month_whose_plan_waits_for_its_approval_gets_a_draft(cast: Cast, db: Session) -> None:
    db.add(RegionSettings(region_code=SHIWAN[:9] + "000", approves_plans=True))
    made = offered(db, cast)
    actions.answer_dispatch(
        db, party=Party.VILLAGE, dispatch=made, says_yes=True, by=cast.chen_actor, now=NOW
    )
    actions.answer_dispatch(db, party=Party.TEACHER, dispatch=made, says_yes=True, by=officer(cast), now=NOW)
    assert db.scalars(select(ClassSession.status)).one() == SessionStatus.DRAFT


def test_what_cannot_be_scheduled_cannot_be_offered(cast: Cast, db: Session) -> None:
    assert refused(db, cast, slot=Slot(TODAY - timedelta(days=1), 1140, 1230)) == "past"
    assert refused(db, cast, slot=Slot(TODAY + timedelta(days=400), 1140, 1230)) == "too_far_ahead"
    assert refused(db, cast, slot=Slot(SLOT.day, 1140, 1141)) == "too_short"
    far = make_teacher(db, "511024000000", name="外县老师").public_id
    assert refused(db, cast, teacher=far) == "no_such_teacher"
    make_region(db, SIBLING)
    assert refused(db, cast, village=SIBLING, venue=None) == "no_school"
    assert refused(db, cast, venue=make_venue(db, SIBLING).public_id) == "no_such_venue"
    make_session(db, make_course(db, teachers=(cast.teacher,)), SLOT.day, teachers=(cast.teacher,))
    with pytest.raises(CannotSchedule):
        offered(db, cast)
    with pytest.raises(NotAllowed):
        actions.offer(db, offered=offering(db, cast), by=cast.chen_actor, now=NOW)


def test_a_township_of_a_city_without_counties_sends_teachers_to_its_villages(
    cast: Cast, db: Session
) -> None:
    township, village = "441900003000", "441900003001"
    for code in ("440000000000", "441900000000", township, village):
        make_region(db, code)
    make_school(db, village)
    teacher = make_teacher(db, township, name="东城老师").public_id
    asked = offering(db, cast, village=village, teacher=teacher, venue=None)
    office = Actor(cast.county_supervisor, "街道", (Post(Role.SUPERVISOR, township),))
    made = actions.offer(db, offered=asked, by=office, now=NOW)
    assert line(db, made).office_code == township


def test_nobody_is_sent_where_the_way_leaves_no_time(cast: Cast, db: Session) -> None:
    make_region(db, SIBLING, "断桥村村民委员会")
    there = make_course(db, SIBLING, title="防诈骗")
    make_session(db, there, SLOT.day, starts=17 * 60 + 30, ends=18 * 60 + 45, teachers=(cast.teacher,))
    assert refused(db, cast) == "no_way"


def test_a_teacher_answers_only_what_is_asked_of_them_where_their_address_is_about(
    cast: Cast, db: Session
) -> None:
    made = offered(db, cast)
    other = make_teacher(db, name="吴医生")
    make_link(db, other, "o" * 32)
    stranger = opened(db, "o" * 32)
    assert stranger is not None
    with pytest.raises(NotFound):
        actions.answer_of_teacher(db, dispatch=made, opened=stranger, says_yes=True, now=NOW)
    late = later(days=9)
    who = address(db, cast)
    with pytest.raises(Refused, match="past"):
        actions.answer_of_teacher(db, dispatch=made, opened=who, says_yes=True, now=late)
    assert queries.asked_of_teacher(db, who, at=late.moment) == ()


def test_an_office_sees_what_villages_let_in_and_no_more(cast: Cast, db: Session) -> None:
    make_wish(db, topic="果树修剪")
    make_wish(db, topic="还没看的", status="submitted")
    make_wish(db, "511024100217", topic="外县的")
    found = wishes_in(db, COUNTY, at=NOW.moment)
    assert [(one.line.topic, one.village, one.township) for one in found] == [
        ("果树修剪", "狮湾村", "全安镇")
    ]


def test_no_row_says_that_it_was_declined_without_why(cast: Cast, db: Session) -> None:
    made = offered(db, cast)
    found = db.scalars(select(Dispatch).where(Dispatch.public_id == made)).one()
    assert found.office_code == COUNTY and found.declined_by is None and found.settled_at is None


def standing_in(db: Session, cast: Cast) -> tuple[ClassSession, dict[str, Opened]]:
    """A class of 周老师 tomorrow; two others have addresses, and are asked to stand in."""
    course = make_course(db, title="柑橘修剪", teachers=(cast.teacher,))
    session = make_session(db, course, SLOT.day, teachers=(cast.teacher,))
    label = make_label(db, "县农机站")
    db.add(ClassSessionLabel(class_session_id=session.id, label_id=label.id, role="host"))
    others = {}
    for name, secret in (("吴医生", "o" * 32), ("何老师", "p" * 32)):
        teacher = make_teacher(db, name=name)
        make_link(db, teacher, secret)
        found = opened(db, secret)
        assert found is not None
        others[teacher.public_id] = found
    asked = {
        "class_session": session.public_id, "teachers": tuple(others),
        "instead_of": db.get_one(Teacher, cast.teacher).public_id, "by": cast.chen_actor, "now": NOW,
    }  # fmt: skip
    assert actions.ask_to_stand_in(db, **asked) == 2
    assert actions.ask_to_stand_in(db, **asked) == 0
    return session, others


def test_the_first_who_says_yes_stands_in_and_the_others_are_told(cast: Cast, db: Session) -> None:
    session, others = standing_in(db, cast)
    first, second = others.values()
    [line_of_first] = queries.asked_of_teacher(db, first, at=NOW.moment)
    [line_of_second] = queries.asked_of_teacher(db, second, at=NOW.moment)
    assert queries.asked_of_village(db, SHIWAN, at=NOW.moment) == ()
    actions.answer_of_teacher(db, dispatch=line_of_first.public_id, opened=first, says_yes=True, now=NOW)
    db.expire_all()
    assert teachers_of_sessions(db, [session.id])[session.id] == (first.teacher_id,)
    assert len(db.scalars(select(ClassSessionLabel)).all()) == 1  # who organises it stays
    assert line(db, line_of_second.public_id).told == "没排成：已经有老师来顶了。"
    with pytest.raises(Refused, match="settled"):
        actions.answer_of_teacher(
            db, dispatch=line_of_second.public_id, opened=second, says_yes=True, now=NOW
        )


def test_nobody_stands_in_at_a_class_that_was_moved_or_called_off(cast: Cast, db: Session) -> None:
    session, others = standing_in(db, cast)
    first, second = others.values()
    session.status, session.reason = SessionStatus.CANCELLED, "weather"
    db.flush()
    [asked] = queries.asked_of_teacher(db, first, at=NOW.moment)
    actions.answer_of_teacher(db, dispatch=asked.public_id, opened=first, says_yes=True, now=NOW)
    assert "不用再找人顶" in line(db, asked.public_id).told
    given = {"class_session": session.public_id, "by": cast.chen_actor, "now": NOW}
    with pytest.raises(Refused, match="no_class"):
        actions.ask_to_stand_in(db, teachers=("x",), **given)
    [other] = queries.asked_of_teacher(db, second, at=NOW.moment)
    actions.withdraw_dispatch(db, dispatch=other.public_id, by=cast.chen_actor, now=NOW)
    assert queries.asked_of_teacher(db, second, at=NOW.moment) == ()
