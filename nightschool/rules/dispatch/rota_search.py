"""Rotas are found here without anybody's help: the best class first, then whatever makes room for one more."""

from __future__ import annotations

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

from nightschool.rules.dispatch.rotas import (
    APART_DAYS,
    RotaLine,
    RotaTask,
    broken_rules,
    rota_rank,
    stands_alone,
)

GoesOn = Callable[[], bool]
_DEEPEST = 3  # so many classes may be moved for one more
_ORDERS = 8  # in which those who have lost a class are helped
_FEW = 200  # classes, of which every way to mend them is looked at
_MOST_RIVALS = 12  # villages that are thought of for one that has lost its class
_MOST_LOOKS = 30_000  # at places, for a way of mending with fewer classes moved
_MOST_TRIED = 60  # classes that are thought of being moved for one more


class Board:
    """A rota while it is being made: what stands where, so that no rule is ever broken on it."""

    def __init__(self, task: RotaTask, lines: Iterable[RotaLine] = ()) -> None:
        self.task = task
        self.lines: dict[int, RotaLine] = {}
        self.pinned = frozenset(pin.wish for pin in task.pins)
        self._evening: dict[tuple[int, int], int] = {}  # teacher and evening -> wish
        self._week: dict[tuple[int, int], list[int]] = defaultdict(list)  # teacher and week -> wishes
        self._village: dict[tuple[int, int], int] = {}  # village and week -> wish
        self._hall: dict[tuple[int, int], int] = {}  # hall and evening -> wish
        for line in (*task.pins, *lines):
            if line.wish not in self.lines and not self.blockers(line):
                self.put(line)

    def put(self, line: RotaLine) -> None:
        """The class stands there, where nothing may be in its way."""
        wish, week = self.task.wishes[line.wish], self.task.weeks[line.evening]
        self.lines[line.wish] = line
        self._evening[line.teacher, line.evening] = line.wish
        self._week[line.teacher, week].append(line.wish)
        self._village[wish.village, week] = line.wish
        if wish.hall is not None:
            self._hall[wish.hall, line.evening] = line.wish

    def lift(self, number: int) -> RotaLine:
        """The class of this wish stands nowhere any more; the answer is where it stood."""
        line = self.lines.pop(number)
        wish, week = self.task.wishes[number], self.task.weeks[line.evening]
        del self._evening[line.teacher, line.evening]
        self._week[line.teacher, week].remove(number)
        del self._village[wish.village, week]
        if wish.hall is not None:
            del self._hall[wish.hall, line.evening]
        return line

    def blockers(self, line: RotaLine) -> list[int]:
        """The wishes whose classes would have to go; of a teacher's full week the one that is worth least."""
        wish, week = self.task.wishes[line.wish], self.task.weeks[line.evening]
        near = (self._village.get((wish.village, week + step)) for step in (-1, 1))
        found = {
            *(
                one
                for one in near
                if one is not None and abs(self.lines[one].evening - line.evening) < APART_DAYS
            ),
            self._evening.get((line.teacher, line.evening)),
            self._village.get((wish.village, week)),
            self._hall.get((wish.hall, line.evening)) if wish.hall is not None else None,
        } - {None, line.wish}
        taught = self._week.get((line.teacher, week), ())
        if len(taught) >= self.task.teachers[line.teacher].most[week] and not found.intersection(taught):
            others = [one for one in taught if one != line.wish and one not in self.pinned]
            if line.wish not in taught:
                found.add(
                    min(others, key=lambda one: self.task.wishes[one].worth, default=-1)
                )  # -1: all of them are pinned, or the teacher takes none
        return [one for one in found if one is not None]

    def span(self, number: int) -> range:
        """The evenings that the parts before and after it leave for this one; none where an earlier one is missing."""
        task = self.task
        every = range(len(task.weeks))
        first, last = every.start, every.stop
        for other in task.courses[number]:
            line = self.lines.get(other)
            if other < number:
                if line is None:
                    return range(0)
                first = line.evening + 1
            elif other > number and line is not None:
                last = line.evening
                break
        return range(first, last)

    def is_in_order(self, line: RotaLine) -> bool:
        """Whether the parts of its course that stand come before and after it, as they should."""
        others = [one for one in self.task.courses[line.wish] if one in self.lines and one != line.wish]
        return all((one < line.wish) == (self.lines[one].evening < line.evening) for one in others)

    def options(self, number: int) -> list[tuple[int, RotaLine]]:
        """Where the class of this wish might stand as far as it alone is concerned, the best first, with the gain."""
        task = self.task
        within = self.span(number)
        closed = task.wishes[number].evenings.closed
        found = [
            (task.gain(number, choice.km, evening), RotaLine(number, choice.teacher, evening))
            for choice in task.choices[number]
            for evening in task.teachers[choice.teacher].free
            if evening in within and evening not in closed
        ]
        found.sort(key=lambda one: (-one[0], one[1]))
        return found

    def ways(self, number: int) -> list[tuple[RotaLine, frozenset[int]]]:
        """Where the class of this wish might stand, and whose would have to go: in its way, or then out of order."""
        task, found = self.task, []
        closed = task.wishes[number].evenings.closed
        parts = [one for one in task.courses[number] if one in self.lines and one != number]
        for choice in task.choices[number]:
            for evening in task.teachers[choice.teacher].free - closed.keys():
                line = RotaLine(number, choice.teacher, evening)
                turned = {one for one in parts if (one < number) != (self.lines[one].evening < evening)}
                found.append((line, frozenset({*self.blockers(line), *turned})))
        found.sort(key=lambda one: (len(one[1]), -task.gain_of(one[0]), one[0]))
        return found

    def best_free(self, number: int) -> RotaLine | None:
        """The best place at which nothing is in the way."""
        return next((line for _gain, line in self.options(number) if not self.blockers(line)), None)

    def tidy(self) -> list[int]:
        """Parts of a course that miss an earlier one stand nowhere any more; the answer is which."""
        gone = [number for number in sorted(self.lines) if not self._has_earlier(number)]
        for number in gone:
            self.lift(number)
        return gone

    def _has_earlier(self, number: int) -> bool:
        earlier = [one for one in self.task.courses[number] if one < number]
        return number in self.pinned or all(one in self.lines for one in earlier)

    def fill(self, wishes: Iterable[int]) -> None:
        """Each of these wishes has the best class that is left."""
        for number in wishes:
            if line := self.best_free(number):
                self.put(line)

    def may_go(self, number: int) -> bool:
        """Whether a village can do without this class: it has another, and no further part builds on this one."""
        wish = self.task.wishes[number]
        if number in self.pinned:
            return False
        others = [one for one in self.task.wishes_of[wish.village] if one != number and one in self.lines]
        later = any(one > number and one in self.lines for one in self.task.courses[number])
        return bool(others) and not later

    def waiting(self) -> Iterator[int]:
        """The wishes without a class, the weightiest first."""
        every = [one for one in range(len(self.task.wishes)) if one not in self.lines]
        return iter(sorted(every, key=lambda one: (-self.task.wishes[one].worth, one)))

    def result(self) -> tuple[RotaLine, ...]:
        """What stands, by wishes."""
        return tuple(self.lines[number] for number in sorted(self.lines))


