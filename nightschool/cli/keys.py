"""`keys`: what to do when the keys of a database are lost for good."""

import click

from nightschool.actions.trust.keys import take_keys
from nightschool.cli.installation import keep_keys, this_installation, told_plainly
from nightschool.database import migrate
from nightschool.queries.trust.keys import unreadable
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
from nightschool.texts import _


@click.group()
def keys() -> None:
    """The keys by which telephone numbers are sealed."""


@keys.command()
@click.confirmation_option(prompt="Telephone numbers sealed with lost keys can never be read again. Go on?")
def replace() -> None:
    """Let the database belong to the keys that are here now, or to new ones where there are none."""
    found = this_installation()
    with told_plainly():
        if not found.settings.keys.are_kept:
            keep_keys(found.settings)
            found = this_installation()
        migrate(found.database)
        with found.database.writing() as db:
            take_keys(db, digester=Digester(found.settings.keys.signing), by=SYSTEM, now=found.now())
            lost = sum(unreadable(db).values())
    click.echo(_("密钥换好了。看不到的号码有 %(n)d 个，要重新填；没用过的登录单要重新打。", n=lost))
