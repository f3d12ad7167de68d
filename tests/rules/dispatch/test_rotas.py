"""Rotas: what may never be in one is noticed, whoever made it; and what two are compared by."""

from dataclasses import replace

import pytest

from nightschool.rules.dispatch.rota_search import search_rota
from nightschool.rules.dispatch.rotas import (
    RotaEvenings,
    RotaLine,
    RotaTask,
    RotaTeacher,
    RotaVillage,
    RotaWish,
    broken_rules,
    rota_rank,
    rota_value,
    stands_alone,
    way_cost,
    way_km,
    with_pins,
    worth_by_rank,
)
from nightschool.rules.seasons.daylight import Position

OPEN = RotaEvenings((0,) * 14, {})
HILL, RIVER = Position(29.5, 105.0), Position(29.6, 105.0)


def task() -> RotaTask:
    """Two weeks, two villages that share a hall, the first with a course of two parts; two teachers who teach all."""
    return RotaTask(
        weeks=(0,) * 7 + (1,) * 7,
        villages=(
            RotaVillage("1", "柳树村", "东镇", HILL),
            RotaVillage("2", "河边村", "西镇", RIVER),
        ),
        wishes=(
            RotaWish("a", 0, "柑橘", worth_by_rank(0), OPEN, 5, course="课"),
            RotaWish("b", 0, "养猪", worth_by_rank(1), OPEN, 5, course="课"),
            RotaWish("c", 1, "柑橘", worth_by_rank(0), RotaEvenings((0,) * 14, {3: "not_wished"}), 5),
        ),
        teachers=tuple(
            RotaTeacher(name, name, frozenset({"柑橘", "养猪"}), frozenset(range(13)), (1, 2), home=HILL)
            for name in ("张老师", "李老师")
        ),
    )


SOUND = [RotaLine(0, 0, 1), RotaLine(1, 1, 8), RotaLine(2, 1, 2)]


def test_a_sound_rota_breaks_nothing() -> None:
    assert broken_rules(task(), SOUND) == ()


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        ("teacher_away", [RotaLine(0, 0, 13)]),
        ("closed", [RotaLine(2, 0, 3)]),
        ("wish_twice", [RotaLine(2, 0, 1), RotaLine(2, 1, 8)]),
        ("teacher_twice", [RotaLine(0, 0, 8), RotaLine(2, 0, 8)]),
        ("teacher_full", [RotaLine(0, 0, 1), RotaLine(2, 0, 2)]),
        ("week_taken", [RotaLine(0, 0, 8), RotaLine(1, 0, 9)]),
        ("too_close", [RotaLine(0, 0, 6), RotaLine(1, 0, 7)]),
        ("hall_twice", [RotaLine(0, 0, 1), RotaLine(2, 1, 1)]),
        ("out_of_order", [RotaLine(0, 0, 8), RotaLine(1, 1, 1)]),
        ("out_of_order", [RotaLine(1, 1, 1)]),
    ],
)
def test_what_may_never_be_is_noticed(rule: str, lines: list[RotaLine]) -> None:
    assert rule in {one.rule for one in broken_rules(task(), lines)}


def test_who_does_not_teach_it_or_does_not_go_there_is_noticed() -> None:
    narrow = replace(task().teachers[0], topics=frozenset({"养猪"}), served=frozenset({"西镇"}))
    now = replace(task(), teachers=(narrow, task().teachers[1]))
    assert [one.rule for one in broken_rules(now, SOUND)] == ["not_taught", "not_served"]
    assert not stands_alone(now, SOUND[0])
    assert stands_alone(now, SOUND[1])


def test_a_pin_that_is_missing_is_noticed() -> None:
    pinned = replace(task(), pins=(RotaLine(0, 1, 1),))
    assert [one.rule for one in broken_rules(pinned, SOUND)] == ["pin_moved"]


def test_of_more_pins_than_evenings_those_that_can_be_stay_and_the_others_are_named() -> None:
    pins = [
        RotaLine(0, 0, 1),
        RotaLine(2, 0, 2),
        RotaLine(1, 1, 9),
    ]  # the first teacher takes one class that week
    pinned, against = with_pins(task(), pins)
    assert pinned.pins == (pins[0], pins[2])
    assert [(one.rule, one.line) for one in against] == [("teacher_full", pins[1])]
    assert {pins[0], pins[2]} <= {*search_rota(pinned)}


def test_a_class_is_worth_less_with_a_long_way_and_off_its_week() -> None:
    now = task()
    near, far = now.gain_of(RotaLine(0, 0, 1)), now.gain_of(RotaLine(2, 0, 1))
    km = way_km(now.teachers[0], now.villages[1])
    assert km == pytest.approx(15.57, abs=0.01)
    assert way_cost(km) == 311
    assert (near, now.gain_of(RotaLine(0, 0, 8))) == (10_000, 9_960)
    assert far == 10_000 - 311, "what is no part of a course is best met at once"
    waited = replace(now, wishes=(*now.wishes[:2], replace(now.wishes[2], waited=60)))
    later = RotaLine(2, 0, 8)
    assert (far - now.gain_of(later), far - waited.gain_of(later)) == (100, 160)


def test_what_speaks_against_an_evening_is_taken_off() -> None:
    wet = RotaEvenings((0, 250, *(0,) * 12))
    now = replace(task(), wishes=(replace(task().wishes[0], evenings=wet), *task().wishes[1:]))
    assert now.gain_of(RotaLine(0, 0, 1)) == 9_750


def test_without_positions_it_goes_by_townships() -> None:
    nowhere = RotaVillage("1", "柳树村", "东镇")
    teacher = replace(task().teachers[0], township="东镇")
    assert (way_km(teacher, nowhere), way_km(teacher, replace(nowhere, township="西镇"))) == (5, 20)
    assert task().knows_ways
    assert not replace(task(), villages=(nowhere, task().villages[1])).knows_ways


def test_more_villages_with_a_class_come_before_worth() -> None:
    both, one = [RotaLine(0, 0, 1), RotaLine(2, 1, 2)], [RotaLine(0, 0, 1), RotaLine(1, 1, 8)]
    now = replace(task(), wishes=(*task().wishes[:2], replace(task().wishes[2], worth=1)))
    assert rota_value(now, one) > rota_value(now, both)
    assert rota_rank(now, both) > rota_rank(now, one)


def test_each_further_class_of_a_village_is_worth_less() -> None:
    assert [worth_by_rank(rank) for rank in range(6)] == [10_000, 8_000, 6_500, 5_200, 4_160, 3_328]


def test_the_nearest_who_teach_it_are_thought_of() -> None:
    away = replace(task().teachers[1], home=Position(29.9, 105.0))
    now = replace(task(), teachers=(away, task().teachers[0]))
    assert [choice.teacher for choice in now.choices[0]] == [1, 0]
