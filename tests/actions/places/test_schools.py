"""A school's own description: what villagers read is what its coordinator wrote."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.places.schools import edit_school
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.trust import AuditEvent
from nightschool.rules.places.schools import SchoolEntry
from tests.factories import JIANLI, NOW, SHIWAN, Cast, make_region, make_venue


def edit(cast: Cast, db: Session, entry: SchoolEntry, **given: Any) -> None:
    defaults: dict[str, Any] = {"village": SHIWAN, "version": 1, "by": cast.chen_actor, "now": NOW}
    edit_school(db, entry=entry, **{**defaults, **given})


def school(db: Session, village: str = SHIWAN) -> NightSchool:
    return db.scalars(select(NightSchool).where(NightSchool.region_code == village)).one()


def test_the_profile_says_what_was_written_and_the_page_follows(cast: Cast, db: Session) -> None:
    venue = make_venue(db, name="村小")
    before = db.scalar(select(Region.revision).where(Region.code == SHIWAN)) or 0
    edit(cast, db, SchoolEntry("乡村夜校", "陈书记", "王会计", "0832-5550199", venue.public_id))
    found = school(db)
    assert (found.institution_name, found.principal, found.contact_name, found.contact_phone) == (
        "乡村夜校",
        "陈书记",
        "王会计",
        "0832-5550199",
    )
    assert found.usual_venue_id == venue.id
    assert db.scalar(select(Region.revision).where(Region.code == SHIWAN)) == before + 1


def test_the_trail_names_the_fields(cast: Cast, db: Session) -> None:
    stored = school(db)
    usual = db.get_one(Venue, cast.venue).public_id
    edit(cast, db, SchoolEntry("", "陈书记", stored.contact_name, "0832-5550199", usual))
    [line] = db.scalars(select(AuditEvent)).all()
    assert (line.action, line.details) == ("school.edit", {"fields": ["contact_phone", "principal"]})


def test_no_name_of_its_own_and_no_usual_venue(cast: Cast, db: Session) -> None:
    edit(cast, db, SchoolEntry())
    assert (school(db).institution_name, school(db).usual_venue_id) == (None, None)


def test_the_usual_venue_is_one_of_the_villages(cast: Cast, db: Session) -> None:
    foreign = db.get_one(Venue, cast.other_venue).public_id
    with pytest.raises(Refused, match="unknown_venue"):
        edit(cast, db, SchoolEntry(usual_venue=foreign))


def test_a_stale_profile_is_refused(cast: Cast, db: Session) -> None:
    edit(cast, db, SchoolEntry("乡村夜校"))
    with pytest.raises(StaleRecord):
        edit(cast, db, SchoolEntry("讲习所"))
    assert school(db).institution_name == "乡村夜校"


def test_only_its_own_coordinator_writes_it(cast: Cast, db: Session) -> None:
    with pytest.raises(NotAllowed):
        edit(cast, db, SchoolEntry("乡村夜校"), by=cast.luo_actor)
    with pytest.raises(NotAllowed):
        edit(cast, db, SchoolEntry("乡村夜校"), village=JIANLI)


def test_a_village_without_a_school_has_no_profile(cast: Cast, db: Session) -> None:
    from nightschool.rules.access import SYSTEM

    make_region(db, "511002105299", "新村村民委员会")
    with pytest.raises(NotFound):
        edit(cast, db, SchoolEntry(), village="511002105299", by=SYSTEM)
