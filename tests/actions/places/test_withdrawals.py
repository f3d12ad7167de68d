"""A list of regions that was wrong: codes given to other villages are set apart, and the whole of it can be withdrawn."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from nightschool.actions.places.region_lists import plan_import
from nightschool.actions.places.successors import set_successor
from nightschool.actions.places.withdrawals import withdraw_list
from nightschool.errors import NotAllowed, Refused
from nightschool.models.places import Region, RegionKey, RegionName
from nightschool.queries.places import places
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.places.region_lists import tell_given
from tests.actions.places.test_region_lists import excerpt, row, small, take
from tests.factories import NOW, SHIWAN, TODAY, make_school

EARLIER, LATER = date(2020, 1, 1), date(2024, 1, 1)
YUBA, NEW_ONE = "511002105202", "511002105203"
SWAPPED = ((SHIWAN, "余坝村村委会"), (YUBA, "狮湾村村委会"))


def told(db: Any) -> list[Any]:
    """All that a list of regions can say, and how the regions are found."""
    facts = select(Region.code, Region.name, Region.official_name, Region.valid_from, Region.valid_to)
    names = select(RegionName.region_code, RegionName.official_name, RegionName.as_of, RegionName.compared)
    return [
        sorted(db.execute(one), key=repr)
        for one in (facts, names, select(RegionKey.region_code, RegionKey.key))
    ]


def test_two_villages_that_exchange_their_names_are_set_apart_and_told(db) -> None:
    take(db, small(), EARLIER)
    before = told(db)
    plan = take(db, small(*SWAPPED, (NEW_ONE, "新村村委会")), LATER, end_missing=True, takes_given=False)
    assert [tell_given(one) for one in plan.given] == [
        "511002105201 现在是狮湾村，名单里写的是余坝村。余坝村原来的代码是 511002105202。"
        "名单里狮湾村的代码是 511002105202。",
        "511002105202 现在是余坝村，名单里写的是狮湾村。狮湾村原来的代码是 511002105201。"
        "名单里余坝村的代码是 511002105201。",
    ]
    assert (plan.new, plan.renamed, plan.ended) == ({NEW_ONE}, frozenset(), frozenset())
    for code in (SHIWAN, YUBA):
        assert [one for one in before[0] if one.code == code] == [
            one for one in told(db)[0] if one.code == code
        ]
    assert len(take(db, small(*SWAPPED), LATER).renamed) == 2


@pytest.mark.parametrize(
    "rows",
    [
        # One was given the name and the place of another, which is on the list no more, or under a new code.
        {SHIWAN: "余坝村村委会", YUBA: None},
        {SHIWAN: "余坝村村委会", YUBA: "新村村委会"},
        {SHIWAN: "新村村委会", NEW_ONE: "狮湾村村委会"},
    ],
)
def test_a_code_that_was_given_to_another_village_is_set_apart(db, rows) -> None:
    take(db, small(), EARLIER)
    named = {code: name for code, name in rows.items() if name}
    listed = [one for one in small(*named.items()) if one.code in named or one.code not in rows]
    plan = plan_import(db, listed, as_of=LATER, end_missing=True, takes_given=False)
    assert SHIWAN in [one.code for one in plan.given]
    assert SHIWAN not in plan.changed | plan.ended


@pytest.mark.parametrize(
    "rows",
    [
        {SHIWAN: "狮湾社区居委会"},  # it became a community
        {SHIWAN: "狮 湾村村委会"},  # a blank more
        {SHIWAN: "金狮村村委会"},  # nobody else was called so
        {SHIWAN: "建立村村委会"},  # one in another county is
    ],
)
def test_a_village_that_was_renamed_is_renamed(db, rows) -> None:
    take(db, small(), EARLIER)
    assert plan_import(db, small(*rows.items()), as_of=LATER, takes_given=False).given == ()


def test_a_name_of_once_is_taken_back_without_a_question(db) -> None:
    take(db, small(), EARLIER)
    take(db, small(*SWAPPED), LATER)
    assert plan_import(db, small(), as_of=date(2025, 1, 1), takes_given=False).given == ()


def test_the_list_taken_in_last_is_withdrawn_with_its_names(db) -> None:
    take(db, excerpt(2017), date(2017, 10, 31))
    before = told(db)
    both_lists = take(db, excerpt(2023), end_missing=True)
    done = withdraw_list(db, by=SYSTEM, now=NOW)
    assert (done.gone, done.kept) == (len(both_lists.new), 0)
    assert told(db) == before
    assert places.find(db, "玉皇村", today=TODAY).places
    with pytest.raises(Refused) as refused:
        withdraw_list(db, by=SYSTEM, now=NOW)
    assert refused.value.code == "nothing_to_withdraw"


def test_what_somebody_uses_by_now_stays(db) -> None:
    take(db, small(), EARLIER)
    take(db, small((NEW_ONE, "新村村委会"), ("511002105204", "五星村村委会")), LATER)
    make_school(db, NEW_ONE)
    done = withdraw_list(db, by=SYSTEM, now=NOW)
    assert (done.gone, done.kept) == (1, 1)
    assert row(db, NEW_ONE, "name") == ("新村",)


def test_a_village_that_has_its_successor_stays_ended(db) -> None:
    take(db, small(), EARLIER)
    take(db, [one for one in small() if one.code != YUBA], LATER, end_missing=True)
    set_successor(db, predecessor=YUBA, successor=SHIWAN, day=LATER, by=SYSTEM, now=NOW)
    withdraw_list(db, by=SYSTEM, now=NOW)
    assert row(db, YUBA, "valid_to") == (date(2023, 12, 31),)


def test_only_the_last_list_and_only_by_who_keeps_them(db) -> None:
    take(db, small(), EARLIER)
    with pytest.raises(NotAllowed):
        withdraw_list(
            db, by=Actor(1, "市中区管理员", (Post(Role.REGION_ADMINISTRATOR, "511002000000"),)), now=NOW
        )
    with pytest.raises(Refused):
        withdraw_list(db, taken=99, by=SYSTEM, now=NOW)