def greedy_rota(task: RotaTask) -> tuple[RotaLine, ...]:
    """The first classes of all villages, then the second ones …, each where it is best of what is left."""
    board = Board(task)
    board.fill(board.waiting())
    return board.result()


def search_rota(task: RotaTask, goes_on: GoesOn = lambda: True) -> tuple[RotaLine, ...]:
    """A rota at least as good as the greedy one, made better until nothing helps or it does not go on."""
    first = greedy_rota(task)
    board = Board(task, first)
    better_rota(board, goes_on)
    return max(board.result(), first, key=lambda lines: rota_rank(task, lines))


def better_rota(board: Board, goes_on: GoesOn = lambda: True) -> None:
    """More wishes are met by moving others, no village is left out for another's second class, and ways are shorter."""
    for _round in range(3):
        moved = make_room(board, goes_on) + give_way(board, goes_on)
        moved += _shorten(board, goes_on)
        if not moved or not goes_on():
            return


def make_room(
    board: Board,
    goes_on: GoesOn = lambda: True,
    *,
    only: Sequence[int] | None = None,
) -> int:
    """Every wish (of these, in this order) has a class if moving some others can make room; least moves first.

    Returns how many were met.
    """
    met = 0
    for depth in range(_DEEPEST + 1):
        for number in board.waiting() if only is None else only:
            if number in board.lines:
                continue
            if not goes_on():
                return met
            met += _fit(board, number, depth, set(), [_MOST_TRIED])
    return met


