"""How many people to expect."""

import pytest

from nightschool.rules.courses.expectations import Turnout, tell_expected, usual


@pytest.mark.parametrize(
    ("counts", "turnout"),
    [
        ([], None),
        ([25], Turnout(25, 25, 25)),
        ([30, 20], Turnout(20, 30, 20)),
        ([3, 24, 20, 26, 30, 200], Turnout(20, 30, 24)),  # an empty and a crowded evening say nothing
    ],
)
def test_what_is_usual_by_the_last_times(counts: list[int], turnout: Turnout | None) -> None:
    assert usual(counts) == turnout


@pytest.mark.parametrize(
    ("expected", "turnout", "words"),
    [
        (40, Turnout(20, 30, 24), "预计来 40 人"),
        (None, Turnout(20, 30, 24), "前几次来了 20–30 人，多半是 24 人"),
        (None, Turnout(25, 25, 25), "前几次来了 25 人"),
        (None, None, ""),
    ],
)
def test_what_was_entered_comes_before_what_is_usual(
    expected: int | None, turnout: Turnout | None, words: str
) -> None:
    assert tell_expected(expected, turnout) == words
