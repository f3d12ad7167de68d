"""Keys that are missing, another installation's, or damaged; and single values that no longer open."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from nightschool.cli import cli
from nightschool.database import Database
from nightschool.sealing import Sealer
from nightschool.settings import dump_keys, load_keys, new_keys, sqlite_url
from tests import factories


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), env={"NIGHTSCHOOL_DATA": str(folder)})


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An installation that has been started, with two learners whose phones are known."""
    assert run(tmp_path, "accounts", "create", "--name", "王管理").exit_code == 0
    keys = tmp_path / "keys.json"
    (tmp_path / "kept.json").write_bytes(keys.read_bytes())
    sealer = Sealer(load_keys(keys.read_text()).sealing)
    database = Database(sqlite_url(tmp_path / "nightschool.db"), sealer=sealer)
    with database.writing() as db:
        factories.make_places(db)
        for name in ("刘国富", "王秀英"):
            learner = factories.make_learner(db, name=name)
            learner.phone = sealer.seal("13800000000", about=f"learner.phone:{learner.public_id}")
    database.dispose()
    return tmp_path


@pytest.mark.parametrize(
    "how", ["gone", "another installation's", "another's signing key", "empty", "damaged"]
)
@pytest.mark.parametrize(
    "words",
    [
        ("serve",),
        ("accounts", "create", "--name", "李"),
        ("regions", "successor", "1", "2", "--day", "2026-01-01"),
    ],
)
def test_nothing_starts_without_the_database_s_own_keys(
    place: Path, how: str, words: tuple[str, ...]
) -> None:
    keys = place / "keys.json"
    match how:
        case "gone":
            keys.unlink()
        case "another installation's":
            keys.write_text(dump_keys(new_keys()))
        case "another's signing key":
            keys.write_text(keys.read_text().replace('"signing": "', '"signing": "x'))
        case "empty":
            keys.write_text("")
        case "damaged":
            keys.write_bytes(keys.read_bytes()[:-20])
    before = keys.read_bytes() if keys.exists() else None
    refused = run(place, *words)
    assert refused.exit_code != 0 and isinstance(refused.exception, SystemExit), refused.output
    assert "keys.json" in refused.output and "放回来" in refused.output
    assert (keys.read_bytes() if keys.exists() else None) == before
    told = run(place, "doctor")
    assert told.exit_code != 0 and "放回来" in told.output
    keys.write_bytes((place / "kept.json").read_bytes())
    assert run(place, "accounts", "create", "--name", "李").exit_code == 0


def test_keys_that_are_lost_for_good_can_be_replaced(place: Path) -> None:
    (place / "keys.json").unlink()
    replaced = run(place, "keys", "replace", "--yes")
    assert replaced.exit_code == 0 and "看不到的号码有 2 个" in replaced.output
    assert run(place, "accounts", "create", "--name", "李").exit_code == 0
    told = run(place, "doctor")
    assert "learner 里有 2 个存着的值坏了" in told.output


def test_a_single_value_that_is_damaged_stops_nothing_and_the_doctor_finds_it(place: Path) -> None:
    database = Database(sqlite_url(place / "nightschool.db"), sealer=factories.SEALER)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE learner SET phone = 'k1.AAAA' WHERE name = '刘国富'"))
    database.dispose()
    assert run(place, "accounts", "create", "--name", "李").exit_code == 0
    assert "learner 里有 1 个存着的值坏了" in run(place, "doctor").output


def test_the_mark_itself_can_be_damaged_without_shutting_out_the_right_keys(place: Path) -> None:
    database = Database(sqlite_url(place / "nightschool.db"), sealer=factories.SEALER)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE key_mark SET sealed = 'k1.AAAA'"))
    database.dispose()
    assert run(place, "accounts", "create", "--name", "李").exit_code == 0
