"""Three database machines and two application servers while they break: is anything lost, and how long does one wait?

    python -m bench.cluster [--short] [--kills 20] [--phones 50] [--readers 20]

Starts the blocks of docs/cluster.md on loopback addresses (as root, with Debian's patroni, etcd-server, haproxy and
pgbouncer). Phones save registers and try again what was not acknowledged, readers open village pages; meanwhile the
leader is killed again and again, frozen and let go, an application server is killed, and both are started anew one by
one. In the end whatever was acknowledged must stand in the database. Exits with 1 where a limit is missed.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from uuid import UUID, uuid4

from bench import _machines
from bench._machines import FRONT, NODES, SERVERS, Machines, wait_until
from bench.deliveries import Written
from nightschool.database import Database
from nightschool.rules.access import Role
from tests import factories

LONGEST_WITHOUT_SAVING, LONGEST_WITHOUT_READING = 40.0, 10.0  # seconds
EVERY = 2.0  # seconds between what one phone saves, or one reader opens
PATIENCE = 20.0  # seconds until a phone gives up an answer


@dataclass
class Visits:
    """What one phone or reader got: when it was answered, and how often it was not."""

    answered: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)  # by what came instead
    acknowledged: list[UUID] = field(default_factory=list)

    def longest_gap(self, since: float) -> float:
        """Seconds without an answer, at most."""
        times = [since, *(at for at in self.answered if at >= since)]
        return max((after - before for before, after in pairwise(times)), default=0.0)


def ask(method: str, path: str, body: str | None = None, **headers: str) -> tuple[int, str, str]:
    """Status, text and cookie of an answer through HAProxy. Raises OSError or HTTPException."""
    connection = HTTPConnection(FRONT, 8080, timeout=PATIENCE)
    try:
        connection.request(
            method, path, body, {name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace"), answer.getheader("Set-Cookie", "")
    finally:
        connection.close()


def keep_saving(token: str, class_session: str, people: list[str], visits: Visits, over: Event) -> None:
    """A phone saves sheet after sheet; each is sent until there is a receipt for it."""
    chance, cookie, form_token, sheet = random.Random(token), f"nightschool={token}", "", None
    while not (over.is_set() and sheet is None):
        try:
            if not form_token:
                status, text, given = ask("GET", "/deliveries", Cookie=cookie)
                if status == 200:
                    cookie += "; " + given.partition(";")[0]
                    form_token = json.loads(text)["token"]
            came = frozenset(chance.sample(people, chance.randint(0, len(people))))
            last = tuple(visits.acknowledged[-1:])
            sheet = sheet or Written(uuid4(), came, len(came), datetime.now(UTC), 0, last)
            body = json.dumps({"sheets": [sheet.parcel(class_session)]})
            sent = {"Cookie": cookie, "X_CSRFToken": form_token, "Content_Type": "application/json"}
            status, text, _cookie = ask("POST", "/deliveries", body, **sent)
            if status == 200 and json.loads(text)["receipts"][0]["id"] == str(sheet.id):
                visits.answered.append(time.monotonic())
                visits.acknowledged.append(sheet.id)
                sheet = None
            else:
                visits.refused[str(status)] += 1
        except (OSError, HTTPException) as error:
            visits.refused[type(error).__name__] += 1
        time.sleep(EVERY * chance.uniform(0.5, 1.5))


def keep_reading(number: int, visits: Visits, over: Event) -> None:
    """A villager opens the page of the village again and again."""
    chance = random.Random(number)
    while not over.is_set():
        try:
            status, text, _cookie = ask("GET", f"/v/{factories.SHIWAN}")
            if status == 200 and "狮湾村" in text:
                visits.answered.append(time.monotonic())
            else:
                visits.refused[str(status)] += 1
        except (OSError, HTTPException) as error:
            visits.refused[type(error).__name__] += 1
        time.sleep(EVERY * chance.uniform(0.5, 1.5))


@dataclass
class Crowd:
    """Phones and readers, at work from the beginning until `stop`."""

    phones: list[Visits]
    readers: list[Visits]
    over: Event
    threads: list[Thread]

    def stop(self) -> None:
        """Every phone has its receipts."""
        self.over.set()
        for one in self.threads:
            one.join(120)

    def has_saved(self, since: float) -> bool:
        """Each phone has saved something since."""
        return all(one.answered and one.answered[-1] > since for one in self.phones)


def gather(database: Database, phones: int, readers: int) -> Crowd:
    """They have begun, each phone with a class of its own."""
    now = datetime.now(UTC)
    with database.writing() as db:
        factories.make_places(db)
        people = [factories.make_learner(db, name=f"村民{one}").public_id for one in range(12)]
        course = factories.make_course(db, starts=0, ends=60)
        day = now.astimezone(factories.ZONE).date() - timedelta(days=1)
        held, accounts = [], []
        for one in range(phones):
            held.append(factories.make_session(db, course, day, starts=0, ends=60, booked=False).public_id)
            accounts.append(
                factories.make_account(db, f"c{one}", f"联络员{one}", Role.COORDINATOR, factories.SHIWAN).id
            )
    tokens = [factories.make_login(database, one, at=now) for one in accounts]
    over, savers, lookers = Event(), [Visits() for _ in tokens], [Visits() for _ in range(readers)]
    threads = [
        Thread(target=keep_saving, args=(token, lesson, people, visits, over))
        for token, lesson, visits in zip(tokens, held, savers, strict=True)
    ]
    threads += [Thread(target=keep_reading, args=(one, visits, over)) for one, visits in enumerate(lookers)]
    for thread in threads:
        thread.start()
    return Crowd(savers, lookers, over, threads)


# What happens to the machines


def kill_leader(machines: Machines) -> None:
    """The machine that leads is without power, and comes back when another one leads."""
    leader = machines.leader()
    machines.kill_postgres(leader)
    wait_until("another leader", lambda: machines.leader() not in ("", leader))
    machines.begin("patroni", leader)


def freeze_leader(machines: Machines) -> None:
    """The machine that leads answers nobody until another one leads, and then goes on as if nothing had been."""
    leader = machines.leader()
    frozen = [
        *machines.postgres_of(leader),
        *(machines.running[one, leader].pid for one in ("patroni", "etcd")),
    ]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_until("another leader", lambda: machines.leader() not in ("", leader))
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


def kill_server(machines: Machines) -> None:
    """One application server is gone for ten seconds."""
    machines.end("application", SERVERS[0])
    time.sleep(10)
    machines.begin("application", SERVERS[0])
    machines.wait_for(SERVERS[0])


def renew_servers(machines: Machines) -> None:
    """Both application servers are started anew, one after the other, as for an upgrade."""
    for name in SERVERS:
        machines.end("application", name, signal.SIGTERM)
        machines.begin("application", name)
        machines.wait_for(name)
        time.sleep(3)  # until HAProxy has seen it too


def measure(machines: Machines, crowd: Crowd, what: str, happen: Callable[[Machines], None]) -> bool:
    """The figures of one event, from its beginning until every phone has saved again; True when within their limits."""
    began = time.monotonic()
    happen(machines)
    wait_until("everybody saves again", lambda: crowd.has_saved(time.monotonic() - 2 * EVERY), 120)
    wait_until("a second that has everything", machines.has_second, 120)
    saving = max(one.longest_gap(began) for one in crowd.phones)
    reading = max(one.longest_gap(began) for one in crowd.readers)
    good = saving <= LONGEST_WITHOUT_SAVING and reading <= LONGEST_WITHOUT_READING
    print(
        f"    {what:<40} longest without saving {saving:5.1f} s (limit {LONGEST_WITHOUT_SAVING:.0f}), "
        f"without reading {reading:5.1f} s (limit {LONGEST_WITHOUT_READING:.0f}){'' if good else '  MISSED'}",
        flush=True,
    )
    return good


def run(
    machines: Machines, database: Database, kills: int, phones: int, readers: int, *, is_short: bool
) -> bool:
    """Every figure; True when none misses its limit."""
    crowd = gather(database, phones, readers)
    try:
        wait_until("everybody has saved", lambda: crowd.has_saved(0), 120)
        events = [(f"leader killed, {one} of {kills}", kill_leader) for one in range(1, kills + 1)]
        events += [("application server killed", kill_server)]
        if not is_short:
            events += [
                ("leader frozen and let go", freeze_leader),
                ("both servers started anew", renew_servers),
            ]
        missed = [what for what, happen in events if not measure(machines, crowd, what, happen)]
    finally:
        crowd.stop()
    with machines.connect() as connection:
        there = {row[0] for row in connection.execute("SELECT id FROM submission")}
    acknowledged = [one for phone in crowd.phones for one in phone.acknowledged]
    lost = sum(one not in there for one in acknowledged)
    again = sum((phone.refused for phone in crowd.phones), Counter[str]())
    failed = sum((reader.refused for reader in crowd.readers), Counter[str]())
    read = sum(len(reader.answered) for reader in crowd.readers)
    print(f"    {len(acknowledged)} saves acknowledged, sent again: {dict(again)}")
    print(f"    {read} pages read, failed: {dict(failed)}")
    print(f"    acknowledged and lost{lost:>25}  limit 0{'  MISSED' if lost else ''}")
    return not (missed or lost)


def main() -> int:
    """0 when nothing was lost and nobody waited too long."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--phones", type=int, default=50)
    options.add_argument("--readers", type=int, default=20)
    chosen = options.parse_args()
    if chosen.short:
        chosen.kills, chosen.phones, chosen.readers = 1, 6, 6
    if missing := _machines.missing():
        print(f"not measured, not installed here: {', '.join(missing)}")
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        machines, began = Machines(Path(folder), factories.KEYS), time.monotonic()
        try:
            machines.start()
            print(
                f"{len(NODES)} database machines, {len(SERVERS)} servers: up in {time.monotonic() - began:.0f} s"
            )
            address = f"nightschool:{machines.password('nightschool')}@{FRONT}:5000/nightschool"
            database = Database(f"postgresql+psycopg://{address}", sealer=factories.SEALER)
            good = run(machines, database, chosen.kills, chosen.phones, chosen.readers, is_short=chosen.short)
            print(f"{time.monotonic() - began:.0f} s in all")
            return 0 if good else 1
        finally:
            machines.stop()


if __name__ == "__main__":
    sys.exit(main())
