"""What rotas are worth and how long they take: `python -m bench.dispatch [--short] [--seed 1]`; see README.md.

Counties come from seeds. Every figure stands beside its limit; 1 is the answer where one is missed.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import islice
from random import Random
from typing import TypeVar

from pyvrp import Model
from pyvrp.stop import MaxRuntime

from bench._rota_exact import best_rota, changes_between, fewest_changes
from bench._rota_tasks import COUNTY, county_task, impossible_cases
from nightschool.engines.rota_flow import flow_bound, flow_rota
from nightschool.rules.dispatch.circuits import best_order, way_through
from nightschool.rules.dispatch.clusters import roads
from nightschool.rules.dispatch.rota_reasons import AskedRota
from nightschool.rules.dispatch.rota_search import greedy_rota, mend_rota, search_rota
from nightschool.rules.dispatch.rotas import RotaLine, RotaTask, broken_rules, rota_value
from nightschool.rules.dispatch.trips import MOST_A_DAY

Lines = tuple[RotaLine, ...]
Engine = Callable[[RotaTask], Lines]
T, U = TypeVar("T"), TypeVar("U")
PROVINCE = 46_000
MOST_CORE_SECONDS = 60


class Limits:
    """Figures beside their limits."""

    def __init__(self) -> None:
        self.missed = 0

    def say(self, what: str, figure: float, limit: float, unit: str, *, at_least: bool = False) -> None:
        """A line; it counts as missed when the figure is beyond the limit."""
        is_over = figure < limit if at_least else figure > limit
        self.missed += is_over
        bound = "at least" if at_least else "limit"
        print(f"  {what:<58} {figure:>9.2f} {unit:<3} {bound} {limit:g}{'   MISSED' if is_over else ''}")


def timed(engine: Callable[[U], T], task: U) -> tuple[T, float]:
    """What the engine finds, and the seconds of one processor that it takes."""
    began = time.process_time()
    return engine(task), time.process_time() - began


def core_rota(task: RotaTask) -> Lines:
    """What the search of our own finds in a minute."""
    until = time.process_time() + MOST_CORE_SECONDS
    return search_rota(task, lambda: time.process_time() < until)


def loaded(task: RotaTask) -> RotaTask:
    """The task, with what is worked out of it once: who is how far."""
    _ = task.choices, task.off_weeks
    return task


def left_out(task: RotaTask, lines: Sequence[RotaLine]) -> int:
    """How many villages have no class although one alone would be possible."""
    have = {task.wishes[line.wish].village for line in lines}
    alone = RotaTask(task.weeks, task.villages, task.wishes, task.teachers)
    empty = AskedRota(alone, ())
    return sum(
        any(not empty.why_not(wish).hurdles for wish in wishes[:1])
        for village, wishes in enumerate(task.wishes_of)
        if village not in have
    )


def served(task: RotaTask, lines: Sequence[RotaLine]) -> float:
    """How many of a hundred wishes are met."""
    return 100 * len(lines) / len(task.wishes)


def sizes(limits: Limits, villages: int, seed: int, gap: float, seconds: float) -> None:
    """One county or more as one task: both engines beside the greedy rota and the bound."""
    task = loaded(county_task(villages, seed))
    greedy, greedy_seconds = timed(greedy_rota, task)
    bound, bound_seconds = timed(flow_bound, task)
    flow, flow_seconds = timed(flow_rota, task)
    core, core_seconds = timed(core_rota, task)
    print(f"{villages} villages, {len(task.wishes)} wishes, {len(task.teachers)} teachers, seed {seed}")
    print(f"  {'':<12} {'gap %':>7} {'met %':>7} {'left out':>9} {'clashes':>8} {'s':>7}")
    for name, lines, took in (
        ("greedy", greedy, greedy_seconds),
        ("core", core, core_seconds),
        ("flow", flow, flow_seconds),
    ):
        gap_here = 100 * (1 - rota_value(task, lines) / bound)
        print(
            f"  {name:<12} {gap_here:>7.2f} {served(task, lines):>7.1f} {left_out(task, lines):>9}"
            f" {len(broken_rules(task, lines)):>8} {took:>7.2f}"
        )
    print(f"  the bound took {bound_seconds:.2f} s")
    limits.say("flow: gap to the bound", 100 * (1 - rota_value(task, flow) / bound), gap, "%")
    limits.say("flow: seconds", flow_seconds, seconds, "s")
    limits.say(
        "flow: wishes met more than greedy", served(task, flow) - served(task, greedy), 8, "pt", at_least=True
    )
    for name, lines in (("flow", flow), ("core", core)):
        limits.say(f"{name}: villages left out", left_out(task, lines), 0, "")
        limits.say(f"{name}: broken rules", len(broken_rules(task, lines)), 0, "")


def township(limits: Limits, villages: int, seed: int, seconds: float) -> None:
    """So few that the best can be proven."""
    task = loaded(county_task(villages, seed))
    flow, took = timed(flow_rota, task)
    core, core_took = timed(core_rota, task)
    _value, proven, _lines = best_rota(task, seconds=seconds, hint=flow)
    best = min(proven, flow_bound(task))
    below, core_below = (100 * (1 - rota_value(task, lines) / best) for lines in (flow, core))
    print(f"{villages} villages, seed {seed}: flow in {took:.2f} s, core in {core_took:.2f} s")
    limits.say("flow: below the proven best", below, 2, "%")
    limits.say("core: below the proven best", core_below, 5, "%")


def one_county(villages: int, seed: int) -> tuple[float, int, int, int, int]:
    """A county planned from its seed: seconds of a processor, wishes, met, villages left out, broken rules."""
    task = county_task(villages, seed)
    began = time.process_time()
    lines = flow_rota(task)
    took = time.process_time() - began
    return took, len(task.wishes), len(lines), left_out(task, lines), len(broken_rules(task, lines))


def province(limits: Limits, villages: int, seed: int, processes: int, seconds: float) -> None:
    """So many villages, county by county."""
    counties = [COUNTY] * (villages // COUNTY)
    began = time.perf_counter()
    with ProcessPoolExecutor(processes) as pool:
        found = list(pool.map(one_county, counties, range(seed, seed + len(counties))))
    wall = time.perf_counter() - began
    took, wishes, met, without_any, broken = (sum(column) for column in zip(*found, strict=True))
    print(
        f"{sum(counties)} villages in {len(counties)} counties: {100 * met / wishes:.1f} % met;"
        f" by the clock {wall:.1f} s with making up the counties"
    )
    limits.say(f"seconds, {processes} processors", took / processes, seconds, "s")
    limits.say("villages left out", without_any, 0, "")
    limits.say("broken rules", broken, 0, "")


def ill(limits: Limits, seed: int, cases: int) -> None:
    """A teacher falls ill: the rest of the rota changes little."""
    task = loaded(county_task(COUNTY, seed))
    before = flow_rota(task)
    busiest = max(range(len(task.teachers)), key=lambda one: sum(line.teacher == one for line in before))
    found, took = timed(lambda now: mend_rota(now, before), without(task, busiest, 0))
    hit = sum(line.teacher == busiest for line in before)
    print(f"the teacher with most classes ({hit}) is ill: {changes_between(before, found)} classes otherwise")
    limits.say("seconds", took, 5, "s")
    limits.say("broken rules", len(broken_rules(without(task, busiest, 0), found)), 0, "")
    mine = least = met = could = 0
    for case in range(cases):
        small = loaded(county_task(12, seed + case, weeks=4, parts=2))
        rota = flow_rota(small)
        now = loaded(without(small, rota[case % len(rota)].teacher, rota[case % len(rota)].evening))
        mended = [line for line in mend_rota(now, rota) if line.wish in {one.wish for one in rota}]
        most, changes = fewest_changes(now, rota)
        mine, least = mine + changes_between(rota, mended), least + changes
        met, could = met + len(mended), could + most
    limits.say(f"{cases} small cases: changes, of the least 100", 100 * mine / max(least, 1), 110, "")
    limits.say("and classes kept, of those that can be", 100 * met / could, 100, "%", at_least=True)


def without(task: RotaTask, teacher: int, evening: int) -> RotaTask:
    """The task when a teacher cannot come for a week from this evening."""
    people = list(task.teachers)
    gone = frozenset(range(evening, evening + 7))
    people[teacher] = replace(people[teacher], free=people[teacher].free - gone)
    return replace(task, teachers=tuple(people))


def reasons(limits: Limits, seed: int) -> None:
    """What is impossible is told by the rule that was planted, and without that rule it could be."""
    cases = impossible_cases(seed)
    right = sum(is_explained(*case) for case in cases)
    limits.say(f"of {len(cases)} impossible cases explained", right, len(cases), "", at_least=True)


def is_explained(rule: str, task: RotaTask, lines: list[RotaLine], wish: int) -> bool:
    """Whether the rule is the one in the way, and the checker says so of the class that would be."""
    why = AskedRota(task, lines).why_not(wish)
    told = {hurdle.closed or hurdle.rule for hurdle in why.hurdles}
    if why.teacher is None or why.evening is None:
        return told == {rule}
    broken = {one.rule for one in broken_rules(task, [*lines, RotaLine(wish, why.teacher, why.evening)])}
    return told == {rule} and broken == {hurdle.rule for hurdle in why.hurdles}


def circuits(limits: Limits, stops: int, seed: int, seconds: float) -> None:
    """From a teacher's home through so many villages of a county and back, beside what PyVRP finds on these roads."""
    task = county_task(COUNTY, seed)
    chosen = Random(seed).sample(task.villages, stops)
    km = roads([task.teachers[0].home, *(one.position for one in chosen)])
    order, took = timed(best_order, km)
    ours, theirs = way_through(km, order), pyvrp_km(km, seconds)
    print(
        f"a trip through {stops} villages: {ours:.1f} km in {took:.2f} s, PyVRP {theirs:.1f} km in {seconds:g} s"
    )
    limits.say(f"{stops} villages: kilometres, of those of PyVRP 100", 100 * ours / theirs, 103, "")


