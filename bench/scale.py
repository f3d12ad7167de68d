"""Whether a page gets slower when the whole province moves in. Run: `python -m bench.scale --regions FILE`.

Prints a table for each database and ends with 1 when something is over its limit. README.md says what is measured.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask

from bench._data import NOW, regions_of
from bench._province import absent, sichuan_file
from bench._scale_data import Filled, fill, logged_in
from nightschool.database import Database
from nightschool.formats import ics
from nightschool.rules.regions import RegionRow
from nightschool.sealing import Sealer
from nightschool.settings import Settings, new_keys, sqlite_url
from nightschool.web.app import PACKAGE, create_app
from nightschool.web.site.delivery import EXTENSION
from tests import postgres_cluster

MOST_GROWTH = 1.3
MOST_MILLISECONDS = 100
SCHOOLS = 50_000
SEARCHES = (
    "玉皇",
    "狮湾村",
    "yhc",
    "swc",
    "shiwan",
    "y",
    "xi",
    "新",
    "新华村 资中",
    "永兴",
    "lj",
    "连界镇",
    "511002",
    "zz",
)
PEOPLE = ("陈秀", "cx", "chen", "王", "w", "三组", "zhoudeming", "无此人")


@dataclass
class Site:
    """The application on one database, called without a network."""

    app: Flask
    filled: Filled
    cookies: dict[str, str]

    def get(self, path: str, who: str = "") -> tuple[float, float, int]:
        """Seconds by the clock, seconds of the processor, and bytes of one answer built anew."""
        self.app.extensions[EXTENSION].shelf.clear()
        ics._written_event.cache_clear()  # a dozen villages' events would all be remembered, a province's never
        answer: list[Any] = []
        address, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": address.encode().decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": sys.stdin.buffer,
            "wsgi.errors": sys.stderr,
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if who:
            environ["HTTP_COOKIE"] = f"nightschool={self.cookies[who]}"
        began, used = time.perf_counter(), time.process_time()
        given = self.app.wsgi_app(environ, lambda status, headers, *rest: answer.append(status))
        size = sum(map(len, given))
        if hasattr(given, "close"):
            given.close()
        spent = time.perf_counter() - began, time.process_time() - used
        assert answer[0].startswith("200"), (path, answer[0])
        return *spent, size


@dataclass
class Compared:
    """One kind of public page on the small and on the large database."""

    name: str
    paths: Callable[[Filled], Sequence[str]]
    clock: dict[str, list[float]] = field(default_factory=lambda: {"small": [], "large": []})
    processor: dict[str, list[float]] = field(default_factory=lambda: {"small": [], "large": []})


def site(database: Database, filled: Filled) -> Site:
    settings = Settings(
        data_folder=Path(tempfile.gettempdir()),
        database_url="",
        base_url="http://127.0.0.1",
        listen_host="127.0.0.1",
        listen_port=80,
        timezone="Asia/Shanghai",
        keys=new_keys(),
    )
    cookies = {
        "desk": logged_in(database, filled.coordinator),
        "look": logged_in(database, filled.supervisor),
    }
    return Site(create_app(settings, database, clock=lambda: NOW.instant), filled, cookies)


def public_pages() -> list[Compared]:
    return [
        Compared("village page", lambda filled: [f"/v/{code}" for code in filled.villages]),
        Compared("village feed", lambda filled: [f"/v/{code}.ics" for code in filled.villages]),
        Compared("village JSON", lambda filled: [f"/v/{code}.json" for code in filled.villages]),
        Compared("township page", lambda filled: [f"/r/{filled.township_villages[0][:9]}"]),
    ]


def compare(small: Site, large: Site, requests: int) -> bool:
    """Each kind of page on both, in turn; True when none grows too much."""
    dice = random.Random(1)
    fine = True
    print(
        f"{'built anew':<16} {'small ms':>9} {'large ms':>9} {'ratio':>6}"
        f" {'CPU small':>10} {'CPU large':>10} {'ratio':>6}"
    )
    for kind in public_pages():
        places = {"small": (small, kind.paths(small.filled)), "large": (large, kind.paths(large.filled))}
        asked = {
            name: [dice.choice(paths) for _n in range(requests)] for name, (_site, paths) in places.items()
        }
        for number in range(requests):
            for name in dice.sample(("small", "large"), 2):
                clock, processor, _size = places[name][0].get(asked[name][number])
                if number >= requests // 10:  # everything is imported, compiled and connected
                    kind.clock[name].append(clock * 1000)
                    kind.processor[name].append(processor * 1000)
        wall = {name: statistics.median(values) for name, values in kind.clock.items()}
        used = {name: statistics.fmean(values) for name, values in kind.processor.items()}
        ratios = wall["large"] / wall["small"], used["large"] / used["small"]
        over = max(ratios) > MOST_GROWTH
        fine &= not over
        print(
            f"{kind.name:<16} {wall['small']:>9.2f} {wall['large']:>9.2f} {ratios[0]:>6.2f}"
            f" {used['small']:>10.2f} {used['large']:>10.2f} {ratios[1]:>6.2f}{'   OVER' if over else ''}"
        )
    return fine


def staff_pages(filled: Filled) -> dict[str, tuple[str, list[str]]]:
    """What somebody looks at -> who that is, and the addresses."""
    from urllib.parse import quote

    village = filled.big_village
    county = village[:6] + "000000"

    def searched(path: str, words: Sequence[str]) -> list[str]:
        return [f"{path}?q={quote(word)}" for word in words]

    return {
        "find a place": ("", searched("/", SEARCHES)),
        "county page": ("", [f"/r/{village[:6]}"]),
        "city page": ("", [f"/r/{village[:4]}"]),
        "desk": ("desk", [f"/desk/{village}"]),
        "learners": ("desk", [f"/desk/{village}/learners"]),
        "find a learner": ("desk", searched(f"/desk/{village}/learners", PEOPLE)),
        "teachers": (
            "desk",
            [f"/desk/{village}/teachers", *searched(f"/desk/{village}/teachers", ("周", "z"))],
        ),
        "venues": ("desk", [f"/desk/{village}/venues"]),
        "courses": (
            "desk",
            [f"/desk/{village}/courses", *searched(f"/desk/{village}/courses", ("柑橘", "gj"))],
        ),
        "past sessions": (
            "desk",
            [f"/desk/{village}/past", *searched(f"/desk/{village}/past", ("防诈", "fzp"))],
        ),
        "school": ("desk", [f"/desk/{village}/school"]),
        "scheduling form": ("desk", [f"/desk/{village}/courses/new"]),
        "county figures": ("look", [f"/overview/{county}"]),
    }


def time_staff(large: Site, requests: int) -> bool:
    """Each page asked for so often; True when the 95th percentile of each is quick enough."""
    fine = True
    print(f"{'in the large one':<18} {'median ms':>10} {'p95 ms':>8} {'limit':>6} {'kB':>6}")
    for name, (who, paths) in staff_pages(large.filled).items():
        for path in paths:
            large.get(path, who)
        spent, size = [], 0
        for number in range(requests):
            clock, _processor, size = large.get(paths[number % len(paths)], who)
            spent.append(clock * 1000)
        p95 = statistics.quantiles(spent, n=20)[18]
        over = p95 > MOST_MILLISECONDS
        fine &= not over
        print(
            f"{name:<18} {statistics.median(spent):>10.1f} {p95:>8.1f} {MOST_MILLISECONDS:>6} {size / 1000:>6.0f}"
            f"{'   OVER' if over else ''}"
        )
    return fine


@contextmanager
def databases(kind: str) -> Iterator[tuple[Database, Database]]:
    """Two empty databases of this kind, gone afterwards."""
    sealer = Sealer(new_keys().sealing)
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            pair = [
                Database(sqlite_url(Path(folder) / f"{name}.db"), sealer=sealer)
                for name in ("small", "large")
            ]
            yield pair[0], pair[1]
            for database in pair:
                database.dispose()
        return
    cluster = postgres_cluster.start()
    try:
        server = Database(cluster.url("postgres"), sealer=sealer)
        with server.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.exec_driver_sql("CREATE DATABASE large")
            # PostgreSQL chooses by its estimates whether it plans a known statement anew, which takes milliseconds, and
            # chooses otherwise for the two: what is compared is the work, so both plan each time.
            for name in ("postgres", "large"):
                connection.exec_driver_sql(f"ALTER DATABASE {name} SET plan_cache_mode = force_custom_plan")
        server.dispose()
        pair = [server, Database(cluster.url("large"), sealer=sealer)]
        yield pair[0], pair[1]
        for database in pair:
            database.dispose()
    finally:
        cluster.stop()


def run(kind: str, regions: Sequence[RegionRow], schools: int, requests: int) -> bool:
    neijiang = regions_of(PACKAGE / "data" / "regions-neijiang-2017.csv")
    with databases(kind) as (small, large):
        began = time.perf_counter()
        few, many = fill(small, neijiang, 12), fill(large, regions, schools)
        print(
            f"\n{kind}: {len(few.villages)} schools with {few.sessions} class sessions, and {len(many.villages)} with"
            f" {many.sessions} among {len(regions)} regions; filled in {time.perf_counter() - began:.0f} s"
        )
        one, other = site(small, few), site(large, many)
        grown = compare(one, other, requests)
        return time_staff(other, requests) and grown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--regions", type=Path, default=sichuan_file(), help="the list of Sichuan's regions of 2017"
    )
    parser.add_argument("--schools", type=int, default=SCHOOLS)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
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
                fine &= run(kind, regions, chosen.schools, chosen.requests)
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
