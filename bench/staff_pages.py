"""What a page behind a login costs the server, as a ratio to a constant Flask page. Run: `python -m bench.staff_pages`.

Prints a table for each database and ends with 1 when something is over its limit. README.md says what is measured.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from bench._data import NOW, SURNAMES, TODAY, fill
from bench._scale_data import GIVEN, logged_in
from bench.public_pages import Browser, served
from nightschool.actions.registers.attendance import record_sheet
from nightschool.database import Database
from nightschool.models.base import new_public_id
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account, Posting
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.names import sort_key, stored_keys
from nightschool.rules.registers.attendance import EXCUSED, PRESENT, Sheet
from nightschool.rules.slots import Now
from nightschool.sealing import Sealer
from nightschool.settings import new_keys, sqlite_url
from tests import postgres_cluster

LEARNERS = 60
MARKS = 40  # of the sheet that the action saves by itself
MOST_OF_THE_DRIVER = 5.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the database, as far as it is asked for."""

    village: str
    learners: tuple[str, ...]  # public ids
    tonight: str  # public ids of two class sessions without a register
    other: str
    course: str
    account: int
    token: str


def fill_staff(database: Database, schools: int | None) -> Filled:
    """The database of the public pages, and in its first village a coordinator, 60 learners and two open registers."""
    village = fill(database, schools)[0]
    with database.writing() as db:
        account = Account(login_name="desk", display_name="陈桂花", created_at=NOW.instant)
        db.add(account)
        db.flush()
        db.add(
            Posting(account_id=account.id, role="coordinator", region_code=village, from_day=date(2020, 1, 1))
        )
        db.execute(insert(Learner), list(_learners(village)))
        learners = tuple(db.scalars(select(Learner.public_id).where(Learner.region_code == village)))
        ids = db.scalars(
            select(ClassSession.id)
            .where(ClassSession.region_code == village, ClassSession.status == "scheduled")
            .order_by(ClassSession.day)
            .limit(2)
        ).all()
        db.execute(
            update(ClassSession)
            .where(ClassSession.id.in_(ids))
            .values(day=TODAY - timedelta(days=1), published_at=NOW.instant)
        )
        tonight, other = db.scalars(select(ClassSession.public_id).where(ClassSession.id.in_(ids)))
        [course] = db.scalars(select(Course.public_id).where(Course.region_code == village))
    return Filled(village, learners, tonight, other, course, account.id, logged_in(database, account.id))


def _learners(village: str) -> Iterator[dict[str, Any]]:
    for number in range(LEARNERS):
        name = SURNAMES[number % len(SURNAMES)] + GIVEN[number % 20] + GIVEN[number * 7 % 23]
        yield {
            "public_id": new_public_id(),
            "region_code": village,
            "name": name,
            "name_key": sort_key(name),
            "search_keys": stored_keys(name),
            "group_name": f"{'一二三四五'[number % 5]}组",
            "group_number": number % 5 + 1,
            "household": "",
            "version": 1,
        }


