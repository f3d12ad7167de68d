"""What is written on paper, or passed round in WeChat, means people of the roster, or says plainly what it does not."""

import pytest

from nightschool.errors import Refused
from nightschool.rules.registers.attendance import WrittenGuest
from nightschool.rules.registers.from_paper import (
    Namesakes,
    OnRoster,
    Recognised,
    is_rows,
    of_rows,
    read_rows,
    recognise,
    tell_refused_paper,
)

CHEN, LIU = OnRoster("c", "陈大秀", "一组"), OnRoster("l", "刘国富", "一组")
LI_TWO, LI_THREE = OnRoster("l2", "李秀英", "二组"), OnRoster("l3", "李秀英", "3组")
ROSTER = (CHEN, LIU, LI_TWO, LI_THREE)


@pytest.mark.parametrize(
    ("text", "numbers", "unnamed"),
    [
        ("1-4,7,9 +3", (1, 2, 3, 4, 7, 9), 3),
        ("１－４，７、９　＋３", (1, 2, 3, 4, 7, 9), 3),
        ("1～4;7 9+3人", (1, 2, 3, 4, 7, 9), 3),
        ("一到四，七，九，加", None, None),
        ("一到四、七、九", (1, 2, 3, 4, 7, 9), 0),
        ("十七 二十 二十三 一百零二", (17, 20, 23, 102), 0),
        ("第1号到第4号、7号", None, None),
        ("1号、2号 3号", (1, 2, 3), 0),
        ("4-1", (1, 2, 3, 4), 0),
        ("1 1 1-2", (1, 2), 0),
        ("+5", (), 5),
        ("1\n2\n3\n", (1, 2, 3), 0),
        ("1.2.3。", (1, 2, 3), 0),
        ("1 - 3", (1, 2, 3), 0),
        ("1—3 5–6", (1, 2, 3, 5, 6), 0),
        ("两百", (200,), 0),
    ],
)
def test_row_numbers_are_read_however_they_are_written(
    text: str, numbers: tuple[int, ...] | None, unnamed: int | None
) -> None:
    if numbers is None:
        assert not is_rows(text) or read_rows(text, last=200).numbers
        return
    assert is_rows(text)
    found = read_rows(text, last=200)
    assert (found.numbers, found.unnamed) == (numbers, unnamed)


@pytest.mark.parametrize("text", ["", "  ", "陈大秀", "1. 陈大秀", "3组", "、，", "李一"])
def test_names_are_no_row_numbers(text: str) -> None:
    assert not is_rows(text)


@pytest.mark.parametrize(
    ("text", "last", "code"),
    [
        ("46", 45, "no_such_row"),
        ("0", 45, "no_such_row"),
        ("1-99999999999", 45, "no_such_row"),
        ("3", 0, "no_sheet"),
        ("1 +999 +1", 45, "too_many"),
    ],
)
def test_a_row_that_is_not_on_the_sheet_is_told(text: str, last: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_rows(text, last=last)
    assert refused.value.code == code
    assert tell_refused_paper(refused.value)


def test_a_wrong_row_is_named_with_those_there_are() -> None:
    with pytest.raises(Refused) as refused:
        read_rows("3 46", last=45)
    assert tell_refused_paper(refused.value) == "签到簿上是 1 到 45 号，没有 46 号。看看是不是写错了。"


def test_rows_mean_their_learners_blank_ones_walk_ins_and_who_has_left_a_guest() -> None:
    rows = read_rows("1-4 +2", last=9)
    found = of_rows(rows, {1: "c", 2: "l", 3: "gone"}, gone=[(3, "周搬家"), (7, "吴没来")])
    assert found == Recognised(("c", "l"), (WrittenGuest("周搬家"),), 3)


@pytest.mark.parametrize(
    "text",
    [
        "陈大秀、刘国富",
        "陈大秀 刘国富 周远客",
        "#接龙\n今晚柑橘课，来的报名\n\n1. 陈大秀\n2. 刘国富",
        "#接龙\r\n例 张三\r\n1、陈大秀\r\n2、刘国富\r\n",
        "１．陈 大秀\n２．刘国富（一组）",
        "@所有人 接龙\n1.刘国富1组\n2.一组陈大秀",
    ],
)
def test_a_list_of_names_means_people_of_the_roster(text: str) -> None:
    found = recognise(text, ROSTER)
    assert set(found.present) == {"c", "l"}
    assert found.namesakes == ()


def test_who_is_not_known_walked_in() -> None:
    found = recognise("1. 陈大秀\n2. 周远客 建立村\n3. 吴新来", ROSTER)
    assert found == Recognised(("c",), (WrittenGuest("周远客", "建立村"), WrittenGuest("吴新来")))


def test_somebody_of_another_village_is_not_the_one_of_this_name_here() -> None:
    found = recognise("陈大秀（建立村）", ROSTER)
    assert found == Recognised((), (WrittenGuest("陈大秀", "建立村"),))


def test_namesakes_are_told_apart_by_the_group_or_asked_about() -> None:
    assert recognise("李秀英 三组", ROSTER).present == ("l3",)
    assert recognise("李秀英（2组）\n李秀英 3组", ROSTER).present == ("l2", "l3")
    assert recognise("李秀英", ROSTER).namesakes == (Namesakes("李秀英", (LI_TWO, LI_THREE)),)


def test_another_group_than_on_the_roster_is_asked_about_and_not_taken() -> None:
    found = recognise("陈大秀 5组", ROSTER)
    assert (found.present, found.guests) == ((), ())
    assert found.namesakes == (Namesakes("陈大秀", (CHEN,)),)


@pytest.mark.parametrize(
    ("text", "unnamed"),
    [("1. 陈大秀+2\n2. 刘国富 带1人", 3), ("1. 陈大秀 3人\n2. 刘国富", 2), ("陈大秀 ＋1", 1)],
)
def test_who_brings_others_is_counted_with_them(text: str, unnamed: int) -> None:
    found = recognise(text, ROSTER)
    assert "c" in found.present
    assert found.unnamed == unnamed


def test_a_name_twice_is_one_person() -> None:
    assert recognise("1. 陈大秀\n2. 陈大秀\n3. 周远客\n4. 周远客", ROSTER) == Recognised(
        ("c",), (WrittenGuest("周远客"),)
    )
