"""Who holds what in a region: by place, found by name, login name, village and pinyin, page by page."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.models.places import RegionKey
from nightschool.models.trust import Account, Posting
from nightschool.queries.trust import account_list as queries
from nightschool.queries.trust.account_list import ACCOUNTS_A_PAGE, Show
from nightschool.rules.access import Role
from tests.factories import NOW, SHIWAN, TODAY, Cast, make_account, make_region

COUNTY, TOWNSHIP = "511002000000", "511002105000"


def accounts(db: Session, code: str = COUNTY, **asked: Any) -> queries.AccountList:
    return queries.account_list(db, code, now=NOW, **asked)


def names(found: queries.AccountList) -> list[str]:
    return [line.login_name for line in found.accounts]


def test_region_lists_its_accounts_by_place_and_nobody_elses(cast: Cast, db: Session) -> None:
    found = accounts(db)
    assert names(found)[-1] == "cjs" and "lzs" not in names(found)
    assert found.total == len(found.accounts) == 4
    assert names(accounts(db, SHIWAN)) == ["cjs"]


def test_somebody_is_found_by_name_login_village_and_sound(cast: Cast, db: Session) -> None:
    db.add_all([RegionKey(key="swc", region_code=SHIWAN), RegionKey(key="shiwancun", region_code=SHIWAN)])
    db.flush()
    for query, is_found in [
        ("陈", True),
        ("书记", True),
        ("cjs", True),
        ("CJS ", True),
        ("chenshuji", True),
        ("csj", True),
        ("狮湾", True),
        ("shiwan", True),
        ("swc", True),
        ("罗", False),
        ("luo", False),
        ("%", False),
        ("_", False),
        ("hen", False),
        ("", True),
        ("建立", False),
    ]:
        assert ("cjs" in names(accounts(db, query=query))) == is_found


def test_somebody_with_a_dot_in_the_name_is_found(cast: Cast, db: Session) -> None:
    make_account(db, "mmt", "买买提·艾力", Role.COORDINATOR, SHIWAN)
    for query in ["买买提艾力", "买买提·艾力", "买买提　艾力", "maimaiti", "艾力"]:
        assert names(accounts(db, query=query)) == ["mmt"]


def test_a_part_of_a_name_in_latin_letters_is_enough(cast: Cast, db: Session) -> None:
    make_account(db, "js", "John Smith", Role.COORDINATOR, SHIWAN)
    for query in ["smith", "John Smith", "johnsmith", "JOHN"]:
        assert names(accounts(db, query=query)) == ["js"]


def test_role_state_and_end_narrow_the_list(cast: Cast, db: Session) -> None:
    gone = make_account(db, "old1", "退休的人", Role.COORDINATOR, SHIWAN)
    db.query(Posting).filter_by(account_id=gone.id).update({"to_day": TODAY - timedelta(days=1)})
    ill = make_account(db, "off1", "停用的人", Role.COORDINATOR, SHIWAN)
    ill.disabled_at = NOW.instant
    db.get_one(Account, cast.chen).password_hash = "x"
    db.flush()
    assert names(accounts(db, show=Show.COORDINATOR)) == ["cjs", "off1"]
    assert len(names(accounts(db, show=Show.SUPERVISOR))) == 2
    assert names(accounts(db, show=Show.DISABLED)) == ["off1"]
    assert names(accounts(db, show=Show.ENDED)) == ["old1"]
    assert "cjs" not in names(accounts(db, show=Show.NEVER)) and "off1" not in names(
        accounts(db, show=Show.NEVER)
    )
    assert "old1" not in names(accounts(db))


def county_of(db: Session, villages: int) -> None:
    for number in range(villages):
        code = f"5110021062{number:02d}" if number < 100 else f"511002107{number:03d}"
        make_region(db, code)
        for which in "ab":
            make_account(db, f"gl{number}{which}", f"管理员{number}{which}", Role.COORDINATOR, code)


@pytest.mark.parametrize("villages", [1, 30])
@pytest.mark.parametrize(("query", "most"), [("", 3), ("管理", 3), ("guanli", 4)])
def test_statements_do_not_grow_with_the_accounts(
    cast: Cast, db: Session, statements: list[str], villages: int, query: str, most: int
) -> None:
    make_region(db, "511002106000", "永安镇")
    county_of(db, villages)
    statements.clear()
    found = accounts(db, query=query)
    assert found.total >= 2 * villages
    assert len(statements) <= most


def test_pages_hold_everybody_once(cast: Cast, db: Session) -> None:
    make_region(db, "511002106000", "永安镇")
    county_of(db, 40)
    first = accounts(db)
    assert (first.total, first.pages, len(first.accounts)) == (84, 3, ACCOUNTS_A_PAGE)
    seen = [name for number in (1, 2, 3) for name in names(accounts(db, number=number))]
    assert len(seen) == len(set(seen)) == 84
    assert accounts(db, number=99).number == 3
