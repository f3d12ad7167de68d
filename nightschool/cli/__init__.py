"""The command line: `nightschool ...` once installed, `python3 run.py ...` from a checkout."""

import locale
import os
import sys

import click

from nightschool.cli.accounts import accounts
from nightschool.cli.audit import audit
from nightschool.cli.backup import backup, restore, restored
from nightschool.cli.demo import demo
from nightschool.cli.digests import digests
from nightschool.cli.doctor import doctor
from nightschool.cli.export import export
from nightschool.cli.incident import incident
from nightschool.cli.keys import keys
from nightschool.cli.regions import regions
from nightschool.cli.retention import retention
from nightschool.cli.serve import serve, work
from nightschool.cli.tallies import tallies
from nightschool.errors import ConfigurationError
from nightschool.texts import SOURCE_LANGUAGE, set_language


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Nightschool, the course manager for farmers' night schools."""
    os.umask(0o077)  # nobody else on this machine reads what any command makes


for command in (
    serve,
    work,
    demo,
    doctor,
    regions,
    accounts,
    backup,
    restore,
    restored,
    keys,
    tallies,
    export,
    digests,
    audit,
    incident,
    retention,
):
    cli.add_command(command)


def main() -> None:
    """Runs one command; what is wrong with the settings is one sentence, not a traceback."""
    set_language(_language())
    try:
        cli()
    except ConfigurationError as error:
        click.echo(f"nightschool: {error}", err=True)
        sys.exit(2)


def _language() -> str:
    """English where the terminal is set to it, else Chinese."""
    chosen = os.environ.get("NIGHTSCHOOL_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    code = (chosen or locale.getlocale()[0] or "").lower()
    return "en" if code.startswith("en") else SOURCE_LANGUAGE
