"""What a region settles for itself holds there and below, until somebody below settles otherwise."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.places.region_settings import change_settings
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.queries.places.region_settings import approves_plans, settings
from nightschool.queries.seasons.localities import locality
from nightschool.rules.access import Actor, Post, Role
from tests.factories import JIANLI, NOW, SHIWAN, make_account, make_places

TOWNSHIP, COUNTY = "511002105000", "511002000000"


def somebody(db: Session, role: Role, region: str) -> Actor:
    account = make_account(db, f"{role}{region}"[-30:].replace("_", "-"), "某人", role, region)
    return Actor(account.id, "某人", (Post(role, region),))


def settled(db: Session, by: Actor, region: str, **values: Any) -> None:
    given = {"approves_plans": False, "travel_kmh": None, "seen_version": 0, **values}
    change_settings(db, region=region, by=by, now=NOW, **given)


def speed(db: Session, village: str) -> tuple[int, str]:
    here = locality(db, village)
    return here.kmh, here.kmh_of


def test_a_speed_holds_for_everything_below_until_a_nearer_region_has_its_own(db: Session) -> None:
    make_places(db)
    administrator = somebody(db, Role.REGION_ADMINISTRATOR, COUNTY)
    assert speed(db, SHIWAN) == (30, "")
    settled(db, administrator, COUNTY, travel_kmh=40)
    assert speed(db, SHIWAN) == (40, "市中区")
    settled(db, administrator, TOWNSHIP, travel_kmh=20)
    assert speed(db, SHIWAN) == (20, "全安镇")
    assert speed(db, JIANLI) == (30, "")
    page = settings(db, TOWNSHIP)
    assert page is not None
    assert (page.travel_kmh, page.kmh_above, page.kmh_from, page.version) == (20, 40, "市中区", 1)


def test_a_township_that_approves_plans_does_so_for_its_villages_alone(db: Session) -> None:
    make_places(db)
    supervisor = somebody(db, Role.SUPERVISOR, TOWNSHIP)
    assert not approves_plans(db, SHIWAN)
    settled(db, supervisor, TOWNSHIP, approves_plans=True)
    assert approves_plans(db, SHIWAN)
    assert not approves_plans(db, JIANLI)
    administrator = somebody(db, Role.REGION_ADMINISTRATOR, COUNTY)
    settled(db, administrator, COUNTY, approves_plans=True)
    page = settings(db, COUNTY)
    assert page is not None and not page.approves_plans


def test_settings_are_refused_where_they_do_not_belong(db: Session) -> None:
    make_places(db)
    supervisor = somebody(db, Role.SUPERVISOR, TOWNSHIP)
    with pytest.raises(NotAllowed):
        settled(db, supervisor, COUNTY, travel_kmh=50)
    with pytest.raises(NotFound):
        settled(db, supervisor, SHIWAN, travel_kmh=50)
    with pytest.raises(Refused, match="speed_out_of_range"):
        settled(db, supervisor, TOWNSHIP, travel_kmh=2)
    with pytest.raises(NotAllowed):
        settled(db, somebody(db, Role.COORDINATOR, SHIWAN), TOWNSHIP, approves_plans=True)
    settled(db, supervisor, TOWNSHIP, travel_kmh=50)
    with pytest.raises(StaleRecord):
        settled(db, supervisor, TOWNSHIP, travel_kmh=60)
    settled(db, supervisor, TOWNSHIP, travel_kmh=60, seen_version=1)
    assert speed(db, SHIWAN) == (60, "全安镇")


@pytest.mark.one_database
@pytest.mark.parametrize(("name", "least", "most"), [("travel_kmh", 3, 120), ("register_days", 0, 400)])
def test_what_a_region_settles_has_its_limits(db: Session, name: str, least: int, most: int) -> None:
    make_places(db)
    administrator = somebody(db, Role.REGION_ADMINISTRATOR, COUNTY)
    for beyond in (least - 1, most + 1):
        with pytest.raises(Refused) as refused:
            settled(db, administrator, COUNTY, **{name: beyond})
        assert (refused.value.field, refused.value.details) == (name, {"least": least, "most": most})
    settled(db, administrator, COUNTY, **{name: least})
    settled(db, administrator, COUNTY, **{name: most}, seen_version=1)
    assert getattr(settings(db, COUNTY), name) == most
