"""`doctor`: what this installation is, and what to mend."""

import platform
import stat
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import version

import click
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from nightschool.cli.installation import Installation, tell_clock, tell_lost_keys, this_installation
from nightschool.database import is_current, sqlite_is_fit_for_wal, sqlite_module
from nightschool.formats.pdf import PAPER_PACKAGES
from nightschool.formats.spoken_sound import SPEAKER, speaker
from nightschool.queries.condition import first_school, last_backup
from nightschool.queries.errands import errands_waiting
from nightschool.queries.trust.incidents import is_frozen
from nightschool.queries.trust.keys import keys_fit, unreadable
from nightschool.sealing import Digester
from nightschool.settings import PREFIX
from nightschool.texts import _

_PACKAGES = (
    "flask", "sqlalchemy", "wtforms", "alembic", "uvicorn", "cryptography", "argon2-cffi", *PAPER_PACKAGES
)  # fmt: skip
_LEAST_FREE_MEGABYTES = 500
_BACKUP_EVERY = timedelta(days=8)
_WAITS_LONG = timedelta(minutes=10)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
def doctor() -> None:
    """Tell versions, settings, free space and keys; ends with 1 when there is something to mend."""
    installation = this_installation()
    for name, value in facts(installation):
        click.echo(f"{name}: {value}")
    mends = list(to_mend(installation))
    click.echo()
    for sentence in mends:
        click.echo(_("要处理：%(what)s", what=sentence))
    if not mends:
        click.echo(_("都好，没有要处理的。"))
    raise SystemExit(1 if mends else 0)


def facts(installation: Installation) -> Iterator[tuple[str, str]]:
    """Name and value of everything worth knowing; no secret among them."""
    settings, database = installation.settings, installation.database
    yield "nightschool", _version_of("nightschool")
    yield "Python", f"{platform.python_version()} ({sys.executable})"
    for package in _PACKAGES:
        yield package, _version_of(package)
    yield SPEAKER, speaker() or "-"
    yield "SQLite", f"{sqlite_module().sqlite_version} ({sqlite_module().__name__}), {_journal()}"
    yield PREFIX + "DATA", str(settings.data_folder)
    yield PREFIX + "DATABASE_URL", database.url.render_as_string(hide_password=True)
    yield PREFIX + "READ_URL", make_url(settings.read_url).render_as_string() if settings.read_url else "-"
    yield PREFIX + "BASE_URL", settings.base_url
    yield PREFIX + "LISTEN", f"{settings.listen_host}:{settings.listen_port}"
    yield PREFIX + "TIMEZONE", settings.timezone
    yield PREFIX + "THREADS", str(settings.threads)
    yield PREFIX + "PROXY_HOPS", str(settings.proxy_hops)
    yield PREFIX + "LOG", settings.log
    yield PREFIX + "SECOND_FACTOR", settings.second_factor
    yield PREFIX + "METRICS_TOKEN", "***" if settings.metrics_token else "-"
    yield PREFIX + "SMTP_URL", f"{settings.mail.host}:{settings.mail.port}" if settings.mail else "-"
    yield PREFIX + "KEYS", ", ".join(settings.keys.sealing)
    yield _("空余磁盘"), f"{installation.settings.free_megabytes} MB"
    yield _("数据库"), _database_state(installation)
    yield _("上次备份"), _last_backup(installation)


def to_mend(installation: Installation) -> Iterator[str]:
    """One sentence a thing that should be mended."""
    settings, database = installation.settings, installation.database
    if database.is_sqlite and not sqlite_is_fit_for_wal():
        yield _("SQLite 太旧，只能用较慢的写法。装上 pysqlite3，或换新一点的 Python。")
    if installation.settings.free_megabytes < _LEAST_FREE_MEGABYTES:
        yield _("磁盘快满了，至少留出 500 MB。")
    if "-" in map(_version_of, PAPER_PACKAGES):
        yield _(
            "做 PDF 要的 %(packages)s 没装全，只能从网页打印。重新安装一遍。",
            packages=" ".join(PAPER_PACKAGES),
        )
    key_file = settings.key_file
    if key_file.exists() and sys.platform != "win32" and stat.S_IMODE(key_file.stat().st_mode) & 0o077:
        yield _("密钥文件 %(path)s 别人也能读。把权限改成 600。", path=key_file)
    if not settings.is_https and settings.listen_host not in _LOOPBACK:
        yield _("别的电脑能连进来，但地址不是 https。前面加一层 https，再写好 NIGHTSCHOOL_BASE_URL。")
    if settings.proxy_hops and settings.listen_host not in _LOOPBACK:
        yield _(
            "前面有代理，可是别的电脑也能直接连到 %(where)s，能冒充任何来源。让它只听 127.0.0.1。",
            where=settings.listen_host,
        )
    try:
        if not is_current(database):
            yield _("数据库还没建好或版本旧。运行 serve 会自动升级。")
            return
        if _is_backup_due(installation):
            yield _("一个多星期没有备份了。运行 backup FILE，把文件放到别的机器上。")
        with database.reading() as db:
            waiting = errands_waiting(db, since=installation.now().instant - _WAITS_LONG)
            if waiting and not is_frozen(db):  # where nothing is to change they wait rightly
                yield _(
                    "有 %(n)d 件事等了十分钟没有人做：表格、排课、导入。开不带 --no-errands 的 serve，或者开 work。",
                    n=waiting,
                )
        if sentence := tell_clock(installation):
            yield sentence
        yield from _sealed_to_mend(installation)
    except SQLAlchemyError as error:
        yield _("数据库连不上：%(why)s", why=str(error.__cause__ or error).strip())


def _sealed_to_mend(installation: Installation) -> Iterator[str]:
    """Every sealed value is opened."""
    with installation.database.reading() as db:
        if not installation.settings.keys.are_kept or not keys_fit(
            db, Digester(installation.settings.keys.signing)
        ):
            yield tell_lost_keys(installation.settings)
            return
        for kind, count in unreadable(db).items():
            yield _(
                "%(table)s 里有 %(n)d 个存着的值坏了，打不开；页面上写着『号码看不到』，重新填一次就好。",
                table=kind,
                n=count,
            )


def _version_of(package: str) -> str:
    """The installed version, or a dash when it runs from a checkout."""
    try:
        return version(package)
    except ModuleNotFoundError:
        return "-"


def _last_backup(installation: Installation) -> str:
    try:
        with installation.database.reading() as db:
            made = last_backup(db, now=installation.now())
    except SQLAlchemyError:
        return "-"
    return f"{made:%Y-%m-%d %H:%M} UTC" if made else _("还没有过")


def _is_backup_due(installation: Installation) -> bool:
    """True when there is something to lose and the last copy of it is old."""
    with installation.database.reading() as db:
        made = last_backup(db, now=installation.now())
        if made is not None:
            return installation.now().instant - made > _BACKUP_EVERY
        first = first_school(db)
    return first is not None and installation.now().day - first > _BACKUP_EVERY


def _journal() -> str:
    return "WAL" if sqlite_is_fit_for_wal() else "DELETE"


def _database_state(installation: Installation) -> str:
    try:
        with installation.database.reading() as db:
            if installation.database.is_sqlite:
                return f"SQLite, journal_mode={db.scalar(text('PRAGMA journal_mode'))}"
            return f"PostgreSQL {db.scalar(text('SHOW server_version'))}"
    except SQLAlchemyError:
        return _("连不上")
