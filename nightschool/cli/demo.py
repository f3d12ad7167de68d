"""`demo`: a dozen night schools around today, on a small database of its own, with accounts to try them."""

import json
import os
import shutil
from pathlib import Path

import click

from nightschool.actions.tallies import count_the_first_time
from nightschool.cli.installation import (
    Installation,
    arriving,
    fail,
    keep_keys,
    must_be_free,
    open_database,
    told_plainly,
)
from nightschool.cli.serve import run
from nightschool.database import Database, migrate
from nightschool.sealing import Sealer
from nightschool.settings import Settings, from_environment, sqlite_url
from nightschool.texts import _

_FOLDER = "demo-data"
_LEAST_FREE_MEGABYTES = 50


@click.command()
@click.option(
    "--port", default=8000, type=click.IntRange(1, 65535), show_default=True, help="Where to listen."
)
@click.option("--fresh", is_flag=True, help="Start over with new demo data.")
def demo(port: int, fresh: bool) -> None:
    """Serve a demonstration on http://127.0.0.1:PORT. A second start keeps what was entered."""
    must_be_free("127.0.0.1", port)
    folder = Path(os.environ.get("NIGHTSCHOOL_DATA") or _FOLDER).resolve()
    if fresh:
        _start_over(folder)
    with told_plainly():
        settings = _settings(folder, port)
        database = open_database(settings)
        if not Path(database.url.database or "").exists():
            keep_keys(settings)
            _build(settings, folder)
        migrate(database)
        count_the_first_time(database)
        passwords = _passwords(Installation(settings, database), folder)

    from nightschool.web.app import create_app

    app = create_app(settings, database)
    click.echo()
    click.echo(_("农民夜校（示范）开着：%(address)s（按 Ctrl+C 停下）", address=settings.base_url))
    click.echo(_("示范的人和事都是编的，村名和区划代码是真的。登录名和密码："))
    for login_name, (who, password) in passwords.items():
        click.echo(f"  {login_name:<10}{password:<16}{who}")
    run(app, settings, database)


def _settings(folder: Path, port: int) -> Settings:
    return from_environment(
        {
            "NIGHTSCHOOL_DATA": str(folder),
            "NIGHTSCHOOL_DATABASE_URL": sqlite_url(folder / "nightschool.db"),
            "NIGHTSCHOOL_LISTEN": f"127.0.0.1:{port}",
            "NIGHTSCHOOL_LOG": "warnings",
            "NIGHTSCHOOL_SECOND_FACTOR": "nobody",  # the accounts to try are printed with their passwords
        }
    )


def _start_over(folder: Path) -> None:
    """Only a folder that a demonstration made is taken away."""
    if not folder.exists():
        return
    if not (folder / "demo-accounts.json").exists():
        fail(_("%(folder)s 不是示范用的文件夹，不删它。", folder=folder))
    shutil.rmtree(folder)


def _build(settings: Settings, folder: Path) -> None:
    """The demonstration database stands whole, or not at all."""
    if shutil.disk_usage(folder).free < _LEAST_FREE_MEGABYTES * 1024**2:
        fail(_("磁盘满了，没有存。腾出一些空间再来一次。"))
    from nightschool.cli import demo_data

    with arriving(folder / "nightschool.db") as partial:
        database = Database(sqlite_url(partial), sealer=Sealer(settings.keys.sealing))
        migrate(database)
        accounts = demo_data.build(Installation(settings, database), say=click.echo)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        database.dispose()
        _write_secret(folder / "demo-accounts.json", accounts)


def _passwords(installation: Installation, folder: Path) -> dict[str, tuple[str, str]]:
    """Login name -> (who, password), the passwords as NIGHTSCHOOL_DEMO_PASSWORD says when it is set."""
    from nightschool.cli import demo_data

    path = folder / "demo-accounts.json"
    if not path.exists():
        fail(_("%(folder)s 里没有示范的账号。加 --fresh，或换一个文件夹。", folder=folder))
    accounts = {
        name: (who, password) for name, (who, password) in json.loads(path.read_text("utf-8")).items()
    }
    wanted = os.environ.get("NIGHTSCHOOL_DEMO_PASSWORD", "")
    if wanted and any(password != wanted for _who, password in accounts.values()):
        demo_data.set_passwords(installation, dict.fromkeys(accounts, wanted))
        accounts = {name: (who, wanted) for name, (who, _old) in accounts.items()}
        _write_secret(path, accounts)
    return accounts


def _write_secret(path: Path, accounts: dict[str, tuple[str, str]]) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
