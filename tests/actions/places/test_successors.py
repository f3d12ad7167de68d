"""Naming a village's successor, and telling pages of a change."""

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from nightschool.actions.places.successors import set_successor
from nightschool.actions.touching import touch_villages
from nightschool.errors import NotAllowed, Refused
from nightschool.models.places import Region
from nightschool.models.trust import AuditEvent
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from tests.actions.places.test_region_lists import LATER, NEW, OTHER_YUHUANG, TONGFU, YUHUANG, both, row
from tests.factories import JIANLI, NOW, SHIWAN, make_places


def test_only_the_system_administrator_may_name_a_successor(db) -> None:
    make_places(db)
    county = Actor(1, "市中区管理员", (Post(Role.REGION_ADMINISTRATOR, "511002000000"),))
    with pytest.raises(NotAllowed):
        set_successor(db, predecessor=SHIWAN, successor=JIANLI, day=NEW, by=county, now=NOW)


def test_a_successor_takes_over_on_its_day(db) -> None:
    both(db)
    day = date(2019, 12, 20)
    set_successor(db, predecessor=YUHUANG, successor=OTHER_YUHUANG, day=day, by=SYSTEM, now=LATER)
    assert row(db, YUHUANG, "successor_code", "successor_day", "valid_to") == (
        OTHER_YUHUANG,
        day,
        date(2019, 12, 19),
    )
    # The lists knew it only from 2023 on; now it is known to have stood earlier.
    assert row(db, OTHER_YUHUANG, "valid_from") == (day,)
    assert [row(db, code, "changed_at") for code in (YUHUANG, OTHER_YUHUANG)] == [
        (LATER.instant,),
        (LATER.instant,),
    ]
    event = db.execute(
        select(AuditEvent.action, AuditEvent.region_code, AuditEvent.details).order_by(AuditEvent.id.desc())
    ).first()
    assert tuple(event) == ("regions.successor", YUHUANG, {"successor": OTHER_YUHUANG, "day": "2019-12-20"})


def test_reading_the_lists_again_keeps_the_better_known_day(db) -> None:
    both(db)
    day = date(2019, 12, 20)
    set_successor(db, predecessor=YUHUANG, successor=OTHER_YUHUANG, day=day, by=SYSTEM, now=NOW)
    both(db)
    assert row(db, YUHUANG, "valid_to") == (date(2019, 12, 19),)


def test_the_same_successor_again_changes_nothing(db) -> None:
    both(db)
    for _time in range(2):
        set_successor(db, predecessor=YUHUANG, successor=OTHER_YUHUANG, day=NEW, by=SYSTEM, now=NOW)
    assert row(db, YUHUANG, "revision") == (3,)  # made, ended by the list, succeeded
    assert Counter(db.scalars(select(AuditEvent.action)))["regions.successor"] == 1


@pytest.mark.parametrize(
    ("old", "new", "day", "code"),
    [
        (YUHUANG, YUHUANG, NEW, "own_successor"),
        (YUHUANG, "511025102999", NEW, "unknown_region"),
        ("511025102999", YUHUANG, NEW, "unknown_region"),
        (YUHUANG, TONGFU, NEW, "other_level"),
        (OTHER_YUHUANG, SHIWAN, NEW, "before_its_time"),
    ],
)
def test_an_impossible_successor_is_refused(db, old: str, new: str, day: date, code: str) -> None:
    both(db)
    with pytest.raises(Refused) as refused:
        set_successor(db, predecessor=old, successor=new, day=day, by=SYSTEM, now=NOW)
    assert refused.value.code == code


def test_successors_never_lead_in_a_circle(db) -> None:
    both(db)
    set_successor(db, predecessor=YUHUANG, successor=SHIWAN, day=NEW, by=SYSTEM, now=NOW)
    set_successor(db, predecessor=SHIWAN, successor=JIANLI, day=date(2024, 1, 1), by=SYSTEM, now=NOW)
    with pytest.raises(Refused) as refused:
        set_successor(db, predecessor=JIANLI, successor=YUHUANG, day=date(2025, 1, 1), by=SYSTEM, now=NOW)
    assert refused.value.code == "successor_cycle"


def test_a_touched_village_counts_a_revision_more_once(db) -> None:
    make_places(db)
    village = db.get(Region, SHIWAN)
    touch_villages(db, [SHIWAN, SHIWAN], now=LATER)
    assert (village.revision, village.changed_at) == (2, LATER.instant)
    assert row(db, JIANLI, "revision", "changed_at") == (1, NOW.instant)
    touch_villages(db, [], now=LATER)
    assert row(db, SHIWAN, "revision") == (2,)
