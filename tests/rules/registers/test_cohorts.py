"""Who may enrol when, who waits, and what a course may be changed into."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.registers.cohorts import (
    CourseKind,
    check_enrolment,
    check_kind_change,
    places_free,
    source_word,
    tell_refused_cohort,
)

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


def refusal(**given: Any) -> str:
    values = {
        "kind": CourseKind.COHORT,
        "last_day": TODAY,
        "day": TODAY,
        "source": "self",
        "proxy_name": "",
    } | given
    with pytest.raises(Refused) as caught:
        check_enrolment(today=TODAY, **values)
    return tell_refused_cohort(caught.value, today=TODAY)


def test_why_somebody_cannot_enrol_is_said() -> None:
    assert refusal(kind=CourseKind.OPEN_LECTURE) == "这是讲座，谁来都行，没有名册。要收固定的人，先改成班。"
    assert refusal(last_day=None) == "这个班一次课都没有了，不能收人。先排上课。"
    assert refusal(last_day=TODAY - DAY) == "这个班周一 11月23日就结束了。那天以后不再收人。"
    assert refusal(day=TODAY + DAY) == "报名的日子还没到。填今天或以前的日子。"
    assert refusal(source="proxy") == "别人代报的，写上是谁代报的。"


def test_what_stood_on_paper_can_be_entered_after_the_end() -> None:
    last = TODAY - 3 * DAY
    check_enrolment(CourseKind.COHORT, last, last, today=TODAY, source="walk_in", proxy_name="")


@pytest.mark.parametrize(
    ("capacity", "enrolled", "waiting", "asking", "free"),
    [
        (None, 40, 0, 5, 5),
        (25, 20, 0, 3, 3),
        (25, 24, 0, 3, 1),
        (25, 25, 0, 3, 0),
        (25, 27, 0, 3, 0),
        (25, 20, 1, 3, 0),
        (None, 20, 2, 3, 0),
    ],
)
def test_who_gets_a_place(capacity: int | None, enrolled: int, waiting: int, asking: int, free: int) -> None:
    assert places_free(capacity, enrolled, waiting, asking=asking) == free


@given(st.none() | st.integers(1, 50), st.integers(0, 60), st.integers(0, 10), st.integers(0, 30))
def test_nobody_overtakes_and_no_place_is_given_twice(
    capacity: int | None, enrolled: int, waiting: int, asking: int
) -> None:
    free = places_free(capacity, enrolled, waiting, asking=asking)
    assert 0 <= free <= asking
    assert not (waiting and free)
    assert not free or capacity is None or enrolled + free <= capacity


def test_a_lecture_becomes_a_cohort_at_any_time_and_a_cohort_a_lecture_while_nothing_contradicts() -> None:
    check_kind_change(CourseKind.OPEN_LECTURE, CourseKind.COHORT, active=0, has_marks=False)
    check_kind_change(CourseKind.COHORT, CourseKind.OPEN_LECTURE, active=0, has_marks=False)
    check_kind_change(CourseKind.COHORT, CourseKind.COHORT, active=9, has_marks=True)
    with pytest.raises(Refused, match="has_enrolments"):
        check_kind_change(CourseKind.COHORT, CourseKind.OPEN_LECTURE, active=1, has_marks=False)
    with pytest.raises(Refused, match="has_marks"):
        check_kind_change(CourseKind.COHORT, CourseKind.OPEN_LECTURE, active=0, has_marks=True)


def test_who_enrolled_somebody_is_told() -> None:
    assert source_word("self") == "本人报名"
    assert source_word("proxy", "二组组长") == "二组组长代报"
    assert source_word("walk_in") == "现场"
