"""Who stands where on a sign-in sheet, and that a row number means the same for good."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.errors import Refused
from nightschool.rules.people.people import group_order
from nightschool.rules.registers.sign_in_sheets import (
    Comer,
    blank_rows,
    check_sheet,
    comes_often,
    numbered,
    sheet_order,
)


def comer(learner: int, group: int, name_key: str, came: int) -> Comer:
    return Comer(learner, group_order(group, "上湾"), name_key, came)


def test_people_stand_by_group_and_in_it_first_who_comes_often() -> None:
    people = [
        comer(1, 0, "an", 12),
        comer(2, 2, "bai", 0),
        comer(3, 2, "zhou", 4),
        comer(4, 2, "chen", 12),
        comer(5, 1, "wu", 0),
        comer(6, 2, "deng", 3),
    ]
    assert sheet_order(people, 12) == (5, 4, 3, 2, 6, 1)


@pytest.mark.parametrize(
    ("came", "held", "often"), [(0, 0, False), (0, 2, False), (1, 2, True), (3, 12, False), (4, 12, True)]
)
def test_who_comes_to_a_third_comes_often(came: int, held: int, often: bool) -> None:
    assert comes_often(came, held) is often


@pytest.mark.parametrize(("names", "blank"), [(0, 10), (30, 10), (50, 10), (51, 11), (61, 13), (200, 40)])
def test_a_fifth_stays_blank_and_ten_rows_at_least(names: int, blank: int) -> None:
    assert blank_rows(names) == blank


def test_who_comes_later_stands_behind_the_blank_rows_of_before() -> None:
    first = numbered((), (7, 5))
    assert first == (7, 5, *[None] * 10)
    assert numbered(first, (9, 7, 5)) == (*first, 9, *[None] * 10)


def test_printed_again_or_with_fewer_it_is_as_it_was() -> None:
    first = numbered((), (7, 5))
    assert numbered(first, (5, 7)) == numbered(first, (5,)) == numbered(first, ()) == first
    assert numbered((), ()) == (None,) * 10


@given(st.lists(st.lists(st.integers(1, 40), unique=True), max_size=6))
def test_no_number_ever_means_another(rosters: list[list[int]]) -> None:
    rows: tuple[int | None, ...] = ()
    for roster in rosters:
        after = numbered(rows, roster)
        assert after[: len(rows)] == rows
        assert set(roster) <= set(after)
        named = [one for one in after if one]
        assert len(named) == len(set(named))
        rows = after


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_has_no_sheet(status: str) -> None:
    with pytest.raises(Refused, match="called_off"):
        check_sheet(status)
    check_sheet("held")
