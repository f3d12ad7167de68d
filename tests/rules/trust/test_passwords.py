"""Which passwords are taken."""

import pytest

from nightschool.rules.trust.passwords import (
    CHINESE_WORDS,
    ROWS,
    WORDS,
    as_hashed,
    as_once_hashed,
    problem_of,
    tell_problem,
)


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


def test_a_common_word_or_row_of_the_keyboard_counts_for_nothing() -> None:
    rows = (row[at : at + 3] for row in ROWS for at in range(len(row) - 2))
    for known in (*WORDS, *CHINESE_WORDS.pattern.split("|"), *rows):
        for written in (known, known[::-1] if known.isascii() and known not in WORDS else known.upper()):
            # Three characters of one's own are too few; dots are of no weight, and make it long enough.
            assert problem_of(f"柚.{written}.子树.....") == "is_common", written
            assert problem_of(f"柚.{written}.子树下.....") is None, written


@pytest.mark.parametrize(
    "known",
    [
        "13912345678",
        "19650308",
        "20261124",
        "650308",
        "1965",
        "2026",
        "5201314",
        "aaaa",
        "柚柚柚",
        "0123456789",
    ],
)
def test_a_telephone_or_a_date_counts_for_nothing(known: str) -> None:
    assert problem_of(f"柚.{known}.子树.....") == "is_common"


@pytest.mark.parametrize("number", ["651308", "650332", "18650308", "12913456789"])
def test_digits_that_are_neither_count(number: str) -> None:
    assert problem_of(f"柚.{number}.子树.....") is None


def test_what_is_longer_than_any_list_is_not_looked_at() -> None:
    assert (problem_of("a" * 30), problem_of("a" * 31)) == ("is_common", None)


def test_a_password_with_blanks_that_was_set_once_still_lets_in() -> None:
    assert as_once_hashed(" ｐａｓｓ ") == " pass "


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("too_short", "密码太短，至少 8 个字。"),
        ("too_long", "密码太长，最多 128 个字。"),
        ("is_login_name", "密码不能和登录名一样，"),
        ("is_common", "这样的密码好多人在用，"),
        ("is_own", "密码里只有人名、村名"),
    ],
)
def test_each_problem_has_its_sentence(code: str, told: str) -> None:
    assert tell_problem(code).startswith(told)


def test_what_to_do_instead_is_said() -> None:
    for code in ("is_common", "is_own"):
        assert "换一句只有自己会说的话" in tell_problem(code)


def test_blanks_at_the_ends_mean_nothing() -> None:
    assert as_hashed("柚子树下第三块田 ") == as_hashed("\u3000柚子树下第三块田") == "柚子树下第三块田"


def test_password_is_the_same_from_a_full_width_keyboard() -> None:
    assert as_hashed("ｐａｓｓｗｏｒｄ１２３") == as_hashed("password123")


def test_password_is_the_same_composed_or_not() -> None:
    assert as_hashed("caf\u00e9caf\u00e9") == as_hashed("cafe\u0301cafe\u0301")
