"""The days that suit: free, ranked, and with the reasons a coordinator would give."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.advice import NearbySession, Surroundings
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.good_days import MOST_SUGGESTED, Suggestion, suggest, window
from nightschool.rules.places.travel import Journey
from nightschool.rules.seasons.daylight import Position
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.holidays import shipped_holidays
from nightschool.rules.seasons.markets import Markets, read_market
from nightschool.rules.slots import Moment, Slot
from tests.factories import TODAY

NOW = Moment(TODAY, 600)
QUIET = Surroundings(holidays=shipped_holidays(), position=Position(29.59, 105.07), markets_of="全安镇")
DECEMBER = [date(2026, 12, number) for number in range(1, 31)]


def asked(around: Surroundings = QUIET, busy=(), days=DECEMBER, starts: int = 1140):
    return suggest(days, starts=starts, ends=starts + 90, around=around, busy=busy, not_before=NOW)


def test_where_nothing_stands_against_any_day_the_nearest_at_the_time_asked_for_come_first() -> None:
    found = asked()
    assert [one.slot for one in found] == [Slot(day, 1140, 1230) for day in DECEMBER[:MOST_SUGGESTED]]
    assert all(one.reasons == () and one.against == () for one in found)


def test_what_is_taken_is_not_offered() -> None:
    busy = [Slot(day, 360, 1440) for day in DECEMBER[:10]]
    assert asked(busy=busy)[0].slot.day == DECEMBER[10]
    assert asked(busy=[Slot(day, 360, 1440) for day in DECEMBER]) == ()


def test_another_hour_of_the_day_is_tried_when_the_evening_is_taken() -> None:
    [one] = asked(busy=[Slot(DECEMBER[0], 1100, 1300)], days=DECEMBER[:1])
    assert one.slot.starts == 14 * 60 + 30


def test_the_usual_hours_are_tried_the_evening_first() -> None:
    busy = Slot(DECEMBER[0], 900, 1000)
    found = [
        asked(busy=[busy, *taken], days=DECEMBER[:1], starts=900)
        for taken in ([], [Slot(DECEMBER[0], 1140, 1230)])
    ]
    assert [one.slot.starts for [one] in found] == [19 * 60, 9 * 60]


def test_the_day_after_market_is_offered_before_others_and_says_so() -> None:
    found = asked(replace(QUIET, markets=Markets((read_market("逢三六九"),))))
    assert all("逢场后一天" in one.reasons for one in found[:3])


def test_market_mornings_come_last() -> None:
    markets = Markets((read_market("天天"),), {DECEMBER[7]: False})
    assert asked(replace(QUIET, markets=markets), starts=540)[0].slot.day == DECEMBER[7]


def test_days_after_the_harvest_say_that_it_is_over() -> None:
    busy = replace(QUIET, windows=(FarmWindow("柑橘采收", DECEMBER[0], DECEMBER[9], "市中区"),))
    first = asked(busy)[0]
    assert first.slot.day == DECEMBER[10]
    assert first.reasons == ("柑橘采收已过",)


def test_a_teacher_who_is_in_the_next_village_that_day_is_a_reason_to_come_over() -> None:
    near = NearbySession(DECEMBER[12], 840, 930, "", "建设村", False, is_near=True)
    first = asked(replace(QUIET, taught={"王老师": [near]}))[0]
    assert first.slot == Slot(DECEMBER[12], 1140, 1230)
    assert first.reasons == ("王老师当天在建设村",)
    assert first.against == ()


def test_a_teacher_who_is_far_away_that_day_speaks_against_it() -> None:
    far = NearbySession(DECEMBER[0], 840, 930, "", "建立村", False)
    assert DECEMBER[0] not in [one.slot.day for one in asked(replace(QUIET, taught={"王老师": [far]}))]


def test_a_yard_without_light_is_offered_before_dark() -> None:
    first = asked(replace(QUIET, is_lit=False, venue="院坝"))[0]
    assert first.slot.ends <= 18 * 60
    assert "天黑，赶得回家" in first.reasons[0]


def test_what_is_over_is_not_offered() -> None:
    [one] = asked(days=[TODAY], starts=540)
    assert one.slot.starts > NOW.minutes
    assert suggest([TODAY], starts=540, ends=630, around=QUIET, busy=(), not_before=Moment(TODAY, 1439)) == ()


@given(
    st.lists(
        st.builds(
            Slot,
            st.sampled_from(DECEMBER),
            st.integers(300, 1300),
            st.integers(1310, 1440),
        ),
        max_size=20,
    ),
    st.integers(360, 1300),
    st.integers(10, 120),
)
def test_every_offer_is_free_and_as_long_as_asked_for(busy: list[Slot], starts: int, minutes: int) -> None:
    found = suggest(DECEMBER, starts=starts, ends=starts + minutes, around=QUIET, busy=busy, not_before=NOW)
    assert len(found) <= MOST_SUGGESTED
    assert len({one.slot.day for one in found}) == len(found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        assert one.slot.minutes == minutes
        assert not any(one.slot.overlaps(other) for other in busy)


def test_a_window_is_a_month_unless_said_and_never_more_than_two() -> None:
    assert len(window(TODAY, None)) == 31
    assert window(TODAY, TODAY + timedelta(days=2))[-1] == TODAY + timedelta(days=2)
    assert len(window(TODAY, TODAY + timedelta(days=400))) == 62
    assert window(TODAY, TODAY - timedelta(days=5)) == (TODAY,)


def test_no_closed_time_is_offered() -> None:
    closed = (ClosedTime(starts=17 * 60, ends=1440), ClosedTime(DECEMBER[0], DECEMBER[3]))
    found = asked(busy=[slot for time in closed for day in DECEMBER if (slot := time.on(day))])
    assert found and all(not time.covers(one.slot) for one in found for time in closed)


def test_the_known_way_decides_whether_a_teacher_next_door_can_come_over() -> None:
    def there(way: Journey | None) -> Surroundings:
        session = NearbySession(DECEMBER[5], 1020, 1110, "", "断桥村", is_here=False, is_near=True, way=way)
        return replace(QUIET, taught={"王老师": [session]})

    def best(way: Journey | None) -> tuple[bool, tuple[str, ...]]:
        [one] = asked(there(way), days=DECEMBER[5:6])
        return one.slot.starts == 1140, one.reasons

    assert best(Journey(5, 30)) == (
        True,
        ("王老师当天在断桥村",),
    )  # ten minutes and some to breathe, of thirty
    assert best(None)[0] is False and best(Journey(10, 30))[0] is False


def test_a_full_week_costs_more_than_a_day_later() -> None:
    taught = {"王老师": [NearbySession(DECEMBER[0], 540, 630, "", "断桥村", is_here=False)]}
    around = replace(QUIET, taught=taught, weekly_limits={"王老师": 1})
    assert asked(around)[0].slot.day == date(2026, 12, 7)  # the Monday after


FREE = date(2026, 12, 4)
BUSY = NearbySession(FREE, 840, 930, "", "建立村", False)


@pytest.mark.parametrize(
    ("day", "around", "kind", "weight"),
    [
        (FREE, QUIET, "", 0),
        (date(2026, 10, 1), QUIET, "holiday", 30),
        (date(2027, 6, 4), QUIET, "holiday_unknown", 0),
        (date(2026, 9, 15), replace(QUIET, is_covered=False), "rain", 15),
        (
            FREE,
            replace(QUIET, title="防诈骗", here=[replace(BUSY, day=date(2026, 12, 1), title="防诈骗")]),
            "same_topic",
            20,
        ),
        (FREE, replace(QUIET, here=[replace(BUSY, starts=360, ends=1440)]), "same_evening", 30),
        (FREE, replace(QUIET, taught={"周老师": []}, weekly_limits={"周老师": 0}), "weekly_limit", 30),
        (FREE, replace(QUIET, windows=(FarmWindow("双抢", FREE, FREE),)), "farm_work", 15),
        (FREE, replace(QUIET, taught={"周老师": [replace(BUSY, starts=0, ends=30)]}), "busy_teacher", 25),
    ],
)
def test_each_thing_that_speaks_against_a_day_has_its_weight(
    day: date, around: Surroundings, kind: str, weight: int
) -> None:
    early = Moment(date(2026, 9, 1), 0)
    [found] = only(day, 1140, around, early)
    assert ([one.kind for one in found.against], found.score) == ([kind] if kind else [], 10 - weight)


@pytest.mark.parametrize(
    ("day", "starts", "around", "kinds", "weight"),
    [
        (FREE, 540, replace(QUIET, markets=Markets((read_market("天天"),))), ["market"], 40),
        (FREE, 540, replace(QUIET, windows=(FarmWindow("双抢", FREE, FREE),)), ["farm_work"], 45),
        (date(2026, 10, 10), 540, QUIET, ["make_up_day"], 20),
        (FREE, 1305, QUIET, ["odd_hours"], 70),
        (FREE, 1140, replace(QUIET, is_lit=False), ["darkness"], 60),
        (FREE, 960, replace(QUIET, taught={"周老师": [BUSY]}), ["travel", "busy_teacher"], 75),
    ],
)
def test_what_speaks_against_an_hour_has_its_weight_too(
    day: date, starts: int, around: Surroundings, kinds: list[str], weight: int
) -> None:
    [found] = only(day, starts, around, Moment(date(2026, 9, 1), 0))
    assert ([one.kind for one in found.against], found.score) == (kinds, 10 - weight)


def only(day: date, starts: int, around: Surroundings, early: Moment) -> tuple[Suggestion, ...]:
    """What is said of this hour alone: the rest of the day is taken."""
    ends = starts + 90
    busy = (Slot(day, 0, starts), Slot(day, ends, 1440))
    return suggest([day], starts=starts, ends=ends, around=around, busy=busy, not_before=early)
