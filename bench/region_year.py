"""A county's year as one table: how long it takes from the wish to the file.

    python -m bench.region_year [--short] [--only sqlite|postgresql]

200 villages with 100 held classes each and 30 people marked in each (600,000 marks), in a new database; the table
is made as behind an office's click, then opened and counted. Beside it, in the same run, what reading all its marks
costs the driver alone. Exits with 1 where it takes 20 s or more. `--short`: 20 villages.
"""

import argparse
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from sqlalchemy import insert

from nightschool.actions.bulk import insert_rows
from nightschool.database import Database, migrate
from nightschool.formats.classes_table import classes_workbook
from nightschool.models.attendance import Headcount, Mark, Submission, SubmissionKind
from nightschool.models.base import new_public_id
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account
from nightschool.queries.oversight.exports import CountedClass, counted_classes, parts_of
from nightschool.sealing import Sealer
from nightschool.settings import new_keys, sqlite_url
from tests import postgres_cluster
from tests.factories import NOW, make_course, make_learner, make_region

MOST_SECONDS = 20
VILLAGES, CLASSES, PEOPLE = 200, 100, 30
NAMED = 12  # the column of those who came by name
COUNTY, FIRST, LAST = "511002000000", date(2026, 1, 1), date(2026, 12, 31)


def fill(database: Database, villages: int) -> None:
    """So many villages of one county, each with a year of held classes and their registers."""
    migrate(database)
    with database.writing() as db:
        account = Account(login_name="bench", display_name="测量", created_at=NOW.instant)
        db.add(account)
        db.flush()
        for code in ("510000000000", "511000000000", COUNTY):
            make_region(db, code)
        for number in range(villages):
            code = f"511002{number // 20 + 101:03d}{number % 20 + 201:03d}"
            if number % 20 == 0:
                make_region(db, code[:9] + "000")
            make_region(db, code)
            course = make_course(db, code, title="柑橘冬季管护")
            people = [make_learner(db, code, name=f"李{n}").id for n in range(PEOPLE)]
            days = [FIRST + timedelta(days=n * 3) for n in range(CLASSES)]
            rows = [_class(code, course, day) for day in days]
            held = list(db.scalars(insert(ClassSession).returning(ClassSession.id), rows))
            sheets = {one: uuid.uuid4() for one in held}
            insert_rows(db, Submission, [_sheet(sheets[one], one, account.id) for one in held])
            insert_rows(
                db,
                Headcount,
                [
                    {
                        "submission_id": sheets[one],
                        "class_session_id": one,
                        "total": PEOPLE,
                        "unnamed_guests": 0,
                    }
                    for one in held
                ],
            )
            insert_rows(
                db,
                Mark,
                [
                    {
                        "class_session_id": one,
                        "learner_id": who,
                        "submission_id": sheets[one],
                        "status": "present",
                        "came_instead": "",
                    }
                    for one in held
                    for who in people
                ],
            )
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")


def _class(code: str, course: Course, day: date) -> dict[str, Any]:
    return {
        "course_id": course.id,
        "public_id": new_public_id(),
        "region_code": code,
        "title": course.title,
        "category_code": course.category_code,
        "day": day,
        "starts": 19 * 60,
        "ends": 20 * 60 + 30,
        "status": "held",
        "published_at": NOW.instant,
        "changed_at": NOW.instant,
        "revision": 1,
    }


def _sheet(sheet: uuid.UUID, class_session: int, account: int) -> dict[str, Any]:
    return {
        "id": sheet,
        "class_session_id": class_session,
        "account_id": account,
        "kind": SubmissionKind.SHEET,
        "taken_at": NOW.instant,
        "received_at": NOW.instant,
        "arrival": 1,
        "fingerprint": "0" * 64,
        "device": "",
        "reason": "",
        "difference_note": "",
    }


def made(database: Database) -> bytes:
    """The table, by the steps of the page's own thread."""

    def classes() -> Iterator[CountedClass]:
        for part in parts:
            with database.reading() as db:
                yield from counted_classes(db, part, FIRST, LAST, today=NOW.day)

    with database.reading() as db:
        parts = parts_of(db, COUNTY, FIRST, LAST)
    return classes_workbook(classes(), ())


def measure(name: str, url: str, villages: int) -> bool:
    """The figures of one database; True when they are within the limit and the table is whole."""
    database = Database(url, sealer=Sealer(new_keys().sealing))
    fill(database, villages)
    began = time.perf_counter()
    content = made(database)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    with database.reading() as db:
        marks = len(db.connection().exec_driver_sql("SELECT class_session_id, status FROM mark").fetchall())
    raw = time.perf_counter() - began
    database.dispose()
    rows = (
        load_workbook(BytesIO(content), read_only=True).worksheets[0].iter_rows(min_row=2, values_only=True)
    )
    counted = [row[NAMED] for row in rows]
    is_whole = len(counted) == villages * CLASSES and sum(counted) == marks == villages * CLASSES * PEOPLE
    print(
        f"{name}: {len(counted)} classes with {sum(counted)} marks in {seconds:.1f} s, limit {MOST_SECONDS};"
        f" {len(content) // 1024} kB; reading the marks by the driver alone {raw:.2f} s"
        f"{'' if is_whole else '   NOT WHOLE'}"
    )
    return is_whole and seconds < MOST_SECONDS


def main() -> int:
    """Both databases are measured; 0 when all is within its limit."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--short", action="store_true")
    options.add_argument("--only", choices=("sqlite", "postgresql"))
    chosen = options.parse_args()
    villages, good = VILLAGES // 10 if chosen.short else VILLAGES, True
    if chosen.only != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            good &= measure("SQLite", sqlite_url(Path(folder) / "bench.db"), villages)
    if chosen.only != "sqlite":
        if why_not := postgres_cluster.available():
            print(f"PostgreSQL: not measured, {why_not}")
            return 1
        cluster = postgres_cluster.start()
        try:
            good &= measure("PostgreSQL", cluster.url("postgres"), villages)
        finally:
            cluster.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
