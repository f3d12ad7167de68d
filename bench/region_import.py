"""A whole province: how long its list takes to come in, and how long a search among its 58,683 regions takes.

    python -m bench.region_import [--rounds 5]

Printed for SQLite and for PostgreSQL, each in a new database: seconds for reading the file (CSV and workbook), for
planning, for the names' sounds, for storing, and for taking the same list in again; then the server's milliseconds for
searches as people type them. Everything is compared with a loop of plain Python on the same machine, so that a busy or
slow machine can be told from slow code. Exits with 1 when an import takes 30 s or more, a search's p95 100 ms, or a
step 1 s.
"""

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from bench._province import absent, sichuan
from nightschool.actions.places.region_lists import import_steps, learn_sounds, plan_import
from nightschool.database import Database, migrate
from nightschool.formats.region_lists import read_regions
from nightschool.queries.places import places
from nightschool.rules.access import SYSTEM
from nightschool.rules.names import forget_sounds
from nightschool.rules.regions import RegionRow
from nightschool.settings import sqlite_url
from tests import factories, postgres_cluster

AS_OF = date(2017, 10, 31)
MOST_SECONDS, MOST_MILLISECONDS, MOST_SECONDS_HELD = 30, 100, 1
SEARCHES = (
    # whole names, and those that many villages have
    *("玉皇村", "狮湾村", "红星村", "新华村", "中和镇", "双流", "成都市", "资中县", "建设社区", "没有这个村"),
    # parts
    *("玉皇", "皇村", "红", "新", "中和", "石桥", "大坪", "社区", "街道", "村"),
    # pinyin in full, begun, and by initials
    *("yuhuangcun", "yu huang cun", "yuhuang", "hongxing", "xinhuacun", "zhonghe", "shuangliu", "xin", "yhc", "hxc"),
    *("swc", "hx", "y", "s", "qwxyz"),
    # with the township or the county, apart and in one
    *("玉皇村 资中", "资中县玉皇村", "玉皇村 · 归德镇 · 资中县", "yhc 资中", "红星村 双流", "建设 中", "hong xing cun"),
    *("东兴区同福镇玉皇村", "y x", "村 中江"),
    # codes
    *("511025", "511025102", "511025102211"),
)  # fmt: skip


def main() -> int:
    """Both databases are measured; 0 when all is within its limits, or the list is not there."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    data = sichuan()
    if data is None:
        print(absent())
        return 0
    rows, seconds = timed(lambda: read_regions(data).rows)
    print(f"{len(rows)} regions; reading them from CSV {seconds:.1f} s, ", end="")
    content = workbook(rows)
    print(f"from a workbook of {len(content) // 1024} kB {timed(lambda: read_regions(content))[1]:.1f} s")
    with tempfile.TemporaryDirectory() as folder:
        good = measure("SQLite", sqlite_url(Path(folder) / "bench.db"), rows, rounds)
    if why_not := postgres_cluster.available():
        print(f"PostgreSQL: not measured, {why_not}")
        return 1
    cluster = postgres_cluster.start()
    try:
        good &= measure("PostgreSQL", cluster.url("postgres"), rows, rounds)
    finally:
        cluster.stop()
    return 0 if good else 1


def measure(name: str, url: str, rows: tuple[RegionRow, ...], rounds: int) -> bool:
    """The figures of one database; True when they are within their limits."""
    database = Database(url, sealer=factories.SEALER)
    migrate(database)
    constant = statistics.median(timed(constant_work)[1] for _ in range(3))
    forget_sounds()
    sounds = timed(lambda: learn_sounds(rows))[1]
    with database.reading() as db:
        planning = timed(lambda: plan_import(db, rows, as_of=AS_OF))[1]
    (held, first), (_held, again) = (timed(lambda: take_in(database, rows)) for _ in range(2))
    whole = sounds + first
    print(
        f"{name}: {whole:.1f} s for everything, {whole / constant:.0f} times the constant work of {constant:.2f} s"
    )
    print(
        f"  the names' sounds {sounds:.1f} s, planning {planning:.1f} s, then {len(held)} steps in {first:.1f} s;"
        f" the longest held the writer's lock for {max(held):.2f} s"
    )
    print(f"  the same list again {again:.1f} s")
    with database.reading() as db:
        times = sorted(search_times(db, rounds))
    p95 = times[int(len(times) * 0.95)][0]
    print(
        f"  search: median {times[len(times) // 2][0]:.0f} ms, p95 {p95:.0f} ms over {len(SEARCHES)} searches; slowest"
    )
    slowest = sorted({typed: taken for taken, typed in times}.items(), key=lambda one: -one[1])[:5]
    print("  " + ", ".join(f"{typed} {taken:.0f} ms" for typed, taken in slowest))
    database.dispose()
    return whole < MOST_SECONDS and p95 < MOST_MILLISECONDS and max(held) < MOST_SECONDS_HELD


def take_in(database: Database, rows: tuple[RegionRow, ...]) -> list[float]:
    """The list is in; the seconds that each step held the writer's lock."""
    with database.reading() as db:
        plan = plan_import(db, rows, as_of=AS_OF)
    held = []
    for step in import_steps(plan, {row.code for row in rows}, by=SYSTEM, now=factories.NOW):
        with database.writing() as db:
            held.append(timed(partial(step, db))[1])
    return held


def search_times(db: Any, rounds: int) -> list[tuple[float, str]]:
    """Milliseconds of each search in each round after a first one that does not count."""
    times = []
    for number in range(rounds + 1):
        for typed in SEARCHES:
            taken = timed(partial(places.find, db, typed, today=factories.TODAY))[1]
            if number:
                times.append((taken * 1000, typed))
    return times


def workbook(rows: tuple[RegionRow, ...]) -> bytes:
    """The list as Excel keeps it, codes as numbers."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["代码", "名称"])
    for row in rows:
        sheet.append([int(row.code), row.name])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def constant_work() -> int:
    """The same work on every machine and every day."""
    return sum(hash(str(number)) & 7 for number in range(1_000_000))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What came of it, and the seconds it took."""
    began = time.perf_counter()
    return work(), time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
