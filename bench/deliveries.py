"""Sheets that phones wrote without signal, brought in every order with every fault: is any of them lost or taken twice?

    python -m bench.deliveries [--short] [--deliveries 10000]

Evening after evening up to six phones of three coordinators write sheets about one class, knowing nothing of others,
with clocks that are off by seconds or years, and bring them through the application: some deliveries are dropped, of
some the answer is lost, some come twice, late or in another order; the server is started anew in between, and killed
while it takes one in. In the end every register must say what the rule says of these sheets, each phone have a receipt
for its sheet, and every sheet stand once: as what counts, as what waits, or as one that its own phone wrote anew. On
SQLite and PostgreSQL; exits with 1 where a figure is not 0.
"""

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database, migrate
from nightschool.models.attendance import Submission, WaitingSheet
from nightschool.models.teaching import ClassSession, Course
from nightschool.queries.registers.waiting import standing_sheet
from nightschool.rules.access import Role
from nightschool.rules.registers.attendance import Rank, Sheet
from nightschool.rules.registers.waiting import read_sheet
from nightschool.settings import Settings, sqlite_url
from nightschool.web.app import create_app
from tests import factories, postgres_cluster

DELIVERIES, SHORT = 10_000, 250
VILLAGERS, ACCOUNTS, MOST_PHONES = 12, 3, 6
STARTS = 19 * 60
YEAR = 365 * 24 * 3600
EACH_RESTART, EACH_KILL = 250, 60  # deliveries


@dataclass(frozen=True)
class Written:
    """One sheet on one phone."""

    id: UUID
    marks: frozenset[str]  # public ids of those who came
    headcount: int
    taken_at: datetime  # by the phone's clock
    offset: int
    replaces: tuple[UUID, ...]

    def parcel(self, class_session: str) -> dict[str, Any]:
        form = [("v", "0"), *(("m", key) for key in sorted(self.marks)), ("h", str(self.headcount))]
        return {
            "id": str(self.id),
            "class": class_session,
            "form": urlencode(form),
            "taken_at": self.taken_at.isoformat(),
            "offset": self.offset,
            "replaces": [str(one) for one in self.replaces],
        }

    @property
    def sheet(self) -> Sheet:
        return Sheet(marks=dict.fromkeys(sorted(self.marks), "present"), headcount=self.headcount)


@dataclass
class Phone:
    """Whose it is, by how much its clock is wrong, whether it ever learnt that, and what it wrote, the newest last."""

    account: int
    error: int  # seconds that its clock is ahead
    has_met: bool
    written: list[Written] = field(default_factory=list)
    receipt: dict[str, Any] | None = None


@dataclass
class Evening:
    """One class, and the phones that write about it."""

    class_session: str
    starts: datetime
    phones: list[Phone]


class School:
    """The application on this database, which can be started anew, and killed while it takes something in."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.at = url, factories.NOW.instant
        self.settings = Settings(
            folder, "", "http://localhost", "127.0.0.1", 8000, "Asia/Shanghai", factories.KEYS
        )
        self.database = Database(url, sealer=factories.SEALER)
        migrate(self.database)
        with self.database.writing() as db:
            factories.make_places(db)
            self.accounts = [
                factories.make_account(db, f"c{one}", f"联络员{one}", Role.COORDINATOR, factories.SHIWAN).id
                for one in range(ACCOUNTS)
            ]
            self.people = [
                factories.make_learner(db, name=f"村民{one}").public_id for one in range(VILLAGERS)
            ]
            self.course = factories.make_course(db, starts=STARTS, ends=STARTS + 90).id
        self.start()

    def start(self) -> None:
        self.database.dispose()
        self.database = Database(self.url, sealer=factories.SEALER)
        app = create_app(self.settings, self.database, clock=lambda: self.at)
        # Logged in anew, because the evenings of a long run last longer than a login.
        tokens = [factories.make_login(self.database, one, at=self.at) for one in self.accounts]
        self.browsers = [browser(app.test_client(), token) for token in tokens]

    def take(self, account: int, *parcels: dict[str, Any]) -> list[dict[str, Any]]:
        """The receipts."""
        self.at += timedelta(seconds=1)
        client, token = self.browsers[account]
        answer = client.post("/deliveries", json={"sheets": parcels}, headers={"X-CSRFToken": token})
        receipts: list[dict[str, Any]] = answer.json["receipts"] if answer.status_code == 200 else []
        return receipts

    def take_and_die(self, account: int, parcel: dict[str, Any], after: float) -> None:
        """Another process takes it in, and is killed so many seconds after it has begun."""
        self.at += timedelta(seconds=1)
        self.database.dispose()
        ready = multiprocessing.get_context("fork").Event()

        def server() -> None:
            self.start()
            ready.set()
            self.take(account, parcel)

        process = multiprocessing.get_context("fork").Process(target=server)
        process.start()
        ready.wait(30)
        time.sleep(after)
        if process.pid and process.is_alive():
            os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.start()


def browser(client: FlaskClient, token: str) -> tuple[FlaskClient, str]:
    """Somebody's browser, and the token of its forms."""
    client.set_cookie("nightschool", token)
    return client, client.get("/deliveries").json["token"]


