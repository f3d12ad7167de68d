"""What people type is kept as they typed it; what cannot be kept has its sentence."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.typed import cleaned, has_identity_number, one_line, why_not_kept


@pytest.mark.parametrize(
    "text",
    [
        "田\U0002ebf1",  # a character that this Python has no name for yet
        "王\ue863",  # one of a font's own
        "郎\uf92c",  # composing would make another of the second
        "👨\u200d👩\u200d👧",  # a family, held together by joiners
        "❤\ufe0f",
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # a flag, in tags
        "王　芳",
        "买买提·艾力",
        "ئەلى",
        "a\u200bb",
    ],
)
def test_characters_that_somebody_means_stay_as_they_were_typed(text: str) -> None:
    assert cleaned(text) == one_line(text) == text
    assert why_not_kept(text, 60) == ""


@pytest.mark.parametrize("blank", ["\t", "\xa0", "\u2003", "\u202f", "\u205f", " "])
def test_every_blank_is_a_blank(blank: str) -> None:
    assert cleaned(f"{blank}张三{blank}大湾村{blank}") == "张三 大湾村"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\f", "\x1e", "\x85", "\u2028", "\u2029"])
def test_every_line_separator_is_a_line_break_and_a_blank_where_there_is_one_line(end: str) -> None:
    assert cleaned(f"张三{end}李四{end}") == "张三\n李四"
    assert one_line(f"张三{end}李四{end}") == "张三 李四"


@pytest.mark.parametrize("gone", ["\0", "\x1b", "\x7f", "\x9b", "\ud800", "\u202e", "\u2066", "\uffff"])
def test_what_is_no_character_goes(gone: str) -> None:
    assert cleaned(f"张{gone}三") == "张三"


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "\u200b", "\ufeff\u2060", "\u200d", "\0\t\n"])
def test_what_nobody_can_see_is_nothing(text: str) -> None:
    assert cleaned(text) == ""


def test_letters_in_parts_are_put_together() -> None:
    assert cleaned("ba\u0304ozi") == "bāozi"


@given(st.text())
def test_whatever_is_typed_comes_out_the_same_a_second_time(text: str) -> None:
    once = cleaned(text)
    assert cleaned(once) == once
    once.encode()
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in once.replace("\n", ""))


@pytest.mark.parametrize(
    "text",
    [
        "511002199001011234",  # its last digit is wrong
        "王小明 511002199001011234",
        "身份证110105199003071234号",
        "11010519900307123x",
        "11010519900307123Ｘ",
        "１１０１０５１９９００３０７１２３４",
        "110105 19900307 1234",
        "110105-19900307-1234",
        "1101 0519 9003 0712 34",
        "110105\u200b199003071234",
        "110105900307123",  # of before 1999
        "110105 900307 123",
        "999999199001011234",  # of no place there is
    ],
)
def test_identity_numbers_right_or_mistyped_are_known(text: str) -> None:
    assert has_identity_number(text)
    assert why_not_kept(text, 60) == "里面像是有身份证号。夜校不记身份证号，去掉再存。"


@pytest.mark.parametrize(
    "text",
    [
        "13800005678",
        "0832-2123456、13800005678",
        "511002105201",
        "511002199013011234",  # no 13th month
        "511002199002321234",  # no 32nd
        "2026-11-27 2026-12-04 19:00",
        "2026-11-27、2026-12-04、2026-12-11",
        "11027 19001 01123",
        "6222021234567890123",
        "每亩 1500 到 2000 株，株距 13 米",
        "5110021990010112345",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not has_identity_number(text)


def test_a_damaged_character_is_told_and_a_long_text() -> None:
    assert why_not_kept("王\ufffd明", 60) == "里面有个字坏了，成了「\ufffd」。把它改成原来的字再存。"
    assert why_not_kept("长" * 61, 60) == "最多写 60 个字，现在有 61 个。"
