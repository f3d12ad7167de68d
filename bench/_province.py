"""The list of all of Sichuan, 58,683 regions, for measurements at scale. It does not ship with the project."""

import os
from pathlib import Path

WHERE = "NIGHTSCHOOL_SICHUAN"  # the environment may name the file
BESIDE = Path(__file__).parents[2] / "shared" / "data" / "regions-sichuan-2017.csv"
ROWS = 58_683


def sichuan_file() -> Path:
    """Where the list should be."""
    return Path(os.environ.get(WHERE, BESIDE))


def sichuan() -> bytes | None:
    """The file's content, None when it is not there."""
    return sichuan_file().read_bytes() if sichuan_file().is_file() else None


def absent() -> str:
    """What to say when it is not there."""
    where = f"{sichuan_file()} (set {WHERE})"
    return f"not measured: the list of Sichuan does not ship with the project, and is not at {where}"
