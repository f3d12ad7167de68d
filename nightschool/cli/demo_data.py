"""The demonstration's data: a term around today that looks like life, entered through the same actions as any other.

Who and what is in `data/demo.toml`. Each thing is entered at the time somebody would have entered it, so that the trail
reads like one.
"""

from __future__ import annotations

import random
import secrets
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from nightschool.actions import (
    accounts,
    attendance,
    calendars,
    closed_times,
    courses,
    people,
    region_lists,
    schools,
    sessions,
    venues,
)
from nightschool.actions.hashing import hash_password
from nightschool.cli import demo_cohort, demo_plans, demo_questions
from nightschool.cli.installation import Installation
from nightschool.errors import CannotSchedule
from nightschool.formats.region_lists import read_regions
from nightschool.models.people import Learner
from nightschool.models.places import NightSchool, Venue
from nightschool.models.teaching import ClassSession, Course
from nightschool.models.trust import Account
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.attendance import Sheet
from nightschool.rules.closed_times import ClosedTime
from nightschool.rules.farm_windows import FarmWindow
from nightschool.rules.markets import read_market
from nightschool.rules.people import LearnerEntry, TeacherEntry
from nightschool.rules.proposals import Proposal
from nightschool.rules.recurrence import Once, Weekly, days_of
from nightschool.rules.schools import SchoolEntry
from nightschool.rules.slots import Now, Slot, parse_time
from nightschool.rules.venues import VenueEntry
from nightschool.sealing import Digester
from nightschool.texts import _

DATA = Path(__file__).parent.parent / "data"
LISTS = (("regions-neijiang-2017.csv", date(2017, 10, 31)), ("regions-neijiang-2023.csv", date(2023, 6, 30)))
SEED = 20161118
WEEKS_BACK, WEEKS_AHEAD = 9, 8
EVENING = time(21, 0)
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stage:
    """What everything below works with."""

    db: Session
    zone: ZoneInfo
    today: date
    chance: random.Random
    content: dict[str, Any]
    digester: Digester

    def at(self, day: date, moment: time = EVENING) -> Now:
        """When the village's clock shows this moment on that day."""
        return Now.at(datetime.combine(day, moment, self.zone), self.zone)


def build(installation: Installation, *, say: Callable[[str], object]) -> dict[str, tuple[str, str]]:
    """An empty database holds the demonstration; login name -> (who, password) of the accounts to try it with."""
    content = tomllib.loads((DATA / "demo.toml").read_text("utf-8"))
    with installation.database.writing() as db:
        stage = Stage(
            db,
            ZoneInfo(installation.settings.timezone),
            installation.now().day,
            random.Random(SEED),
            content,
            Digester(installation.settings.keys.signing),
        )
        say(_("载入内江的两份村名单……"))
        _load_regions(stage)
        _first_class(stage)
        teachers = {entry["region"]: _teacher(stage, entry) for entry in content["teachers"]}
        shown: dict[str, str] = {}
        for number, entry in enumerate(content["schools"], start=1):
            say(_("开办夜校 %(n)d / %(all)d……", n=number, all=len(content["schools"])))
            actor = _open_school(stage, entry)
            if entry.get("is_shown"):
                shown.setdefault(*entry["coordinator"][:2])
            _fill_school(stage, entry, actor, teachers[f"{entry['code'][:6]}000000"])
        _calendars(stage, {entry["code"][:9] + "000" for entry in content["schools"]})
        _closed_times(stage, content["schools"][0]["code"], teachers.values())
        for entry in content["accounts"]:
            shown[entry["login"]] = entry["name"]
            accounts.create_account(
                db,
                login_name=entry["login"],
                display_name=entry["name"],
                role=Role(entry["role"]),
                region_code=entry.get("region"),
                by=SYSTEM,
                now=stage.at(_term_starts(stage)),
            )
    passwords = {name: secrets.token_hex(4) for name in shown}
    set_passwords(installation, passwords)
    return {name: (who, passwords[name]) for name, who in shown.items()}


