"""Keys that are missing, another installation's, or damaged; and single values that no longer open."""

import inspect
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select, text

from nightschool.cli import cli
from nightschool.database import Database
from nightschool.models import Base
from nightschool.models.people import Learner
from nightschool.queries.household_status import has_any, statuses_of
from nightschool.queries.trust.keys import SEALED
from nightschool.sealing import Sealer
from nightschool.settings import dump_keys, load_keys, new_keys, sqlite_url
from tests import factories


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, list(words), env={"NIGHTSCHOOL_DATA": str(folder)})


@pytest.fixture
def place(tmp_path: Path, installed: Database) -> Path:
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


def phones_of(place: Path) -> list[str]:
    """What stands in the database for each learner's phone, opened with the keys that are there now."""
    keys = load_keys((place / "keys.json").read_text())
    sealer = Sealer(keys.sealing, keys.marking)
    database = Database(sqlite_url(place / "nightschool.db"), sealer=sealer)
    with database.reading() as db:
        people = db.execute(select(Learner.public_id, Learner.phone).where(Learner.phone.is_not(None))).all()
        found = has_any(db, [one.public_id for one in people])
        assert len(found) == 1 and statuses_of(db, *found), "what is found by a mark is found still"
    database.dispose()
    return [sealer.open(one.phone, about=f"learner.phone:{one.public_id}") for one in people]


def test_keys_are_changed_in_step_and_killed_in_the_middle_nothing_is_lost(place: Path) -> None:
    keys = load_keys((place / "keys.json").read_text())
    sealer = Sealer(keys.sealing)
    database = Database(sqlite_url(place / "nightschool.db"), sealer=sealer)
    with database.writing() as db:
        factories.make_household_status(db, learner := db.scalars(select(Learner)).all()[-1])
        same = {c.key: getattr(learner, c.key) for c in Learner.__table__.c if c.key not in ("id", "phone")}
        names = [f"{number:022}" for number in range(1500)]
        db.execute(
            insert(Learner),
            [
                {
                    **same,
                    "public_id": one,
                    "phone": sealer.seal(f"139{one[-8:]}", about=f"learner.phone:{one}"),
                }
                for one in names
            ],
        )
    database.dispose()
    before = phones_of(place)
    assert run(place, "keys", "drop").exit_code == 0, "with one key there is nothing to throw away"
    assert "k2" in run(place, "keys", "add").output
    assert "1504 个是旧密钥" in run(place, "keys", "drop").output, (
        "phones, a kind of household, the key's mark"
    )

    environment = {**os.environ, "NIGHTSCHOOL_DATA": str(place)}
    rotating = subprocess.Popen([sys.executable, "-m", "nightschool", "keys", "rotate"], env=environment)
    watched = sqlite3.connect(f"file:{place / 'nightschool.db'}?mode=ro", uri=True, timeout=30)
    done = 0
    while not done and rotating.poll() is None:
        [done] = watched.execute("SELECT count(*) FROM learner WHERE phone LIKE 'k2.%'").fetchone()
    rotating.kill()
    rotating.wait()
    [done] = watched.execute("SELECT count(*) FROM learner WHERE phone LIKE 'k2.%'").fetchone()
    watched.close()
    assert 0 < done < 1502, "killed in the middle"
    assert phones_of(place) == before, "both keys open meanwhile"

    assert run(place, "keys", "rotate").exit_code == 0
    assert "重新加密了 0 个" in run(place, "keys", "rotate").output
    of_before = load_keys((place / "keys.json").read_text())
    assert "旧的签的还认" in run(place, "keys", "sign").output
    signing = load_keys((place / "keys.json").read_text())
    assert signing.that_sign[1:] == (of_before.signing,) and signing.signing == of_before.signing
    assert "只剩密钥 k2" in run(place, "keys", "drop").output
    left = load_keys((place / "keys.json").read_text())
    assert (list(left.sealing), left.that_sign) == (["k2"], signing.that_sign[:1])
    assert phones_of(place) == before
    assert run(place, "backup", str(place / "kept.db")).exit_code == 0
    for file in place.iterdir():
        if file.is_file():
            raw = file.read_bytes()
            assert b"1390000" not in raw and b"13800000000" not in raw and b"registered_poor" not in raw, file
            assert file.stat().st_mode & 0o077 == 0, file
            assert b"k1." not in raw or file.suffix != ".db", file


def test_every_column_with_something_sealed_is_known_to_the_change_of_keys() -> None:
    written = {f"{of.table.name}.{of.column.key}" for of in SEALED}
    marked = {
        f"{mapper.local_table.name}.{name}"
        for mapper in Base.registry.mappers
        for name, said in inspect.get_annotations(mapper.class_).items()
        if "Sealed" in str(said) or "bytes" in str(said)
    }
    assert marked - written == {"errand.content", "region_import.content", "sheet_photo.image"}
