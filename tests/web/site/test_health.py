"""`/healthz` for whoever watches an installation."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from nightschool.actions.trust.backups import note_backup
from nightschool.rules.access import SYSTEM
from tests.factories import later

Usage = namedtuple("Usage", "total used free")


def test_a_sound_installation_tells_its_room_and_that_it_was_never_backed_up(client, statements) -> None:
    statements.clear()
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json["status"] == answer.json["database"] == "ok"
    assert answer.json["backup_age_hours"] is None
    assert answer.json["free_megabytes"] > 50
    assert answer.headers["Cache-Control"] == "no-store"
    assert len(statements) == 1


def test_the_age_of_the_newest_backup_is_told_in_hours(client, database) -> None:
    with database.writing() as db:
        note_backup(db, size_bytes=10, by=SYSTEM, now=later(days=-9))
        note_backup(db, size_bytes=12, by=SYSTEM, now=later(hours=-30, minutes=-59))
    assert client.get("/healthz").json["backup_age_hours"] == 30


@pytest.mark.both_databases
def test_a_backup_of_the_future_is_not_believed(client, database) -> None:
    with database.writing() as db:
        note_backup(db, size_bytes=10, by=SYSTEM, now=later(days=-9))
        note_backup(db, size_bytes=12, by=SYSTEM, now=later(days=1000))
    assert client.get("/healthz").json["backup_age_hours"] == 9 * 24


def test_a_full_disk_is_not_healthy(client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9, 10 * 1024**2))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"], answer.json["free_megabytes"]) == (503, "failing", 10)


def test_administrators_are_told_before_the_disk_is_full(
    cast, browser_of, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(cast.region_administrator)
    assert "磁盘快满了" not in browser.get("/admin/511002000000").text
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9, 300 * 1024**2))
    assert "磁盘快满了，只剩 300 MB" in browser.get("/admin/511002000000").text
    assert "磁盘" not in browser_of(cast.chen).get("/desk", follow_redirects=True).text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_does_not_answer_is_told(client, database) -> None:
    database.dispose()
    Path(database.url.database).write_bytes(b"no database at all" * 100)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["database"]) == (503, "unreachable")
