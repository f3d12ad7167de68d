"""Names by their sound: searching by pinyin, and the order of a roster."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.names import (
    LONGEST_KEY,
    MOST_READINGS,
    SURNAMES,
    finder,
    search_keys,
    sort_key,
    stored_keys,
    usual_keys,
)

hanzi = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=8)


def test_a_village_is_found_by_its_pinyin_and_its_initials() -> None:
    assert {"yuhuangcun", "yhc"} <= search_keys("玉皇村")
    assert usual_keys("玉皇村") == {"yuhuangcun", "yhc"}


def test_every_reading_of_a_name_is_a_key() -> None:
    assert search_keys("单田芳") == {"dantianfang", "dtf", "shantianfang", "stf", "chantianfang", "ctf"}


def test_a_word_is_read_as_a_word_first() -> None:
    assert usual_keys("长乐村") == {"changlecun", "clc"}
    assert "zhanglecun" in search_keys("长乐村")


def test_a_surname_is_a_key_even_where_no_dictionary_has_it() -> None:
    assert "hexiaodong" in search_keys("黑小东")
    assert "xiaohe" not in search_keys("小黑")


def test_digits_and_letters_stand_for_themselves_and_signs_for_nothing() -> None:
    assert usual_keys("607社区") == {"607shequ", "607sq"}
    assert usual_keys("Ａ组（二）") == {"azuer", "aze"}
    assert search_keys("·") == frozenset()


@given(hanzi)
def test_keys_are_few_short_and_hold_the_usual_ones(name: str) -> None:
    keys = search_keys(name)
    assert usual_keys(name) <= keys
    assert len(keys) <= 2 * MOST_READINGS
    assert all(0 < len(key) <= LONGEST_KEY for key in keys)


@given(st.text(max_size=70))
def test_any_text_has_keys_and_a_place_in_the_order(text: str) -> None:
    assert all(len(key) <= LONGEST_KEY for key in search_keys(text))
    assert isinstance(sort_key(text), str)


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("单田芳", "shan4"), ("仇和", "qiu2"), ("区大秀", "ou1"), ("盖国富", "ge3"), ("查良才", "zha1"),
        ("朴桂花", "piao2"), ("解小菊", "xie4"), ("曾庆芳", "zeng1"), ("任长贵", "ren2"), ("华明", "hua4"),
        ("覃秀英", "qin2"), ("缪德全", "miao4"),
    ],
)  # fmt: skip
def test_a_surname_is_sorted_as_a_surname_is_read(name: str, surname: str) -> None:
    assert sort_key(name).startswith(f"{surname} {name[0]} ")


def test_surnames_of_two_characters_are_read_as_one() -> None:
    assert sort_key("单于小凤").startswith("chan2 单 yu2 于 ")
    assert sort_key("尉迟明").startswith("yu4 尉 chi2 迟 ")


def test_a_roster_is_sorted_by_sound_with_the_same_surname_together() -> None:
    roster = ["张桂花", "曾庆芳", "詹明", "章安", "王大秀", "张安", "解小菊", "谢天", "陈大秀", "单田芳"]
    assert sorted(roster, key=sort_key) == [
        "陈大秀", "单田芳", "王大秀", "解小菊", "谢天", "曾庆芳", "詹明", "张安", "张桂花", "章安",
    ]  # fmt: skip


def test_every_surname_has_a_syllable_for_each_character() -> None:
    assert all(len(sounds.split()) == len(surname) for surname, sounds in SURNAMES.items())
    assert all(re.fullmatch("[a-z]+[1-4]", sound) for sounds in SURNAMES.values() for sound in sounds.split())


@pytest.mark.parametrize(
    "query", ["", "田", "单田芳", "stf", "STF", "ｓｔｆ", "shan tian", "dant", "chan'tian", " stf "]
)
def test_a_person_is_found_by_what_is_typed(query: str) -> None:
    assert finder(query)("单田芳", stored_keys("单田芳"))


@pytest.mark.parametrize("query", ["tf", "方", "单芳", "stfx", "'", "tianfang"])
def test_a_person_is_not_found_by_something_else(query: str) -> None:
    assert not finder(query)("单田芳", stored_keys("单田芳"))


def test_an_umlaut_can_be_typed_as_v_or_as_itself() -> None:
    keys = stored_keys("吕秀英")
    assert finder("lvxiu")("吕秀英", keys)
    assert finder("lüxiu")("吕秀英", keys)


def test_the_dictionary_is_not_loaded_before_a_name_is_read() -> None:
    code = "import sys, nightschool.rules.names; sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_stored_keys_begin_with_the_short_ones() -> None:
    assert stored_keys("单田芳").split()[:2] == ["ctf", "dtf"]
    assert stored_keys("单田芳").split()[2] == "stf"


def test_stored_keys_fit_their_column() -> None:
    assert 0 < len(stored_keys("重" * 60)) <= 400


@pytest.mark.parametrize(("query", "name"), [("shan", "单小红"), ("qh", "仇和"), ("oudaxiu", "区大秀")])
def test_surnames_are_found_as_surnames_are_read(query: str, name: str) -> None:
    assert finder(query)(name, stored_keys(name))
