"""A region's own words: fields in braces and nothing else, each fault with its place; what is empty is not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.notices.own_texts import (
    OWN_FORMS,
    NoticeField,
    check_own_text,
    fields_of,
    filled_in,
    tell_refused_text,
)

VALUES = {NoticeField.TIME.value: "今晚六点半", NoticeField.TITLE.value: "防诈骗"}


def refused(text: str, form: str = "chat-usual") -> list[str]:
    with pytest.raises(Refused) as caught:
        check_own_text(text, form)
    return [tell_refused_text(one) for one in (caught.value, *caught.value.others)]


def test_an_unknown_field_is_refused_with_its_line_and_place() -> None:
    assert refused("{时间}讲{课题}。\n请{老是}来讲") == [
        "第 2 行第 2 个字：没有「老是」这一项，能用的都列在下面。"
    ]
    assert "没有「原因」" in refused("{时间}{课题}{原因}")[0]  # of a class that takes place


def test_nothing_but_fields_means_anything() -> None:
    assert refused("{时间}讲{课题}，{{ 7*7 }}")[0].startswith("第 1 行第 12 个字：没有「 7*7 」这一项")
    assert refused("{时间}讲{课题}}") == ["第 1 行第 10 个字：「}」少了另外半边。"]
    check_own_text("{时间}讲{课题}，100% %(x)s $y <b>", "chat-usual")


def test_what_would_say_nothing_is_refused() -> None:
    assert refused("  ")[0].startswith("还没写。")
    assert [sentence[:10] for sentence in refused("大家都来", "short-changed")] == [
        "还没写「变动」这一项",
        "还没写「课题」这一项",
    ]
    assert refused("{时间}{课题}" + "来" * 1000) == ["写了 1008 个字，最多 1000 个。"]


def test_a_clause_whose_field_is_empty_is_left_out() -> None:
    text = "{时间}，在{地点}上课，讲{课题}，由{老师}来讲。{带什么}。\n问{电话}"
    assert filled_in(text, VALUES) == "今晚六点半，讲防诈骗。"
    assert (
        filled_in(text, {**VALUES, "老师": "周老师", "电话": "0832"})
        == "今晚六点半，讲防诈骗，由周老师来讲。\n问0832"
    )


def test_what_stands_in_a_value_is_no_field() -> None:
    assert filled_in("讲{课题}。", {"课题": "{时间}和\\1"}) == "讲{时间}和\\1。"


@given(st.sampled_from(OWN_FORMS), st.text(alphabet="{}，。\n时间课题变动说%$"))
def test_what_is_accepted_can_be_said(form: str, text: str) -> None:
    try:
        check_own_text(text, form)
    except Refused:
        return
    said = filled_in(text, {name.value: "某" for name in fields_of(form)})
    assert "{" not in said
    assert "}" not in said
