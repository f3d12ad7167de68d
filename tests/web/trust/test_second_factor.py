"""A second factor, as its owner, a thief of the password and an administrator meet it."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from nightschool.database import Database
from nightschool.models.trust import Account, AuditEvent, KeptInput, LoginSession, RecoveryCode, SecondFactor
from nightschool.queries.trust.second_factor import app_secret
from nightschool.web.site.context import SERVICES
from tests.factories import Cast, StillClock
from tests.web.trust.test_trust import HASH, PASSWORD, log_in, slip_code, use_slip

FOREIGN = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def officer(database: Database, cast: Cast) -> str:
    """The county's supervisor has a password; the login name."""
    with database.writing() as db:
        account = db.get_one(Account, cast.county_supervisor)
        account.password_hash = HASH
        return account.login_name


def code_of(database: Database, cast: Cast, clock: StillClock, *, steps: int = 0) -> str:
    with database.reading() as db:
        secret = app_secret(db, db.get_one(SecondFactor, cast.county_supervisor))
    return HOTP(secret, 6, SHA1()).generate(int(clock().timestamp()) // 30 + steps).decode()


def set_up(client: FlaskClient, database: Database, cast: Cast, clock: StillClock) -> list[str]:
    """The officer of this browser has set it up; the lines of the recovery slip."""
    assert client.post("/me/second", data={"password": PASSWORD}).status_code == 303
    shown = client.get("/me/second")
    assert client.get("/me/second/qr.svg").mimetype == "image/svg+xml"
    with database.reading() as db:
        factor = db.get_one(SecondFactor, cast.county_supervisor)
        secret = app_secret(db, factor)
        assert factor.secret.count(".") == 1 and secret not in factor.secret.encode()
    by_hand = re.search(r"<strong>([A-Z2-7 ]+)</strong>", shown.text)
    assert by_hand and len(by_hand[1].replace(" ", "")) == 32
    answer = client.post("/me/second", data={"code": code_of(database, cast, clock)})
    assert answer.status_code == 303, answer.text
    slip = client.get(answer.location)
    clock.move(minutes=2)
    return re.findall(r'class="code">([\w-]+)<', slip.text)


def told(database: Database) -> list[str]:
    with database.reading() as db:
        return [
            action
            for action in db.scalars(select(AuditEvent.action).order_by(AuditEvent.id))
            if action.startswith(("second", "login", "slip"))
        ]


def test_a_stolen_password_opens_nothing_and_a_code_lets_in_once(
    app: Flask, client: FlaskClient, database: Database, cast: Cast, clock: StillClock, officer: str
) -> None:
    log_in(client, officer)
    elsewhere = app.test_client()
    log_in(elsewhere, officer)
    lines = set_up(client, database, cast, clock)
    assert len(lines) == 8 == len(set(lines))
    assert elsewhere.get("/me").status_code == 303, "other devices are out"

    thief = app.test_client()
    half = log_in(thief, officer, url="/login?next=/overview/511002000000", environ_base=FOREIGN)
    assert (half.status_code, half.location.split("?")[0]) == (303, "/login/code")
    assert thief.get("/overview").location.startswith("/login"), "half a login is none"
    wrong = thief.post(half.location, data={"code": "000000"}, environ_base=FOREIGN)
    assert wrong.status_code == 422 and "验证码不对" in wrong.text
    assert "六位数" in thief.post(half.location, data={"code": "12"}, environ_base=FOREIGN).text

    mine = app.test_client()
    code = code_of(database, cast, clock)
    opened = mine.post(
        log_in(mine, officer, own_phone=True).location, data={"code": f"{code[:3]} {code[3:]}"}
    )
    assert opened.location == "/overview" and mine.get("/me").status_code == 200
    again = app.test_client()
    assert again.post(log_in(again, officer).location, data={"code": code}).status_code == 422, "used once"
    again.post("/login/code", data={"code": lines[0].lower().replace("-", " ")})
    assert again.get("/me").status_code == 200, "a line of the slip does for it"
    third = app.test_client()
    assert third.post(log_in(third, officer).location, data={"code": lines[0]}).status_code == 422, "once"
    assert "还有 7 行" in mine.get("/me/second").text
    with database.reading() as db:
        kept = db.scalars(select(RecoveryCode.digest)).all()
        assert not any(line.replace("-", "") in "".join(kept) for line in lines)
        own = db.scalars(select(LoginSession.is_own_phone).where(LoginSession.revoked_at.is_(None))).all()
    assert own.count(True) == 1, "whose phone it is was said with the password"
    assert [what for what in told(database) if what.startswith("second")] == [
        "second.set_up",
        "second.wrong",
        "second.wrong",
        "second.code_used",
        "second.wrong",
    ]


def test_a_slip_sets_the_password_and_the_code_is_still_asked_for(
    app: Flask, client: FlaskClient, database: Database, cast: Cast, clock: StillClock, officer: str
) -> None:
    log_in(client, officer)
    set_up(client, database, cast, clock)
    other = app.test_client()
    half = use_slip(other, slip_code(database, cast.county_supervisor), name=officer)
    assert half.location == "/login/code" and other.get("/overview").location.startswith("/login")
    assert other.post(half.location, data={"code": code_of(database, cast, clock)}).location == "/overview"
    clock.move(minutes=1)
    late = log_in(app.test_client(), officer, password="另外一句新密码呀")
    assert late.location == "/login/code"


def test_guessing_the_code_is_slowed_down_and_ends(
    app: Flask,
    client: FlaskClient,
    database: Database,
    cast: Cast,
    clock: StillClock,
    officer: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("WARNING"):
        refused = [log_in(client, name, "不对的一句话") for name in (officer, "nobody")]
    assert [answer.status_code for answer in refused] == [422, 422]
    lines_of_log = [record for record in caplog.records if "login refused" in record.message]
    assert len({record.fields["whose"] for record in lines_of_log}) == 2 and officer not in caplog.text
    log_in(client, officer)
    lines = set_up(client, database, cast, clock)
    thief = app.test_client()
    log_in(thief, officer, environ_base=FOREIGN)
    answers = [
        thief.post("/login/code", data={"code": f"{n:06}"}, environ_base=FOREIGN).status_code
        for n in range(8)
    ]
    assert answers[0] == 422 and answers[-1] == 429
    clock.move(minutes=11)
    over = thief.post("/login/code", data={"code": code_of(database, cast, clock)}, environ_base=FOREIGN)
    assert over.status_code == 422 and "从头登录" in over.text, "half a login lasts ten minutes"
    with database.writing() as db:
        db.get_one(SecondFactor, cast.county_supervisor).wrong_codes = 50
    owner = app.test_client()
    answer = owner.post(log_in(owner, officer).location, data={"code": code_of(database, cast, clock)})
    assert answer.status_code == 422, "after fifty in a row only the slip lets in"
    assert owner.post("/login/code", data={"code": lines[3]}).status_code == 303


def test_both_lost_is_for_an_administrator_and_another_phone_for_oneself(
    app: Flask,
    client: FlaskClient,
    database: Database,
    cast: Cast,
    clock: StillClock,
    officer: str,
    browser_of: Any,
) -> None:
    log_in(client, officer)
    set_up(client, database, cast, clock)
    assert client.post("/me/second", data={"code": "999999"}).status_code == 422
    assert client.post("/me/second", data={"code": code_of(database, cast, clock)}).status_code == 303
    clock.move(minutes=2)
    assert client.post("/me/second/end", data={"code": "999999"}).status_code == 422
    assert client.post("/me/second/end", data={"code": code_of(database, cast, clock)}).status_code == 303
    assert log_in(app.test_client(), officer).location == "/overview"
    set_up(client, database, cast, clock)
    with database.reading() as db:
        public_id = db.get_one(Account, cast.county_supervisor).public_id
    administrator = browser_of(cast.region_administrator)
    assert "的手机验证码" in administrator.get(f"/accounts/{public_id}").text
    assert administrator.post(f"/accounts/{public_id}/second/remove").status_code == 303
    assert client.get("/overview").location.startswith("/login"), "the lost phone is out"
    assert log_in(app.test_client(), officer).location == "/overview"
    sentences = unescape(administrator.get(f"/accounts/{public_id}/trail").text)
    for what in ("设好了手机验证码", "换了一张新的恢复单", "停用了自己的手机验证码", "的手机验证码"):
        assert what in sentences


def test_officers_set_it_up_first_where_it_is_wanted_and_lose_nothing(
    app: Flask, client: FlaskClient, database: Database, cast: Cast, clock: StillClock, officer: str
) -> None:
    services = app.extensions[SERVICES]
    app.extensions[SERVICES] = replace(
        services, settings=replace(services.settings, second_factor="officers")
    )
    try:
        assert log_in(client, officer).location == "/overview"
        assert client.get("/overview").location == "/me/second"
        assert "先设好手机验证码" in client.get("/me").text
        sent = "/overview/511002105000/digest"
        assert client.post(sent, data={"mail_address": ""}).location == "/me/second"
        with database.reading() as db:
            assert db.scalar(select(KeptInput.path)) == sent, "what was sent meanwhile is kept"
        wrong = client.post("/me/second", data={"password": "不是这一个密码"})
        assert wrong.status_code == 422 and "现在的密码不对" in wrong.text
        set_up(client, database, cast, clock)
        assert client.get("/overview", follow_redirects=True).status_code == 200
        with database.writing() as db:
            db.get_one(Account, cast.chen).password_hash = HASH
        village = app.test_client()
        assert log_in(village).location == "/desk" and "/me/second" not in village.get("/desk").location
    finally:
        app.extensions[SERVICES] = services
