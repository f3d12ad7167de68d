"""Writers come in one after another, in the order they came, and none is told that the database is locked."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import func, select

from nightschool import database as database_module
from nightschool.database import OUT_OF_REACH, Database
from nightschool.models.trust import BackupMade
from nightschool.settings import sqlite_url
from tests.factories import NOW, SEALER, Cast

pytestmark = pytest.mark.one_database

WRITERS, TIMES = 8, 25
ANOTHER_PROCESS = """
import sys, time
from pathlib import Path
from nightschool.database import Database
from nightschool.models.trust import BackupMade
from nightschool.settings import sqlite_url
from tests.factories import NOW, SEALER
database = Database(sqlite_url(Path(sys.argv[1])), sealer=SEALER)
print("ready", flush=True)
sys.stdin.readline()
longest = 0.0
for number in range(int(sys.argv[2])):
    began = time.monotonic()
    with database.writing() as db:
        db.add(BackupMade(at=NOW.instant, size_bytes=number))
        time.sleep(float(sys.argv[3]))
    longest = max(longest, time.monotonic() - began)
print(longest)
"""


def save(database: Database) -> None:
    with database.writing() as db:
        assert db.scalar(select(func.count()).select_from(BackupMade)) is not None
        db.add(BackupMade(at=NOW.instant, size_bytes=1))


def saved(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(BackupMade)) or 0


@pytest.fixture
def place(database: Database, cast: Cast) -> str:
    return str(database.url.database)


def another_process(place: str, times: int, seconds_each: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ANOTHER_PROCESS, place, str(times), str(seconds_each)]
    root = Path(database_module.__file__).parents[1]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root, env={"PYTHONPATH": "."}
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(process: "subprocess.Popen[str]") -> float:
    """The longest that one of its writers took, in seconds."""
    out, _nothing = process.communicate("go\n", timeout=60)
    assert process.returncode == 0
    return float(out)


@pytest.fixture
def writers(database: Database) -> Iterator[list[Exception]]:
    """Some who save again and again, and what went wrong for them."""
    failures: list[Exception] = []

    def work() -> None:
        for _number in range(TIMES):
            try:
                save(database)
            except OUT_OF_REACH as failure:
                failures.append(failure)

    threads = [threading.Thread(target=work) for _number in range(WRITERS)]
    with ExitStack() as ending:
        for thread in threads:
            thread.start()
            ending.callback(thread.join)
        yield failures


def test_who_came_first_writes_first(database: Database, cast: Cast) -> None:
    order: list[int] = []
    threads: list[threading.Thread] = []

    def work(number: int) -> None:
        with database.writing():
            order.append(number)

    with database.writing():
        for number in range(WRITERS):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert order == list(range(WRITERS))


def test_a_writer_who_fails_lets_the_next_one_in(database: Database, cast: Cast) -> None:
    with pytest.raises(ZeroDivisionError), database.writing():
        raise ZeroDivisionError
    save(database)
    assert saved(database) == 1


def test_writers_of_two_processes_take_turns_and_nobody_is_sent_away(
    database: Database, place: str, writers: list[Exception]
) -> None:
    longest = go(another_process(place, TIMES, 0.0))
    assert writers == []
    assert longest < database_module.LONGEST_WAIT


def test_writers_here_wait_until_another_process_has_written(database: Database, place: str) -> None:
    process = another_process(place, 1, 0.5)
    other = threading.Thread(target=go, args=(process,))
    other.start()
    while not saved(database):
        save(database)
    other.join()
    assert process.returncode == 0


def test_who_waits_too_long_is_told_so_and_the_queue_goes_on(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "LONGEST_WAIT", 0.05)
    second = Database(sqlite_url(Path(str(database.url.database))), sealer=SEALER)
    with database.writing():
        for waiting in (database, second):
            with pytest.raises(OUT_OF_REACH), waiting.writing():
                raise AssertionError("there is another writer")
    save(database)
    save(second)
    second.dispose()
