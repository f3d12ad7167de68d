"""What every command works on: the settings of this environment, and its database."""

import errno
import os
import shutil
import socket
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError, OperationalError

from nightschool.actions.notices.feeds import keep_identity
from nightschool.actions.tallies import count_the_first_time
from nightschool.actions.trust.keys import take_keys
from nightschool.database import OUT_OF_REACH, Database, is_full, migrate, sqlite_module
from nightschool.errors import NewerDatabase, UnfitKeys
from nightschool.queries.condition import feeds_known_by, latest_line
from nightschool.queries.trust.keys import has_mark, keys_fit
from nightschool.rules.access import SYSTEM
from nightschool.rules.slots import Now
from nightschool.rules.typed import LONGEST_LINE, one_line, why_not_kept
from nightschool.sealing import Digester, Sealer
from nightschool.settings import Settings, dump_keys, from_environment
from nightschool.texts import _

SILENT_FOR_LONG = timedelta(days=60)
ROOM_TO_OPEN = 1024 * 1024  # bytes on the disk; with less, SQLite may fail to set up what its processes share
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite adds to a file's name


@dataclass(frozen=True)
class Installation:
    """The settings, and the database they name."""

    settings: Settings
    database: Database

    def now(self) -> Now:
        """This instant, and what the village's clock shows at it."""
        return Now.at(datetime.now(UTC), ZoneInfo(self.settings.timezone))


class Line(click.ParamType):
    """One line of text as a form takes it: kept as it was typed, or refused with a sentence."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        kept = one_line(str(value))
        if sentence := why_not_kept(kept, LONGEST_LINE):
            self.fail(sentence, param, ctx)
        return kept


def this_installation() -> Installation:
    """The installation this environment describes. Nothing is migrated yet, and keys that are missing are not made."""
    with told_plainly():
        settings = from_environment(os.environ)
        database = open_database(settings)
    click.get_current_context().call_on_close(database.dispose)
    return Installation(settings, database)


def migrated_installation() -> Installation:
    """The same, its database at the newest revision and of these keys; the first start makes both.

    The command ends with a sentence when the keys are missing, or not those of the database.
    """
    found = this_installation()
    with told_plainly():
        if not found.settings.keys.are_kept:
            if inspect(found.database.engine).has_table("alembic_version"):
                fail(tell_lost_keys(found.settings))
            keep_keys(found.settings)
            found = this_installation()  # another first start may have been quicker
        migrate(found.database)
        count_the_first_time(found.database)
        ask_for_its_keys(found)
        with found.database.reading() as db:
            known_by, is_marked = feeds_known_by(db), has_mark(db)
        if not (known_by and is_marked):
            with found.database.writing() as db:
                if not known_by:
                    keep_identity(db, address=found.settings.base_url)
                if not is_marked:
                    take_keys(db, digester=Digester(found.settings.keys.signing), by=SYSTEM, now=found.now())
    return found


def ask_for_its_keys(found: Installation) -> None:
    """The command ends with a sentence unless the keys are those of the database, which is at the newest revision."""
    with found.database.reading() as db:
        fits = keys_fit(db, Digester(found.settings.keys.signing))
    if not fits or not found.settings.keys.are_kept:
        fail(tell_lost_keys(found.settings))


def open_database(settings: Settings) -> Database:
    """The database, also on a full disk; nothing is made where there is none yet."""
    sealer = Sealer(settings.keys.sealing, settings.keys.marking)
    database = Database(settings.database_url, sealer=sealer)
    place = Path(database.url.database or "")
    if not database.is_sqlite or not place.exists():
        return database
    _shut(place)
    try:
        database.engine.connect().close()
    except OperationalError:
        if sys.platform == "win32" or shutil.disk_usage(place.parent).free > ROOM_TO_OPEN:
            raise
        database.dispose()
        database = Database(settings.database_url, sealer=sealer, is_alone=True)
    return database


def _shut(database: Path) -> None:
    """Nobody else on this machine reads the file, nor what SQLite puts beside it."""
    for file in (database, *(database.with_name(database.name + end) for end in BESIDE)):
        if sys.platform != "win32" and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            file.chmod(0o600)


def keep_keys(settings: Settings) -> None:
    """The keys stand in their file, where there was none."""
    with suppress(FileExistsError), arriving(settings.key_file) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(dump_keys(settings.keys))
            file.flush()
            os.fsync(file.fileno())


def tell_lost_keys(settings: Settings) -> str:
    """That the keys are missing or others, and what to do."""
    return _(
        "密钥 %(file)s 不见了，或者不是这个数据库的，没有启动，什么也没有改。把备份时另外收好的那一份放回来再启动。"
        "真的找不回来，才运行 keys replace：以后能用，但以前存的电话号码看不到了，要重新填。",
        file=settings.key_file,
    )


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
            *(partial.with_name(partial.name + end) for end in BESIDE),
        ):
            leftover.unlink(missing_ok=True)


@contextmanager
def told_plainly() -> Iterator[None]:
    """What a machine can do to a command is told in one sentence, and the command ends with 1."""
    try:
        yield
    except (OSError, DBAPIError, *OUT_OF_REACH, sqlite_module().Error) as error:
        if is_full(error):
            fail(_("磁盘满了，没有存。腾出一些空间再来一次。"))
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            fail(_("没有权限写 %(path)s。换一个文件夹，或让管电脑的人开权限。", path=error.filename))
        if isinstance(error, OSError):
            fail(_("没有办成：%(why)s", why=error))
        fail(_("数据库没有应答：%(why)s", why=str(getattr(error, "orig", error)).strip()))
    except UnfitKeys:
        fail(_("密钥 keys.json 读不出来，没有启动。把备份时另外收好的那一份放回来再启动。"))
    except NewerDatabase:
        fail(_("这份数据是更新的版本写的，这个版本打不开，什么也没有改。换上新的版本再来。"))


def tell_clock(found: Installation) -> str | None:
    """That the clock is far from what it was when somebody last did something here; None when it is not."""
    with found.database.reading() as db:
        latest = latest_line(db)
    now = found.now()
    if latest is None or latest <= now.believable <= latest + SILENT_FOR_LONG:
        return None
    told = latest.astimezone(ZoneInfo(found.settings.timezone))
    return _(
        "这台机器的钟是 %(now)s，最近一条记录却是 %(latest)s 的。钟不准就先调好，不然课表和登录都会错。",
        now=f"{now.instant.astimezone(told.tzinfo):%Y-%m-%d %H:%M}",
        latest=f"{told:%Y-%m-%d %H:%M}",
    )


def must_be_free(host: str, port: int) -> None:
    """The command ends with a sentence unless the port can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE or getattr(error, "winerror", 0) in (10013, 10048):
                fail(
                    _(
                        "端口 %(port)d 已经有程序在用。关掉它，或换一个端口，比如 %(other)d。",
                        port=port,
                        other=port + 1,
                    )
                )
            fail(_("不能在 %(host)s:%(port)d 上开服务：%(why)s", host=host, port=port, why=error.strerror))


def fail(sentence: str) -> NoReturn:
    """The command ends here: the sentence goes to stderr, the exit code is 1."""
    click.echo(sentence, err=True)
    raise SystemExit(1)
