"""Wishes: what may be written of them, which are the same, and what becomes of one."""

from itertools import product
from typing import Any

import pytest

from nightschool.errors import Refused
from nightschool.rules.dispatch.wishes import (
    WISH_MOVES,
    WishEntry,
    WishStage,
    WishStatus,
    are_alike,
    check_unmet,
    check_wish,
    check_wish_move,
    clusters,
    is_part,
    part_topic,
    parts_wished,
    read_wishes,
    stage_of,
    tell_refused_wish,
    tell_when_suits,
)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("果树修剪 8户 一组、三组", WishEntry("果树修剪", None, 8, "一组、三组")),
        ("果树修剪\t8\t1、3、5组", WishEntry("果树修剪", None, 8, "1、3、5组")),
        ("1. 果树修剪　８户", WishEntry("果树修剪", None, 8)),
        ("手机 发朋友圈，12 户", WishEntry("手机 发朋友圈", None, 12)),
        ("果树修剪", WishEntry("果树修剪")),
        ("十组 电商直播 3户", WishEntry("电商直播", None, 3, "十组")),
        ("养兔　十二户　二社和四社", WishEntry("养兔", None, 12, "二社和四社")),
        ("2、法律常识", WishEntry("法律常识")),
        ("果树修剪 3户 全年 一年", WishEntry("果树修剪", None, 3)),
        ("果树修剪 3、4月 周末晚上", WishEntry("果树修剪", months=(3, 4), times=("evening", "weekend"))),
        (
            "果树修剪 十一月至2月份 赶场天、下午",
            WishEntry("果树修剪", months=(1, 2, 11, 12), times=("afternoon", "market")),
        ),
        ("晚上睡不着怎么办", WishEntry("晚上睡不着怎么办")),
    ],
)
def test_line_of_the_paper_is_read_as_it_was_written(line: str, entry: WishEntry) -> None:
    assert read_wishes(line) == (entry,)


def test_all_that_is_wrong_with_lines_is_told_at_once_with_each_line() -> None:
    with pytest.raises(Refused) as refused:
        read_wishes(
            f"果树修剪 8户\n问13812345678\n\n{'长' * 41}\n修剪 0户\n三组 4户\n养兔 13月\n养兔 11-〇月"
        )
    told = [tell_refused_wish(one) for one in (refused.value, *refused.value.others)]
    assert told == [
        "第 2 行：里面像是有手机号。这里只记想学什么、几户，把号码去掉再存。",
        "第 4 行：最多写 40 个字，现在有 41 个。",
        "第 5 行：几户，填 1 到 9999 的整数。",
        "第 6 行：还没写想学什么。",
        "第 7 行：月份写 1 到 12，像「11月」「3、4月」；哪个月都行就不写。",
        "第 8 行：月份写 1 到 12，像「11月」「3、4月」；哪个月都行就不写。",
    ]


@pytest.mark.parametrize(
    ("text", "code"), [("", "nothing_there"), (" \n\n", "nothing_there"), ("课\n" * 101, "too_many")]
)
def test_no_line_and_too_many_lines_are_said(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        read_wishes(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("果树修剪", "果树修剪", True),
        ("果树修剪", "果树  修剪", True),
        ("果树修剪", "果树修减", True),  # as people type by sound
        ("果树修剪", "柑橘果树修剪", True),
        ("柑橘修剪技术", "柑橘的修剪技术", True),
        ("果树修剪", "果树冬季修剪", True),  # a word was put into it
        ("水稻病虫防治", "水稻后期病虫防治", True),
        ("果树修剪", "果树嫁接", False),
        ("水稻插秧", "水稻收割", False),
        ("养鸡", "养鸭", False),
        ("养鸡", "养殖土鸡", False),
        ("防诈骗", "防电信诈骗", False),
        ("母猪接生", "母婴护理接生", False),
        ("电商直播", "法律常识", False),
        ("养猪", "养鸡", False),
        ("", "", False),
    ],
)
def test_same_wishes_find_each_other(one: str, other: str, same: bool) -> None:
    assert are_alike(one, other) is same
    assert are_alike(other, one) is same


def test_topics_stand_together_in_their_order() -> None:
    assert clusters(["果树修剪", "电商直播", "果树修减", "直播"]) == [[0, 2], [1, 3]]


@pytest.mark.parametrize(("before", "after"), list(product(WishStatus, WishStatus)))
def test_a_wish_is_decided_only_along_its_graph(before: WishStatus, after: WishStatus) -> None:
    allowed = after in WISH_MOVES[before]
    if allowed:
        check_wish_move(before, after)
    else:
        with pytest.raises(Refused, match="no_such_move"):
            check_wish_move(before, after)
    assert WishStatus.SUBMITTED not in WISH_MOVES[before]


@pytest.mark.parametrize(
    ("status", "is_planned", "is_held", "stage"),
    [
        ("approved", False, False, WishStage.APPROVED),
        ("approved", True, False, WishStage.SCHEDULED),
        ("approved", True, True, WishStage.DONE),
        ("approved", False, True, WishStage.DONE),
        ("merged", True, True, WishStage.MERGED),
        ("unmet", True, True, WishStage.UNMET),
    ],
)
def test_only_a_held_class_makes_a_wish_done(
    status: str, is_planned: bool, is_held: bool, stage: WishStage
) -> None:
    assert stage_of(WishStatus(status), is_planned=is_planned, is_held=is_held) is stage


@pytest.mark.parametrize(
    ("given", "code"),
    [((None, ""), "reason_missing"), (("bored", ""), "reason_missing"), (("other", ""), "words_missing")],
)
def test_who_cannot_meet_a_wish_says_why(given: Any, code: str) -> None:
    with pytest.raises(Refused, match=code):
        check_unmet(*given)


def test_number_of_somebody_is_refused_wherever_it_stands() -> None:
    with pytest.raises(Refused) as refused:
        check_wish(WishEntry("", None, 0, "三组张三13812345678"))
    assert [(one.field, one.code) for one in (refused.value, *refused.value.others)] == [
        ("topic", "topic_missing"),
        ("groups", "phone"),
        ("households", "households"),
    ]


def test_when_it_suits_is_told_in_a_line() -> None:
    assert tell_when_suits([11, 12], ["evening", "market"]) == "11月、12月，晚上、赶场天"
    assert tell_when_suits([], []) == ""


@pytest.mark.parametrize(
    ("topic", "parts"),
    [
        ("果树修剪 三次课", ("果树修剪", 3)),
        ("养猪（共4讲）", ("养猪", 4)),
        ("普法讲2次", ("普法", 2)),
        ("跳舞 一次", ("跳舞 一次", 1)),
        ("第三讲", ("第三讲", 1)),
        ("果树修剪第十三讲", ("果树修剪第十三讲", 1)),
        ("三次课", ("三次课", 1)),
        ("天天来 三百六十五次", ("天天来 三百六十五次", 1)),
    ],
)
def test_a_wish_says_in_how_many_parts(topic: str, parts: tuple[str, int]) -> None:
    assert parts_wished(topic) == parts
    assert is_part(part_topic(*parts), topic) is (parts[1] > 1)
    assert not is_part(topic, topic)
