"""The life of a month's plan, with the township's approval and without it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import Common, edit_course, publish_course, schedule_course
from nightschool.actions.courses.labelling import set_session_labels
from nightschool.actions.courses.series import move_following
from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
)
from nightschool.actions.courses.undo import take_back
from nightschool.actions.oversight import plans
from nightschool.errors import NotAllowed, Refused
from nightschool.models.people import Teacher
from nightschool.models.places import Region, RegionSettings
from nightschool.models.planning import MonthPlan
from nightschool.models.teaching import ChangeSet, ClassSession, Course
from nightschool.models.trust import AuditEvent
from nightschool.queries.courses.series import members
from nightschool.queries.oversight import plans as queries
from nightschool.queries.oversight import township_plans
from nightschool.rules.access import Actor, Post, Role
from nightschool.rules.courses.labels import LabelKind, Labels
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Listed, Once
from nightschool.rules.courses.series import plan_following, steps_digest
from nightschool.rules.notices.revisions import tell_moment
from nightschool.rules.oversight.approvals import tell_gone, tell_since_approval
from nightschool.rules.regions import parent_of
from nightschool.rules.seasons.months import Month
from nightschool.rules.slots import Moment, Now, Slot
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_course,
    make_label,
    make_region,
    make_session,
    make_venue,
)

DECEMBER = Month(2026, 12)
FIRST, SECOND = date(2026, 12, 5), date(2026, 12, 12)
TOWNSHIP = Actor(None, "全安镇督导", (Post(Role.SUPERVISOR, "511002105000"),))
OTHER_TOWNSHIP = Actor(None, "严陵镇督导", (Post(Role.SUPERVISOR, "511024100000"),))


def approval(db: Session) -> None:
    db.add(RegionSettings(region_code="511002105000", approves_plans=True))
    db.flush()


def december(db: Session, *, published: bool = False) -> list[ClassSession]:
    course = make_course(db, published=published)
    status = "scheduled" if published else "draft"
    return [make_session(db, course, day, status=status) for day in (FIRST, SECOND)]


def how(cast: Cast, by: Actor | None = None, now: Now = NOW) -> dict[str, Any]:
    return {"village": SHIWAN, "month": DECEMBER, "by": by or cast.chen_actor, "now": now}


def seen(db: Session) -> str:
    db.flush()
    page = queries.month_page(db, SHIWAN, DECEMBER, today=TODAY)
    assert page is not None
    return page.seen


def page_of(db: Session) -> queries.PlanPage:
    db.flush()
    page = queries.month_page(db, SHIWAN, DECEMBER, today=TODAY)
    assert page is not None
    return page


def announce(db: Session, cast: Cast) -> int:
    return plans.announce(db, seen=seen(db), **how(cast))


def plan(db: Session) -> MonthPlan:
    return db.scalars(select(MonthPlan)).one()


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    return refused.value.code


def a_course(day: date, *more: date, **columns: Any) -> Proposal:
    recurrence = Listed((day, *more)) if more else Once(day)
    return Proposal(SHIWAN, "防诈骗", "law", 1140, 1200, recurrence, **columns)


def schedule(db: Session, cast: Cast, proposal: Proposal, *, publish: bool = True) -> str:
    return schedule_course(db, proposal=proposal, publish=publish, by=cast.chen_actor, now=NOW)


def test_without_approval_one_tap_publishes_the_month_and_says_what_was_told(cast: Cast, db: Session) -> None:
    lines = december(db)
    other = make_session(db, make_course(db, published=False), date(2027, 1, 2), status="draft")
    revision = db.get_one(Region, SHIWAN).revision
    make_session(db, make_course(db), date(2026, 12, 9), status="cancelled", booked=False)
    assert announce(db, cast) == 2
    db.expire_all()
    for line in lines:
        assert (line.status, line.told_day, line.told_starts) == ("scheduled", line.day, line.starts)
        assert (
            line.published_at == NOW.instant
            and line.announced_revision == line.revision
            and line.differs == ""
        )
    assert db.get_one(Course, lines[0].course_id).published_at == NOW.instant
    assert other.status == "draft"
    assert (plan(db).status, plan(db).announced_at) == ("announced", NOW.instant)
    assert db.get_one(Region, SHIWAN).revision > revision
    assert refusal(plans.announce, db, seen=seen(db), **how(cast)) == "plan_nothing_new"


def test_a_course_villagers_knew_before_stays_public_since_then(cast: Cast, db: Session) -> None:
    course = make_course(db)
    added = make_session(db, course, FIRST, status="draft")
    an_hour_on = later(hours=1)
    plans.announce(db, seen=seen(db), **how(cast, now=an_hour_on))
    db.expire_all()
    assert (course.published_at, added.published_at) == (NOW.instant, an_hour_on.instant)


def test_a_change_after_the_notice_asks_for_a_new_one_and_that_settles_it(cast: Cast, db: Session) -> None:
    moved, changed = december(db)
    announce(db, cast)
    db.expire_all()
    at = {"by": cast.chen_actor, "now": NOW}
    january = Slot(date(2027, 1, 9), 1140, 1200)  # told for December
    move_session(db, class_session=moved.public_id, seen_revision=moved.revision, slot=january, **at)
    change_session(
        db, class_session=changed.public_id, seen_revision=changed.revision, title="剪枝", summary="", teachers=(),
        venue=None, **at,
    )  # fmt: skip
    page = page_of(db)
    assert page.standing.untold == 2
    assert page.standing in queries.reminders(db, SHIWAN, today=TODAY)
    assert [line.title for line in page.gone] == [moved.title]
    assert [line.is_changed for line in page.lines] == [True]
    revisions = (moved.revision, changed.revision)
    an_hour_on = later(hours=1)
    plans.announce(db, seen=seen(db), **how(cast, now=an_hour_on))
    db.expire_all()
    assert (moved.revision, changed.revision) == revisions  # telling changes nothing that is read
    assert (moved.differs, changed.differs, moved.told_day) == ("", "", date(2027, 1, 9))
    assert page_of(db).standing.untold == 0 and plan(db).announced_at == an_hour_on.instant


def test_what_is_added_after_the_notice_waits_to_be_told_and_what_is_over_does_not(
    cast: Cast, db: Session
) -> None:
    december(db)
    announce(db, cast)
    schedule(db, cast, a_course(date(2026, 12, 20)))
    schedule(db, cast, a_course(date(2026, 12, 21)), publish=False)
    assert page_of(db).standing.untold == 2
    assert queries.plan_standing(db, SHIWAN, DECEMBER, today=TODAY) == page_of(db).standing
    assert queries.plan_standing(db, SHIWAN, DECEMBER, today=date(2026, 12, 21)).changes == 0


def test_a_postponed_class_is_one_change_until_it_is_told(cast: Cast, db: Session) -> None:
    line, _other = december(db)
    announce(db, cast)
    db.expire_all()
    postpone_session(
        db, class_session=line.public_id, seen_revision=line.revision, slot=Slot(FIRST + timedelta(days=1), 1140, 1200),
        reason="weather", reason_text="", by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    assert line.differs == "off"
    assert [one.is_changed for one in page_of(db).lines] == [True, False, False]
    assert page_of(db).standing.untold == 1
    announce(db, cast)
    assert page_of(db).standing.untold == 0


def test_nothing_is_announced_that_was_not_seen(cast: Cast, db: Session) -> None:
    lines = december(db)
    before = seen(db)
    lines[0].title = "换了"
    db.flush()
    assert refusal(plans.announce, db, seen=before, **how(cast)) == "plan_changed"
    assert all(line.status == "draft" for line in lines)


def test_with_approval_the_plan_goes_to_the_township_and_back_and_then_to_the_villagers(
    cast: Cast, db: Session
) -> None:
    approval(db)
    lines = december(db)
    assert refusal(plans.announce, db, seen=seen(db), **how(cast)) == "plan_not_approved"
    plans.submit(db, **how(cast))
    assert refusal(plans.submit, db, **how(cast)) == "plan_is_submitted"
    plans.withdraw(db, **how(cast))
    plans.submit(db, **how(cast))
    assert refusal(plans.send_back, db, reason="", **how(cast, TOWNSHIP)) == "reason_missing"
    plans.send_back(db, reason="12月5日镇上开会。", **how(cast, TOWNSHIP))
    assert (plan(db).status, plan(db).return_reason) == ("returned", "12月5日镇上开会")
    plans.submit(db, **how(cast))
    assert plan(db).return_reason == ""
    plans.approve(db, seen=seen(db), **how(cast, TOWNSHIP))
    assert {line.status for line in lines} == {"draft"}
    announce(db, cast)
    assert {line.status for line in lines} == {"scheduled"}
    assert refusal(plans.send_back, db, reason="晚了", **how(cast, TOWNSHIP)) == "plan_not_submitted"


def test_only_a_plan_that_lies_with_the_township_is_taken_back(cast: Cast, db: Session) -> None:
    approval(db)
    december(db)
    assert refusal(plans.withdraw, db, **how(cast)) == "plan_not_submitted"
    plans.submit(db, **how(cast))
    plans.approve(db, seen=seen(db), **how(cast, TOWNSHIP))
    assert refusal(plans.withdraw, db, **how(cast)) == "plan_not_submitted"
    assert plan(db).status == "approved"


def test_a_township_approves_what_it_saw_and_can_take_an_approval_back(cast: Cast, db: Session) -> None:
    approval(db)
    lines = december(db)
    plans.submit(db, **how(cast))
    before = seen(db)
    lines[0].starts += 30
    db.flush()
    assert refusal(plans.approve, db, seen=before, **how(cast, TOWNSHIP)) == "plan_changed"
    plans.approve(db, seen=seen(db), **how(cast, TOWNSHIP))
    plans.send_back(db, reason="看错了", **how(cast, TOWNSHIP))
    assert plan(db).status == "returned"


def test_only_the_villages_coordinator_hands_in_and_only_a_supervisor_above_approves(
    cast: Cast, db: Session
) -> None:
    approval(db)
    december(db)
    for step in (plans.submit, plans.withdraw):
        with pytest.raises(NotAllowed):
            step(db, **how(cast, TOWNSHIP))
    with pytest.raises(NotAllowed):
        plans.announce(db, seen="", **how(cast, TOWNSHIP))
    plans.submit(db, **how(cast))
    for by in (cast.chen_actor, OTHER_TOWNSHIP, cast.region_administrator_actor):
        with pytest.raises(NotAllowed):
            plans.approve(db, seen=seen(db), **how(cast, by))
        with pytest.raises(NotAllowed):
            plans.send_back(db, reason="不行", **how(cast, by))


def test_nothing_of_a_month_is_published_one_by_one_before_its_plan_is_approved(
    cast: Cast, db: Session
) -> None:
    approval(db)
    assert refusal(schedule, db, cast, a_course(FIRST)) == "plan_not_approved"
    course = schedule(db, cast, a_course(FIRST), publish=False)
    given = {"course": course, "by": cast.chen_actor, "now": NOW}
    assert refusal(publish_course, db, **given) == "plan_not_approved"
    plans.submit(db, **how(cast))
    plans.approve(db, seen=seen(db), **how(cast, TOWNSHIP))
    assert publish_course(db, **given) == 1
    schedule(db, cast, a_course(SECOND))  # further ones at once
    assert [line.is_added for line in page_of(db).lines] == [False, True]
    assert refusal(schedule, db, cast, a_course(SECOND, date(2027, 1, 2))) == "plan_not_approved"


def test_what_is_over_and_other_townships_wait_for_nobody(cast: Cast, db: Session) -> None:
    approval(db)
    schedule(db, cast, a_course(TODAY - timedelta(days=3)))  # set down afterwards
    make_course(db, JIANLI)
    assert queries.waiting_months(db, JIANLI, [FIRST], today=TODAY) == ()
    assert queries.waiting_months(db, SHIWAN, [FIRST, date(2027, 1, 2)], today=TODAY) == (
        DECEMBER,
        Month(2027, 1),
    )


def test_one_more_class_of_a_public_course_waits_as_a_draft_for_the_plan(cast: Cast, db: Session) -> None:
    approval(db)
    course = make_course(db)
    for day, status in ((date(2027, 1, 9), "draft"), (TODAY - timedelta(days=1), "scheduled")):
        added = add_session(
            db, course=course.public_id, slot=Slot(day, 1140, 1200), teachers=(), venue=None,
            by=cast.chen_actor, now=NOW,
        )  # fmt: skip
        record = db.scalars(select(ClassSession).where(ClassSession.public_id == added)).one()
        assert record.status == status


def test_what_was_moved_after_the_approval_says_when_it_was_to_be(cast: Cast, db: Session) -> None:
    approval(db)
    lines = december(db)
    make_region(db, "511002105202", "断桥村村民委员会")
    lines[1].venue_id = make_venue(db, "511002105202", "大礼堂", for_township=True).id
    approve(db, cast)
    lines[1].day, lines[1].venue_id = SECOND + timedelta(days=1), None
    announce(db, cast)
    told = page_of(db).lines
    assert told[1].approved and tell_since_approval(told[1].approved, TODAY).endswith("；在断桥村大礼堂")
    assert [line.approved and line.approved.begins.day for line in told] == [None, SECOND]
    assert not any(line.is_added for line in told)


def approve(db: Session, cast: Cast) -> None:
    plans.submit(db, **how(cast))
    plans.approve(db, seen=seen(db), **how(cast, TOWNSHIP))


def test_everything_the_approval_was_about_is_remembered_and_marked(cast: Cast, db: Session) -> None:
    approval(db)
    course = schedule(
        db,
        cast,
        a_course(
            FIRST, teachers=(db.get_one(Teacher, cast.teacher).public_id,), audience="果农", expected=40
        ),
        publish=False,
    )
    record = db.scalars(select(Course).where(Course.public_id == course)).one()
    [line] = db.scalars(select(ClassSession).where(ClassSession.course_id == record.id)).all()
    unit, campaign = make_label(db, "县司法局").id, make_label(db, "法律七进", kind=LabelKind.CAMPAIGN).id
    set_session_labels(db, {line.id: Labels((unit,), (), (campaign,))})
    approve(db, cast)
    [line] = db.scalars(select(ClassSession).where(ClassSession.course_id == record.id)).all()
    change_session(
        db, class_session=line.public_id, seen_revision=line.revision, title="养蜂", summary="", teachers=(), venue=None,
        by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    line.category_code, line.delivery_mode = "skill", "field"
    record.audience, record.expected = "", None
    db.flush()
    then = page_of(db).lines[0].approved
    assert then is not None
    assert tell_since_approval(then, TODAY) == (
        "批的时候：讲「防诈骗」；法律法规；讲座；由周老师讲；主办：县司法局；专项活动：法律七进；对象：果农；预计 40 人"
    )
    cancel_session(
        db, class_session=line.public_id, seen_revision=line.revision, reason="weather", reason_text="",
        by=cast.chen_actor, now=NOW,
    )  # fmt: skip
    then = page_of(db).lines[0].approved
    assert then is not None
    assert "还要上" in tell_since_approval(then, TODAY)
    counted = township_plans.plans_of(db, parent_of(SHIWAN) or "", DECEMBER, today=TODAY)
    assert counted is not None
    assert [one.since_approval for one in counted.villages] == [1]


def test_what_was_approved_and_went_away_keeps_a_line(cast: Cast, db: Session) -> None:
    approval(db)
    lines = december(db)
    approve(db, cast)
    lines[0].day = date(2027, 1, 8)
    db.delete(lines[1])
    db.flush()
    assert [tell_gone(one, TODAY) for one in page_of(db).approved_gone] == [
        f"{tell_moment(Moment(FIRST, lines[0].starts), TODAY)} 柑橘冬季管护：改到 周五 2027年1月8日（腊月初一） 19:00",
        f"{tell_moment(Moment(SECOND, lines[0].starts), TODAY)} 柑橘冬季管护：现在没有了",
    ]


def test_an_approval_of_before_tells_the_times_that_it_kept(cast: Cast, db: Session) -> None:
    approval(db)
    lines = december(db)
    approve(db, cast)
    kept = db.scalars(select(AuditEvent).where(AuditEvent.action == "plans.approve")).one()
    old = [[line.id, line.day.isoformat(), line.starts] for line in lines]
    events: Any = AuditEvent.__table__
    values = {name: getattr(kept, name) for name in ("at", "account_id", "region_code", "record")}
    db.execute(
        events.insert().values(action="plans.approve", details={"sessions": 2, "lines": old}, **values)
    )
    lines[0].title, lines[1].starts = "养蜂", lines[1].starts - 60
    db.flush()
    assert [line.approved and line.approved.fields for line in page_of(db).lines] == [None, ("time",)]


@pytest.mark.parametrize("how_it_comes", ["moved", "postponed", "with its series"])
def test_what_lands_in_a_month_that_nobody_approved_waits_like_a_class_that_is_added(
    cast: Cast, db: Session, how_it_comes: str
) -> None:
    lines = december(db, published=True)
    approval(db)
    there = Slot(date(2027, 1, 8), 1140, 1200)
    one = lines[1]
    given = {
        "class_session": one.public_id,
        "seen_revision": one.revision,
        "slot": there,
        "by": cast.chen_actor,
        "now": NOW,
    }
    if how_it_comes == "moved":
        move_session(db, **given)
    elif how_it_comes == "postponed":
        postpone_session(db, reason="weather", reason_text="", **given)
    else:
        every = members(db, course_of(db, one))
        this = next(member for member in every if member.id == one.id)
        steps = plan_following(every, this, replace(this.state, slot=there), NOW.moment)
        move_following(db, seen=steps_digest(steps), **given)
    landed = db.scalars(select(ClassSession).where(ClassSession.day == there.day)).one()
    assert (landed.status, landed.published_at) == ("draft", None)
    assert db.scalars(select(Region.changed_at).where(Region.code == SHIWAN)).one() == NOW.instant
    [change] = db.scalars(select(ChangeSet.public_id))
    take_back(db, change=change, by=cast.chen_actor, now=later(minutes=1))
    db.refresh(one)
    assert (one.day, one.status) == (SECOND, "scheduled")


def course_of(db: Session, record: ClassSession) -> str:
    return db.scalars(select(Course.public_id).where(Course.id == record.course_id)).one()


def test_for_whom_and_how_many_are_kept_with_the_course(cast: Cast, db: Session) -> None:
    course = schedule(db, cast, a_course(FIRST, audience="果农", expected=40), publish=False)
    record = db.scalars(select(Course).where(Course.public_id == course)).one()
    assert (record.audience, record.expected) == ("果农", 40)
    common = Common("防诈骗", "law", "", (), None, 1140, 1200, audience="全体村民")
    edit_course(
        db, course=course, seen_version=record.version, common=common, by=cast.chen_actor, now=NOW,

    )  # fmt: skip
    assert (record.audience, record.expected) == ("全体村民", None)
    [line] = page_of(db).lines
    assert line.audience == "全体村民"
