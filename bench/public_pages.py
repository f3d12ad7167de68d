"""What a public page costs the server, as a ratio to a constant Flask page. Run: `python -m bench.public_pages`.

Prints a table for each database and ends with 1 when something is over its limit. README.md says what is measured.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path

from bench._data import fill
from nightschool.database import Database
from nightschool.sealing import Sealer
from nightschool.settings import new_keys, sqlite_url
from tests import postgres_cluster

ROOT = Path(__file__).parent.parent
BROWSER = {"Host": "127.0.0.1", "Accept": "text/html", "Accept-Encoding": "gzip, deflate"}
MOST_STATEMENTS = 2
LIMITS = {"SQLite": (6.0, 2.0), "PostgreSQL": (8.0, 3.0)}  # of what is built anew, and of what is unchanged


@dataclass
class Target:
    """One kind of request, and what it may cost at most, in constant pages of its size."""

    name: str
    path: str  # with {code}
    limit: float | None
    compared: str  # the kind of answer whose size the constant page has
    asks_again: bool = False  # with the tag of the answer before: 304
    ratios: list[float] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    statements: float = 0.0


class Browser:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        self.connection.request("GET", path, headers={**BROWSER, **headers})
        response = self.connection.getresponse()
        return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read()

    def meter(self) -> tuple[float, int]:
        """Seconds of processor time, and SQL statements, of the server until now."""
        told = json.loads(self.get("/meter")[2])
        return told["cpu"], told["statements"]


@contextmanager
def served(url: str) -> Iterator[Browser]:
    """A browser at a server of its own on this database."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench._server", url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            browser = Browser(int(process.stdout.readline()))
            yield browser
            browser.connection.close()
        finally:
            process.terminate()


def targets(anew: float, unchanged: float) -> list[Target]:
    return [
        Target("page of 24 sessions, built anew", "/anew/v/{code}", anew, "page"),
        Target("page, kept bytes", "/v/{code}", unchanged, "page"),
        Target("page, 304", "/v/{code}", unchanged, "page", asks_again=True),
        Target("feed of 24 events, built anew", "/anew/v/{code}.ics", anew, "feed"),
        Target("feed, kept bytes", "/v/{code}.ics", unchanged, "feed"),
        Target("feed, 304", "/v/{code}.ics", unchanged, "feed", asks_again=True),
        Target("plain text, built anew", "/anew/v/{code}.txt", None, "text"),
    ]


def measure(
    browser: Browser, found: list[Target], villages: list[str], rounds: int, requests: int
) -> list[Target]:
    """Every target and its constant page, in turn, in an order drawn anew each round."""
    sizes = {
        "page": int(_plain_size(browser, f"/v/{villages[0]}")),
        "feed": int(_plain_size(browser, f"/v/{villages[0]}.ics")),
        "text": int(_plain_size(browser, f"/v/{villages[0]}.txt")),
    }
    dice = random.Random(1)
    for number in range(rounds + 1):
        kinds: list[tuple[str, Callable[[], float]]] = [
            *((kind, partial(_constant, browser, size, requests)) for kind, size in sizes.items()),
            *((one.name, partial(_target, browser, one, villages, requests)) for one in found),
        ]
        dice.shuffle(kinds)
        costs = {name: cost() for name, cost in kinds}
        if number == 0:
            continue  # everything is imported, compiled and connected
        for target in found:
            target.milliseconds.append(costs[target.name] * 1000)
            target.ratios.append(costs[target.name] / costs[target.compared])
    print(
        f"constant page of {sizes['page']} bytes: {costs['page'] * 1000:.3f} ms of processor time in the last round"
    )
    return found


def _plain_size(browser: Browser, path: str) -> int:
    return len(browser.get(path, **{"Accept-Encoding": "identity"})[2])


def _constant(browser: Browser, size: int, requests: int) -> float:
    before, _ = browser.meter()
    for _number in range(requests):
        browser.get(f"/constant/{size}")
    return (browser.meter()[0] - before) / requests


def _target(browser: Browser, target: Target, villages: list[str], requests: int) -> float:
    """Seconds of processor time a request. Built anew, each request asks for another village; else for the same few."""
    is_anew = target.path.startswith("/anew")
    asked = random.Random(2).sample(villages, requests if is_anew else 20)
    paths = [target.path.format(code=code) for code in asked]
    tags = {path: browser.get(path)[1]["etag"] for path in paths} if not is_anew else {}
    expected = 304 if target.asks_again else 200
    before, statements = browser.meter()
    for _number, path in zip(range(requests), cycle(paths), strict=False):
        status = browser.get(path, **({"If-None-Match": tags[path]} if target.asks_again else {}))[0]
        assert status == expected, (path, status)
    after, sent = browser.meter()
    target.statements = (sent - statements) / requests
    return (after - before) / requests


def report(found: list[Target], browser: Browser, code: str) -> bool:
    """The table is printed; True when everything keeps its limit."""
    print(
        f"{'':<52} {'ratio':>6} {'limit':>6} {'CPU ms':>7} {'SQL':>4}   (median of {len(found[0].ratios)} rounds)"
    )
    fine = True
    for target in found:
        ratio = statistics.median(target.ratios)
        limit = "" if target.limit is None else f"{target.limit:.1f}"
        is_over = (target.limit is not None and ratio > target.limit) or target.statements > MOST_STATEMENTS
        fine = fine and not is_over
        print(
            f"{target.name:<52} {ratio:>6.2f} {limit:>6} {statistics.median(target.milliseconds):>7.2f}"
            f" {target.statements:>4.1f}{'   OVER' if is_over else ''}"
        )
    for path in (f"/v/{code}", f"/v/{code}.ics", f"/v/{code}.txt"):
        headers, body = browser.get(path)[1:]
        how = headers.get("content-encoding")
        print(f"{path}: {_plain_size(browser, path)} bytes, {len(body)} on the wire ({how})")
    return fine


def run(name: str, url: str, rounds: int, requests: int, schools: int | None = None) -> bool:
    """One database, filled and measured."""
    database = Database(url, sealer=Sealer(new_keys().sealing))
    villages = fill(database, schools)
    database.dispose()
    print(f"\n{name}: {len(villages)} villages")
    with served(url) as browser:
        found = measure(browser, targets(*LIMITS[name]), villages, rounds, requests)
        return report(found, browser, villages[0])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=45)
    parser.add_argument("--requests", type=int, default=30, help="a target and round")
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
