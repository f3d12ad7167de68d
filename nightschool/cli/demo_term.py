"""What goes on in a school of the demonstration: its courses day by day, next month's plan, villagers' questions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from sqlalchemy import select

from nightschool.actions.courses import courses, sessions
from nightschool.actions.dispatch import wishes
from nightschool.actions.dispatch.dispatches import Offer, offer
from nightschool.actions.oversight import plans
from nightschool.actions.registers import evaluations, questions
from nightschool.cli import demo_cohort
from nightschool.cli.demo_stage import A_DAY, WEEKS_AHEAD, DemoSchool, Stage
from nightschool.errors import CannotSchedule, Refused
from nightschool.models.people import Learner
from nightschool.models.places import RegionSettings
from nightschool.models.teaching import ClassSession, Course, SessionStatus
from nightschool.queries.oversight import plans as queries
from nightschool.rules.access import SYSTEM
from nightschool.rules.courses.proposals import Proposal
from nightschool.rules.courses.recurrence import Once, Weekly, days_of
from nightschool.rules.dispatch.wishes import WishEntry
from nightschool.rules.regions import parent_of
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.registers.evaluations import read_paper_slips
from nightschool.rules.seasons.months import month_of
from nightschool.rules.slots import Slot


def teach(stage: Stage, school: DemoSchool, entry: dict[str, Any], teacher: str = "") -> None:
    """The school's courses run since the term began and go on; the county's teacher comes for the first of them."""
    topics = stage.content["topics"]
    scheduled: list[int] = []
    for position, (key, weekday, starts, minutes) in enumerate(entry["courses"]):
        on_weekday = stage.today.weekday() if weekday == "today" else weekday
        first = stage.first_day + timedelta(days=(on_weekday - stage.first_day.weekday()) % 7)
        weekly = Weekly(
            first,
            (on_weekday,),
            until=stage.today + timedelta(weeks=WEEKS_AHEAD),
            every=entry.get("every", 1),
        )
        # The other courses the village gives by itself, every second week.
        left_out = frozenset(days_of(weekly)[position % 2 :: 2]) if position else frozenset()
        proposal = stage.proposal(
            school,
            topics[key],
            starts,
            minutes,
            weekly,
            teachers=(teacher,) if teacher and not position else (),
            leave_out=left_out,
        )
        scheduled.append(_schedule(stage, proposal, school))
    _live_through(stage, scheduled, school)
    if cohort := entry.get("cohort"):
        demo_cohort.hold(stage, school, cohort)
    if plan := entry.get("plan"):
        _plan(stage, school, plan)
    for asked in entry.get("questions", ()):
        _ask(stage, school, asked)
    if typed := entry.get("evaluation"):
        _evaluate(stage, school, typed)
    for wished in entry.get("wishes", ()):
        _wish(stage, school, wished, teacher)


def _schedule(stage: Stage, proposal: Proposal, school: DemoSchool) -> int:
    """The course's id; without its teacher where another village has them at that hour."""
    try:
        with stage.db.begin_nested():
            public_id = courses.schedule_course(
                stage.db, proposal=proposal, publish=True, by=school.actor, now=stage.begin
            )
    except CannotSchedule:
        return _schedule(stage, replace(proposal, teachers=()), school)
    return stage.db.scalars(select(Course.id).where(Course.public_id == public_id)).one()


def _live_through(stage: Stage, course_ids: list[int], school: DemoSchool) -> None:
    """What happened, day by day: most was held, some was not and it was said why, a little nobody wrote down yet."""
    term = stage.sessions(ClassSession.course_id.in_(course_ids))
    for session in term:
        if session.day < stage.today:
            _live(stage, session, school)
    for course_id in course_ids:
        coming = [one for one in term if one.course_id == course_id and one.day > stage.today + A_DAY]
        if len(coming) > 3 and (course_id == course_ids[0] or stage.chance.random() < 0.4):
            stage.cancel(coming[1], "teacher_away", by=school.actor, now=stage.at(stage.today, time(8, 12)))
            sessions.postpone_session(
                stage.db,
                class_session=coming[2].public_id,
                seen_revision=coming[2].revision,
                slot=Slot(coming[2].day + A_DAY, coming[2].starts, coming[2].ends),
                reason="meeting",
                reason_text="",
                by=school.actor,
                now=stage.at(stage.today, time(8, 30)),
            )


