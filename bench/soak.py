"""An hour at five times what is expected of an evening: does the server stay as it was?

    python -m bench.soak [--minutes 60] [--villages 400]

One server on SQLite, as in a county. Expected is that in the hour before classes each village's page or feed is opened
twenty times and a coordinator looks at a desk twice, and that in the hour after them each village saves its register;
both at once and five times over are sent here. When every page has been built once, and again at the end, what the
server holds is looked at: memory, open files, and the log beside the database. Exits with 1 where a limit is missed.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from pathlib import Path

from bench import _data
from bench._crowd import Phone, Visits, ask
from bench._machines import CODE
from bench.attacks.town import free_port
from nightschool.database import Database
from nightschool.rules.access import Role
from nightschool.settings import dump_keys, sqlite_url
from tests import factories

TIMES = 5
READ, LOOKED, SAVED = 20, 2, 1  # by each village in an hour
PHONES, PEOPLE, READERS = 20, 40, 8
GROWTH, LOG_MEGABYTES, MORE_FILES = 0.05, 64, 20  # limits


@dataclass(frozen=True)
class Held:
    """What the server holds: memory and the log in MB, and how many files and sockets are open."""

    memory: float
    files: int
    log: float


def held(process: subprocess.Popen[bytes], database: Path) -> Held:
    """As it is just now."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    log = database.with_name(database.name + "-wal")
    return Held(
        pages * os.sysconf("SC_PAGESIZE") / 1e6,
        len(os.listdir(f"/proc/{process.pid}/fd")),
        log.stat().st_size / 1e6 if log.exists() else 0.0,
    )


def fill(url: str, villages: int) -> tuple[list[str], list[tuple[str, str, list[str]]]]:
    """Villages with a term, of which some have a coordinator with a phone: its login, its class and its people."""
    database, now = Database(url, sealer=factories.SEALER), datetime.now(UTC)
    codes = _data.fill(database, villages)
    made = []
    with database.writing() as db:
        for number, code in enumerate(codes[:PHONES]):
            people = [factories.make_learner(db, code, name=f"村民{one}").public_id for one in range(PEOPLE)]
            course = factories.make_course(db, code, title="每晚都记", starts=0, ends=60)
            day = now.astimezone(factories.ZONE).date() - timedelta(days=1)
            held_on = factories.make_session(db, course, day, starts=0, ends=60, booked=False).public_id
            account = factories.make_account(db, f"s{number}", "联络员", Role.COORDINATOR, code).id
            made.append((account, held_on, people))
    phones = [
        (factories.make_login(database, account, at=now), lesson, people) for account, lesson, people in made
    ]
    database.dispose()
    return codes, phones


def serve(folder: Path, url: str, port: int) -> subprocess.Popen[bytes]:
    """The application answers at this port."""
    settings = {
        "DATA": str(folder),
        "DATABASE_URL": url,
        "LISTEN": f"127.0.0.1:{port}",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "KEYS": dump_keys(factories.KEYS),
        "LOG": "warnings",
    }
    # As docs/nightschool.service starts it.
    environ = {
        **os.environ,
        "MALLOC_ARENA_MAX": "2",
        **{f"NIGHTSCHOOL_{name}": value for name, value in settings.items()},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "nightschool", "serve"], env=environ, cwd=CODE, stdout=subprocess.DEVNULL
    )
    for _second in range(60):
        time.sleep(1)
        try:
            if ask("GET", "/healthz", at=("127.0.0.1", port))[0] == 200:
                return process
        except OSError:
            pass
    process.kill()
    raise TimeoutError("the server did not answer")


class Load:
    """Requests at an even pace from threads of their own, until `stop`; how often each answer came is in `came`."""

    def __init__(self) -> None:
        self.over, self.came, self.threads = threading.Event(), Counter[str](), list[threading.Thread]()

    def send(self, request: Callable[[], str], each: float) -> None:
        """One more thread, which asks every so many seconds."""
        thread = threading.Thread(target=self._keep_on, args=(request, each), daemon=True)
        self.threads.append(thread)
        thread.start()

    def stop(self) -> None:
        """Nothing is sent any more."""
        self.over.set()
        for thread in self.threads:
            thread.join(60)

    def _keep_on(self, request: Callable[[], str], each: float) -> None:
        due = time.monotonic() + random.random() * each
        while not self.over.wait(max(0.0, due - time.monotonic())):
            due = max(due + each, time.monotonic() - each)
            try:
                self.came[request()] += 1
            except (OSError, HTTPException) as error:
                self.came[type(error).__name__] += 1


def soak(folder: Path, minutes: float, villages: int) -> bool:
    """The figures of one run; True when none misses its limit."""
    path, port = folder / "soak.db", free_port()
    codes, phones = fill(sqlite_url(path), villages)
    process, load, at = serve(folder, sqlite_url(path), port), Load(), ("127.0.0.1", port)
    try:

        def read() -> str:
            code, kind = random.choice(codes), random.choice(("", "", ".ics"))
            return str(ask("GET", f"/v/{code}{kind}", at=at)[0])

        def look() -> str:
            number = random.randrange(len(phones))
            cookie = f"nightschool={phones[number][0]}"
            return str(ask("GET", f"/desk/{codes[number]}", at=at, Cookie=cookie)[0])

        pages = [f"/v/{code}{kind}" for code in codes for kind in ("", ".ics")]
        with ThreadPoolExecutor(
            READERS * TIMES
        ) as many:  # so many at once that every lane has all its threads
            list(many.map(lambda page: ask("GET", page, at=at), pages))
        hourly = villages * TIMES
        for _reader in range(READERS):
            load.send(read, 3600 * READERS / (hourly * READ))
        load.send(look, 3600 / (hourly * LOOKED))
        for login, lesson, people in phones:
            phone = Phone(login, lesson, people, Visits(), at)
            load.send(lambda phone=phone: phone.save() or "200", 3600 * len(phones) / (hourly * SAVED))
        time.sleep(min(60.0, minutes * 6))
        before, began = held(process, path), time.monotonic()
        load.came.clear()
        time.sleep(minutes * 60)
        after, took = held(process, path), time.monotonic() - began
    finally:
        load.stop()
        process.terminate()
        process.wait(30)
    return tell(before, after, load.came, took)


def tell(before: Held, after: Held, came: Counter[str], took: float) -> bool:
    """The figures are printed beside their limits; True when none misses it."""
    failed = {what: number for what, number in came.items() if not what.startswith(("2", "3"))}
    growth = after.memory / before.memory - 1
    figures = (
        (f"answers that are none, of {came.total()}", f"{failed or 0}", "0", not failed),
        ("answers a second", f"{came.total() / took:.1f}", "-", True),
        (
            "memory, MB",
            f"{before.memory:.0f} -> {after.memory:.0f}",
            f"{GROWTH:.0%} more",
            growth <= GROWTH,
        ),
        (
            "open files and sockets",
            f"{before.files} -> {after.files}",
            f"{MORE_FILES} more",
            after.files - before.files <= MORE_FILES,
        ),
        (
            "log beside the database, MB",
            f"{before.log:.1f} -> {after.log:.1f}",
            str(LOG_MEGABYTES),
            after.log <= LOG_MEGABYTES,
        ),
    )
    for what, found, limit, good in figures:
        print(f"    {what:<40} {found:>16}  limit {limit}{'' if good else '  MISSED'}")
    return all(good for *_rest, good in figures)


def main() -> int:
    """0 when the server stayed as it was."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--villages", type=int, default=400)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return 0 if soak(Path(folder), chosen.minutes, chosen.villages) else 1


if __name__ == "__main__":
    sys.exit(main())
