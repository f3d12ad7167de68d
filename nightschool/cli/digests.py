"""`digests`: the weekly digest of every officer who asked for it goes out by mail, once; for a timer each Monday."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import click
from sqlalchemy.orm import Session

from nightschool.actions.trust.accounts import mark_mailed
from nightschool.cli.installation import fail, this_installation, told_plainly
from nightschool.database import is_current
from nightschool.queries.trust.trust import MailedReader, awaiting_mail
from nightschool.rules.seasons.periods import Period, tell_period, week_of
from nightschool.settings import MailServer, Settings
from nightschool.texts import _
from nightschool.web.oversight.digests import told_weeks

_SECONDS = 30  # to wait for the mail server


@click.command()
def digests() -> None:
    """Mail last week's digest to every officer who asked for it and has not had it. Ends with 1 where one failed."""
    installation = this_installation()
    database, settings = installation.database, installation.settings
    if settings.mail is None:
        fail(_("没有设邮件服务器，什么也没有寄。写好 NIGHTSCHOOL_SMTP_URL 和 NIGHTSCHOOL_MAIL_FROM。"))
    today = installation.now().day
    week = week_of(today).before
    sent, failed = 0, 0
    with told_plainly():
        if not is_current(database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
        with database.reading() as db:
            letters = [
                (reader, _letter(db, reader, week, settings, today))
                for reader in awaiting_mail(db, through=week.last, today=today)
                if reader.region_codes and reader.address
            ]
        try:
            for reader, letter in letters:
                with _connected(settings.mail) as server:
                    try:
                        server.send_message(letter)
                    except smtplib.SMTPRecipientsRefused:  # this one alone
                        failed += 1
                        continue
                with database.writing() as db:
                    mark_mailed(db, reader.account_id, through=week.last)
                sent += 1
        except smtplib.SMTPException as error:
            fail(_("寄出了 %(sent)d 封，后面的邮件服务器不收：%(why)s", sent=sent, why=error))
    click.echo(_("寄出了 %(sent)d 封，没有寄成的 %(failed)d 封。", sent=sent, failed=failed))
    raise SystemExit(1 if failed else 0)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A conversation with the mail server. What it is told stays between the two wherever it can be sealed, and a
    password is never said in the open.
    """
    known = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=known)
        if server.is_sealed
        else smtplib.SMTP(server.host, server.port, timeout=_SECONDS)
    ) as connection:
        if not server.is_sealed and (server.user or connection.has_extn("starttls")):
            connection.starttls(context=known)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _letter(db: Session, reader: MailedReader, week: Period, settings: Settings, today: date) -> EmailMessage:
    assert settings.mail is not None
    told = [one for region in reader.region_codes for one in told_weeks(db, region, [week], today=today)]
    parts = [f"{one.words}\n{settings.base_url}/overview/{one.overview.code}/digest" for one in told]
    letter = EmailMessage()
    letter["From"], letter["To"] = settings.mail.sender, reader.address
    letter["Subject"] = _(
        "%(place)s农民夜校周报 %(week)s", place=told[0].overview.name, week=tell_period(week)
    )
    letter["Date"], letter["Message-ID"] = (
        formatdate(),
        make_msgid(domain=settings.mail.sender.partition("@")[2]),
    )
    letter.set_content("\n\n".join([*parts, _("不想收了，打开上面的网址，把邮箱清空。")]))
    return letter