def _calendars(stage: Stage, townships: set[str]) -> None:
    """Every township has a market, the counties a harvest; all of it made up, and marked as an example."""
    given = {"by": SYSTEM, "now": stage.at(_term_starts(stage))}
    for number, township in enumerate(sorted(townships)):
        market = read_market(stage.content["markets"][number % len(stage.content["markets"])])
        calendars.add_market(stage.db, region=township, market=replace(market, is_example=True), **given)
    harvest = FarmWindow(
        stage.content["harvest"],
        stage.today + timedelta(days=12),
        stage.today + timedelta(days=26),
        is_example=True,
    )
    for county in sorted({township[:6] + "000000" for township in townships}):
        calendars.add_season(stage.db, region=county, window=harvest, **given)


def _closed_times(stage: Stage, village: str, teachers: Iterable[str]) -> None:
    """The first village's room is being repaired some weeks ahead; every county's teacher is away on one morning."""
    given: dict[str, Any] = {"by": SYSTEM, "now": stage.at(_term_starts(stage))}
    away = ClosedTime(weekdays=frozenset({1}), starts=8 * 60, ends=12 * 60, note=stage.content["away"])
    for teacher in teachers:
        closed_times.add_closed_time(stage.db, kind="teacher", of=teacher, closed=away, **given)
    first = stage.today + timedelta(weeks=WEEKS_AHEAD + 2)
    repairs = ClosedTime(first, first + timedelta(days=9), note=stage.content["repairs"])
    venue = _usual_venue(stage, village)
    closed_times.add_closed_time(stage.db, kind="venue", of=venue, closed=repairs, **given)


def set_passwords(installation: Installation, passwords: dict[str, str]) -> None:
    """These accounts log in with these passwords."""
    hashes: dict[str, str] = {}
    for password in set(passwords.values()):
        hashes[password] = hash_password(password)
    with installation.database.writing() as db:
        for login_name, password in passwords.items():
            account = db.scalars(select(Account).where(Account.login_name == login_name)).one()
            accounts.set_password(
                db,
                account=account.public_id,
                new_hash=hashes[password],
                by=SYSTEM,
                now=installation.now(),
            )


def _load_regions(stage: Stage) -> None:
    for name, as_of in LISTS:
        region_lists.import_regions(
            stage.db,
            read_regions((DATA / name).read_bytes()).rows,
            as_of=as_of,
            end_missing=True,
            by=SYSTEM,
            now=stage.at(_term_starts(stage)),
        )


def _term_starts(stage: Stage) -> date:
    return stage.today - timedelta(weeks=WEEKS_BACK)


def _coordinator(stage: Stage, code: str, login_name: str, name: str, title: str, day: date) -> Actor:
    """The village's school stands with this coordinator, who may keep another one already."""
    known = stage.db.scalars(select(Account).where(Account.login_name == login_name)).one_or_none()
    now = stage.at(day, time(9, 0))
    if known is None:
        accounts.open_school(
            stage.db,
            village_code=code,
            display_name=name,
            login_name=login_name,
            title=title,
            digester=stage.digester,
            by=SYSTEM,
            now=now,
        )
        known = stage.db.scalars(select(Account).order_by(Account.id.desc()).limit(1)).one()
    else:
        stage.db.add(NightSchool(region_code=code, opened_on=day))
        accounts.give_posting(
            stage.db,
            account=known.public_id,
            role=Role.COORDINATOR,
            region_code=code,
            title=title,
            from_day=day,
            by=SYSTEM,
            now=now,
        )
    return Actor(known.id, name, (Post(Role.COORDINATOR, code),))


def _teacher(stage: Stage, entry: dict[str, Any]) -> str:
    fields = {name: value for name, value in entry.items() if name != "region"}
    return people.add_teacher(
        stage.db,
        region=entry["region"],
        entry=TeacherEntry(**fields),
        by=SYSTEM,
        now=stage.at(_term_starts(stage)),
    )


