"""When the next password may be tried."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.trust.throttle import (
    IS_NEW_FOR,
    KNOWN_BROWSER,
    NETWORK,
    NEW_PLACE,
    STRANGER,
    Pace,
    network_of,
    next_try,
    tell_wait,
)

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("failed", "waits_minutes"),
    [
        ([], 0),
        ([1, 1, 1, 1], 0),
        ([0, 0, 0, 0, 0], 1),
        ([9, 8, 7, 6, 0.5], 0.5),
        ([9, 8, 7, 6, 1], 0),  # a minute has gone by since the last
        ([10, 3, 2, 1, 0], 0),  # the first no longer counts
        ([0] * 200, 1),
        ([-26281 * 60] * 5, 1),  # a clock was three years ahead
    ],
)
def test_after_five_failures_the_next_try_comes_a_minute_after_the_last(
    failed: list[float], waits_minutes: float
) -> None:
    assert next_try(ago(*failed), STRANGER, NOW) == NOW + timedelta(minutes=waits_minutes)


@given(st.lists(st.integers(0, 3 * 3600), max_size=300), st.sampled_from([STRANGER, NEW_PLACE, NETWORK]))
def test_no_hour_ever_holds_more_tries_than_the_pace_says(seconds: list[int], pace: Pace) -> None:
    """Whoever tries at every second of the list is let through only as the pace says."""
    evaluated: list[datetime] = []
    for second in sorted(seconds):
        moment = NOW + timedelta(seconds=second)
        if next_try(evaluated, pace, moment) <= moment:
            evaluated.append(moment)
    for start in evaluated:
        assert sum(start <= moment < start + HOUR for moment in evaluated) <= pace.free + HOUR / pace.every


def test_however_many_networks_guess_a_name_a_hundred_tries_an_hour_are_looked_at() -> None:
    assert STRANGER.free + HOUR / STRANGER.every + NEW_PLACE.free + HOUR / NEW_PLACE.every <= 100


def test_nobody_who_has_the_password_waits_longer_than_a_minute() -> None:
    assert {KNOWN_BROWSER.every, STRANGER.every} == {timedelta(minutes=1)}
    assert NETWORK.every < timedelta(minutes=1)


def test_one_network_cannot_use_up_the_first_tries_of_others() -> None:
    assert NEW_PLACE.free > 2 * IS_NEW_FOR


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "20010db800010002/64"),
        ("2001:db8:1:2::", "20010db800010002/64"),
        ("2001:db8:1:3::", "20010db800010003/64"),
        ("fe80::1%eth0", "fe80000000000000/64"),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_customer_counts_as_one(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(("is_network", "says"), [(True, "不一定是你"), (False, "用登录单不用等")])
def test_wait_is_told_in_seconds_with_a_way_round_it(is_network: bool, says: str) -> None:
    told = tell_wait(NOW + timedelta(seconds=14.2), NOW, is_network=is_network)
    assert "过 15 秒再试" in told and says in told
