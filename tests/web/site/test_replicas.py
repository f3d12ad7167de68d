"""A replica answers whoever is not logged in; who has just changed something sees it at once."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.actions.places.schools import edit_school
from nightschool.database import Database
from nightschool.models.places import NightSchool
from nightschool.rules.access import SYSTEM
from nightschool.rules.places.schools import SchoolEntry
from nightschool.settings import from_environment, sqlite_url
from nightschool.web.site.context import SERVICES
from tests.factories import NOW, SEALER, SHIWAN, Cast

PAGE, FEED = f"/v/{SHIWAN}", f"/v/{SHIWAN}.ics"
LATE, NEW = "陈书记", "蒋文书"


@pytest.fixture
def behind(app: Flask, database: Database, cast: Cast, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """The application has a replica that has not heard yet of a new contact; `behind(url)` gives it another one."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(str(database.url.database), tmp_path / "replica.db")
    with database.writing() as db:
        school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
        assert school.contact_name == LATE
        edit_school(
            db,
            village=SHIWAN,
            entry=SchoolEntry(contact_name=NEW),
            version=school.version,
            by=SYSTEM,
            now=NOW,
        )
    made, before = list[Database](), app.extensions[SERVICES]

    def has(url: str) -> None:
        made.append(Database(url, sealer=SEALER))
        app.extensions[SERVICES] = replace(app.extensions[SERVICES], replica=made[-1])

    has(sqlite_url(tmp_path / "replica.db"))
    yield has
    app.extensions[SERVICES] = before
    for one in made:
        one.dispose()


def whom(answer: Any) -> str:
    return next(name for name in (LATE, NEW) if name in answer.text)


def test_villagers_are_answered_by_the_replica_and_the_coordinator_sees_their_own_change(
    behind: Callable[[str], None], app: Flask, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    villager = app.test_client()
    assert whom(villager.get(PAGE)) == LATE
    assert whom(browser_of(cast.chen).get(PAGE)) == NEW


def test_whoever_sends_something_without_an_account_sees_what_became_of_it_for_a_minute(
    behind: Callable[[str], None], app: Flask
) -> None:
    villager = app.test_client()
    with closing(villager.post("/login", data={"login_name": "x", "password": "y"})) as answer:
        [cookie] = [
            line for line in answer.headers.getlist("Set-Cookie") if line.startswith("nightschool-sent")
        ]
    assert "Max-Age=60" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert whom(villager.get(PAGE)) == NEW
    assert whom(app.test_client().get(PAGE)) == LATE


def test_readers_are_served_when_the_replica_is_gone(behind: Callable[[str], None], app: Flask) -> None:
    behind("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert whom(app.test_client().get(PAGE)) == NEW
    assert app.test_client().get(FEED).status_code == 200


def test_without_a_replica_nobody_gets_a_cookie_for_it(app: Flask, cast: Cast) -> None:
    answer = app.test_client().post("/login", data={"login_name": "x", "password": "y"})
    assert "nightschool-sent" not in str(answer.headers)


def test_a_replica_is_of_postgresql(tmp_path: Path) -> None:
    given = {"NIGHTSCHOOL_DATA": str(tmp_path), "NIGHTSCHOOL_READ_URL": "postgresql://reader@replica/x"}
    with pytest.raises(Exception, match="NIGHTSCHOOL_READ_URL is for PostgreSQL"):
        from_environment(given)
    both = {**given, "NIGHTSCHOOL_DATABASE_URL": "postgresql://writer@leader/x"}
    assert from_environment(both).read_url == "postgresql://reader@replica/x"
