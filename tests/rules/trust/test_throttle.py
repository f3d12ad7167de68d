"""When the next try to log in may be made."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.trust.throttle import BY_ADDRESS, BY_NAME, Limit, next_try, tell_wait

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=each) for each in minutes]


@pytest.mark.parametrize(
    ("failed", "waits_minutes"),
    [
        ([], 0),
        ([1, 1, 1, 1], 0),
        ([1, 1, 1, 1, 1], 4),
        ([4, 3, 2, 1, 0], 1),
        ([6, 3, 2, 1, 0], 0),  # the first no longer counts
        ([0, 0, 0, 0, 0, 0, 0], 5),
    ],
)
def test_fifth_failure_in_five_minutes_waits_until_the_first_is_five_minutes_old(
    failed: list[float], waits_minutes: float
) -> None:
    assert next_try(ago(*failed), [Limit(5, timedelta(minutes=5))], NOW) == NOW + timedelta(
        minutes=waits_minutes
    )


def test_longest_wait_of_several_limits_counts() -> None:
    limits = [Limit(2, timedelta(minutes=5)), Limit(3, timedelta(hours=1))]
    assert next_try(ago(50, 2, 1), limits, NOW) == NOW + timedelta(minutes=10)


@given(st.lists(st.integers(0, 3 * 24 * 3600), max_size=300))
def test_no_stretch_ever_holds_more_tries_than_a_limit_allows(seconds: list[int]) -> None:
    """Whoever tries at every second of the list is let through only as the limits say."""
    evaluated: list[datetime] = []
    for second in sorted(seconds):
        moment = NOW + timedelta(seconds=second)
        if next_try(evaluated, BY_NAME, moment) <= moment:
            evaluated.append(moment)
    for limit in BY_NAME:
        for start in evaluated:
            assert sum(start <= moment < start + limit.within for moment in evaluated) <= limit.tries


def test_ten_thousand_guesses_in_an_hour_are_evaluated_at_most_a_hundred_times_an_account() -> None:
    evaluated: list[datetime] = []
    for number in range(10_000):
        moment = NOW + timedelta(seconds=number * 0.36)
        if next_try(evaluated, BY_NAME, moment) <= moment:
            evaluated.append(moment)
    assert len(evaluated) == 20


def test_an_address_allows_far_more_than_a_name() -> None:
    assert all(limit.tries >= 10 * BY_NAME[0].tries for limit in BY_ADDRESS)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(1, "1 分钟"), (61, "2 分钟"), (3600, "60 分钟"), (7200, "2 小时"), (86400, "24 小时")],
)
def test_wait_is_told_in_minutes_and_long_ones_in_hours(seconds: int, says: str) -> None:
    assert says in tell_wait(NOW + timedelta(seconds=seconds), NOW)