def evenings(school: School, dice: random.Random) -> Iterator[Evening]:
    """Class after class, each with the sheets that were written about it."""
    while True:
        school.at += timedelta(hours=1)
        with school.database.writing() as db:
            course = db.get_one(Course, school.course)
            day = school.at.astimezone(factories.ZONE).date() - timedelta(days=1)
            held = factories.make_session(db, course, day, starts=STARTS, ends=STARTS + 90, booked=False)
            class_session = held.public_id
        starts = datetime(day.year, day.month, day.day, tzinfo=factories.ZONE) + timedelta(minutes=STARTS)
        phones: list[Phone] = []
        said: list[tuple[frozenset[str], int]] = []  # and somebody else may say the same
        for _phone in range(dice.randint(1, MOST_PHONES)):
            error = dice.choice((0, 0, dice.randint(-90, 90), dice.randint(-3, 3) * YEAR))
            phone = Phone(dice.randrange(ACCOUNTS), error, dice.random() < 0.7)
            minute = dice.uniform(0, 100)
            for _sheet in range(dice.choice((1, 1, 2, 3))):
                minute += dice.uniform(0.5, 10)
                came = frozenset(dice.sample(school.people, dice.randint(0, VILLAGERS)))
                said.append((came, len(came) + dice.randint(0, 3)))
                came, headcount = dice.choice(said) if dice.random() < 0.1 else said[-1]
                taken_at = starts + timedelta(minutes=minute, seconds=error)
                phone.written.append(
                    Written(
                        UUID(int=dice.getrandbits(128), version=4),
                        came,
                        headcount,
                        taken_at.astimezone(UTC),
                        -error if phone.has_met else 0,
                        tuple(one.id for one in phone.written),
                    )
                )
            phones.append(phone)
        yield Evening(class_session, starts, phones)


def bring(school: School, evening: Evening, dice: random.Random, tally: Counter[str]) -> None:
    """All phones have their receipt, whatever happened on the way; what was under way before arrives at any time."""
    late = [(phone, one) for phone in evening.phones for one in phone.written[:-1] if dice.random() < 0.7]
    while waiting := [phone for phone in evening.phones if phone.receipt is None]:
        phone = dice.choice(waiting)
        sheet = phone.written[-1]
        if late and dice.random() < 0.5:
            phone, sheet = late.pop(dice.randrange(len(late)))
        elif dice.random() < 0.2:
            phone = dice.choice(evening.phones)
            sheet = phone.written[-1]  # once more, though it may have its receipt
        deliver(school, evening, phone, sheet, dice, tally)
    for phone, sheet in late:
        deliver(school, evening, phone, sheet, dice, tally)


def deliver(
    school: School, evening: Evening, phone: Phone, sheet: Written, dice: random.Random, tally: Counter[str]
) -> None:
    """One delivery, with its luck."""
    parcel = sheet.parcel(evening.class_session)
    tally["deliveries"] += 1
    if tally["deliveries"] % EACH_RESTART == 0:
        school.start()
        tally["restarts"] += 1
    if tally["deliveries"] % EACH_KILL == 0:
        school.take_and_die(phone.account, parcel, dice.uniform(0, 0.02))
        tally["kills"] += 1
        return
    luck = dice.random()
    if luck < 0.15:
        tally["dropped"] += 1
        return
    receipts = school.take(phone.account, *([parcel] * (2 if luck < 0.3 else 1)))
    tally["doubled"] += luck < 0.3
    if luck > 0.85:
        tally["answers lost"] += 1
        return
    for receipt in receipts:
        if receipt["id"] == str(sheet.id) and sheet is phone.written[-1]:
            tally["receipts that differ"] += (
                phone.receipt is not None and phone.receipt["fingerprint"] != receipt["fingerprint"]
            )
            phone.receipt = receipt
    tally["sheets without receipt"] += sum(receipt["id"] != str(sheet.id) for receipt in receipts) + (
        not receipts
    )


