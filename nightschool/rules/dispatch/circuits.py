"""The shortest way through several villages and home again: exact for a trip, and near it for more of them."""

from collections.abc import Sequence
from itertools import combinations, pairwise

MOST_EXACT = 8  # stops; each further one doubles the work
_MOST_MENDED = 120  # beyond so many each is simply next to the one before
KICKS = 100
_LONGEST_MOVED = 3  # stops in a row
_EARLY = 1e-5  # of the way, so much may be added for being earlier in most places
_SHAKEN = 30  # stops in a row, at most

Ways = Sequence[Sequence[float]]  # kilometres from each place to each; 0 is where the way begins and ends


def best_order(km: Ways, *, kicks: int = KICKS) -> list[int]:
    """The stops (from 1) in the order of the shortest way from 0 through all of them and back to 0.

    `kicks`: so often a way through many stops, once found, is shaken and mended.
    """
    if len(km) - 1 <= MOST_EXACT:
        return _exact(km)
    order = _nearest(km)
    if len(order) > _MOST_MENDED:
        return order
    order = _mended(km, order)
    for kick in range(kicks):
        start = kick * 17 % max(len(order) - _SHAKEN, 1)
        third = min(_SHAKEN, len(order) - start) // 3
        cuts = [start]
        for step in (5, 7, 11):  # as good as chance, and the same every time
            cuts.append(cuts[-1] + 1 + kick * step % third)
        _start, first, second, last = cuts
        shaken = order[:first] + order[second:last] + order[first:second] + order[last:]
        order = min(order, _mended(km, shaken), key=lambda one: way_through(km, one))
    return order


def way_through(km: Ways, order: Sequence[int]) -> float:
    """Kilometres from 0 through these stops and back."""
    way = [0, *order, 0]
    return sum(km[one][other] for one, other in pairwise(way))


def _exact(km: Ways) -> list[int]:
    """By what is shortest to each set of stops (Held and Karp); of ways as long, where one arrives early."""
    stops = range(1, len(km))
    early = [
        1 + _EARLY * (len(km) - size) for size in range(len(km))
    ]  # of the way to that stop, by its place
    if not stops:
        return []
    best: dict[tuple[int, int], tuple[float, int]] = {
        (1 << one, one): (km[0][one] * early[1], 0) for one in stops
    }
    for size in range(2, len(km)):
        for chosen in combinations(stops, size):
            seen = sum(1 << one for one in chosen)
            for last in chosen:
                before = seen & ~(1 << last)
                best[seen, last] = min(
                    (best[before, one][0] + km[one][last] * early[size], one) for one in chosen if one != last
                )
    seen = sum(1 << one for one in stops)
    last = min(stops, key=lambda one: best[seen, one][0] + km[one][0])
    order = []
    while last:
        order.append(last)
        seen, last = seen & ~(1 << last), best[seen, last][1]
    return order[::-1]


def _nearest(km: Ways) -> list[int]:
    left, order = set(range(1, len(km))), [0]
    while left:
        last = order[-1]
        order.append(min(left, key=lambda one: (km[last][one], one)))
        left.remove(order[-1])
    return order[1:]


def _mended(km: Ways, order: list[int]) -> list[int]:
    """No stretch of it is better turned round, and no few stops are better elsewhere."""
    way = [0, *order, 0]
    while _turned(km, way) or _moved(km, way):
        pass
    return way[1:-1]


def _turned(km: Ways, way: list[int]) -> bool:
    """The stretch whose turning saves most is turned round; False when none saves anything."""
    best, at = 1e-9, (0, 0)
    for first in range(1, len(way) - 2):
        before, begins = way[first - 1], way[first]
        step = km[before][begins]
        for last in range(first + 1, len(way) - 1):
            ends, after = way[last], way[last + 1]
            saved = step + km[ends][after] - km[before][ends] - km[begins][after]
            if saved > best:
                best, at = saved, (first, last)
    first, last = at
    way[first : last + 1] = reversed(way[first : last + 1])
    return last > 0


def _moved(km: Ways, way: list[int]) -> bool:
    """A few stops in a row stand where that saves most, either way round; False when nothing saves anything."""
    best: tuple[float, list[int]] = (1e-9, [])
    for size in range(1, _LONGEST_MOVED + 1):
        for first in range(1, len(way) - size):
            taken, rest = way[first : first + size], way[:first] + way[first + size :]
            one, other = way[first - 1], way[first + size]
            gone = km[one][taken[0]] + km[taken[-1]][other] - km[one][other]
            if gone <= best[0]:
                continue
            for turned in (taken, taken[::-1]):
                begins, ends = km[turned[0]], km[turned[-1]]
                for place in range(1, len(rest)):
                    here, there = rest[place - 1], rest[place]
                    saved = gone - begins[here] - ends[there] + km[here][there]
                    if saved > best[0]:
                        best = saved, rest[:place] + turned + rest[place:]
    way[:] = best[1] or way
    return bool(best[1])
