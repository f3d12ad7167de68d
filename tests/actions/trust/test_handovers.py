"""A village handed over: who goes keeps it to the day before, who comes has it from the day on, or nothing happens."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.trust import handovers
from nightschool.actions.trust.handovers import HandedOver
from nightschool.database import Database
from nightschool.errors import NotAllowed, Refused
from nightschool.models.places import NightSchool, Region
from nightschool.models.trust import Account, AuditEvent, Posting
from nightschool.rules.access import Role
from nightschool.rules.trust.handovers import Handover
from nightschool.sealing import Digester
from tests.factories import JIANLI, KEYS, NOW, SHIWAN, TODAY, Cast, make_account, make_region

DIGESTER = Digester(KEYS.signing)
TOWNSHIP = "511002105000"


def key(db: Session, account_id: int) -> str:
    return db.get_one(Account, account_id).public_id


def hand_over(db: Session, cast: Cast, *, village: str = SHIWAN, by: Any = None, **said: Any) -> HandedOver:
    usual: dict[str, Any] = {
        "leaving": (key(db, cast.chen),),
        "login_name": "",
        "display_name": "王小明",
        "title": "村文书",
        "from_day": TODAY,
    }
    return handovers.hand_over(
        db,
        village=village,
        handover=Handover(**{**usual, **said}),
        digester=DIGESTER,
        by=by or cast.region_administrator_actor,
        now=NOW,
    )


def held(db: Session, village: str = SHIWAN) -> list[tuple[str, date, date | None]]:
    rows = db.execute(
        select(Account.display_name, Posting.from_day, Posting.to_day)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.region_code == village, Posting.role == Role.COORDINATOR)
        .order_by(Posting.id)
    )
    return [tuple(row) for row in rows]


def test_new_person_has_the_village_from_today_with_a_slip(cast: Cast, db: Session) -> None:
    made = hand_over(db, cast)
    assert held(db) == [
        ("陈书记", date(2020, 1, 1), TODAY - timedelta(days=1)),
        ("王小明", TODAY, None),
    ]
    assert made.slip is not None and made.slip.login_name == "wxm2" and not made.needs_slip_later
    school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
    assert (school.contact_name, school.contact_phone) == ("陈书记", "0832-5550101")
    line = db.scalars(select(AuditEvent).where(AuditEvent.action == "school.hand_over")).one()
    assert (line.region_code, line.details["from_day"]) == (SHIWAN, TODAY.isoformat())
    assert "王小明" not in str(line.details)


def test_from_a_day_to_come_the_old_one_stays_until_the_day_before(cast: Cast, db: Session) -> None:
    day = TODAY + timedelta(days=7)
    made = hand_over(db, cast, from_day=day)
    assert held(db) == [("陈书记", date(2020, 1, 1), day - timedelta(days=1)), ("王小明", day, None)]
    assert made.slip is not None


def test_slip_that_would_be_too_old_by_then_is_not_made(cast: Cast, db: Session) -> None:
    made = hand_over(db, cast, from_day=TODAY + timedelta(days=30))
    assert made.slip is None and made.needs_slip_later


@pytest.mark.parametrize(("days", "has_slip"), [(10, True), (11, False)])
def test_a_slip_is_printed_up_to_ten_days_ahead(cast: Cast, db: Session, days: int, has_slip: bool) -> None:
    made = hand_over(db, cast, from_day=TODAY + timedelta(days=days))
    assert (made.slip is not None, made.needs_slip_later) == (has_slip, not has_slip)


def test_a_village_is_handed_over_at_most_three_months_ahead(cast: Cast, db: Session) -> None:
    hand_over(db, cast, from_day=TODAY + timedelta(days=92))
    assert held(db)[-1] == ("王小明", TODAY + timedelta(days=92), None)


def test_somebody_with_an_account_and_a_password_needs_no_slip(cast: Cast, db: Session) -> None:
    other = make_account(db, "lj1", "李杰", Role.SUPERVISOR, TOWNSHIP)
    other.password_hash = "x"
    db.flush()
    made = hand_over(db, cast, display_name="", login_name=" LJ1 ")
    assert (made.display_name, made.slip, made.needs_slip_later) == ("李杰", None, False)
    assert held(db)[-1] == ("李杰", TODAY, None)


def test_public_contact_moves_along_where_that_was_asked_for(cast: Cast, db: Session) -> None:
    before = db.get_one(Region, SHIWAN).revision
    hand_over(db, cast, becomes_contact=True, contact_phone="0832-5550109")
    db.expire_all()
    school = db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one()
    assert (school.contact_name, school.contact_phone) == ("王小明", "0832-5550109")
    assert db.get_one(Region, SHIWAN).revision > before


def test_one_of_two_goes_and_the_other_stays(cast: Cast, db: Session) -> None:
    make_account(db, "fg1", "副管理员", Role.COORDINATOR, SHIWAN)
    hand_over(db, cast)
    assert [(name, to_day) for name, _from, to_day in held(db)] == [
        ("陈书记", TODAY - timedelta(days=1)),
        ("副管理员", None),
        ("王小明", None),
    ]


def test_a_posting_that_ends_earlier_keeps_its_end(cast: Cast, db: Session) -> None:
    db.query(Posting).filter_by(account_id=cast.chen).update({"to_day": TODAY + timedelta(days=2)})
    hand_over(db, cast, from_day=TODAY + timedelta(days=9))
    assert held(db)[0][2] == TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [
        ({"leaving": ()}, "nobody_leaves", "leaving"),
        ({"leaving": ("A" * 22,)}, "no_longer_coordinator", "leaving"),
        ({"display_name": ""}, "nobody_comes", "login_name"),
        ({"login_name": "cjs"}, "two_come", "login_name"),
        ({"display_name": "", "login_name": "cjs"}, "comes_and_leaves", "login_name"),
        ({"display_name": "", "login_name": "nobody"}, "no_account", "login_name"),
        ({"display_name": "", "login_name": "lzs"}, "no_account", "login_name"),
        ({"display_name": "", "login_name": "szqgl"}, "own_account", "login_name"),
        ({"from_day": None}, "day_past", "from_day"),
        ({"from_day": TODAY - timedelta(days=1)}, "day_past", "from_day"),
        ({"from_day": TODAY + timedelta(days=93)}, "day_too_far", "from_day"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_leaves_nothing(
    cast: Cast, database: Database, said: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused, database.writing() as db:
        hand_over(db, cast, **said)
    assert (refused.value.code, refused.value.field) == (code, field)
    with database.reading() as db:
        assert held(db) == [("陈书记", date(2020, 1, 1), None)]
        assert db.scalars(select(AuditEvent)).all() == []


def test_who_serves_elsewhere_too_is_handed_over_from_above(cast: Cast, db: Session) -> None:
    db.add(
        Posting(account_id=cast.chen, role=Role.COORDINATOR, region_code=JIANLI, from_day=date(2020, 1, 1))
    )
    db.flush()
    with pytest.raises(Refused) as refused:
        hand_over(db, cast)
    assert (refused.value.code, refused.value.details["name"]) == ("held_elsewhere", "陈书记")


def test_only_administrators_hand_over_and_only_what_is_theirs(cast: Cast, db: Session) -> None:
    with pytest.raises(NotAllowed):
        hand_over(db, cast, by=cast.chen_actor)
    with pytest.raises(NotAllowed):
        hand_over(db, cast, village=JIANLI, leaving=(key(db, cast.luo),))
    make_region(db, "511002105202")
    with pytest.raises(Refused) as refused:
        hand_over(db, cast, village="511002105202")
    assert refused.value.code == "no_school"
