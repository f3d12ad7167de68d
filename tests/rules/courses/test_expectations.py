"""How many people to expect."""

import pytest

from nightschool.rules.courses.expectations import UsualTurnout, tell_expected, usual


@pytest.mark.parametrize(
    ("counts", "turnout"),
    [
        ([], None),
        ([25], UsualTurnout(25, 25, 25)),
        ([30, 20], UsualTurnout(20, 30, 20)),
        ([3, 24, 20, 26, 30, 200], UsualTurnout(20, 30, 24)),  # an empty and a crowded evening say nothing
    ],
)
def test_what_is_usual_by_the_last_times(counts: list[int], turnout: UsualTurnout | None) -> None:
    assert usual(counts) == turnout


@pytest.mark.parametrize(
    ("expected", "turnout", "words"),
    [
        (40, UsualTurnout(20, 30, 24), "预计来 40 人"),
        (None, UsualTurnout(20, 30, 24), "前几次来了 20–30 人，多半是 24 人"),
        (None, UsualTurnout(25, 25, 25), "前几次来了 25 人"),
        (None, None, ""),
    ],
)
def test_what_was_entered_comes_before_what_is_usual(
    expected: int | None, turnout: UsualTurnout | None, words: str
) -> None:
    assert tell_expected(expected, turnout) == words
