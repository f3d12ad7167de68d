"""Backup and restore: everything comes back, nothing that is there is ever put over."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, text

from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models import Base
from nightschool.settings import dump_keys, sqlite_url
from tests import factories
from tests.factories import make_course, make_learner, make_register, make_session


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
        phone = factories.SEALER.seal("13800000000", about="learner.phone:x")
        make_register(db, held, cast.chen, present=(make_learner(db, phone=phone).id,), total=31)
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
def test_backup_of_one_database_is_restored_into_the_other(filled, tmp_path, request) -> None:
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
    assert refused.exit_code == 1 and "不是完好的夜校备份" in refused.output
    assert not target.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # its online copy is what is at stake
def test_backup_while_somebody_writes_holds_what_was_committed(filled, tmp_path) -> None:
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
        assert factories.SEALER.open(sealed, about="learner.phone:x") == "13800000000"
    again.dispose()
    assert b"13800000000" not in copy.read_bytes()
