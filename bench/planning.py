"""How long the checks of planning take where a million class sessions are stored. Run: `python -m bench.planning`.

Prints the median and the 95th percentile of each and ends with 1 when one is over its limit. README.md says what is
measured.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from bench._data import NOW, SURNAMES, TODAY, regions_of
from bench._province import absent, sichuan_file
from bench._scale_data import Filled, fill
from nightschool.actions.courses.courses import schedule_course
from nightschool.database import Database
from nightschool.errors import CannotSchedule
from nightschool.models.base import new_public_id
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool, Venue
from nightschool.models.teaching import Booking, ClassSession, ClassSessionTeacher
from nightschool.queries.courses import alternatives, bookings
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.surroundings import good_days, surroundings
from nightschool.queries.seasons.localities import locality
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.courses.good_days import window
from nightschool.rules.courses.previews import preview
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Listed
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.regions import RegionRow, ancestors_of
from nightschool.rules.slots import Moment
from nightschool.sealing import Sealer
from nightschool.settings import new_keys, sqlite_url
from tests import postgres_cluster

SCHOOLS = 50_000
TEACHERS = 40  # that one village may call on, at every level above it
ROOMS = 12  # of that village
DAYS = 42  # that the sessions of the data reach ahead
OTHERS = 300  # villages that are asked as well, each for the first time: nothing of theirs is in memory
AT = Moment(TODAY, 600)
ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class World:
    """A filled database, and what its villages can schedule with: {village: public ids}."""

    database: Database
    busy: str  # the village with many teachers and rooms
    teachers: dict[str, list[str]]
    rooms: dict[str, list[str]]


def add_choices(database: Database, filled: Filled, dice: random.Random) -> None:
    """One village has many rooms and teachers; the teachers have classes in villages of all counties, day after day."""
    levels = (filled.big_village, *ancestors_of(filled.big_village))
    somewhere = dice.sample(filled.villages, min(2000, len(filled.villages)))
    with database.writing() as db:
        held = db.execute(
            select(ClassSession.id, ClassSession.day, ClassSession.starts, ClassSession.ends).where(
                ClassSession.day.between(TODAY, TODAY + timedelta(days=DAYS)),
                ClassSession.region_code.in_(somewhere),
            )
        ).all()
        for number in range(ROOMS):
            db.add(Venue(region_code=filled.big_village, name=f"教室{number}", seats=20 + number))
        for number in range(TEACHERS):
            name = f"{SURNAMES[number % len(SURNAMES)]}教员{number}"
            person = Teacher(
                public_id=new_public_id(),
                region_code=levels[number % len(levels)],
                name=name,
                name_key=sort_key(name),
                search_keys=stored_keys(name),
                kind="technician",
                specialities="柑橘、果树",
            )
            db.add(person)
            db.flush()
            theirs = {row.day: row for row in dice.sample(held, min(len(held), DAYS))}.values()
            _teach(db, person.id, number + 1, theirs)


def _teach(db: Session, teacher_id: int, position: int, class_sessions: Iterable[Any]) -> None:
    staff, booked = [], []
    for row in class_sessions:
        staff.append({"class_session_id": row.id, "teacher_id": teacher_id, "position": position})
        slot = {"day": row.day, "starts": row.starts, "ends": row.ends, "class_session_id": row.id}
        booked.append({"resource_kind": "teacher", "resource_id": teacher_id, **slot})
    db.execute(insert(ClassSessionTeacher), staff)
    db.execute(insert(Booking), booked)


def world_of(database: Database) -> World:
    """What the villages of a filled database can schedule with, as far as they are asked."""
    with database.reading() as db:
        rooms = func.count(Venue.id).desc()
        busy = db.scalars(
            select(Venue.region_code).group_by(Venue.region_code).order_by(rooms).limit(1)
        ).one()
        villages = db.scalars(select(NightSchool.region_code).order_by(NightSchool.region_code)).all()
        asked = [busy, *random.Random(1).sample(villages, min(OTHERS, len(villages)))]
        lines = {village: (village, *ancestors_of(village)) for village in asked}
        people = db.execute(
            select(Teacher.region_code, Teacher.public_id)
            .where(Teacher.region_code.in_({code for line in lines.values() for code in line}))
            .order_by(Teacher.id)
        ).all()
        places = db.execute(
            select(Venue.region_code, Venue.public_id).where(Venue.region_code.in_(asked)).order_by(Venue.id)
        ).all()
        stored = db.scalar(select(func.count()).select_from(ClassSession)) or 0
    print(f"{stored} class sessions of {len(villages)} schools")
    return World(
        database,
        busy,
        {
            village: [row.public_id for row in people if row.region_code in line]
            for village, line in lines.items()
        },
        {village: [row.public_id for row in places if row.region_code == village] for village in asked},
    )


def proposals(world: World, dates: int, dice: random.Random) -> Iterator[Proposal]:
    """Courses of so many evenings: every other one in the village with many to choose from, the rest all over."""
    others = [village for village in world.teachers if village != world.busy and world.teachers[village]]
    for number in range(sys.maxsize):
        village = world.busy if number % 2 else others[number // 2 % len(others)]
        starts = dice.randrange(18 * 60, 19 * 60 + 1, 15)
        days = sorted(dice.sample(range(1, DAYS), dates))
        yield Proposal(
            region_code=village,
            title="柑橘冬季管护",
            category_code="skill",
            starts=starts,
            ends=starts + 90,
            recurrence=Listed(tuple(TODAY + timedelta(days=day) for day in days)),
            teachers=(dice.choice(world.teachers[village]),),
            venue=dice.choice(world.rooms[village]),
        )


def check(world: World, proposal: Proposal) -> int:
    """Looks whether the proposal can be; returns how many conflicts there are."""
    with world.database.reading() as db:
        choices = on_offer(db, proposal.region_code)
        return len(bookings.proposal_conflicts(db, proposal, choices, not_before=AT))


def refusal(world: World, proposal: Proposal) -> int:
    """Schedules the course and, where it is refused, finds and tells what can be had instead; nothing is kept."""
    by = Actor(account_id=None, name="bench", posts=(Post(Role.COORDINATOR, proposal.region_code),))
    try:
        with world.database.writing() as db:
            schedule_course(db, proposal=proposal, publish=True, by=by, now=NOW)
            db.rollback()
    except CannotSchedule as clash:
        with world.database.reading() as db:
            choices = on_offer(db, proposal.region_code)
            found = alternatives.for_proposal(db, proposal, clash.conflicts, choices, zone=ZONE)
            around = surroundings(
                db,
                locality(db, proposal.region_code),
                {one.slot.day for one in proposal.dates},
                choices=choices,
                title=proposal.title,
                teachers=proposal.teachers,
                venue=proposal.venue,
                zone=ZONE,
            )
        shown = preview(
            proposal, clash.conflicts, at=AT, around=around, alternatives=found, names=choices.names
        )
        assert all(len(day.choices) >= 3 for day in shown.days if day.taken)
        return len(clash.conflicts)
    return 0


def find(world: World, proposal: Proposal) -> int:
    """The days of a month that suit the course; returns how many."""
    with world.database.reading() as db:
        found = good_days(
            db,
            locality(db, proposal.region_code),
            window(TODAY, None),
            starts=proposal.starts,
            ends=proposal.ends,
            title=proposal.title,
            choices=on_offer(db, proposal.region_code),
            teachers=proposal.teachers,
            venue=proposal.venue,
            zone=ZONE,
            not_before=AT,
        )
    return len(found)


# What is timed: its name, how many dates the course has, what is done, and how many milliseconds 95 of 100 may take.
TIMED: Sequence[tuple[str, int, Callable[[World, Proposal], int], int]] = (
    ("check, 1 date", 1, check, 50),
    ("check, 20 dates", 20, check, 50),
    ("refusal, 1 date", 1, refusal, 1000),
    ("refusal, 20 dates", 20, refusal, 1000),
    ("a good day in a month", 1, find, 300),
)


def measure(world: World, requests: int) -> bool:
    """A line for each; True when all are quick enough."""
    fine = True
    print(
        f"{'':<22} {'median ms':>10} {'p95 ms':>8} {'limit':>6} {'CPU p95':>8} {'found':>6}   ({requests} of each)"
    )
    for name, dates, act, limit in TIMED:
        asked = proposals(world, dates, random.Random(1))
        for _warm in range(4):  # everything is imported, compiled and connected
            act(world, next(asked))
        spent, used, found = [], [], 0
        for _number in range(requests):
            proposal = next(asked)
            began, began_cpu = time.perf_counter(), time.process_time()
            found += act(world, proposal)
            spent.append((time.perf_counter() - began) * 1000)
            used.append((time.process_time() - began_cpu) * 1000)
        p95, cpu = (statistics.quantiles(times, n=20)[18] for times in (spent, used))
        fine &= p95 <= limit
        print(
            f"{name:<22} {statistics.median(spent):>10.1f} {p95:>8.1f} {limit:>6} {cpu:>8.1f}"
            f" {found / requests:>6.1f}{'' if p95 <= limit else '   OVER'}"
        )
    return fine


@contextmanager
def place(kind: str, kept: Path | None) -> Iterator[Database]:
    """A database of this kind, gone afterwards unless it is `kept`."""
    sealer = Sealer(new_keys().sealing)
    with ExitStack() as ends:
        if kind == "sqlite":
            folder = Path(ends.enter_context(tempfile.TemporaryDirectory()))
            url = sqlite_url(kept or folder / "planning.db")
        else:
            cluster = postgres_cluster.start()
            ends.callback(cluster.stop)
            url = cluster.url("postgres")
        database = Database(url, sealer=sealer)
        ends.callback(database.dispose)
        yield database


def run(kind: str, regions: Sequence[RegionRow], schools: int, requests: int, kept: Path | None) -> bool:
    """One database filled, unless it was kept, and measured."""
    print(f"\n{kind}: ", end="", flush=True)
    is_filled = kind == "sqlite" and kept is not None and kept.exists()
    with place(kind, kept) as database:
        if not is_filled:
            began = time.perf_counter()
            add_choices(database, fill(database, regions, schools), random.Random(1))
            if kind == "sqlite":  # what was written last would else be looked up in the log of it
                with database.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            print(f"filled in {time.perf_counter() - began:.0f} s, ", end="", flush=True)
        return measure(world_of(database), requests)


def main() -> int:
    """Each database is measured; 0 when everything is within its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--regions", type=Path, default=sichuan_file(), help="the list of Sichuan's regions of 2017"
    )
    parser.add_argument("--schools", type=int, default=SCHOOLS, help="fewer to try it out")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument("--keep", type=Path, help="SQLite: fill this file, or measure it again as it is")
    chosen = parser.parse_args()
    if not chosen.regions.exists():
        print(absent())
        return 2
    regions = regions_of(chosen.regions)
    fine = True
    for kind in ("sqlite", "postgresql"):
        if chosen.only in (None, kind):
            if kind == "postgresql" and (why_not := postgres_cluster.available()):
                print(f"\nPostgreSQL: not measured, {why_not}")
            else:
                fine &= run(kind, regions, chosen.schools, chosen.requests, chosen.keep)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
