"""Which farm windows can be, and on which days one of them holds."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.seasons.farm_windows import (
    LONGEST_DAYS,
    YEARS_AROUND,
    FarmWindow,
    check_window,
    in_season,
)
from tests.factories import TODAY

LONGEST = timedelta(days=LONGEST_DAYS)
HARVEST = FarmWindow("柑橘采收", TODAY, TODAY + timedelta(days=20), "市中区")


def check(window: FarmWindow, *others: FarmWindow) -> None:
    check_window(window.name, window.first, window.last, others, today=TODAY)


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY, TODAY - timedelta(days=1), "window_backwards"),
        (TODAY, TODAY + LONGEST + timedelta(days=1), "window_too_long"),
        (date(TODAY.year - YEARS_AROUND - 1, 12, 31), TODAY, "day_far_away"),
        (TODAY, date(TODAY.year + YEARS_AROUND + 1, 1, 1), "day_far_away"),
    ],
)
def test_a_window_that_cannot_be_is_refused(first: date, last: date, code: str) -> None:
    with pytest.raises(Refused, match=code):
        check(FarmWindow("插秧", first, last, "市中区"))


def test_a_window_may_be_one_day_and_as_long_as_the_longest_and_years_away() -> None:
    check(FarmWindow("插秧", TODAY, TODAY, "市中区"))
    check(FarmWindow("插秧", TODAY, TODAY + LONGEST, "市中区"))
    check(FarmWindow("插秧", *[date(TODAY.year + YEARS_AROUND, 12, 31)] * 2, "市中区"))


def test_all_that_is_wrong_with_a_window_is_told_as_far_as_it_is_known() -> None:
    far = date(TODAY.year + YEARS_AROUND + 1, 1, 1)
    with pytest.raises(Refused) as refused:
        check_window(" ", None, far, (), today=TODAY)
    assert [one.field for one in (refused.value, *refused.value.others)] == ["name", "last"]


def test_windows_of_one_name_share_no_day_and_those_of_two_names_may() -> None:
    after = HARVEST.last + timedelta(days=1)
    check(FarmWindow("柑橘采收", after, after, "市中区"), HARVEST)
    check(FarmWindow("插秧", TODAY, TODAY, "市中区"), HARVEST)
    for day in (HARVEST.first, HARVEST.last):
        with pytest.raises(Refused, match="window_overlaps"):
            check(FarmWindow("柑橘采收", day, day, "市中区"), HARVEST)


def test_both_ends_of_a_window_belong_to_it() -> None:
    days = (TODAY - timedelta(days=1), TODAY, HARVEST.last, HARVEST.last + timedelta(days=1))
    assert [bool(in_season([HARVEST], day)) for day in days] == [False, True, True, False]
