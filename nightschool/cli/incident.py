"""`incident`: what whoever holds the server does when something has happened to people's data."""

import csv
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click

from nightschool.actions.trust import incidents
from nightschool.cli.installation import Installation, Line, fail, this_installation, told_plainly
from nightschool.database import is_current
from nightschool.errors import Refused
from nightschool.queries.trust import trust
from nightschool.queries.trust.incidents import open_rosters, touched_people
from nightschool.rules.access import SYSTEM
from nightschool.rules.trust.trail import tell
from nightschool.texts import _

_HARMLESS = "'"


@click.group()
def incident() -> None:
    """When something has happened: nothing changes any more, and who is concerned."""


@incident.command()
@click.option("--why", type=Line(), prompt=_("为什么"), help="A line for whoever reads it later; no names.")
def freeze(why: str) -> None:
    """Take nothing in, let nobody in and end every login on every device. Villagers go on reading; logs are kept."""
    installation = _installed()
    with told_plainly():
        try:
            with installation.database.writing() as db:
                incidents.freeze(db, why=why, by=SYSTEM, now=installation.now())
        except Refused:
            click.echo(_("本来就停着。再请一遍还登录着的人退出。"))
        with installation.database.writing() as db:
            logins = incidents.send_everybody_out(db, by=SYSTEM, now=installation.now())
    click.echo(
        _(
            "停下了：谁也登录不了，什么也存不上，课表照常能看。退出了 %(n)d 台设备，没用过的登录单都作废了。"
            "手机里没发出来的点名还在手机里。查清楚了，运行 incident thaw。",
            n=logins,
        )
    )


@incident.command()
def thaw() -> None:
    """Let people in again and take in what they do."""
    installation = _installed()
    with told_plainly(), installation.database.writing() as db:
        try:
            incidents.thaw(db, by=SYSTEM, now=installation.now())
        except Refused:
            fail(_("没有停着。"))
    click.echo(_("恢复了。各人重新登录。"))


@incident.command()
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; none: today.")
@click.option("--login", default="", help="Only what this account did.")
def affected(since: datetime, until: datetime | None, login: str) -> None:
    """Write a table (CSV) of the people whose data was looked up or changed in that time, by this account or anybody.

    Looking at a list is not on the trail: with --login, the places whose lists it could read are told beside it.
    """
    installation = _installed()
    zone = ZoneInfo(installation.settings.timezone)
    first = since.replace(tzinfo=zone)
    end = (until.replace(tzinfo=zone) if until else installation.now().instant) + timedelta(days=1)
    with told_plainly(), installation.database.reading() as db:
        account_id = trust.key_of_account(db, login) if login else None
        if login and account_id is None:
            fail(_("没有登录名是「%(name)s」的账号。", name=login))
        found = touched_people(db, since=first, until=end, account_id=account_id)
        rosters = open_rosters(db, account_id, since=first, until=end) if account_id is not None else ()
    out = csv.writer(sys.stdout)
    out.writerow([_("什么时候"), _("哪里"), _("谁"), _("做了什么"), _("和谁有关")])
    for one in found:
        who = one.who or _("系统")
        said = tell(one.action, one.details, who=who, what=one.name, today=installation.now().day)
        name = one.name or _("已经删除的人")
        cells = (f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}", one.place, who, said, name)
        out.writerow([_HARMLESS + cell if cell[:1] in "=+-@" else cell for cell in cells])
    for roster in rosters:
        click.echo(
            _(
                "这个账号那段时间还能打开%(place)s的花名册，一共 %(n)d 人；看没看，没有记录。",
                place=roster.name,
                n=roster.people,
            ),
            err=True,
        )


def _installed() -> Installation:
    installation = this_installation()
    with told_plainly():
        if not is_current(installation.database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
    return installation
