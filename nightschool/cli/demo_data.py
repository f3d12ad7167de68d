"""The demonstration's data: a term around today that looks like life, entered through the same actions as any other.

Who and what is in `data/demo.toml`. Each thing is entered at the time somebody would have entered it, so that the trail
reads like one.
"""

import random
import secrets
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, time, timedelta
from math import cos, sin, sqrt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from nightschool.actions.courses import closed_times, courses, labels
from nightschool.actions.people import people
from nightschool.actions.people.household_status import note_status
from nightschool.actions.places import region_lists, region_settings, schools, supporters, venues
from nightschool.actions.seasons import calendars
from nightschool.actions.trust import accounts
from nightschool.actions.trust.hashing import hash_password
from nightschool.cli.demo_stage import WEEKS_AHEAD, DemoSchool, Stage
from nightschool.cli.demo_term import teach
from nightschool.cli.installation import Installation
from nightschool.formats.region_lists import read_regions
from nightschool.models.people import Learner
from nightschool.models.places import NightSchool, Region, Venue
from nightschool.models.teaching import ClassSession
from nightschool.models.trust import Account
from nightschool.queries.scope import inside
from nightschool.rules.access import SYSTEM, Actor, Post, Role
from nightschool.rules.courses.closed_times import ClosedTime
from nightschool.rules.courses.labels import LabelKind
from nightschool.rules.courses.recurrence import Once
from nightschool.rules.people.household_status import Status
from nightschool.rules.people.people import LearnerEntry, TeacherEntry
from nightschool.rules.places.schools import SchoolEntry
from nightschool.rules.places.supporters import SupporterEntry
from nightschool.rules.places.venues import VenueEntry
from nightschool.rules.regions import is_inside
from nightschool.rules.registers.attendance import Sheet
from nightschool.rules.seasons.farm_windows import FarmWindow
from nightschool.rules.seasons.markets import read_market
from nightschool.sealing import Digester
from nightschool.texts import _

DATA = Path(__file__).parent.parent / "data"
_SEED = 20161118
_GOLDEN = 2.4  # radians


def build(installation: Installation, *, say: Callable[[str], object]) -> dict[str, tuple[str, str]]:
    """An empty database holds the demonstration; login name -> (who, password) of the accounts to try it with."""
    content = tomllib.loads((DATA / "demo.toml").read_text("utf-8"))
    digester = Digester(installation.settings.keys.signing)
    shown: dict[str, str] = {}
    with installation.database.writing() as db:
        zone, today = ZoneInfo(installation.settings.timezone), installation.now().day
        stage = Stage(db, zone, today, content, random.Random(_SEED))
        say(_("载入内江的两份村名单……"))
        for file in content["lists"]:
            rows = read_regions((DATA / file["file"]).read_bytes()).rows
            region_lists.import_regions(
                db, rows, as_of=file["as_of"], end_missing=True, by=SYSTEM, now=stage.begin
            )
        _first_class(stage, digester)
        teachers = {entry["region"]: _teacher(stage, entry) for entry in content["teachers"]}
        _labels(stage, {entry["code"][:6] + "000000" for entry in content["schools"]})
        opened: list[DemoSchool] = []
        for number, entry in enumerate(content["schools"], start=1):
            say(_("开办夜校 %(n)d / %(all)d……", n=number, all=len(content["schools"])))
            opened.append(_open_school(stage, entry, digester))
            if entry.get("is_shown"):
                shown.setdefault(*entry["coordinator"][:2])
            teach(stage, opened[-1], entry, teachers[f"{entry['code'][:6]}000000"])
        say(_("补齐一个镇所有的村，往前一年……"))
        opened += _fill_township(stage, digester)
        _household_kinds(stage, opened)
        for target in content["targets"]:
            region_settings.change_settings(
                db,
                region=target["region"],
                approves_plans=False,
                travel_kmh=None,
                target_per=target["per"],
                village_target=target["village"],
                community_target=target["community"],
                seen_version=0,
                by=SYSTEM,
                now=stage.begin,
            )
        _positions(stage)
        _calendars(stage, {school.code[:9] + "000" for school in opened})
        _closed_times(stage, opened[0], teachers.values())
        for entry in content["accounts"]:
            shown[entry["login"]] = entry["name"]
            accounts.create_account(
                db,
                login_name=entry["login"],
                display_name=entry["name"],
                role=Role(entry["role"]),
                region_code=entry.get("region"),
                by=SYSTEM,
                now=stage.begin,
            )
    passwords = {name: secrets.token_hex(4) for name in shown}
    set_passwords(installation, passwords)
    return {name: (who, passwords[name]) for name, who in shown.items()}


