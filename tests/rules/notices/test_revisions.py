"""What changed is said in one sentence that can be read aloud; what villagers cannot read is no change."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.notices.revisions import (
    Difference,
    Facts,
    Known,
    Standing,
    differences,
    facts_from_json,
    facts_json,
    tell_differences,
    tell_mark,
)
from nightschool.rules.slots import Moment

DAY = date(2026, 12, 4)
NOW = Moment(date(2026, 11, 24), 600)
ZHOU, LI = Known("周老师", "农技站", 1), Known("李老师", "", 2)
FACTS = Facts("柑橘修剪", DAY, 19 * 60, 20 * 60 + 30, Standing.TAKES_PLACE, "村活动室", 1, (ZHOU,))
OFF = replace(FACTS, standing=Standing.CANCELLED, reason="farm_work")
POSTPONED = replace(FACTS, standing=Standing.POSTPONED, reason="meeting")

words = st.sampled_from(("", "柑橘", 'a"\\\n', "<𠮷>"))
facts = st.builds(
    Facts,
    title=words,
    day=st.dates(),
    starts=st.integers(0, 1400),
    ends=st.integers(1, 1440),
    standing=st.sampled_from(Standing),
    place=words,
    place_id=st.none() | st.integers(1, 9),
    teachers=st.lists(st.builds(Known, words, words, st.integers(1, 9)), max_size=2).map(tuple),
    reason=st.none() | st.sampled_from(("weather", "other")),
    reason_text=words,
    moves_to=st.none() | st.builds(Moment, st.dates(), st.integers(0, 1400)),
    moved_from=st.none() | st.builds(Moment, st.dates(), st.integers(0, 1400)),
    is_found=st.booleans(),
)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (None, FACTS, "加了一次：周五 12月4日（十月廿六） 19:00 柑橘修剪。"),
        (
            FACTS,
            replace(FACTS, day=date(2026, 12, 5)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周六 12月5日（十月廿七） 19:00。",
        ),
        (
            FACTS,
            replace(FACTS, day=date(2027, 1, 1)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周五 2027年1月1日（冬月廿四） 19:00。",
        ),
        (
            FACTS,
            replace(FACTS, starts=18 * 60),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周五 12月4日（十月廿六） 18:00。",
        ),
        (FACTS, replace(FACTS, ends=21 * 60), "周五 12月4日（十月廿六） 19:00 的柑橘修剪改成上到 21:00。"),
        (
            FACTS,
            replace(FACTS, place="村办公室", place_id=2),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪换到村办公室上。",
        ),
        (
            FACTS,
            replace(FACTS, place="会堂"),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪，上课的地方现在叫会堂。",
        ),
        (
            FACTS,
            replace(FACTS, place="", place_id=None),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪，地点还没定。",
        ),
        (
            replace(FACTS, place="", place_id=None),
            FACTS,
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪在村活动室上。",
        ),
        (FACTS, replace(FACTS, teachers=(LI,)), "周五 12月4日（十月廿六） 19:00 的柑橘修剪改由李老师讲。"),
        (
            FACTS,
            replace(FACTS, teachers=(ZHOU, LI)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改由周老师（农技站）、李老师讲。",
        ),
        (
            FACTS,
            replace(FACTS, teachers=(Known("", "农技站", 1),)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪由农技站的老师讲。",
        ),
        (FACTS, replace(FACTS, teachers=()), "周五 12月4日（十月廿六） 19:00 的柑橘修剪，老师还没定。"),
        (FACTS, replace(FACTS, title="施肥"), "周五 12月4日（十月廿六） 19:00 的柑橘修剪改讲施肥。"),
        (FACTS, OFF, "周五 12月4日（十月廿六） 19:00 的柑橘修剪取消了：农活忙。"),
        (
            FACTS,
            replace(OFF, reason_text="下大雨。"),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪取消了：下大雨。",
        ),
        (OFF, FACTS, "周五 12月4日（十月廿六） 19:00 的柑橘修剪恢复了，照常上。"),
        (
            FACTS,
            replace(POSTPONED, moves_to=Moment(date(2026, 12, 11), 1140)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周五 12月11日（冬月初三） 19:00：村里开会。",
        ),
        (FACTS, POSTPONED, "周五 12月4日（十月廿六） 19:00 的柑橘修剪改期，新的时间还没定：村里开会。"),
        (
            FACTS,
            replace(FACTS, standing=Standing.WITHDRAWN),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪先撤下来了，还没定。",
        ),
    ],
)
def test_every_difference_has_its_sentence(before: Facts | None, after: Facts, sentence: str) -> None:
    assert tell_differences(before, after, NOW) == (sentence,)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (FACTS, OFF, "周五 12月4日（十月廿六） 19:00 的柑橘修剪没开成：农活忙。"),
        (OFF, FACTS, "周五 12月4日（十月廿六） 19:00 的柑橘修剪记成没开成，是记错了。"),
        (None, FACTS, "补记了一次：周五 12月4日（十月廿六） 19:00 柑橘修剪。"),
        (
            FACTS,
            replace(POSTPONED, moves_to=Moment(date(2026, 12, 11), 1140)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪没开成，改到 周五 12月11日（冬月初三） 19:00：村里开会。",
        ),
        (
            FACTS,
            replace(FACTS, starts=18 * 60),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪是 周五 12月4日（十月廿六） 18:00 上的。",
        ),
        (
            FACTS,
            replace(FACTS, day=date(2026, 12, 5)),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪改到 周六 12月5日（十月廿七） 19:00。",
        ),
        (FACTS, replace(FACTS, ends=20 * 60), "周五 12月4日（十月廿六） 19:00 的柑橘修剪上到了 20:00。"),
        (
            FACTS,
            replace(FACTS, place="会堂", place_id=2),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪是在会堂上的。",
        ),
        (
            FACTS,
            replace(FACTS, place="", place_id=None),
            "周五 12月4日（十月廿六） 19:00 的柑橘修剪，地点没有记。",
        ),
        (FACTS, replace(FACTS, teachers=(LI,)), "周五 12月4日（十月廿六） 19:00 的柑橘修剪是李老师讲的。"),
        (FACTS, replace(FACTS, teachers=()), "周五 12月4日（十月廿六） 19:00 的柑橘修剪，谁讲的没有记。"),
        (FACTS, replace(FACTS, title="施肥"), "周五 12月4日（十月廿六） 19:00 讲的是施肥，不是柑橘修剪。"),
    ],
)
def test_of_a_class_that_is_over_nothing_is_told_as_if_it_were_to_come(
    before: Facts | None, after: Facts, sentence: str
) -> None:
    assert tell_differences(before, after, Moment(DAY, 21 * 60)) == (sentence,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (FACTS, replace(FACTS, teachers=(ZHOU._replace(id=9),))),  # two records of one person put together
        (replace(FACTS, teachers=(ZHOU, LI)), replace(FACTS, teachers=(LI, ZHOU))),
        (OFF, replace(OFF, place="会堂", teachers=())),
        (POSTPONED, replace(POSTPONED, moves_to=Moment(DAY, 600))),  # the one it moved to tells
        (None, replace(FACTS, moved_from=Moment(DAY, 600))),  # and this one's predecessor
        (None, replace(FACTS, is_found=True)),
        (None, OFF),  # added and taken away again before anything was told
    ],
)
def test_what_is_no_news_is_not_told(before: Facts | None, after: Facts) -> None:
    assert differences(before, after) == ()


@given(facts)
def test_facts_come_back_from_json_as_they_were(one: Facts) -> None:
    assert facts_from_json(json.loads(json.dumps(facts_json(one)))) == one


@given(facts, facts)
def test_what_is_put_back_differs_in_nothing_from_what_was(before: Facts, after: Facts) -> None:
    assert differences(before, replace(before)) == ()
    for sentence in tell_differences(before, after, NOW):
        assert sentence.endswith("。")


@pytest.mark.parametrize(
    ("differs", "told", "mark"),
    [
        ("", None, ""),
        ("time", Moment(DAY, 1140), "变更：原定周五 12月4日（十月廿六） 19:00"),
        ("time,place", Moment(DAY, 1140), "变更：原定周五 12月4日（十月廿六） 19:00；换了地点"),
        ("time", Moment(date(2026, 12, 5), 1140), "变更：换了时间"),  # only its end is another
        ("off", Moment(DAY, 1140), "变更：先前通知这天要上，现在不上了"),
        ("on,teachers,title", Moment(DAY, 1140), "变更：恢复了，照常上；换了老师；换了内容"),
    ],
)
def test_mark_says_what_it_was(differs: str, told: Any, mark: str) -> None:
    assert tell_mark(differs, told, Moment(date(2026, 12, 5), 1140), NOW.day) == mark


def test_mark_of_a_day_that_is_over_does_not_promise_a_class() -> None:
    assert tell_mark("on", Moment(DAY, 1140), Moment(DAY, 1140), date(2026, 12, 5)) == "变更：恢复了"


def test_codes_of_all_differences_fit_where_a_session_keeps_them() -> None:
    assert len(",".join(Difference)) <= 60
