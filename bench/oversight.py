"""The view from above over a whole province: what each page asks of the database, what a register costs, full scans.

    python -m bench.oversight [--short] [--schools 46000] [--years 1] [--only sqlite|postgresql] [--keep FILE]

Every school has `--years` of 24 recorded classes with 40 people marked in each, and 14 to come: 44 million marks on
SQLite, a tenth of the schools on PostgreSQL. Each supervisor's page is asked for once, and its statements are then run
again by the driver alone, fetching all rows: at most 10 ms together. A register of 40 is saved in that province beside
the raw driver, at most 5 times as long. The sums must be those of a new count. Where DuckDB is installed it counts the
same marks beside us. Ends with 1 where a limit is missed. `--short`: 600 schools of one city, within a minute.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, select, text

from bench._data import TODAY, regions_of
from bench._province import absent, sichuan_file
from bench._scale_data import CLASSES, PEOPLE, Filled, analyze, fill, filled
from bench.planning import place
from bench.scale import Site, site
from bench.staff_pages import Filled as Register
from bench.staff_pages import compare_action
from nightschool.actions.tallies import count_the_first_time, recount_all
from nightschool.database import Database, migrate
from nightschool.models.people import Learner
from nightschool.models.places import RegionSettings
from nightschool.models.teaching import ClassSession
from nightschool.rules.regions import RegionRow
from tests import postgres_cluster

SCHOOLS, SHORT = 46_000, 600
MOST_MILLISECONDS = 10
ROUNDS = 15  # from the eleventh on PostgreSQL knows a statement's plan, as where pages are asked for all day
TIMES = {
    "week": "2026-11-16",
    "month": "2026-10",
    "quarter": "2026-Q3",
    "half-year": "2026-H1",
    "year": "2026",
    "days": "2025-12-05..2026-11-20",
}


def pages(filled: Filled) -> Iterator[tuple[str, str]]:
    """What a supervisor looks at, and its address."""
    village = filled.township_villages[0]
    regions = {
        "township": village[:9] + "000",
        "county": village[:6] + "000000",
        "city": village[:4] + "00000000",
        "province": village[:2] + "0000000000",
    }
    for level, code in regions.items():
        for name, when in TIMES.items():
            yield f"{level}, {name}", f"/overview/{code}?when={when}"
        yield f"{level}, year of one category", f"/overview/{code}?when=2026&category=skill"
        yield f"{level}, year by today's villages", f"/overview/{code}?when=2026&by=today"
        yield f"{level}, classes behind a figure", f"/overview/{code}?when=2026-10&show=held"
        yield f"{level}, units and campaigns", f"/overview/{code}?when=2026-H1&show=labels"
        yield f"{level}, without a school", f"/overview/{code}/without"
        yield f"{level}, plans", f"/overview/{code}/plans/2026-12"
        yield f"{level}, digest of four weeks", f"/overview/{code}/digest"
        if level in ("township", "county"):
            yield f"{level}, overdue", f"/overview/{code}/overdue"


def database_time(database: Database, large: Site, path: str) -> tuple[float, int]:
    """Milliseconds the driver alone takes for the statements of this page, each at its best, and how many they are.

    Each by itself: beside other programs hardly a round has all of them undisturbed.
    """
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    for engine in database.engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        large.get(path, "look")
    finally:
        for engine in database.engines:
            event.remove(engine, "before_cursor_execute", note)
    raw = database.engine.raw_connection()
    cursor, best = raw.cursor(), [float("inf")] * len(asked)
    for _round in range(ROUNDS):
        for number, (statement, parameters) in enumerate(asked):
            began = time.perf_counter()
            cursor.execute(statement, parameters)
            cursor.fetchall()
            best[number] = min(best[number], (time.perf_counter() - began) * 1000)
    raw.rollback()
    raw.close()
    return sum(best), len(asked)


def time_pages(database: Database, large: Site) -> bool:
    fine = True
    print(f"{'database time of a page':<36} {'ms':>7} {'limit':>6} {'SQL':>4}")
    for name, path in pages(large.filled):
        spent, statements = database_time(database, large, path)
        over = spent > MOST_MILLISECONDS
        fine &= not over
        print(f"{name:<36} {spent:>7.2f} {MOST_MILLISECONDS:>6} {statements:>4}{'   OVER' if over else ''}")
    return fine


def time_register(database: Database, filled: Filled, rounds: int) -> bool:
    """Saving a register in this province beside the driver; True when it keeps its limit."""
    village = filled.township_villages[1]
    with database.writing() as db:
        people = db.scalars(
            select(Learner.public_id).where(Learner.region_code == village).limit(PEOPLE)
        ).all()
        to_come = ClassSession.region_code == village, ClassSession.status == "scheduled"
        some = (
            select(ClassSession).where(*to_come).order_by(ClassSession.day).limit(8)
        )  # each month keeps one
        for one in db.scalars(some):
            one.day = TODAY - timedelta(days=1)
    register = Register(village, tuple(people), "", "", "", filled.coordinator, "")
    return compare_action(database, register, rounds)


def time_scans(database: Database, filled: Filled, marks: int) -> bool:
    """A new count of everything beside DuckDB's; True when it finds what stands there."""
    began = time.perf_counter()
    found = recount_all(database, only_look=True)
    spent = time.perf_counter() - began
    print(
        f"a new count of {marks} marks: {spent:.1f} s, {found.class_sessions} classes and {found.sums} sums otherwise"
    )
    try:
        import duckdb
    except ImportError:
        print("DuckDB: not measured, it is not installed")
        return not found
    duck = duckdb.connect()
    year = f"""
        CREATE TABLE mark AS
        SELECT village, session, village * {PEOPLE} + person AS learner, 1 + ((session + person) % 4 > 0)::int AS status
        FROM (SELECT v.range AS village, v.range * {CLASSES} + c.range AS session
              FROM range({len(filled.villages)}) v, range({CLASSES}) c), (SELECT range AS person FROM range({PEOPLE}))
    """
    duck.execute(year)
    for name, which in (("county", 250), ("province", len(filled.villages))):
        began = time.perf_counter()
        duck.execute(
            f"SELECT count(*), count(DISTINCT learner) FROM mark WHERE village < {which} AND status = 2"
        ).fetchall()
        print(
            f"    DuckDB, 人次 and 人数 of a year of a {name}: {(time.perf_counter() - began) * 1000:.0f} ms"
        )
    county = filled.township_villages[0][:6]
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    began = time.perf_counter()
    cursor.execute(
        "SELECT count(*), count(DISTINCT learner_id) FROM class_session AS held JOIN mark ON class_session_id = held.id"
        f" WHERE region_code >= '{county}' AND region_code < '{int(county) + 1}' AND mark.status = 'present'"
    )
    came = cursor.fetchone()
    print(f"    ours, the same of a county ({came[0]} marks): {(time.perf_counter() - began) * 1000:.0f} ms")
    raw.rollback()
    raw.close()
    return not found


