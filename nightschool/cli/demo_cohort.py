"""The demonstration's cohorts: farmer field schools in the middle of a season and after it, with all kinds of marks."""

import random
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from nightschool.actions.courses import courses
from nightschool.actions.registers import cohorts
from nightschool.actions.registers.cohorts import Asking
from nightschool.cli.demo_stage import DemoSchool, Stage
from nightschool.models.people import Learner
from nightschool.models.teaching import ClassSession, Course
from nightschool.rules.courses.recurrence import Weekly
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.registers.cohorts import CohortEntry
from nightschool.rules.registers.graduation import Basis, GraduationRule

# A chance of its own, so that the rest of the demonstration is what it was before there was a cohort.
_SEED = 20170314
_RAINED_OFF = 3  # of the sessions, counted from the first: it rained
_SATURDAY = 5  # nobody else teaches or meets in the village then


def hold(stage: Stage, school: DemoSchool, about: dict[str, Any]) -> None:
    """The village has this cohort: enrolled before its first day, a few waiting, held since, and going on or over."""
    chance = random.Random(_SEED)
    db, actor = stage.db, school.actor
    first = stage.today - timedelta(weeks=about["weeks_back"])
    first += timedelta(days=(_SATURDAY - first.weekday()) % 7)
    before = first - timedelta(days=4)
    proposal = stage.proposal(
        school,
        stage.content["topics"][about["key"]],
        about["starts"],
        about["minutes"],
        Weekly(first, (_SATURDAY,), until=stage.today + timedelta(weeks=about["weeks_ahead"])),
        kind="cohort",
    )
    course = courses.schedule_course(db, proposal=proposal, publish=True, by=actor, now=stage.at(before))
    record = db.scalars(select(Course).where(Course.public_id == course)).one()
    cohorts.set_cohort(
        db,
        course=course,
        entry=CohortEntry("cohort", about["capacity"], GraduationRule(Basis.SESSIONS, 75)),
        seen_version=record.version,
        by=actor,
        now=stage.at(before),
    )
    asking, guest = _enrol(stage, school, course, about["proxy"], before, chance)
    roster = asking[: about["capacity"]]
    term = stage.sessions(ClassSession.course_id == record.id, ClassSession.day < stage.today)
    for number, session in enumerate(term):
        now = stage.at(session.day)
        if number == _RAINED_OFF:
            stage.cancel(session, "weather", by=actor, now=now)
            continue
        marks = _marks(roster, about["marks"], chance) | ({guest: "present"} if session is term[-1] else {})
        came_instead = {
            learner: chance.choice(about["substitutes"])
            for learner, status in marks.items()
            if status == "substitute"
        }
        sheet = Sheet(marks=marks, came_instead=came_instead, unnamed_guests=chance.randint(0, 2))
        stage.record(session, sheet, by=actor, now=now, chance=chance)
    if len(term) > _RAINED_OFF + 1:
        cohorts.leave(db, course=course, learner=roster[0], by=actor, now=stage.at(term[-1].day))


def _enrol(
    stage: Stage, school: DemoSchool, course: str, proxy: str, day: date, chance: random.Random
) -> tuple[list[str], str]:
    """Everybody asks but three; the public ids of those who asked, in their order, and of one who did not."""
    villagers = select(Learner.public_id).where(Learner.region_code == school.code).order_by(Learner.id)
    people = list(stage.db.scalars(villagers))
    chance.shuffle(people)
    asking = people[:-3]
    by_proxy = asking[8:12]
    rest = [*asking[:8], *asking[12:]]
    batches = (
        Asking(tuple(rest[:12])),
        Asking(tuple(by_proxy), source="proxy", proxy_name=proxy),
        Asking(tuple(rest[12:])),
    )
    for number, batch in enumerate(batches):
        now = stage.at(day, time(21, 20 * number))
        cohorts.enrol_learners(stage.db, course=course, asking=batch, day=day, by=school.actor, now=now)
    return [learner for batch in batches for learner in batch.learners], people[-1]


def _marks(roster: Sequence[str], parts: dict[str, float], chance: random.Random) -> dict[str, str]:
    """What is said of each; the last four come seldom, so that somebody has to make lessons up."""
    marks = {}
    for place, learner in enumerate(roster):
        drawn = chance.random() * 0.85 if place < len(roster) - 4 else 0.55 + chance.random() * 0.45
        for status, part in parts.items():
            if drawn < part:
                marks[learner] = status
                break
            drawn -= part
        else:
            if chance.random() < 0.4:
                marks[learner] = "makeup"
    return marks
