"""Rotas by min-cost flow: wishes flow to evenings of teachers, those to weeks of teachers; with a proven bound.

One flow knows no order of parts, no week of a village and no hall. So each wish has its own weeks at first; then every
other class of a village stays, the rest find their best places between them, and the other way round. What two wishes
want of one hall the search of the rules settles.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from random import Random
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from nightschool.rules.dispatch.rota_search import Board, GoesOn, give_way, make_room, search_rota
from nightschool.rules.dispatch.rotas import APART_DAYS, RotaLine, RotaTask, rota_rank, way_cost

# A round moves every wish once. Small tasks have more of them; they take less than a second all the same.
_FEWEST_ROUNDS, _MOST_ROUNDS, _MOVES = 3, 160, 5_900

TellRounds = Callable[[int, int, tuple[RotaLine, ...]], None]
Spans = Mapping[int, Sequence[int]]  # of each wish that may move, the evenings it may be met on


def flow_rota(
    task: RotaTask, goes_on: GoesOn = lambda: True, tell: TellRounds = lambda done, every, best: None
) -> tuple[RotaLine, ...]:
    """A rota near the best there can be; where it does not go on, what was found so far, or the greedy one."""
    if not goes_on():
        return search_rota(task, lambda: False)
    tables = _tables(task)
    best: tuple[RotaLine, ...] = ()
    rounds = min(max(_FEWEST_ROUNDS, _MOVES // max(len(task.wishes), 1)), _MOST_ROUNDS)
    dice = Random(rounds)
    for number in range(rounds):
        board = Board(task, best)
        spans = _spans_around(board, dice) if best else _first_spans(task)
        _move(tables, board, spans)
        board.fill(one for one in board.waiting() if one in spans)
        best = max(board.result(), best, key=lambda lines: rota_rank(task, lines))
        tell(number + 1, rounds + 1, best)
        if not goes_on():
            return best
    board = Board(task, best)
    have = {task.wishes[line.wish].village for line in best}
    left_out = [one for one, wish in enumerate(task.wishes) if wish.village not in have]
    make_room(board, goes_on, only=left_out)
    give_way(board, goes_on, only=left_out)
    return max(board.result(), best, key=lambda lines: rota_rank(task, lines))


def flow_bound(task: RotaTask) -> int:
    """No rota is worth more: the best there could be if parts had no order, and weeks and halls room for all."""
    every = range(len(task.weeks))
    flow = _Flow(_tables(task), Board(RotaTask(task.weeks, task.villages, task.wishes, task.teachers)))
    for number in range(len(task.wishes)):
        flow.add(number, every)
    return flow.solved()[0]


@dataclass(frozen=True)
class _Tables:
    """The task as arrays."""

    task: RotaTask
    weeks: Any  # by evening
    free: Any  # teacher x evening
    most: Any  # teacher x week
    gains: Sequence[Any]  # of each wish, by evening, without the way; below nought where it is closed
    teachers: Sequence[Any]  # who could meet each wish
    ways: Sequence[Any]  # and what their ways cost


def _tables(task: RotaTask) -> _Tables:
    count, weeks = len(task.weeks), np.array(task.weeks, dtype=np.int64)
    free = np.zeros((len(task.teachers), count), dtype=bool)
    for number, teacher in enumerate(task.teachers):
        free[number, list(teacher.free)] = True
    against: dict[int, Any] = {}
    gains = []
    for number, wish in enumerate(task.wishes):
        if id(wish.evenings) not in against:
            costs = np.array(wish.evenings.against, dtype=np.int64)
            costs[list(wish.evenings.closed)] = 1 << 30
            against[id(wish.evenings)] = costs
        off = np.array(task.off_weeks[number], dtype=np.int64)
        gains.append(wish.worth - against[id(wish.evenings)] - off[weeks])
    return _Tables(
        task,
        weeks,
        free,
        np.array([one.most for one in task.teachers], dtype=np.int64).reshape(-1, task.week_count),
        gains,
        [np.array([one.teacher for one in choices], dtype=np.int64) for choices in task.choices],
        [np.array([way_cost(one.km) for one in choices], dtype=np.int64) for choices in task.choices],
    )


class _Flow:
    """The network of some wishes beside what stands on a board."""

    def __init__(self, tables: _Tables, board: Board) -> None:
        self.tables, self.task = tables, tables.task
        self.free, self.left = tables.free.copy(), tables.most.copy()
        self.halls: dict[int, list[int]] = {}  # evenings at which a hall is taken
        for line in board.lines.values():
            self.free[line.teacher, line.evening] = False
            self.left[line.teacher, self.task.weeks[line.evening]] -= 1
            hall = self.task.wishes[line.wish].hall
            if hall is not None:
                self.halls.setdefault(hall, []).append(line.evening)
        self.wishes: list[int] = []
        self.parts: list[tuple[Any, Any, Any]] = []  # teachers, evenings, gains of each wish

    def add(self, number: int, span: Sequence[int], more: int = 0) -> None:
        """The wish may be met on these evenings, and it is worth so much `more` that it is."""
        tables = self.tables
        evenings = np.array(span, dtype=np.int64)
        gains = tables.gains[number][evenings]
        is_open = gains > 0
        hall = self.task.wishes[number].hall
        if hall in self.halls:
            is_open &= ~np.isin(evenings, self.halls[hall])
        evenings, gains = evenings[is_open], gains[is_open]
        teachers = tables.teachers[number]
        gains = gains[None, :] - tables.ways[number][:, None] + more
        who, when = np.nonzero(self.free[teachers][:, evenings] & (gains > 0))
        if len(who):
            self.parts.append((teachers[who], evenings[when], gains[who, when]))
            self.wishes.append(number)

    def solved(self) -> tuple[int, list[RotaLine]]:
        """What the best flow is worth, and its lines."""
        if not self.wishes:
            return 0, []
        teachers, evenings, gains = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        count, width = len(self.wishes), len(self.task.weeks)
        tails = np.repeat(np.arange(count), [len(part[0]) for part in self.parts])
        at, at_of = np.unique(teachers * width + evenings, return_inverse=True)
        in_week = at // width * self.task.week_count + self.tables.weeks[at % width]
        week, week_of = np.unique(in_week, return_inverse=True)
        first_at, first_week = count, count + len(at)
        sink = first_week + len(week)
        flow = SimpleMinCostFlow()
        add = flow.add_arcs_with_capacity_and_unit_cost
        ones = np.ones(max(len(tails), count, len(at)), dtype=np.int64)
        noughts = np.zeros_like(ones)
        chosen = add(tails, first_at + at_of, ones[: len(tails)], -gains)
        add(np.arange(count), np.full(count, sink), ones[:count], noughts[:count])
        add(first_at + np.arange(len(at)), first_week + week_of, ones[: len(at)], noughts[: len(at)])
        left = self.left.reshape(-1)[week]
        add(first_week + np.arange(len(week)), np.full(len(week), sink), left, noughts[: len(week)])
        flow.set_nodes_supplies(np.arange(count), ones[:count])
        flow.set_node_supply(sink, -count)
        status = flow.solve()
        assert status == flow.OPTIMAL, status
        taken = np.flatnonzero(flow.flows(chosen))
        numbers = np.array(self.wishes)[tails[taken]]
        rows = zip(numbers.tolist(), teachers[taken].tolist(), evenings[taken].tolist(), strict=True)
        return -flow.optimal_cost(), [RotaLine(*row) for row in rows]


def _move(tables: _Tables, board: Board, spans: Spans) -> None:
    """These wishes stand where all of them together are best met beside the others, each on its evenings."""
    task = tables.task
    for number in spans:
        if number in board.lines:
            board.lift(number)
    flow = _Flow(tables, board)
    for number, allowed in spans.items():
        flow.add(number, allowed, _worth_of_later(board, number))
    for line in sorted(flow.solved()[1], key=lambda line: (-task.wishes[line.wish].worth, line)):
        if not board.blockers(line) and board.is_in_order(line):
            board.put(line)
    board.tidy()


def _worth_of_later(board: Board, number: int) -> int:
    """What stands of the same course after this part, and falls with it."""
    later = [one for one in board.task.courses[number] if one > number and one in board.lines]
    return sum(board.task.gain_of(board.lines[one]) for one in later)


def _first_spans(task: RotaTask) -> Spans:
    """Each wish has its own weeks, those of a village one after another; so they are in order and in no week twice."""
    pinned = {pin.wish for pin in task.pins}
    taken = {(task.wishes[pin.wish].village, task.weeks[pin.evening]) for pin in task.pins}
    starts = _starts(task)
    found: dict[int, Sequence[int]] = {}
    for village, wishes in enumerate(task.wishes_of):
        shares = min(len(wishes), task.week_count)
        for rank, number in enumerate(wishes[:shares]):
            borders = [starts[task.week_count * one // shares] for one in (rank, rank + 1)]
            if number not in pinned:
                found[number] = [one for one in range(*borders) if (village, task.weeks[one]) not in taken]
    return found


def _starts(task: RotaTask) -> list[int]:
    """The first evening of each week, and where the last one ends."""
    return [bisect_left(task.weeks, week) for week in range(task.week_count + 1)]


def _spans_around(board: Board, dice: Random) -> Spans:
    """Every class may move towards its neighbours, as far as they do not come towards it; one more may come in.

    Where the border between two lies is chance, another one each round; so what stands could always stay.
    """
    task, starts = board.task, _starts(board.task)
    found: dict[int, Sequence[int]] = {}
    for wishes in task.wishes_of:
        standing = [(board.lines[one].evening, one) for one in wishes if one in board.lines]
        if (waiting := next((one for one in wishes if one not in board.lines), None)) is not None:
            spare = _spare(task, standing, board.span(waiting))
            if spare:
                standing.append((dice.choice(spare), waiting))
        standing.sort()
        first = 0
        for (evening, one), after in zip_longest(standing, standing[1:]):
            last, following = len(task.weeks) - 1, 0
            if after is not None:
                last, following = _border(board, starts, dice, (evening, one), after)
            if one not in board.pinned:
                found[one] = range(first, last + 1)
            first = following
    return found


def _spare(task: RotaTask, standing: Sequence[tuple[int, int]], span: range) -> list[int]:
    """The evenings of a span that are in nobody's week, and not too near to any class."""
    taken = {task.weeks[evening] for evening, _one in standing}
    return [
        one
        for one in span
        if task.weeks[one] not in taken
        and all(abs(one - evening) >= APART_DAYS for evening, _wish in standing)
    ]


def _border(
    board: Board, starts: Sequence[int], dice: Random, before: tuple[int, int], after: tuple[int, int]
) -> tuple[int, int]:
    """The last evening of the class before and the first of the one after: in two weeks, and not too near."""
    weeks = board.task.weeks
    if before[1] in board.pinned:
        return before[0], max(starts[weeks[before[0]] + 1], before[0] + APART_DAYS)
    week, nearer = weeks[after[0]], 0
    if after[1] not in board.pinned:
        week, nearer = dice.randint(weeks[before[0]] + 1, week), dice.randrange(APART_DAYS)
    last = min(max(starts[week] - 1 - nearer, before[0]), after[0] - APART_DAYS)
    return last, max(starts[week], last + APART_DAYS)
