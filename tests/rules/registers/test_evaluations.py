"""The evaluation slip: what is read from paper, when it is taken, and that too few answers show nothing."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.registers.evaluations import (
    Aspect,
    EvaluationSlip,
    check_slip,
    check_time,
    evaluation_of,
    most_by_address,
    read_paper_slips,
    tell_evaluation,
    tell_refused_evaluation,
)

DAY = date(2026, 11, 24)
ALL = (Aspect.METHOD, Aspect.CONTENT, Aspect.ATTITUDE, Aspect.UNDERSTOOD)


def refusal(text: str) -> str:
    with pytest.raises(Refused) as refused:
        read_paper_slips(text)
    return tell_refused_evaluation(refused.value)


@pytest.mark.parametrize(
    ("line", "numbers", "words"),
    [
        ("5 4 5 3", (5, 4, 5, 3), ""),
        ("5453", (5, 4, 5, 3), ""),
        ("５，４、５　３　想学养蜂", (5, 4, 5, 3), "想学养蜂"),
        ("5 0 0 0", (5, 0, 0, 0), ""),
        ("0000 柑橘 2 号怎么管", (0, 0, 0, 0), "柑橘 2 号怎么管"),
    ],
)
def test_a_line_from_paper_is_one_slip(line: str, numbers: tuple[int, ...], words: str) -> None:
    answers = {aspect: number for aspect, number in zip(ALL, numbers, strict=True) if number}
    assert read_paper_slips(f"\n{line}\n\n") == [EvaluationSlip(answers, words)]


@pytest.mark.parametrize("line", ["6 4 5 3", "5 4 5 4", "545", "54533", "讲得好", "5 4 5"])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    assert f"「{line}」看不懂" in refusal(f"5 4 5 3\n{line}")


def test_what_is_no_slip_or_too_much_is_refused() -> None:
    assert "还没写" in refusal(" \n ")
    assert "一次最多 300 张" in refusal("5453\n" * 301)
    assert "最多写 60 个字" in refusal("5453 " + "蜂" * 61)
    assert "手机号" in refusal("5453 打 13812345678 找我")
    assert "还什么都没选" in refusal("0000")
    with pytest.raises(Refused, match="nothing_said"):
        check_slip(EvaluationSlip())


def test_slips_are_taken_from_the_day_of_the_class_for_a_week() -> None:
    for days, code in ((-1, "not_yet"), (8, "closed")):
        with pytest.raises(Refused, match=code):
            check_time("held", DAY, DAY + timedelta(days=days), by_address=True)
    for days in (0, 7):
        check_time("scheduled", DAY, DAY + timedelta(days=days), by_address=True)
    check_time("held", DAY, DAY + timedelta(days=300), by_address=False)
    for status in ("draft", "cancelled", "postponed"):
        with pytest.raises(Refused, match="called_off"):
            check_time(status, DAY, DAY, by_address=False)
    assert [most_by_address(came) for came in (None, 0, 30)] == [200, 5, 30]


def test_of_fewer_than_five_nothing_is_shown() -> None:
    numbers = [
        ("method", 5, 4),
        ("method", 3, 1),
        ("content", 4, 4),
        ("understood", 3, 4),
        ("understood", 1, 1),
    ]
    assert evaluation_of(4, numbers) is None
    found = evaluation_of(5, numbers)
    assert found is not None
    assert (
        tell_evaluation(found) == "评课 5 份：讲法 4.6 星，听懂了的 80%"
    )  # four said what they think of the content
    nothing = evaluation_of(5, [])
    assert nothing is not None and tell_evaluation(nothing) == "评课 5 份：各项答的人都还少"
