"""The posters of a region in one PDF: how long they take from the wish to the file, and how large it is.

    python -m bench.region_posters [--short]

1,600 villages with a school and a class in the coming week each, in a new SQLite database; read, written and set as
behind an office's click. Exits with 1 where it takes 180 s or more, or the file has 40 MB. `--short`: 160 villages,
and a tenth of both.
"""

import argparse
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from nightschool.database import Database, migrate
from nightschool.formats.class_poster import posters_data
from nightschool.formats.pdf import Press
from nightschool.queries.notices.notices import region_notices
from nightschool.rules.notices.told import Channel
from nightschool.rules.slots import Moment
from nightschool.settings import sqlite_url
from tests.factories import (
    SEALER,
    TODAY,
    make_course,
    make_region,
    make_school,
    make_session,
    make_teacher,
    make_venue,
)

MOST_SECONDS, MOST_MEGABYTES = 180, 40
CITY = "511000000000"
TITLES = ("柑橘冬季管护", "高血压、糖尿病怎么吃药怎么管", "防电信诈骗", "法律明白人：土地承包那些事")
HOST = "https://nightschool.example/v/"


def fill(database: Database, villages: int) -> None:
    """So many villages, twenty a township, each with a class on one of seven days."""
    with database.writing() as db:
        make_region(db, "510000000000", "四川省")
        make_region(db, CITY, "内江市")
        for number in range(villages):
            township = f"511{number // 400 + 2:03}{number // 20 % 20 + 100:03}000"
            if number % 400 == 0:
                make_region(db, f"{township[:6]}000000", f"第{number // 400 + 1}县")
            if number % 20 == 0:
                make_region(db, township, f"第{number // 20 + 1}镇")
            code = f"{township[:9]}{number % 20 + 200}"
            make_region(db, code, f"柳树{number + 1}村村民委员会")
            make_school(db, code)
            teacher = make_teacher(db, code, name=f"周老师{number}")
            course = make_course(db, code, teachers=(teacher.id,), venue_id=make_venue(db, code).id)
            title = TITLES[number % len(TITLES)]
            day = TODAY + timedelta(days=number % 7)
            make_session(db, course, day, teachers=(teacher.id,), title=title, starts=1140, ends=1230)


def measure(database: Database, villages: int) -> bool:
    """Whether the posters come soon enough and are small enough, after telling both."""
    fill(database, villages)
    templates = Path(__file__).parents[1] / "templates" / "print"
    with tempfile.TemporaryDirectory() as no_fonts:
        press = Press(templates, Path(no_fonts))
        began = time.perf_counter()
        with database.reading() as db:
            found = region_notices(db, CITY, TODAY, TODAY + timedelta(days=6), at=Moment(TODAY, 0))
        read = time.perf_counter() - began
        data = posters_data(
            (one.on(Channel.BOARD) for one in found),
            "a4",
            lambda village: HOST + village,
            lambda village, session, revision: f"{HOST}{village}/posted/{session}/{revision}",
        )
        written = time.perf_counter() - began
        made = press.long_pdf("poster", data)
    seconds, megabytes = time.perf_counter() - began, len(made) / 1e6
    share = max(villages, 160) / 1600
    print(
        f"{len(data['posters'])} posters: read {read:.1f} s, in words and codes {written - read:.1f} s, "
        f"set {seconds - written:.1f} s, together {seconds:.1f} s (limit {MOST_SECONDS * share:.0f}); "
        f"{megabytes:.2f} MB (limit {MOST_MEGABYTES * share:.0f})"
    )
    return seconds < MOST_SECONDS * share and megabytes < MOST_MEGABYTES * share


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--short", action="store_true")
    villages = 160 if parser.parse_args().short else 1600
    with tempfile.TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder) / "bench.db"), sealer=SEALER)
        migrate(database)
        return 0 if measure(database, villages) else 1


if __name__ == "__main__":
    sys.exit(main())
