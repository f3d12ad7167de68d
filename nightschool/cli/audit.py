"""`audit`: whether the trail of who did what is still as it was written."""

from pathlib import Path

import click

from nightschool.actions.trust.chain import link_trail
from nightschool.cli import manifest
from nightschool.cli.installation import fail, this_installation, told_plainly
from nightschool.database import is_current
from nightschool.queries.trust.chain import verify as verified
from nightschool.texts import _


@click.group()
def audit() -> None:
    """The trail of who did what."""


@audit.command()
@click.argument("backups", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
def verify(backups: tuple[Path, ...]) -> None:
    """Make every link of the trail's chain anew; it must lead through where it ended in these BACKUPS.

    Without a backup nobody can tell that the newest lines were taken away. Ends with 1 where something was changed.
    """
    database = this_installation().database
    with told_plainly():
        if not is_current(database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
        link_trail(database)
        with database.reading() as db:
            found = verified(db, [manifest.head(one) for one in backups])
    if found.broken_at is not None:
        fail(_("从第 %(n)d 行起和写下的时候不一样：有人改过、删过或者插过。前面的都对。", n=found.broken_at))
    if found.unlinked:
        fail(_("有 %(n)d 行不在链上，不是系统写的。", n=found.unlinked))
    click.echo(
        _(
            "%(n)d 行都和写下的时候一样。最后一行的指纹：%(digest)s",
            n=found.head.number,
            digest=found.head.digest,
        )
    )
