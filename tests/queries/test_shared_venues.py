"""A class of one village in the hall of another: whose it is stands in its name, and the way there counts."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from nightschool.actions.courses.bookings import hold_slots
from nightschool.errors import CannotSchedule
from nightschool.models.calendars import RegionPosition
from nightschool.models.people import Teacher
from nightschool.models.places import NightSchool
from nightschool.queries.courses.choices import on_offer
from nightschool.queries.courses.elsewhere import sessions_around
from nightschool.queries.courses.storms import storm_plan
from nightschool.queries.courses.surroundings import surroundings
from nightschool.queries.dispatch.candidates import candidates
from nightschool.queries.dispatch.dispatches import engagements, trip
from nightschool.queries.dispatch.wishes import wishes_in
from nightschool.queries.oversight.inspections import within_reach
from nightschool.queries.seasons.localities import locality, meeting_in
from nightschool.rules.courses.storms import Storm
from tests.factories import (
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    make_course,
    make_dispatch,
    make_region,
    make_school,
    make_session,
    make_venue,
    make_wish,
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
    near = make_course(db, THIRD, teachers=(cast.teacher,), starts=16 * 60, ends=18 * 60)
    for days in range(2, 16):
        make_session(db, near, TODAY + timedelta(days=days), teachers=(cast.teacher,))
    storm = Storm(TOMORROW, TOMORROW)
    [village] = storm_plan(db, TOWNSHIP, storm, (), zone="Asia/Shanghai", at=NOW.moment)
    said = [sentence for one in village.lines[0].dates for sentence in one.against]
    assert said and all("狮湾村大礼堂" in sentence for sentence in said if "大礼堂" in sentence)
    assert any("大礼堂" in sentence for sentence in said)
    lies = db.get_one(RegionPosition, SHIWAN)
    lies.latitude = 31.5
    db.flush()
    [further] = storm_plan(db, TOWNSHIP, storm, (), zone="Asia/Shanghai", at=NOW.moment)
    costs = [each.lines[0].dates[0].cost for each in (village, further)]
    assert costs[0] < costs[1], "the way of the teacher goes to the hall"
    lies.latitude = 29.51
    db.flush()
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


def test_a_class_that_is_planned_in_the_hall_of_another_village_counts_the_way_to_the_hall(
    cast: Cast, db: Session
) -> None:
    for code, latitude in ((SHIWAN, 29.51), (GUEST, 30.5), (THIRD, 29.50)):
        if code != SHIWAN:
            make_region(db, code)
            make_school(db, code)
        db.add(RegionPosition(region_code=code, latitude=latitude, longitude=105.05))
    hall = make_venue(db, name="大礼堂", for_township=True)
    db.execute(update(NightSchool).where(NightSchool.region_code == GUEST).values(usual_venue_id=hall.id))
    wish = make_wish(db, GUEST)
    [wished] = wishes_in(db, COUNTY, at=NOW.moment)
    assert wished.position is not None and wished.position.latitude == 29.51
    asked = {"trip": "t" * 20, "day": TOMORROW}
    make_dispatch(db, cast.teacher, THIRD, **asked, starts=960, ends=1020)
    made = make_dispatch(db, cast.teacher, GUEST, **asked, venue_id=hall.id, wish_id=wish.id)
    found = trip(db, made.public_id, at=NOW.moment)
    assert found and [leg.way.km < 5 for leg in found if leg.way] == [True]
    choices = on_offer(db, GUEST)
    make_session(db, make_course(db, THIRD), TOMORROW, starts=960, ends=1020, teachers=(cast.teacher,))
    teacher = str(db.get_one(Teacher, cast.teacher).public_id)
    given = {"choices": choices, "teachers": [teacher], "zone": "Asia/Shanghai"}
    here = locality(db, GUEST)
    around = surroundings(db, here, [TOMORROW], venue=choices.usual_venue, **given)
    assert [one.way.km < 5 for one in around.taught["周老师"] if one.way] == [True]
    days = {"days": [TOMORROW], "starts": 1140, "ends": 1230, "at": NOW.moment}
    at_hall = meeting_in(db, here, choices.hall_in(choices.usual_venue))
    [one] = candidates(db, at_hall, topic="果树修剪", **days)
    assert one.nearest and one.nearest.way and one.nearest.way.km < 5
