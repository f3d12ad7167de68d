"""Villages still without a night school, and coordinators who have never got in."""

from collections import Counter
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.tallies import count_now, recount_all
from nightschool.database import Database
from nightschool.models.trust import Account, LoginSlip, Posting
from nightschool.queries.places import openings
from nightschool.rules.access import Role
from nightschool.rules.regions import BELOW, PREFIX_DIGITS, Level, full_code, level_of
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


def test_parts_are_what_their_villages_come_to_whenever_these_end(database: Database, cast: Cast) -> None:
    """Villages and communities with and without a school, in three townships, that have ended, will, or do not."""
    days = (None, TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=9))
    expected: dict[str, Counter[str]] = {}
    with database.writing() as db:
        make_region(db, "511002106000", "东兴镇")
        for township in ("511002105", "511002106", "511024100"):
            line = expected[township] = Counter(villages=int(township != "511002106"))
            line += Counter(schools=line["villages"], of_villages=line["villages"])
            for number, (day, kind, has_school) in enumerate(product(days, "02", (False, True))):
                code = f"{township}{kind}{40 + number}"
                make_region(db, code, valid_to=day)
                if has_school:
                    make_school(db, code)
                lives = day is None or day >= TODAY
                line["villages"] += lives or has_school
                line["schools"] += has_school
                line["of_communities" if kind == "0" else "of_villages"] += day is None and has_school
    for region, digits, finest in (
        (COUNTY, 9, Level.VILLAGE),
        ("511000000000", 6, Level.PROVINCE),
        ("510000000000", 4, Level.CITY),
        ("510000000000", 6, Level.COUNTY),
        ("510000000000", 9, Level.TOWNSHIP),
    ):
        parts: dict[str, Counter[str]] = {}
        units: dict[str, Counter[str]] = {}
        for township, line in expected.items():
            if township.startswith(region.rstrip("0")):
                parts.setdefault(township[:digits].ljust(12, "0"), Counter()).update(line)
                units.setdefault(
                    full_code(township[: PREFIX_DIGITS[BELOW[level_of(region)]]]), Counter()
                ).update(line)
        with database.reading() as db:
            below, by_type = openings.units_and_schools(db, region, today=TODAY, finest=finest)
        assert {one.code: (one.villages, one.schools) for one in below} == {
            code: (line["villages"], line["schools"]) for code, line in units.items()
        }
        assert {one.region: (one.villages, one.communities) for one in by_type} == {
            code: (line["of_villages"], line["of_communities"]) for code, line in parts.items()
        }
    assert not recount_all(database, only_look=True)


@pytest.mark.parametrize("number", [1, 30])
def test_each_list_is_the_same_few_statements(
    cast: Cast, db: Session, statements: list[str], number: int
) -> None:
    for one in range(number):
        code = f"511002105{300 + one}"
        make_region(db, code)
        make_school(db, code)
        make_account(db, f"n{one}", f"新人{one}", Role.COORDINATOR, code)
    count_now(db)
    statements.clear()
    openings.villages(db, TOWNSHIP, today=TODAY)
    openings.units_below(db, COUNTY, today=TODAY)
    assert len(openings.never_logged_in(db, TOWNSHIP, now=NOW)) == number + 1
    assert len(statements) == 1 + 3 + 1
