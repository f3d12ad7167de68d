"""Every kind of record has its own words for being put away and brought back."""

import pytest

from nightschool.errors import Refused
from nightschool.rules.access import KEEPERS, VERBS
from nightschool.rules.people.retiring import (
    BACK,
    BRING_BACK,
    MEANING,
    RETIRE,
    RETIRED,
    RecordKind,
    tell_refused_retiring,
)


@pytest.mark.parametrize("kind", RecordKind)
def test_each_kind_has_its_words_and_a_verb(kind: RecordKind) -> None:
    for words in (RETIRE, RETIRED, BACK):
        assert "%(name)s" in words[kind]
    assert MEANING[kind]
    assert BRING_BACK[kind]
    assert KEEPERS[kind] in VERBS


@pytest.mark.parametrize(
    ("code", "kind", "told"),
    [
        ("still_booked", RecordKind.TEACHER, "还有 2 次课排着甲："),
        ("still_booked", RecordKind.VENUE, "甲还排着 2 次课："),
        ("still_coming", RecordKind.COURSE, "甲还有 2 次课没上，上完或者取消了才能收起："),
        ("merged", RecordKind.LEARNER, "甲已经并到另一份里了，要分开就撤销合并。"),
    ],
)
def test_a_refusal_says_what_stands_in_the_way(code: str, kind: RecordKind, told: str) -> None:
    assert tell_refused_retiring(Refused(code, sessions=("a", "b")), kind, "甲") == told


def test_an_unknown_refusal_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        tell_refused_retiring(Refused("nonsense"), RecordKind.LEARNER, "甲")


@pytest.mark.parametrize(
    ("refused", "kind", "told"),
    [
        (Refused("still_booked", sessions=[1, 2]), RecordKind.TEACHER, "还有 2 次课排着周老师："),
        (Refused("still_booked", sessions=[1]), RecordKind.VENUE, "周老师还排着 1 次课："),
        (Refused("still_seated"), RecordKind.LEARNER, "周老师还在这些班里。"),
        (Refused("still_coming", sessions=[1]), RecordKind.COURSE, "周老师还有 1 次课没上，"),
        (Refused("not_gone_yet"), RecordKind.LEARNER, "这一天还没到。"),
        (Refused("merged"), RecordKind.TEACHER, "周老师已经并到另一份里了，"),
    ],
)
def test_why_nothing_is_put_away_yet_is_told(refused: Refused, kind: RecordKind, told: str) -> None:
    assert tell_refused_retiring(refused, kind, "周老师").startswith(told)


def test_every_kind_of_record_has_its_words_for_going_and_coming_back() -> None:
    for words in (RETIRE, BRING_BACK, MEANING, RETIRED, BACK):
        assert set(words) == set(RecordKind)
