"""After something has happened: nobody comes in and nothing changes, villagers go on reading, and who is concerned."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from nightschool.actions.trust import incidents
from nightschool.database import Database
from nightschool.errors import Refused
from nightschool.models.trust import AuditEvent, LoginSlip
from nightschool.rules.access import SYSTEM
from tests import factories
from tests.cli.test_backup import run, url_of
from tests.factories import NOW, SHIWAN, later, make_learner

OFFERED = {"other": "养蜂"}


@pytest.fixture
def frozen(database: Database, cast, tmp_path):
    """`frozen()`: the command was run on this school."""

    def freeze():
        with time_machine.travel(NOW.instant):
            return run("incident", "freeze", "--why", "丢了一台手机", url=url_of(database), folder=tmp_path)

    return freeze


def test_nobody_comes_in_nothing_is_taken_in_and_villagers_go_on_reading(
    frozen, browser_of, client, cast, database, tmp_path
) -> None:
    chen = browser_of(cast.chen)
    assert chen.get(f"/desk/{SHIWAN}").status_code == 200
    with database.writing() as db:
        db.add(
            LoginSlip(
                account_id=cast.chen, code_digest="x", made_at=NOW.instant, expires_at=later(days=9).instant
            )
        )
    told = frozen()
    assert told.exit_code == 0 and "退出了 1 台设备" in told.output
    assert chen.get(f"/desk/{SHIWAN}").location.startswith("/login")
    assert client.get(f"/v/{SHIWAN}").status_code == 200
    for path, typed in (
        ("/login", {"login_name": "cjs", "password": "whatever it is"}),
        (f"/v/{SHIWAN}/wishes", OFFERED),
    ):
        answer = client.post(path, data=typed)
        assert answer.status_code == 503 and "夜校的记录暂时停下了" in answer.text, path
        assert "whatever it is" not in answer.text
    with database.reading() as db:
        assert db.scalars(select(LoginSlip.expires_at)).one() < later(days=1).instant
        assert [one.action for one in db.scalars(select(AuditEvent).order_by(AuditEvent.id))][-2:] == [
            "incident.freeze",
            "incident.all_out",
        ]
    assert "本来就停着" in frozen().output
    assert run("incident", "thaw", url=url_of(database), folder=tmp_path).exit_code == 0
    assert client.post("/login", data={"login_name": "cjs", "password": "x"}).status_code == 422
    assert "没有停着" in run("incident", "thaw", url=url_of(database), folder=tmp_path).output


def test_who_is_concerned_is_written_as_a_table(database: Database, cast, tmp_path, browser_of) -> None:
    with database.writing() as db:
        learner = make_learner(db, name="=陈大秀")
        make_learner(db, name="刘二强")
        phone = factories.SEALER.seal("13800000000", about=f"learner.phone:{learner.public_id}")
        learner.phone = phone
        named = learner.public_id
    browser_of(cast.chen).post(f"/learners/{named}/phone")
    day = f"{NOW.day:%Y-%m-%d}"
    told = run(
        "incident", "affected", "--since", day, "--until", day, "--login", "cjs",
        url=url_of(database), folder=tmp_path,
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    rows = list(csv.reader(io.StringIO(told.stdout)))
    assert [row[1:] for row in rows[1:]] == [["狮湾村", "陈书记", rows[1][3], "'=陈大秀"]]
    assert "看了" in rows[1][3] and "13800000000" not in told.output
    assert "狮湾村的花名册，一共 2 人" in told.stderr
    before = f"{NOW.day - timedelta(days=9):%Y-%m-%d}"
    told = run(
        "incident", "affected", "--since", before, "--until", before, url=url_of(database), folder=tmp_path
    )
    assert len(told.stdout.splitlines()) == 1
    wrong = run(
        "incident", "affected", "--since", day, "--login", "nobody", url=url_of(database), folder=tmp_path
    )
    assert wrong.exit_code == 1 and "没有登录名是「nobody」的账号" in wrong.output


def test_frozen_twice_is_refused(database: Database, cast) -> None:
    with database.writing() as db:
        incidents.freeze(db, why="一", by=SYSTEM, now=NOW)
        with pytest.raises(Refused):
            incidents.freeze(db, why="二", by=SYSTEM, now=NOW)