def _open_school(stage: Stage, entry: dict[str, Any]) -> Actor:
    login_name, name, title = entry["coordinator"]
    actor = _coordinator(stage, entry["code"], login_name, name, title, _term_starts(stage))
    now = stage.at(_term_starts(stage))
    rooms = [
        venues.add_venue(
            stage.db,
            village=entry["code"],
            entry=VenueEntry(
                name=venue,
                kind=kind,
                seats=60,
                is_covered=kind not in ("courtyard", "field", "square"),
                is_lit=kind != "field",
            ),
            by=actor,
            now=now,
        )
        for venue, kind in entry["venues"]
    ]
    school = stage.db.scalars(select(NightSchool).where(NightSchool.region_code == entry["code"])).one()
    schools.edit_school(
        stage.db,
        village=entry["code"],
        entry=SchoolEntry(
            principal=name,
            contact_name=name,
            contact_phone=f"0832-0000{100 + school.id}",
            usual_venue=rooms[0],
        ),
        version=school.version,
        by=actor,
        now=now,
    )
    return actor


def _fill_school(stage: Stage, entry: dict[str, Any], actor: Actor, teacher: str) -> None:
    for learner in _invented_learners(stage):
        people.add_learner(
            stage.db,
            village=entry["code"],
            entry=learner,
            by=actor,
            now=stage.at(_term_starts(stage)),
        )
    about = {course["key"]: course for course in stage.content["courses"]}
    scheduled: list[int] = []
    for position, (key, weekday, starts, minutes) in enumerate(entry["courses"]):
        on_weekday = stage.today.weekday() if weekday == "today" else weekday
        first = _term_starts(stage) + timedelta(days=(on_weekday - _term_starts(stage).weekday()) % 7)
        weekly = Weekly(first, (on_weekday,), until=stage.today + timedelta(weeks=WEEKS_AHEAD))
        start = parse_time(starts) or 0
        proposal = Proposal(
            region_code=entry["code"],
            title=about[key]["title"],
            category_code=about[key]["category"],
            summary=about[key]["summary"],
            starts=start,
            ends=start + minutes,
            recurrence=weekly,
            # A county's teacher comes for the first course; the others the village gives by itself, every second week.
            teachers=() if position else (teacher,),
            venue=_usual_venue(stage, entry["code"]),
            leave_out=frozenset(days_of(weekly)[position % 2 :: 2]) if position else frozenset(),
        )
        scheduled.append(_schedule(stage, proposal, actor))
    _live_through(stage, scheduled, actor)
    if cohort := entry.get("cohort"):
        demo_cohort.hold(
            stage.db,
            village=entry["code"],
            about=cohort | {"course": about[cohort["key"]]},
            venue=_usual_venue(stage, entry["code"]),
            actor=actor,
            today=stage.today,
            at=stage.at,
        )
    if plan := entry.get("plan"):
        demo_plans.make(
            stage.db,
            village=entry["code"],
            state=plan["state"],
            about=plan | about[plan["key"]],
            venue=_usual_venue(stage, entry["code"]),
            actor=actor,
            now=stage.at(stage.today, time(8, 40)),
        )
    demo_questions.ask(
        stage.db, village=entry["code"], asked=entry.get("questions", ()), actor=actor, at=stage.at
    )


def _schedule(stage: Stage, proposal: Proposal, actor: Actor) -> int:
    """The course's id; without its teacher where another village has them at that hour."""
    first_day = _term_starts(stage)
    try:
        with stage.db.begin_nested():
            public_id = courses.schedule_course(
                stage.db, proposal=proposal, publish=True, by=actor, now=stage.at(first_day)
            )
    except CannotSchedule:
        return _schedule(stage, replace(proposal, teachers=()), actor)
    return stage.db.scalars(select(Course.id).where(Course.public_id == public_id)).one()


def _live_through(stage: Stage, course_ids: list[int], actor: Actor) -> None:
    """What happened, day by day: most was held, some was not and it was said why, a little nobody wrote down yet."""
    term = stage.db.scalars(
        select(ClassSession)
        .where(ClassSession.course_id.in_(course_ids))
        .order_by(ClassSession.day, ClassSession.starts)
    ).all()
    for session in term:
        if session.day < stage.today:
            _live(stage, session, actor)
    for course_id in course_ids:
        coming = [one for one in term if one.course_id == course_id and one.day > stage.today + A_DAY]
        if len(coming) > 3 and (course_id == course_ids[0] or stage.chance.random() < 0.4):
            _cancel(stage, coming[1], actor, "teacher_away", stage.at(stage.today, time(8, 12)))
            _postpone(stage, coming[2], actor)


