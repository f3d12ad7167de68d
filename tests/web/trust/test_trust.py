"""Logging in, as people do it in a browser."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from nightschool.actions.trust import accounts, logins
from nightschool.actions.trust.hashing import HASHER, hash_password, is_right
from nightschool.database import Database
from nightschool.models.trust import Account, LoginSession, LoginSlip, Posting
from nightschool.rules.access import SYSTEM
from nightschool.rules.trust.slips import grouped
from nightschool.sealing import Digester
from nightschool.settings import Settings
from nightschool.web.app import create_app
from tests.factories import KEYS, NOW, SHIWAN, TODAY, Cast, StillClock, make_login

PASSWORD = "秋收以后再上课"
HASH = hash_password(PASSWORD)


@pytest.fixture
def chen(database: Database, cast: Cast) -> int:
    """陈书记 has a password."""
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = HASH
    return cast.chen


def log_in(
    client: FlaskClient, name: str = "cjs", password: str = PASSWORD, *, own_phone: bool = False, **asked: Any
) -> TestResponse:
    data = {"login_name": name, "password": password, **({"is_own_phone": "y"} if own_phone else {})}
    return client.post(asked.pop("url", "/login"), data=data, **asked)


def slip_code(database: Database, account_id: int) -> str:
    with database.writing() as db:
        public_id = db.get_one(Account, account_id).public_id
        slip = accounts.make_slip(db, account=public_id, digester=Digester(KEYS.signing), by=SYSTEM, now=NOW)
    return grouped(slip.code)


def use_slip(
    client: FlaskClient, code: str, name: str = "cjs", password: str = "另外一句新密码呀"
) -> TestResponse:
    return client.post("/login/slip", data={"login_name": name, "code": code, "new_password": password})


def set_cookies(response: TestResponse) -> dict[str, str]:
    return {line.split("=")[0]: line for line in response.headers.getlist("Set-Cookie")}


# Logging in


def test_coordinator_logs_in_and_comes_to_the_desk(client: FlaskClient, chen: int) -> None:
    response = log_in(client)
    assert (response.status_code, response.location) == (303, "/desk")
    assert client.get("/desk", follow_redirects=True).status_code == 200


@pytest.mark.parametrize(
    ("who", "home"),
    [
        ("county_supervisor", "/overview"),
        ("region_administrator", "/admin"),
        ("system_administrator", "/admin"),
    ],
)
def test_everybody_comes_to_where_his_work_is(
    client: FlaskClient, database: Database, cast: Cast, who: str, home: str
) -> None:
    with database.writing() as db:
        account = db.get_one(Account, getattr(cast, who))
        account.password_hash = HASH
        name = account.login_name
    assert log_in(client, name).location == home


@pytest.mark.parametrize("typed", ["CJS", " cjs ", "ｃｊｓ"])
def test_login_name_may_be_typed_in_capitals_with_blanks_or_full_width(
    client: FlaskClient, chen: int, typed: str
) -> None:
    assert log_in(client, typed).status_code == 303


@pytest.mark.parametrize(
    "password", ["八个汉字也是密码", "x" * 128, "a b\tc  d  e ", "🌾" * 8, "pässwörtlich", "quote'\"<>&;--"]
)
def test_password_of_any_characters_works_unchanged(
    client: FlaskClient, database: Database, cast: Cast, password: str
) -> None:
    assert use_slip(client, slip_code(database, cast.chen), password=password).status_code == 303
    with database.reading() as db:
        assert is_right(db.get_one(Account, cast.chen).password_hash, password)
    assert log_in(client, password=password).status_code == 303


@pytest.mark.parametrize("chosen", ["秋收以后再来上课", "秋收以后再来上课 ", "　秋收以后再来上课"])
@pytest.mark.parametrize("tried", ["秋收以后再来上课", "秋收以后再来上课 ", "\t秋收以后再来上课\n"])
def test_blanks_at_the_ends_of_a_password_mean_nothing(
    client: FlaskClient, database: Database, cast: Cast, chosen: str, tried: str
) -> None:
    assert use_slip(client, slip_code(database, cast.chen), password=chosen).status_code == 303
    assert log_in(client, password=tried).status_code == 303


def test_a_password_of_before_is_taken_with_its_blank_and_without_it_from_then_on(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        db.get_one(Account, cast.chen).password_hash = HASHER.hash(f"{PASSWORD} ".encode())
    assert log_in(client, password=PASSWORD).status_code == 422
    assert log_in(client, password=f"{PASSWORD} ").status_code == 303
    assert log_in(client, password=PASSWORD).status_code == 303


@pytest.mark.parametrize(
    "password",
    [
        "12345678",
        "linkedin",
        "Butterfly",
        "狮湾村12345678",
        "shiwancun2016",
        "陈书记陈书记陈书记",
        "chenshuji88",
        "511002105201",
    ],
)
def test_a_password_that_others_would_guess_is_refused_and_the_slip_stays_good(
    client: FlaskClient, database: Database, cast: Cast, password: str
) -> None:
    code = slip_code(database, cast.chen)
    answer = use_slip(client, code, password=password)
    assert answer.status_code == 422
    assert "换一句只有自己会说的话" in answer.text
    assert use_slip(client, code).status_code == 303
    changed = client.post("/me/password", data={"password": "另外一句新密码呀", "new_password": password})
    assert changed.status_code == 422 and "换一句只有自己会说的话" in changed.text


def test_page_asked_for_before_logging_in_is_shown_after_it(client: FlaskClient, chen: int) -> None:
    asked = client.get(f"/desk/{SHIWAN}/learners?q=cdx")
    assert asked.status_code == 303
    assert log_in(client, url=asked.location).location == f"/desk/{SHIWAN}/learners?q=cdx"


def test_login_page_in_english_stays_english(client: FlaskClient, chen: int) -> None:
    assert 'lang="en"' in client.get("/login?lang=en").text


@pytest.mark.both_databases
def test_failure_says_the_same_for_unknown_disabled_and_passwordless_accounts(
    client: FlaskClient, database: Database, chen: int, cast: Cast
) -> None:
    with database.writing() as db:
        disabled = db.get_one(Account, cast.township_supervisor)
        disabled.password_hash, disabled.disabled_at = HASH, NOW.instant
    told = [
        log_in(client, "cjs", "wrong password"),
        log_in(client, "xxx", "wrong password"),
        log_in(client, "qaz", PASSWORD),  # disabled, the password right
        log_in(client, "lzs", "wrong password"),  # no password yet
    ]
    pages = {
        (response.status_code, response.text.replace(name, "?"))
        for response, name in zip(told, ["cjs", "xxx", "qaz", "lzs"], strict=True)
    }
    headers = {tuple(sorted(response.headers.items())) for response in told[1:]}
    assert len(pages) == 1 and len(headers) == 1
    assert told[0].status_code == 422 and "登录名或密码不对" in told[0].text


def test_failure_keeps_the_name_and_never_the_password(client: FlaskClient, chen: int) -> None:
    page = log_in(client, "cjs", "wrong password").text
    assert 'value="cjs"' in page
    assert "wrong password" not in page


def guess(client: FlaskClient, name: str = "cjs") -> TestResponse:
    """Wrong passwords until one must wait; that answer."""
    for _ in range(20):
        answer = log_in(client, name, "wrong password")
        if answer.status_code == 429:
            return answer
    raise AssertionError("guessing never had to wait")


def test_after_some_failures_one_waits_a_minute_though_the_password_is_right_now(
    client: FlaskClient, chen: int, clock: StillClock
) -> None:
    guess(client)
    refused = log_in(client)
    assert refused.status_code == 429
    assert "过 60 秒再试" in refused.text and "用登录单不用等" in refused.text
    clock.move(minutes=1)
    assert log_in(client).status_code == 303


def test_strangers_keep_nobody_out_who_has_a_slip_or_a_browser_that_was_used(
    client: FlaskClient, app: Flask, database: Database, chen: int
) -> None:
    code = slip_code(database, chen)
    own = app.test_client()
    own.set_cookie("nightschool", make_login(database, chen))
    guessed_many_names(database)
    network = log_in(client, "nobody")
    assert network.status_code == 429 and "你这个网络上" in network.text
    assert log_in(own).status_code == 303
    changed = {"password": PASSWORD, "new_password": "另外一句新密码呀"}
    assert own.post("/me/password", data=changed).status_code == 303
    assert use_slip(app.test_client(), code).status_code == 303


def test_waiting_looks_the_same_for_a_name_that_does_not_exist(client: FlaskClient, chen: int) -> None:
    pages = []
    for name in ("cjs", "xxx"):
        pages.append(guess(client, name).text.replace(name, "?"))
    assert pages[0] == pages[1]


def test_limit_survives_a_restart(
    client: FlaskClient, chen: int, database: Database, app: Flask, clock: StillClock, tmp_path: Path
) -> None:
    guess(client)
    assert log_in(restarted(tmp_path, database, clock).test_client()).status_code == 429


def restarted(
    folder: Path, database: Database, clock: StillClock, base_url: str = "http://localhost"
) -> Flask:
    settings = Settings(
        data_folder=folder,
        database_url="",
        base_url=base_url,
        listen_host="127.0.0.1",
        listen_port=8000,
        timezone="Asia/Shanghai",
        keys=KEYS,
    )
    app = create_app(settings, database, clock=clock)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def guessed_many_names(database: Database) -> None:
    """Sixty failures for sixty names from the test browser's address."""
    with database.writing() as db:
        for number in range(60):
            logins.book_attempt(
                db,
                login_name=f"name{number}",
                address="127.0.0.1",
                digester=Digester(KEYS.signing),
                now=NOW,
            )


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP"])
def test_invented_address_in_a_header_does_not_reset_the_limit(
    client: FlaskClient, database: Database, chen: int, header: str
) -> None:
    guessed_many_names(database)
    assert log_in(client, headers={header: "10.1.2.1"}).status_code == 429
    assert log_in(client, environ_base={"REMOTE_ADDR": "10.1.2.1"}).status_code == 303


