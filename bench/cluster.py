"""Three database machines and two application servers while they break: is anything lost, and how long does one wait?

    python -m bench.cluster [--short] [--only EVENT,...] [--failovers 20] [--phones 50] [--readers 500] [--every 10]

Starts the blocks of docs/cluster.md on loopback addresses (as root, with Debian's patroni, etcd-server, haproxy,
pgbouncer, pgbackrest and nftables). Phones save registers and try again what was not acknowledged, readers open village
pages; meanwhile what EVENTS names happens to the machines. In the end whatever was acknowledged must stand in the
database, and after a deletion all of it is taken back to the minute before. Exits with 1 where a limit is missed.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import _machines
from bench._crowd import Crowd
from bench._machines import CODE, NODES, SERVERS, Machines, wait_until
from bench._minute import restore_minute
from nightschool.database import Database
from tests import factories

TOWNSHIP, ERRANDS = "511002105000", 200
LONGEST_WITHOUT_SAVING, LONGEST_WITHOUT_READING = 40.0, 10.0  # seconds
FAILOVER = "leader killed"


# What happens to the machines


def kill_leader(machines: Machines, _crowd: Crowd) -> None:
    """The machine that leads is without power, and comes back when another one leads."""
    leader = machines.leader()
    machines.kill_postgres(leader)
    wait_until("another leader", lambda: machines.leader() not in ("", leader))
    machines.begin("patroni", leader)


def kill_leader_at_work(machines: Machines, _crowd: Crowd) -> None:
    """So is it while errands wait and are done; in the end each of them is, and has its file."""
    database, now = Database(machines.url, sealer=factories.SEALER), datetime.now(UTC)
    with database.writing() as db:
        asked = {"first": f"{now.year}-01-01", "last": f"{now.year}-12-31"}
        times = dict.fromkeys(("due_at", "made_at", "changed_at"), now)
        for _one in range(ERRANDS):
            factories.make_errand(db, "classes", region_code=TOWNSHIP, asked=asked, **times)
    database.dispose()

    def told(state: str) -> int:
        with machines.connect() as connection:
            found = connection.execute("SELECT count(*) FROM errand WHERE state = %s", [state]).fetchone()
        return found[0] if found else 0

    wait_until("some of them are done", lambda: told("done") > 0)
    print(f"    leader killed when {told('done')} of {ERRANDS} errands were done", flush=True)
    kill_leader(machines, _crowd)
    wait_until("all of them are done", lambda: not told("open"), 240)
    with machines.connect() as connection:
        ends = connection.execute(
            "SELECT state, content IS NOT NULL, turns, count(*) FROM errand GROUP BY 1, 2, 3 ORDER BY 3"
        ).fetchall()
    for state, has_file, turns, many in ends:
        print(f"    {many} errands {state}{' with their file' if has_file else ''}, taken up {turns} times")
    assert all(state == "done" and has_file for state, has_file, _turns, _many in ends), ends


def kill_both(machines: Machines, crowd: Crowd) -> None:
    """So is it, and an application server at the same time."""
    machines.end("application", SERVERS[0])
    kill_leader(machines, crowd)
    machines.begin("application", SERVERS[0])
    machines.wait_for(SERVERS[0])


def kill_postgresql(machines: Machines, _crowd: Crowd) -> None:
    """PostgreSQL alone has ended on the machine that leads; Patroni goes on."""
    os.kill(machines.postgres_of(machines.leader())[0], signal.SIGKILL)


def freeze_leader(machines: Machines, _crowd: Crowd) -> None:
    """The machine that leads answers nobody until another one leads, and then goes on as if nothing had been."""
    leader = machines.leader()
    frozen = [
        *machines.postgres_of(leader),
        *(machines.running[one, leader].pid for one in ("patroni", "etcd")),
    ]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        wait_until("another leader", lambda: machines.leader() not in ("", leader))
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)


def cut_leader(machines: Machines, _crowd: Crowd) -> None:
    """No packet passes between the machine that leads and any other, until long after another one leads."""
    leader = machines.leader()
    machines.cut_off(leader)
    try:
        wait_until("another leader", lambda: machines.leader() not in ("", leader))
        time.sleep(10)
    finally:
        machines.join_again()


def lead_on_small_disk(machines: Machines) -> None:
    """One leads that has a small disk of its own."""
    leader = machines.leader()
    small, other = (name for name in NODES if name != leader)
    machines.give_small_disk(small)
    wait_until("it follows again", lambda: machines.follows(small), 120)
    machines.kill_postgres(other)  # so that nobody but this one can be asked to lead
    wait_until("the new disk has everything", lambda: machines.is_second(small), 120)
    wait_until("it leads", lambda: machines.hand_over(leader, small), 120)
    machines.begin("patroni", other)
    wait_until("a second that has everything", machines.has_second, 120)


def fill_disk(machines: Machines, _crowd: Crowd) -> None:
    """The disk of the machine that leads has no byte left, until another one leads."""
    leader = machines.leader()
    ballast = machines.fill_disk(leader)
    try:
        wait_until("another leader", lambda: machines.leader() not in ("", leader), 120)
    finally:
        ballast.unlink()


def kill_server(machines: Machines, _crowd: Crowd) -> None:
    """One application server is gone for ten seconds."""
    machines.end("application", SERVERS[0])
    time.sleep(10)
    machines.begin("application", SERVERS[0])
    machines.wait_for(SERVERS[0])


def upgrade_servers(machines: Machines, crowd: Crowd) -> None:
    """Both application servers, which run the version before the newest migration, get this one, one after the other.

    The old one goes on beside the new schema until everybody has been served twice.
    """
    for name in SERVERS:
        machines.code[name] = CODE
        machines.end("application", name, signal.SIGTERM)
        machines.begin("application", name)
        machines.wait_for(name)
        for _twice in range(2):
            since = time.monotonic()
            wait_until("everybody is served", lambda since=since: crowd.is_served(since), 120)


Happening = Callable[[Machines, Crowd], None]
EVENTS: dict[str, tuple[str, Happening]] = {
    "upgrade": ("servers upgraded one by one", upgrade_servers),
    "leader": (FAILOVER, kill_leader),
    "errands": ("leader killed while errands are done", kill_leader_at_work),
    "postgresql": ("PostgreSQL of the leader killed", kill_postgresql),
    "server": ("application server killed", kill_server),
    "frozen": ("leader frozen and let go", freeze_leader),
    "cut": ("leader cut off from all others", cut_leader),
    "disk": ("disk of the leader full", fill_disk),
    "both": ("leader and application server killed", kill_both),
}
BEFORE = {"disk": lead_on_small_disk}


def measure(machines: Machines, crowd: Crowd, what: str, happen: Happening) -> tuple[bool, float]:
    """The figures of one event, from its beginning until everybody is served again; True when within their limits, and
    how long a phone waited.
    """
    began = time.monotonic()
    happen(machines, crowd)
    over = time.monotonic()
    wait_until("everybody is served again", lambda: crowd.is_served(over), 180)
    wait_until("a second that has everything", machines.has_second, 120)
    saving = max(one.longest_wait(began) for one in crowd.phones)
    reading = max(one.longest_wait(began) for one in crowd.readers)
    good = saving <= LONGEST_WITHOUT_SAVING and reading <= LONGEST_WITHOUT_READING
    print(
        f"    {what:<37} longest without saving {saving:5.1f} s (limit {LONGEST_WITHOUT_SAVING:.0f}), "
        f"reading {reading:4.1f} s (limit {LONGEST_WITHOUT_READING:.0f}); "
        f"kept and sent again {crowd.refused(crowd.phones, began).total()}, "
        f"pages refused {crowd.refused(crowd.readers, began).total()}{'' if good else '  MISSED'}",
        flush=True,
    )
    return good, saving


def run(machines: Machines, crowd: Crowd, chosen: list[str], failovers: int) -> bool:
    """Every figure; True when none misses its limit."""
    is_good, waits = True, []
    try:
        wait_until("everybody is served", lambda: crowd.is_served(0), 120)
        for key in chosen:
            what, happen = EVENTS[key]
            for one in range(1, failovers + 1 if key == "leader" else 2):
                BEFORE.get(key, lambda _machines: None)(machines)
                numbered = f"{what}, {one} of {failovers}" if key == "leader" else what
                good, wait = measure(machines, crowd, numbered, happen)
                is_good = is_good and good
                waits += [wait] if key == "leader" else []
    finally:
        crowd.stop()
    if len(waits) > 1:
        waits.sort()
        print(
            f"    of {len(waits)} failovers: shortest {waits[0]:.1f} s, median {statistics.median(waits):.1f} s, "
            f"nine of ten within {waits[-1 - len(waits) // 10]:.1f} s, longest {waits[-1]:.1f} s"
        )
    with machines.connect() as connection:
        there = {row[0] for row in connection.execute("SELECT id FROM submission")}
    acknowledged = [one for phone in crowd.phones for one in phone.acknowledged]
    lost = sum(one not in there for one in acknowledged)
    print(
        f"    {len(acknowledged)} saves acknowledged, kept and sent again: {dict(crowd.refused(crowd.phones, 0))}"
    )
    pages = sum(len(one.served) for one in crowd.readers)
    print(f"    {pages} pages read, refused: {dict(crowd.refused(crowd.readers, 0))}")
    print(f"    acknowledged and lost{lost:>25}  limit 0{'  MISSED' if lost else ''}")
    return is_good and not lost


def gather(machines: Machines, phones: int, readers: int, every: float) -> Crowd:
    """They have begun, each phone in a village of its own. The school is written by the code that serves it."""
    code = machines.code[SERVERS[0]]
    filled = subprocess.run(
        [sys.executable, Path(__file__).parent / "_school.py", machines.url, str(phones)],
        env={**os.environ, "PYTHONPATH": str(code)},
        cwd=code,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Crowd(json.loads(filled.stdout), readers, every)


def version_before(folder: Path) -> Path:
    """The code as it was before the newest migration."""
    git = ["git", "-C", str(CODE)]
    newest = subprocess.run(
        [*git, "log", "-1", "--format=%H", "--diff-filter=A", "--", "nightschool/migrations/versions"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    subprocess.run([*git, "worktree", "add", "--quiet", "--detach", str(folder), f"{newest}^"], check=True)
    return folder


def main() -> int:
    """0 when nothing was lost and nobody waited too long."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--only", default=",".join([*(key for key in EVENTS if key != "both"), "minute"]))
    options.add_argument("--failovers", type=int, default=20)
    options.add_argument("--phones", type=int, default=50)
    options.add_argument("--readers", type=int, default=500)
    options.add_argument("--every", type=float, default=10.0, help="seconds between what one of them wants")
    chosen = options.parse_args()
    events = chosen.only.split(",")
    if chosen.short:
        events, chosen.phones, chosen.readers, chosen.every = ["both"], 6, 6, 2.0
    if unknown := set(events) - {*EVENTS, "minute"}:
        options.error(f"no such event: {', '.join(unknown)}; there are {', '.join(EVENTS)}, minute")
    if missing := _machines.missing(events):
        print(f"not measured, not installed here: {', '.join(missing)}")
        return 1
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        machines, began = Machines(Path(folder), factories.KEYS), time.monotonic()
        try:
            if "upgrade" in events:
                old = version_before(Path(folder) / "old")
                machines.code = dict.fromkeys(SERVERS, old)
            machines.start()
            print(
                f"{len(NODES)} database machines, {len(SERVERS)} servers: up in {time.monotonic() - began:.0f} s; "
                f"{chosen.phones} phones and {chosen.readers} readers",
                flush=True,
            )
            crowd = gather(machines, chosen.phones, chosen.readers, chosen.every)
            good = run(machines, crowd, [one for one in events if one in EVENTS], chosen.failovers)
            if "minute" in events:
                good = restore_minute(machines) and good
            print(f"{time.monotonic() - began:.0f} s in all")
            return 0 if good else 1
        finally:
            machines.stop()
            if "upgrade" in events:
                subprocess.run(["git", "-C", str(CODE), "worktree", "remove", "--force", f"{folder}/old"])


if __name__ == "__main__":
    sys.exit(main())
