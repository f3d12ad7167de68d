"""A class of one village in the hall of another: whose it is stands in its name, and the way there counts."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import hold_slots
from nightschool.errors import CannotSchedule
from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.queries.courses.elsewhere import sessions_around
from nightschool.queries.courses.storms import storm_plan
from nightschool.queries.dispatch.dispatches import engagements
from nightschool.queries.oversight.inspections import within_reach
from nightschool.queries.seasons.localities import locality
from nightschool.rules.courses.storms import Storm
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_region,
    make_school,
    make_session,
    make_venue,
)

TOWNSHIP, COUNTY = "511002105000", "511002000000"
GUEST, THIRD = "511002105202", "511002105203"
TOMORROW = TODAY + timedelta(days=1)


def test_the_hall_of_another_village_has_its_name_and_its_way(cast: Cast, db: Session) -> None:
    for code, name, latitude in ((GUEST, "断桥村村民委员会", 30.5), (THIRD, "洪坝村村民委员会", 29.50)):
        make_region(db, code, name)
        make_school(db, code)
        db.add(RegionPosition(region_code=code, latitude=latitude, longitude=105.05))
    db.add(RegionPosition(region_code=SHIWAN, latitude=29.51, longitude=105.05))
    hall = make_venue(db, name="大礼堂", for_township=True, is_lit=False).id
    make_venue(db, GUEST, "大礼堂")  # it has one of its own
    guests = make_course(db, GUEST, "用电安全", venue_id=hall, teachers=(cast.teacher,))
    held = make_session(db, guests, TOMORROW, teachers=(cast.teacher,))
    storm = Storm(TOMORROW, TOMORROW)
    [village] = storm_plan(db, TOWNSHIP, storm, (), zone="Asia/Shanghai", at=NOW.moment)
    said = [sentence for one in village.lines[0].dates for sentence in one.against]
    assert said and all("狮湾村大礼堂" in sentence for sentence in said if "大礼堂" in sentence)
    assert any("大礼堂" in sentence for sentence in said)
    other = make_session(db, make_course(db, GUEST, "防汛", venue_id=hall), TOMORROW, booked=False)
    with pytest.raises(CannotSchedule) as refusal, db.begin_nested():
        hold_slots(db, [other], moment=NOW.moment, are_new=True)
    assert [one.resource_name for one in refusal.value.conflicts] == ["狮湾村大礼堂"]
    # 断桥村 lies a hundred kilometres away: they meet next door.
    here = locality(db, THIRD)
    [engaged] = engagements(db, [cast.teacher], here, TOMORROW, TOMORROW)[cast.teacher]
    assert engaged.way is not None and engaged.way.km < 5
    teacher = str(db.get_one(Teacher, cast.teacher).public_id)
    taught = sessions_around(db, here, [teacher], TOMORROW, TOMORROW)[0]["周老师"]
    assert [one.way.km < 5 for one in taught if one.way] == [True]
    near = within_reach(db, COUNTY, SHIWAN, 30, TOMORROW, TOMORROW, at=NOW.moment)
    assert held.public_id in near.classes