def _fill_township(stage: Stage, digester: Digester) -> list[DemoSchool]:
    """Every village of one township that has no school yet has one, and a course that began a year ago."""
    opened = []
    told = stage.content["township"]
    year = replace(stage, weeks_back=52)
    is_without = ~select(NightSchool).where(NightSchool.region_code == Region.code).exists()
    villages = stage.db.scalars(
        select(Region.code)
        .where(Region.parent_code == told["code"], Region.valid_to.is_(None), is_without)
        .order_by(Region.code)
    )
    for number, code in enumerate(villages.all()):
        entry = {
            "code": code,
            "coordinator": [
                f"{told['login']}{number + 1}",
                stage.content["surnames"][number] + told["called"],
                told["title"],
            ],
            "venues": told["venues"],
            "courses": [told["courses"][number % len(told["courses"])]],
            "every": told["every"],
            "wishes": told["wishes"][number % 4 : number % 4 + 1],  # every fourth village has none
        }
        opened.append(_open_school(year, entry, digester))
        teach(year, opened[-1], entry)
    return opened


def _household_kinds(stage: Stage, opened: Iterable[DemoSchool]) -> None:
    """That township has said what for kinds of households are noted, and its villages have noted some of their own."""
    told = stage.content["township"]
    given: dict[str, Any] = {"approves_plans": False, "travel_kmh": None, "seen_version": 0, "by": SYSTEM}
    region_settings.change_settings(
        stage.db, region=told["code"], household_purpose=told["purpose"], now=stage.begin, **given
    )
    for school in opened:
        learners = select(Learner.public_id).where(Learner.region_code == school.code).order_by(Learner.id)
        here = stage.db.scalars(learners).all() if is_inside(school.code, told["code"]) else []
        for kind, first, begins, every in told["kinds"]:
            for learner in here[begins::every]:
                status = Status(kind, first)
                note_status(stage.db, learner=learner, status=status, by=school.actor, now=stage.begin)


def _positions(stage: Stage) -> None:
    """The villages of one township lie around its middle, the county's seat in front of it; all of it made up."""
    told = stage.content["township"]
    latitude, longitude = told["middle"]
    villages = stage.db.scalars(
        select(NightSchool.region_code)
        .where(inside(NightSchool.region_code, told["code"]))
        .order_by(NightSchool.region_code)
    )
    lies = {
        told["code"]: (latitude, longitude),
        f"{told['code'][:6]}000000": (latitude + 0.08, longitude + 0.05),
    }
    for number, code in enumerate(villages, start=1):  # in a spiral, so that no two lie together
        far, turned = 0.009 * sqrt(number), number * _GOLDEN
        lies[code] = round(latitude + far * sin(turned), 4), round(longitude + far * cos(turned), 4)
    for code, (up, across) in lies.items():
        calendars.set_position(
            stage.db, region=code, latitude=up, longitude=across, seen=None, by=SYSTEM, now=stage.begin
        )


def _labels(stage: Stage, counties: set[str]) -> None:
    """Every county has its list of units and of campaigns."""
    for county in sorted(counties):
        given: dict[str, Any] = {"region": county, "by": SYSTEM, "now": stage.begin}
        for kind, names in ((LabelKind.UNIT, "units"), (LabelKind.CAMPAIGN, "campaigns")):
            labels.add_labels(stage.db, kind=kind, names="\n".join(stage.content[names]), **given)


def _calendars(stage: Stage, townships: set[str]) -> None:
    """Every township has a market, the counties a harvest; all of it made up, and marked as an example."""
    given = {"by": SYSTEM, "now": stage.begin}
    for number, township in enumerate(sorted(townships)):
        market = read_market(stage.content["markets"][number % len(stage.content["markets"])])
        calendars.add_market(stage.db, region=township, market=replace(market, is_example=True), **given)
    first, last = stage.today + timedelta(days=12), stage.today + timedelta(days=26)
    harvest = FarmWindow(stage.content["harvest"], first, last, is_example=True)
    for county in sorted({township[:6] + "000000" for township in townships}):
        calendars.add_season(stage.db, region=county, window=harvest, **given)


def _closed_times(stage: Stage, school: DemoSchool, teachers: Iterable[str]) -> None:
    """The school's room is being repaired some weeks ahead; every county's teacher is away on one morning."""
    given: dict[str, Any] = {"by": SYSTEM, "now": stage.begin}
    away = ClosedTime(weekdays=frozenset({1}), starts=8 * 60, ends=12 * 60, note=stage.content["away"])
    for teacher in teachers:
        closed_times.add_closed_time(stage.db, kind="teacher", of=teacher, closed=away, **given)
    first = stage.today + timedelta(weeks=WEEKS_AHEAD + 2)
    repairs = ClosedTime(first, first + timedelta(days=9), note=stage.content["repairs"])
    closed_times.add_closed_time(stage.db, kind="venue", of=school.room, closed=repairs, **given)


