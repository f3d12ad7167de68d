"""Which passwords are taken."""

import pytest

from nightschool.rules.trust.passwords import as_hashed, problem_of


@pytest.mark.parametrize(
    "password",
    [
        "八个汉字也是密码",
        "abcdefgh",
        "12345678",
        "  spaces ",
        "🌾🌾🌾🌾🌾🌾🌾🌾",
        "x" * 128,
        "a" + "好" * 127,
    ],
)
def test_password_of_8_to_128_characters_of_any_kind_is_taken(password: str) -> None:
    assert problem_of(password) is None


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("", "too_short"),
        ("七个汉字不够啊", "too_short"),
        ("abcdefg", "too_short"),
        ("x" * 129, "too_long"),
        ("ﷺ" * 20, "too_long"),  # one character, eighteen once composed
        ("chenxiuying", "is_login_name"),
        ("ChenXiuYing", "is_login_name"),
    ],
)
def test_password_that_is_not_taken_says_why(password: str, problem: str) -> None:
    assert problem_of(password, "chenxiuying") == problem


def test_password_is_the_same_from_a_full_width_keyboard() -> None:
    assert as_hashed("ｐａｓｓｗｏｒｄ１２３") == as_hashed("password123")


def test_password_is_the_same_composed_or_not() -> None:
    assert as_hashed("caf\u00e9caf\u00e9") == as_hashed("cafe\u0301cafe\u0301")
