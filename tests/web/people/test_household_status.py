"""The kind of a household in the browser: shown to the village's coordinator who asks, noted, ended and put right."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.people import HouseholdStatus
from nightschool.models.places import RegionSettings
from nightschool.models.trust import AuditEvent
from tests.factories import SHIWAN, Cast, make_learner

TOWNSHIP = "511002105000"
PURPOSE = "看帮扶培训到没到户"
EXITED = {"kind": "exited", "first": "2021-01-01"}


@pytest.fixture
def page(database: Database, cast: Cast) -> str:
    """The page of a learner; the township says for what kinds are noted."""
    with database.writing() as db:
        db.add(RegionSettings(region_code=TOWNSHIP, household_purpose=PURPOSE))
        return f"/learners/{make_learner(db).public_id}"


def kept(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(HouseholdStatus.public_id).order_by(HouseholdStatus.id)))


def said(page: str) -> list[str]:
    return re.findall(r"<li>([^<]+)</li>", page)


def test_it_is_shown_only_when_asked_for_and_every_look_is_on_the_trail(
    chen: FlaskClient, database: Database, page: str
) -> None:
    here = f"{page}/household-status"
    assert f'action="{here}"' in chen.get(page).text
    looked = chen.post(here)
    assert (
        looked.status_code == 200
        and "没有记过。" in looked.text
        and f"全安镇写的用途：{PURPOSE}。" in looked.text
    )
    assert chen.get(here).status_code == 405
    answer = chen.post(f"{here}/new", data=EXITED, follow_redirects=True)
    assert "户类记下了。" in answer.text and "脱贫户" not in answer.text
    [one] = kept(database)
    looked = chen.post(here)
    assert "脱贫户" in looked.text and "2021年1月1日" in looked.text and "，现在还是" in looked.text
    assert looked.headers["Cache-Control"] == "no-store"
    chosen = chen.post(here, data={"kept": one}).text
    assert 'value="2021-01-01"' in chosen and "这一条记错了，删掉" in chosen
    ended = chen.post(
        f"{here}/{one}", data={**EXITED, "last": "2022-12-31", "version": "1"}, follow_redirects=True
    )
    assert "户类改好了。" in ended.text
    assert "到2022年12月31日" in chen.post(here).text
    removed = chen.post(f"{here}/{one}/remove", data={"version": "2"}, follow_redirects=True)
    assert "记错的那一条删掉了。" in removed.text and kept(database) == []
    with database.reading() as db:
        actions = [action.partition("household_")[2] for action in db.scalars(select(AuditEvent.action))]
    assert actions == ["seen", "noted", "seen", "seen", "changed", "seen", "removed"]
    trail = chen.get(f"{page}/trail").text
    assert "的户类" in trail and "记了一条户类" not in trail
    village = chen.get(f"/trail/{SHIWAN}?kind=learners").text
    assert "记了一条户类" in village and "删了一条记错的户类" in village and "脱贫户" not in village


def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    chen: FlaskClient, database: Database, page: str
) -> None:
    here = f"{page}/household-status"
    answer = chen.post(f"{here}/new", data={"first": "2026-11-31", "last": "昨天"})
    assert answer.status_code == 422
    assert said(answer.text) == [
        "还没选是哪一类户。",
        "没有「2026-11-31」这一天，看看那个月有几天。",
        "「昨天」不是一个日期。像 2026-11-27 这样写。",
    ]
    assert 'value="2026-11-31"' in answer.text
    answer = chen.post(f"{here}/new", data={"kind": "none", "first": "2026-11-30"})
    assert answer.status_code == 422 and kept(database) == []
    answer = chen.post(f"{here}/new", data={"kind": "monitored", "first": "2019-01-01", "last": "2018-01-01"})
    assert said(answer.text) == [
        "2020年1月1日以前没有监测户。填那天或以后的日子。",
        "第一天是2019年1月1日，最后一天要在那天或以后。",
    ]
    chen.post(f"{here}/new", data=EXITED)
    answer = chen.post(f"{here}/new", data={"kind": "monitored", "first": "2023-01-01"})
    assert "2021年1月1日起记着是脱贫户，还没有最后一天。" in answer.text and answer.status_code == 422
    [one] = kept(database)
    chen.post(f"{here}/{one}", data={**EXITED, "last": "2022-12-31", "version": "1"})
    stale = chen.post(f"{here}/{one}", data={**EXITED, "last": "2022-11-30", "version": "1"})
    assert stale.status_code == 409 and "存着的是「2022-12-31」，这里是「2022-11-30」" in stale.text
    gone = chen.post(f"{here}/{one}/remove", data={"version": "1"}, follow_redirects=True)
    assert "这一条别人刚改过，没有删。" in gone.text and kept(database) == [one]


@pytest.mark.both_databases
def test_where_nobody_says_for_what_nothing_is_asked_or_shown(
    chen: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        page = f"/learners/{make_learner(db).public_id}"
    assert "户类" not in chen.get(page).text
    assert chen.post(f"{page}/household-status").status_code == 404
    assert chen.post(f"{page}/household-status/new", data=EXITED).status_code == 404
    assert kept(database) == []


def test_a_township_writes_down_for_what_and_ends_it_once_it_says_that_all_goes(
    chen: FlaskClient, database: Database, cast: Cast, browser_of: Callable[[int], FlaskClient]
) -> None:
    officer, settings = browser_of(cast.township_supervisor), f"/settings/{TOWNSHIP}"
    assert "空着就不记。" in officer.get(settings).text
    assert officer.post(settings, data={"household_purpose": PURPOSE, "version": "0"}).status_code == 303
    with database.writing() as db:
        learner = make_learner(db).public_id
    chen.post(f"/learners/{learner}/household-status/new", data=EXITED)
    refused = officer.post(settings, data={"household_purpose": "", "version": "1"})
    assert refused.status_code == 422 and "下面的村已经记了户类。" in refused.text
    assert len(kept(database)) == 1
    given_up = officer.post(settings, data={"household_purpose": "", "forgets_statuses": "y", "version": "1"})
    assert given_up.status_code == 303 and kept(database) == []
    assert chen.post(f"/learners/{learner}/household-status").status_code == 404
