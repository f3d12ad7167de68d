"""What is tried on a night school by accident and on purpose, and what it costs its people.

    python -m bench.attack [--short] [--only NAME ...]

Campaigns run one after the other against the real commands on a copy of the demonstration, on loopback alone. Every
figure stands beside its limit; exits with 1 where one is missed. `--short` takes less than a minute.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from bench.attacks.town import Figure, Town, build

CAMPAIGNS = ("connections", "keys", "clocks", "backups", "disk", "kills")


def main() -> int:
    """The chosen campaigns have run; 0 when no limit was missed."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--only", nargs="+", choices=CAMPAIGNS, default=CAMPAIGNS)
    chosen = options.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        town = build(Path(folder) / "town")
        for name in chosen.only:
            campaign: Callable[[Town, bool], Iterator[Figure]] = import_module(f"bench.attacks.{name}").run
            began = time.monotonic()
            print(name, flush=True)
            for figure in campaign(town.another(name), chosen.short):
                missed += figure.is_missed
                print(
                    f"    {figure.what:<75} {told(figure.value):>9} {told(figure.limit):>7} {figure.unit:<3}"
                    f"{'  MISSED' if figure.is_missed else ''}",
                    flush=True,
                )
            print(f"    {time.monotonic() - began:.1f} s")
    print(f"{missed} limits missed")
    return 1 if missed else 0


def told(value: float) -> str:
    """Short, and whole where it is."""
    return f"{value:.0f}" if value == int(min(value, 1e9)) else f"{value:.1f}"


if __name__ == "__main__":
    sys.exit(main())
