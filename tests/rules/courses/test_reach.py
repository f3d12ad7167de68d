"""Several class sessions called off or put off at once: which, to when, and how it is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from nightschool.errors import Refused
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.reach import (
    call_off,
    put_off,
    reach_choices,
    reach_digest,
    reached,
    tell_done,
)
from nightschool.rules.courses.series import Member, Reach, State
from nightschool.rules.slots import Moment, Slot

WEDNESDAY = date(2026, 11, 25)
NOON = 720


def member(number: int, days: int, starts: int = 1140, status: str = "scheduled") -> Member:
    slot = Slot(WEDNESDAY + timedelta(days=days), starts, starts + 90)
    return Member(number, f"s{number}", 1, status, State(slot, "柑橘管护", "skill", "", 7, (1,)))


THIS = member(3, 0)
VILLAGE = (
    member(0, -3),  # the Sunday before
    member(1, -2),
    member(2, 0, 540),  # over since the morning
    THIS,
    member(4, 0, status="held"),
    member(5, 0, status="cancelled"),
    member(6, 4, status="draft"),  # the Sunday of this week
    member(7, 5),
)


@pytest.mark.parametrize(
    ("reach", "change", "numbers"),
    [
        (Reach.ONE, Change.CANCEL, [3]),
        (Reach.FOLLOWING, Change.CANCEL, [3, 6, 7]),
        (Reach.DAY, Change.CANCEL, [2, 3]),
        (Reach.DAY, Change.POSTPONE, [3]),
        (Reach.WEEK, Change.CANCEL, [1, 2, 3, 6]),
        (Reach.WEEK, Change.POSTPONE, [3, 6]),
    ],
)
def test_a_change_goes_on_to_what_was_meant_and_is_still_open(
    reach: Reach, change: Change, numbers: list[int]
) -> None:
    found = reached(VILLAGE, THIS, reach, change, Moment(WEDNESDAY, NOON))
    assert [one.id for one in found] == numbers


def test_a_class_that_begins_this_minute_is_not_put_off_with_others() -> None:
    at = Moment(WEDNESDAY, 540)
    assert [one.id for one in reached(VILLAGE, THIS, Reach.DAY, Change.POSTPONE, at)] == [3]
    at = Moment(WEDNESDAY, 539)
    assert [one.id for one in reached(VILLAGE, THIS, Reach.DAY, Change.POSTPONE, at)] == [2, 3]


def test_each_is_put_off_by_as_many_days_and_keeps_a_time_of_its_own() -> None:
    steps = put_off((THIS, VILLAGE[2]), THIS, Slot(WEDNESDAY + timedelta(days=7), 1200, 1290))
    assert [step.after.slot for step in steps] == [
        Slot(WEDNESDAY + timedelta(days=7), 1200, 1290),
        Slot(WEDNESDAY + timedelta(days=7), 540, 630),
    ]
    with pytest.raises(Refused):
        put_off((THIS,), THIS, Slot(WEDNESDAY, 1200, 1200))


def test_what_is_called_off_stays_at_its_time() -> None:
    assert [step.changes for step in call_off(VILLAGE)] == [False] * len(VILLAGE)


def test_who_looked_is_asked_again_when_others_are_reached_or_one_was_changed() -> None:
    looked = reach_digest(call_off(VILLAGE))
    changed = (replace(VILLAGE[0], revision=2), *VILLAGE[1:])
    assert looked == reach_digest(call_off(VILLAGE))
    assert looked not in (reach_digest(call_off(VILLAGE[1:])), reach_digest(call_off(changed)))
    assert looked != reach_digest(put_off(VILLAGE, THIS, Slot(WEDNESDAY, 1200, 1290)))
    assert len(looked) == 24


@pytest.mark.parametrize(
    ("counts", "offered"),
    [
        ((1, 1, 1), {"one": "只这一次"}),
        ((2, 1, 1), {"one": "只这一次", "following": "这一次和后面的，一共 2 次"}),
        ((1, 2, 2), {"one": "只这一次", "day": "这一天村里的课都这样，2 次"}),
        ((1, 1, 2), {"one": "只这一次", "week": "这一周村里的课都这样，2 次"}),
        ((1, 0, 1), {"one": "只这一次"}),
    ],
)
def test_only_what_goes_further_is_offered(counts: tuple[int, ...], offered: dict[str, str]) -> None:
    kinds = (Reach.FOLLOWING, Reach.DAY, Reach.WEEK)
    assert reach_choices(dict(zip(kinds, counts, strict=True))) == offered
    assert reach_choices({}) == {"one": "只这一次"}


def test_what_was_done_is_told_with_its_number() -> None:
    assert tell_done(Change.POSTPONE, 3) == "3 次课一起改期了。"
    assert tell_done(Change.CANCEL, 2) == "2 次课一起记为不上了。"