def _fit(board: Board, number: int, depth: int, seen: set[int], tries: list[int]) -> bool:
    """The wish has a class, and whoever had to move for it has another; or nothing is otherwise than before.

    Who was `seen` could not move, or is on the way already; nobody is asked twice.
    """
    seen.add(number)
    blocked = []
    for _gain, line in board.options(number):
        blockers = board.blockers(line)
        if not blockers:
            board.put(line)
            return True
        if depth and len(blockers) == 1 and blockers[0] not in seen and blockers[0] not in board.pinned:
            blocked.append((line, blockers[0]))
    for line, other in blocked:
        if other == -1 or other in seen:
            continue
        tries[0] -= 1
        if tries[0] < 0:
            return False
        former = board.lift(other)
        if not board.blockers(line) and line.evening in board.span(number):
            board.put(line)
            if _fit(board, other, depth - 1, seen, tries):
                return True
            board.lift(number)
        board.put(former)
    return False


def give_way(board: Board, goes_on: GoesOn = lambda: True, *, only: Sequence[int] | None = None) -> int:
    """Who has no class gets the place of one that is worth less, and that its village can do without."""
    met = 0
    waiting = [(-board.task.wishes[one].worth, one) for one in board.waiting() if only is None or one in only]
    while waiting and goes_on():
        number = waiting.pop(0)[1]
        found = _worth_less(board, number)
        if found is None:
            continue
        line, other = found
        board.lift(other)
        board.put(line)
        met += 1
        if not _fit(board, other, 1, set(), [_MOST_TRIED]):
            insort(waiting, (-board.task.wishes[other].worth, other))
    return met


def _worth_less(board: Board, number: int) -> tuple[RotaLine, int] | None:
    """Where this wish gains most over the one class in its way; a village that has none gains in any case."""
    task = board.task
    village = task.wishes[number].village
    has_none = not any(one in board.lines for one in task.wishes_of[village])
    best: tuple[int, RotaLine, int] | None = None
    for gain, line in board.options(number):
        if best is not None and gain <= best[0]:
            break
        blockers = board.blockers(line)
        other = blockers[0] if len(blockers) == 1 else -1
        if other == -1 or task.wishes[other].village == village or not board.may_go(other):
            continue
        more = gain - task.gain_of(board.lines[other])
        if (best is None and (more > 0 or has_none)) or (best is not None and more > best[0]):
            best = more, line, other
    return None if best is None else best[1:]


def _shorten(board: Board, goes_on: GoesOn) -> int:
    """Every class stands at the best place that is free; returns how many moved."""
    moved = 0
    for number in sorted(board.lines):
        if number in board.pinned:
            continue
        if not goes_on():
            break
        former = board.lift(number)
        best = board.best_free(number)
        assert best is not None, "where it stood it can stand again"
        board.put(best)
        moved += best != former
    return moved


