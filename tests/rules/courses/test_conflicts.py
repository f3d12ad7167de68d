"""What is taken is found, told in one sentence, and answered with times that are truly free."""

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.conflicts import (
    Conflict,
    Holding,
    Want,
    days_to_search,
    explain,
    explain_together,
    find_conflicts,
    nearest_common,
    nearest_free,
    whom_to_ask,
    with_free_times,
)
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Moment, Slot, slot_problem

TODAY = date(2026, 11, 24)
FRIDAY = date(2026, 11, 27)
HERE, THERE = "511002105201", "511024100217"
TEACHER = Resource(ResourceKind.TEACHER, 1)
VENUE = Resource(ResourceKind.VENUE, 1)
HALF_HOURS = range(18 * 60, 22 * 60 + 1, 30)
NAMES = {TEACHER: "周老师", VENUE: "村活动室"}
GRID = [(starts, ends) for starts, ends in product(HALF_HOURS, HALF_HOURS) if starts < ends]


def holding(
    resource: Resource = TEACHER,
    slot: Slot = Slot(FRIDAY, 1140, 1230),
    village_code: str = THERE,
    **told: object,
) -> Holding:
    defaults: dict[str, object] = {
        "village": "建立村",
        "contact_name": "罗支书",
        "contact_phone": "0832-5550202",
        "class_session": "x" * 22,
        "title": "柑橘管护",
        "venue": "村活动室",
        "teachers": ("周老师",),
    }
    return Holding(resource, slot, village_code, **{**defaults, **told})  # type: ignore[arg-type]


def busy(*held: Holding) -> dict[Resource, list[Slot]]:
    return {one.resource: [other.slot for other in held if other.resource == one.resource] for one in held}


@pytest.mark.parametrize("held", GRID)
def test_every_case_of_the_half_hour_grid_is_decided_rightly(held: tuple[int, int]) -> None:
    taken = holding(slot=Slot(FRIDAY, *held))
    for wanted in GRID:
        share_a_minute = bool(set(range(*held)) & set(range(*wanted)))
        found = find_conflicts([Want(Slot(FRIDAY, *wanted), (TEACHER,))], NAMES, [taken])
        assert bool(found) is share_a_minute, (held, wanted)


def test_another_resource_or_another_day_is_no_conflict() -> None:
    evening = Slot(FRIDAY, 1140, 1230)
    assert find_conflicts([Want(evening, (VENUE,))], NAMES, [holding()]) == ()
    assert (
        find_conflicts(
            [Want(evening, (TEACHER,))], NAMES, [holding(slot=Slot(date(2026, 11, 28), 1140, 1230))]
        )
        == ()
    )


def test_conflicts_come_by_day_the_teacher_first() -> None:
    later = Slot(FRIDAY + timedelta(days=7), 1140, 1230)
    wants = [Want(later, (VENUE, TEACHER)), Want(Slot(FRIDAY, 1140, 1230), (VENUE, TEACHER))]
    found = find_conflicts(wants, NAMES, [holding(slot=later), holding(VENUE), holding()])
    assert [(conflict.wanted.day, conflict.resource) for conflict in found] == [
        (FRIDAY, TEACHER),
        (FRIDAY, VENUE),
        (later.day, TEACHER),
    ]


