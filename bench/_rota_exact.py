"""The best rota there can be, proven by CP-SAT: for small tasks, as what the engines are measured against."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise

from ortools.sat.python import cp_model

from nightschool.rules.dispatch.rotas import APART_DAYS, RotaLine, RotaTask


def best_rota(
    task: RotaTask, *, seconds: float = 60, hint: Sequence[RotaLine] = ()
) -> tuple[int, int, list[RotaLine]]:
    """What the best found is worth, what none is worth more than, and its lines."""
    return _solved(task, task.gain_of, seconds, hint)


def fewest_changes(task: RotaTask, before: Sequence[RotaLine], *, seconds: float = 60) -> tuple[int, int]:
    """Of the rotas that meet as many of the wishes of before as can be, the least changes: (met, changes)."""
    former = {line.wish: line for line in before}
    big = len(former) + 1

    def gain(line: RotaLine) -> int:
        return 0 if line.wish not in former else big - (line != former[line.wish])

    _value, _bound, lines = _solved(task, gain, seconds, ())
    met = [line for line in lines if line.wish in former]
    return len(met), changes_between(before, met)


def changes_between(before: Sequence[RotaLine], after: Sequence[RotaLine]) -> int:
    """Classes that are elsewhere, at another time, by somebody else, or gone."""
    return len(set(before) - set(after))


def _solved(
    task: RotaTask, gain: Callable[[RotaLine], int], seconds: float, hint: Sequence[RotaLine]
) -> tuple[int, int, list[RotaLine]]:
    model = cp_model.CpModel()
    chosen: dict[RotaLine, cp_model.IntVar] = {}
    groups: dict[tuple[object, ...], list[cp_model.IntVar]] = defaultdict(list)
    weeks: dict[int, dict[int, list[cp_model.IntVar]]] = defaultdict(lambda: defaultdict(list))
    for number, wish in enumerate(task.wishes):
        for choice in task.choices[number]:
            for evening in task.teachers[choice.teacher].free:
                if not task.is_open(number, evening):
                    continue
                line = RotaLine(number, choice.teacher, evening)
                one = chosen[line] = model.new_bool_var(str(line))
                week = task.weeks[evening]
                groups["wish", number].append(one)
                groups["teacher", choice.teacher, evening].append(one)
                groups["village", wish.village, week].append(one)
                for start in range(evening - APART_DAYS + 1, evening + 1):
                    groups["near", wish.village, start].append(one)
                if wish.hall is not None:
                    groups["hall", wish.hall, evening].append(one)
                groups["full", choice.teacher, week].append(one)
                weeks[number][week].append(one)
    for key, group in groups.items():
        if key[0] == "full":
            model.add(sum(group) <= task.teachers[key[1]].most[key[2]])  # type: ignore[index]  # of "full" a teacher and a week
        else:
            model.add_at_most_one(group)
    for course in {*task.courses}:
        for before, after in pairwise(course):
            for week in range(
                task.week_count
            ):  # until this week no later part without the earlier one before
                late = [one for at in range(week + 1) for one in weeks[after][at]]
                early = [one for at in range(week) for one in weeks[before][at]]
                if late:
                    model.add(sum(late) <= sum(early))
    for pin in task.pins:
        model.add(chosen[pin] == 1)
    model.maximize(sum(gain(line) * one for line, one in chosen.items()))
    for line, one in chosen.items():
        model.add_hint(one, line in set(hint)) if hint else None
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2  # more of them damage memory in 9.13 to 9.15
    status = solver.solve(model)
    assert status in (cp_model.OPTIMAL, cp_model.FEASIBLE), solver.status_name(status)
    lines = [line for line, one in chosen.items() if solver.value(one)]
    return round(solver.objective_value), round(solver.best_objective_bound), lines
