"""Accounts and postings: what an administrator can do, and what nobody can."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.trust import accounts
from nightschool.database import Database
from nightschool.errors import NightSchoolError, NotAllowed, NotFound, Refused
from nightschool.models.places import NightSchool, Region
from nightschool.models.trust import Account, AuditEvent, LoginSlip, Posting
from nightschool.queries import scope
from nightschool.queries.trust.trust import login_by_token
from nightschool.rules.access import SYSTEM, Actor, Post, Role, may
from nightschool.sealing import Digester
from tests.factories import (
    JIANLI,
    KEYS,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    actor,
    make_account,
    make_login,
    make_region,
    make_school,
    on,
)

DIGESTER = Digester(KEYS.signing)
TOWNSHIP, COUNTY, OTHER_COUNTY, CITY = "511002105000", "511002000000", "511024000000", "511000000000"
WHEN = {"now": NOW}
EMPTY_VILLAGE = "511002105202"


def create(db: Session, by: Actor, **wanted: Any) -> Account:
    usual: dict[str, Any] = {
        "login_name": "",
        "display_name": "陈秀英",
        "role": Role.SUPERVISOR,
        "region_code": TOWNSHIP,
    }
    return accounts.create_account(db, **{**usual, **wanted}, by=by, **WHEN)


def public_id(db: Session, account_id: int) -> str:
    return db.get_one(Account, account_id).public_id


def postings(db: Session, account_id: int) -> list[tuple[str, str | None]]:
    rows = db.execute(
        select(Posting.role, Posting.region_code).where(Posting.account_id == account_id).order_by(Posting.id)
    )
    return [(row.role, row.region_code) for row in rows]


# Creating


def test_account_is_created_with_its_posting_from_today_and_an_audit_line(cast: Cast, db: Session) -> None:
    made = create(db, cast.region_administrator_actor, title="副镇长")
    assert made.login_name == "cxy2"
    posting = db.scalars(select(Posting).where(Posting.account_id == made.id)).one()
    assert (posting.role, posting.region_code, posting.title, posting.from_day, posting.to_day) == (
        "supervisor",
        TOWNSHIP,
        "副镇长",
        TODAY,
        None,
    )
    line = db.scalars(select(AuditEvent)).one()
    assert (line.action, line.account_id, line.region_code, line.record) == (
        "account.create",
        cast.region_administrator,
        TOWNSHIP,
        f"account {made.id}",
    )


@pytest.mark.parametrize("typed", ["cjs", "CJS", "ｃｊｓ "])
def test_login_name_in_use_is_refused_with_one_that_is_free(cast: Cast, db: Session, typed: str) -> None:
    create(db, cast.region_administrator_actor)
    with pytest.raises(Refused) as refused:
        create(db, cast.region_administrator_actor, login_name=typed)
    assert (refused.value.code, refused.value.field, refused.value.details) == (
        "login_name_taken",
        "login_name",
        {"name": "cjs", "free": "cxy3"},
    )


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({"role": Role.SUPERVISOR, "region_code": OTHER_COUNTY}, NotAllowed),
        ({"role": Role.REGION_ADMINISTRATOR, "region_code": CITY}, NotAllowed),
        ({"role": Role.SYSTEM_ADMINISTRATOR, "region_code": None}, NotAllowed),
        ({"role": Role.SYSTEM_ADMINISTRATOR, "region_code": TOWNSHIP}, NotAllowed),
        ({"role": Role.COORDINATOR, "region_code": JIANLI}, NotAllowed),
        ({"role": Role.COORDINATOR, "region_code": TOWNSHIP}, Refused),
        ({"role": Role.SUPERVISOR, "region_code": SHIWAN}, Refused),
        ({"role": Role.SUPERVISOR, "region_code": "511002999000"}, NotFound),
        ({"display_name": "  "}, Refused),
        ({"login_name": "a b"}, Refused),
    ],
)
def test_account_that_may_not_be_is_refused_and_nothing_stands(
    cast: Cast, db: Session, wanted: dict[str, Any], refusal: type[NightSchoolError]
) -> None:
    before = db.scalars(select(Account.id)).all()
    with pytest.raises(refusal):
        create(db, cast.region_administrator_actor, **wanted)
    assert db.scalars(select(Account.id)).all() == before


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SUPERVISOR])
def test_who_manages_no_accounts_creates_none(cast: Cast, db: Session, role: Role) -> None:
    region = SHIWAN if role is Role.COORDINATOR else COUNTY
    with pytest.raises(NotAllowed):
        create(db, Actor(cast.chen, "陈书记", (Post(role, region),)))


def test_coordinator_of_a_village_without_a_school_is_refused(cast: Cast, db: Session) -> None:
    make_region(db, EMPTY_VILLAGE)
    with pytest.raises(Refused, match="no_school"):
        create(db, cast.region_administrator_actor, role=Role.COORDINATOR, region_code=EMPTY_VILLAGE)


def test_first_system_administrator_comes_from_the_command_line(db: Session) -> None:
    made = create(db, SYSTEM, role=Role.SYSTEM_ADMINISTRATOR, region_code=None)
    assert postings(db, made.id) == [("system_administrator", None)]


# Opening a school


def open_school(db: Session, by: Actor, **wanted: Any) -> accounts.Slip:
    usual: dict[str, Any] = {"village_code": EMPTY_VILLAGE, "display_name": "王文书", "login_name": ""}
    return accounts.open_school(db, **{**usual, **wanted}, digester=DIGESTER, by=by, **WHEN)


def test_opening_a_school_makes_school_account_posting_and_slip_in_one(cast: Cast, db: Session) -> None:
    revision = make_region(db, EMPTY_VILLAGE).revision
    slip = open_school(db, cast.region_administrator_actor, title="村文书")
    school = db.scalars(select(NightSchool).where(NightSchool.region_code == EMPTY_VILLAGE)).one()
    assert (school.contact_name, school.opened_on) == ("王文书", TODAY)
    account = db.scalars(select(Account).where(Account.public_id == slip.account)).one()
    assert (
        (slip.login_name, slip.display_name)
        == (account.login_name, "王文书")
        == ("wws2", account.display_name)
    )
    assert postings(db, account.id) == [("coordinator", EMPTY_VILLAGE)]
    assert db.scalars(select(LoginSlip.account_id)).all() == [account.id]
    assert db.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all() == [
        "school.open",
        "account.create",
        "slip.make",
    ]
    assert db.scalars(select(Region.revision).where(Region.code == EMPTY_VILLAGE)).one() == revision + 1


def test_second_school_of_a_village_is_refused_by_its_name(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused) as refused:
        open_school(db, cast.region_administrator_actor, village_code=SHIWAN)
    assert (refused.value.code, refused.value.details) == ("school_exists", {"village": "狮湾村"})


def test_school_whose_coordinator_cannot_be_created_is_not_opened(database: Database, cast: Cast) -> None:
    with database.writing() as db:
        make_region(db, EMPTY_VILLAGE)
    with pytest.raises(Refused), database.writing() as db:
        open_school(db, cast.region_administrator_actor, login_name="cjs")
    with database.reading() as db:
        assert db.scalars(select(NightSchool).where(NightSchool.region_code == EMPTY_VILLAGE)).all() == []


@pytest.mark.parametrize("village", [JIANLI, "511024100299"])
def test_school_outside_ones_region_cannot_be_opened(cast: Cast, db: Session, village: str) -> None:
    with pytest.raises(NotAllowed):
        open_school(db, cast.region_administrator_actor, village_code=village)


# Postings and slips of others

Deed = Callable[[Session, str, Actor], Any]


def give(db: Session, account: str, by: Actor) -> None:
    accounts.give_posting(
        db, account=account, role=Role.SUPERVISOR, region_code=TOWNSHIP, from_day=TODAY, by=by, **WHEN
    )


def end(db: Session, account: str, by: Actor) -> None:
    posting = db.scalars(
        select(Posting.id).join(Account, Account.id == Posting.account_id).where(Account.public_id == account)
    ).first()
    accounts.end_posting(db, account=account, posting_id=posting or 0, by=by, **WHEN)


def slip(db: Session, account: str, by: Actor) -> None:
    accounts.make_slip(db, account=account, digester=DIGESTER, by=by, **WHEN)


def disable(db: Session, account: str, by: Actor) -> None:
    accounts.disable_account(db, account=account, by=by, **WHEN)


def set_password(db: Session, account: str, by: Actor) -> None:
    accounts.set_password(db, account=account, new_hash="new", by=by, **WHEN)


DEEDS: list[Deed] = [give, end, slip, disable, set_password]


@pytest.mark.parametrize("deed", DEEDS)
def test_account_of_another_county_is_out_of_reach(cast: Cast, db: Session, deed: Deed) -> None:
    with pytest.raises(NotAllowed):
        deed(db, public_id(db, cast.luo), cast.region_administrator_actor)


@pytest.mark.parametrize("deed", DEEDS)
def test_account_posted_in_two_counties_takes_an_administrator_of_both(
    cast: Cast, db: Session, deed: Deed
) -> None:
    db.add(Posting(account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=TODAY))
    db.flush()
    with pytest.raises(NotAllowed):
        deed(db, public_id(db, cast.chen), cast.region_administrator_actor)
    of_city = make_account(db, "city", "市管理员", Role.REGION_ADMINISTRATOR, CITY)
    deed(db, public_id(db, cast.chen), actor(of_city, Role.REGION_ADMINISTRATOR, CITY))


@pytest.mark.parametrize("deed", DEEDS)
def test_system_administrators_account_is_out_of_a_region_administrators_reach(
    cast: Cast, db: Session, deed: Deed
) -> None:
    with pytest.raises(NotAllowed):
        deed(db, public_id(db, cast.system_administrator), cast.region_administrator_actor)


@pytest.mark.parametrize("deed", DEEDS)
def test_account_above_ones_own_region_is_out_of_reach(cast: Cast, db: Session, deed: Deed) -> None:
    of_township = make_account(db, "town", "镇管理员", Role.REGION_ADMINISTRATOR, TOWNSHIP)
    with pytest.raises(NotAllowed):
        deed(
            db,
            public_id(db, cast.region_administrator),
            actor(of_township, Role.REGION_ADMINISTRATOR, TOWNSHIP),
        )


@pytest.mark.parametrize("deed", DEEDS)
def test_unknown_account_is_not_found(cast: Cast, db: Session, deed: Deed) -> None:
    with pytest.raises(NotFound):
        deed(db, "x" * 22, cast.region_administrator_actor)


@pytest.mark.parametrize("deed", [give, end, slip, disable])
def test_nobody_gives_takes_or_resets_anything_of_his_own_account(
    cast: Cast, db: Session, deed: Deed
) -> None:
    with pytest.raises(Refused, match="own_account"):
        deed(db, public_id(db, cast.region_administrator), cast.region_administrator_actor)


@pytest.mark.parametrize("deed", DEEDS)
def test_each_deed_leaves_one_audit_line_of_who_did_it(cast: Cast, db: Session, deed: Deed) -> None:
    deed(db, public_id(db, cast.chen), cast.region_administrator_actor)
    assert db.scalars(select(AuditEvent.account_id)).all() == [cast.region_administrator]


def test_same_posting_is_not_given_twice(cast: Cast, db: Session) -> None:
    give(db, public_id(db, cast.chen), cast.region_administrator_actor)
    with pytest.raises(Refused, match="posting_exists"):
        give(db, public_id(db, cast.chen), cast.region_administrator_actor)


def test_posting_that_ends_before_it_begins_is_refused(cast: Cast, db: Session) -> None:
    with pytest.raises(Refused) as refused:
        accounts.give_posting(
            db,
            account=public_id(db, cast.chen),
            role=Role.SUPERVISOR,
            region_code=TOWNSHIP,
            from_day=TODAY,
            to_day=TODAY - timedelta(days=1),
            by=cast.region_administrator_actor,
            **WHEN,
        )
    assert (refused.value.code, refused.value.field) == ("days_out_of_order", "to_day")


def test_posting_ended_today_has_yesterday_for_its_last_day(cast: Cast, db: Session) -> None:
    end(db, public_id(db, cast.chen), cast.region_administrator_actor)
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    assert posting.to_day == TODAY - timedelta(days=1)
    with pytest.raises(Refused, match="posting_ended"):
        end(db, public_id(db, cast.chen), cast.region_administrator_actor)


def test_posting_that_begins_today_is_taken_back_whole(cast: Cast, db: Session) -> None:
    made = create(db, cast.region_administrator_actor)
    end(db, made.public_id, cast.region_administrator_actor)
    assert postings(db, made.id) == []


def test_posting_of_another_account_is_not_ended(cast: Cast, db: Session) -> None:
    other = db.scalars(select(Posting.id).where(Posting.account_id == cast.township_supervisor)).one()
    with pytest.raises(NotFound):
        accounts.end_posting(
            db,
            account=public_id(db, cast.chen),
            posting_id=other,
            by=cast.region_administrator_actor,
            **WHEN,
        )


def test_account_whose_postings_have_ended_is_still_managed_where_it_was_last(
    cast: Cast, db: Session
) -> None:
    end(db, public_id(db, cast.chen), cast.region_administrator_actor)
    assert scope.account_regions(db, public_id(db, cast.chen), today=TODAY) == (SHIWAN,)
    slip(db, public_id(db, cast.chen), cast.region_administrator_actor)


def test_coordinator_who_moved_is_managed_where_he_is_now(cast: Cast, db: Session) -> None:
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    posting.to_day = TODAY - timedelta(days=1)
    db.add(Posting(account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=TODAY))
    db.flush()
    with pytest.raises(NotAllowed):
        slip(db, public_id(db, cast.chen), cast.region_administrator_actor)


def test_disabled_account_is_out_at_once_and_gets_no_slip(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        slip(db, public_id(db, cast.chen), cast.region_administrator_actor)
        disable(db, public_id(db, cast.chen), cast.region_administrator_actor)
        assert login_by_token(db, token, now=NOW) is None
        assert db.scalars(select(LoginSlip.expires_at)).one() == NOW.instant
        with pytest.raises(Refused, match="disabled"):
            slip(db, public_id(db, cast.chen), cast.region_administrator_actor)


def test_account_enabled_again_needs_a_new_login(database: Database, cast: Cast) -> None:
    token = make_login(database, cast.chen)
    with database.writing() as db:
        disable(db, public_id(db, cast.chen), cast.region_administrator_actor)
        accounts.enable_account(
            db, account=public_id(db, cast.chen), by=cast.region_administrator_actor, **WHEN
        )
        assert db.get_one(Account, cast.chen).disabled_at is None
        assert login_by_token(db, token, now=NOW) is None


# Rights follow postings, in whatever order they come and go

CHANGE = st.one_of(
    st.tuples(
        st.just("give"), st.sampled_from([SHIWAN, JIANLI]), st.integers(-2, 2), st.none() | st.integers(0, 3)
    ),
    st.tuples(st.just("end"), st.integers(0, 5)),
    st.tuples(st.just("disable")),
    st.tuples(st.just("enable")),
    st.tuples(st.just("next day")),
)


@settings(max_examples=40)
@given(st.lists(CHANGE, max_size=8))
def test_rights_are_those_of_the_day_after_any_giving_moving_ending_and_disabling(
    database: Database, changes: list[tuple[Any, ...]]
) -> None:
    """A model of three lines is asked the same questions as the login after every change; the session stays the same."""
    with database.writing() as db:
        if db.get(Region, SHIWAN) is None:
            from tests.factories import make_places

            make_places(db)
            make_school(db)
            make_school(db, JIANLI)
        made = make_account(db, f"a{db.query(Account).count()}", "某人", Role.SUPERVISOR, COUNTY)
        first = db.scalars(select(Posting).where(Posting.account_id == made.id)).one()
        account, spans = made.public_id, {first.id: (COUNTY, first.from_day, None)}
    token = make_login(database, made.id, expires_at=NOW.instant + timedelta(days=30))
    day, enabled, live = TODAY, True, True
    for change in changes:
        with database.writing() as db:
            try:
                with db.begin_nested():
                    when = {"now": on(day), "by": SYSTEM}
                    match change:
                        case ("give", region, after, lasts):
                            start = day + timedelta(days=after)
                            stop = None if lasts is None else start + timedelta(days=lasts)
                            accounts.give_posting(
                                db,
                                account=account,
                                role=Role.COORDINATOR,
                                region_code=region,
                                from_day=start,
                                to_day=stop,
                                **when,
                            )
                            newest = db.scalars(select(Posting.id).order_by(Posting.id.desc())).first()
                            assert newest is not None
                            spans[newest] = (region, start, stop)
                        case ("end", number):
                            key = sorted(spans)[number % len(spans)] if spans else 0
                            accounts.end_posting(db, account=account, posting_id=key, **when)
                            region, start, _stop = spans.pop(key)
                            if start < day:
                                spans[key] = (region, start, day - timedelta(days=1))
                        case ("disable",):
                            accounts.disable_account(db, account=account, **when)
                            enabled = live = False
                        case ("enable",):
                            accounts.enable_account(db, account=account, **when)
                            enabled = True
                        case ("next day",):
                            day += timedelta(days=1)
            except (Refused, NotFound):
                pass
        held = {r for r, start, stop in spans.values() if start <= day and (stop is None or day <= stop)}
        with database.reading() as db:
            login = login_by_token(db, token, now=on(day))
        assert (login is not None) is (bool(held) and enabled and live)
        for region in (SHIWAN, JIANLI):
            has_right = login is not None and may(login.actor, "keep_register", region)
            assert has_right is (region in held and login is not None)


# A posting that ends on a chosen day


def end_with(db: Session, cast: Cast, last_day: Any) -> Any:
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    return accounts.end_posting(
        db,
        account=public_id(db, cast.chen),
        posting_id=posting.id,
        last_day=last_day,
        by=cast.region_administrator_actor,
        **WHEN,
    )


@pytest.mark.parametrize(("days", "ends"), [(None, -1), (-30, -1), (-1, -1), (0, 0), (10, 10)], ids=str)
def test_posting_ends_with_the_day_that_was_chosen(
    cast: Cast, db: Session, days: int | None, ends: int
) -> None:
    wanted = None if days is None else TODAY + timedelta(days=days)
    assert end_with(db, cast, wanted) == TODAY + timedelta(days=ends)
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    assert posting.to_day == TODAY + timedelta(days=ends)
    line = db.scalars(select(AuditEvent)).one()
    assert line.details["to_day"] == posting.to_day.isoformat()


def test_posting_is_not_made_longer_by_ending_it(cast: Cast, db: Session) -> None:
    end_with(db, cast, TODAY + timedelta(days=3))
    with pytest.raises(Refused) as refused:
        end_with(db, cast, TODAY + timedelta(days=4))
    assert (refused.value.code, refused.value.details["day"]) == (
        "posting_ends_earlier",
        TODAY + timedelta(days=3),
    )
    assert end_with(db, cast, TODAY + timedelta(days=1)) == TODAY + timedelta(days=1)


def test_posting_to_come_that_would_end_before_it_begins_is_taken_back(cast: Cast, db: Session) -> None:
    posting = db.scalars(select(Posting).where(Posting.account_id == cast.chen)).one()
    posting.from_day = TODAY + timedelta(days=9)
    db.flush()
    assert end_with(db, cast, TODAY + timedelta(days=8)) is None
    assert postings(db, cast.chen) == []