def test_a_course_that_meets_itself_is_a_conflict() -> None:
    wants = [Want(Slot(FRIDAY, 1140, 1230), (VENUE,)), Want(Slot(FRIDAY, 1200, 1290), (VENUE, TEACHER))]
    back_to_back = Want(Slot(FRIDAY, 1290, 1320), (VENUE, TEACHER))
    [conflict] = find_conflicts([*wants, back_to_back], NAMES, [])
    assert (conflict.wanted, conflict.resource, conflict.holding) == (wants[1].slot, VENUE, None)
    assert (
        explain(conflict, village_code=HERE, today=TODAY)
        == "周五 11月27日（十月十九） 这门课排了两次，时间撞在一起了。"
    )


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        (holding(), "周五 11月27日（十月十九） 19:00–20:30，周老师已经在建立村上课：柑橘管护（村活动室）。"),
        (
            holding(village_code=HERE, village="狮湾村"),
            "周五 11月27日（十月十九） 19:00–20:30，周老师已经有课：柑橘管护（村活动室）。",
        ),
        (
            holding(VENUE, village_code=HERE),
            "周五 11月27日（十月十九） 19:00–20:30，周老师已经有课：柑橘管护（周老师）。",
        ),
        (
            holding(VENUE),
            "周五 11月27日（十月十九） 19:00–20:30，周老师已经给建立村上课用了：柑橘管护（周老师）。",
        ),
        (
            holding(venue="", village_code=HERE),
            "周五 11月27日（十月十九） 19:00–20:30，周老师已经有课：柑橘管护（地点未定）。",
        ),
        (
            holding(is_private=True, title="", venue="", teachers=()),
            "周五 11月27日（十月十九） 19:00–20:30，周老师已经被建立村占了。",
        ),
    ],
)
def test_a_conflict_is_told_in_one_sentence(held: Holding, sentence: str) -> None:
    conflict = Conflict(held.slot, held.resource, "周老师", held)
    assert explain(conflict, village_code=HERE, today=TODAY) == sentence


def test_whom_to_phone_is_said_when_known() -> None:
    def asked(**told: object) -> str:
        held = holding(**told)  # type: ignore[arg-type]
        return whom_to_ask(Conflict(held.slot, held.resource, "周老师", held))

    assert asked() == "要商量，打电话给罗支书：0832-5550202。"
    assert asked(contact_name="") == "要商量，打 0832-5550202。"
    assert asked(contact_phone="") == ""


def test_free_times_are_the_nearest_of_the_day_and_the_same_hour_of_the_next_days() -> None:
    wanted = Slot(FRIDAY, 1140, 1230)
    free = nearest_free(wanted, [wanted])
    assert [(slot.day.day, slot.starts) for slot in free] == [
        (27, 1050),
        (27, 1230),
        (28, 1140),
        (29, 1140),
        (30, 1140),
    ]


def test_free_times_leave_room_for_the_other_dates_of_the_same_course() -> None:
    saturday = Slot(FRIDAY + timedelta(days=1), 1140, 1230)
    wants = [Want(Slot(FRIDAY, 1140, 1230), (TEACHER,)), Want(saturday, (TEACHER,))]
    [answered] = with_free_times(find_conflicts(wants, NAMES, [holding()]), wants, busy(holding()))
    assert not any(slot.overlaps(saturday) for slot in answered.instead)


def test_free_times_are_free_for_everything_the_session_needs() -> None:
    room_until_nine = holding(VENUE, Slot(FRIDAY, 1230, 1260))
    wants = [Want(Slot(FRIDAY, 1140, 1230), (TEACHER, VENUE))]
    [answered] = with_free_times(
        find_conflicts(wants, NAMES, [holding()]), wants, busy(holding(), room_until_nine)
    )
    assert Slot(FRIDAY, 1230, 1320) not in answered.instead
    assert Slot(FRIDAY, 1050, 1140) in answered.instead


def test_what_has_already_begun_is_not_offered() -> None:
    wanted = Slot(FRIDAY, 1140, 1230)
    free = nearest_free(wanted, [wanted], not_before=Moment(FRIDAY, 1130))
    assert [(slot.day.day, slot.starts) for slot in free][:2] == [(27, 1230), (28, 1140)]


spans = st.tuples(st.integers(0, 95), st.integers(1, 16)).map(
    lambda span: (span[0] * 15, min(span[0] * 15 + span[1] * 15, 1440))
)
slots_of_a_week = st.builds(
    lambda ahead, span: Slot(FRIDAY + timedelta(days=ahead), *span), st.integers(0, 7), spans
)


