"""A change of a series reaches what is to come, and says of each session what it becomes or why it stays."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.series import (
    Member,
    Names,
    State,
    Stays,
    Step,
    following,
    plan_following,
    plan_whole,
    shifted,
    steps_digest,
    tell_count,
    tell_own,
    tell_step,
    tell_why_it_stays,
    why_stays,
)
from nightschool.rules.slots import Moment, Slot

TODAY = date(2026, 11, 24)
AT = Moment(TODAY, 600)
NAMES = Names({1: "周老师", 2: "李老师"}, {7: "村活动室", 8: "晒坝"}, {"skill": "技能", "health": "健康"})


def state(weeks: int, **changed: Any) -> State:
    usual = State(Slot(TODAY + timedelta(days=7 * weeks), 1140, 1230), "柑橘管护", "skill", "", 7, (1,))
    return replace(usual, **changed)


def member(number: int, one: State, status: str = "scheduled") -> Member:
    return Member(number, f"s{number}", 1, status, one)


TERM = (
    member(1, state(-2), "held"),
    member(2, state(-1)),
    member(3, state(0)),
    member(4, state(1)),
    member(5, state(2), "cancelled"),
    member(6, state(3, teacher_ids=(2,))),
    member(7, state(4), "draft"),
)


def test_the_whole_reaches_what_is_to_come_and_leaves_what_was_changed_by_itself() -> None:
    steps = plan_whole(TERM, state(0), state(0, teacher_ids=()), AT)
    assert [step.stays for step in steps] == [
        Stays.HELD, Stays.OVER, None, None, Stays.CANCELLED, Stays.OWN, None,
    ]  # fmt: skip
    assert [step.member.id for step in steps if step.changes] == [3, 4, 7]
    assert tell_own(steps[5].own) == "单独改过的不动：讲课的老师。"
    everything = ("title", "summary", "category_code", "venue_id", "teacher_ids", "times")
    assert tell_own(everything) == "单独改过的不动：课名、那一句话、类别、地点、讲课的老师、时间。"
    assert tell_why_it_stays(Stays.OWN) == "单独改过"


def test_a_course_gives_a_time_and_a_session_moved_by_itself_keeps_its_own() -> None:
    moved = member(4, replace(state(1), slot=Slot(TODAY + timedelta(days=8), 840, 900)))
    wanted = replace(state(0), slot=Slot(TODAY, 1080, 1170))
    first, second = plan_whole((TERM[2], moved), state(0), wanted, AT)
    assert first.after.slot == Slot(TODAY, 1080, 1170)
    assert (second.stays, second.own) == (Stays.OWN, ("times",))


@pytest.mark.parametrize(
    ("own", "after", "stays", "kept"),
    [
        ((1140, 1230), (1080, 1170), None, ()),  # at the course's time: goes along
        ((1080, 1170), (1080, 1170), Stays.SAME, ()),  # is there already
        ((1140, 1200), (1140, 1200), Stays.OWN, ("times",)),  # begins with the course and ends earlier
        ((1200, 1230), (1200, 1230), Stays.OWN, ("times",)),  # begins later
    ],
)
def test_a_time_of_its_own_is_one_that_is_neither_the_courses_old_one_nor_its_new_one(
    own: tuple[int, int], after: tuple[int, int], stays: Stays | None, kept: tuple[str, ...]
) -> None:
    one = member(4, replace(state(1), slot=Slot(TODAY + timedelta(days=7), *own)))
    wanted = replace(state(0), slot=Slot(TODAY, 1080, 1170))
    [step] = plan_whole((one,), state(0), wanted, AT)
    assert step.after.slot == Slot(TODAY + timedelta(days=7), *after)
    assert (step.stays, step.own) == (stays, kept)


def test_a_course_that_keeps_its_time_says_nothing_of_times() -> None:
    one = member(4, replace(state(1), slot=Slot(TODAY + timedelta(days=7), 840, 900)))
    [step] = plan_whole((one,), state(0), state(0, title="修枝"), AT)
    assert (step.after.title, step.after.slot, step.own) == ("修枝", one.state.slot, ())


def test_this_and_the_following_move_as_many_days_on() -> None:
    this = TERM[3]
    wanted = replace(this.state, slot=Slot(this.state.slot.day + timedelta(days=1), 840, 930))
    steps = plan_following(TERM, this, wanted, AT)
    assert [step.member.id for step in steps] == [4, 5, 6, 7]
    assert [(step.after.slot.day - TODAY).days for step in steps if step.changes] == [8, 22, 29]
    assert {(step.after.slot.starts, step.after.slot.ends) for step in steps if step.changes} == {(840, 930)}
    assert tell_step(steps[0], NAMES, TODAY) == ("时间：改到 周三 12月2日（十月廿四） 14:00–15:30",)


def test_only_the_days_shift_where_only_the_day_was_changed() -> None:
    own = member(6, replace(state(3), slot=Slot(TODAY + timedelta(days=21), 840, 900)))
    wanted = replace(state(1), slot=Slot(TODAY + timedelta(days=8), 1140, 1230))
    steps = plan_following((TERM[3], own), TERM[3], wanted, AT)
    assert steps[1].after.slot == Slot(TODAY + timedelta(days=22), 840, 900)


def test_what_has_begun_takes_nothing_along() -> None:
    late = Moment(TODAY, 1150)
    assert following(TERM, TERM[2], late) == ()
    [step] = plan_following(TERM, TERM[2], state(0, title="修枝"), late)
    assert (step.stays, step.changes) == (Stays.BEGUN, False)
    assert [one.id for one in following(TERM, TERM[3], AT)] == [6, 7]


def test_every_respect_is_told_before_and_after() -> None:
    wanted = state(
        1, title="修枝", summary="带剪刀", category_code="health", venue_id=None, teacher_ids=(2, 1)
    )
    step = plan_following(TERM, TERM[3], wanted, AT)[0]
    assert tell_step(step, NAMES, TODAY) == (
        "地点：村活动室 → 还没定",
        "老师：周老师 → 李老师、周老师",
        "讲什么：柑橘管护 → 修枝",
        "一句话讲什么：没写 → 带剪刀",
        "哪一类：技能 → 健康",
    )


@pytest.mark.parametrize("other", [replace(TERM[6], revision=2), replace(TERM[6], status="held")])
def test_what_was_shown_is_known_again_and_what_changed_since_too(other: Member) -> None:
    wanted = state(1, title="修枝")
    shown = steps_digest(plan_following(TERM, TERM[3], wanted, AT))
    assert steps_digest(plan_following(TERM, TERM[3], wanted, AT)) == shown
    assert steps_digest(plan_following((*TERM[:6], other), TERM[3], wanted, AT)) != shown


@given(
    st.lists(
        st.tuples(
            st.integers(-9, 9), st.sampled_from(["draft", "scheduled", "held", "cancelled", "postponed"])
        ),
        min_size=1,
        max_size=8,
    ),
    st.integers(0, 7),
    st.integers(-5, 5),
    st.integers(0, 900),
)
def test_nothing_that_is_over_or_called_off_ever_changes(
    drawn: list[tuple[int, str]], which: int, days: int, starts: int
) -> None:
    term = tuple(member(number, state(weeks), status) for number, (weeks, status) in enumerate(drawn))
    this = term[which % len(term)]
    wanted = replace(this.state, slot=Slot(this.state.slot.day + timedelta(days=days), starts, starts + 60))
    for step in plan_following(term, this, wanted, AT):
        is_to_come = step.member.status in ("draft", "scheduled") and step.member.state.slot.begins > AT
        assert step.changes == is_to_come
        if step.changes:
            assert step.after.slot.day - step.member.state.slot.day == timedelta(days=days)
            assert (step.after.slot.starts, step.after.slot.minutes) == (starts, 60)


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"venue_id": 8}, "地点：村活动室 → 晒坝"),
        ({"venue_id": None}, "地点：村活动室 → 还没定"),
        ({"teacher_ids": (1, 2)}, "老师：周老师 → 周老师、李老师"),
        ({"teacher_ids": ()}, "老师：周老师 → 还没定"),
        ({"title": "修剪"}, "讲什么：柑橘管护 → 修剪"),
        ({"summary": "带剪刀"}, "一句话讲什么：没写 → 带剪刀"),
        ({"category_code": "health"}, "哪一类：技能 → 健康"),
        ({"mode": "field"}, "授课形式：看地点 → 田间课堂"),
        ({"hosts": (5,)}, "主办：没写 → 县农业农村局"),
        ({"helpers": (6,)}, "协办：没写 → 县妇联"),
        ({"campaigns": (5, 6)}, "专项活动：没写 → 县农业农村局、县妇联"),
        ({"slot": Slot(date(2026, 12, 4), 540, 630)}, "时间：改到 周五 12月4日（十月廿六） 09:00–10:30"),
    ],
)
def test_each_respect_in_which_a_class_changes_has_its_line(changed: dict[str, Any], line: str) -> None:
    names = replace(NAMES, labels={5: "县农业农村局", 6: "县妇联"})
    assert tell_step(Step(TERM[2], state(0, **changed)), names, TODAY) == (line,)


def test_a_class_is_over_from_the_minute_it_ends_and_begun_from_that_it_starts() -> None:
    slot = Slot(TODAY, 600, 690)
    assert why_stays("scheduled", slot, Moment(TODAY, 599)) is None
    assert why_stays("scheduled", slot, Moment(TODAY, 600)) is Stays.BEGUN
    assert why_stays("draft", slot, Moment(TODAY, 689)) is Stays.BEGUN
    assert why_stays("draft", slot, Moment(TODAY, 690)) is Stays.OVER
    assert why_stays("held", slot, Moment(TODAY, 0)) is Stays.HELD
    assert len({tell_why_it_stays(one) for one in Stays}) == len(Stays)


def test_a_time_of_its_own_goes_along_only_when_asked_to() -> None:
    former, wanted = Slot(TODAY, 1140, 1230), Slot(TODAY + timedelta(days=1), 1200, 1290)
    own, longer = Slot(TODAY, 540, 630), Slot(TODAY, 1140, 1260)
    assert shifted(former, former, wanted, with_own_time=False) == wanted
    for one in (own, longer):
        assert shifted(one, former, wanted, with_own_time=False) == replace(one, day=wanted.day)
        assert shifted(one, former, wanted, with_own_time=True) == wanted
    another_day = replace(former, day=wanted.day)
    assert shifted(own, former, another_day, with_own_time=True) == replace(own, day=wanted.day)


def test_how_many_change_is_told() -> None:
    assert tell_count(0).startswith("没有课次跟着变，")
    assert tell_count(3) == "会变的有 3 次课，都在下面。"
    whole = ("mode", "hosts", "helpers", "campaigns")
    assert tell_own(whole) == "单独改过的不动：授课形式、主办、协办、专项活动。"
    assert tell_own(()) == ""