def look(school: School, evening: Evening, tally: Counter[str]) -> None:
    """What came of the evening, beside what the rule says."""
    with school.database.reading() as db:
        held = db.scalars(select(ClassSession).where(ClassSession.public_id == evening.class_session)).one()
        arrived = {
            one.id: one
            for one in db.scalars(select(Submission).where(Submission.class_session_id == held.id))
        }
        waits = {
            one.submission_id: read_sheet(one.content)
            for one in db.scalars(
                select(WaitingSheet).where(
                    WaitingSheet.class_session_id == held.id, WaitingSheet.settled_at.is_(None)
                )
            )
        }
        found = standing_sheet(db, held.id)
    written = [one for phone in evening.phones for one in phone.written]
    gone = {other for one in written if one.id in arrived for other in one.replaces}
    standing = {one.id: one for one in written if one.id in arrived and one.id not in gone}
    ranks = {
        key: Rank.of(key, one.taken_at + timedelta(seconds=one.offset), in_utc(arrived[key].received_at))
        for key, one in standing.items()
    }
    in_time = {key for key in standing if ranks[key].taken_at >= evening.starts - timedelta(hours=1)}
    winner = max(in_time, key=ranks.__getitem__, default=None)
    expected = standing[winner].sheet if winner else None
    tally["sheets"] += len(standing)
    tally["registers that are not what the rule says"] += (found[1] if found else None) != expected
    for phone in evening.phones:
        tally["sheets that vanished"] += phone.written[-1].id not in arrived
    for key, one in standing.items():
        counts, is_waiting = one.sheet == expected, waits.get(key) == one.sheet
        tally["sheets that stand nowhere"] += not (counts or is_waiting)
        # One that cannot count by its clock waits, though another that says the same may count.
        tally["sheets that stand twice"] += counts and is_waiting and key in in_time
    tally["sheets that wait though their phone wrote them anew"] += len(waits.keys() & gone)
    tally["submissions of nobody"] += len(arrived.keys() - {one.id for one in written})


def in_utc(instant: datetime) -> datetime:
    """SQLite hands out times without a zone, which are in UTC."""
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


MUST_BE_NONE = (
    "registers that are not what the rule says",
    "sheets that vanished",
    "sheets that stand nowhere",
    "sheets that stand twice",
    "sheets that wait though their phone wrote them anew",
    "sheets without receipt",
    "receipts that differ",
    "submissions of nobody",
)


def measure(name: str, url: str, folder: Path, deliveries: int) -> bool:
    """The figures of one database; True when they are as they must be."""
    dice, tally, began = random.Random(11), Counter[str](), time.monotonic()
    school = School(url, folder)
    for evening in evenings(school, dice):
        bring(school, evening, dice, tally)
        look(school, evening, tally)
        tally["evenings"] += 1
        if tally["deliveries"] >= deliveries:
            break
    school.database.dispose()
    told = ", ".join(
        f"{tally[what]} {what}"
        for what in (
            "deliveries",
            "evenings",
            "sheets",
            "dropped",
            "answers lost",
            "doubled",
            "restarts",
            "kills",
        )
    )
    print(f"{name}: {told}; {time.monotonic() - began:.0f} s")
    for what in MUST_BE_NONE:
        print(f"    {what:<60}{tally[what]:>6}  limit 0{'  MISSED' if tally[what] else ''}")
    return not any(tally[what] for what in MUST_BE_NONE)


def main() -> int:
    """Both databases are tried; 0 when nothing was lost, doubled or otherwise than the rule says."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--deliveries", type=int, default=DELIVERIES)
    chosen = options.parse_args()
    deliveries = SHORT if chosen.short else chosen.deliveries
    with tempfile.TemporaryDirectory() as folder:
        good = measure("SQLite", sqlite_url(Path(folder) / "bench.db"), Path(folder), deliveries)
        if why_not := postgres_cluster.available():
            print(f"PostgreSQL: not measured, {why_not}")
            return 1
        cluster = postgres_cluster.start()
        try:
            good &= measure("PostgreSQL", cluster.url("postgres"), Path(folder), deliveries)
        finally:
            cluster.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
