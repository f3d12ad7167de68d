"""A slot is half-open minutes of one day; a time can be typed the way people say it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nightschool.rules.slots import Slot, SlotFault, parse_time, read_end, slot_problem, tell_slot_problem

DAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        ((18 * 60, 19 * 60), False),  # ends as it begins
        ((20 * 60 + 30, 21 * 60), False),  # begins as it ends
        ((18 * 60, 19 * 60 + 1), True),
        ((20 * 60 + 29, 22 * 60), True),
        ((19 * 60, 20 * 60 + 30), True),
        ((19 * 60 + 30, 20 * 60), True),
        ((18 * 60, 22 * 60), True),
        ((8 * 60, 9 * 60), False),
    ],
)
def test_slot_overlaps_when_a_minute_is_shared(other: tuple[int, int], overlaps: bool) -> None:
    evening = Slot(DAY, 19 * 60, 20 * 60 + 30)
    assert evening.overlaps(Slot(DAY, *other)) is overlaps
    assert Slot(DAY, *other).overlaps(evening) is overlaps


def test_slot_of_another_day_never_overlaps() -> None:
    assert not Slot(DAY, 19 * 60, 20 * 60).overlaps(Slot(date(2026, 11, 28), 19 * 60, 20 * 60))


@given(st.integers(0, 1439), st.integers(1, 600), st.integers(0, 1439), st.integers(1, 600))
def test_slot_overlaps_exactly_when_a_minute_belongs_to_both(
    a: int, a_long: int, b: int, b_long: int
) -> None:
    shared = set(range(a, a + a_long)) & set(range(b, b + b_long))
    assert Slot(DAY, a, a + a_long).overlaps(Slot(DAY, b, b + b_long)) is bool(shared)


@pytest.mark.parametrize(
    ("starts", "ends", "fault"),
    [
        (19 * 60, 20 * 60 + 30, None),
        (19 * 60, 19 * 60 + 10, None),
        (8 * 60, 16 * 60, None),
        (23 * 60, 24 * 60, None),
        (0, 60, None),
        (19 * 60, 19 * 60 + 9, SlotFault.TOO_SHORT),
        (8 * 60, 16 * 60 + 1, SlotFault.TOO_LONG),
        (19 * 60, 19 * 60, SlotFault.END_NOT_AFTER_START),
        (20 * 60, 19 * 60, SlotFault.END_NOT_AFTER_START),
        (9 * 60, 1 * 60, SlotFault.END_NOT_AFTER_START),
        (23 * 60, 24 * 60 + 30, SlotFault.PAST_MIDNIGHT),
        (23 * 60, 30, SlotFault.PAST_MIDNIGHT),
        (24 * 60, 25 * 60, SlotFault.PAST_MIDNIGHT),
    ],
)
def test_slot_problem_names_what_is_wrong(starts: int, ends: int, fault: SlotFault | None) -> None:
    problem = slot_problem(starts, ends)
    assert (problem.fault if problem else None) == fault


def test_midnight_typed_as_zero_closes_the_evening() -> None:
    assert read_end(22 * 60, 0) == 24 * 60
    assert read_end(0, 0) == 0
    assert slot_problem(22 * 60, read_end(22 * 60, 0)) is None


@given(st.integers(-100, 3000), st.integers(-100, 3000))
def test_sound_slots_are_those_the_database_takes(starts: int, ends: int) -> None:
    sound = starts >= 0 and ends <= 1440 and 10 <= ends - starts <= 480
    assert (slot_problem(starts, ends) is None) is sound


def test_every_slot_problem_is_told_in_a_sentence() -> None:
    spans = [(1380, 1470), (1200, 1140), (1140, 1145), (480, 1200)]
    problems = [slot_problem(starts, ends) for starts, ends in spans]
    told = {tell_slot_problem(problem) for problem in problems if problem}
    assert len(told) == 4
    assert (
        "从 23:00 上到 00:30 就过了半夜十二点。一节课要在当天上完，最晚到 24:00；再长就分成两天排。" in told
    )


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("19:00", 1140),
        ("19：00", 1140),
        ("１９：３０", 1170),
        (" 7:30 ", 450),
        ("07:30", 450),
        ("19.30", 1170),
        ("1930", 1170),
        ("730", 450),
        ("7:30pm", 1170),
        ("7 pm", 1140),
        ("12:30 am", 30),
        ("19点", 1140),
        ("七点", 420),
        ("19点30", 1170),
        ("19时30分", 1170),
        ("晚上7点半", 1170),
        ("晚上七点半", 1170),
        ("晚上 7:30", 1170),
        ("晚上7点三刻", 1185),
        ("下午两点一刻", 855),
        ("中午12点", 720),
        ("中午一点", 780),
        ("上午九点十五分", 555),
        ("早上8点", 480),
        ("十九点三十五", 1175),
        ("二十点零五分", 1205),
        ("下午14:00", 840),
        ("晚上12点", 1440),
        ("24:00", 1440),
        ("25:30", 1530),
        ("0:00", 0),
    ],
)
def test_time_is_read_as_people_type_it(typed: str, minutes: int) -> None:
    assert parse_time(typed) == minutes


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "7",
        "19",
        "19:60",
        "30:00",
        "7:5",
        "晚饭后",
        "19:00-20:30",
        "1９:0０:00",
        "٧:٣٠",
        "९:३०",
        "-1:00",
        "9" * 400,
        "十十点",
        "二三四点",
        "晚上",
        "半",
        "点半",
        "7点晚上半",
        "1e1:00",
    ],
)
def test_what_is_no_time_is_not_guessed(typed: str) -> None:
    assert parse_time(typed) is None


@given(st.integers(0, 1439))
def test_time_written_by_the_clock_is_read_back(minutes: int) -> None:
    hour, minute = divmod(minutes, 60)
    assert parse_time(f"{hour:02}:{minute:02}") == minutes
    assert parse_time(f"{hour}点{minute}分") == minutes


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(typed: str) -> None:
    read = parse_time(typed)
    assert read is None or 0 <= read < 30 * 60


def test_hostile_text_is_no_time() -> None:
    for typed in ("1" * 50_000, "十" * 50_000, " " * 50_000 + "9:00", "晚上" * 25_000):
        assert parse_time(typed) is None


def test_until_six_in_the_morning_a_class_is_meant_to_run_over_midnight_and_later_it_is_a_slip() -> None:
    faults = [problem.fault for end in (6 * 60, 6 * 60 + 1) if (problem := slot_problem(19 * 60, end))]
    assert faults == [SlotFault.PAST_MIDNIGHT, SlotFault.END_NOT_AFTER_START]