def test_proxy_on_this_machine_is_not_taken_for_the_one_who_guesses(
    database: Database, chen: int, clock: StillClock, tmp_path: Path
) -> None:
    base = "https://yexiao.example"
    guessed_many_names(database)
    client = restarted(tmp_path, database, clock, base).test_client()
    assert log_in(client, base_url=base).status_code == 303


def test_posting_that_has_ended_is_told_after_the_right_password_only(
    client: FlaskClient, database: Database, chen: int
) -> None:
    with database.writing() as db:
        db.scalars(select(Posting).where(Posting.account_id == chen)).one().to_day = TODAY - timedelta(days=1)
    assert "职责已经到期" in log_in(client).text
    assert "职责" not in log_in(client, password="wrong password").text


# The cookie


def test_own_phone_keeps_the_cookie_and_a_shared_computer_until_it_is_closed(
    client: FlaskClient, chen: int
) -> None:
    shared = set_cookies(log_in(client))["nightschool"]
    own = set_cookies(log_in(client, own_phone=True))["nightschool"]
    assert "Max-Age" not in shared and "Expires" not in shared
    # Longer than the login, so that what comes too late is not lost.
    assert f"Max-Age={44 * 24 * 3600}" in own
    for cookie in (shared, own):
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie


def test_cookies_over_tls_are_secure_and_tied_to_the_host(
    database: Database, chen: int, clock: StillClock, tmp_path: Path
) -> None:
    base = "https://yexiao.example"
    client = restarted(tmp_path, database, clock, base).test_client()
    cookies = set_cookies(client.get("/login", base_url=base)) | set_cookies(log_in(client, base_url=base))
    assert set(cookies) == {"__Host-nightschool", "__Host-nightschool-form"}
    for cookie in cookies.values():
        assert (
            "Secure" in cookie
            and "HttpOnly" in cookie
            and "SameSite=Lax" in cookie
            and "Domain" not in cookie
        )


