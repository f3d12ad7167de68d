"""Backup and restore: everything comes back, nothing that is there is ever put over."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from nightschool.actions.people.erasures import erase
from nightschool.actions.trust.keys import take_keys
from nightschool.cli import cli, manifest
from nightschool.database import Database, alembic_config
from nightschool.models import Base
from nightschool.models.attendance import Mark
from nightschool.models.people import Learner
from nightschool.queries.trust.trust import login_by_token
from nightschool.rules.access import SYSTEM
from nightschool.sealing import Digester
from nightschool.settings import dump_keys, sqlite_url
from tests import factories
from tests.factories import NOW, make_course, make_learner, make_register, make_session

LEARNER = "x" * 22


def run(*words: str, url: str, folder: Path) -> Result:
    environment = {
        "NIGHTSCHOOL_DATABASE_URL": url,
        "NIGHTSCHOOL_DATA": str(folder),
        "NIGHTSCHOOL_KEYS": dump_keys(factories.KEYS),
    }
    return CliRunner().invoke(cli, list(words), env=environment)


def url_of(database: Database) -> str:
    if database.is_sqlite:
        return sqlite_url(Path(database.url.database or ""))
    return database.url.render_as_string(hide_password=False)


def everything(database: Database) -> dict[str, list[tuple]]:
    """All rows but those that say that a backup was made, which come after it."""
    with database.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in ("backup_made", "audit_event")
        }


@pytest.fixture
def filled(database, cast) -> Database:
    """A school with a course, a postponed session and a register."""
    with database.writing() as db:
        course = make_course(db, teachers=(cast.teacher,))
        successor = make_session(db, course, teachers=(cast.teacher,))
        make_session(db, course, starts=600, ends=660, status="postponed", successor_id=successor.id)
        held = make_session(db, course, starts=700, ends=760)
        phone = factories.SEALER.seal("13800000000", about=f"learner.phone:{LEARNER}")
        learner = make_learner(db, phone=phone, public_id=LEARNER)
        make_register(db, held, cast.chen, present=(learner.id,), total=31)
        take_keys(db, digester=Digester(factories.KEYS.signing), by=SYSTEM, now=NOW)
    return database


def test_everything_comes_back_from_a_backup(filled, tmp_path) -> None:
    copy = tmp_path / "copy" / "monday.db"
    saved = run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    assert saved.exit_code == 0, saved.output
    target = tmp_path / "new" / "nightschool.db"
    restored = run("restore", str(copy), url=sqlite_url(target), folder=tmp_path)
    assert restored.exit_code == 0, restored.output
    again = Database(sqlite_url(target), sealer=factories.SEALER)
    assert everything(again) == everything(filled)
    again.dispose()
    assert list(copy.parent.iterdir()) == [copy]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the other way round is the case above
def test_backup_of_one_database_is_restored_into_the_other_and_back(filled, tmp_path, request) -> None:
    copy = tmp_path / "monday.db"
    assert run("backup", str(copy), url=url_of(filled), folder=tmp_path).exit_code == 0
    from tests.conftest import empty

    target: Database = request.getfixturevalue("postgresql")
    empty(target)
    restored = run("restore", str(copy), url=url_of(target), folder=tmp_path)
    assert restored.exit_code == 0, restored.output
    assert everything(target) == everything(filled)
    with target.writing() as db:  # numbering goes on after the restored rows
        make_venue = factories.make_venue(db, name="院坝")
        assert make_venue.id > 2
    there, back = tmp_path / "tuesday.db", sqlite_url(tmp_path / "back.db")
    assert run("backup", str(there), url=url_of(target), folder=tmp_path).exit_code == 0
    assert run("restore", str(there), url=back, folder=tmp_path).exit_code == 0
    again = Database(back, sealer=factories.SEALER)
    assert everything(again) == everything(target)
    again.dispose()


def test_backup_never_goes_over_a_file(filled, tmp_path) -> None:
    copy = tmp_path / "monday.db"
    copy.write_bytes(b"mine")
    refused = run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    assert refused.exit_code == 1 and "换一个名字" in refused.output
    assert copy.read_bytes() == b"mine"


def test_restore_never_goes_over_a_school(filled, tmp_path) -> None:
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    before = everything(filled)
    refused = run("restore", str(copy), url=url_of(filled), folder=tmp_path)
    assert refused.exit_code == 1 and "不会盖掉" in refused.output
    assert everything(filled) == before


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_truncated_backup_is_refused_and_leaves_nothing(filled, tmp_path, part) -> None:
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    broken = tmp_path / "broken.db"
    content = copy.read_bytes()
    broken.write_bytes(content[: int(len(content) * part)])
    target = tmp_path / "new.db"
    refused = run("restore", str(broken), url=sqlite_url(target), folder=tmp_path)
    assert refused.exit_code == 1 and ("备份以后变过" in refused.output or "没有备份的清单" in refused.output)
    assert not target.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # its online copy is what is at stake
def test_backup_while_somebody_writes_holds_what_was_committed(filled, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("nightschool.database.LONGEST_WAIT", 0.1)  # to write down that a backup was made
    with filled.writing() as db:
        make_learner(db, name="刘国富")
        db.flush()
        saved = run("backup", str(tmp_path / "open.db"), url=url_of(filled), folder=tmp_path)
        assert saved.exit_code == 0, saved.output
    copy = Database(sqlite_url(tmp_path / "open.db"), sealer=factories.SEALER)
    with copy.reading() as db:
        assert db.scalar(text("SELECT count(*) FROM learner")) == 1
    copy.dispose()


def test_sealed_phone_opens_after_restoring_with_the_same_keys(filled, tmp_path) -> None:
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    shutil.copy(copy, tmp_path / "again.db")
    again = Database(sqlite_url(tmp_path / "again.db"), sealer=factories.SEALER)
    with again.reading() as db:
        sealed = db.scalar(text("SELECT phone FROM learner"))
        assert factories.SEALER.open(sealed, about=f"learner.phone:{LEARNER}") == "13800000000"
    again.dispose()
    assert b"13800000000" not in copy.read_bytes()


@pytest.mark.one_database
def test_who_was_erased_after_a_backup_is_erased_again_when_it_is_restored(filled, tmp_path) -> None:
    run("backup", str(tmp_path / "kept.db"), url=url_of(filled), folder=tmp_path)
    aside = tmp_path / "aside.db"
    with sqlite3.connect(filled.url.database or "") as source, sqlite3.connect(aside) as copy:
        source.backup(copy)
    digester = Digester(factories.KEYS.signing)
    with filled.writing() as db:
        for learner in db.scalars(select(Learner)).all():
            erase(db, learner=learner.public_id, why="asked", digester=digester, by=SYSTEM, now=NOW)
    assert run("backup", str(tmp_path / "later.db"), url=url_of(filled), folder=tmp_path).exit_code == 0
    beside = tmp_path / "erased.txt"
    assert beside.stat().st_mode & 0o077 == 0 and LEARNER not in beside.read_text()
    restored = sqlite_url(tmp_path / "again.db")
    told = run("restore", str(tmp_path / "kept.db"), url=restored, folder=tmp_path)
    assert "又删了一次" in told.output
    told = run("restored", url=sqlite_url(aside), folder=tmp_path)  # what was put back by other means
    assert told.exit_code == 0 and "又删了一次" in told.output and "以前的登录都已经退出" in told.output
    for url in (restored, sqlite_url(aside)):
        with Database(url, sealer=factories.SEALER).reading() as db:
            names = db.scalars(select(Learner.name)).all()
            assert names and all(name.startswith("××") for name in names)
            assert db.scalars(select(Mark.status)).all(), "they count as before"
    nothing = run("restore", str(tmp_path / "later.db"), url=sqlite_url(tmp_path / "b.db"), folder=tmp_path)
    assert "又删了" not in nothing.output


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backup_in_which_one_bit_has_changed_is_refused_and_leaves_nothing(filled, tmp_path) -> None:
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    whole = copy.read_bytes()
    place = tmp_path / "new"
    place.mkdir()
    for seed in range(12):
        content, chance = bytearray(whole), random.Random(seed)
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        copy.write_bytes(content)
        refused = run("restore", str(copy), url=sqlite_url(place / "new.db"), folder=tmp_path)
        assert refused.exit_code == 1 and len(refused.output.splitlines()) == 1
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_backup_changed_on_purpose_by_who_has_no_keys_is_refused(filled, tmp_path) -> None:
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE account SET display_name = '别人'")
    connection.close()
    manifest.seal(copy, "another signing key, of whoever changed it")
    refused = run("restore", str(copy), url=sqlite_url(tmp_path / "new.db"), folder=tmp_path)
    assert refused.exit_code == 1 and "备份以后变过" in refused.output
    assert not (tmp_path / "new.db").exists()


def any_database(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


@pytest.mark.parametrize("words", [(), ("--without-manifest",)])
def test_any_other_database_is_no_backup(tmp_path, words) -> None:
    found = any_database(
        tmp_path / "found.db",
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('0004')",
    )
    refused = run(
        "restore", str(found), *words, url=sqlite_url(tmp_path / "new.db"), folder=tmp_path / "data"
    )
    assert refused.exit_code == 1 and not (tmp_path / "new.db").exists()
    assert "Traceback" not in refused.output and isinstance(refused.exception, SystemExit)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_database_of_a_newer_version_is_left_alone_by_every_command(filled, tmp_path) -> None:
    with filled.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    filled.dispose()
    place = Path(filled.url.database or "")
    for words in (["accounts", "create", "--name", "王"], ["serve"], ["keys", "replace", "--yes"]):
        refused = run(*words, url=url_of(filled), folder=tmp_path)
        assert refused.exit_code == 1 and "更新的版本" in refused.output
    with filled.engine.begin() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head()})
    copy = tmp_path / "newer.db"
    assert run("backup", str(copy), url=url_of(filled), folder=tmp_path).exit_code == 0
    any_database(copy, "UPDATE alembic_version SET version_num = '9999'")
    manifest.seal(copy, factories.KEYS.signing)
    refused = run("restore", str(copy), url=sqlite_url(tmp_path / "new" / "new.db"), folder=tmp_path)
    assert refused.exit_code == 1 and "更新的版本" in refused.output
    assert list((tmp_path / "new").iterdir()) == [] and place.exists()


def head() -> str:
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""


def test_restoring_ends_every_login_of_before(filled, cast, tmp_path) -> None:
    token = factories.make_login(filled, cast.chen)
    copy = tmp_path / "monday.db"
    run("backup", str(copy), url=url_of(filled), folder=tmp_path)
    restored = run("restore", str(copy), url=sqlite_url(tmp_path / "new.db"), folder=tmp_path)
    assert restored.exit_code == 0 and "以前的登录都已经退出" in restored.output
    for database, is_in in (
        (filled, True),
        (Database(sqlite_url(tmp_path / "new.db"), sealer=factories.SEALER), False),
    ):
        with database.reading() as db:
            assert (login_by_token(db, token, now=NOW) is not None) == is_in
        database.dispose()


def test_backup_onto_a_full_disk_is_one_sentence_and_leaves_nothing(filled, tmp_path) -> None:
    if not Path("/dev/full").exists() or os.geteuid():
        pytest.skip("needs a small disk of its own")
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]).returncode:
        pytest.skip("this machine cannot mount one")
    try:
        refused = run("backup", str(small / "monday.db"), url=url_of(filled), folder=tmp_path)
        assert refused.exit_code == 1 and "磁盘满了" in refused.output
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_nobody_else_can_read_what_commands_make(tmp_path) -> None:
    old = os.umask(0o022)
    try:
        folder = tmp_path / "data"
        environment = {"NIGHTSCHOOL_DATA": str(folder)}
        CliRunner().invoke(cli, ["accounts", "create", "--name", "王管理"], env=environment)
        (folder / "nightschool.db").chmod(0o644)  # as an earlier version left it
        CliRunner().invoke(cli, ["backup", str(tmp_path / "copy" / "monday.db")], env=environment)
        made = [path for where in (folder, tmp_path / "copy") for path in where.rglob("*")]
        assert len(made) >= 3
        assert [path.name for path in made if path.is_file() and path.stat().st_mode & 0o077] == []
    finally:
        os.umask(old)