def run(
    kind: str,
    regions: tuple[RegionRow, ...],
    schools: int,
    rounds: int,
    kept: Path | None = None,
    years: int = 1,
) -> bool:
    """One database, filled and measured; True when everything keeps its limit."""
    with place(kind, kept) as large:
        began = time.perf_counter()
        if not (kept and kept.exists()):
            fill(large, regions, schools, years=years)
        migrate(large)
        with large.writing() as db:
            db.execute(text("UPDATE posting SET region_code = '510000000000' WHERE role = 'supervisor'"))
            db.merge(RegionSettings(region_code="510000000000", target_per="month", village_target=2))
        built, counting = time.perf_counter() - began, time.perf_counter()
        if count_the_first_time(large):
            analyze(large)
        there = filled(large)
        marks = len(there.villages) * CLASSES * PEOPLE * years
        print(
            f"\n{kind}: {len(there.villages)} schools, {there.sessions} classes, {marks} marks;"
            f" filled in {built:.0f} s, counted the first time in {time.perf_counter() - counting:.0f} s",
            flush=True,
        )
        fine = time_pages(large, site(large, there))
        fine &= time_register(large, there, rounds)
        return time_scans(large, there, marks) and fine


def main() -> int:
    """Both databases; 0 when every limit is kept."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--schools", type=int, default=SCHOOLS)
    options.add_argument("--years", type=int, default=1)
    options.add_argument("--only", choices=("sqlite", "postgresql"))
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--regions", type=Path, default=sichuan_file())
    options.add_argument(
        "--keep", type=Path, help="measure SQLite in this file, filled only if it is not there"
    )
    chosen = options.parse_args()
    if not chosen.regions.exists():
        print(absent())
        return 2
    regions = regions_of(chosen.regions)
    if chosen.short:  # of the other cities only the names
        regions = tuple(
            one for one in regions if one.code.startswith("5110") or one.code.endswith("00000000")
        )
    schools = min(chosen.schools, SHORT) if chosen.short else chosen.schools
    began, fine = time.perf_counter(), True
    # A tenth on PostgreSQL; of a few dozen schools it would read whole tables, as of none that is to be measured.
    for kind, share in (("sqlite", 1), ("postgresql", 2 if chosen.short else 10)):
        if kind == "postgresql" and chosen.only != "sqlite" and (why_not := postgres_cluster.available()):
            print(f"\nPostgreSQL: not measured, {why_not}")
        elif chosen.only in (None, kind):
            rounds, kept = 20 if chosen.short else chosen.rounds, chosen.keep if kind == "sqlite" else None
            fine &= run(kind, regions, max(12, schools // share), rounds, kept, chosen.years)
    print(f"\nin {time.perf_counter() - began:.0f} s")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
