"""What goes on after an answer is done by whoever is alive, and once."""

import subprocess
import sys
from datetime import date
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from nightschool.actions.oversight.exports import begin_export
from nightschool.database import Database
from nightschool.models.errands import Errand
from nightschool.rules.access import Actor, Post, Role
from nightschool.web.site.errands import Errands
from tests.factories import NOW, SHIWAN, TODAY, Cast, StillClock, make_course, make_session

YEAR = {"first": date(2026, 1, 1), "last": date(2026, 12, 31)}
# Another process takes the next errand up, says so, and then goes on for ever.
ANOTHER = """
import sys, time
from pathlib import Path
from nightschool.database import Database
from nightschool.rules.errands import ErrandKind
from nightschool.settings import Settings
from nightschool.web.app import create_app
from nightschool.web.site.errands import Errands, does
from tests.factories import KEYS, NOW, SEALER

settings = Settings(Path(sys.argv[2]), "", "http://localhost", "127.0.0.1", 8000, "Asia/Shanghai", keys=KEYS)
app = create_app(settings, Database(sys.argv[1], sealer=SEALER), clock=lambda: NOW.instant)

@does(ErrandKind.CLASSES)
def at_it(held):
    held.tell(1, 2)
    print("at it", flush=True)
    time.sleep(600)

Errands(app).run()
"""


@pytest.fixture
def asked(database: Database, cast: Cast) -> list[str]:
    """Twenty tables of a village's year have been asked for."""
    by = Actor(cast.county_supervisor, "市中区督导", (Post(Role.SUPERVISOR, "511002000000"),))
    with database.writing() as db:
        make_session(db, make_course(db), TODAY)
        return [begin_export(db, region=SHIWAN, **YEAR, by=by, now=NOW) for _ in range(20)]


def stood(database: Database) -> list[tuple[str, int, bool]]:
    """State, turns, and whether there is a file, of each."""
    with database.reading() as db:
        rows = db.execute(select(Errand.state, Errand.turns, Errand.content.is_not(None)).order_by(Errand.id))
        return [tuple(row) for row in rows]


@pytest.mark.both_databases
def test_two_who_work_at_once_do_each_of_twenty_once(
    app: Flask, database: Database, asked: list[str]
) -> None:
    workers = [Thread(target=Errands(app).wait) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert stood(database) == [("done", 1, True)] * 20


@pytest.mark.both_databases
def test_what_a_killed_process_was_at_is_taken_up_by_another_and_done_once(
    app: Flask, database: Database, asked: list[str], clock: StillClock, tmp_path
) -> None:
    url = database.url.render_as_string(hide_password=False)
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER, url, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as another:
        assert another.stdout is not None
        said = another.stdout.readline()
        another.kill()
    assert said == "at it\n"
    Errands(app).wait()
    assert stood(database) == [("open", 1, False), *[("done", 1, True)] * 19], "it is held still"
    clock.move(seconds=61)
    Errands(app).wait()
    assert stood(database) == [("done", 2, True), *[("done", 1, True)] * 19]
