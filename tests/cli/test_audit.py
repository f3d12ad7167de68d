"""The trail is a chain: whoever changes, takes out or puts in a line is found, also with a backup when it was the last."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from nightschool.actions.records import note
from nightschool.actions.trust.chain import link_trail
from nightschool.actions.trust.keys import take_keys
from nightschool.cli import manifest
from nightschool.database import Database
from nightschool.migrations import guards as guards_of
from nightschool.models.trust import AuditEvent, TrailLink
from nightschool.queries.trust.chain import ChainEnd, chain_end, verify
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
from tests import factories
from tests.cli.test_backup import run, url_of
from tests.factories import NOW, SHIWAN

LINES = 6


@pytest.fixture
def written(database: Database) -> Iterator[Database]:
    """Six lines, linked, and the guards of the trail gone, as somebody with the database in hand can have them."""
    with database.writing() as db:
        for number in range(LINES):
            note(db, f"venue {number}", "venue.edit", by=SYSTEM, now=NOW, region_code=SHIWAN, fields=["地址"])
    assert link_trail(database) == LINES and link_trail(database) == 0
    guards = {
        name: statement
        for name, statement in (guards_of.SQLITE if database.is_sqlite else guards_of.POSTGRESQL).items()
        if name.startswith("audit_event")
    }
    on = "" if database.is_sqlite else " ON audit_event"
    changed(database, *(f"DROP TRIGGER {name}{on}" for name in guards))
    yield database
    changed(database, *guards.values())


def changed(database: Database, *statements: str) -> None:
    with database.writing() as db:
        for statement in statements:
            db.execute(text(statement))


def verdict(database: Database, *known: ChainEnd):
    with database.reading() as db:
        return verify(db, known)


def line(database: Database, number: int) -> int:
    with database.reading() as db:
        return db.get_one(TrailLink, number).audit_event_id


@pytest.mark.parametrize(
    "change",
    [
        {"action": "venue.edi7"},
        {"record": "venue 9"},
        {"region_code": None},
        {"at": NOW.instant + timedelta(microseconds=1)},
        {"details": {"fields": ["地扯"]}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_one_changed_byte_of_a_line_is_found(written: Database, change: dict) -> None:
    assert verdict(written).broken_at is None
    key = line(written, 3)
    with written.writing() as db:
        event = db.get_one(AuditEvent, key)
        for name, value in change.items():
            setattr(event, name, value)
    found = verdict(written)
    assert found.broken_at == 3 and found.head.number == 2


def test_a_line_taken_out_with_its_link_is_found(written: Database) -> None:
    key = line(written, 3)
    changed(written, "DELETE FROM trail_link WHERE number = 3", f"DELETE FROM audit_event WHERE id = {key}")
    assert verdict(written).broken_at == 3


def test_the_last_lines_taken_away_are_found_by_a_head_that_was_kept(written: Database) -> None:
    with written.reading() as db:
        kept = chain_end(db)
    key = line(written, LINES)
    changed(
        written, f"DELETE FROM trail_link WHERE number = {LINES}", f"DELETE FROM audit_event WHERE id = {key}"
    )
    assert verdict(written).broken_at is None
    assert verdict(written, kept).broken_at == LINES
    with written.writing() as db:
        note(db, "venue 7", "venue.edit", by=SYSTEM, now=NOW, region_code=SHIWAN)
    link_trail(written)  # it is as long again
    assert verdict(written, kept).broken_at == LINES


def test_lines_written_meanwhile_are_linked_whatever_their_numbers(database: Database) -> None:
    """A line gets its number before it is committed: it may come after later ones."""
    with database.writing() as db:
        for key in (5, 2):
            db.add(AuditEvent(id=key, at=NOW.instant, action="venue.edit", record=f"venue {key}", details={}))
            db.flush()
    assert link_trail(database) == 2
    with database.writing() as db:
        db.add(AuditEvent(id=3, at=NOW.instant, action="venue.edit", record="venue 3", details={}))
    assert verdict(database).unlinked == 1
    assert link_trail(database) == 1
    found = verdict(database)
    assert (found.broken_at, found.unlinked, found.head.number) == (None, 0, 3)


def test_the_command_tells_and_a_backup_keeps_where_the_chain_ended(
    database: Database, cast, tmp_path
) -> None:
    with database.writing() as db:
        take_keys(db, digester=Digester(factories.KEYS.signing), by=SYSTEM, now=NOW)
        note(db, "venue 1", "venue.edit", by=SYSTEM, now=NOW, region_code=SHIWAN)
    url, kept = url_of(database), tmp_path / "kept.db"
    answer = run("backup", str(kept), url=url, folder=tmp_path)
    assert answer.exit_code == 0, answer.output
    with database.reading() as db:
        assert db.get_one(TrailLink, manifest.head(kept).number).digest == manifest.head(kept).digest
    answer = run("audit", "verify", str(kept), url=url, folder=tmp_path)
    assert answer.exit_code == 0 and "行都和写下的时候一样。最后一行的指纹：" in answer.output
    changed(database, "UPDATE trail_link SET digest = 'f' WHERE number = 1")
    answer = run("audit", "verify", url=url, folder=tmp_path)
    assert answer.exit_code == 1 and "从第 1 行起和写下的时候不一样" in answer.output


def test_a_restored_chain_goes_on(database: Database, cast, tmp_path: Path) -> None:
    """From either database, for a backup is always one SQLite file."""
    with database.writing() as db:
        take_keys(db, digester=Digester(factories.KEYS.signing), by=SYSTEM, now=NOW)
        note(db, "venue 1", "venue.edit", by=SYSTEM, now=NOW, region_code=SHIWAN, fields=["地址"], n=2)
    kept, there = tmp_path / "kept.db", tmp_path / "there"
    run("backup", str(kept), url=url_of(database), folder=tmp_path)
    there.mkdir()
    url = f"sqlite:///{there / 'nightschool.db'}"
    assert run("restore", str(kept), url=url, folder=there).exit_code == 0
    answer = run("audit", "verify", str(kept), url=url, folder=there)
    assert answer.exit_code == 0, answer.output
