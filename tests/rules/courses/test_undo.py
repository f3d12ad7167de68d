"""How long a change can be taken back, and what is said of it."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.reasons import TAKEN_BACK, tell_reason
from nightschool.rules.courses.undo import (
    TakenBack,
    Undoable,
    tell_refused_undo,
    tell_taken_back,
    tell_undoable,
    too_late,
)
from nightschool.rules.slots import Now, Slot
from nightschool.texts import using_language
from tests.factories import NOW, SHIWAN, TODAY


def taken_back(what: str, **given: Any) -> TakenBack:
    values = {"sessions": 1, "slot": Slot(TODAY, 1140, 1230), "status": "scheduled", "is_past": False}
    return TakenBack(what, SHIWAN, "柑橘冬季管护", **{**values, **given})


def later(**by: int) -> Now:
    return Now.at(NOW.instant + timedelta(**by), UTC)


def test_ten_minutes_and_not_a_second_more() -> None:
    assert too_late(NOW.instant, None, later(minutes=10)) is None
    assert too_late(NOW.instant, None, later(minutes=10, seconds=1)) == "undo_too_late"
    assert "10 分钟" in tell_refused_undo(Refused("undo_too_late"))


def test_what_a_clock_that_was_ahead_has_noted_is_over() -> None:
    assert too_late(later(minutes=9).instant, None, NOW) is None
    assert too_late(later(days=1).instant, None, NOW) == "undo_too_late"


def test_only_once() -> None:
    assert too_late(NOW.instant, NOW.instant, NOW) == "undo_done"
    assert tell_refused_undo(Refused("undo_done")) == "这一步已经撤销过了。"


@pytest.mark.parametrize("code", ["undo_changed_since", "undo_has_register", "undo_in_use"])
def test_a_refusal_says_why(code: str) -> None:
    assert "撤销不了：" in tell_refused_undo(Refused(code))


def test_a_refusal_of_something_else_is_not_told_here() -> None:
    with pytest.raises(KeyError, match="has_register"):
        tell_refused_undo(Refused("has_register"))


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        (taken_back("move"), "撤销了：柑橘冬季管护还是 周二 11月24日（十月十六） 19:00。"),
        (taken_back("edit"), "撤销了：周二 11月24日（十月十六） 柑橘冬季管护和改以前一样。"),
        (
            taken_back("move_following", sessions=3, slot=None),
            "撤销了：柑橘冬季管护和改以前一样，3 次课跟着改回来了。",
        ),
        (taken_back("course", sessions=0, slot=None), "撤销了：柑橘冬季管护和改以前一样。"),
        (taken_back("cancel"), "撤销了：周二 11月24日（十月十六） 19:00 柑橘冬季管护照常上。"),
        (taken_back("postpone"), "撤销了：周二 11月24日（十月十六） 19:00 柑橘冬季管护照常上。"),
        (taken_back("cancel", is_past=True), "撤销了：周二 11月24日（十月十六） 柑橘冬季管护还等着记。"),
        (
            taken_back("cancel", status="draft"),
            "撤销了：柑橘冬季管护还是 周二 11月24日（十月十六） 19:00，还没公布。",
        ),
        (
            taken_back("restore", status="cancelled"),
            "撤销了：周二 11月24日（十月十六） 柑橘冬季管护还是取消。",
        ),
        (taken_back("add", status="cancelled"), "撤销了：周二 11月24日（十月十六） 柑橘冬季管护取消了。"),
        (taken_back("add", status=""), "撤销了：周二 11月24日（十月十六） 没有加课。"),
        (
            taken_back("publish", slot=None, sessions=6, status="draft"),
            "撤销了：柑橘冬季管护的 6 次课还没公布，村里人看不到。",
        ),
        (
            taken_back("schedule", slot=None, sessions=6, status="cancelled"),
            "撤销了：柑橘冬季管护的 6 次课都取消了。",
        ),
        (taken_back("schedule", slot=None, sessions=6, status=""), "撤销了：柑橘冬季管护没有排。"),
    ],
)
def test_what_was_taken_back_is_named_with_its_date(done: TakenBack, sentence: str) -> None:
    assert tell_taken_back(done, TODAY) == sentence


@pytest.mark.parametrize("what", Undoable)
def test_every_change_says_until_when(what: Undoable) -> None:
    sentence = tell_undoable(what, "19:42")
    assert "19:42" in sentence
    assert [other for other in Undoable if other != what and tell_undoable(other, "19:42") == sentence] == []


def test_what_stands_for_a_mistake_is_told_in_every_language() -> None:
    assert tell_reason("other", TAKEN_BACK) == TAKEN_BACK
    with using_language("en"):
        assert tell_reason("weather", "下大雨") == "下大雨"
