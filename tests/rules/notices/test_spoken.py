"""Days and hours as a loudspeaker says them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool import texts
from nightschool.rules.notices.spoken import said_lunar, said_moment, said_number, said_time, unbracketed
from nightschool.rules.slots import Moment
from tests.factories import TODAY


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "零点"), (6 * 60 + 5, "六点零五分"), (9 * 60 + 15, "九点一刻"), (12 * 60, "十二点"), (14 * 60, "两点"),
        (14 * 60 + 20, "两点二十分"), (18 * 60 + 30, "六点半"), (19 * 60 + 45, "七点三刻"), (20 * 60 + 10, "八点十分"),
        (22 * 60, "十点"), (23 * 60 + 12, "十一点十二分"),
    ],
)  # fmt: skip
def test_a_time_of_day(minutes: int, said: str) -> None:
    assert said_time(minutes) == said


@pytest.mark.parametrize(
    ("day", "minutes", "said"),
    [
        (TODAY, 18 * 60 + 30, "今晚六点半"),
        (TODAY, 14 * 60, "今天下午两点"),
        (date(2026, 11, 25), 19 * 60, "明晚七点"),
        (date(2026, 11, 26), 19 * 60, "后天晚上七点"),
        (date(2026, 11, 29), 9 * 60, "星期天，十一月二十九号，上午九点"),
        (date(2026, 12, 20), 13 * 60, "十二月二十号，星期天，中午一点"),
        (date(2027, 1, 3), 7 * 60, "明年一月三号，星期天，早上七点"),
        (date(2030, 10, 1), 4 * 60, "二零三零年十月一号，星期二，凌晨四点"),
    ],
)
def test_when_something_begins(day: date, minutes: int, said: str) -> None:
    assert said_moment(Moment(day, minutes), TODAY) == said


def test_the_farmers_calendar_is_said_without_its_solar_term() -> None:
    assert said_lunar(date(2026, 11, 22)) == "农历十月十四"
    assert said_lunar(date(2026, 12, 4)) == "农历十月二十六"
    friday = Moment(date(2026, 12, 4), 19 * 60)
    assert (
        said_moment(friday, date(2026, 12, 1), has_lunar=True)
        == "星期五，十二月四号，农历十月二十六，晚上七点"
    )
    assert said_moment(friday, date(2026, 12, 4), has_lunar=True) == "今晚七点，农历十月二十六"
    assert said_lunar(date(2300, 1, 1)) == ""


def test_what_stood_in_brackets_comes_after_a_pause() -> None:
    assert unbracketed("高血压怎么管（二）") == "高血压怎么管，二"
    assert unbracketed("【补】柑橘[冬]管护 (下)") == "补，柑橘，冬，管护，下"


@given(st.integers(0, 24 * 60), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_nothing_that_is_said_has_a_digit(minutes: int, day: date) -> None:
    assert not re.search("[0-9]", said_moment(Moment(day, minutes), TODAY))


def test_no_number_beyond_what_is_needed() -> None:
    assert [said_number(one) for one in (0, 10, 11, 20, 59)] == ["零", "十", "十一", "二十", "五十九"]
    with pytest.raises(ValueError, match="100"):
        said_number(100)


def test_english_keeps_its_digits() -> None:
    with texts.using_language("en"):
        assert said_moment(Moment(TODAY, 18 * 60 + 30), TODAY).endswith("18:30")