def set_passwords(installation: Installation, passwords: dict[str, str]) -> None:
    """These accounts log in with these passwords."""
    hashes = {password: hash_password(password) for password in set(passwords.values())}
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


def _coordinator(stage: Stage, entry: dict[str, Any], day: date, digester: Digester) -> Actor:
    """The village's school stands with its coordinator, who may keep another one already."""
    login_name, name, title = entry["coordinator"]
    known = stage.db.scalars(select(Account).where(Account.login_name == login_name)).one_or_none()
    now = stage.at(day, time(9, 0))
    if known is None:
        accounts.open_school(
            stage.db,
            village_code=entry["code"],
            display_name=name,
            login_name=login_name,
            title=title,
            digester=digester,
            by=SYSTEM,
            now=now,
        )
        known = stage.db.scalars(select(Account).order_by(Account.id.desc()).limit(1)).one()
    else:
        stage.db.add(NightSchool(region_code=entry["code"], opened_on=day))
        accounts.give_posting(
            stage.db,
            account=known.public_id,
            role=Role.COORDINATOR,
            region_code=entry["code"],
            title=title,
            from_day=day,
            by=SYSTEM,
            now=now,
        )
    return Actor(known.id, name, (Post(Role.COORDINATOR, entry["code"]),))


def _teacher(stage: Stage, entry: dict[str, Any]) -> str:
    fields = {name: value for name, value in entry.items() if name != "region"}
    return people.add_teacher(
        stage.db, region=entry["region"], entry=TeacherEntry(**fields), by=SYSTEM, now=stage.begin
    )


def _open_school(stage: Stage, entry: dict[str, Any], digester: Digester) -> DemoSchool:
    """The school has its coordinator, its rooms and its villagers."""
    actor = _coordinator(stage, entry, stage.first_day, digester)
    given: dict[str, Any] = {"village": entry["code"], "by": actor, "now": stage.begin}
    rooms = []
    for name, kind in entry["venues"]:
        is_covered, is_lit = kind not in ("courtyard", "field", "square"), kind != "field"
        room = VenueEntry(
            name,
            kind,
            seats=60,
            is_covered=is_covered,
            is_lit=is_lit,
            for_township=name == entry.get("shares"),
        )
        rooms.append(venues.add_venue(stage.db, entry=room, **given))
    if host := entry.get("guest_of"):
        shared = (Venue.region_code == host, Venue.for_township)
        rooms.insert(0, stage.db.scalars(select(Venue.public_id).where(*shared)).one())
    school = stage.db.scalars(select(NightSchool).where(NightSchool.region_code == entry["code"])).one()
    told = SchoolEntry(
        principal=actor.name,
        contact_name=actor.name,
        contact_phone=f"0832-0000{100 + school.id}",
        usual_venue=rooms[0],
        # Invented as everything here; some have not said how many.
        households=420 + 30 * (school.id % 9) if school.id % 6 else None,
    )
    schools.edit_school(stage.db, entry=told, version=school.version, **given)
    five = {part: SupporterEntry(*named) for part, named in entry.get("supporters", {}).items()}
    supporters.edit_supporters(stage.db, entries=five, version=school.version, **given)
    for learner in _invented_learners(stage):
        people.add_learner(stage.db, entry=learner, **given)
    return DemoSchool(entry["code"], actor, rooms[0])


def _first_class(stage: Stage, digester: Digester) -> None:
    """玉皇村's first class of 2016, with the walk-ins counted; the village is a former one by today's list."""
    event = stage.content["first_class"]
    day: date = event["day"]
    actor = _coordinator(stage, event, day, digester)
    now = stage.at(day, time(8, 0))
    name, kind = event["venue"]
    room = venues.add_venue(
        stage.db, village=event["code"], entry=VenueEntry(name=name, kind=kind), by=actor, now=now
    )
    teacher = people.add_teacher(
        stage.db,
        region=event["county"],
        entry=TeacherEntry(name=event["teacher"], kind="academic", unit=event["unit"], name_is_public=False),
        by=SYSTEM,
        now=now,
    )
    school = DemoSchool(event["code"], actor, room)
    proposal = stage.proposal(
        school, event, event["starts"], event["minutes"], Once(day), teachers=(teacher,)
    )
    courses.schedule_course(stage.db, proposal=proposal, publish=True, by=actor, now=now)
    [session] = stage.sessions(ClassSession.region_code == event["code"])
    sheet = Sheet(unnamed_guests=event["came"], headcount=event["came"])
    noon = stage.at(day, time(12, 0))
    stage.record(session, sheet, by=actor, now=noon, chance=stage.chance, device="")


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
