"""A fair sample: drawn again by its seed, and what it says of all."""

from collections import Counter

import pytest

from nightschool.rules.oversight.inspections import draw, share_found, tell_share, wilson

CLASSES = [f"class-{number}" for number in range(40)]


def test_the_same_seed_draws_the_same_whatever_the_order_and_each_class_as_often() -> None:
    assert draw(CLASSES, 6, "a") == draw(CLASSES[::-1], 6, "a") != draw(CLASSES, 6, "b")
    drawn = Counter(one for seed in range(2000) for one in draw(CLASSES, 10, str(seed)))
    assert set(drawn) == set(CLASSES)
    # 2000 draws of 10 of 40: 500 times each, with a standard deviation of 19.4.
    assert all(abs(times - 500) < 5 * 19.4 for times in drawn.values())
    assert sorted(draw(CLASSES, 99, "a")) == sorted(CLASSES)


@pytest.mark.parametrize(
    ("held", "seen", "frame", "low", "high"),
    [
        (8, 10, 10**9, 0.490, 0.943),  # as in the tables of Wilson's interval
        (0, 10, 10**9, 0.0, 0.278),
        (10, 10, 10**9, 0.722, 1.0),
        (8, 10, 20, 0.578, 0.921),  # half of them were seen: n* is 19
        (8, 10, 10, 0.8, 0.8),  # all were seen
        (0, 0, 30, 0.0, 1.0),
    ],
)
def test_the_margin_is_wilsons_and_shrinks_with_the_part_that_was_seen(
    held: int, seen: int, frame: int, low: float, high: float
) -> None:
    assert wilson(held, seen, frame) == pytest.approx((low, high), abs=0.001)


def test_who_was_not_reached_is_told_apart_and_what_they_could_change() -> None:
    share = share_found(["held"] * 6 + ["not_held"] * 2 + ["unreached"] * 2 + [None] * 5, 60)
    assert (share.drawn, share.seen, share.held, share.unreached) == (10, 8, 6, 2)
    told = "".join(tell_share(share, 60))
    assert "看了 8 次，6 次在上课，占 75%。" in told
    assert "另有 2 次没去成、联系不上，没算进去：都没上是 60%，都上了是 80%。" in told
    assert tell_share(share_found([None], 60), 60) == ("还没有记下看到的。",)