def test_cookie_holds_a_token_and_the_database_only_its_digest(
    client: FlaskClient, database: Database, chen: int
) -> None:
    log_in(client)
    token = client.get_cookie("nightschool").value  # type: ignore[union-attr]
    with database.reading() as db:
        stored = db.scalars(select(LoginSession)).one()
    assert token not in str(vars(stored))


def test_login_put_into_a_browser_beforehand_is_not_the_one_it_has_afterwards(
    client: FlaskClient, database: Database, chen: int, cast: Cast
) -> None:
    planted = make_login(database, cast.luo)
    client.set_cookie("nightschool", planted)
    log_in(client)
    assert client.get_cookie("nightschool").value != planted  # type: ignore[union-attr]
    assert client.get(f"/desk/{SHIWAN}").status_code == 200
    client.set_cookie("nightschool", planted)
    assert client.get(f"/desk/{SHIWAN}").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "%00", "A" * 3000, "null"])
def test_nonsense_for_a_token_is_nobody(client: FlaskClient, cast: Cast, token: str) -> None:
    client.set_cookie("nightschool", token)
    assert client.get("/me").location == "/login?next=/me"


# Slips


def test_first_login_with_a_slip_sets_a_password(client: FlaskClient, database: Database, cast: Cast) -> None:
    response = use_slip(client, slip_code(database, cast.chen), password=PASSWORD + "吧")
    assert (response.status_code, response.location) == (303, "/desk")
    assert log_in(client, password=PASSWORD + "吧").status_code == 303


def test_used_slip_says_so_and_lets_nobody_in(client: FlaskClient, database: Database, cast: Cast) -> None:
    code = slip_code(database, cast.chen)
    use_slip(client, code)
    again = use_slip(client, code, password="别人的新密码也行")
    assert again.status_code == 422 and "用过了" in again.text


