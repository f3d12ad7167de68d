"""Night schools opened many at once: all or nothing, each with a slip that lets its coordinator in."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nightschool.actions.places import openings
from nightschool.actions.trust import logins
from nightschool.database import Database
from nightschool.errors import NotAllowed, Refused
from nightschool.models.places import NightSchool
from nightschool.models.trust import Account, LoginSlip, Posting
from nightschool.rules.access import Role
from nightschool.rules.places.openings import Opening
from nightschool.sealing import Digester
from tests.factories import JIANLI, KEYS, NOW, SHIWAN, TODAY, Cast, make_account, make_region

TOWNSHIP = "511002105000"
DIGESTER = Digester(KEYS.signing)


def villages(db: Session, number: int) -> list[Opening]:
    wanted = []
    for one in range(number):
        code = f"511002105{300 + one}"
        make_region(db, code, f"石坝{'一二三四五六七八九十'[one % 10]}村村民委员会")
        name = f"石坝{'一二三四五六七八九十'[one % 10]}村"
        wanted.append(Opening(code, name, f"{name}夜校管理员", names_a_person=False))
    return wanted


def open_all(db: Session, cast: Cast, wanted: list[Opening], **other: Any) -> tuple[Any, ...]:
    by = other.get("by", cast.region_administrator_actor)
    return openings.open_schools(db, openings=wanted, digester=DIGESTER, by=by, now=NOW)


def renew(db: Session, cast: Cast, chosen: list[str], **other: Any) -> Any:
    by = other.get("by", cast.region_administrator_actor)
    return openings.renew_slips(db, region_code=TOWNSHIP, chosen=chosen, digester=DIGESTER, by=by, now=NOW)


def fits(db: Session, slip: Any) -> bool:
    return logins.slip_fits(db, login_name=slip.login_name, code=slip.code, digester=DIGESTER, now=NOW)


def test_every_village_has_its_school_its_coordinator_and_a_slip_that_fits(cast: Cast, db: Session) -> None:
    wanted = villages(db, 12)
    wanted[3] = Opening(wanted[3].village_code, wanted[3].village, "王小明", "村文书")
    slips = open_all(db, cast, wanted)
    assert len(slips) == len({slip.code for slip in slips}) == len({slip.login_name for slip in slips}) == 12
    assert slips[0].login_name == "sbyc2" and slips[3].login_name == "wxm2"
    assert fits(db, slips[0]) and fits(db, slips[11])
    for one in wanted:
        account = db.scalars(select(Posting).where(Posting.region_code == one.village_code)).one()
        assert (account.role, account.from_day) == (Role.COORDINATOR, TODAY)
    assert (
        db.scalars(select(Posting.title).where(Posting.region_code == wanted[3].village_code)).one()
        == "村文书"
    )


def test_one_that_is_wrong_leaves_none(cast: Cast, database: Database) -> None:
    with database.writing() as db:
        wanted = [*villages(db, 3), Opening(SHIWAN, "狮湾村", "王支书")]
    with pytest.raises(Refused) as refused, database.writing() as db:
        open_all(db, cast, wanted)
    assert (refused.value.code, refused.value.details["row"]) == ("school_exists", SHIWAN)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(NightSchool)) == 2
        assert db.scalar(select(func.count()).select_from(LoginSlip)) == 0


def test_village_of_another_county_is_out_of_reach(cast: Cast, db: Session) -> None:
    with pytest.raises(NotAllowed):
        open_all(db, cast, [Opening(JIANLI, "建立村", "王支书")])
    with pytest.raises(NotAllowed):
        open_all(db, cast, villages(db, 1), by=cast.chen_actor)


@pytest.mark.parametrize(("number", "code"), [(0, "nothing_chosen"), (121, "too_many_at_once")])
def test_none_and_too_many_are_refused(cast: Cast, db: Session, number: int, code: str) -> None:
    wanted = [Opening(SHIWAN, "狮湾村", "王支书")] * number
    with pytest.raises(Refused) as refused:
        open_all(db, cast, wanted)
    assert refused.value.code == code


def test_a_large_township_is_opened_whole_each_village_with_a_code_of_its_own(
    cast: Cast, db: Session
) -> None:
    slips = open_all(db, cast, villages(db, 25))
    assert len(slips) == len({slip.code for slip in slips}) == len({slip.login_name for slip in slips}) == 25


def test_new_slips_make_the_lost_ones_void(cast: Cast, db: Session) -> None:
    old = open_all(db, cast, villages(db, 3))
    made = renew(db, cast, [slip.account for slip in old[:2]])
    assert [village for village, _slip in made] == ["石坝一村", "石坝二村"]
    assert [fits(db, slip) for slip in old] == [False, False, True]
    assert fits(db, made[0][1])


def test_who_has_logged_in_meanwhile_gets_none(cast: Cast, db: Session) -> None:
    old = open_all(db, cast, villages(db, 2))
    db.execute(
        Account.__table__.update().where(Account.public_id == old[0].account).values(password_hash="x")
    )
    assert len(renew(db, cast, [slip.account for slip in old])) == 1
    with pytest.raises(Refused) as refused:
        renew(db, cast, [old[0].account])
    assert refused.value.code == "nobody_waits"


def test_slips_are_for_the_regions_own_administrator(cast: Cast, db: Session) -> None:
    far = make_account(db, "yy1", "严陵的人", Role.COORDINATOR, JIANLI)
    with pytest.raises(Refused):
        renew(db, cast, [far.public_id])
    with pytest.raises(NotAllowed):
        renew(db, cast, [far.public_id], by=cast.chen_actor)
    with pytest.raises(Refused) as refused:
        renew(db, cast, [])
    assert refused.value.code == "nothing_chosen"
    assert db.scalar(select(func.count()).select_from(LoginSlip)) == 0


def test_slip_is_good_for_two_weeks(cast: Cast, db: Session) -> None:
    [slip] = open_all(db, cast, villages(db, 1))
    assert slip.expires_at == NOW.instant + timedelta(days=14)
