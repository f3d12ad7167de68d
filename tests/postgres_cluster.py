"""A PostgreSQL server of our own for the tests: in a temporary folder, reached by a socket in it, gone afterwards.

A server that the machine runs already is left alone. Nothing is made safe against a power cut, which makes it fast.
"""

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "postgres"  # also the account that runs the server where the tests run as root, which it refuses
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "",
}


@dataclass(frozen=True)
class Cluster:
    """A running server and the folder that holds all of it."""

    folder: Path

    def url(self, dbname: str) -> str:
        """The address of one of its databases, for SQLAlchemy; a fresh server has one, named postgres."""
        return f"postgresql+psycopg://{SUPERUSER}@/{dbname}?host={quote(str(self.folder), safe='/')}"

    def stop(self) -> None:
        """The server has ended and its folder is gone. A second time does no harm."""
        if self.folder.exists():
            _run(self.folder, "pg_ctl", "stop", "--pgdata=data", "--mode=immediate", must_succeed=False)
            shutil.rmtree(self.folder, ignore_errors=True)


def available() -> str | None:
    """None if a server can be started here, otherwise the reason why not."""
    if os.name != "posix":
        return "the tests start PostgreSQL on Linux and macOS only"
    if _programs() is None:
        return "the PostgreSQL server is not installed (Debian, Ubuntu: sudo apt install postgresql)"
    if _is_root() and not _has_account(SUPERUSER):
        return f"PostgreSQL does not run as root, and there is no account {SUPERUSER} to run it"
    return None


def start() -> Cluster:
    """A new server is running with nothing in it. It stops at the latest when this process ends."""
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="nightschool-pg-")))
    atexit.register(cluster.stop)
    if _is_root():
        shutil.chown(cluster.folder, SUPERUSER)
    _run(
        cluster.folder,
        *("initdb", "--pgdata=data", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"),
        *("--auth=trust", f"--username={SUPERUSER}"),
    )
    settings = SETTINGS | {"unix_socket_directories": str(cluster.folder)}
    with (cluster.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    _run(cluster.folder, "pg_ctl", "start", "--pgdata=data", "--wait", "--log=log")
    return cluster


def _programs() -> Path | None:
    """The folder of the server's programs; Debian keeps them off the PATH, several versions side by side."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda found: int(found.parts[4]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None


def _is_root() -> bool:
    return os.geteuid() == 0


def _has_account(name: str) -> bool:
    import pwd  # not on Windows

    return any(account.pw_name == name for account in pwd.getpwall())


def _run(folder: Path, program: str, *arguments: str, must_succeed: bool = True) -> None:
    """One of the server's programs has run in this folder, as an account that may."""
    programs = _programs()
    assert programs is not None, available()
    done = subprocess.run(
        [programs / program, *arguments],
        cwd=folder,
        user=SUPERUSER if _is_root() else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    log = folder / "log"
    if must_succeed and done.returncode:
        told = log.read_text(errors="replace") if log.exists() else ""
        raise RuntimeError(f"{program} failed:\n{done.stdout}{told}")
