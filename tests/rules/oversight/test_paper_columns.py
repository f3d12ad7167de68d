"""A region's own columns: what may be chosen, and what a pasted heading means."""

import pytest

from nightschool.errors import Refused
from nightschool.rules.oversight.paper_columns import (
    BLANK,
    MOST_PRINTED,
    ChosenColumn,
    check_columns,
    read_heading,
    tell_refused_columns,
)

STANDARD = {"number": "序号", "day": "日期", "title": "课题", "over_60": "60 岁以上"}
C = ChosenColumn


def told(*chosen: ChosenColumn) -> list[str]:
    with pytest.raises(Refused) as caught:
        check_columns(chosen, STANDARD)
    return [tell_refused_columns(one) for one in (caught.value, *caught.value.others)]


def test_names_order_and_what_is_hidden_are_free() -> None:
    check_columns((C("title", "课题"), C("day", "培训日期"), C("number", "号", is_shown=False)), STANDARD)
    check_columns((C("day", "日期"), C(BLANK, "党员"), C(BLANK, "脱贫户")), STANDARD)


def test_all_that_cannot_be_is_told_at_once_with_its_row() -> None:
    assert told(
        C("poor", "贫困户"), C("day", ""), C("day", "长" * 21), C("title", "号"), C("number", "号")
    ) == [
        "第 1 行：这张表没有「贫困户」这一栏，可能是刚升级改过。重新打开这一页。",
        "第 2 行：还没写叫什么。不要这一栏，就不勾「印出来」。",
        "第 3 行：「day」这一栏写了两遍，留一个。".replace("day", "长" * 20),
        f"第 3 行：「{'长' * 20}…」太长，最多 20 个字，不然印不下。",
        "第 5 行：有两栏都叫「号」，换一个叫法。",
    ]


def test_a_paper_has_some_columns_and_not_too_many() -> None:
    assert told(C("day", "日期", is_shown=False)) == ["一栏都没勾，这张表就空了。至少留一栏。"]
    many = [C(BLANK, f"栏{number}") for number in range(MOST_PRINTED + 1)]
    assert told(*many) == ["勾了 21 栏，一张纸最多印 20 栏。"]


@pytest.mark.parametrize("apart", ["\t", "\n"])
def test_a_heading_is_read_as_it_was_copied(apart: str) -> None:
    text = apart.join(("序号", "培训日期=日期", "", "党员＝空", "60岁以上", " 课题 "))
    assert read_heading(text, STANDARD) == (
        C("number", "序号"), C("day", "培训日期"), C(BLANK, "党员"), C("over_60", "60岁以上"), C("title", "课题"),
    )  # fmt: skip


def test_a_heading_that_means_nothing_is_refused_with_its_cell() -> None:
    with pytest.raises(Refused) as caught:
        read_heading("序号\t\t贫困户数\t日期=时间", STANDARD)
    assert [tell_refused_columns(one) for one in (caught.value, *caught.value.others)] == [
        f"{cell}：夜校没有「{text}」这一栏。是我们的哪一栏，就写成「{text}=日期」这样；要留空手填，就写成「{text}=空」。"
        for cell, text in (("C1", "贫困户数"), ("D1", "时间"))
    ]
    with pytest.raises(Refused) as caught:
        read_heading("\t" * 27 + "空", STANDARD)
    assert caught.value.details["cell"] == "AB1"
