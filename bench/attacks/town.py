"""What is attacked: the demonstration in a folder of its own, under the real commands, on loopback."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import time_machine
from click.testing import CliRunner, Result

from nightschool.cli import cli, demo_data
from nightschool.cli.installation import Installation, keep_keys
from nightschool.database import Database, migrate, sqlite_module
from nightschool.sealing import Sealer
from nightschool.settings import from_environment

VILLAGE_PAGE = "/v/511002105201"
OTHER_OWN = {name: value for name, value in os.environ.items() if not name.startswith("NIGHTSCHOOL_")}


@dataclass(frozen=True)
class Figure:
    """One thing that was measured, beside what it may be at most."""

    what: str
    value: float
    limit: float
    unit: str = ""
    seen: Sequence[str] = ()  # what was counted, one a line

    @property
    def is_missed(self) -> bool:
        return not self.value <= self.limit


@dataclass(frozen=True)
class Town:
    """One installation. `folder` is its data, `port` where it answers while it is served."""

    folder: Path
    port: int
    accounts: dict[str, str]  # login name -> password

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return OTHER_OWN | {
            "NIGHTSCHOOL_DATA": str(self.folder),
            "NIGHTSCHOOL_LISTEN": f"127.0.0.1:{self.port}",
            "NIGHTSCHOOL_LOG": "warnings",
            "NIGHTSCHOOL_SECOND_FACTOR": "nobody",
            "NIGHTSCHOOL_LANG": "en",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }

    def command(self, *words: str, days: int = 0) -> Result:
        """A command of the night school has run in this process, with a clock that is so many days ahead."""
        with time_machine.travel(time.time() + days * 24 * 3600) if days else nullcontext():
            return CliRunner().invoke(cli, list(words), env=self.environment)

    @contextmanager
    def served(self, *, days: int = 0, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """`serve` runs, and answers; in the end it is killed."""
        with tempfile.TemporaryFile("w+") as log:
            words = [sys.executable, "-m", *program(days), "serve"]
            process = subprocess.Popen(words, env=self.environment | more, stdout=log, stderr=log)
            try:
                if not self._answers(process):
                    log.seek(0)
                    raise RuntimeError(f"serve does not answer: {log.read()}")
                yield process
            finally:
                process.kill()
                process.wait()

    def another(self, name: str) -> "Town":
        """A copy of it, made while it is not served."""
        folder = self.folder.with_name(name)
        shutil.copytree(self.folder, folder)
        return Town(folder, free_port(), self.accounts)

    def becomes(self, other: "Town") -> None:
        """It holds what the other does, whoever has it open."""
        with (
            closing(sqlite_module().connect(other.folder / "nightschool.db")) as source,
            closing(sqlite_module().connect(self.folder / "nightschool.db")) as target,
        ):
            source.backup(target)

    def asked(self, sql: str) -> Any:
        """The first value that this statement finds in the database, looked at beside the server."""
        with closing(sqlite_module().connect(self.folder / "nightschool.db")) as connection:
            return connection.execute(sql).fetchone()[0]

    def told(self, sql: str, *values: Any) -> None:
        """The statement has changed the database, behind the back of the night school."""
        with closing(sqlite_module().connect(self.folder / "nightschool.db")) as connection:
            connection.execute(sql, values)
            connection.commit()

    def _answers(self, process: subprocess.Popen[bytes]) -> bool:
        """True once it does; False when it has ended, or does not for two minutes."""
        for _ in range(2400):
            if process.poll() is not None:
                return False
            try:
                urllib.request.urlopen(f"{self.address}/robots.txt", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False


class From(urllib.request.HTTPHandler):
    """Connections come from this address of the machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.connect = partial(HTTPConnection, source_address=(address, 0))

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(self.connect, request)


class Browser:
    """One person's browser: keeps cookies, and sends the token of the form it has looked at."""

    def __init__(self, town: Town, comes_from: str = "127.0.0.1") -> None:
        self.address = town.address
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar()), From(comes_from)
        )

    def get(self, path: str) -> tuple[int, str]:
        """Status and text."""
        return self._answer(urllib.request.Request(self.address + path))

    def post(self, path: str, form: str, **fields: Any) -> tuple[int, str]:
        """The form of this page is sent there."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(form)[1])
        fields["csrf_token"] = token[1] if token else ""
        return self._answer(
            urllib.request.Request(self.address + path, urlencode(fields, doseq=True).encode())
        )

    def log_in(self, login_name: str, password: str) -> bool:
        """True when it got in."""
        self.post("/login", "/login", login_name=login_name, password=password)
        return self.get("/me")[0] == 200 and "/logout" in self.get("/me")[1]

    def _answer(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except (OSError, HTTPException):  # killed before its answer, or in the middle of it
            return 0, ""


def program(days: int) -> tuple[str, ...]:
    """What stands after `python -m` for a command at that many days from now."""
    return ("bench.attacks.elsewhen", str(days)) if days else ("nightschool",)


def free_port() -> int:
    """A port that nobody listened on just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def build(folder: Path) -> Town:
    """The demonstration's villages, people and classes; the same every time."""
    port = free_port()
    settings = from_environment(
        {
            "NIGHTSCHOOL_DATA": str(folder),
            "NIGHTSCHOOL_LISTEN": f"127.0.0.1:{port}",
            "NIGHTSCHOOL_SECOND_FACTOR": "nobody",
        }
    )
    keep_keys(settings)
    database = Database(settings.database_url, sealer=Sealer(settings.keys.sealing))
    migrate(database)
    shown = demo_data.build(Installation(settings, database), say=lambda _line: None)
    database.dispose()
    return Town(folder, port, {name: password for name, (_who, password) in shown.items()})


def size_of(folder: Path) -> int:
    """Bytes on the disk of all that lies in it."""
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())
