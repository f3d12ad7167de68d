"""`tallies`: what supervisors' figures are added up from is counted anew, or only compared with a new count."""

import click

from nightschool.actions.tallies import recount_all
from nightschool.cli.installation import fail, this_installation, told_plainly
from nightschool.database import is_current
from nightschool.texts import _


@click.command()
@click.option(
    "--check", is_flag=True, help="Change nothing; end with 1 where a new count finds something else."
)
def tallies(check: bool) -> None:
    """Count all classes anew, city by city, and tell how much stood otherwise. Others may go on working."""
    database = this_installation().database
    with told_plainly():
        if not is_current(database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
        found = recount_all(database, only_look=check)
    click.echo(
        _(
            "重新数了一遍：%(classes)d 次课、%(sums)d 个合计对不上。",
            classes=found.class_sessions,
            sums=found.sums,
        )
    )
    if found and not check:
        click.echo(_("已经改成新数的。"))
    raise SystemExit(1 if found and check else 0)
