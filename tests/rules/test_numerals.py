"""Numbers as people write them."""

import pytest

from nightschool.rules.numerals import number_of


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("007", 7), ("119", 119), ("零", 0), ("两", 2), ("九", 9), ("十", 10), ("十七", 17), ("二十", 20),
        ("三十五", 35), ("二〇", 20), ("〇五", 5), ("一百", 100), ("一百零三", 103), ("一百一十", 110), ("两百十二", 212),
        ("九百九十九", 999), ("十十", None), ("百", None), ("五十百", None), ("三八", 38), ("-1", None), ("三x", None),
    ],
)  # fmt: skip
def test_number_is_read_or_it_is_none(text: str, number: int | None) -> None:
    assert number_of(text) == number
