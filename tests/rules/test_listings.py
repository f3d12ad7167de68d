"""What a list was asked for, and the page of it that is shown."""

from dataclasses import dataclass

import pytest

from nightschool.rules.listings import UNASKED, Asked, Listing, is_wanted, of_records, page_of, states


@dataclass(frozen=True)
class Row:
    name: str
    is_retired: bool


@pytest.mark.parametrize(
    ("asked", "shown", "first"), [(1, 1, 0), (2, 2, 50), (3, 3, 100), (9, 3, 100), (0, 1, 0), (-1, 1, 0)]
)
def test_a_page_past_the_ends_is_the_last_or_first(asked: int, shown: int, first: int) -> None:
    rows, number, pages = page_of(range(120), asked)
    assert (rows[0], number, pages) == (first, shown, 3)


def test_nothing_is_one_empty_page() -> None:
    assert page_of([], 7) == ([], 1, 1)


def test_fifty_are_one_page_and_one_more_is_two() -> None:
    assert page_of(range(50), 1)[2] == 1
    assert page_of(range(51), 1)[2] == 2


def test_what_may_not_be_chosen_counts_as_not_chosen() -> None:
    asked = Asked(chosen={"group": "九组", "sort": "name"})
    assert asked.choice("group", "哪个组", {"": "所有的组", "一组": "一组"}).value == ""
    assert asked.choice("sort", "怎么排", {"": "按组", "name": "按姓名"}).value == "name"


def test_there_is_nothing_to_ask_where_there_is_one_answer() -> None:
    assert not Asked().choice("state", "还来不来", {"": "现在的学员"}).is_worth_asking


@pytest.mark.parametrize(
    ("state", "in_use", "retired"), [("", True, False), ("retired", False, True), ("all", True, True)]
)
def test_those_put_away_are_listed_when_asked_for(state: str, in_use: bool, retired: bool) -> None:
    assert is_wanted(state, is_retired=False) is in_use
    assert is_wanted(state, is_retired=True) is retired


def test_another_order_narrows_nothing() -> None:
    sort = Asked(chosen={"sort": "name"}).choice("sort", "怎么排", {"": "按组", "name": "按姓名"})
    group = Asked(chosen={"group": "一组"}).choice("group", "哪个组", {"": "所有的组", "一组": "一组"})
    one: Listing[str] = Listing(("陈",), 1, 1, 1, 1, (sort,))
    assert not one.is_narrowed
    assert Listing(("陈",), 1, 1, 1, 1, (group, sort)).is_narrowed
    assert (one.value("sort"), one.value("group")) == ("name", "")


ROWS = tuple(Row(name, is_retired=name in "丙丁") for name in "甲乙丙丁")


@pytest.mark.parametrize(
    ("state", "shown", "total", "elsewhere"),
    [("", "乙甲", 2, 1), ("retired", "丙", 2, 2), ("all", "丙乙甲", 4, 0)],
)
def test_records_are_listed_in_order_and_those_elsewhere_are_counted(
    state: str, shown: str, total: int, elsewhere: int
) -> None:
    choices = (Asked(chosen={"state": state}).choice("state", "", states("在用", "收起", ROWS)),)
    found = of_records(
        ROWS, ROWS[:3], UNASKED, choices,
        order=lambda rows: rows[::-1], write=lambda rows: tuple(row.name for row in rows),
    )  # fmt: skip
    assert ("".join(found.lines), found.found) == (shown, len(shown))
    assert (found.total, found.elsewhere, found.page, found.pages) == (total, elsewhere, 1, 1)


def test_there_is_a_state_to_choose_once_something_was_put_away() -> None:
    assert states("在用", "收起", ROWS[:2]) == {"": "在用"}
    assert states("在用", "收起", ROWS) == {"": "在用", "retired": "收起", "all": "都列出来"}
