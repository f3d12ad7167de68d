"""Analysts get a region's classes and marks without a name; and sums are counted anew by a command."""

import csv
import sys
from datetime import timedelta

import duckdb
import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select

from nightschool.cli import cli
from nightschool.models.tallies import RegionTally
from nightschool.models.trust import AuditEvent
from nightschool.queries.oversight.analysts import age_band
from tests import factories
from tests.factories import SHIWAN, TODAY


def told(folder, *words: str):
    return CliRunner().invoke(cli, list(words), env={"NIGHTSCHOOL_DATA": str(folder)})


@pytest.fixture
def installation(tmp_path, installed):
    with installed.writing() as db:
        cast = factories.make_cast(db)
        people = [
            factories.make_learner(db, name=name, sex=sex, birth_year=born)
            for name, sex, born in (
                ("陈大秀", "female", 1961),
                ("刘二强", "male", 1958),
                ("周三妹", None, None),
            )
        ]
        course = factories.make_course(db, title="=柑橘")
        for ago in (3, 10):
            held = factories.make_session(db, course, TODAY - timedelta(days=ago))
            factories.make_register(db, held, cast.chen, present=tuple(one.id for one in people))
    return tmp_path, installed


@pytest.mark.parametrize("has_duckdb", [True, False])
def test_a_county_is_written_out_for_analysts_without_a_name(installation, monkeypatch, has_duckdb) -> None:
    folder, database = installation
    if not has_duckdb:
        monkeypatch.setitem(sys.modules, "duckdb", None)
    out = folder / "out"
    assert told(folder, "export", "511002000000", str(out)).exit_code == 0
    with database.reading() as db:
        assert list(db.scalars(select(AuditEvent.action)))[-1:] == ["exports.analysts"]
    files = sorted(out.iterdir())
    assert [one.suffix for one in files] == [".parquet" if has_duckdb else ".csv"] * 2
    written = b"".join(one.read_bytes() for one in files)
    for name in ("陈大秀", "刘二强", "周三妹", "1961", "1958", "0832"):
        assert name.encode() not in written
    if has_duckdb:
        found = duckdb.sql(
            f"SELECT village, count(*), count(DISTINCT person) FROM '{out}/marks.parquet'"
            f" JOIN '{out}/classes.parquet' USING (class_session) WHERE mark = 'present' GROUP BY village"
        ).fetchall()
        assert found == [(SHIWAN, 6, 3)]
        return
    with open(out / "marks.csv", encoding="utf-8-sig") as file:
        ages = [row["age"] for row in csv.DictReader(file)]
    assert sorted(set(ages)) == ["", "60-69"]
    with open(out / "classes.csv", encoding="utf-8-sig") as file:
        assert {row["title"] for row in csv.DictReader(file)} == {"'=柑橘"}


def test_what_cannot_be_written_out_is_said(installation) -> None:
    folder, _database = installation
    assert "没有代码是" in told(folder, "export", "999999000000", str(folder / "out")).output
    assert "已经有了" in told(folder, "export", "511002000000", str(folder)).output


def test_sums_that_differ_are_told_and_counted_anew(installation) -> None:
    folder, database = installation
    assert told(folder, "tallies", "--check").exit_code == 0
    with database.writing() as db:
        db.execute(delete(RegionTally).where(RegionTally.level == "city"))
    found = told(folder, "tallies", "--check")
    assert found.exit_code == 1 and "0 次课、4 个合计" in found.output
    assert told(folder, "tallies").exit_code == 0
    assert told(folder, "tallies", "--check").exit_code == 0


def test_ages_are_told_in_bands() -> None:
    born = {None: "", 2015: "<18", 2007: "18-19", 1990: "30-39", 1966: "60-69", 1940: "80+"}
    assert {year: age_band(year, TODAY) for year in born} == born
