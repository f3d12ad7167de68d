"""Which passwords are taken."""

import pytest

from nightschool.rules.trust.passwords import as_hashed, problem_of, tell_problem


@pytest.mark.parametrize(
    "password",
    [
        "八个汉字也是密码",
        "柚子树下第三块田",
        "kx7#mPq2",
        " a long space ",
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
        (" chenxiuying ", "is_login_name"),
        ("  spaces ", "too_short"),
        ("12345678", "is_common"),
        ("88888888", "is_common"),
        ("12341234", "is_common"),
        ("11223344", "is_common"),
        ("87654321", "is_common"),
        ("19900101", "is_common"),
        ("13800005678", "is_common"),
        ("abcdefgh", "is_common"),
        ("qwertyuiop", "is_common"),
        ("1qaz2wsx", "is_common"),
        ("1q2w3e4r", "is_common"),
        ("147258369", "is_common"),
        ("password1", "is_common"),
        ("P@ssw0rd!", "is_common"),
        ("ｐａｓｓｗｏｒｄ", "is_common"),
        ("woaini1314", "is_common"),
        ("好好学习天天向上", "is_common"),
        ("农民夜校2016", "is_common"),
        ("chenxiuying88", "is_own"),
    ],
)
def test_password_that_is_not_taken_says_why(password: str, problem: str) -> None:
    assert problem_of(password, "chenxiuying") == problem


@pytest.mark.parametrize(
    "password",
    [
        "玉皇村玉皇村玉皇",
        "yuhuangcun2016",
        "YuHuang123456",
        "yhc-2016-2026",
        "陈秀英12345678",
        "cxy123456",
        "xiuying520",
    ],
)
def test_a_password_of_names_that_neighbours_know_is_not_taken(password: str) -> None:
    own = ("陈秀英", "玉皇村", "永安镇")
    assert problem_of(password, "cxy1", own=own) in ("is_own", "is_common")
    assert problem_of("柚子树下第三块田", "cxy1", own=own) is None


def test_what_to_do_instead_is_said() -> None:
    for code in ("is_common", "is_own"):
        assert "换一句只有自己会说的话" in tell_problem(code)


def test_blanks_at_the_ends_mean_nothing() -> None:
    assert as_hashed("柚子树下第三块田 ") == as_hashed("\u3000柚子树下第三块田") == "柚子树下第三块田"


def test_password_is_the_same_from_a_full_width_keyboard() -> None:
    assert as_hashed("ｐａｓｓｗｏｒｄ１２３") == as_hashed("password123")


def test_password_is_the_same_composed_or_not() -> None:
    assert as_hashed("caf\u00e9caf\u00e9") == as_hashed("cafe\u0301cafe\u0301")
