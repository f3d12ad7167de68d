"""The machines of docs/cluster.md on loopback addresses: its own blocks are started, each machine a folder."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import Request, urlopen

import psycopg

from nightschool.settings import Keys, dump_keys
from tests.postgres_cluster import SUPERUSER

PAGE = Path(__file__).parent.parent / "docs" / "cluster.md"
NET, FRONT, NODES, SERVERS = "127.0.0", "127.0.0.10", ("n1", "n2", "n3"), ("a1", "a2")
PROGRAMS = ("etcd", "patroni", "haproxy", "pgbouncer")
SITE = f"http://{FRONT}:8080"


def missing() -> list[str]:
    """What of it is not installed here (Debian: patroni etcd-server haproxy pgbouncer postgresql)."""
    os.environ["PATH"] += ":/usr/sbin"
    return [name for name in PROGRAMS if not shutil.which(name)]


def address_of(name: str) -> str:
    """Where a machine is: n1 is the first of the database, a1 the first of the application."""
    return f"{NET}.{(10 if name[0] == 'n' else 20) + int(name[1])}"


def wait_until(what: str, is_so: Callable[[], object], seconds: float = 60) -> float:
    """It is so; after how many seconds. Raises TimeoutError."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        try:
            if is_so():
                return time.monotonic() - began
        except (OSError, psycopg.Error):
            pass
        time.sleep(0.1)
    raise TimeoutError(what)


@dataclass
class Machines:
    """All of them. `start` is the way in and `stop` the way out; in between single programs are started and killed."""

    folder: Path
    keys: Keys
    running: dict[tuple[str, str], subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """The application answers on SITE."""
        shutil.chown(self.folder, SUPERUSER)
        for name in NODES:
            self.begin("etcd", name)
        for name in NODES:
            self.begin("patroni", name)
        self.begin("haproxy", "n0")
        wait_until("a leader", self.leader, 90)
        wait_until("a second that has everything", self.has_second, 120)
        self._make_role()
        for name in SERVERS:
            self.begin("pgbouncer", name)
            self.begin("application", name)
            self.wait_for(name)
        wait_until("HAProxy", lambda: urlopen(f"{SITE}/robots.txt", timeout=5).status == 200)

    def stop(self) -> None:
        """Nothing of it runs any more."""
        for name in NODES:
            self.kill_postgres(name)
        for key in list(self.running):
            self.end(*key)

    def leader(self) -> str:
        """The name of the machine that leads, as HAProxy would find it; raises OSError while there is none."""
        return next((name for name in NODES if self._is(name, "primary")), "")

    def has_second(self) -> bool:
        """There is one that has whatever is acknowledged."""
        return any(self._is(name, "synchronous") for name in NODES)

    def wait_for(self, name: str) -> None:
        """This application server answers."""
        page = Request(f"http://{address_of(name)}:8000/robots.txt", headers={"Host": "localhost"})
        wait_until("the application", lambda: urlopen(page, timeout=5).status == 200)

    def begin(self, program: str, name: str) -> None:
        """The program runs on this machine."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        path, environ = home / program, {**os.environ, "HOME": str(home)}
        text = self.block(program, name, home)
        path.write_text(text)
        command: list[str | Path] = [program, path]
        if program in ("etcd", "application"):
            environ |= dict(line.split("=", 1) for line in text.splitlines())
            command = [program] if program == "etcd" else [sys.executable, "-m", "nightschool", "serve"]
        if program == "application":
            environ |= {"NIGHTSCHOOL_KEYS": dump_keys(self.keys), "NIGHTSCHOOL_DATA": str(home / "data")}
        if program == "haproxy":
            command = [program, "-db", "-f", path]
        if program == "pgbouncer":
            (home / "userlist.txt").write_text(f'"nightschool" "{self.password("nightschool")}"\n')
        for one in (home, *home.iterdir()):
            shutil.chown(one, SUPERUSER)
        as_who = None if program in ("application", "haproxy") else SUPERUSER
        with (home / f"{program}.log").open("ab") as log:
            self.running[program, name] = subprocess.Popen(
                command,
                env=environ,
                cwd=None if program == "application" else home,
                stdout=log,
                stderr=log,
                user=as_who,
                start_new_session=True,
            )

    def end(self, program: str, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """The program has been stopped, or killed."""
        process = self.running.pop((program, name))
        process.send_signal(how)
        process.wait(30)

    def kill_postgres(self, name: str) -> None:
        """PostgreSQL and Patroni on this machine are killed, as by a power cut."""
        if ("patroni", name) in self.running:
            self.end("patroni", name)
        for pid in self.postgres_of(name):
            os.kill(pid, signal.SIGKILL)

    def postgres_of(self, name: str) -> list[int]:
        """The processes of PostgreSQL on this machine, its first one first."""
        pid_file = self.folder / name / "pg" / "postmaster.pid"
        if not pid_file.exists():
            return []
        first = int(pid_file.read_text().split()[0])
        found = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True).stdout.split()
        return [pid for pid in (first, *map(int, found)) if Path(f"/proc/{pid}").exists()]

    def block(self, program: str, name: str, home: Path) -> str:
        """What the page says for this program, for this machine and on loopback addresses."""
        found = re.search(rf"^```\w+ {program}\n(.*?)^```", PAGE.read_text("utf-8"), re.S | re.M)
        assert found, f"{PAGE} has no block for {program}"
        text = found[1].replace("10.0.0.", f"{NET}.")
        own = address_of(name)
        for key in (
            "LISTEN_PEER_URLS",
            "INITIAL_ADVERTISE_PEER_URLS",
            "LISTEN_CLIENT_URLS",
            "ADVERTISE_CLIENT_URLS",
        ):
            text = re.sub(rf"(ETCD_{key}=http://){NET}\.11", rf"\g<1>{own}", text)
        text = re.sub(rf"(listen|connect_address): {NET}\.11", rf"\1: {own}", text)
        text = re.sub(r"^(ETCD_NAME=|name: )n1$", rf"\g<1>{name}", text, flags=re.M)
        if program in ("pgbouncer", "application"):
            text = text.replace(f"{NET}.21", own)
        for there, here in {
            "/var/lib/etcd/n1": home / "etcd-data",
            "/var/lib/postgresql/nightschool": home / "pg",
            "/var/run/postgresql": home,
            "/etc/pgbouncer": home,
            "/usr/lib/postgresql/15/bin": next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin")))),
        }.items():
            text = text.replace(there, str(here))
        return text

    def password(self, who: str) -> str:
        """What the page gives this role."""
        page = PAGE.read_text("utf-8")
        found = re.search(
            rf"(?:username: {who}, password: |CREATE ROLE {who} LOGIN PASSWORD ')([\w-]+)", page
        )
        assert found, who
        return found[1]

    def connect(self, port: int = 5000, dbname: str = "nightschool") -> psycopg.Connection:
        """As the superuser, through HAProxy."""
        return psycopg.connect(
            host=FRONT,
            port=port,
            dbname=dbname,
            user=SUPERUSER,
            password=self.password(SUPERUSER),
            autocommit=True,
            connect_timeout=5,
        )

    def _make_role(self) -> None:
        wait_until("HAProxy", lambda: self.connect(dbname="postgres").close() or True)
        with self.connect(dbname="postgres") as connection:
            for statement in self.block("role", "n1", self.folder).split(";\n"):
                if statement.strip():
                    connection.execute(statement)  # type: ignore[call-overload]  # psycopg wants a literal

    def _is(self, name: str, role: str) -> bool:
        try:
            with urlopen(f"http://{address_of(name)}:8008/{role}", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False
