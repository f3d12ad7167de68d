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
