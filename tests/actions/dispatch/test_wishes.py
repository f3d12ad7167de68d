"""Wishes of a village: noted, decided, merged, met by a course, sent in by villagers."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.dispatch import wishes as actions
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.planning import Wish
from nightschool.models.teaching import SessionStatus
from nightschool.models.trust import AuditEvent
from nightschool.queries.dispatch import wishes as queries
from nightschool.queries.dispatch.wishes import WishLine
from nightschool.rules.dispatch.wishes import WishEntry, WishStage
from tests.factories import JIANLI, NOW, SHIWAN, TODAY, Cast, make_course, make_session

PRUNING = WishEntry("果树修剪", "skill", 8, "一组", (11, 12), ("evening",))


def noted(db: Session, cast: Cast, *entries: WishEntry) -> list[str]:
    return actions.note_wishes(db, village=SHIWAN, entries=entries, by=cast.chen_actor, now=NOW)


def line(db: Session, wish: str) -> WishLine:
    found = queries.wish(db, wish, at=NOW.moment)
    assert found is not None
    return found


def act(db: Session, cast: Cast, action: Any, wish: str, **more: Any) -> None:
    seen = {"version": line(db, wish).version}
    action(db, **{**seen, **more}, wish=wish, by=cast.chen_actor, now=NOW)


def test_what_was_noted_waits_for_a_class_and_the_trail_does_not_say_what_it_was(
    cast: Cast, db: Session
) -> None:
    [wish] = noted(db, cast, PRUNING)
    found = line(db, wish)
    assert (found.stage, found.topic, found.wanted_by, found.months) == (
        WishStage.APPROVED,
        "果树修剪",
        8,
        (11, 12),
    )
    assert [one.public_id for one in queries.wishes_of(db, SHIWAN, at=NOW.moment).open] == [wish]
    [said] = db.scalars(select(AuditEvent))
    assert said.action == "wish.note" and "修剪" not in repr(said.details)


def test_one_wrong_wish_of_several_leaves_none(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused):
        noted(db, cast, PRUNING, WishEntry(""))
    assert db.scalars(select(Wish)).all() == []


def test_a_wish_is_done_only_by_a_held_class_and_open_again_without_one(cast: Cast, db: Session) -> None:
    [wish] = noted(db, cast, PRUNING)
    course = make_course(db, title="柑橘修剪")
    act(db, cast, lambda db, version, **more: actions.meet_wish(db, **more), wish, course=course.public_id)
    assert line(db, wish).stage is WishStage.APPROVED  # a course without a class is none yet
    session = make_session(db, course, TODAY + timedelta(days=3), published_at=NOW.instant)
    found = line(db, wish)
    assert (found.stage, found.title, found.next_on) == (WishStage.SCHEDULED, "柑橘修剪", session.day)
    session.status = SessionStatus.CANCELLED
    session.reason = "farm_work"
    db.flush()
    assert line(db, wish).stage is WishStage.APPROVED
    make_session(db, course, TODAY - timedelta(days=3), status=SessionStatus.HELD, published_at=NOW.instant)
    assert (line(db, wish).stage, line(db, wish).held_on) == (WishStage.DONE, TODAY - timedelta(days=3))


def test_a_course_of_another_village_meets_no_wish_here(cast: Cast, db: Session) -> None:
    [wish] = noted(db, cast, PRUNING)
    there = make_course(db, JIANLI)
    with pytest.raises(Refused, match="no_such_course"):
        actions.meet_wish(db, wish=wish, course=there.public_id, by=cast.chen_actor, now=NOW)


def test_merged_wishes_are_one_and_always_point_to_a_living_one(cast: Cast, db: Session) -> None:
    first, second, third = noted(
        db, cast, PRUNING, WishEntry("果树修减", households=3), WishEntry("修剪", households=2)
    )
    act(db, cast, actions.merge_wish, third, into=second)
    act(db, cast, actions.merge_wish, second, into=first)
    assert line(db, first).wanted_by == 13
    assert [line(db, one).parent for one in (second, third)] == ["果树修剪", "果树修剪"]
    with pytest.raises(Refused, match="no_such_move"):
        act(db, cast, actions.merge_wish, second, into=first)
    with pytest.raises(Refused, match="not_a_parent"):
        act(db, cast, actions.merge_wish, first, into=second)
    act(db, cast, actions.remove_wish, first)
    assert [line(db, one).stage for one in (second, third)] == [WishStage.APPROVED, WishStage.APPROVED]


def test_why_it_cannot_be_met_is_said_and_goes_when_it_is_open_again(cast: Cast, db: Session) -> None:
    [wish] = noted(db, cast, PRUNING)
    with pytest.raises(Refused, match="words_missing"):
        act(db, cast, actions.refuse_wish, wish, reason="other", words="")
    act(db, cast, actions.refuse_wish, wish, reason="season", words="等开春")
    assert (line(db, wish).stage, line(db, wish).words) == (WishStage.UNMET, "等开春")
    act(db, cast, actions.let_in_wish, wish)
    assert (line(db, wish).stage, line(db, wish).reason, line(db, wish).words) == (
        WishStage.APPROVED,
        None,
        "",
    )
    act(db, cast, actions.withdraw_wish, wish)
    assert line(db, wish).stage is WishStage.WITHDRAWN


def test_who_decided_meanwhile_is_not_overwritten_and_nobody_decides_elsewhere(
    cast: Cast, db: Session
) -> None:
    [wish] = noted(db, cast, PRUNING)
    act(db, cast, actions.edit_wish, wish, entry=WishEntry("柑橘修剪"))
    with pytest.raises(StaleRecord):
        act(db, cast, actions.withdraw_wish, wish, version=1)
    with pytest.raises(NotAllowed):
        actions.remove_wish(db, wish=wish, version=2, by=cast.luo_actor, now=NOW)
    with pytest.raises(NotAllowed):
        actions.note_wishes(db, village=SHIWAN, entries=[PRUNING], by=cast.luo_actor, now=NOW)


def test_what_villagers_send_in_waits_apart_and_cannot_flood(cast: Cast, db: Session) -> None:
    for _time in range(3):
        actions.take_wish(db, village=SHIWAN, entry=WishEntry("电商 直播"), now=NOW)
    found = queries.wishes_of(db, SHIWAN, at=NOW.moment)
    assert [(one.topic, one.wanted_by) for one in found.waiting] == [("电商 直播", 3)] and not found.open
    for number in range(19):
        actions.take_wish(db, village=SHIWAN, entry=WishEntry(f"别的{number}"), now=NOW)
    with pytest.raises(Refused, match="enough"):
        actions.take_wish(db, village=SHIWAN, entry=WishEntry("再一个"), now=NOW)
    actions.take_wish(
        db, village=SHIWAN, entry=WishEntry("电商直播"), now=NOW
    )  # that one stands there already
    act(db, cast, actions.let_in_wish, found.waiting[0].public_id)
    assert actions.refuse_all_waiting(db, village=SHIWAN, by=cast.chen_actor, now=NOW) == 19
    found = queries.wishes_of(db, SHIWAN, at=NOW.moment)
    assert [(one.topic, one.wanted_by) for one in found.open] == [("电商 直播", 4)] and not found.waiting


def test_a_village_without_a_school_takes_no_wishes(cast: Cast, db: Session) -> None:
    with pytest.raises(NotFound):
        actions.take_wish(db, village="511002105299", entry=PRUNING, now=NOW)
