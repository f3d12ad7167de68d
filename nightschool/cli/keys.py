"""`keys`: another key in step, while everything goes on; and what to do when the keys are lost for good."""

import os
import secrets
from dataclasses import replace as changed

import click

from nightschool.actions.trust.keys import note_rotated, seal_anew, take_keys
from nightschool.cli.installation import (
    Installation,
    fail,
    keep_keys,
    migrated_installation,
    this_installation,
    told_plainly,
)
from nightschool.database import migrate
from nightschool.queries.trust.keys import SEALED, sealed_values, unreadable
from nightschool.rules.access import SYSTEM
from nightschool.sealing import KEY_BYTES, Digester
from nightschool.settings import Keys, dump_keys
from nightschool.texts import _


@click.group()
def keys() -> None:
    """The keys by which telephone numbers are sealed, and cookies and addresses signed."""


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


@keys.command()
def add() -> None:
    """Add a key, with which everything new is sealed once the servers are started again. Older ones still open."""
    found = migrated_installation()
    kept = found.settings.keys
    number = max((int(name[1:]) for name in kept.sealing if name[1:].isdigit()), default=0) + 1
    sealing = {**kept.sealing, f"k{number}": secrets.token_bytes(KEY_BYTES)}
    _write(found, changed(kept, sealing=sealing))
    click.echo(
        _(
            "加好了密钥 k%(n)d。把 %(file)s 拷到每台服务器，都重新启动，再运行 keys rotate。",
            n=number,
            file=found.settings.key_file,
        )
    )


@keys.command()
def sign() -> None:
    """Sign cookies and addresses with another key. What the one before has signed is taken until `drop`."""
    found = migrated_installation()
    kept = found.settings.keys
    before = kept.addressing or (kept.signing,)
    _write(found, changed(kept, addressing=(*before, secrets.token_urlsafe(KEY_BYTES))))
    with told_plainly(), found.database.writing() as db:
        note_rotated(db, action="keys.signing", values=1, by=SYSTEM, now=found.now())
    click.echo(
        _(
            "以后用新的密钥签名，旧的签的还认。把 %(file)s 拷到每台服务器，都重新启动；过一个月再运行 keys drop。",
            file=found.settings.key_file,
        )
    )


@keys.command()
def rotate() -> None:
    """Seal everything anew with the newest key. Interrupted, it goes on where it was when it is run again."""
    found, total = migrated_installation(), 0
    with told_plainly():
        for of in SEALED:
            while True:
                with found.database.writing() as db:
                    done = seal_anew(db, of)
                if not done:
                    break
                total += done
        with found.database.writing() as db:
            note_rotated(db, action="keys.rotated", values=total, by=SYSTEM, now=found.now())
        found.database.settle()
    click.echo(_("用新密钥重新加密了 %(n)d 个。旧密钥还留着，确定都换完了再运行 keys drop。", n=total))


@keys.command()
def drop() -> None:
    """Throw away all keys but the newest, once nothing is sealed with them. Backups of before need the old file.

    Addresses and cookies that an older key has signed are taken no more.
    """
    found = migrated_installation()
    sealer = found.database.sealer
    with told_plainly(), found.database.reading() as db:
        old = sum(
            sealer.can_renew(value.sealed, about=value.about)
            for of in SEALED
            for value in sealed_values(db, of)
        )
    if old:
        fail(_("还有 %(n)d 个是旧密钥加密的，没有删。先运行 keys rotate。", n=old))
    kept = found.settings.keys
    newest = next(reversed(dict(kept.sealing)))
    sealing = {newest: kept.sealing[newest]}
    _write(found, Keys(kept.signing, sealing, sealer.marking, kept.addressing[-1:]))
    with told_plainly(), found.database.writing() as db:
        note_rotated(db, action="keys.dropped", values=len(kept.sealing) - 1, by=SYSTEM, now=found.now())
    click.echo(
        _("只剩密钥 %(name)s 了。以前的备份要用旧的密钥文件才读得全，和备份一起到期再销毁。", name=newest)
    )


def _write(found: Installation, kept: Keys) -> None:
    """The key file has these keys; it is never there by halves, and the one before lies beside it."""
    if os.environ.get("NIGHTSCHOOL_KEYS"):
        fail(_("密钥在环境变量 NIGHTSCHOOL_KEYS 里，命令改不了。先改成用文件。"))
    file = found.settings.key_file
    before, fresh = file.with_suffix(".before.json"), file.with_suffix(".new")
    for path, content in ((before, file.read_text("utf-8")), (fresh, dump_keys(kept))):
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    fresh.replace(file)
