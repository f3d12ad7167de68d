"""`retention`: what is kept no longer than it is of use goes; for a timer each night, and to be looked at before."""

from collections import Counter

import click

from nightschool.actions.people.erasures import keep_beside
from nightschool.actions.people.retention import forget_logins, forget_person, forget_status
from nightschool.cli.installation import migrated_installation, told_plainly
from nightschool.queries.people.retention import due
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
from nightschool.texts import _


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what is due, village by village, and change nothing.")
def retention(dry_run: bool) -> None:
    """Forget kinds of households a year after the last class, and learners three years after they left."""
    found = migrated_installation()
    digester = Digester(found.settings.keys.signing)
    with told_plainly():
        with found.database.reading() as db:
            now_due = due(db, today=found.now().day)
        for village, number in Counter(one.village for one in now_due.statuses).items():
            click.echo(_("户类，最后一次上课已经一年：%(village)s %(n)d 人", village=village, n=number))
        for village, number in Counter(one.village for one in now_due.people).items():
            click.echo(_("不再来已经三年：%(village)s %(n)d 人", village=village, n=number))
        if dry_run:
            click.echo(_("只是看看，什么也没有删。"))
            return
        # One by one: who is interrupted goes on with what is left, and nobody waits for long.
        for one in now_due.statuses:
            with found.database.writing() as db:
                forget_status(db, one, by=SYSTEM, now=found.now())
        for one in now_due.people:
            with found.database.writing() as db:
                forget_person(db, one, digester=digester, by=SYSTEM, now=found.now())
        with found.database.writing() as db:
            logins = forget_logins(db, now=found.now())
        with found.database.reading() as db:
            keep_beside(found.settings.erased_file, db)
        found.database.settle()
    click.echo(
        _(
            "删了：户类 %(statuses)d 人，学员 %(people)d 人，早就退出的登录 %(logins)d 个。",
            statuses=len(now_due.statuses),
            people=len(now_due.people),
            logins=logins,
        )
    )
