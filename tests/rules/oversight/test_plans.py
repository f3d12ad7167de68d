"""The plan of a month: who may do what with it when, which month is next, and what it says."""

from dataclasses import replace
from datetime import date

import pytest

from nightschool.errors import Refused
from nightschool.rules.oversight.plans import (
    PlanStanding,
    PlanStatus,
    PlanStep,
    check_code,
    check_step,
    next_step,
    proposed_month,
    state_word,
    step_problem,
    tell_plan_change,
    tell_proposed,
    tell_refused,
    tell_reminder,
    tell_standing,
)
from nightschool.rules.seasons.months import Month
from nightschool.rules.slots import Moment

TODAY = date(2026, 11, 24)
DECEMBER = Month(2026, 12)
FREE = PlanStanding(DECEMBER, sessions=4, drafts=4)
BOUND = replace(FREE, approves=True)


def can(standing: PlanStanding) -> set[str]:
    return {step.value for step in PlanStep if step_problem(step, standing) is None}


@pytest.mark.parametrize(
    ("standing", "steps"),
    [
        (FREE, {"announce"}),
        (replace(FREE, sessions=0, drafts=0), set()),
        (replace(FREE, status=PlanStatus.ANNOUNCED, drafts=0), set()),
        (replace(FREE, status=PlanStatus.ANNOUNCED, drafts=0, changes=2), {"announce"}),
        (replace(FREE, status=PlanStatus.ANNOUNCED, drafts=1), {"announce"}),
        (replace(FREE, is_over=True), set()),
        (BOUND, {"submit"}),
        (replace(BOUND, sessions=0, drafts=0), set()),
        (replace(BOUND, status=PlanStatus.SUBMITTED), {"withdraw", "approve", "return"}),
        (replace(BOUND, status=PlanStatus.RETURNED), {"submit"}),
        (replace(BOUND, status=PlanStatus.APPROVED), {"announce", "return"}),
        (replace(BOUND, status=PlanStatus.ANNOUNCED, drafts=0), set()),
        (replace(BOUND, status=PlanStatus.ANNOUNCED, drafts=1), {"announce"}),
    ],
)
def test_what_can_be_done_with_a_plan(standing: PlanStanding, steps: set[str]) -> None:
    assert can(standing) == steps


def test_without_approval_announcing_is_one_tap_whatever_was_handed_in_before() -> None:
    for status in (PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.RETURNED, PlanStatus.APPROVED):
        assert next_step(replace(FREE, status=status)) is PlanStep.ANNOUNCE
    assert next_step(BOUND) is PlanStep.SUBMIT
    assert next_step(replace(BOUND, status=PlanStatus.SUBMITTED)) is None  # the township's turn


def test_every_refusal_has_its_sentence() -> None:
    codes = {
        problem
        for status in (
            PlanStatus.DRAFT,
            PlanStatus.SUBMITTED,
            PlanStatus.APPROVED,
            PlanStatus.RETURNED,
            PlanStatus.ANNOUNCED,
        )
        for approves in (True, False)
        for sessions in (0, 2)
        for is_over in (True, False)
        for step in PlanStep
        if (
            problem := step_problem(step, PlanStanding(DECEMBER, status, approves, sessions, is_over=is_over))
        )
    }
    assert len(codes) == 9
    for code in codes | {"plan_changed", "reason_missing"}:
        assert tell_refused(Refused(code, month=DECEMBER, township="全安镇"), TODAY).endswith("。")
    with pytest.raises(Refused) as refused:
        check_step(PlanStep.ANNOUNCE, BOUND, "全安镇")
    assert tell_refused(refused.value, TODAY) == "全安镇要先审12月的开课计划。先提交，批了就公布。"


@pytest.mark.parametrize(
    ("today", "more", "month", "why"),
    [
        (date(2026, 11, 19), True, Month(2026, 11), "11月还有课要上，先看11月的。"),
        (date(2026, 11, 19), False, DECEMBER, "11月没有课要上了，先看12月的。"),
        (date(2026, 11, 20), True, DECEMBER, "从 20 号起，先看12月的。"),
        (date(2026, 12, 31), True, Month(2027, 1), "从 20 号起，先看2027年1月的。"),
    ],
)
def test_the_month_to_plan_is_the_next_one_from_the_20th(
    today: date, more: bool, month: date, why: str
) -> None:
    assert proposed_month(today, more_to_come=more) == month
    assert tell_proposed(month, today) == why


@pytest.mark.parametrize(
    ("standing", "word", "says", "reminds"),
    [
        (replace(FREE, sessions=0, drafts=0), "还没排", "先排一门", "该排12月的课了"),
        (FREE, "还没公布", "有 4 次课村里人还看不到", "还没公布"),
        (replace(FREE, drafts=0), "单独公布的", "村里人都看得到了", ""),
        (BOUND, "还没提交", "全安镇要先审", "还没提交给镇上"),
        (replace(BOUND, status=PlanStatus.SUBMITTED), "待审", "等全安镇批", ""),
        (replace(BOUND, status=PlanStatus.RETURNED), "退回", "退回来了：「和镇上的会撞了」", "退回来了"),
        (replace(BOUND, status=PlanStatus.APPROVED), "已批", "批了", "批了，还没公布"),
        (replace(FREE, status=PlanStatus.ANNOUNCED, drafts=0), "已公布", "都公布了", ""),
        (replace(FREE, status=PlanStatus.ANNOUNCED, drafts=0, changes=2), "有变更", "有 2 处变更还没告诉村里人，重新公布。", "有 2 处变更"),
        (replace(FREE, status=PlanStatus.ANNOUNCED, is_over=True), "已公布", "已经过完了", ""),
    ],
)  # fmt: skip
def test_every_state_says_how_it_stands_and_what_comes_next(
    standing: PlanStanding, word: str, says: str, reminds: str
) -> None:
    assert state_word(standing) == word
    assert says in tell_standing(standing, township="全安镇", reason="和镇上的会撞了", today=TODAY)
    reminder = tell_reminder(standing, TODAY)
    assert reminds in reminder and bool(reminds) == bool(reminder)


def test_nobody_is_reminded_of_next_month_before_the_20th() -> None:
    assert tell_reminder(BOUND, date(2026, 11, 19)) == ""
    assert tell_reminder(replace(BOUND, month=Month(2027, 1)), TODAY) == ""


def test_a_change_says_what_the_notice_said() -> None:
    now, before = Moment(date(2026, 12, 6), 1140), Moment(date(2026, 12, 5), 1140)
    assert (
        tell_plan_change("time,place", before, now, TODAY)
        == "变更：原定周六 12月5日（十月廿七） 19:00；换了地点"
    )
    assert tell_plan_change("", None, now, TODAY) == "变更：通知以后加的"


def test_a_fingerprint_stands_for_lines_in_any_order_and_for_no_others() -> None:
    assert check_code([(1, 1), (2, 1)]) == check_code([(2, 1), (1, 1)])
    assert len({check_code(lines) for lines in ([(1, 1)], [(1, 2)], [(1, 1), (2, 1)], [], [(11, 1)])}) == 5
