"""What was entered when a login had ended is not lost: it is saved once the same account has logged in again."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from nightschool.actions.trust.hashing import hash_password
from nightschool.database import Database
from nightschool.models.attendance import Headcount, Mark, Submission
from nightschool.models.people import Learner
from nightschool.models.trust import Account, KeptInput, LoginSession, Posting
from nightschool.rules.access import Role
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    SOON,
    Cast,
    StillClock,
    make_course,
    make_learner,
    make_login,
    make_session,
)

PASSWORD = "秋收以后再上课"
HASH = hash_password(PASSWORD)


@dataclass
class Evening:
    """陈书记's shared computer in the village office, whose login ends at ten in the evening, and tonight's class."""

    browser: FlaskClient
    database: Database
    register: str
    learners: list[str]

    def fills_in(self, headcount: int = 3, **headers: str) -> TestResponse:
        """The register, sent with its first two people ticked."""
        data = {"s": str(uuid4()), "v": "0", "m": self.learners[:2], "h": str(headcount), "do": "save"}
        return self.browser.post(self.register, data=data, headers=headers)

    def logs_in(self, name: str = "cjs", url: str = "/login") -> TestResponse:
        return self.browser.post(url, data={"login_name": name, "password": PASSWORD})

    def count(self, table: Any) -> int:
        with self.database.reading() as db:
            return db.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def evening(database: Database, cast: Cast, client: FlaskClient) -> Evening:
    with database.writing() as db:
        for account in (cast.chen, cast.luo):
            db.get_one(Account, account).password_hash = HASH
        learners = [make_learner(db, name=name).public_id for name in ("陈大秀", "刘国富", "张桂花")]
        session = make_session(db, make_course(db), **SOON, booked=False)
        register = f"/sessions/{session.public_id}/register"
    token = make_login(database, cast.chen, is_own_phone=False, expires_at=NOW.instant + timedelta(hours=12))
    client.set_cookie("nightschool", token)
    assert client.get(register).status_code == 200
    return Evening(client, database, register, learners)


@pytest.fixture
def too_late(evening: Evening, clock: StillClock) -> Evening:
    """Half an hour after the login has ended; the class is still today."""
    clock.move(hours=12, minutes=30)
    return evening


@pytest.mark.both_databases
def test_register_sent_after_the_login_ended_is_saved_after_logging_in_again(too_late: Evening) -> None:
    sent = too_late.fills_in()
    assert sent.status_code == 303 and sent.location.startswith("/login?next=")
    assert too_late.count(Submission) == 0 and too_late.count(KeptInput) == 1
    assert "刚才写的没有丢" in too_late.browser.get(sent.location).text
    again = too_late.logs_in(url=sent.location)
    assert (again.status_code, again.location) == (303, too_late.register)
    assert too_late.count(KeptInput) == 0
    with too_late.database.reading() as db:
        assert db.scalars(select(Headcount.total)).all() == [3]
        present = select(Learner.public_id).join(Mark, Mark.learner_id == Learner.id)
        assert set(db.scalars(present)) == set(too_late.learners[:2])
    assert "存好了" in too_late.browser.get(again.location).text


def test_it_is_saved_once_though_it_was_sent_twice_and_logged_in_twice(too_late: Evening) -> None:
    data = {"s": str(uuid4()), "v": "0", "m": too_late.learners[:1], "h": "3", "do": "save"}
    for _ in range(2):
        too_late.browser.post(too_late.register, data=data)
    too_late.logs_in()
    too_late.logs_in()
    assert too_late.count(Submission) == 1 and too_late.count(KeptInput) == 0


@pytest.mark.both_databases
def test_somebody_else_who_logs_in_on_that_computer_neither_saves_nor_sees_it(too_late: Evening) -> None:
    too_late.fills_in()
    assert too_late.logs_in("lzs").location == "/desk"
    assert "还没存上的" not in too_late.browser.get("/me").text
    assert too_late.count(Submission) == 0 and too_late.count(KeptInput) == 1
    with too_late.database.reading() as db:
        waiting = db.scalars(select(KeptInput.public_id)).one()
    too_late.browser.post(f"/me/kept/{waiting}")
    assert too_late.count(Submission) == 0 and too_late.count(KeptInput) == 1
    assert too_late.logs_in().status_code == 303
    assert too_late.count(Submission) == 1


def test_it_is_saved_though_its_owner_logs_in_on_another_device(too_late: Evening, app: Flask) -> None:
    too_late.fills_in()
    too_late.browser = app.test_client()
    too_late.logs_in()
    assert too_late.count(Submission) == 1


@pytest.mark.both_databases
def test_what_is_kept_is_sealed_and_holds_no_form_token(too_late: Evening) -> None:
    too_late.fills_in()
    with too_late.database.reading() as db:
        kept = db.scalars(select(KeptInput)).one()
    assert too_late.learners[0].encode() not in kept.body and b"h=3" not in kept.body
    assert kept.path == too_late.register


@pytest.mark.both_databases
def test_revoked_login_keeps_nothing(evening: Evening) -> None:
    with evening.database.writing() as db:
        db.execute(update(LoginSession).values(revoked_at=NOW.instant))
    sent = evening.fills_in()
    assert evening.count(KeptInput) == 0
    assert "没有存上" in evening.browser.get(sent.location).text


def test_disabled_account_keeps_nothing(too_late: Evening, cast: Cast) -> None:
    with too_late.database.writing() as db:
        db.get_one(Account, cast.chen).disabled_at = NOW.instant
    too_late.fills_in()
    assert too_late.count(KeptInput) == 0


def test_strangers_keep_nothing(too_late: Evening, app: Flask) -> None:
    stranger = app.test_client()
    for token in ("", "made-up"):
        stranger.set_cookie("nightschool", token)
        assert stranger.post(too_late.register, data={"h": "3"}).status_code == 303
    assert too_late.count(KeptInput) == 0


def test_form_with_passwords_is_never_kept(too_late: Evening) -> None:
    data = {"password": PASSWORD, "new_password": "另外一句新密码呀"}
    assert too_late.browser.post("/me/password", data=data).status_code == 303
    assert too_late.count(KeptInput) == 0


def test_form_without_its_token_is_not_kept_either(too_late: Evening, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert too_late.fills_in().status_code == 400
    assert too_late.count(KeptInput) == 0


def test_with_its_token_it_is_kept_and_asked_for_no_second(
    evening: Evening, clock: StillClock, app: Flask
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', evening.browser.get(evening.register).text)
    assert found
    clock.move(hours=12, minutes=30)
    data = {"csrf_token": found[1], "s": str(uuid4()), "v": "0", "h": "3", "do": "save"}
    sent = evening.browser.post(evening.register, data=data)
    assert (sent.status_code, evening.count(KeptInput)) == (303, 1)
    page = evening.browser.get(sent.location).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token
    logged = {"csrf_token": token[1], "login_name": "cjs", "password": PASSWORD}
    assert evening.browser.post(sent.location, data=logged).location == evening.register
    assert evening.count(Submission) == 1


@pytest.mark.both_databases
def test_rights_that_ended_meanwhile_save_nothing_and_it_is_said(too_late: Evening, cast: Cast) -> None:
    too_late.fills_in()
    with too_late.database.writing() as db:
        db.add(
            Posting(
                account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=date(2020, 1, 1)
            )
        )
        db.execute(update(Posting).where(Posting.region_code == SHIWAN).values(to_day=date(2026, 11, 23)))
    answer = too_late.logs_in()
    assert answer.status_code == 404
    assert too_late.count(Submission) == 0
    assert "所以没有存上" in answer.text and ">3</textarea>" in answer.text
    assert too_late.browser.get("/desk", follow_redirects=True).status_code == 200


def test_what_needs_a_second_look_is_shown_again_with_everything_typed(too_late: Evening) -> None:
    path = f"/desk/{SHIWAN}/learners/new"
    too_late.browser.post(path, data={"name": "", "group_name": "三组", "household": "王家大院"})
    shown = too_late.logs_in()
    assert shown.status_code == 422
    assert "三组" in shown.text and f'action="{path}"' in shown.text
    assert "nightschool=" in "".join(shown.headers.getlist("Set-Cookie"))
    assert shown.headers["Cache-Control"] == "no-store"


@pytest.mark.both_databases
def test_several_are_saved_in_their_order(too_late: Evening) -> None:
    for name in ("王大", "王二", "王三"):
        too_late.browser.post(f"/desk/{SHIWAN}/learners/new", data={"name": name, "group_name": "三组"})
    too_late.logs_in()
    with too_late.database.reading() as db:
        names = select(Learner.name).where(Learner.group_name == "三组").order_by(Learner.id)
        assert list(db.scalars(names)) == ["王大", "王二", "王三"]


@pytest.mark.both_databases
def test_no_more_than_five_are_kept_and_none_longer_than_a_large_form(too_late: Evening) -> None:
    for number in range(7):
        too_late.fills_in(number)
    assert too_late.count(KeptInput) == 5
    too_late.browser.post(too_late.register, data={"g": "很" * 100_000})
    assert too_late.count(KeptInput) == 5


def test_after_two_weeks_it_is_gone(too_late: Evening, clock: StillClock) -> None:
    too_late.fills_in()
    clock.move(days=15)
    too_late.logs_in()
    assert too_late.count(Submission) == 0 and too_late.count(KeptInput) == 0


@pytest.mark.parametrize("header", ["Nightschool-Sent-Again", "nightschool.sent_again", "X-Sent-Again"])
def test_no_header_passes_for_a_form_sent_again(evening: Evening, app: Flask, header: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert evening.fills_in(**{header: "True"}).status_code == 400
