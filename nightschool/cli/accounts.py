"""`accounts`: the first administrator, and help for whoever has lost a password, from the server's own command line."""

import click
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts as actions
from nightschool.actions.trust.hashing import hash_password, stolen_passwords
from nightschool.actions.trust.second_factor import take_away
from nightschool.cli.installation import Installation, Line, fail, migrated_installation, told_plainly
from nightschool.errors import NotAllowed, NotFound, Refused
from nightschool.queries.places.places import names_of
from nightschool.queries.trust import trust
from nightschool.rules.access import SYSTEM, Role
from nightschool.rules.regions import ancestors_of, full_code
from nightschool.rules.trust import passwords
from nightschool.rules.trust.accounts import normalised_login_name, tell_refusal
from nightschool.rules.trust.slips import grouped
from nightschool.sealing import Digester
from nightschool.texts import _


@click.group()
def accounts() -> None:
    """Accounts, for whoever holds the server."""


@accounts.command()
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.SYSTEM_ADMINISTRATOR.value
)
@click.option(
    "--region", default="", help="A division code of 2, 4, 6, 9 or 12 digits; none for system_administrator."
)
@click.option(
    "--login", "login_name", type=Line(), default="", help="The login name; none: made from the name."
)
@click.option("--name", "display_name", type=Line(), prompt=_("姓名"), help="What the person is called.")
@click.option("--title", type=Line(), default="", help="The person's post, such as village clerk.")
@click.option(
    "--password", "asks", is_flag=True, help="Ask for a password now instead of printing a one-time code."
)
def create(role: str, region: str, login_name: str, display_name: str, title: str, asks: bool) -> None:
    """Create an account, and print the one-time code that lets its owner set a password."""
    installation = migrated_installation()
    region_code, password_hash = _region(region), None
    if asks:
        with told_plainly(), installation.database.reading() as db:
            around = names_of(db, (region_code, *ancestors_of(region_code)) if region_code else ())
        password_hash = hash_password(_asked_password(login_name, display_name, *around.values()))
    with told_plainly(), installation.database.writing() as db:
        try:
            made = actions.create_account(
                db,
                login_name=login_name,
                display_name=display_name,
                role=Role(role),
                region_code=region_code,
                title=title,
                password_hash=password_hash,
                by=SYSTEM,
                now=installation.now(),
            )
        except (NotFound, NotAllowed):
            fail(_("没有代码是 %(code)s 的地方；系统管理员不要写地方，别的职责都要写。", code=region or "—"))
        except Refused as refusal:
            fail(tell_refusal(refusal))
        slip = None if asks else _new_slip(installation, db, made.public_id)
    click.echo(_("账号开好了。登录名：%(name)s", name=made.login_name))
    if slip is not None:
        _print(installation, slip)


@accounts.command()
@click.argument("login_name")
def slip(login_name: str) -> None:
    """Print a new one-time code for an account whose owner has lost the password."""
    installation = migrated_installation()
    with told_plainly(), installation.database.writing() as db:
        try:
            made = _new_slip(installation, db, _called(db, login_name))
        except Refused as refusal:
            fail(tell_refusal(refusal))
    _print(installation, made)


@accounts.command()
@click.argument("login_name")
def password(login_name: str) -> None:
    """Ask for a new password of an account; every device it is logged in on is out."""
    installation = migrated_installation()
    with told_plainly(), installation.database.reading() as db:
        known = trust.names_around(db, login_name)
    new_hash = hash_password(_asked_password(login_name, *known))
    with told_plainly(), installation.database.writing() as db:
        actions.set_password(
            db,
            account=_called(db, login_name),
            new_hash=new_hash,
            by=SYSTEM,
            now=installation.now(),
        )
    click.echo(_("密码改好了。"))


@accounts.command()
@click.argument("login_name")
def second_off(login_name: str) -> None:
    """Ask for no code any more of an account whose owner has lost both phone and recovery slip."""
    installation = migrated_installation()
    with told_plainly(), installation.database.writing() as db:
        try:
            take_away(db, account=_called(db, login_name), by=SYSTEM, now=installation.now())
        except Refused as refusal:
            fail(tell_refusal(refusal))
    click.echo(_("手机验证码取消了，登录着的设备都退出了。用密码登录，再设一次。"))


def _region(typed: str) -> str | None:
    if not typed:
        return None
    try:
        return full_code(typed)
    except ValueError:
        fail(_("「%(typed)s」不是区划代码。区划代码是 2、4、6、9 或 12 位数字。", typed=typed))


def _asked_password(login_name: str, *known: str) -> str:
    typed: str = click.prompt(_("密码"), hide_input=True, confirmation_prompt=True)
    if problem := passwords.problem_of(
        typed, normalised_login_name(login_name), own=known, stolen=stolen_passwords()
    ):
        fail(passwords.tell_problem(problem))
    return typed


def _called(db: Session, login_name: str) -> str:
    account = trust.account_called(db, login_name)
    if account is None:
        fail(_("没有登录名是 %(name)s 的账号。", name=login_name))
    return account


def _new_slip(installation: Installation, db: Session, account: str) -> actions.Slip:
    return actions.make_slip(
        db,
        account=account,
        digester=Digester(installation.settings.keys.signing),
        by=SYSTEM,
        now=installation.now(),
    )


def _print(installation: Installation, made: actions.Slip) -> None:
    click.echo(_("登录码：%(code)s（14 天内能用一次，只显示这一次）", code=grouped(made.code)))
    click.echo(_("在 %(address)s 用它定下密码。", address=f"{installation.settings.base_url}/login/slip"))
