"""The doctor tells what an installation is, and what to mend."""

import sys
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner

from nightschool.actions.trust.incidents import freeze
from nightschool.cli import cli
from nightschool.rules.access import SYSTEM
from nightschool.settings import dump_keys
from tests import factories


def doctor(folder, **environment: str):
    return CliRunner().invoke(cli, ["doctor"], env={"NIGHTSCHOOL_DATA": str(folder), **environment})


def test_new_installation_is_told_to_serve_first(tmp_path) -> None:
    told = doctor(tmp_path)
    assert told.exit_code == 1
    assert "运行 serve" in told.output


def test_folder_of_a_server_whose_keys_come_from_elsewhere_is_made_too(tmp_path) -> None:
    doctor(tmp_path / "new", NIGHTSCHOOL_KEYS=dump_keys(factories.KEYS))
    assert (tmp_path / "new").is_dir(), "erasures and room are looked for there"


def test_sound_installation_has_nothing_to_mend(tmp_path, installed) -> None:
    told = doctor(tmp_path)
    assert told.exit_code == 0, told.output
    for word in ("Python: 3.", "SQLite: 3.", "journal_mode=", "NIGHTSCHOOL_BASE_URL: http://127.0.0.1:8000"):
        assert word in told.output


def test_backup_is_asked_for_once_there_is_something_to_lose(tmp_path, installed) -> None:
    with installed.writing() as db:
        factories.make_places(db)
        factories.make_school(db)
    assert "没有备份" in doctor(tmp_path).output
    run = CliRunner().invoke(
        cli, ["backup", str(tmp_path / "copy.db")], env={"NIGHTSCHOOL_DATA": str(tmp_path)}
    )
    assert run.exit_code == 0, run.output
    told = doctor(tmp_path)
    assert told.exit_code == 0, told.output
    assert "上次备份: 20" in told.output


def test_what_waits_and_nobody_does_is_to_be_mended(tmp_path, installed) -> None:
    with installed.writing() as db:
        for minutes, turns in ((11, 0), (9, 0), (-1, 1)):
            due_at = factories.NOW.instant - timedelta(minutes=minutes)
            factories.make_errand(db, "rota", due_at=due_at, turns=turns)
    with time_machine.travel(factories.NOW.instant):
        assert "有 1 件事等了十分钟没有人做" in doctor(tmp_path).output
        with installed.writing() as db:
            freeze(db, why="查一查", by=SYSTEM, now=factories.NOW)
        assert "等了十分钟" not in doctor(tmp_path).output, "nobody may do it now"


def test_port_that_lets_in_more_than_the_proxy_is_to_be_mended(tmp_path) -> None:
    told = doctor(
        tmp_path,
        NIGHTSCHOOL_LISTEN="0.0.0.0:8000",
        NIGHTSCHOOL_BASE_URL="https://school.example",
        NIGHTSCHOOL_PROXY_HOPS="1",
    )
    assert "让它只听 127.0.0.1" in told.output


def test_secrets_are_not_printed(tmp_path) -> None:
    told = doctor(tmp_path, NIGHTSCHOOL_DATABASE_URL="postgresql://school:hush-hush@127.0.0.1:1/none")
    assert "hush-hush" not in told.output
    assert told.exit_code == 1 and "数据库连不上" in told.output


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_key_file_others_can_read_is_to_be_mended(tmp_path) -> None:
    factories.keep_keys(tmp_path)
    (tmp_path / "keys.json").chmod(0o644)
    assert "把权限改成 600" in doctor(tmp_path).output


def test_open_door_without_tls_is_to_be_mended(tmp_path) -> None:
    assert "https" in doctor(tmp_path, NIGHTSCHOOL_LISTEN="0.0.0.0:8000").output.split("\n\n")[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NIGHTSCHOOL_LISTEN", "127.0.0.1:port"),
        ("NIGHTSCHOOL_LISTEN", "127.0.0.1:99999"),
        ("NIGHTSCHOOL_BASE_URL", "ftp://school"),
        ("NIGHTSCHOOL_THREADS", "many"),
        ("NIGHTSCHOOL_PROXY_HOPS", "6"),
        ("NIGHTSCHOOL_LOG", "everything"),
        ("NIGHTSCHOOL_DATABASE_URL", "nonsense"),
        ("NIGHTSCHOOL_DATABASE_URL", "mysql://127.0.0.1/school"),
        ("NIGHTSCHOOL_TIMEZONE", "Mars/Base"),
        ("NIGHTSCHOOL_TIMEZONE", "../../etc/passwd"),
        ("NIGHTSCHOOL_KEYS", "{"),
        ("NIGHTSCHOOL_METRICS_TOKEN", "guessed"),
    ],
)
def test_unfit_setting_is_named(tmp_path, name: str, value: str) -> None:
    told = doctor(tmp_path, **{name: value})
    assert told.exit_code != 0
    assert name in str(told.exception) or "密钥" in told.output


@pytest.mark.parametrize(
    ("days", "is_told"), [(-1000, True), (-1, True), (0, False), (40, False), (1000, True)]
)
def test_a_clock_far_from_the_latest_record_is_told(tmp_path, installed, days: int, is_told: bool) -> None:
    environment = {"NIGHTSCHOOL_DATA": str(tmp_path)}
    with time_machine.travel(factories.NOW.instant):
        CliRunner().invoke(cli, ["accounts", "create", "--name", "王管理"], env=environment)
    with time_machine.travel(factories.later(days=days).instant):
        assert ("钟不准就先调好" in doctor(tmp_path).output) == is_told


def test_once_the_clock_is_right_again_nothing_is_told(tmp_path, installed) -> None:
    environment = {"NIGHTSCHOOL_DATA": str(tmp_path)}
    for days in (1000, 0):
        with time_machine.travel(factories.later(days=days).instant):
            CliRunner().invoke(cli, ["accounts", "create", "--name", "王管理"], env=environment)
    with time_machine.travel(factories.later(minutes=1).instant):
        assert "钟" not in doctor(tmp_path).output
