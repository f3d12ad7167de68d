"""What a township approved of a class, in what that is otherwise now, told in words."""

from dataclasses import replace
from datetime import date

import pytest

from nightschool.rules.courses.labels import Labels
from nightschool.rules.oversight.approvals import (
    FACTS,
    Gone,
    Then,
    fields_changed_since,
    read_approved,
    tell_gone,
    tell_since_approval,
)
from nightschool.rules.slots import Moment

TODAY = date(2026, 11, 24)
BEGINS = Moment(date(2026, 12, 4), 1140)
FULL = Then(
    BEGINS,
    title="柑橘管护",
    category="技能",
    mode="field",
    venue="晒坝",
    teachers=("周老师", "李老师"),
    audience="种柑橘的",
    expected=30,
    labels=Labels(("县农业农村局",), ("县妇联",), ("四好村",)),
    is_off=True,
)


@pytest.mark.parametrize(
    ("field", "full", "empty"),
    [
        ("time", "周五 12月4日（十月廿六） 19:00", "周五 12月4日（十月廿六） 19:00"),
        ("title", "讲「柑橘管护」", "讲「」"),
        ("category", "技能", ""),
        ("venue", "在晒坝", "地点还没定"),
        ("teachers", "由周老师、李老师讲", "老师还没定"),
        ("host", "主办：县农业农村局", "主办：没写"),
        ("helper", "协办：县妇联", "协办：没写"),
        ("campaign", "专项活动：四好村", "专项活动：没写"),
        ("is_off", "不上", "还要上"),
        ("audience", "对象：种柑橘的", "对象：没写"),
        ("expected", "预计 30 人", "没写预计多少人"),
    ],
)
def test_each_respect_is_told_as_it_was_approved(field: str, full: str, empty: str) -> None:
    assert tell_since_approval(replace(FULL, fields=(field,)), TODAY) == f"批的时候：{full}"
    assert tell_since_approval(Then(BEGINS, (field,)), TODAY) == f"批的时候：{empty}"


def test_several_respects_stand_in_one_sentence() -> None:
    assert tell_since_approval(replace(FULL, fields=("mode", "venue")), TODAY) == "批的时候：田间课堂；在晒坝"


def test_what_is_gone_says_where_it_went() -> None:
    assert tell_gone(Gone(FULL, None), TODAY) == "周五 12月4日（十月廿六） 19:00 柑橘管护：现在没有了"
    moved = Gone(FULL, Moment(date(2027, 1, 5), 540))
    assert (
        tell_gone(moved, TODAY)
        == "周五 12月4日（十月廿六） 19:00 柑橘管护：改到 周二 2027年1月5日（冬月廿八 节气小寒） 09:00"
    )


def test_an_approval_of_before_knows_day_and_start_only() -> None:
    assert read_approved([7, "2026-12-04", 1140]) == (7, {"day": "2026-12-04", "starts": 1140})
    line = {"id": 7, "title": "柑橘管护", "is_off": False, "of_later": 1}
    assert read_approved(line) == (7, {"title": "柑橘管护", "is_off": False})


def test_day_start_and_end_are_one_respect_and_what_was_not_kept_is_none() -> None:
    then = dict.fromkeys(FACTS, "then")
    now = dict.fromkeys(FACTS, "now")
    assert fields_changed_since(then, now) == ("time", *FACTS[3:])
    assert fields_changed_since({"ends": 1, "venue": ""}, now | {"venue": ""}) == ("time",)
    assert fields_changed_since({"title": "then"}, now) == ("title",)
    assert fields_changed_since(then, then) == fields_changed_since({}, now) == ()
    assert set(FACTS) == {
        "day", "starts", "ends", "title", "category", "mode", "venue", "teachers",
        "host", "helper", "campaign", "audience", "expected", "is_off",
    }  # fmt: skip
