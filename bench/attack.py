"""What is tried on a night school by accident and on purpose, and what it costs its people.

    python -m bench.attack [--short] [--only NAME ...]

Campaigns run one after the other against the real commands on a copy of the demonstration, on loopback alone. Every
figure stands beside its limit; exits with 1 where one is missed. `--short` takes less than a minute: after the one that
measures times, two campaigns run at once.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from importlib import import_module
from pathlib import Path

from bench.attacks.town import Figure, Town, build

TIMED = "connections"
CAMPAIGNS = (TIMED, "forms", "kills", "texts", "disk", "access", "clocks", "keys", "tokens", "backups")


def main() -> int:
    """The chosen campaigns have run; 0 when no limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--only", nargs="+", choices=CAMPAIGNS, default=CAMPAIGNS)
    chosen = options.parse_args()
    missed, began = 0, time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(2 if chosen.short else 1) as pool,
    ):
        town = build(Path(folder) / "town")
        running: list[Future[tuple[int, str]]] = []
        for name in chosen.only:
            running.append(pool.submit(campaign, name, town, chosen.short))
            if name == TIMED:
                running[-1].result()
        for done in running:
            missed_here, told_here = done.result()
            missed += missed_here
            print(told_here, flush=True)
    print(f"{missed} limits missed; {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


def campaign(name: str, town: Town, is_short: bool) -> tuple[int, str]:
    """How many limits it missed, and its figures."""
    run: Callable[[Town, bool], Iterator[Figure]] = import_module(f"bench.attacks.{name}").run
    began, missed, lines = time.monotonic(), 0, []
    for figure in run(town.another(name), is_short):
        missed += figure.is_missed
        lines.append(
            f"    {figure.what:<75} {told(figure.value):>9} {told(figure.limit):>7} {figure.unit:<3}"
            f"{'  MISSED' if figure.is_missed else ''}".rstrip()
        )
        lines += [f"        {line}" for line in figure.seen[:5]]
    return missed, "\n".join([f"{name}, {time.monotonic() - began:.0f} s", *lines])


def told(value: float) -> str:
    """Short, and whole where it is."""
    return f"{value:.0f}" if value == int(min(value, 1e9)) else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