def _live(stage: Stage, session: ClassSession, school: DemoSchool) -> None:
    chance = stage.chance.random()
    days_ago = (stage.today - session.day).days
    if days_ago < 9 and chance < 0.5:
        return
    if chance < 0.12:
        reason = stage.chance.choice(stage.content["not_held"])
        stage.cancel(session, reason, by=school.actor, now=stage.at(session.day, time(20, 0)))
        return
    roster = stage.db.scalars(select(Learner).where(Learner.region_code == session.region_code)).all()
    came = stage.chance.sample(roster, stage.chance.randint(len(roster) // 3, len(roster) * 4 // 5))
    guests = stage.chance.randint(0, 6)
    sheet = Sheet(
        marks={learner.public_id: "present" for learner in came},
        unnamed_guests=guests,
        headcount=len(came) + guests + stage.chance.choice([0, 0, 0, 2]),
        women=len(came) * 2 // 3,
        over_60=len(came) // 2,
    )
    stage.record(session, sheet, by=school.actor, now=stage.at(session.day), chance=stage.chance)


def _plan(stage: Stage, school: DemoSchool, plan: dict[str, Any]) -> None:
    """Next month's plan is announced, or has one more course and was handed in to a township that approves plans."""
    now = stage.at(stage.today, time(8, 40))
    month = month_of(now.day).after
    given: dict[str, Any] = {"village": school.code, "month": month, "by": school.actor, "now": now}
    if plan["state"] == "announced":
        page = queries.month_page(stage.db, school.code, month, today=now.day)
        plans.announce(stage.db, seen=page.seen if page else "", **given)
        return
    stage.db.add(RegionSettings(region_code=parent_of(school.code), approves_plans=True))
    proposal = stage.proposal(
        school,
        stage.content["topics"][plan["key"]],
        plan["starts"],
        60,
        Once(month.first + timedelta(days=11)),
        audience=plan["audience"],
        expected=plan["expected"],
    )
    courses.schedule_course(stage.db, proposal=proposal, publish=False, by=school.actor, now=now)
    plans.submit(stage.db, **given)


def _evaluate(stage: Stage, school: DemoSchool, typed: dict[str, str]) -> None:
    """Slips about the latest held class of the course, typed from paper the day after."""
    session = _held(stage, school, typed["course"])[-1]
    evaluations.enter_slips(
        stage.db,
        class_session=session.public_id,
        slips=read_paper_slips(typed["slips"]),
        replaces=False,
        by=school.actor,
        now=stage.at(session.day + A_DAY),
    )


def _wish(stage: Stage, school: DemoSchool, wished: dict[str, Any], teacher: str) -> None:
    """It was noted when the term began; since then its course was found, or why there is none, or somebody asked."""
    told = {name: wished[name] for name in ("topic", "category", "households", "groups") if name in wished}
    entry = WishEntry(**told, months=tuple(wished.get("months", ())), times=tuple(wished.get("times", ())))
    began = max(stage.first_day, stage.today - timedelta(weeks=9))
    acting: dict[str, Any] = {"by": school.actor, "now": stage.at(began)}
    [wish] = wishes.note_wishes(stage.db, village=school.code, entries=[entry], **acting)
    if course := wished.get("course"):
        found = select(Course.public_id).where(Course.region_code == school.code, Course.title == course)
        wishes.meet_wish(stage.db, wish=wish, course=stage.db.scalars(found.limit(1)).one(), **acting)
    if reason := wished.get("reason"):
        wishes.refuse_wish(stage.db, wish=wish, reason=reason, words="", version=1, **acting)
    if brought := wished.get("offered"):
        slots = (
            Slot(stage.today + days * A_DAY, 19 * 60, 20 * 60 + 30) for days in range(6, 6 + WEEKS_AHEAD)
        )
        for slot in slots:
            offered = Offer(
                school.code, entry.topic, entry.category or "", teacher, slot, school.room, wish,
                entry.households, brought,
            )  # fmt: skip
            try:
                offer(stage.db, offered=offered, by=SYSTEM, now=stage.at(stage.today, time(8, 45)))
                break
            except (CannotSchedule, Refused):
                continue


def _held(stage: Stage, school: DemoSchool, course: str) -> Sequence[ClassSession]:
    return stage.sessions(
        ClassSession.region_code == school.code,
        ClassSession.status == SessionStatus.HELD,
        ClassSession.course_id.in_(select(Course.id).where(Course.title == course)),
    )


def _ask(stage: Stage, school: DemoSchool, asked: dict[str, Any]) -> None:
    """It was asked in the latest held class of its course, and answered two days later where there is an answer."""
    held = _held(stage, school, asked["course"])
    times_ago = asked.get("times_ago", 0)
    if times_ago >= len(held):
        return
    session = held[-1 - times_ago]
    question = questions.ask_question(
        stage.db,
        class_session=session.public_id,
        text=asked["text"],
        by=school.actor,
        now=stage.at(session.day),
    )
    if answer := asked.get("answer"):
        questions.edit_question(
            stage.db,
            question=question,
            text=asked["text"],
            answer=answer,
            version=1,
            by=school.actor,
            now=stage.at(session.day + 2 * A_DAY),
        )