def mend_rota(
    task: RotaTask, before: Iterable[RotaLine], goes_on: GoesOn = lambda: True
) -> tuple[RotaLine, ...]:
    """What is left of a rota under the rules of the task, with few changes, and for as many classes as can be.

    The task is as things are now: a teacher who is ill is not free, a hall that is shut is closed.
    """
    former = tuple(before)
    stands = {line for line in former if stands_alone(task, line)}
    hit = {task.wishes[line.wish].village for line in former if line not in stands}
    pinned = {pin.wish for pin in task.pins}
    near = {line for line in stands if task.wishes[line.wish].village in hit and line.wish not in pinned}
    formerly = {line.wish for line in former}

    def rank(lines: tuple[RotaLine, ...]) -> tuple[int, int, tuple[int, int]]:
        met = sum(line.wish in formerly for line in lines)
        return met, len({*lines} & {*former}), rota_rank(task, lines)

    # The other classes of a village that has lost one stay, or may make room for it.
    best = max(
        (*_mended(task, former, stands, goes_on), *_mended(task, former, stands - near, goes_on)), key=rank
    )
    for rival in _rivals(
        task, former, best
    ):  # then those of one village more, where somebody has lost theirs all the same
        if len(former) > _FEW or not goes_on() or rank(best)[0] == len(formerly):
            break
        theirs = {
            line for line in stands if task.wishes[line.wish].village == rival and line.wish not in pinned
        }
        best = max((best, *_mended(task, former, stands - near - theirs, goes_on)), key=rank)
    return max(best, _with_fewer_moves(task, former, stands, best, goes_on), key=rank)


def _with_fewer_moves(
    task: RotaTask,
    former: Sequence[RotaLine],
    stands: Collection[RotaLine],
    best: tuple[RotaLine, ...],
    goes_on: GoesOn,
) -> tuple[RotaLine, ...]:
    """A rota for as many as the best, of which fewer classes are elsewhere: those that stand are left, or one moves, or
    two …, and every way is looked at as long as there are not too many. The best, where there is none.
    """
    lost = [line.wish for line in former if line not in stands]
    gone = len({line.wish for line in former} - {line.wish for line in best})
    looks = [_MOST_LOOKS]
    for moves in range(len({*former} - {*best}) - len(lost)):
        board = Board(task, [line for line in former if line in stands])
        if _placed(board, lost, moves, gone, frozenset(), looks, goes_on):
            return board.result()
    return best


def _placed(
    board: Board,
    lost: Sequence[int],
    moves: int,
    gone: int,
    settled: frozenset[int],
    looks: list[int],
    goes_on: GoesOn,
) -> bool:
    """All but so many of the lost stand somewhere, and so many others at most moved for them; or nothing changed."""
    if not lost:
        return not broken_rules(board.task, board.result())
    if looks[0] < 0 or not goes_on():
        return False
    ways = {number: board.ways(number) for number in lost}
    looks[0] -= sum(map(len, ways.values()))
    number = min(lost, key=lambda one: (sum(not blockers for _line, blockers in ways[one]), one))
    rest = [one for one in lost if one != number]
    for line, blockers in ways[number]:
        if len(blockers) > moves or blockers & (settled | board.pinned | {-1}):
            continue
        former = [board.lift(one) for one in sorted(blockers)]
        if not board.blockers(line):
            board.put(line)
            if _placed(
                board,
                [*rest, *sorted(blockers)],
                moves - len(blockers),
                gone,
                settled | {number},
                looks,
                goes_on,
            ):
                return True
            board.lift(number)
        for one in former:
            board.put(one)
    return gone > 0 and _placed(board, rest, moves, gone - 1, settled, looks, goes_on)


def _mended(
    task: RotaTask, former: Sequence[RotaLine], stands: Collection[RotaLine], goes_on: GoesOn
) -> Iterator[tuple[RotaLine, ...]]:
    """What can be made of what stands: who comes first may take what another needs, so each of some does once."""
    kept = [line for line in former if line in stands]
    lost = [line.wish for line in former if line not in stands]
    for first in range(min(max(len(lost), 1), _ORDERS)):
        board = Board(task, kept)
        order = [*lost[first:], *lost[:first]]
        make_room(board, goes_on, only=order)
        make_room(board, goes_on, only=[*order, *board.tidy()])
        board.tidy()
        yield board.result()


def _rivals(task: RotaTask, former: Sequence[RotaLine], lines: Sequence[RotaLine]) -> list[int]:
    """The villages whose classes are in the way of those who have lost theirs, the most often in the way first."""
    board = Board(task, lines)
    found: Counter[int] = Counter()
    for number in {line.wish for line in former} - board.lines.keys():
        for _gain, line in board.options(number):
            found.update(task.wishes[one].village for one in board.blockers(line) if one != -1)
    return [village for village, _times in found.most_common(_MOST_RIVALS)]
