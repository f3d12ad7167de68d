"""Backups in which one bit has changed, that are cut off, or that are none."""

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from click.testing import Result

from bench.attacks.town import Figure, Town
from nightschool.database import sqlite_module


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """Each is restored into an empty place; what was taken, and what was left behind, is counted."""
    backup = town.folder / "good.db"
    town.command("backup", str(backup))
    content, chance = backup.read_bytes(), random.Random(7)
    bad = town.folder / "bad.db"
    taken = left = silent = 0
    for _ in range(40 if is_short else 1000):
        changed = bytearray(content)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        bad.write_bytes(changed)
        result, others = restored(town, bad)
        taken, left, silent = taken + (result.exit_code == 0), left + others, silent + is_silent(result)
    yield Figure("backups with one changed bit that were taken", taken, 0)
    taken = 0
    for share in (0, 0.1, 0.5, 0.9, 0.999):
        bad.write_bytes(content[: int(len(content) * share)])
        result, others = restored(town, bad)
        taken, left, silent = taken + (result.exit_code == 0), left + others, silent + is_silent(result)
    for number, statement in enumerate(
        ("CREATE TABLE t (a)", "CREATE TABLE alembic_version (version_num TEXT)")
    ):
        found = town.folder / f"found{number}.db"
        connection = sqlite_module().connect(found)
        connection.execute(statement)
        connection.commit()
        connection.close()
        result, others = restored(town, found)
        taken, left, silent = taken + (result.exit_code == 0), left + others, silent + is_silent(result)
    yield Figure("files cut off, and other databases, that were taken", taken, 0)
    yield Figure("files left behind by a refused restore", left, 0)
    yield Figure("refusals that are not one sentence", silent, 0)
    result, _others = restored(town, backup)
    yield Figure("good backups that were refused", int(result.exit_code != 0), 0)


def restored(town: Town, file: Path) -> tuple[Result, int]:
    """What `restore` says, and how many files there are after it was refused."""
    place = town.folder / "elsewhere"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    shutil.copy(town.folder / "keys.json", place)
    result = replace(town, folder=place).command("restore", str(file))
    return result, len(list(place.iterdir())) - 1 if result.exit_code else 0


def is_silent(result: Result) -> bool:
    """True for a traceback, or for no sentence at all."""
    return not isinstance(result.exception, SystemExit) or not result.output.strip()
