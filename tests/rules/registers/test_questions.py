"""What may be written down of a question, and what must not."""

import pytest

from nightschool.errors import Refused
from nightschool.rules.registers.questions import check_question, number_in, tell_refused_question


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("我的电话是13812345678", "phone"),
        ("打 138 1234 5678 问", "phone"),
        ("打138-1234-5678问", "phone"),
        ("１３８１２３４５６７８", "phone"),
        ("11月27日 13812345678", "phone"),
        ("110105199003071234", "identity"),
        ("证号 110105 19900307 123x", "identity"),
        ("每亩 1500 到 2000 株，株距 13 米", ""),
        ("2026-11-27 到 2026-12-27 打几次药", ""),
        ("座机 0832-5550101 打不通", ""),
        ("1381234567", ""),
        ("138123456789", ""),
    ],
)
def test_numbers_of_somebody_are_found_and_other_numbers_left(text: str, kind: str) -> None:
    assert number_in(text) == kind


@pytest.mark.parametrize(
    ("text", "answer", "field", "sentence"),
    [
        ("", "", "text", "还没写问了什么。"),
        ("长" * 201, "", "text", "最多写 200 个字，现在有 201 个。"),
        ("打13812345678", "", "text", "里面像是有手机号。这里不记是谁问的，把号码去掉再存。"),
        (
            "怎么办？",
            "找110105199003071234",
            "answer",
            "里面像是有身份证号。这里不记是谁问的，把号码去掉再存。",
        ),
        ("怎么办？", "长" * 2001, "answer", "最多写 2000 个字，现在有 2001 个。"),
    ],
)
def test_refusal_stands_at_its_field_and_says_what_to_do(
    text: str, answer: str, field: str, sentence: str
) -> None:
    with pytest.raises(Refused) as caught:
        check_question(text, answer)
    assert (caught.value.field, tell_refused_question(caught.value)) == (field, sentence)


def test_question_and_answer_as_people_write_them_may_be_kept() -> None:
    check_question("叶子黄了，打几次药？隔 7 到 10 天行不行？", "打两次，隔 10 天。")
