"""Villages still without a night school, and coordinators who have never got in."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.models.trust import Account, LoginSlip, Posting
from nightschool.queries.places import openings
from nightschool.rules.access import Role
from tests.factories import JIANLI, NOW, SHIWAN, TODAY, Cast, make_account, make_region, make_school

COUNTY, TOWNSHIP = "511002000000", "511002105000"


def test_township_has_its_living_villages_with_and_without_school(cast: Cast, db: Session) -> None:
    make_region(db, "511002105202", "断桥村村民委员会")
    make_region(db, "511002105203", "撤了的村", valid_to=TODAY - timedelta(days=1))
    make_region(db, "511002105204", "今天还在的村", valid_to=TODAY)
    found = openings.villages(db, TOWNSHIP, today=TODAY)
    assert [(village.name, village.has_school) for village in found] == [
        ("狮湾村", True),
        ("断桥村", False),
        ("今天还在的村", False),
    ]


def test_county_counts_villages_and_schools_by_township(cast: Cast, db: Session) -> None:
    make_region(db, "511002105202")
    make_region(db, "511002105203", valid_to=TODAY - timedelta(days=1))
    make_region(db, "511002106000", "永安镇")
    found = openings.units_below(db, COUNTY, today=TODAY)
    assert [(place.name, place.villages, place.schools) for place in found] == [
        ("全安镇", 2, 1),
        ("永安镇", 0, 0),
    ]
    [county, other] = openings.units_below(db, "511000000000", today=TODAY)
    assert (county.villages, county.schools, other.schools) == (2, 1, 1)


def test_only_coordinators_who_have_never_got_in_wait(cast: Cast, db: Session) -> None:
    db.add(
        LoginSlip(
            account_id=cast.chen,
            code_digest="a" * 64,
            made_by=None,
            made_at=NOW.instant,
            expires_at=NOW.instant + timedelta(1),
        )
    )
    for name, columns in {"in": {"password_hash": "x"}, "off": {"disabled_at": NOW.instant}}.items():
        account = make_account(db, f"{name}1", name, Role.COORDINATOR, SHIWAN)
        for key, value in columns.items():
            setattr(account, key, value)
    gone = make_account(db, "gone1", "走了的人", Role.COORDINATOR, SHIWAN)
    db.query(Posting).filter_by(account_id=gone.id).update({"to_day": TODAY - timedelta(days=1)})
    both = make_account(db, "both1", "两县的人", Role.COORDINATOR, SHIWAN)
    db.add(Posting(account_id=both.id, role=Role.COORDINATOR, region_code=JIANLI, from_day=TODAY))
    db.flush()
    waiting = openings.never_logged_in(db, COUNTY, now=NOW)
    assert [(line.login_name, line.village) for line in waiting] == [("cjs", "狮湾村")]
    assert waiting[0].slip_until == NOW.instant + timedelta(1)
    whole = openings.never_logged_in(db, "511000000000", now=NOW)
    assert {line.login_name for line in whole} == {"cjs", "both1", "lzs"}
    assert db.get_one(Account, cast.chen).public_id == waiting[0].account


@pytest.mark.parametrize("number", [1, 30])
def test_each_list_is_one_statement(cast: Cast, db: Session, statements: list[str], number: int) -> None:
    for one in range(number):
        code = f"511002105{300 + one}"
        make_region(db, code)
        make_school(db, code)
        make_account(db, f"n{one}", f"新人{one}", Role.COORDINATOR, code)
    statements.clear()
    openings.villages(db, TOWNSHIP, today=TODAY)
    openings.units_below(db, COUNTY, today=TODAY)
    assert len(openings.never_logged_in(db, TOWNSHIP, now=NOW)) == number + 1
    assert len(statements) == 3
