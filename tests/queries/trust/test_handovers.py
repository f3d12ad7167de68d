"""What the next coordinator of a village will find, and nobody's neighbour in it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from nightschool.models.places import Venue
from nightschool.models.teaching import SessionStatus
from nightschool.models.trust import Posting
from nightschool.queries.trust import handovers
from nightschool.rules.access import Role
from nightschool.rules.slots import Moment
from tests.factories import (
    JIANLI,
    SEALER,
    SHIWAN,
    TODAY,
    Cast,
    make_account,
    make_course,
    make_learner,
    make_register,
    make_session,
    make_teacher,
    make_venue,
)

AT = Moment(TODAY, 10 * 60)


def fill(db: Session, cast: Cast, number: int) -> None:
    learner = make_learner(db)
    for one in range(number):
        teacher = make_teacher(db, name=f"老师{one}")
        make_venue(db, name=f"院坝{one}", key_holder="刘大爷")
        course = make_course(db, title=f"课{one}", teachers=(teacher.id,))
        for week in (1, 2):
            past = make_session(
                db, course, TODAY - timedelta(weeks=week), teachers=(teacher.id,), booked=False
            )
            make_register(db, past, cast.chen, present=(learner.id,))
        make_session(db, course, TODAY - timedelta(days=2), teachers=(teacher.id,), booked=False)
        make_session(db, course, TODAY + timedelta(days=2), teachers=(teacher.id,), booked=False)
        make_session(db, course, TODAY + timedelta(days=9), status=SessionStatus.DRAFT, booked=False)


def test_sheet_has_the_school_its_places_teachers_and_open_tasks(cast: Cast, db: Session) -> None:
    fill(db, cast, 2)
    db.query(Venue).filter_by(id=cast.venue).update({"retired_at": None, "key_holder": "王会计"})
    found = handovers.estate(db, SHIWAN, at=AT)
    assert found is not None
    assert (found.village, found.township, found.contact_name) == ("狮湾村", "全安镇", "陈书记")
    assert [(venue.name, venue.key_holder) for venue in found.venues] == [
        ("村活动室", "王会计"),
        ("院坝0", "刘大爷"),
        ("院坝1", "刘大爷"),
    ]
    assert [(teacher.name, teacher.times) for teacher in found.teachers] == [("老师0", 2), ("老师1", 2)]
    assert found.teachers[0].last == TODAY - timedelta(weeks=1)
    assert found.desk.unrecorded_total == 2 and len(found.desk.drafts) == 2
    assert [line.display_name for line in found.coordinators] == ["陈书记"]


def test_sheet_has_no_learner_and_no_phone_but_the_schools_own(cast: Cast, db: Session) -> None:
    fill(db, cast, 1)
    venue = db.get_one(Venue, cast.venue)
    venue.key_holder_phone = SEALER.seal("13812345678", about=f"venue.key_holder_phone:{venue.public_id}")
    db.flush()
    told = str(handovers.estate(db, SHIWAN, at=AT))
    assert "陈大秀" not in told and "138" not in told and "0832-5550101" in told


def test_those_to_come_are_among_the_coordinators_and_those_gone_are_not(cast: Cast, db: Session) -> None:
    next_one = make_account(db, "xr1", "新人", Role.COORDINATOR, SHIWAN)
    db.query(Posting).filter_by(account_id=next_one.id).update({"from_day": TODAY + timedelta(days=5)})
    gone = make_account(db, "gone1", "走了的人", Role.COORDINATOR, SHIWAN)
    db.query(Posting).filter_by(account_id=gone.id).update({"to_day": TODAY - timedelta(days=1)})
    make_account(db, "far1", "别村的人", Role.COORDINATOR, JIANLI)
    found = handovers.coordinators(db, SHIWAN, today=TODAY)
    assert [line.login_name for line in found] == ["cjs", "xr1"]


def test_village_without_a_school_has_nothing_to_hand_over(cast: Cast, db: Session) -> None:
    from tests.factories import make_region

    make_region(db, "511002105202")
    assert handovers.estate(db, "511002105202", at=AT) is None


@pytest.mark.parametrize("number", [1, 30])
def test_statements_do_not_grow(cast: Cast, db: Session, statements: list[str], number: int) -> None:
    fill(db, cast, number)
    statements.clear()
    handovers.estate(db, SHIWAN, at=AT)
    assert len(statements) <= 9
