"""`serve`: the real thing on the operator's database."""

from wsgiref.types import WSGIApplication

import click

from nightschool.cli.installation import migrated_installation, must_be_free, this_installation
from nightschool.settings import Settings
from nightschool.texts import _


@click.command()
def serve() -> None:
    """Migrate the database and serve the pages. Settings come from the environment; see doctor."""
    settings = this_installation().settings
    must_be_free(settings.listen_host, settings.listen_port)
    installation = migrated_installation()

    from nightschool.web.app import create_app

    app = create_app(installation.settings, installation.database)
    click.echo(_("农民夜校开着：%(address)s（按 Ctrl+C 停下）", address=settings.base_url))
    run(app, settings)


def run(app: WSGIApplication, settings: Settings) -> None:
    """Answers until it is stopped, and tells on stderr how it went: one JSON object a line."""
    from nightschool.web.site import logs
    from nightschool.web.site.server import make_server

    logs.start(settings.log)
    make_server(logs.with_request_lines(app), settings).run()
