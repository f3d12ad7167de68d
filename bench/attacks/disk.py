"""A disk that is full: while the server runs, when it starts, and under a backup. Needs a small disk to be mounted."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.attacks.town import VILLAGE_PAGE, Browser, Figure, Town, free_port

NEW = "/desk/511002105201/learners/new"


def run(town: Town, is_short: bool) -> Iterator[Figure]:
    """The town stands on a disk that is filled, and gets room again."""
    size = sum(path.stat().st_size for path in town.folder.iterdir()) + 4 * 1024**2
    with small_disk(town.folder.with_name("small"), size) as disk:
        if disk is None:
            print("disk: not measured, a small disk cannot be mounted here (that needs root on Linux)")
            return
        shutil.copytree(town.folder, disk / "town")
        full = Town(disk / "town", free_port(), town.accounts)
        with full.served():
            browser, stored = Browser(full), 0
            browser.log_in("shiwan", town.accounts["shiwan"])
            fill(disk)
            statuses = []
            for number in range(40):
                statuses.append(add(browser, number))
                stored += statuses[-1] in (200, 303)
            yield Figure(
                "answers on a full disk that are neither saved nor 507", outside(statuses, {200, 303, 507}), 0
            )
            yield Figure("public pages that fail meanwhile", int(browser.get(VILLAGE_PAGE)[0] != 200), 0)
        lost = stored - full_count(full)
        yield Figure("people said to be saved and not there", lost, 0)
        fill(disk)
        with full.served():
            browser = Browser(full)
            yield Figure(
                "public pages that fail after a start on a full disk",
                int(browser.get(VILLAGE_PAGE)[0] != 200),
                0,
            )
            (disk / "ballast").unlink()
            browser.log_in("shiwan", town.accounts["shiwan"])
            yield Figure(
                "forms that fail once there is room again", int(add(browser, 99) not in (200, 303)), 0
            )
        fill(disk)
        before = set(disk.rglob("*"))
        done = full.command("backup", str(disk / "copy.db"))
        yield Figure("backups to a full disk without a sentence", int("磁盘满了" not in done.output), 0)
        yield Figure("files they leave behind", len(set(disk.rglob("*")) - before), 0)


def add(browser: Browser, number: int) -> int:
    """Somebody with a long name is entered; the status."""
    return browser.post(NEW, NEW, name=f"满盘{number}" + "测" * 40, group_name="9组", version="0")[0]


def full_count(town: Town) -> int:
    """How many of them are there."""
    count: int = town.asked("SELECT count(*) FROM learner WHERE name LIKE '满盘%'")
    return count


def outside(statuses: list[int], known: set[int]) -> int:
    """How many are none of these."""
    return sum(status not in known for status in statuses)


def fill(disk: Path) -> None:
    """Not a byte is left."""
    with open(disk / "ballast", "ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path | None]:
    """A disk of this size, gone afterwards; None where none can be made."""
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    can_mount = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount") is not None
    if not can_mount or subprocess.run(words, capture_output=True).returncode:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
