"""Every limit holds at its number and not one beyond: the numbers are those that people are told."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.closed_times import ClosedTime, check_closed_time
from nightschool.rules.courses.recurrence import Weekly, recurrence_problem
from nightschool.rules.people.people import LearnerEntry, check_learner, parse_birth_year, parse_phone
from nightschool.rules.registers.attendance import WrittenGuest, days_late, read_guests, write_guests
from nightschool.rules.registers.questions import check_question
from nightschool.rules.seasons.farm_windows import check_near, check_window
from nightschool.rules.seasons.months import read_term
from nightschool.rules.slots import parse_time
from nightschool.rules.trust.accounts import login_name_problem
from nightschool.rules.trust.passwords import problem_of
from nightschool.rules.trust.slips import read_code
from nightschool.rules.typed import why_not_kept
from tests.factories import TODAY

MONDAY = date(2026, 11, 30)


def not_refused(check: Callable[..., object], *given: object, **named: object) -> bool:
    try:
        check(*given, **named)
    except Refused:
        return False
    return True


def weekly(times: int, every: int) -> bool:
    return recurrence_problem(Weekly(MONDAY, (0,), times=times, every=every)) is None


MOST: dict[str, tuple[int, Callable[[int], bool]]] = {
    "guests of a class": (500, lambda n: not_refused(read_guests, "\n".join(f"张{at}" for at in range(n)))),
    "characters of a guest": (60, lambda n: not_refused(read_guests, "张" * n)),
    "characters of a guest's village": (60, lambda n: not_refused(read_guests, f"张三（{'村' * n}）")),
    "characters of a phone": (60, lambda n: parse_phone("13800005678".rjust(n)) is not None),
    "numbers of a phone": (
        3,
        lambda n: parse_phone("、".join(f"1380000567{at}" for at in range(n))) is not None,
    ),
    "digits of an extension": (6, lambda n: parse_phone(f"0832-2123456转{'1' * n}") is not None),
    "characters of a year": (20, lambda n: parse_birth_year("1965".rjust(n)) is not None),
    "characters of a time": (20, lambda n: parse_time("19:00".rjust(n)) is not None),
    "minutes of a time": (59, lambda n: parse_time(f"19:{n}") is not None),
    "hours of a time": (29, lambda n: parse_time(f"{n}:00") is not None),
    "characters of a login name": (30, lambda n: login_name_problem("x" * n) is None),
    "characters of a password": (128, lambda n: problem_of("柚子" * 64 + "x" * (n - 128)) is None),
    "characters of a slip": (60, lambda n: read_code("7K3M9QTX2B4D".rjust(n)) != ""),
    "characters of a question": (200, lambda n: not_refused(check_question, "问" * n)),
    "characters of an answer": (2000, lambda n: not_refused(check_question, "问", "答" * n)),
    "characters of a line": (9, lambda n: why_not_kept("字" * n, 9) == ""),
    "dates of a course": (200, lambda n: weekly(n, 1)),
    "weeks between two dates": (12, lambda n: weekly(2, n)),
    "months of a term": (
        12,
        lambda n: not_refused(read_term, "2026-01", f"{2026 + n // 13}-{(n - 1) % 12 + 1}"),
    ),
    "days of a farm window": (
        121,  # the first and the last count
        lambda n: not_refused(check_window, "插秧", TODAY, TODAY + timedelta(days=n - 1), (), today=TODAY),
    ),
    "years to a day of a calendar": (
        10,
        lambda n: not_refused(check_near, "day", date(TODAY.year + n, 1, 1), today=TODAY),
    ),
    "times that a teacher does not come": (
        50,
        lambda n: not_refused(
            check_closed_time,
            ClosedTime(last=TODAY),
            [ClosedTime(TODAY + timedelta(days=at)) for at in range(n - 1)],
            today=TODAY,
        ),
    ),
    "days until a register is late": (14, lambda n: days_late(TODAY - timedelta(days=n), TODAY) == 0),
}
LEAST: dict[str, tuple[int, Callable[[int], bool]]] = {
    "characters of a login name": (2, lambda n: login_name_problem("x" * n) is None),
    "characters of a password": (8, lambda n: problem_of("kx7#mPq2"[:n]) is None),
    "digits of a short number": (3, lambda n: parse_phone("110"[:n]) is not None),
    "weeks between two dates": (1, lambda n: weekly(2, n)),
    "dates of a course": (1, lambda n: weekly(n, 1)),
    "years of a learner": (
        15,
        lambda n: not_refused(
            check_learner, LearnerEntry("陈", "一组", birth_year=TODAY.year - n), today=TODAY
        ),
    ),
}


@pytest.mark.parametrize("what", MOST)
def test_so_many_are_taken_and_not_one_more(what: str) -> None:
    most, is_taken = MOST[what]
    assert (is_taken(most), is_taken(most + 1)) == (True, False)


@pytest.mark.parametrize("what", LEAST)
def test_so_few_are_taken_and_not_one_less(what: str) -> None:
    least, is_taken = LEAST[what]
    assert (is_taken(least), is_taken(least - 1)) == (True, False)


@pytest.mark.parametrize(
    ("part", "as_it_is", "later"),
    [
        ("上午", range(12), ()),
        ("早上", range(12), ()),
        ("下午", (0, 12, 13, 23), range(1, 12)),
        ("傍晚", (0, 12), range(1, 12)),
        ("中午", (3, 11, 12, 13), range(3)),
        ("晚上", (*range(5), 13, 19), range(5, 13)),
        ("夜里", range(5), range(5, 13)),
        ("凌晨", range(12), ()),
    ],
)
def test_each_hour_is_read_by_its_part_of_the_day(part: str, as_it_is: range, later: range) -> None:
    assert [parse_time(f"{part}{hour}点") for hour in as_it_is] == [hour * 60 for hour in as_it_is]
    assert [parse_time(f"{part}{hour}点") for hour in later] == [(hour + 12) * 60 for hour in later]


def test_twelve_in_the_small_hours_is_midnight() -> None:
    assert (parse_time("凌晨12点"), parse_time("12:30am"), parse_time("12:30pm")) == (0, 30, 750)


@pytest.mark.parametrize("hour", range(24))
def test_every_hour_is_read_as_it_is_said(hour: int) -> None:
    ones = "〇一二三四五六七八九"
    tens = ("", "十", "二十")[hour // 10]
    said = f"{tens}{ones[hour % 10] if hour % 10 else '' if tens else '零'}点"
    assert parse_time(said) == parse_time(f"{hour}:00") == parse_time(f"{hour}时") == hour * 60


def test_a_guest_from_a_village_is_written_as_it_is_read() -> None:
    assert read_guests(write_guests([WrittenGuest("张三", "村" * 60)])) == (WrittenGuest("张三", "村" * 60),)
