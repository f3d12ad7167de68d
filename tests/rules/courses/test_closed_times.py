"""Closed times: which classes fall into one, how it is said, and what cannot be one."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.closed_times import (
    MOST_TIMES,
    ClosedTime,
    check_closed_time,
    tell_closed,
    tell_refused_closed_time,
)
from nightschool.rules.courses.conflicts import (
    DAYS_AHEAD,
    Want,
    days_to_search,
    explain,
    find_closed,
    with_free_times,
)
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Slot
from tests.factories import SHIWAN, TODAY

TUESDAYS = ClosedTime(weekdays=frozenset({1}), starts=480, ends=720, note="门诊")
BUILDING = ClosedTime(date(2026, 12, 1), date(2026, 12, 10), note="装修")
TEACHER, VENUE = Resource(ResourceKind.TEACHER, 1), Resource(ResourceKind.VENUE, 1)
NAMES = {TEACHER: "王老师", VENUE: "村活动室"}


def refused(closed: ClosedTime, **given: object) -> tuple[str, str | None, str]:
    with pytest.raises(Refused) as found:
        check_closed_time(closed, today=TODAY, **given)  # type: ignore[arg-type]
    return found.value.code, found.value.field, tell_refused_closed_time(found.value, today=TODAY)


@pytest.mark.parametrize(
    ("day", "starts", "ends", "falls"),
    [
        (TODAY, 540, 630, True),
        (TODAY, 690, 780, True),  # by half an hour
        (TODAY, 720, 810, False),  # begins when it ends
        (TODAY, 390, 480, False),
        (TODAY + timedelta(days=1), 540, 630, False),
        (TODAY + timedelta(days=700), 540, 630, True),
    ],
)
def test_a_class_falls_into_a_weekly_time_by_a_minute_and_not_back_to_back(
    day: date, starts: int, ends: int, falls: bool
) -> None:
    assert TUESDAYS.covers(Slot(day, starts, ends)) is falls


def test_both_days_are_closed_and_either_side_may_be_open() -> None:
    days = [date(2026, 11, 30) + timedelta(days=ahead) for ahead in range(12)]
    assert [day for day in days if BUILDING.on(day)] == days[1:11]
    assert ClosedTime(first=days[3]).on(days[11]) and not ClosedTime(first=days[3]).on(days[2])
    assert ClosedTime(last=days[3]).on(date(2020, 1, 1)) and not ClosedTime(last=days[3]).on(days[4])


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        (TUESDAYS, "王老师 每周二 08:00–12:00 不来：门诊。"),
        (ClosedTime(weekdays=frozenset({0, 3})), "王老师 每周一、周四 不来。"),
        (ClosedTime(date(2026, 12, 1), date(2026, 12, 1)), "王老师 12月1日（十月廿三） 不来。"),
        (ClosedTime(first=date(2027, 3, 1)), "王老师 从2027年3月1日（正月廿四）起 不来。"),
        (ClosedTime(last=date(2026, 12, 1)), "王老师 到12月1日（十月廿三）为止 不来。"),
        (ClosedTime(starts=0, ends=1080), "王老师 每天 00:00–18:00 不来。"),
        (ClosedTime(weekdays=frozenset(range(7))), "王老师 一直 不来。"),
    ],
)
def test_it_is_said_without_what_limits_nothing(closed: ClosedTime, told: str) -> None:
    assert tell_closed(closed, kind="teacher", name="王老师", today=TODAY) == told


def test_a_venue_is_not_open_rather_than_absent() -> None:
    told = tell_closed(BUILDING, kind="venue", name="村活动室", today=TODAY)
    assert told == "村活动室 12月1日（十月廿三）到12月10日（冬月初二） 不开：装修。"


def test_what_cannot_be_is_refused_at_its_field_with_what_to_do() -> None:
    code, field, told = refused(ClosedTime(date(2026, 12, 10), date(2026, 12, 1)))
    assert (code, field) == ("last_before_first", "last") and "12月1日" in told and "12月10日" in told
    assert refused(ClosedTime(weekdays=frozenset({1}), starts=720, ends=720))[:2] == (
        "ends_before_starts",
        "ends",
    )
    code, field, told = refused(ClosedTime(last=TODAY - timedelta(days=1)))
    assert (code, field) == ("over", "last") and "11月23日已经过了" in told
    code, field, told = refused(ClosedTime(TODAY, TODAY, frozenset({4})))
    assert (code, field) == ("never", "weekdays")
    assert refused(TUESDAYS, known=[TUESDAYS])[0] == "known"
    many = [ClosedTime(first=TODAY + timedelta(days=number)) for number in range(MOST_TIMES)]
    assert refused(TUESDAYS, known=many)[0] == "too_many"
    check_closed_time(ClosedTime(last=TODAY), today=TODAY)


def test_closed_for_ever_is_asked_about_once() -> None:
    assert refused(ClosedTime(note="调走了"))[0] == "always"
    check_closed_time(ClosedTime(note="调走了"), today=TODAY, is_sure=True)


@pytest.mark.parametrize("days", range(1, 7))
def test_a_weekday_that_does_not_come_in_less_than_a_week_is_refused(days: int) -> None:
    yesterday = frozenset({(TODAY - timedelta(days=1)).weekday()})
    last = TODAY + timedelta(days=days - 1)
    assert refused(ClosedTime(TODAY, last, yesterday))[:2] == ("never", "weekdays")
    check_closed_time(ClosedTime(TODAY, TODAY + timedelta(days=6), yesterday), today=TODAY)


def test_a_wanted_slot_is_told_what_is_closed_and_offered_times_that_are_open() -> None:
    evening = Slot(date(2026, 12, 8), 1140, 1230)
    want = Want(evening, (TEACHER,), (VENUE,))
    closed = {VENUE: (BUILDING,)}
    [conflict] = find_closed([want], NAMES, closed)
    assert (
        explain(conflict, village_code=SHIWAN, today=TODAY)
        == "村活动室 12月1日（十月廿三）到12月10日（冬月初二） 不开：装修。"
    )
    days = days_to_search([evening])
    busy = {VENUE: [slot for day in days if (slot := BUILDING.on(day))]}
    [answered] = with_free_times([conflict], [want], busy)
    assert len(answered.instead) >= 3
    assert all(
        date(2026, 12, 10) < slot.day <= evening.day + timedelta(days=DAYS_AHEAD) for slot in answered.instead
    )
    assert Slot(date(2026, 12, 11), 19 * 60, 20 * 60 + 30) in answered.instead
    assert find_closed([Want(Slot(date(2026, 12, 11), 1140, 1230), (VENUE,))], NAMES, closed) == ()
