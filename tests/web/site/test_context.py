"""What a request sees of the database: one state while it looks, its own change once it has made one."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select, text, update
from sqlalchemy.exc import DBAPIError

from nightschool.database import Database
from nightschool.models.trust import Account
from nightschool.web.site.context import reading, writing
from tests.factories import SHIWAN, Cast


def rename(cast: Cast, name: str) -> None:
    with writing() as db:
        db.execute(update(Account).where(Account.id == cast.chen).values(display_name=name))


def name_of(cast: Cast) -> str:
    with reading() as db:
        return db.execute(select(Account.display_name).where(Account.id == cast.chen)).scalar_one()


def test_a_page_is_read_in_one_transaction(database: Database, cast: Cast, browser_of) -> None:
    browser: FlaskClient = browser_of(cast.chen)
    begun: list[Connection] = []

    def note(connection: Connection) -> None:
        begun.append(connection)

    for engine in database.engines:
        event.listen(engine, "begin", note)
    assert browser.get(f"/desk/{SHIWAN}").status_code == 200
    for engine in database.engines:
        event.remove(engine, "begin", note)
    assert len(begun) == 1


@pytest.mark.both_databases
def test_who_changes_something_sees_it_at_once(app: Flask, cast: Cast) -> None:
    with app.test_request_context():
        assert name_of(cast) == "陈书记"
        rename(cast, "陈大秀")
        assert name_of(cast) == "陈大秀"


@pytest.mark.both_databases
def test_after_a_failed_look_the_next_one_answers(app: Flask, cast: Cast) -> None:
    with app.test_request_context():
        with pytest.raises(DBAPIError), reading() as db:
            db.connection().exec_driver_sql("SELECT nothing_of_the_kind")
        assert name_of(cast) == "陈书记"


@pytest.mark.both_databases
def test_what_was_written_while_looking_is_lost(app: Flask, database: Database, cast: Cast) -> None:
    change = update(Account).where(Account.id == cast.chen).values(display_name="陈大秀")
    with app.test_request_context():
        if database.is_sqlite:
            with reading() as db:
                db.execute(change)
        else:
            with pytest.raises(DBAPIError), reading() as db:
                db.execute(change)
    with app.test_request_context():
        assert name_of(cast) == "陈书记"


@pytest.mark.both_databases
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_no_page_waits_until_the_server_has_compiled_its_statements(database: Database) -> None:
    for engine in database.engines:
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW jit")) == "off"


@pytest.mark.both_databases
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has no server
def test_a_page_answers_after_the_database_server_was_started_anew(
    database: Database, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nightschool.database.SECONDS_OF_REST", 0.0)
    assert client.get(f"/v/{SHIWAN}").status_code == 200
    with database.reading() as db:
        for (process,) in db.execute(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        ).all():
            if process != db.scalar(text("SELECT pg_backend_pid()")):
                db.execute(text("SELECT pg_terminate_backend(:process)"), {"process": process})
    assert client.get(f"/v/{SHIWAN}").status_code == 200
    database.dispose()  # the other connections that wait in the pool are dead too
