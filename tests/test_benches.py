"""Every bench still runs to its end: on a small database, once round, and without a look at what it measured."""

from pathlib import Path

import pytest

from bench import (
    at_once,
    deliveries,
    dispatch,
    oversight,
    people_list,
    planning,
    public_pages,
    region_posters,
    region_year,
    scale,
    staff_pages,
)
from bench._data import regions_of
from nightschool.database import Database, migrate
from nightschool.settings import sqlite_url
from nightschool.web.app import PACKAGE
from tests.factories import SEALER

REGIONS = regions_of(PACKAGE / "data" / "regions-neijiang-2017.csv")


def test_planning_is_measured_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    planning.run("sqlite", REGIONS, 12, 2, None)
    assert "a good day in a month" in capsys.readouterr().out


def test_scale_is_measured_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    scale.run("sqlite", REGIONS, 12, 4)
    assert "county figures" in capsys.readouterr().out


@pytest.mark.parametrize("bench", [public_pages, staff_pages])
def test_pages_are_measured_to_their_end(
    bench: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.run("SQLite", sqlite_url(tmp_path / "bench.db"), 2, 1, 60)  # type: ignore[attr-defined]
    assert "SQLite" in capsys.readouterr().out


def test_deliveries_are_measured_to_their_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert deliveries.measure("SQLite", sqlite_url(tmp_path / "bench.db"), tmp_path, 70)
    assert "1 kills" in capsys.readouterr().out


def test_phones_that_send_at_once_are_measured_to_their_end(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at_once.measure("SQLite", sqlite_url(tmp_path / "bench.db"), tmp_path, 4, 2)
    assert capsys.readouterr().out.count("  0  limit 0") == 2


def test_a_regions_year_is_measured_to_its_end(tmp_path: Path) -> None:
    assert region_year.measure("SQLite", sqlite_url(tmp_path / "bench.db"), 1)


def test_a_list_of_people_is_measured_to_its_end(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "bench.db"), sealer=SEALER)
    assert people_list.measure(database, 30)
    database.dispose()


def test_the_view_from_above_is_measured_to_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    oversight.run("sqlite", REGIONS, 12, 2)
    assert "0 classes and 0 sums otherwise" in capsys.readouterr().out


def test_posters_of_a_region_are_measured_to_their_end(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "bench.db"), sealer=SEALER)
    migrate(database)
    assert region_posters.measure(database, 21)
    database.dispose()


def test_rotas_are_measured_to_their_end(capsys: pytest.CaptureFixture[str]) -> None:
    limits = dispatch.Limits()
    dispatch.sizes(limits, 24, 1, 100, 60)
    dispatch.township(limits, 12, 1, 2)
    dispatch.reasons(limits, 1)
    dispatch.circuits(limits, 6, 1, 0.2)
    assert "flow: below the proven best" in capsys.readouterr().out
