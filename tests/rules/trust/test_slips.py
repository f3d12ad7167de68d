"""The code on a login slip, as it is printed and as people type it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.trust.slips import ALPHABET, LENGTH, code_of, grouped, read_code

CODE = "7K3M9QTX2B4D"


def test_code_is_printed_in_groups_of_four() -> None:
    assert grouped(CODE) == "7K3M-9QTX-2B4D"


def test_code_is_far_from_what_can_be_guessed() -> None:
    assert math.log2(len(set(ALPHABET))) * LENGTH > 55


@pytest.mark.parametrize("alike", ["0OQ", "1IL", "2Z", "5S", "6G", "8B", "UV"])
def test_of_characters_that_look_alike_at_most_one_is_printed(alike: str) -> None:
    assert len(set(alike) & set(ALPHABET)) <= 1


def test_slips_of_before_are_still_read() -> None:
    assert read_code("0123-BGSZ-QIOL") == "0123BGSZQ101"


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-9QTX-2B4D",
        "7k3m9qtx2b4d",
        " 7K3M 9QTX 2B4D ",
        "７Ｋ３Ｍ－９ＱＴＸ－２Ｂ４Ｄ",
        "7K3M—9QTX—2B4D",
    ],
)
def test_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == CODE


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert read_code("OIL0-0000-0000") == "011000000000"


@pytest.mark.parametrize(
    "typed", ["", "7K3M-9QTX-2B4", "7K3M-9QTX-2B4DD", "7K3M-9QTX-2B4U", "中" * 12, "A" * 100_000]
)
def test_what_is_no_code_is_read_as_none(typed: str) -> None:
    assert read_code(typed) == ""


@given(st.lists(st.integers(0, len(ALPHABET) - 1), min_size=LENGTH, max_size=LENGTH))
def test_every_code_is_read_back_from_its_print(numbers: list[int]) -> None:
    assert read_code(grouped(code_of(numbers))) == code_of(numbers)
