"""How much more do two or three application servers answer than one, and does a larger database take from it?

    python -m bench.throughput [--short] [--villages 100] [--seconds 10]

One PostgreSQL, and one, two or three application servers of a fifth of a processor each (a control group), so that they
are what is full and not this machine; with so many villages, and with ten times as many. First readers and then phones
ask as fast as they are answered. Printed are answers a second beside those of one server, and what an answer takes of
processors, the application's and the database's. Exits with 1 where three servers answer less than LEAST times as much
as one, or an answer of ten times the villages takes more than MOST times as much.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path

from bench._crowd import Phone, Visits, ask
from bench.attacks.town import free_port
from bench.soak import fill, serve
from tests import postgres_cluster

SHARE, SERVERS, THREADS = 0.2, (1, 2, 3), 4  # of a processor; servers; who asks each
LEAST, MOST = 2.2, 1.3
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Found:
    """Answers a second, and the milliseconds of processor that each took of the application and of the database."""

    each_second: float
    application: float
    database: float


@contextmanager
def small_machines() -> Iterator[Callable[[int], None]]:
    """`put(pid)` gives this process no more than its SHARE of a processor."""
    places: list[Path] = []
    older = Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").parent
    root = older if older.exists() else Path("/sys/fs/cgroup")

    def put(pid: int) -> None:
        place = root / f"nightschool-bench-{pid}"
        place.mkdir()
        places.append(place)
        quota = str(int(SHARE * 100_000))
        if root is older:
            (place / "cpu.cfs_quota_us").write_text(quota)
        else:
            (place / "cpu.max").write_text(f"{quota} 100000")
        (place / "cgroup.procs").write_text(str(pid))

    try:
        yield put
    finally:
        for place in places:
            place.rmdir()


def used(pids: list[int]) -> float:
    """Seconds of processor that these processes have used."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(one[11]) + int(one[12]) for one in stats) / TICKS


def servers_of(folder: Path) -> list[int]:
    """The processes of PostgreSQL."""
    first = (folder / "data" / "postmaster.pid").read_text().split()[0]
    return [int(first), *map(int, subprocess.check_output(["pgrep", "-P", first], text=True).split())]


def ask_on(requests: list[Callable[[], str]], seconds: float) -> int:
    """All ask again and again for so long, each in a thread; how often there was what was wanted."""
    over, answers = threading.Event(), [0] * len(requests)

    def keep_on(number: int, request: Callable[[], str]) -> None:
        while not over.is_set():
            with suppress(OSError, HTTPException):
                answers[number] += not request()

    threads = [threading.Thread(target=keep_on, args=pair) for pair in enumerate(requests)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()
    return sum(answers)


def read_any(codes: list[str], at: tuple[str, int]) -> str:
    """Nothing when a village's page is there, else what came instead."""
    status = ask("GET", f"/v/{random.choice(codes)}", at=at)[0]
    return "" if status == 200 else str(status)


def measure(
    url: str, postgresql: Path, folder: Path, villages: int, seconds: float
) -> dict[str, list[Found]]:
    """Of readers and of phones, what so many servers answered."""
    codes, phones = fill(url, villages)
    found: dict[str, list[Found]] = {"reading": [], "saving": []}
    for number in SERVERS:
        ports = [free_port() for _server in range(number)]
        processes = [serve(folder, url, port) for port in ports]
        with small_machines() as put:
            try:
                for process in processes:
                    put(process.pid)
                places = [("127.0.0.1", port) for port in ports for _thread in range(THREADS)]
                kinds: dict[str, list[Callable[[], str]]] = {
                    "reading": [partial(read_any, codes, at) for at in places],
                    "saving": [
                        Phone(login, lesson, people, Visits(), at).save
                        for at, (login, lesson, people) in zip(places, phones, strict=False)
                    ],
                }
                there = [process.pid for process in processes]
                for kind, requests in kinds.items():
                    ask_on(requests, 3)  # everything is imported and connected
                    if kind == "reading":  # and every page is built
                        for port in ports:
                            for code in codes:
                                ask("GET", f"/v/{code}", at=("127.0.0.1", port))
                    groups = there, servers_of(postgresql)
                    before, began = [used(pids) for pids in groups], time.monotonic()
                    answers = ask_on(requests, seconds)
                    took = time.monotonic() - began
                    costs = [used(pids) - was for pids, was in zip(groups, before, strict=True)]
                    found[kind].append(Found(answers / took, *(1000 * cost / answers for cost in costs)))
            finally:
                for process in processes:
                    process.kill()
                    process.wait()
    return found


def main() -> int:
    """0 when more servers answer more, and more villages cost no more."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--villages", type=int, default=100)
    options.add_argument("--seconds", type=float, default=10)
    chosen = options.parse_args()
    if chosen.short:
        chosen.villages, chosen.seconds = 20, 4
    good, costs = True, dict[tuple[str, int], float]()
    for villages in (chosen.villages, 10 * chosen.villages):
        cluster = postgres_cluster.start()
        try:
            with tempfile.TemporaryDirectory() as folder:
                found = measure(
                    cluster.url("postgres"), cluster.folder, Path(folder), villages, chosen.seconds
                )
        finally:
            cluster.stop()
        for kind, of_servers in found.items():
            for number, one in zip(SERVERS, of_servers, strict=True):
                ratio = one.each_second / of_servers[0].each_second
                print(
                    f"{villages:>6} villages, {number} servers, {kind}: {one.each_second:6.1f} a second, "
                    f"{ratio:.2f} times one server's; each {one.application:.1f} ms of the application, "
                    f"{one.database:.1f} ms of the database",
                    flush=True,
                )
            costs[kind, villages] = of_servers[0].application + of_servers[0].database
            good = good and of_servers[-1].each_second >= LEAST * of_servers[0].each_second
    for kind in ("reading", "saving"):
        ratio = costs[kind, 10 * chosen.villages] / costs[kind, chosen.villages]
        good = good and ratio <= MOST
        print(f"       ten times the villages, {kind}: {ratio:.2f} times the cost  limit {MOST}")
    print(f"       three servers beside one  limit {LEAST} times{'' if good else '  MISSED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
