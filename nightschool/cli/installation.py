"""What every command works on: the settings of this environment, and its database."""

import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import click

from nightschool.actions.notices.feeds import keep_identity
from nightschool.database import Database, migrate
from nightschool.queries.condition import feeds_known_by
from nightschool.rules.slots import Now
from nightschool.rules.typed import LONGEST_LINE, one_line, why_not_kept
from nightschool.sealing import Sealer
from nightschool.settings import Settings, from_environment
from nightschool.texts import _


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
    """The installation this environment describes. Nothing is migrated yet."""
    settings = from_environment(os.environ)
    database = Database(settings.database_url, sealer=Sealer(settings.keys.sealing))
    click.get_current_context().call_on_close(database.dispose)
    return Installation(settings, database)


def migrated_installation() -> Installation:
    """The same, its database at the newest revision."""
    found = this_installation()
    with told_plainly():
        migrate(found.database)
        with found.database.reading() as db:
            known_by = feeds_known_by(db)
        if not known_by:
            with found.database.writing() as db:
                keep_identity(db, address=found.settings.base_url)
    return found


@contextmanager
def told_plainly() -> Iterator[None]:
    """A full disk or a forbidden folder is told in one sentence, and the command ends with 1."""
    from sqlalchemy.exc import OperationalError

    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            fail(_("磁盘满了，没有存。腾出一些空间再来一次。"))
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            fail(_("没有权限写 %(path)s。换一个文件夹，或让管电脑的人开权限。", path=error.filename))
        raise
    except OperationalError as error:
        if "disk is full" in str(error):
            fail(_("磁盘满了，没有存。腾出一些空间再来一次。"))
        fail(_("数据库没有应答：%(why)s", why=str(error.orig).strip()))


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
