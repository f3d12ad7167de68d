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

CODE = Path(__file__).parent.parent
PAGE = CODE / "docs" / "cluster.md"
NET, FRONT, NODES, SERVERS = "127.0.0", "127.0.0.10", ("n1", "n2", "n3"), ("a1", "a2")
PROGRAMS = ("etcd", "patroni", "haproxy", "pgbouncer", "pgbackrest")
SMALL_DISK = 1024  # MB
TABLE = "nightschool_bench"  # of packets that do not pass
GROUPS = {name: 50_011 + number for number, name in enumerate(NODES)}  # which machine a process belongs to
SITE = f"http://{FRONT}:8080"


def missing(events: list[str]) -> list[str]:
    """What of it is not installed here: Debian's packages that bench/cluster.py names, and postgresql."""
    os.environ["PATH"] += ":/usr/sbin"
    return [name for name in (*PROGRAMS, *(["nft"] if "cut" in events else [])) if not shutil.which(name)]


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
        time.sleep(0.25)
    raise TimeoutError(what)


@dataclass
class Machines:
    """All of them. `start` is the way in and `stop` the way out; in between single programs are started and killed."""

    folder: Path
    keys: Keys
    code: dict[str, Path] = field(
        default_factory=lambda: dict.fromkeys(SERVERS, CODE)
    )  # what each server runs
    small_disks: list[Path] = field(default_factory=list)
    running: dict[tuple[str, str], subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self) -> None:
        """The application answers on SITE."""
        shutil.chown(self.folder, SUPERUSER)
        for name in NODES:
            self.begin("etcd", name)
        health = f"http://{address_of(NODES[0])}:2379/health"
        wait_until("etcd", lambda: urlopen(health, timeout=2).status == 200)
        self.begin("haproxy", "n0")
        for name in NODES:  # the others a moment later, or they look again only after ten seconds
            self.begin("patroni", name)
            wait_until("a leader", self.leader, 90)
        wait_until("a second that has everything", self.has_second, 120)
        self._make_role()
        self.shell(self.block("stanza", self.leader(), self.folder / self.leader()), self.leader())
        for name in SERVERS:
            self.begin("pgbouncer", name)
            self.begin("application", name)
        for name in SERVERS:
            self.wait_for(name)
        wait_until("HAProxy", lambda: urlopen(f"{SITE}/robots.txt", timeout=5).status == 200)

    def stop(self) -> None:
        """Nothing of it runs any more."""
        for name in NODES:
            self.kill_postgres(name)
        for key in list(self.running):
            self.end(*key)
        for place in self.small_disks:
            subprocess.run(["umount", "--lazy", place])
        self.join_again()

    def leader(self) -> str:
        """The name of the machine that leads, as HAProxy would find it; raises OSError while there is none."""
        return next((name for name in NODES if self._is(name, "primary")), "")

    def has_second(self) -> bool:
        """There is one that has whatever is acknowledged."""
        return any(self.is_second(name) for name in NODES)

    def is_second(self, name: str) -> bool:
        """This one has it."""
        return self._is(name, "synchronous")

    def follows(self, name: str) -> bool:
        """It gets whatever is saved, and can be asked to lead."""
        return self._is(name, "replica?lag=16MB")

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
        if program == "etcd":
            environ |= dict(line.split("=", 1) for line in text.splitlines())
            command = [program]
        if program == "application":
            environ, command = self.environ_of(name), [sys.executable, "-m", "nightschool", "serve"]
        if program == "haproxy":
            command = [program, "-db", "-f", path]
        if program == "room":
            command = ["sh", path]
        if program == "patroni":
            (home / "pgbackrest").write_text(self.block("pgbackrest", name, home))
        if program == "pgbouncer":
            (home / "userlist.txt").write_text(f'"nightschool" "{self.password("nightschool")}"\n')
        for one in (home, *home.iterdir()):
            shutil.chown(one, SUPERUSER)
        as_who = None if program in ("application", "haproxy") else SUPERUSER
        with (home / f"{program}.log").open("ab") as log:
            self.running[program, name] = subprocess.Popen(
                command,
                env=environ,
                cwd=self.code[name] if program == "application" else home,
                stdout=log,
                stderr=log,
                user=as_who,
                group=GROUPS.get(name),
                start_new_session=True,
            )

    def environ_of(self, name: str) -> dict[str, str]:
        """What the application runs with on this machine."""
        home = self.folder / name
        told = dict(line.split("=", 1) for line in self.block("application", name, home).splitlines())
        kept = {"NIGHTSCHOOL_KEYS": dump_keys(self.keys), "NIGHTSCHOOL_DATA": str(home / "data")}
        return {**os.environ, "HOME": str(home), **told, **kept}

    def command(self, name: str, *words: str) -> str:
        """What a command of the application says on this machine."""
        return subprocess.run(
            [sys.executable, "-m", "nightschool", *words],
            env=self.environ_of(name),
            cwd=self.code[name],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout.strip()

    def shell(self, lines: str, name: str) -> None:
        """These lines have been run on this machine by the account of the database."""
        path = f"{self.bin_folder}:{os.environ['PATH']}"
        home = self.folder / name
        with (home / "shell.log").open("ab") as log:
            subprocess.run(
                ["sh", "-e", "-c", lines],
                env={**os.environ, "HOME": str(home), "PATH": path},
                cwd=home,
                stdout=log,
                stderr=log,
                user=SUPERUSER,
                group=GROUPS[name],
                check=True,
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

    def give_small_disk(self, name: str) -> None:
        """This machine, which does not lead, begins anew on a disk of its own."""
        self.kill_postgres(name)
        place = self.folder / name / "pg"
        shutil.rmtree(place)
        place.mkdir()
        options = f"size={SMALL_DISK}m,mode=0700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", place], check=True)
        self.small_disks.append(place)
        self.begin("patroni", name)
        self.begin("room", name)

    def fill_disk(self, name: str) -> Path:
        """No byte is left on the small disk of this machine; in this file they are."""
        ballast = self.folder / name / "pg" / "ballast"
        with ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:  # full
                pass
        return ballast

    def hand_over(self, old: str, new: str) -> bool:
        """Patroni has been asked to let another one lead; True when that one does."""
        if self.leader() != new:
            words = ["switchover", "--leader", old, "--candidate", new, "--force"]
            with (self.folder / old / "patronictl.log").open("ab") as log:
                subprocess.run(
                    ["patronictl", "-c", self.folder / old / "patroni", *words], stdout=log, stderr=log
                )
        return self.leader() == new

    def cut_off(self, name: str) -> None:
        """No packet passes between this machine and any other: of its addresses, or sent by its programs."""
        own, group = address_of(name), GROUPS[name]
        rules = f"""table ip {TABLE} {{ chain cut {{ type filter hook output priority 0;
            ip daddr {own} meta skgid {group} ct mark set 1 accept
            ct mark 1 accept
            ip daddr {own} drop
            ip saddr {own} drop
            meta skgid {group} drop
        }}
        }}"""
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

    def join_again(self) -> None:
        """Every packet passes."""
        if shutil.which("nft"):
            subprocess.run(["nft", "delete", "table", "ip", TABLE], stderr=subprocess.DEVNULL)

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
        text = text.replace("--leader n1", f"--leader {name}")
        if program in ("pgbouncer", "application"):
            text = text.replace(f"{NET}.21", own)
        for there, here in {
            "/var/lib/etcd/n1": home / "etcd-data",
            "/var/lib/postgresql/nightschool": home / "pg",
            "/var/run/postgresql": home,
            "/etc/pgbouncer": home,
            "/etc/patroni/config.yml": home / "patroni",
            "/etc/pgbackrest.conf": home / "pgbackrest",
            "/backup/nightschool": self.folder / "backup",
            "/var/log/pgbackrest": home,
            "/run/pgbackrest": home,
            "/usr/lib/postgresql/15/bin": self.bin_folder,
        }.items():
            text = text.replace(there, str(here))
        return text

    @property
    def bin_folder(self) -> Path:
        """Where PostgreSQL's own programs are."""
        return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"))))

    def password(self, who: str) -> str:
        """What the page gives this role."""
        page = PAGE.read_text("utf-8")
        found = re.search(
            rf"(?:username: {who}, password: |CREATE ROLE {who} LOGIN PASSWORD ')([\w-]+)", page
        )
        assert found, who
        return found[1]

    @property
    def url(self) -> str:
        """The database as the application's own role, through HAProxy."""
        return f"postgresql+psycopg://nightschool:{self.password('nightschool')}@{FRONT}:5000/nightschool"

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