def _postpone(stage: Stage, session: ClassSession, actor: Actor) -> None:
    sessions.postpone_session(
        stage.db,
        class_session=session.public_id,
        seen_revision=session.revision,
        slot=Slot(session.day + A_DAY, session.starts, session.ends),
        reason="meeting",
        reason_text="",
        by=actor,
        now=stage.at(stage.today, time(8, 30)),
    )


def _live(stage: Stage, session: ClassSession, actor: Actor) -> None:
    chance = stage.chance.random()
    days_ago = (stage.today - session.day).days
    if days_ago < 9 and chance < 0.5:
        return
    if chance < 0.12:
        reason = stage.chance.choice(["farm_work", "weather", "power_cut", "few_people"])
        _cancel(stage, session, actor, reason, stage.at(session.day, time(20, 0)))
        return
    roster = stage.db.scalars(select(Learner).where(Learner.region_code == session.region_code)).all()
    came = stage.chance.sample(roster, stage.chance.randint(len(roster) // 3, len(roster) * 4 // 5))
    guests = stage.chance.randint(0, 6)
    attendance.record_sheet(
        stage.db,
        class_session=session.public_id,
        sheet=Sheet(
            marks={learner.public_id: "present" for learner in came},
            unnamed_guests=guests,
            headcount=len(came) + guests + stage.chance.choice([0, 0, 0, 2]),
            over_60=len(came) // 2,
        ),
        submission_id=UUID(int=stage.chance.getrandbits(128), version=4),
        device="Android",
        taken_at=stage.at(session.day).instant,
        by=actor,
        now=stage.at(session.day),
    )


def _cancel(stage: Stage, session: ClassSession, actor: Actor, reason: str, now: Now) -> None:
    sessions.cancel_session(
        stage.db,
        class_session=session.public_id,
        seen_revision=session.revision,
        reason=reason,
        reason_text="",
        by=actor,
        now=now,
    )


def _first_class(stage: Stage) -> None:
    """玉皇村's first class of 2016, with the walk-ins counted; the village is a former one by today's list."""
    event = stage.content["first_class"]
    day: date = event["day"]
    actor = _coordinator(stage, event["code"], *event["coordinator"], day)
    now = stage.at(day, time(8, 0))
    venue, kind = event["venue"]
    room = venues.add_venue(
        stage.db, village=event["code"], entry=VenueEntry(name=venue, kind=kind), by=actor, now=now
    )
    teacher = people.add_teacher(
        stage.db,
        region=event["county"],
        entry=TeacherEntry(name=event["teacher"], kind="academic", unit=event["unit"], name_is_public=False),
        by=SYSTEM,
        now=now,
    )
    start = parse_time(event["starts"]) or 0
    proposal = Proposal(
        region_code=event["code"],
        title=event["title"],
        category_code=event["category"],
        starts=start,
        ends=start + event["minutes"],
        recurrence=Once(day),
        teachers=(teacher,),
        venue=room,
    )
    courses.schedule_course(stage.db, proposal=proposal, publish=True, by=actor, now=now)
    session = stage.db.scalars(select(ClassSession).where(ClassSession.region_code == event["code"])).one()
    attendance.record_sheet(
        stage.db,
        class_session=session.public_id,
        sheet=Sheet(unnamed_guests=event["came"], headcount=event["came"]),
        submission_id=UUID(int=stage.chance.getrandbits(128), version=4),
        device="",
        taken_at=stage.at(day, time(12, 0)).instant,
        by=actor,
        now=stage.at(day, time(12, 0)),
    )


def _invented_learners(stage: Stage) -> list[LearnerEntry]:
    pick, content = stage.chance.choice, stage.content
    names = sorted({pick(content["surnames"]) + pick(content["given_names"]) for _number in range(28)})
    return [
        LearnerEntry(
            name=name,
            group_name=pick(content["groups"]),
            sex=pick(["female", "female", "male"]),
            birth_year=stage.today.year - stage.chance.randint(38, 76),
        )
        for name in names
    ]


def _usual_venue(stage: Stage, code: str) -> str:
    return stage.db.scalars(
        select(Venue.public_id)
        .join(NightSchool, NightSchool.usual_venue_id == Venue.id)
        .where(NightSchool.region_code == code)
    ).one()
