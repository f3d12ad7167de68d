"""A list of 20,000 people: how long its preview takes, and how fast files that are made to hurt are refused.

    python -m bench.people_list [--short]

The list is a workbook as a village hands it in, with names, groups, heads of households, birth years, identity numbers
and phones; read, kept and looked through on SQLite, taken in, and looked through once more beside all of them. Each
hostile file is read as an upload is. Told are seconds by the clock and of a processor; of the files, also how much
memory their process took. Exits with 1 where a preview takes 10 s or more, or a file 2 s of a processor or 200 MB.
`--short`: 2,000 people.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from nightschool.actions.people.lists import begin_list, keep_list, learn_names, take_list
from nightschool.database import Database, migrate
from nightschool.formats.people_lists import likely_columns, read_sheets
from nightschool.queries.people.lists import looked_through, people_list
from nightschool.rules.people.lists import ListedPerson
from nightschool.sealing import Sealer
from nightschool.settings import new_keys, sqlite_url
from tests.factories import NOW, SHIWAN, make_cast

MOST_SECONDS, MOST_SECONDS_REFUSED, MOST_MEGABYTES = 10, 2, 200
HEADS = ("序号", "姓名", "组", "户主", "性别", "出生年月", "身份证号", "联系电话")
SHEET = "xl/worksheets/sheet1.xml"
_OF_ONE_FILE = (
    "import resource, sys, time\n"
    "from nightschool.formats.child import run_child\n"
    "data, began = sys.stdin.buffer.read(), time.perf_counter()\n"
    "done = run_child('workbook_reader', data, seconds=60)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, b'sheets' in done.stdout)"
)


def workbook(people: int) -> bytes:
    """So many invented people of twelve groups."""
    dice, book = random.Random(1), Workbook(write_only=True)
    sheet = book.create_sheet("名单")
    sheet.append(HEADS)
    given = [chr(0x4E00 + 7 * number) for number in range(600)]
    for number in range(people):
        name, head = (
            "".join((dice.choice("王李张刘陈杨黄赵吴周"), *dice.choices(given, k=2))) for _ in range(2)
        )
        born = f"19{dice.randint(40, 99)}.{dice.randint(1, 12)}"
        identity = f"5110021965030{number % 9000 + 1000}"
        row = (
            number + 1,
            name,
            f"{number % 12 + 1}组",
            head,
            dice.choice("男女"),
            born,
            identity,
            13800000000 + number,
        )
        sheet.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def altered(data: bytes, part: str, before: bytes, more: bytes) -> bytes:
    """The workbook with more in one of its parts."""
    kept = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(before, more + before) if name == part else content)
    return kept.getvalue()


def hostile() -> dict[str, bytes]:
    """Files that are made to hurt, by what they do."""
    good, end = workbook(1), b"</sheetData>"
    wide = b"".join(b'<row r="%d"><c r="XFD%d"/></row>' % (row, row) for row in range(3, 200_000))
    return {
        "60 MB of blanks": altered(good, SHEET, end, b" " * 60_000_000),
        "a million laughs": altered(good, SHEET, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'),
        "a cell at XFD1048576": altered(
            good, SHEET, end, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        ),
        "a row of 3,000,000 cells": altered(
            good, SHEET, end, b'<row r="9">' + b"<c><v>1</v></c>" * 3_000_000 + b"</row>"
        ),
        "200,000 rows as wide as can be": altered(good, SHEET, end, wide),
        "1,600,000 styles": altered(good, "xl/styles.xml", b"</cellXfs>", b'<xf numFmtId="0"/>' * 1_600_000),
        "cut in half": good[: len(good) // 2],
    }


def preview(database: Database, data: bytes, by: Any) -> tuple[str, list[ListedPerson]]:
    """As an upload and its page do it: the list's name in addresses, and who would be taken in."""
    sheets, unread = read_sheets(data, kind="learner")
    columns = [likely_columns("learner", sheet) for sheet in sheets]
    with database.writing() as db:
        kept: dict[str, Any] = {
            "sheets": sheets,
            "columns": columns,
            "unread": unread,
            "file_name": "名单.xlsx",
        }
        name = begin_list(db, kind="learner", region=SHIWAN, by=by, now=NOW)
        keep_list(db, name, **kept)
    with database.reading() as db:
        found = people_list(db, name, kind="learner", region=SHIWAN)
        assert found is not None
        return name, looked_through(db, found, today=NOW.day).new


def worked() -> float:
    """Seconds of a processor so far, of this process and those it has started."""
    return sum(os.times()[:4])


def measure(database: Database, people: int) -> bool:
    """The figures of one list; True when its previews are within the limit and the second adds nobody."""
    migrate(database)
    with database.writing() as db:
        by = make_cast(db).chen_actor
    data, good = workbook(people), True
    for which in ("first", "second"):
        began, before = time.perf_counter(), worked()
        name, new = preview(database, data, by)
        seconds, own = time.perf_counter() - began, worked() - before
        print(
            f"{which} preview of {people} people: {seconds:.1f} s, limit {MOST_SECONDS}, {own:.1f} of a processor;"
            f" {len(new)} would be added"
        )
        good &= seconds < MOST_SECONDS and bool(new) == (which == "first")
        if new:
            began, before = time.perf_counter(), worked()
            learn_names(new)
            with database.writing() as db:
                added = take_list(db, name, kind="learner", region=SHIWAN, by=by, now=NOW)
            seconds, own = time.perf_counter() - began, worked() - before
            print(f"{added} taken in: {seconds:.1f} s, {own:.1f} of a processor")
    return good


def refused() -> bool:
    """The figures of the hostile files; True when all are refused within the limits."""
    good = True
    for what, data in hostile().items():
        told = subprocess.run(
            [sys.executable, "-c", _OF_ONE_FILE], input=data, capture_output=True, check=True
        )
        seconds, own, megabytes, is_read = told.stdout.split()
        good &= (
            float(own) < MOST_SECONDS_REFUSED and float(megabytes) < MOST_MEGABYTES and is_read == b"False"
        )
        print(
            f"{what}: {len(data) // 1024} kB, {'READ' if is_read == b'True' else 'refused'} in {float(seconds):.1f} s,"
            f" {float(own):.1f} s of a processor, {float(megabytes):.0f} MB"
        )
    return good


def main() -> int:
    """Both are measured; 0 when all is within its limit."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    people = 2_000 if options.parse_args().short else 20_000
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "bench.db"), sealer=Sealer(new_keys().sealing))
        good = measure(database, people)
        database.dispose()
    return 0 if refused() and good else 1


if __name__ == "__main__":
    sys.exit(main())
