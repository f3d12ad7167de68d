"""`backup` and `restore`: one SQLite file holds everything, whichever database it came from. `restored` sees to a
database that has been restored by its own means, as a cluster is.

A copy is taken while the school goes on working, checked before it gets its name, and never put over something that
is there. It carries a manifest, so that one that has changed since is not restored (`manifest.py`). The keys are not in
it: they are kept apart, and a restored database needs the same ones.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Table, func, inspect, select
from sqlalchemy.exc import SQLAlchemyError

from nightschool.actions.people.erasures import erase_again, keep_beside
from nightschool.actions.trust.backups import note_backup, note_restored
from nightschool.actions.trust.chain import link_trail
from nightschool.cli import manifest
from nightschool.cli.installation import (
    Installation,
    arriving,
    ask_for_its_keys,
    fail,
    tell_lost_keys,
    this_installation,
    told_plainly,
)
from nightschool.database import OUT_OF_REACH, Database, is_current, migrate, sqlite_module
from nightschool.models import Base
from nightschool.queries.trust.keys import has_mark, keys_fit
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
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
        ask_for_its_keys(installation)
        with installation.database.reading() as db:
            keep_beside(installation.settings.erased_file, db)
        with suppress(*OUT_OF_REACH):  # on a full disk or one that is busy the rest of it goes on
            link_trail(installation.database)
        if installation.database.is_sqlite:
            _copy_sqlite(Path(installation.database.url.database or ""), partial)
        else:
            with _at(partial, installation.database) as copy:
                migrate(copy)
                _copy_rows(installation.database, copy)
        _check(partial, file)
        manifest.write(partial)
        _settle(partial)
        manifest.seal(partial, installation.settings.keys.signing)
    _note(installation, file)
    click.echo(
        _(
            "备份好了：%(file)s。密钥不在里面，另外收好 %(keys)s。",
            file=file,
            keys=installation.settings.key_file,
        )
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--without-manifest", is_flag=True, help="FILE is of a time when backups had no list of what is in them."
)
def restore(file: Path, without_manifest: bool) -> None:
    """Bring everything in FILE into the database of this environment, which must be empty or not exist yet."""
    installation = this_installation()
    target = installation.database
    with told_plainly():
        if not without_manifest and (why := manifest.problem(file)):
            fail(_TELL[why](file))
        if target.is_sqlite:
            place = Path(target.url.database or "")
            if place.exists():
                fail(_("%(file)s 已经有了，不会盖掉它。先把它挪开。", file=place))
            with arriving(place) as partial:
                _prepare(file, partial, installation)
        else:
            migrate(target)
            if not _is_empty(target):
                fail(_("数据库里已经有记录，不会盖掉。恢复到一个空的数据库里。"))
            with tempfile.TemporaryDirectory() as folder:
                copy = Path(folder) / "restore.db"
                _prepare(file, copy, installation)
                with _at(copy, target) as source:
                    _copy_rows(source, target)
        with target.reading() as db:
            is_readable = keys_fit(db, Digester(installation.settings.keys.signing))
    click.echo(_("恢复好了。以前的登录都已经退出，各人用自己的密码重新登录。"))
    if not is_readable or not installation.settings.keys.are_kept:
        click.echo(tell_lost_keys(installation.settings))


def _prepare(file: Path, copy: Path, installation: Installation) -> None:
    """The copy holds what the backup holds, at the newest revision, with every login of before ended."""
    _copy_sqlite(file, copy)
    _check(copy, file)
    if not manifest.take_out(copy):
        fail(_TELL["changed"](file))
    with _at(copy, installation.database) as copied:
        try:
            migrate(copied)
        except SQLAlchemyError:
            fail(_TELL["not_ours"](file))
        missing = Base.metadata.tables.keys() - set(inspect(copied.engine).get_table_names())
        if missing:
            fail(_TELL["not_ours"](file))
        signing = installation.settings.keys.signing
        with copied.reading() as db:
            is_ours = has_mark(db) and keys_fit(db, Digester(signing))
        if is_ours and not manifest.is_sealed_with(file, signing):
            fail(_TELL["changed"](file))
        _see_to(copied, installation)


@click.command()
def restored() -> None:
    """See to a database that was restored by its own means: logins of before end, who was erased since is so again."""
    installation = this_installation()
    with told_plainly():
        migrate(installation.database)
        ask_for_its_keys(installation)
        _see_to(installation.database, installation)
    click.echo(_("恢复好了。以前的登录都已经退出，各人用自己的密码重新登录。"))


def _see_to(database: Database, installation: Installation) -> None:
    """Nobody is logged in who was so when what is in this database was kept, and who was erased since is so again."""
    signing = installation.settings.keys.signing
    with database.writing() as db:
        note_restored(db, by=SYSTEM, now=installation.now())
        marks = keep_beside(installation.settings.erased_file, db)
        again = erase_again(db, marks, digester=Digester(signing), by=SYSTEM, now=installation.now())
    if again:
        click.echo(_("备份以后删掉的 %(n)d 个人，又删了一次。", n=again))


@contextmanager
def _at(path: Path, like: Database) -> Iterator[Database]:
    """A database in this file, which in the end is one file with nothing beside it, and on the disk."""
    database = Database(sqlite_url(path), sealer=like.sealer)
    try:
        yield database
    finally:
        database.dispose()
    _settle(path)


_TELL: Mapping[str, Callable[[Path], str]] = {
    "not_ours": lambda file: _("%(file)s 不是完好的夜校备份，没有用它。", file=file),
    "changed": lambda file: _("%(file)s 备份以后变过，和它自己记的对不上，没有用它。换一份备份。", file=file),
    "no_manifest": lambda file: _(
        "%(file)s 里没有备份的清单：不是夜校的备份，或者是老版本做的。确定是自己的老备份，才加 --without-manifest。",
        file=file,
    ),
}


def _note(installation: Installation, file: Path) -> None:
    """That the backup was made is remembered; where the database is too busy for that, the backup is none the worse."""
    try:
        with installation.database.writing() as db:
            note_backup(db, size_bytes=file.stat().st_size, by=SYSTEM, now=installation.now())
    except OUT_OF_REACH:
        click.echo(_("数据库正忙，没能记下这次备份的时间。备份本身是好的。"), err=True)


def _check(path: Path, file: Path) -> None:
    """The command ends with a sentence about the file unless the database in `path` is whole."""
    module = sqlite_module()
    try:
        connection = module.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            whole = not connection.execute("PRAGMA foreign_key_check").fetchall()
            ours = connection.execute("SELECT count(*) FROM alembic_version").fetchone()[0] == 1
        finally:
            connection.close()
    except module.DatabaseError:
        sound = whole = ours = False
    if not (sound and whole and ours):
        fail(_TELL["not_ours"](file))


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
    found = read.execute(select(table).execution_options(yield_per=BATCH)).mappings()
    if not own_keys:
        for some in found.partitions():
            write.execute(table.insert(), [dict(row) for row in some])
        return
    key = next(iter(table.primary_key.columns)).name
    rows = _referred_first([dict(row) for row in found], key, [column.name for column in own_keys])
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
            of = func.pg_get_serial_sequence(table.name, "id")
            connection.execute(select(func.setval(of, func.max(table.c.id))))


def _is_empty(database: Database) -> bool:
    with database.reading() as db:
        return not any(
            db.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in _SHIPPED
        )
