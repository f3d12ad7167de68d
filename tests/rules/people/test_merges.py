"""Which of two records' words and marks count, and who may be the same person."""

from datetime import UTC, date, datetime
from itertools import product

import pytest

from nightschool.errors import Refused
from nightschool.rules.people.merges import (
    FIELDS,
    KEPT,
    MARK_ORDER,
    MERGED,
    KnownLesson,
    NotPutBack,
    Overlap,
    Traits,
    contradictions,
    field_word,
    gaps,
    is_candidate,
    likenesses,
    stronger_enrolment,
    stronger_mark,
    tell_field,
    tell_not_put_back,
    tell_refused_merge,
    undo_until,
)
from nightschool.rules.slots import Slot


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


def test_who_asked_first_has_the_place_where_both_stand_alike() -> None:
    first, then = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)
    assert stronger_enrolment(("waiting", first), ("enrolled", then)) == MERGED
    assert stronger_enrolment(("enrolled", then), ("waiting", first)) == KEPT
    assert stronger_enrolment(("left", first), ("waiting", then)) == MERGED
    assert stronger_enrolment(("enrolled", then), ("enrolled", first)) == MERGED
    assert stronger_enrolment(("enrolled", first), ("enrolled", first)) == KEPT


def test_a_merge_can_be_taken_back_for_a_day() -> None:
    assert undo_until(datetime(2026, 11, 1, 9, tzinfo=UTC)) == datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("group_name", "3", "3组"),
        ("sex", "female", "女"),
        ("phone", "13800005678", "138****5678"),
        ("kind", "lawyer", "法律工作者"),
        ("name_is_public", True, "写"),
        ("name_is_public", False, "不写"),
        ("birth_year", 1965, "1965"),
    ],
)
def test_each_field_is_told_as_it_may_be_shown(field: str, value: object, told: str) -> None:
    assert tell_field(field, value) == told


def test_every_field_has_its_word() -> None:
    for fields in FIELDS.values():
        assert len({field_word(name) for name in fields}) == len(fields)


def test_two_classes_at_one_time_are_named_a_draft_of_another_village_without_its_title() -> None:
    slot = Slot(date(2026, 11, 27), 1140, 1230)
    overlap = Overlap(KnownLesson(slot, "狮湾村", "柑橘管护"), KnownLesson(slot, "建立村"))
    told = tell_refused_merge(Refused("teacher_busy", overlap=overlap), today=date(2026, 11, 24))
    assert "两边同时有课：狮湾村 19:00–20:30「柑橘管护」；建立村 19:00–20:30。" in told
    assert tell_refused_merge(Refused("is_merged", name="周老师"), today=slot.day).startswith(
        "周老师已经并到"
    )
    assert tell_refused_merge(Refused("same_record"), today=slot.day).startswith("选的是同一份记录")


def test_courses_that_stay_are_told_too() -> None:
    assert tell_not_put_back(NotPutBack(courses=2), kept="陈大秀") == (
        "合并以后又改过 2 门课的名单，那几门没有动，照现在的算。",
    )


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        (Traits("陈 大秀", frozenset({"chendaxiu"})), ("same_name",)),
        (Traits("陈大绣", frozenset({"chendaxiu"})), ("same_sound",)),
        (Traits("大秀", frozenset({"daxiu"}), household="陈 国富"), ("part_of_name", "same_household")),
        (Traits("秀", frozenset({"xiu"})), ()),
        (
            Traits("刘某", frozenset(), birth_year=1965, phone="139、138", group="1"),
            ("same_phone", "same_birth_year", "same_group"),
        ),
    ],
)
def test_in_what_two_are_alike(other: Traits, codes: tuple[str, ...]) -> None:
    one = Traits("陈大秀", frozenset({"chendaxiu"}), "1", "陈国富", 1965, "138")
    assert likenesses(one, other) == codes
