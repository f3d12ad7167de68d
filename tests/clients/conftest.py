"""Other people's calendar clients in an environment of their own, and a phone that subscribes with them."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tools import apart

NODE_MODULES = apart.ROOT / "tests" / "browser" / "node_modules"


@pytest.fixture(scope="session")
def clients() -> Path:
    """The folder of khal, vdirsyncer and a Python with vobject and ics, installed the first time and whenever their lock has changed."""
    try:
        return apart.programs("clients")
    except apart.CannotInstall as error:
        return cannot_run(f"calendar clients cannot be installed here: {error}")


def cannot_run(why: str) -> NoReturn:
    """The test is skipped, and fails on CI."""
    pytest.fail(why) if os.environ.get("CI") else pytest.skip(why)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application answers on this machine."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)


@dataclass(frozen=True)
class Shown:
    """One line of the calendar as its owner reads it."""

    title: str
    starts: str
    ends: str
    status: str
    place: str
    uid: str  # in the folders of vdirsyncer a name of its own, which it makes from what the event says


@dataclass(frozen=True)
class Subscriber:
    """Somebody who has subscribed to feeds: vdirsyncer fetches them into folders, and khal reads these."""

    programs: Path
    home: Path

    def subscribe(self, **feeds: str) -> None:
        """These feeds, by a name of the subscriber's own, are fetched at every `sync`; `by_hand` is filled by khal."""
        pairs, calendars = [], [f"[[by_hand]]\npath = {self.home / 'by_hand'}\n"]
        (self.home / "by_hand").mkdir()
        for name, url in feeds.items():
            folder = self.home / name
            folder.mkdir()
            pairs.append(PAIR.format(name=name, url=url, folder=folder))
            calendars.append(f"[[{name}]]\npath = {folder}\n")
        (self.home / "vdirsyncer.conf").write_text(GENERAL.format(home=self.home) + "".join(pairs))
        (self.home / "khal.conf").write_text(KHAL.format(home=self.home, calendars="".join(calendars)))
        self._run("vdirsyncer", "discover")

    def sync(self) -> None:
        """The folders hold what the feeds say now."""
        self._run("vdirsyncer", "sync")

    def take_in(self, feed: bytes) -> None:
        """The calendar `by_hand` has taken this file in as a whole; khal knows its events by their UID."""
        (self.home / "feed.ics").write_bytes(feed)
        self._run("khal", "import", "--batch", "-a", "by_hand", str(self.home / "feed.ics"))

    def files(self, name: str) -> dict[str, int]:
        """The files of this calendar, and when each was written last."""
        return {path.name: path.stat().st_mtime_ns for path in (self.home / name).iterdir()}

    def shown(self, name: str) -> list[Shown]:
        """What khal lists of this calendar in the four weeks from 2026-11-24, in its order."""
        columns = ("title", "start-long", "end-long", "status", "location", "uid")
        asked = [word for column in columns for word in ("--json", column)]
        listed = self._run("khal", "list", "-a", name, *asked, "2026-11-24", "28d")
        events = [event for line in listed.splitlines() if line.strip() for event in json.loads(line)]
        return [Shown(*(event[column].strip() for column in columns)) for event in events]

    def _run(self, program: str, *words: str) -> str:
        done = subprocess.run(
            [str(self.programs / program), "-c", str(self.home / f"{program}.conf"), *words],
            env={**apart.OWN, "HOME": str(self.home), "PYTHONUTF8": "1", "TZ": "Asia/Shanghai"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, f"{program} {' '.join(words)}: {done.stdout}{done.stderr}"
        assert "warning" not in done.stderr.lower(), done.stderr
        return done.stdout


GENERAL = """
[general]
status_path = "{home}/status"
"""
PAIR = """
[pair {name}]
a = "{name}_feed"
b = "{name}_folder"
collections = null
[storage {name}_feed]
type = "http"
url = "{url}"
[storage {name}_folder]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
"""
KHAL = """
[calendars]
{calendars}
[sqlite]
path = {home}/khal.db
[locale]
local_timezone = Asia/Shanghai
default_timezone = Asia/Shanghai
timeformat = %H:%M
dateformat = %m-%d
longdateformat = %Y-%m-%d
datetimeformat = %m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
"""


@pytest.fixture
def subscriber(clients: Path, tmp_path: Path) -> Subscriber:
    """A phone, so to say, without anything on it."""
    home = tmp_path / "subscriber"
    home.mkdir()
    return Subscriber(clients, home)


@pytest.fixture
def library(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[bytes], list[Shown]]:
    """Reads a feed with the library that the test names, in its order; elsewhere than where the classes are held."""
    if request.param == "ical.js":
        node = shutil.which("node")
        if node is None or not (NODE_MODULES / "ical.js").exists():
            cannot_run("ical.js is not installed (npm ci in tests/browser)")
        words = [str(node), str(Path(__file__).with_name("read_feed.cjs"))]
    else:
        python = request.getfixturevalue("clients") / "python"
        words = [str(python), str(Path(__file__).with_name("read_feed.py")), request.param]

    def read(feed: bytes) -> list[Shown]:
        file = tmp_path / "feed.ics"
        file.write_bytes(feed)
        done = subprocess.run(
            [*words, str(file)],
            env={**apart.OWN, "NODE_PATH": str(NODE_MODULES), "TZ": "America/New_York"},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return [
            Shown(**(event | {end: in_the_village(event[end]) for end in ("starts", "ends")}))
            for event in json.loads(done.stdout)
        ]

    return read


def in_the_village(instant: str) -> str:
    """What the clock says there, as khal writes it."""
    return f"{datetime.fromisoformat(instant).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"
