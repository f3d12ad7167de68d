"""Which of two records' words and marks count, and who may be the same person."""

from itertools import product

import pytest

from nightschool.rules.people.merges import (
    KEPT,
    MARK_ORDER,
    MERGED,
    NotPutBack,
    Traits,
    contradictions,
    gaps,
    is_candidate,
    likenesses,
    stronger_mark,
    tell_not_put_back,
)


@pytest.mark.parametrize(("kept", "merged"), list(product(MARK_ORDER, MARK_ORDER)))
def test_attended_beats_excused_beats_absent(kept: str, merged: str) -> None:
    assert (stronger_mark(kept, merged) == MERGED) == (MARK_ORDER.index(merged) < MARK_ORDER.index(kept))


def test_the_only_mark_counts() -> None:
    assert (stronger_mark(None, "absent"), stronger_mark("absent", None)) == (MERGED, KEPT)


def test_gaps_are_filled_and_contradictions_are_shown() -> None:
    kept = {"household": "", "sex": None, "birth_year": 1965, "phone": "1"}
    merged = {"household": "陈国富", "sex": None, "birth_year": 1956, "phone": "1"}
    assert gaps(kept, merged) == ("household",)
    assert contradictions(kept, merged) == ("birth_year",)


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (Traits("陈大绣", frozenset({"chendaxiu"})), True),
        (Traits("刘国富", frozenset({"liuguofu"}), group="1", birth_year=1965), False),
        (Traits("刘国富", frozenset({"liuguofu"}), phone="138"), True),
        (Traits("大秀", frozenset({"daxiu"})), False),
        (Traits("大秀", frozenset({"daxiu"}), group="1"), True),
    ],
)
def test_who_comes_into_question(other: Traits, alike: bool) -> None:
    one = Traits("陈大秀", frozenset({"chendaxiu"}), group="1", birth_year=1965, phone="138")
    assert is_candidate(likenesses(one, other)) is alike


def test_what_stays_is_told_in_words() -> None:
    assert tell_not_put_back(NotPutBack(), kept="陈大秀") == ()
    assert tell_not_put_back(NotPutBack(sessions=1, fields=("phone", "household")), kept="陈大秀") == (
        "合并以后又改过 1 次课，那几次没有动，照现在的算。",
        "陈大秀的电话、户主后来改过，没有动。",
    )
