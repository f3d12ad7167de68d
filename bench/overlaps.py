"""Two writers at the same instant: does a slot ever go to both, or does a loser get an error in place of its answer?

    python -m bench.overlaps [--tries 1000] [--writers 2]

Real processes meet at a barrier before every try and schedule the same course in the same slot. Printed for SQLite and
for PostgreSQL: how many tries had exactly one winner, how many refusals and errors there were, and what stands in the
database in the end. Exits with 1 when anything but one winner a try, and a refusal for everybody else, came out.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from nightschool.actions.courses import schedule_course
from nightschool.database import Database, migrate
from nightschool.errors import CannotSchedule
from nightschool.models.people import Teacher
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.proposals import Proposal
from nightschool.rules.recurrence import Once
from nightschool.settings import sqlite_url
from tests import factories, postgres_cluster

COORDINATOR = Actor(account_id=None, name="bench", posts=(Post(Role.COORDINATOR, factories.SHIWAN),))
SLOTS_A_DAY = 7  # two hours each, from eight in the morning


def main() -> int:
    """Both databases are tried; 0 when every slot had one winner and nobody met an error."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--tries", type=int, default=1000)
    options.add_argument("--writers", type=int, default=2)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        good = measure("SQLite", sqlite_url(Path(folder) / "bench.db"), chosen.tries, chosen.writers)
    why_not = postgres_cluster.available()
    if why_not:
        print(f"PostgreSQL: not measured, {why_not}")
        return 1
    cluster = postgres_cluster.start()
    try:
        good &= measure("PostgreSQL", cluster.url("postgres"), chosen.tries, chosen.writers)
    finally:
        cluster.stop()
    return 0 if good else 1


def measure(name: str, url: str, tries: int, writers: int) -> bool:
    """One line of figures; True when they are as they must be."""
    database = Database(url, sealer=factories.SEALER)
    migrate(database)
    with database.writing() as db:
        cast = factories.make_cast(db)
        needs = (db.get_one(Teacher, cast.teacher).public_id, db.get_one(Venue, cast.venue).public_id)
    began = time.perf_counter()
    outcomes = run(url, tries, writers, needs)
    seconds = time.perf_counter() - began
    by_try: dict[int, Counter[str]] = {number: Counter() for number in range(tries)}
    for number, outcome in outcomes:
        by_try[number][outcome] += 1
    total = Counter(outcome for _number, outcome in outcomes)
    one_winner = sum(found["booked"] == 1 for found in by_try.values())
    errors = {outcome: count for outcome, count in total.items() if outcome not in ("booked", "refused")}
    with database.reading() as db:
        bookings = db.scalar(select(func.count()).select_from(Booking))
        twice = db.scalar(text(OVERLAPPING))
    database.dispose()
    print(
        f"{name}: {tries} tries, {writers} writers each: {one_winner} with exactly one winner, "
        f"{total['booked']} booked, {total['refused']} refused, {sum(errors.values())} errors {errors or ''}; "
        f"{bookings} bookings stand, {twice} overlap; {seconds:.1f} s"
    )
    return (one_winner, total["refused"], errors, bookings, twice) == (
        tries,
        tries * (writers - 1),
        {},
        tries * 2,
        0,
    )


OVERLAPPING = """
    SELECT count(*) FROM booking AS a JOIN booking AS b
    ON a.resource_kind = b.resource_kind AND a.resource_id = b.resource_id AND a.day = b.day AND a.id < b.id
    AND a.starts < b.ends AND b.starts < a.ends"""


def run(url: str, tries: int, writers: int, needs: tuple[str, str]) -> list[tuple[int, str]]:
    """What every writer met in every try."""
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=write, args=(url, tries, needs, start, answers)) for _ in range(writers)
    ]
    for process in processes:
        process.start()
    outcomes = [outcome for _ in processes for outcome in answers.get()]
    for process in processes:
        process.join()
    return outcomes


def write(url: str, tries: int, needs: tuple[str, str], start: Any, answers: Any) -> None:
    """One writer's life: all its tries, each from the barrier on."""
    database = Database(url, sealer=factories.SEALER)
    outcomes = []
    for number in range(tries):
        wanted = proposal(number, needs)
        start.wait()
        try:
            with database.writing() as db:
                schedule_course(
                    db,
                    proposal=wanted,
                    publish=False,
                    by=COORDINATOR,
                    now=factories.NOW,
                    today=factories.TODAY,
                )
        except CannotSchedule:
            outcomes.append((number, "refused"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this measures
            outcomes.append((number, type(error).__name__))
        else:
            outcomes.append((number, "booked"))
    database.dispose()
    answers.put(outcomes)


def proposal(number: int, needs: tuple[str, str]) -> Proposal:
    """The slot of this try: no two tries share one."""
    ahead, place = divmod(number, SLOTS_A_DAY)
    starts = 8 * 60 + place * 120
    return Proposal(
        region_code=factories.SHIWAN,
        title="柑橘冬季管护",
        category_code="skill",
        starts=starts,
        ends=starts + 120,
        recurrence=Once(factories.TODAY + timedelta(days=ahead)),
        teachers=needs[:1],
        venue=needs[1],
    )


if __name__ == "__main__":
    sys.exit(main())
