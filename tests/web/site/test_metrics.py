"""`/metrics` for a program that watches many servers."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from nightschool.database import Database
from nightschool.settings import sqlite_url
from nightschool.web.app import create_app
from nightschool.web.site.context import SERVICES
from tests.factories import SEALER, SHIWAN, Cast

WORD = "a-word-of-this-test-alone"
ASKING = {"Authorization": f"Bearer {WORD}"}


def test_nobody_reads_counts_where_no_word_is_set(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def told_by(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_not_known_is_not_told_as_nothing(app: Flask, tmp_path: Path) -> None:
    services = app.extensions[SERVICES]
    settings = replace(services.settings, metrics_token=WORD)
    away = Database(sqlite_url(tmp_path / "none" / "away.db"), sealer=SEALER)
    watched = create_app(settings, away, clock=services.clock)
    told = told_by(watched.test_client().get("/metrics", headers=ASKING).text)
    assert told["nightschool_database_up", "main"] == 0
    assert not {name for name, *_labels in told if name.endswith(("_waiting", "_behind_seconds"))}


@pytest.mark.both_databases
def test_counts_tell_how_much_and_how_quickly_and_nothing_of_anybody(app: Flask, cast: Cast) -> None:
    services = app.extensions[SERVICES]
    settings = replace(services.settings, metrics_token=WORD)
    watched = create_app(settings, services.database, clock=services.clock).test_client()
    assert watched.get(f"/v/{SHIWAN}").status_code == 200
    assert watched.get("/v/511002999999").status_code == 404
    assert watched.post("/login", data={"login_name": "cjs"}).status_code == 400
    for headers in ({}, {"Authorization": f"Bearer {WORD}x"}, {"Authorization": "Bearer é"}):
        assert watched.get("/metrics", headers=headers).status_code == 404
    answer = watched.get("/metrics", headers=ASKING)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    told = told_by(answer.text)
    assert ("nightschool_replica_behind_seconds",) not in told, "there is none"
    assert told["nightschool_requests_total", "reading", "2xx"] == 1
    assert told["nightschool_requests_total", "reading", "4xx"] == 4
    assert told["nightschool_requests_total", "sending", "4xx"] == 1
    assert told["nightschool_request_seconds_count", "reading"] == 5
    assert told["nightschool_database_up", "main"] == 1
    assert told["nightschool_database_connections", "main", "idle"] >= 1
    assert told["nightschool_sheets_waiting",] == told["nightschool_errands_waiting",] == 0
    assert told["process_open_fds",] > 0
    assert SHIWAN not in answer.text and "狮湾" not in answer.text and "cjs" not in answer.text
