"""Units and campaigns: found as they are typed, told as they stand on a notice."""

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.labels import (
    LONGEST_LABEL,
    MOST_OF_A_KIND,
    NO_LABELS,
    LabelChoice,
    LabelRole,
    Labels,
    find_label,
    label_role_word,
    labels_from,
    split_names,
    tell_organisers,
    tell_refused_label,
)

AMONG = (
    LabelChoice("1", "县农机站", "xiannongjizhan xnjz"),
    LabelChoice("2", "县妇联", "xianfulian xfl"),
    LabelChoice("3", "县妇联办公室", "xianfulianbangongshi xflbgs"),
)
BORNE = Labels(("县农业农村局",), ("县妇联", "县农业农村局"), ("四好村",))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("县妇联", "县妇联"),
        ("农机", "县农机站"),
        ("xfl", "县妇联"),
        ("XNJZ", "县农机站"),
        ("nongji", "县农机站"),
        ("办公室", "县妇联办公室"),
    ],
)
def test_a_unit_is_found_by_its_name_a_part_or_its_pinyin(typed: str, name: str) -> None:
    assert find_label(typed, AMONG).name == name


def test_what_is_none_or_several_is_asked_about() -> None:
    for typed, told in {
        "水务局": "单位名单里没有「水务局」。换个写法，或者先加进名单。",
        "妇联": "「妇联」有几个：县妇联、县妇联办公室。写全一点。",
    }.items():
        with pytest.raises(Refused) as refused:
            find_label(typed, AMONG)
        assert tell_refused_label(refused.value) == told


def test_of_many_that_fit_six_are_named() -> None:
    def told(count: int) -> str:
        names = [f"{number}站" for number in range(count)]
        return tell_refused_label(Refused("several_labels", typed="站", names=names))

    assert "5站。" in told(6)
    assert "5站……" in told(7) and "6站" not in told(7)


def test_a_refusal_says_how_many_and_how_long() -> None:
    assert tell_refused_label(Refused("too_many_labels")) == f"最多写 {MOST_OF_A_KIND} 个。"
    told = tell_refused_label(Refused("label_too_long", typed="县"))
    assert told == f"名字最多 {LONGEST_LABEL} 个字：县"


def test_names_are_split_at_lines_and_commas_and_each_counts_once() -> None:
    assert split_names("甲、乙，丙,丁；戊;己\n庚\t甲 、") == tuple("甲乙丙丁戊己庚")


def test_who_hosts_is_not_named_as_helping_too() -> None:
    assert tell_organisers(BORNE) == "主办：县农业农村局；协办：县妇联"
    assert tell_organisers(NO_LABELS) == tell_organisers(Labels(campaigns=("四好村",))) == ""
    assert [label_role_word(role) for role in LabelRole] == ["主办", "协办", "专项活动"]


def test_labels_keep_their_order_and_their_roles() -> None:
    assert labels_from([("helper", 3), ("host", 2), ("host", 1), ("campaign", 9)]) == Labels(
        (2, 1), (3,), (9,)
    )
    assert BORNE.turned(len) == Labels((6,), (3,), (3,))
