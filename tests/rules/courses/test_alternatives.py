"""What is offered instead of a taken slot resolves the conflict, the nearest first, and says so plainly."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.courses.advice import WALK_HOME_MINUTES
from nightschool.rules.courses.alternatives import (
    Around,
    WantedSlot,
    Way,
    find_alternatives,
    find_common,
    label,
    label_common,
    tell_alternatives,
    tell_instead,
)
from nightschool.rules.courses.choices import Choices, TeacherChoice, VenueChoice
from nightschool.rules.courses.conflicts import Conflict, nearest_free
from nightschool.rules.courses.proposals import Instead
from nightschool.rules.resources import Resource, ResourceKind
from nightschool.rules.slots import Slot

TODAY = date(2026, 11, 24)
EVENING = Slot(date(2026, 11, 27), 1140, 1230)
HERE, TOWNSHIP, COUNTY = "511002105201", "511002105000", "511002000000"


def teacher(number: int) -> Resource:
    return Resource(ResourceKind.TEACHER, number)


def venue(number: int) -> Resource:
    return Resource(ResourceKind.VENUE, number)


ZHOU = TeacherChoice("zhou", "周老师", teacher(1), TOWNSHIP, "农技站", "technician", "柑橘、果树")
LI = TeacherChoice("li", "李老师", teacher(2), TOWNSHIP, "农技站", "technician", "果树病虫")
FAR = TeacherChoice("far", "何老师", teacher(3), COUNTY, "农业局", "technician", "果树病虫")
DOCTOR = TeacherChoice("doctor", "吴医生", teacher(4), TOWNSHIP, "卫生院", "doctor", "慢性病")
ROOM = VenueChoice("room", "村活动室", venue(1), seats=40)
OFFICE = VenueChoice("office", "村办公室", venue(2), seats=40)
SMALL = VenueChoice("small", "书屋", venue(3), seats=12)
YARD = VenueChoice("yard", "院坝", venue(4), is_lit=False, is_covered=False)
WANTED_SLOT = WantedSlot(EVENING, "柑橘冬季管护", ("zhou",), "room")


def around(**busy: tuple[Slot, ...]) -> Around:
    choices = Choices((DOCTOR, FAR, LI, ZHOU), (YARD, ROOM, SMALL, OFFICE))
    return Around(HERE, choices, {choices.by_id[name].resource: slots for name, slots in busy.items()})


def clash(*resources: Resource, free: tuple[Slot, ...] | None = None) -> list[Conflict]:
    instead = nearest_free(EVENING, [EVENING]) if free is None else free
    return [Conflict(EVENING, resource, "", None, instead) for resource in resources]


def offered(*resources: Resource, **busy: tuple[Slot, ...]) -> list[tuple[Way, tuple[str, ...]]]:
    return [(one.way, one.names) for one in find_alternatives(WANTED_SLOT, clash(*resources), around(**busy))]


def test_where_the_teacher_is_taken_the_nearest_of_the_same_subject_comes_first_and_no_venue() -> None:
    assert offered(teacher(1)) == [
        (Way.TEACHER, ("李老师",)),
        (Way.TEACHER, ("何老师",)),
        (Way.TIME, ()),
        (Way.TIME, ()),
        (Way.TIME, ()),
    ]
    assert offered(teacher(1), li=(EVENING,), far=(EVENING,))[-1] == (Way.TEACHER, ("吴医生",))


def test_where_the_venue_is_taken_a_lit_room_of_as_many_seats_comes_first_and_no_teacher() -> None:
    assert offered(venue(1))[:2] == [(Way.VENUE, ("村办公室",)), (Way.TIME, ())]
    assert (Way.VENUE, ("书屋",)) in offered(venue(1))
    assert (Way.VENUE, ("院坝",)) not in offered(venue(1))  # dark, open, and there are better ones
    by_day = WantedSlot(Slot(EVENING.day, 600, 660), "柑橘冬季管护", ("zhou",), "room")
    conflict = Conflict(by_day.slot, venue(1), "", None, ())
    notes = {one.names[0]: one.note for one in find_alternatives(by_day, [conflict], around())}
    assert notes == {"村办公室": "坐 40 人", "书屋": "坐 12 人", "院坝": "是露天的"}


@pytest.mark.parametrize(
    ("ends", "is_dark"), [(1080 - WALK_HOME_MINUTES, False), (1081 - WALK_HOME_MINUTES, True)]
)
def test_where_the_seat_of_the_county_is_not_known_it_gets_dark_at_six(ends: int, is_dark: bool) -> None:
    far_away = replace(around(), region_code="990101105201")
    assert far_away.is_dark(Slot(EVENING.day, ends - 60, ends)) is is_dark


def test_however_many_could_stand_in_two_are_offered_while_other_times_remain() -> None:
    equals = tuple(replace(LI, public_id=f"li{number}", resource=teacher(10 + number)) for number in range(4))
    many = replace(around(), choices=Choices((ZHOU, *equals), (ROOM,)))
    ways = [one.way for one in find_alternatives(WANTED_SLOT, clash(teacher(1)), many)]
    assert ways == [Way.TEACHER] * 2 + [Way.TIME] * 3


def test_where_both_are_taken_only_another_time_helps() -> None:
    assert {way for way, _names in offered(teacher(1), venue(1))} == {Way.TIME}
    assert len(offered(teacher(1), venue(1))) == 5


def test_one_stands_in_for_each_who_is_taken_and_the_others_stay() -> None:
    want = WantedSlot(EVENING, "柑橘冬季管护", ("doctor", "zhou"), None)
    best = find_alternatives(want, clash(teacher(1)), around())[0]
    assert (best.instead.teachers, best.names) == (("doctor", "li"), ("李老师",))
    both = find_alternatives(want, clash(teacher(1), teacher(4)), around())[0]
    assert (both.instead.teachers, both.names) == (("li", "far"), ("李老师", "何老师"))


def test_leaving_the_date_out_comes_last_and_only_of_several() -> None:
    [*others, last] = find_alternatives(WANTED_SLOT, clash(teacher(1)), around(), may_leave_out=True)
    assert last.way == Way.OUT and Way.OUT not in {one.way for one in others}


def test_another_date_of_the_same_course_is_no_free_time() -> None:
    saturday = Slot(EVENING.day + timedelta(days=1), 1140, 1230)
    times = find_alternatives(WANTED_SLOT, clash(teacher(1), venue(1)), around(), not_at=[saturday])
    assert saturday not in [one.instead.slot for one in times]


@given(
    free=st.integers(0, 5),
    busy=st.sets(st.sampled_from(["li", "far", "doctor", "office", "small"])),
    taken=st.sampled_from([(teacher(1),), (venue(1),), (teacher(1), venue(1))]),
)
def test_five_are_offered_wherever_so_many_there_are_and_each_is_free(
    free: int, busy: set[str], taken: tuple[Resource, ...]
) -> None:
    times = nearest_free(EVENING, [EVENING])[:free]
    everything = around(**dict.fromkeys(busy, (EVENING,)))
    found = find_alternatives(WANTED_SLOT, clash(*taken, free=times), everything)
    others = {teacher(1): {"li", "far", "doctor"}, venue(1): {"office", "small", "yard"}}
    there_are = free + (len(others[taken[0]] - busy) if len(taken) == 1 else 0)
    assert len(found) == min(5, there_are)
    named = {key for one in found for key in (*(one.instead.teachers or ()), one.instead.venue or "")}
    assert not named & (busy | {"zhou", "room"})
    assert [one.distance for one in found] == sorted(one.distance for one in found)


@pytest.mark.parametrize(
    ("resource", "sentence", "labels"),
    [
        (
            teacher(1),
            "可以请李老师、请何老师、改到当天 17:30、改到当天 20:30、改到 周六 11月28日（十月二十） 19:00，或者这天不排。",
            {
                "请李老师（农技站）",
                "改到 周六 11月28日（十月二十） 19:00–20:30",
            },
        ),
        (
            venue(1),
            "可以换到村办公室、改到当天 17:30、改到当天 20:30、换到书屋、改到 周六 11月28日（十月二十） 19:00，或者这天不排。",
            {
                "换到书屋（坐 12 人）",
                "改到 周五 11月27日（十月十九） 17:30–19:00",
                "这天不排",
            },
        ),
    ],
)
def test_it_is_said_in_one_sentence_and_on_each_button(
    resource: Resource, sentence: str, labels: set[str]
) -> None:
    found = find_alternatives(WANTED_SLOT, clash(resource), around(), may_leave_out=True)
    assert tell_alternatives(found, TODAY) == sentence
    assert labels <= {label(one, TODAY) for one in found}
    assert tell_alternatives((), TODAY) == "前后一周都没有空着的时间，也没有别的可换。"
    assert tell_alternatives(found[:1], TODAY) in ("可以请李老师。", "可以换到村办公室。")


def test_what_was_chosen_is_told_in_words() -> None:
    chosen = Instead(Slot(EVENING.day, 1230, 1320), "office", ("li",))
    names = {"office": "村办公室", "li": "李老师"}
    assert tell_instead(chosen, EVENING.day, names, TODAY) == "改到当天 20:30；换到村办公室；请李老师"


def test_a_series_may_change_to_what_is_free_on_all_its_days() -> None:
    after = replace(EVENING, day=EVENING.day + timedelta(days=7))
    wants = [WANTED_SLOT, replace(WANTED_SLOT, slot=after)]
    known = around(office=(after,), yard=(after,), far=(after,), doctor=(EVENING,))

    def common(*resources: Resource) -> list[str]:
        return [label_common(one) for one in find_common(wants, clash(*resources), known)]

    assert common(venue(1)) == ["都换到书屋"]
    assert common(teacher(1)) == ["都请李老师"]
    assert common(venue(1), teacher(1)) == []
    assert find_common([], clash(venue(1)), known) == ()
