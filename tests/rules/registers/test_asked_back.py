"""What a register makes one ask back: only where it is remarkable, and always with an innocent reason first."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from nightschool.rules.registers.asked_back import (
    AskedBackKind,
    FarClass,
    HeldClass,
    Look,
    asked_back,
    hard_day,
)
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.markets import Markets

DAY = date(2026, 11, 24)


def held(*came: int, **columns: Any) -> HeldClass:
    told = {"headcount": None, "expected": None, "attendances": len(came), **columns}
    return HeldClass(frozenset(came), **told)


USUAL = Look(
    day=DAY,
    is_cohort=False,
    entered=DAY,
    at_once=1,
    last=(held(*range(20)), held(*range(10, 30)), held(*range(5, 20)), held(1, 2, 3)),
    far=(),
    seats=None,
    hard_day=(),
    same_photo=None,
    is_the_last=True,
)


def kinds(today: date = DAY, answered_before: tuple[str, ...] = (), **otherwise: Any) -> list[str]:
    return [*asked_back(replace(USUAL, **otherwise), today=today, answered_before=answered_before)]


def test_of_an_ordinary_evening_nothing_is_asked() -> None:
    assert kinds() == []
    assert kinds(last=()) == kinds(last=(held(),)) == []


def test_q1_the_same_names_three_times() -> None:
    ten, nine = held(*range(10)), held(*range(9))
    assert kinds(last=(ten, nine, ten)) == ["same_names"]
    assert kinds(last=(ten, held(*range(8)), ten)) == []  # 8 of 10
    assert kinds(last=(ten, ten)) == []
    assert kinds(last=(held(*range(7)),) * 3) == []  # of so few it is likely
    assert kinds(last=(ten,) * 3, is_cohort=True) == []  # its roster is the same every time
    assert kinds(last=(ten,) * 3, answered_before=("same_names",)) == []


def test_q2_always_what_was_expected_or_round() -> None:
    def counted(*numbers: int | None) -> tuple[HeldClass, ...]:
        return tuple(held(headcount=one, expected=30, attendances=one or 0) for one in numbers)

    assert kinds(last=counted(30, 50, 100)) == ["same_count"]
    for numbers in ((30, 50, 31), (30, 30, None), (0, 0, 0), (30, 30)):
        assert kinds(last=counted(*numbers)) == []
    assert (
        "100、50、30"
        in asked_back(replace(USUAL, last=counted(30, 50, 100)), today=DAY)[AskedBackKind.SAME_COUNT]
    )


def test_q3_entered_late_or_many_at_once() -> None:
    assert kinds(entered=DAY + timedelta(days=14)) == []
    assert kinds(entered=DAY + timedelta(days=15)) == ["late"]
    assert (kinds(at_once=4), kinds(at_once=5)) == ([], ["late"])
    assert kinds(at_once=5, entered=DAY + timedelta(days=15), answered_before=("late",)) == []


@pytest.mark.parametrize(("km", "gap", "is_asked"), [(41, 59, True), (40, 59, False), (41, 60, False)])
def test_q4_a_teacher_far_apart_within_an_hour(km: float, gap: int, is_asked: bool) -> None:
    far = FarClass("周老师", "建立村", 14 * 60, 15 * 60, km, gap)
    assert kinds(far=(far,)) == (["far_teacher"] if is_asked else [])


def test_q5_more_than_usual_on_a_day_on_which_few_are_expected() -> None:
    before = (held(attendances=20),) * 3
    assert kinds(hard_day=("上午逢场",), last=(held(attendances=21), *before)) == ["full"]
    assert kinds(hard_day=("上午逢场",), last=(held(attendances=20), *before)) == []
    assert kinds(hard_day=("上午逢场",), last=(held(attendances=21), *before[:2])) == []
    assert kinds(last=(held(attendances=21), *before)) == []


def test_which_days_are_hard() -> None:
    market = Markets(otherwise={DAY: True})
    harvest = FarmWindow("柑橘采收", DAY, DAY)
    assert hard_day(DAY, 9 * 60, market, [harvest]) == ("上午逢场", "正在柑橘采收")
    assert hard_day(DAY, 13 * 60, market, [harvest]) == ("正在柑橘采收",)
    assert hard_day(DAY, 19 * 60, market, [harvest]) == ()  # in season classes move to the evening
    assert hard_day(DAY, 9 * 60, Markets(), [replace(harvest, is_example=True)]) == ()
    assert hard_day(date(2026, 2, 16), 19 * 60, Markets(), []) == ("是除夕",)


@pytest.mark.parametrize(("came", "seats", "is_asked"), [(91, 30, True), (90, 30, False), (91, None, False)])
def test_q6_three_times_as_many_as_can_sit(came: int, seats: int | None, is_asked: bool) -> None:
    last = (held(attendances=came), *USUAL.last)
    assert kinds(last=last, seats=seats) == (["crowded"] if is_asked else [])
    assert kinds(last=last, seats=seats, answered_before=("crowded",)) == []
    if is_asked:
        assert (
            "到了 91 人，这里能坐 30 个"
            in asked_back(replace(USUAL, last=last, seats=seats), today=DAY)["crowded"]
        )  # type: ignore[index]


def test_q7_nothing_for_long() -> None:
    assert kinds(today=DAY + timedelta(days=60)) == []
    assert kinds(today=DAY + timedelta(days=61)) == ["quiet"]
    assert kinds(today=DAY + timedelta(days=61), is_the_last=False) == []


def test_q8_the_same_photograph_twice() -> None:
    assert kinds(same_photo=(DAY - timedelta(days=7), "防诈骗")) == ["same_photo"]
