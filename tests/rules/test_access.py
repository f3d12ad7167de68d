"""Who may do what: the verbs of each role, and where a posting holds."""

import pytest

from nightschool.errors import NotAllowed
from nightschool.rules.access import KEEPERS, SYSTEM, VERBS, Actor, Post, Role, may, require
from tests.factories import JIANLI, SHIWAN

TOWNSHIP, COUNTY = "511002105000", "511002000000"
MAY = {
    Role.COORDINATOR: "see_village schedule keep_register keep_people keep_teachers keep_venues keep_school"
    " keep_labels take_over keep_calendars see_trail own_account",
    Role.SUPERVISOR: "see_overview approve_plans call_off dispatch inspect settle own_account",
    Role.REGION_ADMINISTRATOR: "keep_teachers keep_labels take_over keep_calendars see_trail manage_accounts settle"
    " own_account",
    Role.SYSTEM_ADMINISTRATOR: "keep_teachers keep_labels take_over keep_calendars see_trail manage_accounts settle"
    " keep_regions own_account",
}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_this_and_nothing_else(role: Role) -> None:
    assert {verb for verb, roles in VERBS.items() if role in roles} == set(MAY[role].split())


def test_a_posting_holds_in_its_region_and_below() -> None:
    supervisor = Actor(1, "罗科长", (Post(Role.SUPERVISOR, TOWNSHIP),))
    for region in (SHIWAN, TOWNSHIP):
        require(supervisor, "see_overview", region)
    for region in (JIANLI, COUNTY, None):
        with pytest.raises(NotAllowed) as refused:
            require(supervisor, "see_overview", region)
        assert (refused.value.verb, refused.value.region_code) == ("see_overview", region)
    assert not may(supervisor, "schedule", SHIWAN)


def test_what_belongs_nowhere_is_open_to_who_is_posted_everywhere() -> None:
    assert may(SYSTEM, "keep_regions", None) and may(SYSTEM, "schedule", SHIWAN)
    assert [post.role for post in SYSTEM.posts_for("schedule")] == [Role.COORDINATOR]


def test_every_record_is_kept_by_somebody() -> None:
    assert set(KEEPERS.values()) <= set(VERBS)
