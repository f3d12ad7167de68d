"""Offers of teachers: what can be asked and answered, what stands in a teacher's way, and which days are free."""

from datetime import date, timedelta
from itertools import permutations
from random import Random

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.dispatch.candidates import days_that_suit, free_days, teaches, usual_times
from nightschool.rules.dispatch.circuits import best_order, way_through
from nightschool.rules.dispatch.clusters import Stop, along_the_road, roads, same_topics, whole_way
from nightschool.rules.dispatch.dispatches import (
    DispatchStatus,
    Engagement,
    check_decline,
    check_open,
    check_when,
    in_the_way,
    tell_dispatch,
)
from nightschool.rules.dispatch.trips import Leg, check_trip, moved_up, plan_days, plan_trip
from nightschool.rules.places.travel import Journey, way_between
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.slots import Moment, Slot

MONDAY = date(2026, 11, 30)
AT = Moment(date(2026, 11, 24), 600)


def evening(day: date = MONDAY, starts: int = 19 * 60) -> Slot:
    return Slot(day, starts, starts + 90)


def refused(check: object, *args: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*args)  # type: ignore[operator]
    return caught.value.code


def test_nobody_is_asked_for_a_time_that_is_over_or_for_a_year_from_now() -> None:
    assert refused(check_when, evening(AT.day - timedelta(days=1)), AT) == "past"
    assert refused(check_when, evening(AT.day, 600), AT) == "past"
    assert refused(check_when, evening(AT.day + timedelta(days=365)), AT) == "too_far_ahead"
    check_when(evening(), AT)


def test_a_no_has_its_reason_and_an_answer_comes_in_time() -> None:
    assert refused(check_decline, None, "") == "reason_missing"
    assert refused(check_decline, "other", "") == "words_missing"
    check_decline("far", "")
    assert refused(check_open, DispatchStatus.WITHDRAWN, evening(), AT) == "settled"
    assert refused(check_open, DispatchStatus.OFFERED, evening(), Moment(MONDAY, 19 * 60)) == "past"


@pytest.mark.parametrize(
    ("ends", "way", "stands"),
    [
        (18 * 60 + 30, Journey(3, 30), False),  # six minutes on the road, and twenty to set up
        (18 * 60 + 30, Journey(10, 30), True),
        (17 * 60 + 30, None, False),  # not known: an hour
        (18 * 60 + 30, None, True),
        (19 * 60 + 15, Journey(0, 30), True),
    ],
)
def test_the_way_from_another_village_takes_its_time(ends: int, way: Journey | None, stands: bool) -> None:
    there = Engagement(Slot(MONDAY, ends - 60, ends), "建立村", way)
    assert (in_the_way(evening(), [there]) is there) == stands
    assert in_the_way(evening(MONDAY + timedelta(days=1)), [there]) is None


def test_back_to_back_in_the_same_village_is_no_way() -> None:
    assert in_the_way(evening(), [Engagement(Slot(MONDAY, 1080, 1140), "狮湾村", None, is_here=True)]) is None


def test_free_days_heed_classes_closed_times_the_village_and_the_weekly_limit() -> None:
    days = [MONDAY + timedelta(days=ahead) for ahead in range(9)]
    free = free_days(
        [evening(day) for day in days],
        engagements=[Engagement(evening(days[0]), "建立村", None)],
        closed=[ClosedTime(days[1], days[1])],
        village=[evening(days[2])],
        weekly_limit=None,
    )
    assert [slot.day for slot in free] == days[3:6]
    limited = free_days(
        [evening(day) for day in days],
        engagements=[Engagement(evening(days[0]), "建立村", None)],
        closed=[],
        village=[],
        weekly_limit=1,
    )
    assert [slot.day for slot in limited] == days[7:]


def test_days_that_suit_a_wish_begin_in_its_months() -> None:
    assert days_that_suit((), (), AT.day)[0] == date(2026, 11, 25)
    assert len(days_that_suit((), (), AT.day)) == 28
    assert days_that_suit((3,), (), AT.day)[0] == date(2027, 3, 1)
    assert days_that_suit((10,), (), AT.day) == ()
    assert {day.weekday() for day in days_that_suit((), ("weekend",), AT.day)} == {5, 6}
    assert usual_times(()) == (19 * 60, 20 * 60 + 30) and usual_times(("afternoon", "evening"))[0] == 870


def test_what_a_teacher_is_said_to_teach_is_read_in_its_parts() -> None:
    assert teaches("柑橘冬季修剪", "柑橘、法律常识")
    assert not teaches("手机支付", "柑橘、法律常识") and not teaches("手机支付", "")


def test_same_topics_stand_together_and_villages_along_the_road() -> None:
    assert same_topics(["果树修剪", "电商", "果树 修剪", "果树修剪技术"]) == [[0, 2, 3], [1]]
    here, near, far = (Position(29.5, 105.0 + step / 100) for step in (0, 1, 9))
    road = along_the_road({"a": here, "c": far, "b": near, "x": None}, 30)
    assert [stop.of for stop in road] == ["a", "b", "c", "x"]
    assert road[0].way is None and road[1].way is not None and road[1].way.km < 2 and road[3].way is None


