"""A village that was merged: what its successor can take over, and the words for it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from nightschool.errors import Refused
from nightschool.rules.places.takeovers import (
    Belongings,
    check_move,
    put_back_until,
    renamed,
    tell_belongings,
    tell_ended,
    tell_refused_takeover,
)

TODAY = date(2026, 11, 24)
NOTHING = Belongings(0, 0, 0, 0, 0, 0, 0, 0)
EVERYTHING = Belongings(1, 2, 3, 4, 5, 6, 7, 8)


def test_each_kind_has_its_line_and_what_there_is_none_of_has_none() -> None:
    assert tell_belongings(EVERYTHING) == (
        "学员 1 人", "老师 2 位", "场地 3 处", "课程 4 门", "还没上的课 5 次", "没答的问题 6 个",
        "点单 7 个",
        "等回话的派单 8 单",
    )  # fmt: skip
    assert tell_belongings(replace(NOTHING, venues=1)) == ("场地 1 处",)


def test_a_village_without_anything_has_nothing_to_take_over() -> None:
    assert NOTHING.is_empty and not replace(NOTHING, questions=1).is_empty
    assert tell_belongings(NOTHING) == ()


def test_who_looked_is_asked_again_when_there_is_more_or_less() -> None:
    assert EVERYTHING.code == "1-2-3-4-5-6-7-8"


def test_for_a_day_it_can_be_put_back() -> None:
    assert put_back_until(datetime(2026, 11, 24, 9, tzinfo=UTC)) == datetime(2026, 11, 25, 9, tzinfo=UTC)


def test_a_name_that_is_taken_there_comes_with_its_old_village() -> None:
    assert renamed("三组", "建立村", frozenset({"三组"})) == "建立村三组"
    assert renamed("三组", "建立村", frozenset({"四组"})) == "三组"
    assert renamed("三" * 60, "建立村", frozenset({"三" * 60})) == "建立村" + "三" * 57


def test_a_learner_comes_into_a_group_today_or_before() -> None:
    check_move("三组", TODAY, today=TODAY)
    with pytest.raises(Refused) as refused:
        check_move("", date(2026, 11, 25), today=TODAY)
    every = (refused.value, *refused.value.others)
    assert [(one.code, one.field) for one in every] == [
        ("group_missing", "group_name"),
        ("not_come_yet", "day"),
    ]


def test_where_things_go_on_is_said_from_the_day_after_the_last() -> None:
    assert tell_ended("建立村", date(2026, 11, 30), "狮湾村").startswith("建立村从2026年12月1日起归狮湾村，")
    assert tell_ended("建立村", date(2026, 11, 30), "").startswith("建立村从2026年12月1日起从名单上去掉了，")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("not_succeeded_yet", "还没到并村的那一天，"),
        ("group_missing", "还没写是哪个组的。"),
        ("not_come_yet", "这一天还没到。"),
        ("same_place", "他们已经在这个组里了，"),
        ("other_county", "只能转到同一个县里的村。"),
        ("nothing_to_take", "没有要接过来的了。"),
        ("not_taken_over", "没有可以撤回的。"),
        ("too_late_to_put_back", "过了一天，不能整个撤回了。"),
    ],
)
def test_why_nothing_is_taken_over_or_put_back_is_told(code: str, told: str) -> None:
    assert tell_refused_takeover(Refused(code)).startswith(told)
