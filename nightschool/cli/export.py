"""`export`: the classes and marks of a region for analysts, in DuckDB, Excel or whatever reads CSV; nobody is named."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from nightschool.actions.oversight.exports import note_for_analysts
from nightschool.cli.installation import fail, this_installation, told_plainly
from nightschool.database import is_current
from nightschool.models.places import Region
from nightschool.queries.oversight.analysts import (
    CLASS_COLUMNS,
    MARK_COLUMNS,
    classes_to_analyse,
    marks_to_analyse,
)
from nightschool.rules.access import SYSTEM
from nightschool.texts import _


@click.command()
@click.argument("region")
@click.argument("folder", type=click.Path(path_type=Path))
def export(region: str, folder: Path) -> None:
    """Write the classes and marks of REGION (12 digits) into a new FOLDER: Parquet where DuckDB is, else CSV."""
    installation = this_installation()
    database = installation.database
    with told_plainly():
        if not is_current(database):
            fail(_("数据库还没建好或版本旧。运行 serve 会自动升级。"))
        with database.reading() as db:
            if db.get(Region, region) is None:
                fail(_("没有代码是 %(code)s 的地方。", code=region))
            if folder.exists():
                fail(_("%(file)s 已经有了，不会盖掉它。换一个名字。", file=folder))
            folder.mkdir(parents=True)
            _write(folder / "classes.csv", CLASS_COLUMNS, classes_to_analyse(db, region))
            _write(folder / "marks.csv", MARK_COLUMNS, marks_to_analyse(db, region))
        with database.writing() as db:
            note_for_analysts(db, region, by=SYSTEM, now=installation.now())
    try:
        import duckdb
    except ImportError:
        click.echo(_("写好了：%(folder)s。装上 duckdb 再来，就是 Parquet。", folder=folder))
        return
    for file in sorted(folder.glob("*.csv")):
        table = duckdb.read_csv(
            str(file), dtype={"village": "VARCHAR", "reason": "VARCHAR"} if file.stem == "classes" else None
        )
        table.write_parquet(str(file.with_suffix(".parquet")))
        file.unlink()
    click.echo(_("写好了：%(folder)s。", folder=folder))


def _write(file: Path, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    # With the mark by which Excel knows UTF-8. No cell begins like a formula: a title is what somebody typed.
    with open(file, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_harmless(value) for value in row])


def _harmless(value: Any) -> Any:
    return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value