@given(slots_of_a_week, st.lists(slots_of_a_week, max_size=60))
def test_every_time_offered_is_free_and_sound(wanted: Slot, busy: list[Slot]) -> None:
    for slot in nearest_free(wanted, busy):
        assert not any(slot.overlaps(other) for other in busy)
        assert slot.minutes == wanted.minutes
        assert 0 <= slot.starts < slot.ends <= 1440
        assert wanted.minutes > 480 or slot_problem(slot.starts, slot.ends) is None
        assert slot.day in days_to_search([wanted])


@given(slots_of_a_week, st.lists(slots_of_a_week, max_size=8))
def test_three_times_are_offered_in_any_ordinary_week(wanted: Slot, busy: list[Slot]) -> None:
    if wanted.minutes <= 180:
        assert len(nearest_free(wanted, busy)) >= 3


def test_two_times_of_one_day_are_an_hour_apart_where_that_can_be() -> None:
    wanted = Slot(FRIDAY, 1140, 1230)
    free = nearest_free(wanted, [Slot(FRIDAY, 1080, 1440)])  # closed from six in the evening on
    assert [slot.starts for slot in free if slot.day == FRIDAY] == [930, 990]
    between = [Slot(FRIDAY, 0, 975), Slot(FRIDAY, 1080, 1440)]
    assert [slot.starts for slot in nearest_free(wanted, between) if slot.day == FRIDAY] == [975, 990]


def test_a_full_week_offers_nothing() -> None:
    wanted = Slot(FRIDAY, 1140, 1230)
    busy = [Slot(FRIDAY + timedelta(days=ahead), 0, 1440) for ahead in range(8)]
    assert nearest_free(wanted, busy) == ()


@given(st.lists(slots_of_a_week, max_size=20), st.lists(slots_of_a_week, max_size=20))
def test_a_series_is_offered_times_that_are_free_on_all_its_days(
    teachers: list[Slot], venues: list[Slot]
) -> None:
    wants = [Want(Slot(FRIDAY + timedelta(days=ahead), 1140, 1230), (TEACHER,), (VENUE,)) for ahead in (2, 0)]
    for first in nearest_common(wants, {TEACHER: teachers, VENUE: venues}):
        for ahead in (0, 2):
            slot = Slot(first.day + timedelta(days=ahead), first.starts, first.ends)
            assert not any(slot.overlaps(other) for other in (*teachers, *venues))


def test_a_series_that_is_held_elsewhere_a_week_on_is_not_offered_that_hour() -> None:
    wants = [Want(Slot(FRIDAY + timedelta(days=ahead), 1140, 1230), (TEACHER,)) for ahead in (0, 7)]
    free = nearest_common(wants, {TEACHER: [wants[0].slot, wants[1].slot]})
    assert free == nearest_free(wants[0].slot, [wants[0].slot])
    longer = [wants[0], Want(Slot(FRIDAY + timedelta(days=7), 1140, 1260), (TEACHER,))]
    assert nearest_common(longer, {}) == ()


def test_under_its_day_a_conflict_does_not_say_the_day_again() -> None:
    taken = Conflict(Slot(FRIDAY, 1140, 1230), TEACHER, "周老师", holding(village_code=HERE, teachers=()))
    room = Conflict(taken.wanted, VENUE, "村活动室", holding(VENUE, village_code=HERE, teachers=()))
    assert explain(taken, village_code=HERE, today=TODAY, under_its_day=True) == (
        "19:00–20:30，周老师已经有课：柑橘管护（村活动室）。"
    )
    assert explain(room, village_code=HERE, today=TODAY, under_its_day=True) == (
        "19:00–20:30，村活动室已经有课：柑橘管护（老师未定）。"
    )
    together = explain_together([taken, room], today=TODAY, under_its_day=True)
    assert together == "19:00–20:30，周老师、村活动室都已经有课：柑橘管护。"
    assert explain_together([taken, room], today=TODAY).startswith("周五 11月27日（十月十九） 19:00–20:30，")
