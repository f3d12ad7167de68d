"""Logging in: what a try costs, what lets in, and what ends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts, logins
from nightschool.actions.trust.hashing import HASHER, NOBODYS, hash_password, is_right, renewed
from nightschool.actions.trust.logins import Attempt, Browser
from nightschool.database import Database
from nightschool.errors import NotFound, Refused
from nightschool.models.trust import (
    Account,
    AuditEvent,
    LoginAttempt,
    LoginSession,
    LoginSlip,
    Posting,
)
from nightschool.queries.trust.trust import devices, ended_login, login_by_token, token_digest
from nightschool.rules.access import SYSTEM, Post, Role
from nightschool.rules.slots import Now
from nightschool.rules.trust.throttle import IS_NEW_FOR, NETWORK, NEW_PLACE, STRANGER
from nightschool.sealing import Digester
from tests.factories import KEYS, NOW, SHIWAN, TODAY, Cast, later, make_login

DIGESTER = Digester(KEYS.signing)
PHONE = Browser("Android · WeChat", is_own_phone=True)
COMPUTER = Browser("Windows · Edge", is_own_phone=False)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def book(
    db: Session,
    name: str = "cjs",
    *,
    at: Now = NOW,
    address: str | None = "10.0.0.1",
    token: str = "",
) -> Attempt:
    return logins.book_attempt(db, login_name=name, address=address, token=token, digester=DIGESTER, now=at)


def wait_of(book_again: Callable[[], object]) -> datetime:
    with pytest.raises(Refused) as refused:
        book_again()
    assert refused.value.code == "too_many"
    until: datetime = refused.value.details["until"]
    return until


def slip_of(db: Session, account_id: int, *, at: Now = NOW) -> str:
    public_id = db.get_one(Account, account_id).public_id
    return accounts.make_slip(db, account=public_id, digester=DIGESTER, by=SYSTEM, now=at).code


def use_slip(db: Session, code: str, name: str = "cjs", *, at: Now = NOW) -> logins.OpenedLogin:
    return logins.log_in_with_slip(
        db,
        login_name=name,
        code=code,
        new_hash="new hash",
        digester=DIGESTER,
        now=at,
        browser=PHONE,
    )


# Passwords


def test_password_is_right_only_for_its_own_hash() -> None:
    stored = hash_password("秋收以后再上课")
    assert is_right(stored, "秋收以后再上课")
    assert not is_right(stored, "秋收以前再上课")


def test_password_typed_full_width_is_right() -> None:
    assert is_right(hash_password("night-school"), "ｎｉｇｈｔ－ｓｃｈｏｏｌ")


def test_no_password_is_right_for_an_account_without_one() -> None:
    assert not is_right(None, "")


def test_unknown_name_costs_the_same_hash_as_a_known_one() -> None:
    assert not HASHER.check_needs_rehash(NOBODYS)


def test_hash_made_with_another_cost_is_renewed() -> None:
    from argon2 import PasswordHasher

    cheap = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(b"night-school")
    again = renewed(cheap, "night-school")
    assert again is not None and is_right(again, "night-school")
    assert renewed(again, "night-school") is None


# Tries


def guess(
    db: Session, name: str = "cjs", *, at: Now = NOW, address: str | None = "10.0.0.66", times: int = 99
) -> int:
    """How many of so many tries at one instant are looked at."""
    looked_at = 0
    for _number in range(times):
        try:
            book(db, name, at=at, address=address)
        except Refused:
            break
        looked_at += 1
    return looked_at


def test_some_failures_in_quick_succession_cost_a_minute(cast: Cast, db: Session) -> None:
    assert guess(db) == IS_NEW_FOR + STRANGER.free
    assert wait_of(lambda: book(db, address="10.0.0.66")) == NOW.instant + MINUTE
    assert guess(db, at=later(MINUTE)) == 1


def test_waiting_is_the_same_for_a_name_that_does_not_exist(cast: Cast, db: Session) -> None:
    assert guess(db, "nobody") == guess(db, "cjs")
    assert wait_of(lambda: book(db, "nobody", address="10.0.0.66")) == NOW.instant + MINUTE


def test_name_is_counted_however_it_is_typed(cast: Cast, db: Session) -> None:
    for name in ("cjs", "CJS", " cjs ", "ｃｊｓ", "Cjs", "CjS", "cjS"):
        book(db, name)
    wait_of(lambda: book(db))


def test_a_hundred_guesses_an_hour_are_looked_at_however_many_networks_they_come_from(
    cast: Cast, db: Session
) -> None:
    looked_at = sum(
        guess(db, at=later(seconds=20 * number), address=f"10.7.{number}.1", times=1) for number in range(180)
    )
    looked_at += guess(db, at=later(HOUR - MINUTE))
    assert looked_at <= 100


def test_an_hour_of_guessing_from_one_network_keeps_the_owner_nowhere_else_waiting(
    cast: Cast, db: Session
) -> None:
    for minute in range(60):
        guess(db, at=later(minute * MINUTE))
    assert guess(db, at=later(HOUR), address="10.0.0.1") >= IS_NEW_FOR


def test_a_stranger_behind_the_same_network_keeps_the_owner_waiting_for_a_minute_at_most(
    cast: Cast, db: Session
) -> None:
    for number in range(99):
        guess(db, f"name{number}", times=1)
    guess(db)
    assert wait_of(lambda: book(db, address="10.0.0.66")) <= NOW.instant + MINUTE
    book(db, at=later(MINUTE), address="10.0.0.66")


def test_one_account_that_must_wait_keeps_nobody_else_waiting(cast: Cast, db: Session) -> None:
    guess(db)
    assert book(db, "lzs", address="10.0.0.66").account_id == cast.luo


def test_one_network_that_tries_many_names_must_wait_a_little(cast: Cast, db: Session) -> None:
    for number in range(60):
        book(db, f"name{number}")
    with pytest.raises(Refused) as refused:
        book(db, "yet another")
    assert refused.value.details == {"until": NOW.instant + NETWORK.every, "is_network": True}
    book(db, "yet another", address="10.0.0.2")
    book(db, "yet another", at=later(NETWORK.every))


def test_a_whole_ipv6_network_counts_as_one(cast: Cast, db: Session) -> None:
    for number in range(60):
        book(db, f"name{number}", address=f"2001:db8:1:2::{number:x}")
    wait_of(lambda: book(db, "yet another", address="2001:db8:1:2:ffff::1"))
    book(db, "yet another", address="2001:db8:1:3::1")


def test_without_an_address_only_the_name_counts(cast: Cast, db: Session) -> None:
    for number in range(100):
        book(db, f"name{number}", address=None)
    assert guess(db, address=None) == STRANGER.free


def test_strangers_guesses_keep_the_owner_out_of_no_browser_he_has_used(
    database: Database, cast: Cast
) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        guess(db)
        for number in range(60):
            book(db, f"name{number}", address="10.0.0.1")
        assert book(db, token=token, address="10.0.0.1").account_id == cast.chen


def test_known_phone_of_another_account_counts_as_a_strangers(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.luo)
    with database.writing() as db:
        guess(db)
        wait_of(lambda: book(db, token=token, address="10.0.0.66"))


def test_known_phone_is_limited_too(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        for number in range(5):
            book(db, token=token, address=f"10.0.1.{number}")
        assert wait_of(lambda: book(db, token=token)) == NOW.instant + MINUTE


def test_a_phone_that_was_logged_out_counts_as_a_strangers(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen, revoked_at=NOW.instant - MINUTE)
    with database.writing() as db:
        guess(db)
        wait_of(lambda: book(db, token=token, address="10.0.0.66"))


def test_guessing_slips_and_passwords_keeps_nobody_waiting_who_has_the_slip(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    guess(db)
    for _ in range(100):
        with pytest.raises(Refused, match="wrong_slip"):
            use_slip(db, "AAAABBBBCCCC")
    assert use_slip(db, code).actor == cast.chen_actor


def test_refused_try_is_not_counted_so_that_the_wait_ends(cast: Cast, db: Session) -> None:
    guess(db)
    for _ in range(50):
        wait_of(lambda: book(db, at=later(seconds=59), address="10.0.0.66"))
    book(db, at=later(MINUTE), address="10.0.0.66")


def test_a_clock_that_was_years_ahead_keeps_nobody_out(cast: Cast, db: Session) -> None:
    guess(db, at=later(days=3 * 365))
    book(db, address="10.0.0.66")
    assert db.scalar(select(func.count()).select_from(LoginAttempt)) == 1


def test_tries_are_forgotten_after_an_hour(cast: Cast, db: Session) -> None:
    book(db)
    book(db, "lzs", at=later(hours=1, minutes=1))
    assert db.scalar(select(func.count()).select_from(LoginAttempt)) == 1


def test_names_and_addresses_are_stored_as_keyed_digests(cast: Cast, db: Session) -> None:
    book(db)
    attempt = db.scalars(select(LoginAttempt)).one()
    assert attempt.name_digest == DIGESTER("attempt name", "cjs", "new")
    assert attempt.name_digest != Digester("another key")("attempt name", "cjs", "new")
    assert "10.0.0.1" not in attempt.address_digest


def test_simultaneous_tries_do_not_pass_the_limit(database: Database, cast: Cast) -> None:
    def try_once(number: int) -> bool:
        try:
            with database.writing() as db:
                book(db, address=f"10.0.2.{number}")
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_once, range(24))) == NEW_PLACE.free


# Logging in


def test_login_gives_the_postings_in_force_and_a_token_known_only_to_the_browser(
    cast: Cast, db: Session
) -> None:
    opened = logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW)
    assert opened.actor == cast.chen_actor
    assert login_by_token(db, opened.token, now=NOW).actor == cast.chen_actor  # type: ignore[union-attr]
    stored = db.scalars(select(LoginSession)).one()
    assert stored.token_digest == token_digest(opened.token)
    assert len(opened.token) == 43  # 256 bits


@pytest.mark.parametrize(
    ("device", "rest", "lasts"),
    [(PHONE, timedelta(days=14), timedelta(days=30)), (COMPUTER, timedelta(hours=2), timedelta(hours=12))],
)
def test_own_phone_stays_in_for_30_days_and_a_shared_computer_for_12_hours_if_they_are_used(
    cast: Cast, db: Session, device: Browser, rest: timedelta, lasts: timedelta
) -> None:
    token = logins.log_in(db, attempt=book(db), browser=device, now=NOW).token
    login = db.scalars(select(LoginSession)).one()
    assert login_by_token(db, token, now=later(rest - MINUTE))
    assert login_by_token(db, token, now=later(rest)) is None
    assert ended_login(db, token, now=later(rest)) is not None

    used = timedelta(0)
    while used + rest < lasts:
        used += rest - MINUTE
        logins.see(db, login_id=login.id, now=later(used))
        db.flush()
    assert login_by_token(db, token, now=later(lasts - MINUTE))
    assert login_by_token(db, token, now=later(lasts)) is None
    assert ended_login(db, token, now=later(lasts)) is not None


def test_logging_in_makes_another_token_and_ends_the_browsers_old_one(cast: Cast, db: Session) -> None:
    old = logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW).token
    new = logins.log_in(db, attempt=book(db), browser=replace(PHONE, old_token=old), now=NOW).token
    assert old != new
    assert login_by_token(db, old, now=NOW) is None
    assert login_by_token(db, new, now=NOW)


def test_success_takes_back_the_failures_from_the_same_place_only(cast: Cast, db: Session) -> None:
    for _ in range(3):
        book(db, address="10.0.0.9")
    book(db)
    logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW)
    assert db.scalar(select(func.count()).select_from(LoginAttempt)) == 3


def test_password_changed_while_it_was_checked_lets_nobody_in(cast: Cast, db: Session) -> None:
    attempt = book(db)
    db.get_one(Account, cast.chen).password_hash = "another"
    with pytest.raises(Refused, match="wrong_login"):
        logins.log_in(db, attempt=attempt, browser=PHONE, now=NOW)


def test_disabled_account_lets_nobody_in(cast: Cast, db: Session) -> None:
    db.get_one(Account, cast.chen).disabled_at = NOW.instant
    with pytest.raises(Refused, match="wrong_login"):
        logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW)


def test_account_without_a_posting_today_is_told_so_after_the_right_password(cast: Cast, db: Session) -> None:
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    posting.to_day = TODAY - timedelta(days=1)
    db.flush()
    with pytest.raises(Refused, match="no_posting"):
        logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW)


def test_login_leaves_an_audit_line(cast: Cast, db: Session) -> None:
    logins.log_in(db, attempt=book(db), browser=PHONE, now=NOW)
    line = db.scalars(select(AuditEvent)).one()
    assert (line.action, line.account_id, line.region_code) == ("login.open", cast.chen, SHIWAN)


# Slips


def test_slip_lets_in_once_and_sets_the_password(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    opened = use_slip(db, code)
    assert opened.actor == cast.chen_actor
    assert db.get_one(Account, cast.chen).password_hash == "new hash"
    with pytest.raises(Refused, match="wrong_slip"):
        use_slip(db, code)


def test_using_a_slip_ends_all_other_logins(database: Database, cast: Cast) -> None:
    stolen = make_login(database, cast.chen)
    with database.writing() as db:
        use_slip(db, slip_of(db, cast.chen))
        assert login_by_token(db, stolen, now=NOW) is None


def test_slip_is_good_for_fourteen_days(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    with pytest.raises(Refused, match="wrong_slip"):
        use_slip(db, code, at=later(days=14))
    use_slip(db, code, at=later(timedelta(days=14) - MINUTE))


def test_new_slip_voids_the_old_one(cast: Cast, db: Session) -> None:
    old = slip_of(db, cast.chen)
    new = slip_of(db, cast.chen)
    with pytest.raises(Refused, match="wrong_slip"):
        use_slip(db, old)
    use_slip(db, new)


def test_slip_of_one_account_is_of_no_use_for_another(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    slip_of(db, cast.luo)
    with pytest.raises(Refused, match="wrong_slip"):
        use_slip(db, code, "lzs")


def test_slip_of_a_disabled_account_lets_nobody_in(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    db.get_one(Account, cast.chen).disabled_at = NOW.instant
    db.flush()
    with pytest.raises(Refused, match="wrong_slip"):
        use_slip(db, code)


def test_slip_code_is_stored_as_a_keyed_digest_only(cast: Cast, db: Session) -> None:
    code = slip_of(db, cast.chen)
    stored = db.scalars(select(LoginSlip)).one()
    assert stored.code_digest == DIGESTER("login slip", "cjs", code)
    assert code not in str(
        {column: getattr(stored, column) for column in list(stored.__table__.columns.keys())}
    )


def test_two_uses_of_a_slip_at_the_same_instant_let_one_in(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        code = slip_of(db, cast.chen)

    def use(_number: int) -> bool:
        try:
            with database.writing() as db:
                use_slip(db, code)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


# Ending


def test_logging_out_ends_this_login_alone(database: Database, cast: Cast) -> None:
    here, there = make_login(database, cast.chen), make_login(database, cast.chen)
    with database.writing() as db:
        login = login_by_token(db, here, now=NOW)
        assert login is not None
        logins.log_out(db, login_id=login.id, by=login.actor, now=NOW)
        assert login_by_token(db, here, now=NOW) is None
        assert login_by_token(db, there, now=NOW)


def test_nobody_revokes_somebody_elses_device(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.luo)
    with database.writing() as db:
        login = login_by_token(db, token, now=NOW)
        assert login is not None
        with pytest.raises(NotFound):
            logins.revoke(db, login_id=login.id, by=cast.chen_actor, now=NOW)
        assert login_by_token(db, token, now=NOW)


def test_revoked_login_is_not_one_that_has_ended_by_itself(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen, revoked_at=NOW.instant, expires_at=NOW.instant)
    with database.reading() as db:
        assert ended_login(db, token, now=NOW) is None


def test_devices_are_those_logged_in_now_last_used_first(database: Database, cast: Cast) -> None:
    make_login(database, cast.chen, device="old", last_seen_at=NOW.instant - timedelta(days=1))
    make_login(database, cast.chen, device="new")
    make_login(database, cast.chen, device="ended", expires_at=NOW.instant)
    make_login(database, cast.chen, device="revoked", revoked_at=NOW.instant)
    make_login(database, cast.luo, device="luo")
    with database.reading() as db:
        assert [device.device for device in devices(db, cast.chen, now=NOW)] == ["new", "old"]


def test_changing_the_password_ends_every_other_login(database: Database, cast: Cast) -> None:
    here, there = make_login(database, cast.chen), make_login(database, cast.chen)
    with database.writing() as db:
        login = login_by_token(db, here, now=NOW)
        assert login is not None
        accounts.change_password(
            db, seen_hash=None, new_hash="new", keep_login=login.id, by=cast.chen_actor, now=NOW
        )
        assert login_by_token(db, here, now=NOW)
        assert login_by_token(db, there, now=NOW) is None
        assert db.get_one(Account, cast.chen).password_hash == "new"


def test_password_changed_meanwhile_is_not_changed_again(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused, match="wrong_password"):
        accounts.change_password(
            db, seen_hash="older", new_hash="new", keep_login=None, by=cast.chen_actor, now=NOW
        )


# Rights at each request


@pytest.mark.parametrize(
    ("from_day", "to_day", "holds"),
    [
        (-1, None, True),
        (0, None, True),
        (1, None, False),
        (-9, 0, True),  # its last day counts
        (-9, -1, False),
    ],
)
def test_login_carries_the_postings_of_that_day(
    database: Database, cast: Cast, from_day: int, to_day: int | None, holds: bool
) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
        posting.from_day = TODAY + timedelta(days=from_day)
        posting.to_day = None if to_day is None else TODAY + timedelta(days=to_day)
    with database.reading() as db:
        assert (login_by_token(db, token, now=NOW) is not None) is holds


def test_login_carries_every_posting_that_holds(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        db.add(
            Posting(account_id=cast.chen, role=Role.SUPERVISOR, region_code="511002105000", from_day=TODAY)
        )
    with database.reading() as db:
        login = login_by_token(db, token, now=NOW)
    assert login is not None
    assert login.actor.posts == (Post(Role.COORDINATOR, SHIWAN), Post(Role.SUPERVISOR, "511002105000"))


def test_reading_a_login_takes_one_statement(database: Database, cast: Cast, statements: list[str]) -> None:
    token = make_login(database, cast.chen)
    statements.clear()
    with database.reading() as db:
        login_by_token(db, token, now=NOW)
    assert len(statements) == 1


# A clock that was wrong


YEARS_AHEAD = later(days=3 * 365)


def test_tries_of_a_time_when_the_clock_was_ahead_keep_nobody_out(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        for _ in range(5 + IS_NEW_FOR):
            book(db, at=YEARS_AHEAD)
        wait_of(lambda: book(db, at=YEARS_AHEAD))
        book(db, at=NOW)


def test_a_login_of_a_time_when_the_clock_was_ahead_does_not_last_for_years(
    database: Database, cast: Cast
) -> None:
    token = make_login(database, cast.chen, at=YEARS_AHEAD.instant)
    with database.reading() as db:
        assert login_by_token(db, token, now=YEARS_AHEAD) is not None
        assert login_by_token(db, token, now=NOW) is None
        assert devices(db, cast.chen, now=NOW) == ()


def test_a_slip_of_a_time_when_the_clock_was_ahead_does_not_last_for_years(
    database: Database, cast: Cast
) -> None:
    with database.writing() as db:
        code = slip_of(db, cast.chen, at=YEARS_AHEAD)
        with pytest.raises(Refused):
            use_slip(db, code)


def test_a_clock_set_back_by_minutes_changes_nothing(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen, at=later(minutes=9).instant)
    with database.reading() as db:
        assert login_by_token(db, token, now=NOW) is not None
