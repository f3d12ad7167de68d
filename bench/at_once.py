"""Fifty phones send their evening at the same moment: does anybody read that the database is locked, and who waits?

    python -m bench.at_once [--short] [--phones 50] [--rounds 20]

Each phone brings the register of its own class with 40 marks to one server, all of them in the same instant, evening
after evening, on SQLite and on PostgreSQL. The phones are a process of their own, for in the server's they would wait
for it and it for them; beside the figures stands what each sheet took of the server's processor. Every sheet must have
its receipt and its 40 marks must stand in the school; of the times until the receipt, 95 of 100 must be within a
second. Exits with 1 where that is not so.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from sqlalchemy import func, select

from bench.attacks.town import free_port
from nightschool.database import Database, migrate
from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.models.teaching import Course
from nightschool.rules.access import Role
from nightschool.settings import Settings, sqlite_url
from nightschool.web.app import create_app
from nightschool.web.site.server import make_server
from tests import factories, postgres_cluster

PHONES, MARKS, ROUNDS, SHORT = 50, 40, 20, 3
LIMIT = 1.0  # seconds


class Phone:
    """A coordinator's phone, with the classes of its own village and a connection that stays."""

    def __init__(self, port: int, token: str, classes: list[str], people: list[str]) -> None:
        self.port, self.token, self.classes, self.people = port, token, classes, people
        self.cookie = f"nightschool={token}"
        self.seconds: list[float] = []
        self.met: Counter[str] = Counter()

    def live(self, meet: Callable[[], Any]) -> None:
        """All evenings, each from the moment on at which all phones are there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/deliveries", headers={"Cookie": self.cookie})
        answer = connection.getresponse()
        token = json.loads(answer.read())["token"]
        given = (one.partition(";")[0] for one in answer.headers.get_all("Set-Cookie") or ())
        headers = {
            "Cookie": "; ".join((self.cookie, *given)),
            "X-CSRFToken": token,
            "Content-Type": "application/json",
        }
        for one in self.classes:
            form = urlencode([("v", "0"), *(("m", key) for key in self.people), ("h", str(MARKS))])
            taken_at = (factories.NOW.instant - timedelta(minutes=5)).isoformat()
            sheet = {"class": one, "form": form, "taken_at": taken_at, "offset": 0, "replaces": []}
            body = json.dumps({"sheets": [{"id": str(uuid4()), **sheet}]})
            meet()
            began = time.perf_counter()
            try:
                connection.request("POST", "/deliveries", body, headers)
                answer = connection.getresponse()
                said = answer.read()
            except OSError as error:
                self.met[type(error).__name__] += 1
                connection.close()
                continue
            self.seconds.append(time.perf_counter() - began)
            is_taken = answer.status == 200 and len(json.loads(said)["receipts"]) == 1
            self.met["receipts" if is_taken else f"{answer.status}: {said.decode()[:80]}"] += 1
        connection.close()


def evenings(port: int, carried: list[tuple[str, list[str], list[str]]]) -> tuple[list[float], Counter[str]]:
    """All phones live all their evenings at the same moments; how long each receipt took, and what was answered."""
    barrier = threading.Barrier(len(carried), timeout=120)
    there = [Phone(port, *one) for one in carried]
    threads = [threading.Thread(target=one.live, args=(barrier.wait,)) for one in there]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for phone in there for one in phone.seconds], sum((one.met for one in there), Counter())


def build(database: Database, phones: int, rounds: int) -> list[tuple[int, list[str], list[str]]]:
    """For each phone an account, the classes of its village and the villagers."""
    found = []
    with database.writing() as db:
        factories.make_places(db)
        for number in range(phones):
            village = f"511002105{300 + number:03d}"
            factories.make_region(db, village)
            course = factories.make_course(db, village, title="一起发的课").id
            people = [
                factories.make_learner(db, village, name=f"村民{one}").public_id for one in range(MARKS)
            ]
            classes = [
                factories.make_session(
                    db,
                    db.get_one(Course, course),
                    factories.TODAY - timedelta(days=1 + ahead),
                    booked=False,
                ).public_id
                for ahead in range(rounds)
            ]
            account = factories.make_account(db, f"p{number}", "联络员", Role.COORDINATOR, village).id
            found.append((account, classes, people))
    return found


def measure(name: str, url: str, folder: Path, phones: int, rounds: int) -> bool:
    """The figures of one database; True when they are as they must be."""
    port = free_port()
    settings = Settings(
        folder, "", f"http://127.0.0.1:{port}", "127.0.0.1", port, "Asia/Shanghai", factories.KEYS
    )
    database = Database(url, sealer=factories.SEALER)
    migrate(database)
    built = build(database, phones, rounds)
    server = make_server(create_app(settings, database, clock=lambda: factories.NOW.instant), settings)
    serving = threading.Thread(target=server.run, daemon=True)
    serving.start()
    carried = [(factories.make_login(database, account), *rest) for account, *rest in built]
    used = time.process_time()
    with ProcessPoolExecutor(1, get_context("spawn")) as elsewhere:
        seconds, met = elsewhere.submit(evenings, port, carried).result()
    used = (time.process_time() - used) / (phones * rounds)
    server.stop()
    serving.join(timeout=5)
    with database.reading() as db:
        stand = db.scalar(select(func.count()).select_from(Mark).join(Learner, Learner.id == Mark.learner_id))
    database.dispose()
    middle, slow = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    missed = phones * rounds - met["receipts"], phones * rounds * MARKS - (stand or 0)
    good = slow <= LIMIT and missed == (0, 0)
    print(f"{name}: {phones} phones at once with {MARKS} marks each, {rounds} times")
    print(f"    sheets without receipt {missed[0]:>28}  limit 0   {dict(met) if missed[0] else ''}")
    print(f"    marks that do not stand {missed[1]:>27}  limit 0")
    print(f"    the server's processor, each {used * 1000:>22.1f} ms")
    print(f"    until the receipt, median {middle:>25.2f} s")
    print(f"    until the receipt, p95 {slow:>28.2f} s  limit {LIMIT:.0f} s{'' if good else '  MISSED'}")
    return good


def main() -> int:
    """Both databases are tried; 0 when every sheet was taken, and in time."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--phones", type=int, default=PHONES)
    options.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = options.parse_args()
    rounds = SHORT if chosen.short else chosen.rounds
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        good = measure("SQLite", sqlite_url(at / "bench.db"), at, chosen.phones, rounds)
        if why_not := postgres_cluster.available():
            print(f"PostgreSQL: not measured, {why_not}")
            return 1
        cluster = postgres_cluster.start()
        try:
            good &= measure("PostgreSQL", cluster.url("postgres"), at, chosen.phones, rounds)
        finally:
            cluster.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
