"""`backup` and `restore`: one SQLite file holds everything, whichever database it came from.

A copy is taken while the school goes on working, checked before it gets its name, and never put over something that
is there. The keys are not in it: they are kept apart, and a restored database needs the same ones.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.exc import OperationalError

from nightschool.actions.trust.backups import note_backup
from nightschool.cli.installation import (
    Installation,
    fail,
    migrated_installation,
    this_installation,
    told_plainly,
)
from nightschool.database import Database, is_current, migrate, sqlite_module
from nightschool.models import Base
from nightschool.rules.access import SYSTEM
from nightschool.settings import sqlite_url
from nightschool.texts import _

BATCH = 1000
_SHIPPED = frozenset({"category", "feed_identity"})  # rows a fresh database already has


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write a checked copy of everything but the keys to FILE, which must not exist yet."""
    if file.exists():
        fail(_("%(file)s 已经有了，不会盖掉它。换一个名字。", file=file))
    installation = this_installation()
    with told_plainly(), arriving(file) as partial:
        if not is_current(installation.database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
        if installation.database.is_sqlite:
            _copy_sqlite(Path(installation.database.url.database or ""), partial)
        else:
            copy = Database(sqlite_url(partial), sealer=installation.database.sealer)
            migrate(copy)
            _copy_rows(installation.database, copy)
            copy.dispose()
            _settle(partial)
        check_file(partial)
    _note(installation, file)
    click.echo(
        _(
            "备份好了：%(file)s。密钥不在里面，另外收好 %(keys)s。",
            file=file,
            keys=installation.settings.data_folder / "keys.json",
        )
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(file: Path) -> None:
    """Bring everything in FILE into the database of this environment, which must be empty or not exist yet."""
    check_file(file)
    target = this_installation().database
    with told_plainly():
        if target.is_sqlite:
            place = Path(target.url.database or "")
            if place.exists():
                fail(_("%(file)s 已经有了，不会盖掉它。先把它挪开。", file=place))
            with arriving(place) as partial:
                _copy_sqlite(file, partial)
                check_file(partial)
            migrated_installation()
        else:
            migrate(target)
            if not _is_empty(target):
                fail(_("数据库里已经有记录，不会盖掉。恢复到一个空的数据库里。"))
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "restore.db"
                _copy_sqlite(file, copy)
                source = Database(sqlite_url(copy), sealer=target.sealer)
                migrate(source)
                _copy_rows(source, target)
                source.dispose()
    click.echo(_("恢复好了。还要放好同一份密钥，电话号码才看得见。"))


def _note(installation: Installation, file: Path) -> None:
    """That the backup was made is remembered; where the database is too busy for that, the backup is none the worse."""
    try:
        with installation.database.writing() as db:
            note_backup(db, size_bytes=file.stat().st_size, by=SYSTEM, now=installation.now())
    except OperationalError:
        click.echo(_("数据库正忙，没能记下这次备份的时间。备份本身是好的。"), err=True)


@contextmanager
def arriving(file: Path) -> Iterator[Path]:
    """A path beside `file` to write to; it gets the file's name when the block ends well, and is gone when not.

    The name is given by a hard link where there are any, so that a file that came meanwhile is not put over.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        yield partial
        try:
            os.link(partial, file)
        except FileExistsError:
            raise
        except OSError:
            os.rename(partial, file)
    finally:
        for leftover in (
            partial,
            *(partial.with_name(partial.name + end) for end in ("-wal", "-shm", "-journal")),
        ):
            leftover.unlink(missing_ok=True)


def check_file(file: Path) -> None:
    """The command ends with a sentence unless the file is a whole night-school database."""
    module = sqlite_module()
    try:
        connection = module.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            whole = not connection.execute("PRAGMA foreign_key_check").fetchall()
            ours = connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0] == 1
        finally:
            connection.close()
    except module.DatabaseError:
        sound = whole = ours = False
    if not (sound and whole and ours):
        fail(_("%(file)s 不是完好的夜校备份，没有用它。", file=file))


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online copy: right while others write, where copying the file is not."""
    module = sqlite_module()
    read = module.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)
    write = module.connect(target)
    try:
        read.backup(write)
    finally:
        write.close()
        read.close()
    _settle(target)


def _settle(path: Path) -> None:
    """The database is one file, with nothing beside it, and on the disk."""
    connection = sqlite_module().connect(path)
    connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _copy_rows(source: Database, target: Database) -> None:
    """Every row of one database stands in the other, an empty one at the same revision; in one transaction each."""
    with source.engine.connect() as read:
        if not source.is_sqlite:
            read = read.execution_options(isolation_level="REPEATABLE READ")
        with target.engine.connect().execution_options(nightschool_writes=True) as write, write.begin():
            for table in Base.metadata.sorted_tables:
                if table.name in _SHIPPED:
                    write.execute(table.delete())
                _copy_table(read, write, table)
            if not target.is_sqlite:
                _advance_sequences(write)


def _copy_table(read: Connection, write: Connection, table: Table) -> None:
    own_keys = [
        column for column in table.columns if any(key.column.table is table for key in column.foreign_keys)
    ]
    rows = [dict(row) for row in read.execute(select(table)).mappings()]
    if own_keys:
        key = next(iter(table.primary_key.columns)).name
        rows = _referred_first(rows, key, [column.name for column in own_keys])
    for start in range(0, len(rows), BATCH):
        write.execute(table.insert(), rows[start : start + BATCH])


def _referred_first(rows: list[dict[str, Any]], key: str, references: list[str]) -> list[dict[str, Any]]:
    """The rows in an order in which each stands after those it refers to in its own table."""
    by_key = {row[key]: row for row in rows}
    refers_to = {row[key]: [row[name] for name in references if row[name] in by_key] for row in rows}
    return [by_key[one] for one in TopologicalSorter(refers_to).static_order()]


def _advance_sequences(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns and inspect(connection).get_columns(table.name)[0].get("autoincrement"):
            connection.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}"
                )
            )


def _is_empty(database: Database) -> bool:
    with database.reading() as db:
        return not any(
            db.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in _SHIPPED
        )