@pytest.mark.both_databases
def test_slip_looks_the_same_wrong_for_known_and_unknown_names(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    slip_code(database, cast.chen)
    answers = [use_slip(client, "AAAA-BBBB-CCCC", name) for name in ("cjs", "xxx")]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].text.replace("cjs", "?") == answers[1].text.replace("xxx", "?")


def test_wrong_slips_keep_nobody_waiting_who_has_the_right_one(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    code = slip_code(database, cast.chen)
    for number in range(9):
        assert use_slip(client, f"AAAA-BBBB-CCC{number}").status_code == 422
    assert use_slip(client, code).status_code == 303


def test_slip_sent_twice_lets_in_twice_with_the_password_it_has_set(
    client: FlaskClient, app: Flask, database: Database, cast: Cast
) -> None:
    code = slip_code(database, cast.chen)
    assert use_slip(client, code).status_code == 303
    assert use_slip(app.test_client(), code).status_code == 303
    assert use_slip(app.test_client(), code, password="再换一句新密码吧").status_code == 422


@pytest.mark.both_databases
def test_password_that_is_too_short_does_not_use_the_slip_up(
    client: FlaskClient, database: Database, cast: Cast
) -> None:
    code = slip_code(database, cast.chen)
    data = {"login_name": "cjs", "code": code, "new_password": "short"}
    refused = client.post("/login/slip", data=data)
    assert refused.status_code == 422 and "至少 8 个字" in refused.text
    with database.reading() as db:
        assert db.scalars(select(LoginSlip.used_at)).one() is None
    assert use_slip(client, code).status_code == 303


# One's own account


def test_me_shows_postings_and_devices(client: FlaskClient, database: Database, chen: int) -> None:
    make_login(database, chen, device="iPhone · WeChat")
    log_in(client, headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120"})
    page = client.get("/me").text
    assert "狮湾村 · 夜校管理员" in page
    assert "苹果手机上的微信" in page
    assert "电脑上的Edge 浏览器 · 就是这台" in re.sub(r"\s+", " ", page)


@pytest.mark.both_databases
def test_stolen_phone_is_out_once_it_is_revoked(
    client: FlaskClient, app: Flask, database: Database, chen: int
) -> None:
    stolen = app.test_client()
    stolen.set_cookie("nightschool", make_login(database, chen, device="stolen"))
    log_in(client)
    with database.reading() as db:
        login = db.scalars(select(LoginSession.id).where(LoginSession.device == "stolen")).one()
    assert stolen.get("/me").status_code == 200
    assert client.post(f"/me/devices/{login}/revoke").location == "/me"
    assert stolen.get("/me").status_code == 303


@pytest.mark.both_databases
def test_somebody_elses_device_cannot_be_revoked_and_looks_unknown(
    client: FlaskClient, database: Database, chen: int, cast: Cast
) -> None:
    make_login(database, cast.luo)
    log_in(client)
    with database.reading() as db:
        other = db.scalars(select(LoginSession.id).where(LoginSession.account_id == cast.luo)).one()
    foreign = client.post(f"/me/devices/{other}/revoke")
    unknown = client.post("/me/devices/999999/revoke")
    assert (foreign.status_code, unknown.status_code) == (404, 404)
    with database.reading() as db:
        assert db.get_one(LoginSession, other).revoked_at is None


def test_logging_out_forgets_the_browser_and_the_old_token(client: FlaskClient, chen: int) -> None:
    log_in(client)
    token = client.get_cookie("nightschool").value  # type: ignore[union-attr]
    assert client.post("/logout").location == "/"
    assert client.get_cookie("nightschool") is None
    client.set_cookie("nightschool", token)
    assert client.get("/me").status_code == 303


def test_changing_the_password_ends_every_other_device(client: FlaskClient, app: Flask, chen: int) -> None:
    other = app.test_client()
    log_in(other)
    log_in(client)
    changed = client.post("/me/password", data={"password": PASSWORD, "new_password": "另外一句新密码呀"})
    assert changed.location == "/me"
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    assert log_in(other).status_code == 422
    assert log_in(other, password="另外一句新密码呀").status_code == 303


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"password": "wrong password", "new_password": "long enough"}, "现在的密码不对"),
        ({"password": PASSWORD, "new_password": "short"}, "至少 8 个字"),
        ({"password": PASSWORD, "new_password": "x" * 129}, "最多 128 个字"),
        ({}, "写现在的密码"),
    ],
)
def test_password_that_cannot_be_changed_says_why(
    client: FlaskClient, chen: int, typed: dict[str, str], says: str
) -> None:
    log_in(client)
    response = client.post("/me/password", data=typed)
    assert response.status_code == 422 and says in response.text


