"""Writers at the same instant: does a slot ever go to two, or does a loser get an error in place of its answer?

    python -m bench.overlaps [--tries 1000] [--writers 2]

Real processes meet at a barrier before every try and schedule a course in the same slot. The tries take turns: one
village's teacher and room; a teacher of the county, wanted by villages of several townships; a teacher of the city,
wanted by villages of several counties; both teachers, named in one order here and in the other there. Printed for
SQLite and for PostgreSQL: how many tries had exactly one winner, how many refusals and errors there were, and what
stands in the database in the end. Exits with 1 when anything but one winner a try, and a refusal for everybody else,
came out.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, text

from nightschool.actions.courses.courses import schedule_course
from nightschool.database import Database, migrate
from nightschool.errors import CannotSchedule
from nightschool.models.places import Venue
from nightschool.models.teaching import Booking
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Once
from nightschool.settings import sqlite_url
from tests import factories, postgres_cluster

TOWNSHIP, VILLAGE = "511002106000", "511002106201"  # of the same county as Shiwan
OTHER_TOWNSHIP, OTHER_VILLAGE = "511024101000", "511024101201"  # of the same county as Jianli
COUNTY, CITY = "511002000000", "511000000000"
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
    scenes = build(database)
    began = time.perf_counter()
    outcomes = run(url, tries, writers, scenes)
    seconds = time.perf_counter() - began
    by_try: dict[int, Counter[str]] = {number: Counter() for number in range(tries)}
    for number, outcome in outcomes:
        by_try[number][outcome] += 1
    total = Counter(outcome for _number, outcome in outcomes)
    won = Counter(number % len(scenes) for number, found in by_try.items() if found["booked"] == 1)
    one_winner = won.total()
    errors = {outcome: count for outcome, count in total.items() if outcome not in ("booked", "refused")}
    with database.reading() as db:
        bookings = db.scalar(select(func.count()).select_from(Booking))
        twice = db.scalar(text(OVERLAPPING))
    database.dispose()
    expected = sum(len(scenes[number % len(scenes)].teachers) + 1 for number in range(tries))
    print(
        f"{name}: {tries} tries, {writers} writers each: {one_winner} with exactly one winner, "
        f"{total['booked']} booked, {total['refused']} refused, {sum(errors.values())} errors {errors or ''}; "
        f"{bookings} bookings stand, {twice} overlap; {seconds:.1f} s"
    )
    for number, scene in enumerate(scenes):
        print(
            f"    {scene.name}: {won[number]} of {len(range(number, tries, len(scenes)))} with exactly one winner"
        )
    return (one_winner, total["refused"], errors, bookings, twice) == (
        tries,
        tries * (writers - 1),
        {},
        expected,
        0,
    )


@dataclass(frozen=True)
class Scene:
    """What the writers of a try want at the same time: these teachers, each writer for a village of its own."""

    name: str
    teachers: tuple[str, ...]  # public ids
    villages: tuple[str, ...]
    venues: tuple[str, ...]  # of each village one
    is_crossed: bool = False  # every other writer names the teachers in the other order

    def proposal(self, number: int, writer: int) -> Proposal:
        """What this writer wants in this try: no two tries share a slot."""
        ahead, place = divmod(number, SLOTS_A_DAY)
        starts = 8 * 60 + place * 120
        where = writer % len(self.villages)
        return Proposal(
            region_code=self.villages[where],
            title="柑橘冬季管护",
            category_code="skill",
            starts=starts,
            ends=starts + 120,
            recurrence=Once(factories.TODAY + timedelta(days=ahead)),
            teachers=self.teachers[::-1] if self.is_crossed and writer % 2 else self.teachers,
            venue=self.venues[where],
        )


def build(database: Database) -> tuple[Scene, ...]:
    """Four villages in two counties with a room each, a teacher of a village, one of the county and one of the city."""
    with database.writing() as db:
        cast = factories.make_cast(db)
        for code in (TOWNSHIP, VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE):
            factories.make_region(db, code, "测试镇" if code.endswith("000") else None)
        venues = {
            factories.SHIWAN: db.get_one(Venue, cast.venue),
            factories.JIANLI: db.get_one(Venue, cast.other_venue),
            VILLAGE: factories.make_venue(db, VILLAGE),
            OTHER_VILLAGE: factories.make_venue(db, OTHER_VILLAGE),
        }
        own, of_county, of_city = (
            factories.make_teacher(db, code).public_id for code in (factories.SHIWAN, COUNTY, CITY)
        )

        def scene(name: str, teachers: tuple[str, ...], *villages: str, is_crossed: bool = False) -> Scene:
            rooms = tuple(venues[code].public_id for code in villages)
            return Scene(name, teachers, villages, rooms, is_crossed)

        in_county = (factories.SHIWAN, VILLAGE)
        return (
            scene("one village's teacher and room", (own,), factories.SHIWAN),
            scene("the county's teacher, two townships", (of_county,), *in_county),
            scene(
                "the city's teacher, two counties",
                (of_city,),
                *(factories.SHIWAN, factories.JIANLI, VILLAGE, OTHER_VILLAGE),
            ),
            scene("both teachers, named crosswise", (of_county, of_city), *in_county, is_crossed=True),
        )


OVERLAPPING = """
    SELECT count(*) FROM booking AS a JOIN booking AS b
    ON a.resource_kind = b.resource_kind AND a.resource_id = b.resource_id AND a.day = b.day AND a.id < b.id
    AND a.starts < b.ends AND b.starts < a.ends"""


def run(url: str, tries: int, writers: int, scenes: tuple[Scene, ...]) -> list[tuple[int, str]]:
    """What every writer met in every try."""
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(writers), context.Queue()
    processes = [
        context.Process(target=write, args=(url, tries, writer, scenes, start, answers))
        for writer in range(writers)
    ]
    for process in processes:
        process.start()
    outcomes = [outcome for _ in processes for outcome in answers.get()]
    for process in processes:
        process.join()
    return outcomes


def write(url: str, tries: int, writer: int, scenes: tuple[Scene, ...], start: Any, answers: Any) -> None:
    """One writer's life: all its tries, each from the barrier on."""
    database = Database(url, sealer=factories.SEALER)
    outcomes = []
    for number in range(tries):
        wanted = scenes[number % len(scenes)].proposal(number, writer)
        posts = (Post(Role.COORDINATOR, wanted.region_code),)
        start.wait()
        try:
            with database.writing() as db:
                schedule_course(
                    db,
                    proposal=wanted,
                    publish=False,
                    by=Actor(account_id=None, name="bench", posts=posts),
                    now=factories.NOW,
                )
        except CannotSchedule:
            outcomes.append((number, "refused"))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this measures
            outcomes.append((number, f"{type(error).__name__}: {error}".partition("\n")[0]))
        else:
            outcomes.append((number, "booked"))
    database.dispose()
    answers.put(outcomes)


if __name__ == "__main__":
    sys.exit(main())
