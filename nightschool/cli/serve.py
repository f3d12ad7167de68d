"""`serve`: the real thing on the operator's database; `work`: what it does after its answers, by itself."""

from contextlib import suppress
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING

import click
from sqlalchemy.exc import SQLAlchemyError

from nightschool.actions.trust.chain import link_trail
from nightschool.cli.installation import migrated_installation, must_be_free, tell_clock, this_installation
from nightschool.database import OUT_OF_REACH, Database
from nightschool.settings import Settings
from nightschool.texts import _

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option(
    "--no-errands", is_flag=True, help="Leave tables, rotas and lists to other servers and to `work`."
)
def serve(no_errands: bool) -> None:
    """Migrate the database and serve the pages. Settings come from the environment; see doctor."""
    settings = this_installation().settings
    must_be_free(settings.listen_host, settings.listen_port)
    installation = migrated_installation()

    from nightschool.web.app import create_app

    if installation.database.is_alone:
        click.echo(_("磁盘满了：课表照常能看，什么也存不上。腾出地方就好，不用重新启动。"), err=True)
    if sentence := tell_clock(installation):
        click.echo(sentence, err=True)
    app = create_app(installation.settings, installation.database)
    click.echo(_("农民夜校开着：%(address)s（按 Ctrl+C 停下）", address=settings.base_url))
    run(app, settings, installation.database, does_errands=not no_errands)


@click.command()
def work() -> None:
    """Do what was asked for on pages and takes longer than an answer, beside the servers. Any number may run."""
    installation = migrated_installation()

    from nightschool.web.app import create_app
    from nightschool.web.site import errands, logs

    logs.start(installation.settings.log)
    app = create_app(installation.settings, installation.database)
    click.echo(_("等着做表格、排课和导入（按 Ctrl+C 停下）"))
    with suppress(KeyboardInterrupt):
        app.extensions[errands.ERRANDS].run()


def run(app: "Flask", settings: Settings, database: Database, *, does_errands: bool = True) -> None:
    """Answers until it is stopped, and tells on stderr how it went: one JSON object a line. Meanwhile every minute what
    was done is linked into the trail's chain, and what waits to be done after an answer is done here.
    """
    from nightschool.web.site import errands, logs
    from nightschool.web.site.server import make_server

    logs.start(settings.log)
    Thread(target=_link, args=(database,), daemon=True).start()
    if does_errands:
        app.extensions[errands.ERRANDS].start()
    make_server(app, settings).run()


def _link(database: Database) -> None:
    while True:
        with suppress(*OUT_OF_REACH, SQLAlchemyError):  # the next minute, then
            link_trail(database)
        sleep(60)
