"""Back to the minute before a deletion: the page's own lines are run, and what stands in the database is compared."""

import re
import shutil
import signal
import time
from datetime import UTC, datetime

import psycopg
from psycopg import sql
from sqlalchemy import select

from bench._machines import NODES, SERVERS, Machines, wait_until
from nightschool.actions.people.erasures import erase
from nightschool.database import Database
from nightschool.models.people import Learner
from nightschool.rules.access import SYSTEM
from nightschool.rules.slots import Now
from nightschool.sealing import Digester
from tests import factories

DELETED = ("mark", "mark_event", "headcount", "submission")
BY_RESTORING = {"audit_event", "trail_link", "erased_mark"}  # tables that get rows by it


def restore_minute(machines: Machines) -> bool:
    """Everything that stood there at that minute stands there again, and who was erased since is so; the figures are
    printed.
    """
    database, leader = Database(machines.url, sealer=factories.SEALER), machines.leader()
    machines.shell(machines.block("check", leader, machines.folder / leader), leader)
    full = _seconds(machines, "full", leader)
    with database.writing() as db:
        leaving = factories.make_learner(db, name="刘国富").public_id
    incremental = _seconds(machines, "incremental", leader)
    with database.writing() as db:  # stands in the log alone
        factories.make_learner(db, name="周小燕")
    with machines.connect() as connection:
        before = _rows(connection)
    time.sleep(2)
    minute = datetime.now(UTC)
    time.sleep(2)
    with database.writing() as db:
        digester, now = Digester(machines.keys.signing), Now.at(datetime.now(UTC), factories.ZONE)
        erase(db, learner=leaving, why="asked", digester=digester, by=SYSTEM, now=now)
    with machines.connect() as connection:
        connection.execute("SET session_replication_role = replica")  # past every guard, as who should not
        for table in DELETED:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        lost = sum(before.values()) - sum(_rows(connection).values())
    machines.command(SERVERS[0], "backup", str(machines.folder / "after.db"))
    database.dispose()

    began = time.monotonic()
    for name in SERVERS:
        machines.end("application", name, signal.SIGTERM)
    for name in NODES:
        machines.end("patroni", name, signal.SIGTERM)
    lines = machines.block("minute", leader, machines.folder / leader)
    target = re.sub(r'--target="[^"]*"', f'--target="{minute:%Y-%m-%d %H:%M:%S.%f}+00"', lines)
    machines.shell(target, leader)  # any of them would do where all have the same paths
    machines.begin("patroni", leader)
    wait_until("the restored one leads", lambda: machines.leader() == leader, 120)
    for name in (one for one in NODES if one != leader):
        for one in (machines.folder / name / "pg").iterdir():
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        machines.begin("patroni", name)
    wait_until("a second that has everything", machines.has_second, 120)
    told = machines.command(SERVERS[0], "restored")
    for name in SERVERS:
        machines.begin("application", name)
        machines.wait_for(name)
    took = time.monotonic() - began

    with machines.connect() as connection:
        after = _rows(connection)
    missing = sum(abs(after[name] - before[name]) for name in before if name not in BY_RESTORING)
    with database.reading() as db:
        names = set(db.scalars(select(Learner.name)))
    database.dispose()
    stays = "刘国富" in names or "周小燕" not in names
    print(
        f"    back to a minute of before: {lost} rows deleted; full backup {full:.0f} s, "
        f"incremental {incremental:.0f} s, restored and served again after {took:.0f} s"
    )
    print(f"    rows more or fewer than then{missing:>18}  limit 0{'  MISSED' if missing else ''}")
    print(
        f"    who was erased since {'is there again  MISSED' if stays else 'is erased again: ' + told.splitlines()[0]}",
        flush=True,
    )
    return not (missing or stays) and lost > 0


def _seconds(machines: Machines, lines: str, name: str) -> float:
    began = time.monotonic()
    machines.shell(machines.block(lines, name, machines.folder / name), name)
    return time.monotonic() - began


def _rows(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table has."""
    names = [
        row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    count = sql.SQL("SELECT count(*) FROM {}")
    found = {name: connection.execute(count.format(sql.Identifier(name))).fetchone() for name in names}
    return {name: row[0] for name, row in found.items() if row}