def pyvrp_km(km: Sequence[Sequence[float]], seconds: float) -> float:
    """Kilometres of the way that PyVRP finds from the first of these places through all of them and back."""
    model = Model()
    places = [model.add_location(0, 0) for _place in km]
    home = model.add_depot(places[0])
    for place in places[1:]:
        model.add_client(place)
    model.add_vehicle_type(1, start_depot=home, end_depot=home)
    for one, row in zip(places, km, strict=True):
        for other, far in zip(places, row, strict=True):
            if one is not other:
                model.add_edge(one, other, distance=round(far * 1000))
    found = model.solve(MaxRuntime(seconds), seed=1, display=False)
    return float(found.cost()) / 1000


def main() -> int:
    """Everything is measured; 0 when it is within its limits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="within a minute")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    limits, seed = Limits(), chosen.seed
    reasons(limits, seed)
    ill(limits, seed, 5 if chosen.short else 20)
    for small in islice(range(seed, seed + 3), 1 if chosen.short else 3):
        township(limits, 50, small, 10 if chosen.short else 60)
    for stops in (6, MOST_A_DAY, 40) if chosen.short else (6, MOST_A_DAY, 20, 40, 80, 120):
        circuits(limits, stops, seed, 1 if chosen.short else 10)
    sizes(limits, COUNTY, seed, 0.5, 15 * COUNTY / 1600)
    if chosen.short:
        province(limits, 10 * COUNTY, seed, 2, 90 * 10 * COUNTY / PROVINCE)
    else:
        sizes(limits, 1600, seed, 0.5, 15)
        province(limits, PROVINCE, seed, 2, 90)
    print("within all limits" if not limits.missed else f"{limits.missed} limits missed")
    return 1 if limits.missed else 0


if __name__ == "__main__":
    sys.exit(main())
