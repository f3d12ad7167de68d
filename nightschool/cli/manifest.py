"""The manifest inside a backup: how many rows each table has, where the trail's chain ends, and two digests, which
notice any changed bit.

The digests stand in one row of the file itself and are made with their own bytes as zeros: a plain one, and one with
the signing key, so that who changes a backup on purpose cannot make it fit again.
"""

import hashlib
import hmac
import mmap
from pathlib import Path
from typing import Any

from nightschool.database import sqlite_module
from nightschool.queries.trust.chain import ChainEnd

_MARKER = b"digests of this night school backup:"
_DIGESTS = 64
_TABLES = ("backup_rows", "backup_head", "backup_digests")


def write(path: Path) -> None:
    """The backup has its manifest, with room for the digests; `seal` fills them in when the file is closed."""
    connection = sqlite_module().connect(path)
    counts = _counts(connection)
    connection.execute("CREATE TABLE backup_rows (name TEXT PRIMARY KEY, rows INTEGER NOT NULL)")
    connection.executemany("INSERT INTO backup_rows VALUES (?, ?)", sorted(counts.items()))
    connection.execute("CREATE TABLE backup_head (number INTEGER NOT NULL, digest TEXT NOT NULL)")
    connection.execute(
        "INSERT INTO backup_head SELECT number, digest FROM trail_link ORDER BY number DESC LIMIT 1"
    )
    connection.execute("CREATE TABLE backup_digests (digests BLOB NOT NULL)")
    connection.execute("INSERT INTO backup_digests VALUES (?)", (_MARKER + bytes(_DIGESTS),))
    connection.commit()
    connection.close()


def seal(path: Path, signing: str) -> None:
    """The manifest says what the file's digests are; nothing may change in it from here on."""
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as content:
        at = content.rfind(_MARKER) + len(_MARKER)
        content[at : at + _DIGESTS] = _digests(content, at, signing)
        content.flush()


def problem(path: Path) -> str | None:
    """ "no_manifest" or "changed"; None for a file that is as it was when it was sealed."""
    told, found = _told_and_found(path, "")
    return "no_manifest" if not told else "changed" if told[:32] != found[:32] else None


def is_sealed_with(path: Path, signing: str) -> bool:
    """True when it was sealed with this signing key, and is as it was then."""
    told, found = _told_and_found(path, signing)
    return bool(told) and hmac.compare_digest(told, found)


def head(path: Path) -> ChainEnd:
    """Where the trail's chain ended when this backup was made; nowhere in one that is older than chains."""
    connection = sqlite_module().connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'backup_head'").fetchone():
            return ChainEnd()
        found = connection.execute("SELECT number, digest FROM backup_head").fetchone()
        return ChainEnd(*found) if found else ChainEnd()
    finally:
        connection.close()


def take_out(path: Path) -> bool:
    """The manifest is gone from this copy; False when the tables do not have as many rows as it says."""
    connection = sqlite_module().connect(path)
    try:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        if "backup_rows" not in tables:
            return True
        told = dict(connection.execute("SELECT name, rows FROM backup_rows").fetchall())
        for name in _TABLES:
            connection.execute(f"DROP TABLE IF EXISTS {name}")
        connection.commit()
        return told == _counts(connection)
    finally:
        connection.close()


def _told_and_found(path: Path, signing: str) -> tuple[bytes, bytes]:
    """The digests that the manifest tells, and those of the file as it is; nothing where there is no manifest."""
    if not path.stat().st_size:
        return b"", b""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.rfind(_MARKER) + len(_MARKER)
        if at < len(_MARKER):
            return b"", b""
        return content[at : at + _DIGESTS], _digests(content, at, signing)


def _counts(connection: Any) -> dict[str, int]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    )
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for (name,) in names.fetchall()
    }


def _digests(content: mmap.mmap, at: int, signing: str) -> bytes:
    """Both digests of the content with zeros from `at` on where they stand themselves."""
    plain = hashlib.sha256()
    view = memoryview(content)
    try:
        plain.update(view[:at])
        plain.update(bytes(_DIGESTS))
        plain.update(view[at + _DIGESTS :])
    finally:
        view.release()
    return plain.digest() + hmac.digest(signing.encode(), b"backup" + plain.digest(), "sha256")