class Staff(Browser):
    """A browser with a login, which keeps the cookie that its forms belong to."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(port)
        self.cookies = {"__Host-nightschool": token}
        self.form: dict[str, Any] = {}

    def ask(self, path: str, fields: list[tuple[str, Any]] | None = None) -> tuple[int, bytes]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is None:
            self.connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.connection.request("POST", path, urlencode(fields), headers)
        response = self.connection.getresponse()
        for given in response.headers.get_all("Set-Cookie") or []:
            name, _, value = given.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.read()

    def see(self, path: str) -> bytes:
        status, body = self.ask(path)
        assert status == 200, (path, status)
        return body

    def open_register(self, path: str) -> None:
        """The form is at hand, and the cookie that belongs to it."""
        page = self.see(path).decode()
        found = {
            name: re.findall(rf'name="{name}" [^>]*value="([^"]+)"', page)[0] for name in ("csrf_token", "v")
        }
        self.form = {"csrf_token": found["csrf_token"], "v": int(found["v"])}

    def save(self, path: str, learners: Sequence[str]) -> None:
        """A sheet of its own, in which every learner has another mark than in the one before."""
        mark = "em"[self.form["v"] % 2]
        fields = [
            ("do", "save"),
            *self.form.items(),
            ("s", str(uuid.uuid4())),
            ("q", ""),
            *((mark, learner) for learner in learners),
            *((name, "") for name in ("nn", "ng", "nn", "ng", "g", "gn", "h", "w", "o", "d")),
        ]
        status, body = self.ask(path, fields)
        assert status == 303, (status, body.decode())
        self.form["v"] += 1

    def used(self) -> Meter:
        """What the server has used until now."""
        return Meter(**json.loads(self.see("/meter")))


@dataclass(frozen=True, slots=True)
class Meter:
    """What a server has used since it began."""

    cpu: float  # seconds
    statements: int
    transactions: int


@dataclass
class Target:
    """One kind of request, and what it may cost at most, in constant pages of the size of the page it belongs to."""

    name: str
    path: str
    limit: dict[str, float]  # by database
    saves: bool = False
    size: int = 0
    ratios: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    statements: float = 0.0
    transactions: float = 0.0


def targets(filled: Filled) -> list[Target]:
    desk, register = f"/desk/{filled.village}", f"/sessions/{filled.other}/register"
    return [
        Target("desk", desk, _limits(15, 25)),
        Target(f"register of {LEARNERS}", f"/sessions/{filled.tonight}/register", _limits(15, 25)),
        Target(f"saving {LEARNERS} marks", register, _limits(30, 55), saves=True),
        Target("saved register", register, _limits(30, 55)),
        Target("course", f"/courses/{filled.course}", _limits(45, 55)),
        Target("learners", f"{desk}/learners", _limits(20, 25)),
    ]


def _limits(sqlite: float, postgresql: float) -> dict[str, float]:
    return {"SQLite": sqlite, "PostgreSQL": postgresql}


def measure(staff: Staff, filled: Filled, rounds: int, requests: int) -> list[Target]:
    """Every target and its constant page, in turn, in an order drawn anew each round."""
    found = targets(filled)
    for target in found:
        target.size = len(staff.see(target.path))
        if target.saves:
            staff.open_register(target.path)
    dice = random.Random(1)
    for number in range(rounds + 1):
        kinds: list[tuple[str, Callable[[], float]]] = [
            *((f"constant {one.name}", partial(_constant, staff, one.size, requests)) for one in found),
            *((one.name, partial(_cost, staff, filled, one, requests)) for one in found),
        ]
        dice.shuffle(kinds)
        costs = {name: cost() for name, cost in kinds}
        if number:  # before the first everything is imported, compiled and connected
            for target in found:
                target.milliseconds.append(costs[target.name] * 1000)
                target.ratios.append(costs[target.name] / costs[f"constant {target.name}"])
    return found


def _constant(staff: Staff, size: int, requests: int) -> float:
    before = staff.used()
    for _number in range(requests):
        staff.see(f"/constant/{size}")
    return (staff.used().cpu - before.cpu) / requests


def _cost(staff: Staff, filled: Filled, target: Target, requests: int) -> float:
    """Seconds of processor time a request."""
    before = staff.used()
    for _number in range(requests):
        if target.saves:
            staff.save(target.path, filled.learners)
        else:
            staff.see(target.path)
    after = staff.used()
    target.statements = (after.statements - before.statements) / requests
    target.transactions = (after.transactions - before.transactions) / requests
    return (after.cpu - before.cpu) / requests


def report(name: str, found: list[Target]) -> bool:
    """The table is printed; True when everything keeps its limit."""
    print(
        f"{'':<24} {'ratio':>6} {'limit':>6} {'CPU ms':>7} {'SQL':>5} {'transactions':>13} {'bytes':>7}"
        f"   (median of {len(found[0].ratios)} rounds)"
    )
    fine = True
    for target in found:
        ratio, limit = statistics.median(target.ratios), target.limit[name]
        fine &= ratio <= limit
        print(
            f"{target.name:<24} {ratio:>6.1f} {limit:>6.0f} {statistics.median(target.milliseconds):>7.2f}"
            f" {target.statements:>5.1f} {target.transactions:>13.1f} {target.size:>7}"
            f"{'   OVER' if ratio > limit else ''}"
        )
    return fine


def compare_action(database: Database, filled: Filled, rounds: int) -> bool:
    """The action that saves a sheet beside the driver that writes its marks; True when it keeps its limit.

    Each has classes of its own, as many: where one had marked a class, the other would find nothing to change.
    """
    by = Actor(filled.account, "陈桂花", (Post(Role.COORDINATOR, filled.village),))
    with database.reading() as db:
        here = (ClassSession.region_code == filled.village, ClassSession.day == TODAY - timedelta(days=1))
        held = db.execute(
            select(ClassSession.id, ClassSession.public_id).where(*here).order_by(ClassSession.id)
        ).all()
        half = len(held) // 2
        ids = {row.public_id: row.id for row in db.execute(select(Learner.public_id, Learner.id))}
    learners = sorted(filled.learners)[:MARKS]
    ratios, dice = [], random.Random(1)
    for number in range(rounds + half):  # in turn: nobody puts one register right two hundred times
        name_id, key = held[number % half].public_id, held[half + number % half].id
        status = (EXCUSED, PRESENT)[number // half % 2]
        sheet = Sheet(marks=dict.fromkeys(learners, status))
        ways: list[tuple[str, Callable[[], None]]] = [
            (
                "action",
                partial(_act, database, name_id, sheet, by, NOW.instant + timedelta(seconds=number + 1)),
            ),
            ("driver", partial(_drive, database, filled, key, [ids[one] for one in learners], status)),
        ]
        dice.shuffle(ways)
        spent = {}
        for name, way in ways:
            began = time.perf_counter()
            way()
            spent[name] = time.perf_counter() - began
        if number >= half:
            ratios.append(spent["action"] / spent["driver"])
    ratio = statistics.median(ratios)
    is_over = ratio > MOST_OF_THE_DRIVER
    print(
        f"saving {MARKS} marks by the action alone, by the clock: {ratio:.1f} times the driver's own statements,"
        f" limit {MOST_OF_THE_DRIVER:.0f}{'   OVER' if is_over else ''}"
    )
    return not is_over


def _act(database: Database, class_session: str, sheet: Sheet, by: Actor, when: datetime) -> None:
    with database.writing() as db:
        record_sheet(
            db,
            class_session=class_session,
            sheet=sheet,
            submission_id=uuid.uuid4(),
            device="",
            taken_at=when,
            by=by,
            now=Now.at(when, ZoneInfo("Asia/Shanghai")),
        )


def _drive(database: Database, filled: Filled, held: int, learners: list[int], status: str) -> None:
    """The same sheet's submission, events and marks, in one transaction, with nothing between this and the driver."""
    place = "?" if database.is_sqlite else "%s"
    sheet = uuid.uuid4()
    key, when = (sheet.hex, NOW.instant.isoformat(" ")) if database.is_sqlite else (sheet, NOW.instant)
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    if database.is_sqlite:
        cursor.execute("BEGIN IMMEDIATE")
    cursor.execute(
        "INSERT INTO submission (id, class_session_id, account_id, kind, device, taken_at, received_at, fingerprint,"
        f" reason, difference_note, arrival) VALUES ({', '.join([place] * 11)})",
        (key, held, filled.account, "sheet", "", when, when, "0" * 64, "", "", 1),
    )
    cursor.executemany(
        "INSERT INTO mark_event (submission_id, class_session_id, learner_id, status, before, came_instead)"
        f" VALUES ({', '.join([place] * 6)})",
        [(key, held, learner, status, None, "") for learner in learners],
    )
    cursor.executemany(
        "INSERT INTO mark (submission_id, class_session_id, learner_id, status, came_instead)"
        f" VALUES ({', '.join([place] * 5)}) ON CONFLICT (class_session_id, learner_id) DO UPDATE"
        " SET status = excluded.status, came_instead = excluded.came_instead, submission_id = excluded.submission_id",
        [(key, held, learner, status, "") for learner in learners],
    )
    cursor.execute("COMMIT")
    raw.close()


def run(name: str, url: str, rounds: int, requests: int, schools: int | None = None) -> bool:
    """One database, filled and measured."""
    database = Database(url, sealer=Sealer(new_keys().sealing))
    filled = fill_staff(database, schools)
    print(f"\n{name}")
    with served(url) as browser:
        staff = Staff(browser.connection.port, filled.token)
        fine = report(name, measure(staff, filled, rounds, requests))
        staff.connection.close()
    fine &= compare_action(database, filled, rounds * 4)
    database.dispose()
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--requests", type=int, default=10, help="a target and round")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args()
    fine = True
    if chosen.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            fine &= run("SQLite", sqlite_url(Path(folder) / "bench.db"), chosen.rounds, chosen.requests)
    if chosen.only != "sqlite":
        if why_not := postgres_cluster.available():
            print(f"\nPostgreSQL: not measured, {why_not}")
        else:
            cluster = postgres_cluster.start()
            fine &= run("PostgreSQL", cluster.url("postgres"), chosen.rounds, chosen.requests)
            cluster.stop()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