def test_a_trip_is_the_shortest_way_from_home_and_back() -> None:
    """The next one each time would go to and fro past home; what stands in a ring is walked round."""
    lies = [Position(29.5, 105 + step / 100) for step in (0, 1, -2, 4, -8)]
    stops = dict(zip("abcd", lies[1:], strict=True))
    road = along_the_road({**stops, "x": None}, 30, lies[0])
    assert [stop.of for stop in road] == [*"acbdx"], "of ways as long the one that is early in most places"
    whole = whole_way([road[:-1]], stops, lies[0], 30)
    assert whole is not None and whole.km == pytest.approx(2 * 12 * 0.968 * 1.4, rel=0.01)
    assert whole_way([road], stops, lies[0], 30) is None, "one lies nobody knows where"
    dice = Random(1)
    for stops_there in (0, 1, 2, 6, 30):
        km = roads([Position(29 + dice.random(), 105 + dice.random()) for _one in range(stops_there + 1)])
        order = best_order(km)
        assert sorted(order) == [*range(1, stops_there + 1)]
        if 2 <= stops_there <= 6:
            every = (way_through(km, one) for one in permutations(order))
            assert way_through(km, order) == pytest.approx(min(every), rel=1e-4)
        assert all(
            way_through(km, order) <= way_through(km, dice.sample(order, len(order))) + 1e-9
            for _again in range(9)
        )


def test_every_standing_has_its_sentence() -> None:
    def told(
        status: DispatchStatus, *, village: bool = False, teacher: bool = False, past: bool = False
    ) -> str:
        return tell_dispatch(
            status, village=village, teacher=teacher, is_past=past, who="teacher", why="路太远"
        )

    assert told(DispatchStatus.OFFERED) == "等村里和老师回话"
    assert told(DispatchStatus.OFFERED, village=True) == "村里接了，等老师回话"
    assert told(DispatchStatus.OFFERED, teacher=True) == "老师答应了，等村里回话"
    assert told(DispatchStatus.OFFERED, past=True) == "到了日子还没都回话，过去了"
    assert told(DispatchStatus.DECLINED) == "老师谢绝了：路太远"
    assert told(DispatchStatus.OVERTAKEN) == "没排成：路太远"


def test_a_trip_leaves_time_for_the_way_and_goes_on_the_day_after() -> None:
    stops = [Stop("a", None), Stop("b", Journey(3, 30)), Stop("c", None), Stop("d", Journey(1, 30))]
    first = Slot(MONDAY, 14 * 60, 15 * 60 + 30)
    legs = [slot for _stop, slot in plan_trip(stops, first, one_a_day=False)]
    next_day = MONDAY + timedelta(days=1)
    assert legs == [
        first,
        Slot(MONDAY, 16 * 60, 17 * 60 + 30),  # ten minutes on the road, and twenty to set up
        Slot(MONDAY, 18 * 60 + 30, 20 * 60),  # nobody knows the way: an hour
        Slot(next_day, 14 * 60, 15 * 60 + 30),  # too late for that evening
    ]
    daily = plan_trip(stops, first, one_a_day=True)
    assert [slot.day - MONDAY for _stop, slot in daily] == [timedelta(days=n) for n in range(4)]
    assert {(slot.starts, slot.ends) for _stop, slot in daily} == {(first.starts, first.ends)}
    assert refused(check_trip, 1) == "few_stops" and refused(check_trip, 41) == "many_stops"


def test_a_trip_through_many_villages_goes_home_each_evening_and_on_the_next_day() -> None:
    lies = {number: Position(29.5 + number / 100, 105.0) for number in range(1, 12)}  # a road to the north
    first, home = Slot(MONDAY, 7 * 60, 7 * 60 + 30), Position(29.5, 105.0)
    days = plan_days(lies, first, 30, home=home, one_a_day=False)
    assert [[stop.of for stop, _slot in day] for day in days] == [[*range(1, 9)], [9, 10, 11]]
    assert days[1][0][1] == Slot(MONDAY + timedelta(days=1), 7 * 60, 7 * 60 + 30)
    assert days[1][0][0].way == way_between(home, lies[9], 30), (
        "from home, not from where the day before ended"
    )
    late = plan_days(lies, Slot(MONDAY, 19 * 60, 20 * 60), 30, home=None, one_a_day=False)
    assert [len(day) for day in late] == [2, 2, 2, 2, 2, 1], "nobody is taught after half past nine"
    assert len(plan_days(lies, first, 30, home=home, one_a_day=True)) == 11


def test_who_is_first_now_can_begin_when_the_day_was_to_begin() -> None:
    def leg(village: str, starts: int, *, ahead: int = 0, is_agreed: bool = False) -> Leg:
        day = MONDAY + timedelta(days=ahead)
        return Leg(village, Slot(day, starts, starts + 60), Journey(3, 30), is_agreed, 9 * 60)

    before = Moment(MONDAY - timedelta(days=3), 0)
    legs = [leg("b", 11 * 60), leg("c", 12 * 60 + 30), leg("d", 11 * 60, ahead=1, is_agreed=True)]
    tuesday = MONDAY + timedelta(days=1)
    assert moved_up(legs, before) == {
        0: Slot(MONDAY, 9 * 60, 10 * 60),
        1: Slot(MONDAY, 10 * 60 + 30, 11 * 60 + 30),
    }
    assert moved_up([leg("e", 11 * 60, ahead=1)], before) == {0: Slot(tuesday, 9 * 60, 10 * 60)}
    assert moved_up(legs, Moment(MONDAY, 9 * 60 + 30)) == {}, (
        "that hour is over, and who comes next waits for the first"
    )