def test_password_change_sent_twice_is_answered_alike(client: FlaskClient, chen: int) -> None:
    log_in(client)
    for _ in range(2):
        data = {"password": PASSWORD, "new_password": "另外一句新密码呀"}
        assert client.post("/me/password", data=data).location == "/me"
        assert "密码改好了" in client.get("/me").text
    assert log_in(client, password="另外一句新密码呀").status_code == 303


def test_guessing_the_old_password_on_somebodys_open_phone_must_wait(client: FlaskClient, chen: int) -> None:
    log_in(client)
    for _ in range(5):
        client.post("/me/password", data={"password": "wrong password", "new_password": "long enough"})
    right = client.post("/me/password", data={"password": PASSWORD, "new_password": "long enough"})
    assert right.status_code == 429


@pytest.mark.both_databases
def test_login_notes_that_it_is_used_at_most_every_quarter_of_an_hour(
    client: FlaskClient, database: Database, chen: int, clock: StillClock
) -> None:
    log_in(client)

    def seen() -> Any:
        with database.reading() as db:
            return db.scalars(select(func.max(LoginSession.last_seen_at))).one()

    clock.move(minutes=14)
    client.get("/me")
    assert seen() == NOW.instant
    clock.move(minutes=1)
    client.get("/me")
    assert seen() == NOW.instant + timedelta(minutes=15)


# Rights


def test_account_disabled_is_out_with_the_next_request(
    client: FlaskClient, database: Database, chen: int
) -> None:
    log_in(client)
    assert client.get(f"/desk/{SHIWAN}").status_code == 200
    with database.writing() as db:
        db.get_one(Account, chen).disabled_at = NOW.instant
    assert client.get(f"/desk/{SHIWAN}").status_code == 303


@pytest.mark.both_databases
def test_posting_moved_to_another_village_moves_the_rights_with_the_next_request(
    client: FlaskClient, database: Database, chen: int
) -> None:
    from tests.factories import JIANLI

    log_in(client)
    with database.writing() as db:
        db.scalars(select(Posting).where(Posting.account_id == chen)).one().region_code = JIANLI
    assert client.get(f"/desk/{SHIWAN}").status_code == 404
    assert client.get(f"/desk/{JIANLI}").status_code == 200


def test_posting_ends_at_midnight_of_the_village(
    client: FlaskClient, database: Database, chen: int, clock: StillClock
) -> None:
    log_in(client, own_phone=True)
    with database.writing() as db:
        db.scalars(select(Posting).where(Posting.account_id == chen)).one().to_day = TODAY
    clock.move(hours=13, minutes=59)  # 23:59 in the village, 15:59 UTC
    assert client.get(f"/desk/{SHIWAN}").status_code == 200
    clock.move(minutes=1)
    assert client.get(f"/desk/{SHIWAN}").status_code == 303


@pytest.fixture
def public_addresses() -> list[str]:
    return [
        "/",
        "/?q=shiwan",
        f"/v/{SHIWAN}",
        f"/v/{SHIWAN}.ics",
        f"/v/{SHIWAN}.txt",
        "/healthz",
        "/v/511002999999",
    ]


def test_public_pages_set_no_cookie_even_for_who_is_logged_in(
    client: FlaskClient, chen: int, public_addresses: list[str]
) -> None:
    log_in(client, own_phone=True)
    for address in public_addresses:
        assert client.get(address).headers.getlist("Set-Cookie") == [], address


# One's own name


@pytest.mark.both_databases
def test_who_was_called_after_the_village_says_who_they_are(
    database: Database, cast: Cast, browser_of: Any
) -> None:
    chen = browser_of(cast.chen)
    assert 'value="陈书记"' in chen.get("/me/name").text
    assert (
        "名字改好了：陈大明。"
        in chen.post("/me/name", data={"display_name": " 陈大明 "}, follow_redirects=True).text
    )
    assert "陈大明 改了自己的名字" in chen.get(f"/trail/{SHIWAN}").text
    with database.reading() as db:
        account = db.get_one(Account, cast.chen)
    assert (account.display_name, account.login_name) == ("陈大明", "cjs")


@pytest.mark.parametrize("typed", ["", "  ", "名" * 61])
def test_name_that_cannot_be_one_changes_nothing(
    database: Database, cast: Cast, browser_of: Any, typed: str
) -> None:
    assert browser_of(cast.chen).post("/me/name", data={"display_name": typed}).status_code == 422
    with database.reading() as db:
        assert db.get_one(Account, cast.chen).display_name == "陈书记"
