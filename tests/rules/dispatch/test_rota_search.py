"""Rotas found without anybody's help: no rule is broken, nobody is left out, and what falls away is mended."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from nightschool.rules.dispatch.rota_search import Board, better_rota, greedy_rota, mend_rota, search_rota
from nightschool.rules.dispatch.rotas import (
    RotaEvenings,
    RotaLine,
    RotaTask,
    RotaTeacher,
    RotaVillage,
    RotaWish,
    broken_rules,
    rota_rank,
    stands_alone,
    worth_by_rank,
)
from tests.rota_tasks import rota_tasks


@given(rota_tasks())
@settings(max_examples=40, deadline=None)
def test_no_rota_breaks_a_rule_and_the_search_is_no_worse_than_the_greedy_one(task: RotaTask) -> None:
    greedy, found = greedy_rota(task), search_rota(task)
    assert broken_rules(task, greedy) == broken_rules(task, found) == ()
    assert rota_rank(task, found) >= rota_rank(task, greedy)


@given(rota_tasks())
@settings(max_examples=40, deadline=None)
def test_when_a_teacher_cannot_come_the_rest_stays_where_it_can(task: RotaTask) -> None:
    before = greedy_rota(task)
    pinned = {pin.wish for pin in task.pins}
    ill = next((line.teacher for line in before if line.wish not in pinned), None)
    if ill is None or any(pin.teacher == ill for pin in task.pins):
        return
    teachers = list(task.teachers)
    teachers[ill] = replace(teachers[ill], free=frozenset())
    now = RotaTask(task.weeks, task.villages, task.wishes, tuple(teachers), task.pins)
    after = mend_rota(now, before)
    assert broken_rules(now, after) == ()
    assert not {line for line in after if line.teacher == ill}


@given(rota_tasks(), st.integers(0, 12))
@settings(max_examples=40, deadline=None)
def test_what_is_broken_off_in_the_middle_is_no_worse_than_what_it_began_with(
    task: RotaTask, steps: int
) -> None:
    def until_then() -> Callable[[], bool]:
        left = iter(range(steps))
        return lambda: next(left, None) is not None

    before = greedy_rota(task)
    board = Board(task, before)
    better_rota(board, until_then())
    for found in (board.result(), search_rota(task, until_then())):
        assert broken_rules(task, found) == ()
        assert rota_rank(task, found) >= rota_rank(task, before)
    away = tuple(replace(one, free=one.free - {*range(7)}) for one in task.teachers)
    now = RotaTask(task.weeks, task.villages, task.wishes, away)
    standing = Board(now, [line for line in before if stands_alone(now, line)])
    standing.tidy()
    mended = mend_rota(now, before, until_then())
    assert broken_rules(now, mended) == ()
    assert len(standing.result()) <= len(mended)


def simple(villages: int, teachers: int, *, weeks: int = 1, free: tuple[int, ...] = (0,)) -> RotaTask:
    evenings = RotaEvenings((0,) * (7 * weeks))
    return RotaTask(
        tuple(one // 7 for one in range(7 * weeks)),
        tuple(RotaVillage(str(one), f"村{one}", "东镇") for one in range(villages)),
        tuple(RotaWish(str(one), one, "柑橘", worth_by_rank(0), evenings) for one in range(villages)),
        tuple(
            RotaTeacher(f"t{one}", f"教员{one}", frozenset({"柑橘"}), frozenset(free), (7,) * weeks)
            for one in range(teachers)
        ),
    )


def test_one_class_moves_so_that_another_village_has_one_too() -> None:
    """The greedy one sends the only teacher of pigs to teach oranges, for whom there is another evening."""
    task = simple(2, 2, free=(0,))
    task = replace(
        task,
        wishes=(task.wishes[0], replace(task.wishes[1], topic="养猪")),
        teachers=(
            replace(task.teachers[0], topics=frozenset({"柑橘", "养猪"})),
            replace(task.teachers[1], free=frozenset({3})),
        ),
    )
    assert [line.wish for line in greedy_rota(task)] == [0]
    assert search_rota(task) == (RotaLine(0, 1, 3), RotaLine(1, 0, 0))


def test_a_village_without_a_class_comes_before_the_second_of_another() -> None:
    """Even where its teacher has so long a way that the second class would be worth more."""
    task = simple(2, 1, weeks=2, free=(0, 7))
    second = replace(task.wishes[0], key="more", worth=worth_by_rank(1))
    costly = RotaEvenings((9_000,) * 14)
    task = replace(task, wishes=(task.wishes[0], replace(task.wishes[1], evenings=costly), second))
    assert {line.wish for line in search_rota(task)} == {0, 1}


def test_the_greedy_rota_stands_when_the_search_may_not_go_on() -> None:
    task = simple(3, 2)
    assert search_rota(task, lambda: False) == greedy_rota(task)


def test_what_is_pinned_stands_and_nothing_moves_it() -> None:
    task = replace(simple(2, 1), pins=(RotaLine(1, 0, 0),))
    assert search_rota(task) == (RotaLine(1, 0, 0),)
    assert Board(task).may_go(1) is False


def test_mending_moves_one_class_for_the_one_that_fell_away() -> None:
    task = simple(2, 3, free=(0,))
    before = (RotaLine(0, 0, 0), RotaLine(1, 1, 0))
    ill = replace(task.teachers[0], free=frozenset())
    after = mend_rota(replace(task, teachers=(ill, *task.teachers[1:])), before)
    assert after == (RotaLine(0, 2, 0), RotaLine(1, 1, 0))


def test_parts_of_a_course_go_with_the_one_they_build_on() -> None:
    """The first part can be nowhere any more, so the second is not given either."""
    task = simple(1, 2, weeks=2, free=(0, 8))
    first = replace(task.wishes[0], course="课")
    later = replace(first, key="b", topic="养猪", worth=worth_by_rank(1))
    other = replace(task.teachers[1], topics=frozenset({"养猪"}))
    task = replace(task, wishes=(first, later), teachers=(task.teachers[0], other))
    before = search_rota(task)
    assert [line.wish for line in before] == [0, 1]
    ill = replace(task.teachers[0], free=frozenset())
    assert mend_rota(replace(task, teachers=(ill, other)), before) == ()
