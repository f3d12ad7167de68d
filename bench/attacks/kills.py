"""The server is killed while people save: what it said was saved is there, once, and the database is whole."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator

from bench.attacks.town import Browser, Figure, Town

NEW = "/desk/511002105201/learners/new"
WRITERS = 4


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """So many kills at moments drawn by chance."""
    kills, chance = 3 if is_short else 60, random.Random(11)
    saved: list[str] = []
    for number in range(kills):
        with town.served() as process:
            over = threading.Event()
            writers = [
                threading.Thread(target=save, args=(town, f"{number}之{writer}", saved, over))
                for writer in range(WRITERS)
            ]
            for writer in writers:
                writer.start()
            begun, latest = len(saved), time.monotonic() + 60
            while len(saved) == begun and time.monotonic() < latest:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.7))
            os.kill(process.pid, signal.SIGKILL)
            over.set()
            for writer in writers:
                writer.join()
    yield Figure(f"{kills} kills: kills after which nothing had been saved", int(not saved), 0)
    with town.served():
        pass
    names = ",".join(f"'{name}'" for name in saved)
    there = town.asked(f"SELECT count(DISTINCT name) FROM learner WHERE name IN ({names})")
    rows = town.asked(f"SELECT count(*) FROM learner WHERE name IN ({names})")
    yield Figure(f"of {len(saved)} people said to be saved, lost", len(saved) - there, 0)
    yield Figure("entered twice", rows - there, 0)
    yield Figure("databases that are not whole", int(town.asked("PRAGMA integrity_check") != "ok"), 0)


def save(town: Town, mark: str, saved: list[str], over: threading.Event) -> None:
    """Learners are entered one after the other; those of which the server said so are noted."""
    browser, number = Browser(town), 0
    browser.log_in("shiwan", town.accounts["shiwan"])
    while not over.is_set():
        name, number = f"存{mark}之{number}", number + 1
        _status, page = browser.post(NEW, NEW, name=name, group_name="9组", version="0")
        if f"记下了：{name}" in page:
            saved.append(name)
