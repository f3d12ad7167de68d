"""Login names, and who may give which role where."""

from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.trust.accounts import (
    check_days,
    fits_level,
    initials,
    login_name_problem,
    may_give,
    normalised_login_name,
    role_word,
    roles_for,
    suggested_login_name,
    tell_refusal,
    tops,
)

VILLAGE, TOWNSHIP, COUNTY, CITY, OTHER_COUNTY = (
    "511002105201",
    "511002105000",
    "511002000000",
    "511000000000",
    "511024000000",
)


def holding(role: Role, region: str | None) -> Actor:
    return Actor(account_id=1, name="某人", posts=(Post(role, region),))


@pytest.mark.parametrize(
    ("name", "taken", "suggested"),
    [
        ("陈秀英", set(), "cxy2"),
        ("陈秀英", {"cxy1", "cxy2"}, "cxy3"),
        ("刘利", {f"ll{number}" for number in range(10)}, "ll22"),  # no l beside a 1, no o beside a 0
        ("单雄信", set(), "sxx2"),  # as a surname it is shàn
        ("欧阳修", set(), "oyx2"),
        ("", set(), "yx2"),
        ("😀", set(), "yx2"),
    ],
)
def test_login_name_is_made_of_initials_and_the_first_free_number(
    name: str, taken: set[str], suggested: str
) -> None:
    assert suggested_login_name(name, taken) == suggested


@pytest.mark.parametrize("typed", ["CXY1", " cxy1 ", "ＣＸＹ１"])
def test_login_name_is_the_same_in_capitals_full_width_and_with_blanks(typed: str) -> None:
    assert normalised_login_name(typed) == "cxy1"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("cxy1", None),
        ("陈秀英", None),
        ("a.b_c-d", None),
        ("x", "login_name_length"),
        ("x" * 31, "login_name_length"),
        ("chen xiu", "login_name_characters"),
        ("chen@xiu", "login_name_characters"),
        ("chen\n", "login_name_characters"),
    ],
)
def test_login_name_is_letters_digits_dot_and_hyphen(name: str, problem: str | None) -> None:
    assert login_name_problem(name) == problem


@pytest.mark.parametrize(
    ("giver", "role", "region", "allowed"),
    [
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.COORDINATOR, VILLAGE, True),
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.SUPERVISOR, TOWNSHIP, True),
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.REGION_ADMINISTRATOR, COUNTY, True),
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.REGION_ADMINISTRATOR, CITY, False),
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.SUPERVISOR, OTHER_COUNTY, False),
        (holding(Role.REGION_ADMINISTRATOR, COUNTY), Role.SYSTEM_ADMINISTRATOR, None, False),
        (holding(Role.SYSTEM_ADMINISTRATOR, None), Role.REGION_ADMINISTRATOR, CITY, True),
        (holding(Role.SYSTEM_ADMINISTRATOR, None), Role.SYSTEM_ADMINISTRATOR, None, False),
        (holding(Role.SUPERVISOR, CITY), Role.COORDINATOR, VILLAGE, False),
        (holding(Role.COORDINATOR, VILLAGE), Role.COORDINATOR, VILLAGE, False),
        (SYSTEM, Role.SYSTEM_ADMINISTRATOR, None, True),
        (SYSTEM, Role.COORDINATOR, None, False),
    ],
)
def test_nobody_gives_a_role_above_or_beside_his_own(
    giver: Actor, role: Role, region: str | None, allowed: bool
) -> None:
    assert may_give(giver, role, region) is allowed


@pytest.mark.parametrize(
    ("region", "roles"),
    [
        (VILLAGE, (Role.COORDINATOR,)),
        (TOWNSHIP, (Role.SUPERVISOR, Role.REGION_ADMINISTRATOR)),
        (CITY, (Role.SUPERVISOR, Role.REGION_ADMINISTRATOR)),
    ],
)
def test_each_level_of_region_has_its_roles(region: str, roles: tuple[Role, ...]) -> None:
    assert roles_for(region) == roles


def test_only_the_system_administrator_has_no_region() -> None:
    assert [role for role in Role if fits_level(role, None)] == [Role.SYSTEM_ADMINISTRATOR]


def test_region_inside_another_is_not_named_twice() -> None:
    assert tops([VILLAGE, OTHER_COUNTY, COUNTY, COUNTY]) == (COUNTY, OTHER_COUNTY)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_word(role: Role) -> None:
    assert role_word(role)


def test_unknown_refusal_is_no_sentence() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        tell_refusal(Refused("nonsense"))


def test_a_posting_may_end_on_the_day_it_begins_and_not_before() -> None:
    day = date(2026, 11, 24)
    for from_day, to_day in ((day, day), (None, day), (day, None), (None, None)):
        check_days(from_day, to_day)
    with pytest.raises(Refused) as refused:
        check_days(day, day - timedelta(days=1))
    assert (refused.value.field, tell_refusal(refused.value)) == (
        "to_day",
        "最后一天不能早于 2026年11月24日。",
    )


@pytest.mark.parametrize(
    ("refused", "told"),
    [
        (Refused("login_name_length"), "登录名要 2 到 30 个字。"),
        (Refused("login_name_taken", name="cxy1", free="cxy2"), "登录名 cxy1 已经有人用了。可以用 cxy2。"),
        (Refused("role_level", role=Role.SUPERVISOR), "督导不设在这一级。"),
        (Refused("posting_ended", day=date(2026, 11, 24)), "这个职责已经在 2026年11月24日 到期了。"),
        (Refused("too_many_at_once", n=120), "一次最多 120 个。"),
    ],
)
def test_a_refusal_says_what_it_is_about(refused: Refused, told: str) -> None:
    assert tell_refusal(refused).startswith(told)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("陈秀英", "cxy"),
        ("单小红", "sxh"),
        ("A1", "a1"),
        ("一二三四五六七八九十", "yessw" + "lqb"),
        ("·", ""),
    ],
)
def test_initials_are_at_most_eight_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize("character", "._-a1汉")
def test_a_login_name_may_have_dots_and_lines(character: str) -> None:
    assert login_name_problem(f"x{character}") is None
    assert login_name_problem("x y") == login_name_problem("x@y") == "login_name_characters"
