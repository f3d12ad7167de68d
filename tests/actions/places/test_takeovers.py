"""A village is merged into another, which takes over all it had in one step, and can put it back for a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from nightschool.actions.courses.courses import (
    Common,
    edit_course,
    extend_course,
    publish_course,
    schedule_course,
)
from nightschool.actions.courses.reach import postpone_several
from nightschool.actions.courses.series import move_following
from nightschool.actions.courses.sessions import (
    add_session,
    cancel_session,
    change_session,
    move_session,
    postpone_session,
    restore_session,
)
from nightschool.actions.dispatch.dispatches import answer_dispatch
from nightschool.actions.oversight.plans import submit
from nightschool.actions.people.people import add_learner, add_teacher
from nightschool.actions.places.openings import open_schools
from nightschool.actions.places.successors import set_successor
from nightschool.actions.places.takeovers import give_back, move_learners, take_over
from nightschool.actions.places.venues import add_venue
from nightschool.errors import NotAllowed, NotFound, Refused, StaleRecord, VillageEnded
from nightschool.models.places import NightSchool, Region
from nightschool.models.teaching import ClassSession, ClassSessionLabel, SessionStatus
from nightschool.queries.courses import series
from nightschool.queries.courses.histories import history
from nightschool.queries.courses.reach import reaches
from nightschool.queries.dispatch.dispatches import asked_of_village
from nightschool.queries.oversight.overview import Narrowed, overview_of
from nightschool.queries.people.stays import former_stays
from nightschool.queries.places.takeovers import belongings, taken_over, todays_villages
from nightschool.queries.registers.attendance import register
from nightschool.queries.trust.trust import actor_of
from nightschool.rules.access import SYSTEM, Role, may
from nightschool.rules.courses.changes import Change
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.reach import put_off, reach_digest
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.courses.series import Reach, plan_following, steps_digest
from nightschool.rules.dispatch.dispatches import Party
from nightschool.rules.oversight.plans import check_code
from nightschool.rules.people.people import LearnerEntry, TeacherEntry
from nightschool.rules.places.openings import Opening
from nightschool.rules.places.venues import VenueEntry
from nightschool.rules.seasons.months import month_of
from nightschool.rules.slots import Slot
from nightschool.sealing import Digester
from tests.factories import (
    JIANLI,
    NOW,
    SHIWAN,
    TODAY,
    Cast,
    later,
    make_account,
    make_course,
    make_dispatch,
    make_label,
    make_learner,
    make_question,
    make_region,
    make_register,
    make_session,
    make_teacher,
    make_venue,
)

YESTERDAY = TODAY - timedelta(days=1)
# What one merger can touch; the trail, the revisions and the village's pages count on.
TABLES = ("label", "learner", "former_stay", "teacher", "venue", "course", "question")


@pytest.fixture
def merged(cast: Cast, db: Session) -> dict[str, Any]:
    """建立村 went into 狮湾村 yesterday: it had people, a class of last week and one of next week."""
    venue = make_venue(db, JIANLI, "村活动室")
    teacher = make_teacher(db, JIANLI, "吴老师")
    course = make_course(db, JIANLI, "柑橘", teachers=(teacher.id,), venue_id=venue.id)
    past = make_session(db, course, TODAY - timedelta(days=7))
    make_register(db, past, cast.chen)
    coming = make_session(db, course, TODAY + timedelta(days=7))
    learners = [make_learner(db, JIANLI, "何大秀", "一组"), make_learner(db, JIANLI, "何小秀", "二组")]
    make_learner(db, SHIWAN, "陈大秀", "一组")
    make_question(db, past, "黄龙病怎么认？")
    set_successor(db, predecessor=JIANLI, successor=SHIWAN, day=YESTERDAY, by=SYSTEM, now=NOW)
    return {"past": past, "coming": coming, "course": course, "learners": learners, "venue": venue}


def rows(db: Session) -> dict[str, list[Any]]:
    db.flush()
    return {
        table: [
            {name: value for name, value in row._mapping.items() if name != "version"}
            for row in db.execute(text(f"SELECT * FROM {table} ORDER BY id"))
        ]
        for table in TABLES
    }


def take(cast: Cast, db: Session, **given: Any) -> Any:
    defaults: dict[str, Any] = {"village": SHIWAN, "former": JIANLI, "by": cast.chen_actor, "now": NOW}
    wanted = {**defaults, **given}
    return take_over(db, **{"seen": belongings(db, wanted["former"], at=NOW.moment).code, **wanted})


def test_all_that_goes_on_is_the_successors_and_what_was_stays_where_it_was(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    found = belongings(db, JIANLI, at=NOW.moment)
    assert (found.learners, found.teachers, found.venues, found.courses, found.sessions, found.questions) == (
        2, 1, 2, 1, 1, 1,
    )  # fmt: skip
    revision = merged["coming"].revision
    take(cast, db)
    db.expire_all()
    assert belongings(db, JIANLI, at=NOW.moment).is_empty
    assert merged["coming"].region_code == SHIWAN == merged["course"].region_code
    assert merged["coming"].revision > revision  # phones that subscribed are told
    assert merged["past"].region_code == JIANLI
    groups = {one.name: (one.region_code, one.group_name, one.came_on) for one in merged["learners"]}
    assert groups == {"何大秀": (SHIWAN, "建立村一组", YESTERDAY), "何小秀": (SHIWAN, "二组", YESTERDAY)}
    assert merged["venue"].region_code == SHIWAN
    old = register(db, merged["past"].public_id)
    assert old is not None
    assert [(group.label, group.people[0].name) for group in old.in_class] == [
        ("一组", "何大秀"),
        ("二组", "何小秀"),
    ]
    new = register(db, merged["coming"].public_id)
    assert new is not None and len(new.expected) == 3


def test_an_offer_that_waits_is_answered_by_the_successor_and_given_back_with_the_rest(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    waits, declined = (
        make_dispatch(db, cast.teacher, JIANLI, **said)
        for said in (
            {},
            {"status": "declined", "declined_by": "village", "reason": "far", "settled_at": NOW.instant},
        )
    )
    assert belongings(db, JIANLI, at=NOW.moment).offers == 1
    take(cast, db)
    assert (waits.region_code, declined.region_code) == (SHIWAN, JIANLI)
    assert [one.public_id for one in asked_of_village(db, SHIWAN, at=NOW.moment)] == [waits.public_id]
    give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=NOW)
    db.refresh(waits)
    assert waits.region_code == JIANLI
    # Nobody took it over: whoever says yes learns that the village has ended, and by whom it was followed.
    given = {"dispatch": waits.public_id, "by": cast.luo_actor, "now": NOW}
    answer_dispatch(db, party=Party.VILLAGE, says_yes=True, **given)
    assert waits.status == "overtaken" and "狮湾村" in waits.reason_text


def test_within_a_day_it_is_put_back_as_if_nothing_had_been(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    before = rows(db)
    take(cast, db)
    assert taken_over(db, SHIWAN, JIANLI, now=later(hours=23)) is not None
    assert give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=later(hours=23)) == 0
    db.expire_all()
    assert rows(db) == before and merged["coming"].region_code == JIANLI
    with pytest.raises(Refused, match="not_taken_over"):
        give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=later(hours=23))
    take(cast, db)
    with pytest.raises(Refused, match="too_late"):
        give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=later(hours=24))


def test_only_who_works_in_the_successor_takes_over_and_only_from_what_it_stands_for(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    with pytest.raises(NotFound):
        take(cast, db, village=JIANLI, former=SHIWAN, by=SYSTEM)
    with pytest.raises(NotAllowed):
        take(cast, db, village=JIANLI, former=SHIWAN)
    db.get_one(Region, JIANLI).successor_day = TODAY + timedelta(days=1)
    with pytest.raises(Refused, match="not_succeeded_yet"):
        take(cast, db)


def test_who_works_in_the_successor_works_on_the_history_of_the_former_village(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    chen = actor_of(db, cast.chen, today=TODAY)
    assert may(chen, "keep_register", JIANLI) and may(chen, "keep_register", SHIWAN)
    assert not may(actor_of(db, cast.chen, today=YESTERDAY - timedelta(days=1)), "keep_register", JIANLI)


def test_a_successor_without_a_school_has_one_with_the_number_people_know(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    for school in db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)):
        db.delete(school)
    db.flush()
    take(cast, db)
    assert (
        db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).one().opened_on == YESTERDAY
    )


def test_what_came_since_it_was_looked_at_is_looked_at_first(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    seen = belongings(db, JIANLI, at=NOW.moment).code
    make_learner(db, JIANLI, "何三妹", "一组")
    with pytest.raises(StaleRecord):
        take(cast, db, seen=seen)


def test_phones_take_anew_exactly_what_they_show_otherwise(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    """The place of the class of last week has another name; the class of another village shows what it did."""
    make_venue(db, SHIWAN, "村活动室")
    own = make_session(db, make_course(db, SHIWAN), TODAY + timedelta(days=1))
    unseen = make_session(db, make_course(db, JIANLI), TODAY - timedelta(days=6))  # at no place

    def stamps() -> list[tuple[int, Any]]:
        db.flush()
        db.expire_all()
        return [
            (one.revision + one.shown_otherwise, one.changed_at)
            for one in (merged["coming"], merged["past"], own, unseen)
        ]

    before = stamps()
    take(cast, db, now=later(hours=1))
    taken = stamps()
    assert [old < new for old, new in zip(before, taken, strict=True)] == [True, True, False, False]
    assert merged["venue"].name == "建立村村活动室"
    give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=later(hours=2))
    assert [old < new for old, new in zip(taken, stamps(), strict=True)] == [True, True, False, False]


def test_units_and_campaigns_that_a_village_keeps_go_along_and_classes_bear_them_still(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    make_label(db, "柑橘协会", SHIWAN)
    unit = make_label(db, "柑橘协会", JIANLI)
    db.add(ClassSessionLabel(class_session_id=merged["past"].id, label_id=unit.id, role="host"))
    db.flush()
    before = merged["past"].shown_otherwise
    take(cast, db)
    db.expire_all()
    assert (unit.region_code, unit.name) == (SHIWAN, "建立村柑橘协会")
    assert merged["past"].shown_otherwise > before
    give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=NOW)
    db.expire_all()
    assert (unit.region_code, unit.name) == (JIANLI, "柑橘协会")


def test_a_school_that_was_opened_for_it_is_gone_when_it_is_put_back(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    db.execute(delete(NightSchool).where(NightSchool.region_code == SHIWAN))
    own = make_session(db, make_course(db, SHIWAN), TODAY + timedelta(days=1))
    before = own.shown_otherwise
    take(cast, db)
    assert own.shown_otherwise == before + 1  # it says by now whom to ask
    assert give_back(db, village=SHIWAN, former=JIANLI, by=cast.chen_actor, now=NOW) == 0
    assert not db.scalars(select(NightSchool).where(NightSchool.region_code == SHIWAN)).all()


def test_history_goes_on_over_several_mergers(cast: Cast, db: Session, merged: dict[str, Any]) -> None:
    """狮湾村, which took 建立村 in, is merged itself: both are worked on by who works in the third."""
    third = make_region(db, "511002105202", "断桥村村民委员会").code
    take(cast, db)
    set_successor(db, predecessor=SHIWAN, successor=third, day=TODAY, by=SYSTEM, now=NOW)
    wang = make_account(db, "wang", "王书记", Role.COORDINATOR, third)
    actor = actor_of(db, wang.id, today=TODAY)
    assert all(may(actor, "keep_register", code) for code in (third, SHIWAN, JIANLI))
    take(cast, db, village=third, former=SHIWAN, by=actor)
    db.expire_all()
    assert {one.region_code for one in merged["learners"]} == {merged["coming"].region_code} == {third}
    learner = merged["learners"][0]
    assert [stay.region_code for stay in former_stays(db, learner.public_id)] == [SHIWAN, JIANLI]
    whole = history(db, ClassSession.course_id == merged["course"].id, at=NOW.moment)
    assert [(one.session.public_id, one.village) for one in (*whole.coming, *whole.past)] == [
        (merged["coming"].public_id, "断桥村"),
        (merged["past"].public_id, "建立村"),
    ]
    with pytest.raises(VillageEnded) as why:
        add_venue(db, village=SHIWAN, entry=VenueEntry("祠堂"), by=SYSTEM, now=NOW)
    assert why.value.successor_code == third


_WEEK = timedelta(days=7)
_LATER = Slot(TODAY + 2 * _WEEK, 540, 600)


def _proposal(day: date, title: str = "春耕", **more: Any) -> Proposal:
    return Proposal(
        region_code=JIANLI,
        title=title,
        category_code="skill",
        starts=540,
        ends=600,
        recurrence=Once(day),
        **more,
    )


def _common(title: str) -> Common:
    return Common(title, "skill", "", (), None, 540, 600)


# What is done in the ended village: a course that meets next week and was to meet the week after (cancelled).
CHANGES: dict[str, Callable[[Session, dict[str, Any], dict[str, Any]], object]] = {
    "a course": lambda db, at, by: schedule_course(db, proposal=_proposal(TODAY), publish=True, **by),
    "a draft": lambda db, at, by: schedule_course(db, proposal=_proposal(TODAY), publish=False, **by),
    "a copy": lambda db, at, by: schedule_course(
        db, proposal=_proposal(TODAY), publish=True, like=at["course"].public_id, **by
    ),
    "a course goes on": lambda db, at, by: extend_course(
        db, course=at["course"].public_id, proposal=_proposal(_LATER.day, "柑橘"), publish=True, **by
    ),
    "one more": lambda db, at, by: add_session(
        db, course=at["course"].public_id, slot=_LATER, teachers=(), venue=None, **by
    ),
    "published": lambda db, at, by: publish_course(db, course=at["course"].public_id, **by),
    "moved": lambda db, at, by: move_session(
        db, class_session=at["coming"].public_id, seen_revision=at["coming"].revision, slot=_LATER, **by
    ),
    "put off": lambda db, at, by: postpone_session(
        db, class_session=at["coming"].public_id, seen_revision=at["coming"].revision, slot=_LATER,
        reason="weather", reason_text="", **by,
    ),
    "changed": lambda db, at, by: change_session(
        db, class_session=at["coming"].public_id, seen_revision=at["coming"].revision, title="修枝",
        summary="", teachers=(), venue=None, **by,
    ),
    "the whole course": lambda db, at, by: edit_course(
        db, course=at["course"].public_id, seen_version=at["course"].version, common=_common("修枝"), **by
    ),
    "brought back": lambda db, at, by: restore_session(
        db, class_session=at["off"].public_id, seen_revision=at["off"].revision, **by
    ),
    "a series": lambda db, at, by: move_following(
        db, class_session=at["coming"].public_id, seen_revision=at["coming"].revision, slot=_LATER,
        seen=steps_digest(_steps(db, at)), **by,
    ),
    "several put off": lambda db, at, by: postpone_several(
        db, class_session=at["coming"].public_id, seen_revision=at["coming"].revision, reach=Reach.FOLLOWING,
        seen=reach_digest(put_off(_reached(db, at), _reached(db, at)[0], _LATER)),
        picked=[at["coming"].public_id], slot=_LATER, reason="weather", reason_text="", **by,
    ),
    "a plan": lambda db, at, by: submit(db, village=JIANLI, month=month_of(at["coming"].day), **by),
    "a learner": lambda db, at, by: add_learner(
        db, village=JIANLI, entry=LearnerEntry("何三妹", "一组"), **by
    ),
    "a teacher": lambda db, at, by: add_teacher(db, region=JIANLI, entry=TeacherEntry("郑老师"), **by),
    "a venue": lambda db, at, by: add_venue(db, village=JIANLI, entry=VenueEntry("祠堂"), **by),
    "a school": lambda db, at, by: open_schools(
        db, openings=[Opening(JIANLI, "建立村", "吴书记")], digester=Digester("k"), **by
    ),
    "somebody comes from elsewhere": lambda db, at, by: move_learners(
        db, village=SHIWAN, learners=[at["shiwan"].public_id], to=JIANLI, group_name="一组", day=TODAY,
        seen=check_code([(at["shiwan"].id, at["shiwan"].version)]), **by,
    ),
}  # fmt: skip


def _steps(db: Session, at: dict[str, Any]) -> Any:
    members = series.members(db, at["course"].public_id)
    this = next(one for one in members if one.public_id == at["coming"].public_id)
    return plan_following(members, this, replace(this.state, slot=_LATER), NOW.moment)


def _reached(db: Session, at: dict[str, Any]) -> Any:
    return reaches(
        db, JIANLI, at["course"].public_id, at["coming"].public_id, Change.POSTPONE, at=NOW.moment
    )[Reach.FOLLOWING]


@pytest.mark.parametrize("what", CHANGES)
def test_nothing_comes_or_changes_in_a_village_that_has_ended(
    cast: Cast, db: Session, merged: dict[str, Any], what: str
) -> None:
    db.execute(update(ClassSession).values(status="draft", published_at=None).where(what == "published"))
    db.execute(delete(NightSchool).where(NightSchool.region_code == JIANLI))
    off = make_session(db, merged["course"], TODAY + 3 * _WEEK, status=SessionStatus.CANCELLED)
    db.expire_all()
    at = {**merged, "off": off, "shiwan": make_learner(db, SHIWAN, "陈小秀", "二组")}
    before = rows(db)
    with pytest.raises(VillageEnded) as why, db.begin_nested():
        CHANGES[what](db, at, {"by": SYSTEM, "now": NOW})
    assert (why.value.village, why.value.successor, why.value.ended_on) == (
        "建立村", "狮湾村", TODAY - timedelta(days=2),
    )  # fmt: skip
    db.expire_all()
    assert rows(db) == before


def test_what_was_held_before_the_end_is_written_down_later_and_what_is_called_off_is_told(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    schedule_course(db, proposal=_proposal(TODAY - timedelta(days=3)), publish=True, by=SYSTEM, now=NOW)
    coming = merged["coming"]
    what = {"class_session": coming.public_id, "seen_revision": coming.revision, "reason": "weather"}
    cancel_session(db, **what, reason_text="", by=SYSTEM, now=NOW)
    assert coming.status == SessionStatus.CANCELLED


def test_until_a_village_ends_its_classes_go_on_and_none_is_put_behind_the_end(
    cast: Cast, db: Session, merged: dict[str, Any]
) -> None:
    set_successor(db, predecessor=JIANLI, successor=SHIWAN, day=TODAY + _WEEK, by=SYSTEM, now=NOW)
    by = {"by": SYSTEM, "now": NOW}
    CHANGES["changed"](db, merged, by)  # it stands behind the end already, and will be handed on
    with pytest.raises(VillageEnded), db.begin_nested():
        CHANGES["moved"](db, merged, by)
    schedule_course(db, proposal=_proposal(TODAY), publish=True, **by)


def test_totals_by_the_villages_of_then_and_of_today_are_equal_over_a_whole_county(
    cast: Cast, db: Session
) -> None:
    """Nine villages of three townships, some merged into others, across townships too, and one twice."""
    county = "511002000000"
    codes = [f"5110021{town:02d}2{number:02d}" for town in (6, 7, 8) for number in range(1, 4)]
    for town in (6, 7, 8):
        make_region(db, f"5110021{town:02d}000", f"{town}镇")
    for at, code in enumerate(codes):
        make_region(db, code, f"第{at}村村民委员会")
        for days in range(at + 1):
            session = make_session(db, make_course(db, code), YESTERDAY - timedelta(days=days + 1))
            make_register(db, session, cast.chen, total=20 + at)
    for old, new in ((0, 1), (1, 5), (3, 8), (7, 6)):
        set_successor(db, predecessor=codes[old], successor=codes[new], day=YESTERDAY, by=SYSTEM, now=NOW)
    days = {"first": TODAY - timedelta(days=60), "last": TODAY + timedelta(days=60), "today": TODAY}
    then = overview_of(db, county, **days)
    now = overview_of(db, county, **days, narrowed=Narrowed(heirs=todays_villages(db, today=TODAY)))
    assert then is not None and now is not None

    def figures(line: Any) -> tuple[int, ...]:
        return line.held, line.not_held, line.unrecorded, line.to_come, line.attendances

    assert figures(then.total) == figures(now.total)
    for found in (then, now):
        assert figures(found.total) == tuple(
            map(sum, zip(*(figures(part) for part in found.parts), strict=True))
        )
    held = {part.code: part.held for part in now.parts}
    assert held["511002106000"] == 3 and held["511002107000"] == 5 + 6 + 1 + 2
    assert held["511002108000"] == 7 + 8 + 9 + 4
    town = overview_of(db, "511002107000", **days, narrowed=Narrowed(heirs=todays_villages(db, today=TODAY)))
    assert town is not None and town.total.held == held["511002107000"]
