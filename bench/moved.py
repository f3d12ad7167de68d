"""From one old PC to PostgreSQL and back: is everything as it was?

    python -m bench.moved

The demonstration, on SQLite, goes by `backup` and `restore` into PostgreSQL and from there into SQLite again. Of every
table the rows are counted and a digest is made of all of them, in each of the three; what the commands themselves write
(that a backup was made or restored, that logins ended) is left out. Exits with 1 where one is another.
"""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import select

from bench.attacks.town import build
from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models import Base
from nightschool.sealing import Sealer
from nightschool.settings import load_keys, sqlite_url
from tests import postgres_cluster

BY_MOVING = {"audit_event", "trail_link", "backup_made", "login_session"}
State = dict[str, tuple[int, str]]


def state_of(url: str, sealer: Sealer) -> State:
    """Of every table how many rows it has, and a digest of all of them in whatever order."""
    database, found = Database(url, sealer=sealer), dict[str, tuple[int, str]]()
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            rows, total = 0, 0
            for row in connection.execute(select(table)):
                rows += 1
                total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest()[:16], "big")
            if table.name not in BY_MOVING:
                found[table.name] = rows, f"{total:x}"
    database.dispose()
    return found


def command(folder: Path, url: str, *words: str) -> float:
    """It has been done; in how many seconds."""
    began = time.monotonic()
    done = CliRunner().invoke(
        cli, list(words), env={"NIGHTSCHOOL_DATA": str(folder), "NIGHTSCHOOL_DATABASE_URL": url}
    )
    if done.exit_code:
        raise RuntimeError(f"{words[0]}: {done.output}")
    return time.monotonic() - began


def move(folder: Path, there: str) -> bool:
    """The figures; True when everything is as it was in all three."""
    old, new = folder / "old", folder / "new"
    build(old)
    here, back = sqlite_url(old / "nightschool.db"), sqlite_url(new / "nightschool.db")
    keys = (old / "keys.json").read_text()
    new.mkdir()
    (new / "keys.json").write_text(keys)
    sealer = Sealer(load_keys(keys).sealing)
    took = [
        command(old, here, "backup", str(folder / "from-sqlite.db")),
        command(old, there, "restore", str(folder / "from-sqlite.db")),
        command(old, there, "backup", str(folder / "from-postgresql.db")),
        command(new, back, "restore", str(folder / "from-postgresql.db")),
    ]
    first, second, third = (state_of(url, sealer) for url in (here, there, back))
    other = [name for name in first if not first[name] == second[name] == third[name]]
    rows = sum(count for count, _digest in first.values())
    print(
        f"    {len(first)} tables, {rows} rows; tables that are another there or back  {len(other)}  limit 0"
    )
    for name in other:
        print(f"    {name}: {first[name]}, {second[name]}, {third[name]}  MISSED")
    into, out = took[:2], took[2:]
    print(f"    SQLite -> PostgreSQL: backup {into[0]:.1f} s, restore {into[1]:.1f} s")
    print(f"    PostgreSQL -> SQLite: backup {out[0]:.1f} s, restore {out[1]:.1f} s")
    return not other and rows > 0


def main() -> int:
    """0 when everything is as it was."""
    if why_not := postgres_cluster.available():
        print(f"not measured: {why_not}")
        return 1
    cluster = postgres_cluster.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return 0 if move(Path(folder), cluster.url("postgres")) else 1
    finally:
        cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
